package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

// The file is where it was said to be, whatever its name.
func TestAnyPath(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a new dir", "50% off? #1 & more.db")
	s := storetest.OpenStore(t, file, time.Now)
	if err := s.Accept(t.Context(), storetest.Tap("sparkle", "k", time.Now())); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Size() == 0 {
		t.Errorf("the file is not there: %v", err)
	}
}

// Whoever opens one file waits for who does so too, from the first moment of a new
// file on, and nobody is refused.
func TestManyOpenOneFileAtOnce(t *testing.T) {
	t.Parallel()
	for range 3 {
		file := sqlite(t)
		var all sync.WaitGroup
		stores := make([]*store.Store, 12)
		for i := range stores {
			all.Go(func() {
				s, err := store.Open(t.Context(), storeOptions(file))
				if err != nil {
					t.Errorf("one of many was refused: %v", errors.Unwrap(err))
					return
				}
				stores[i] = s
				if err := s.Accept(t.Context(), storetest.Tap("sparkle", "k", time.Now())); err != nil {
					t.Errorf("what it was told: %v", err)
				}
			})
		}
		all.Wait()
		for _, s := range stores {
			if s != nil {
				t.Cleanup(func() { s.Close() })
			}
		}
		plain := storetest.Plain(t, file)
		whole(t, plain, "sparkle")
		if n := count(t, plain, "SELECT COUNT(*) - COUNT(DISTINCT tbl || ' ' || idx) FROM sqlite_stat1"); n != 0 {
			t.Errorf("the planner is told %d things twice", n)
		}
	}
}

// A backup taken while people speak is whole, and is a database.
func TestBackup(t *testing.T) {
	t.Parallel()
	s := storetest.OpenStore(t, sqlite(t), time.Now)
	sent := storetest.NewSent(400)
	for range 400 {
		sent.Send(t.Context(), s, storetest.Tap("sparkle", "k", time.Now()))
	}
	for range 100 {
		sent.News(t)
	}
	file := filepath.Join(t.TempDir(), "it's a backup.db")
	if err := s.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	sent.Wait()
	storetest.OpenStore(t, file, time.Now)
	copied := storetest.Plain(t, file)
	whole(t, copied, "sparkle")
	if n := count(t, copied, "SELECT COUNT(*) FROM moment"); n < 100 || n > 400 {
		t.Errorf("the backup holds %d moments", n)
	}
	if err := s.Backup(t.Context(), file); sayline.KindOf(err) != sayline.Conflict {
		t.Errorf("a second backup into the same file: %v", err)
	}
	onPostgres := storetest.OpenStore(t, testkit.Postgres(t), time.Now)
	if err := onPostgres.Backup(t.Context(), file+"2"); sayline.KindOf(err) != sayline.Invalid {
		t.Errorf("a backup of PostgreSQL: %v", err)
	}
}
