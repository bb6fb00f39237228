package storetest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline/internal/testkit"
)

// SQLite is the path of a database of this test in which a store was opened and
// closed, and nothing else was done. It is a copy, which is there sooner than the
// tables can be made; tests of how they are made begin with no file at all, and so
// do those of what only one house has: all copies have the same keys.
func SQLite(t testing.TB) string {
	t.Helper()
	content, err := openedFile()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sayline.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Postgres is [SQLite] on PostgreSQL.
func Postgres(t testing.TB) string {
	t.Helper()
	return opened.Postgres(t)
}

// copied is SQLite or Postgres, as another database is.
func copied(like string) func(testing.TB) string {
	if strings.HasPrefix(like, "postgres") {
		return Postgres
	}
	return SQLite
}

var opened = &testkit.Original{Fill: open}

var openedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "sayline-opened-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "sayline.db")
	if err := open(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path) // whole: the last to close has written its log back
})

func open(database string) error {
	s, err := openStore(context.Background(), database, time.Now)
	if err != nil {
		return err
	}
	return s.Close()
}
