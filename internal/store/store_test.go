package store_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

func sqlite(t testing.TB) string { return filepath.Join(t.TempDir(), "sayline.db") }

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, sqlite)
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	storetest.Run(t, testkit.Postgres)
}

func storeOptions(database string) store.Options {
	return store.Options{Database: database, Log: slog.New(slog.DiscardHandler), Now: time.Now}
}
