package store

import (
	"context"
	"os"
	"strings"

	"github.com/sayline/sayline"
)

// Backup copies a SQLite database into a new file, whole and consistent, while
// it is in use. PostgreSQL has better tools of its own (pg_dump, base backups).
func (s *Store) Backup(ctx context.Context, file string) error {
	if _, ok := s.engine.(sqliteEngine); !ok {
		return sayline.Errorf(sayline.Invalid, "This is a PostgreSQL database: back it up with pg_dump.")
	}
	if _, err := os.Stat(file); err == nil {
		return sayline.Errorf(sayline.Conflict, "%s is there already; a backup overwrites nothing.", file)
	}
	if err := private(file); err != nil { // VACUUM fills an empty file
		return sayline.Errorf(sayline.Invalid, "%s can't be written.", file).Because(err)
	}
	c, err := s.readers.Conn(ctx)
	if err != nil {
		return s.failed(err)
	}
	defer c.Close()
	if _, err := c.ExecContext(ctx, "PRAGMA query_only = 0"); err != nil { // it writes, if only the other file
		return s.failed(err)
	}
	defer c.ExecContext(context.WithoutCancel(ctx), "PRAGMA query_only = 1")
	_, err = c.ExecContext(ctx, "VACUUM INTO '"+strings.ReplaceAll(file, "'", "''")+"'")
	return s.failed(err)
}
