package store_test

import (
	"testing"

	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

func TestModelSQLite(t *testing.T)   { storetest.Model(t, testkit.Size(30, 300), sqlite) }
func TestModelPostgres(t *testing.T) { storetest.Model(t, testkit.Size(15, 150), testkit.Postgres) }

func TestCountsSQLite(t *testing.T)   { storetest.Counts(t, testkit.Size(30, 300), sqlite) }
func TestCountsPostgres(t *testing.T) { storetest.Counts(t, testkit.Size(15, 100), testkit.Postgres) }
