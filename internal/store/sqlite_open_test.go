package store

import (
	"path/filepath"
	"sync"
	"testing"
)

// Of those that change a new file's journal at once SQLite refuses some at once,
// about one in a thousand: none of them is told so.
func TestManyChangeTheJournalAtOnce(t *testing.T) {
	for range 100 {
		file := filepath.Join(t.TempDir(), "sayline.db")
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				readers, writers, err := sqliteEngine{}.open(file)
				if err != nil {
					t.Errorf("it can't be opened: %v", err)
					return
				}
				defer readers.Close()
				defer writers.Close()
				c, err := writers.Conn(t.Context())
				if err != nil {
					t.Errorf("it can't be connected: %v", err)
					return
				}
				defer c.Close()
				if err := (sqliteEngine{}).migrating(t.Context(), c, func() error { return nil }); err != nil {
					t.Errorf("it was refused: %v", err)
				}
			})
		}
		all.Wait()
	}
}
