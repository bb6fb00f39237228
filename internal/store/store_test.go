package store_test

import (
	"path/filepath"
	"testing"

	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

func sqlite(t testing.TB) string { return filepath.Join(t.TempDir(), "sayline.db") }

func TestSQLite(t *testing.T)   { storetest.Run(t, sqlite) }
func TestPostgres(t *testing.T) { storetest.Run(t, testkit.Postgres) }
