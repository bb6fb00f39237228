package store_test

import (
	"testing"

	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

func TestInvariant01ModelSQLite(t *testing.T) { storetest.Model(t, testkit.Size(15, 80), sqlite) }
func TestInvariant01ModelPostgres(t *testing.T) {
	storetest.Model(t, testkit.Size(10, 40), testkit.Postgres)
}

func TestCountsSQLite(t *testing.T)   { storetest.Counts(t, testkit.Size(15, 80), sqlite) }
func TestCountsPostgres(t *testing.T) { storetest.Counts(t, testkit.Size(8, 30), testkit.Postgres) }

func TestPressesSQLite(t *testing.T)   { storetest.Presses(t, testkit.Size(15, 50), sqlite) }
func TestPressesPostgres(t *testing.T) { storetest.Presses(t, testkit.Size(8, 25), testkit.Postgres) }
