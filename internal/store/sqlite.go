package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteEngine keeps everything in one file: WAL, synchronous=FULL, one writer,
// many readers.
type sqliteEngine struct{}

const sqliteReaders = 8

func (sqliteEngine) open(path string) (readers, writers *sql.DB, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, err
	}
	if err := private(path); err != nil {
		return nil, nil, err
	}
	// The busy time-out comes first: setting the journal mode may have to wait too.
	params := url.Values{"_pragma": {"busy_timeout(10000)", "page_size(8192)", "journal_mode(WAL)", "synchronous(FULL)", "cache_size(-32000)", "wal_autocheckpoint(4000)", "temp_store(MEMORY)"}}
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: params.Encode()}).String()
	writers, err = sql.Open("sqlite", dsn)
	if err != nil {
		return nil, nil, err
	}
	writers.SetMaxOpenConns(1)
	params.Add("_pragma", "query_only(1)")
	readers, err = sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: params.Encode()}).String())
	if err != nil {
		return nil, nil, errors.Join(err, writers.Close())
	}
	readers.SetMaxOpenConns(sqliteReaders)
	readers.SetMaxIdleConns(sqliteReaders)
	return readers, writers, nil
}

// private makes an empty file that only we may read, where there is none; SQLite
// gives its companions the same mode.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func (sqliteEngine) clustered() string  { return "WITHOUT ROWID" }
func (sqliteEngine) begin() string      { return "BEGIN IMMEDIATE" }
func (sqliteEngine) skipLocked() string { return "" }
func (sqliteEngine) shared() bool       { return false }

func (sqliteEngine) migrating(ctx context.Context, c *sql.Conn, f func() error) error {
	return f() // BEGIN IMMEDIATE is the lock
}

// insertMany is a prepared statement in a loop: the rows are already in one
// transaction, and there is no network between us.
func (sqliteEngine) insertMany(ctx context.Context, c *conn, t *table, rows [][]any, each func(*sql.Rows) error) error {
	s, err := c.stmt(ctx, t.one)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if !t.returns {
			if _, err := s.ExecContext(ctx, row...); err != nil {
				return err
			}
			continue
		}
		got, err := s.QueryContext(ctx, row...)
		if err != nil {
			return err
		}
		if err := eachRow(got, each); err != nil {
			return err
		}
	}
	return nil
}

// values is the INSERT of one row.
func (t *table) values() string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + t.name + " (" + strings.Join(t.cols, ", ") + ") VALUES (")
	for i := range t.cols {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	return b.String() + ") " + t.suffix
}

func eachRow(rows *sql.Rows, each func(*sql.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (sqliteEngine) classify(err error) trouble {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return unknownTrouble
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return full
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, // after the busy time-out: another program keeps the file
		sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
		return away
	}
	return unknownTrouble
}

// awake looks once a second whether another process (an apply beside a running
// server) has written; SQLite has no line between processes.
func (sqliteEngine) awake(ctx context.Context, _ string, tell <-chan struct{}, heard func()) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tell:
		case <-tick.C:
			heard()
		}
	}
}
