package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteEngine keeps everything in one file: WAL, synchronous=FULL, one writer,
// many readers.
type sqliteEngine struct{}

const (
	sqliteReaders = 8
	sqliteBusy    = 10 * time.Second // how long one waits for another that keeps the file
)

func (sqliteEngine) open(path string) (readers, writers *sql.DB, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, err
	}
	if err := private(path); err != nil {
		return nil, nil, err
	}
	// The busy time-out comes first: whatever follows may have to wait.
	params := url.Values{"_pragma": {fmt.Sprintf("busy_timeout(%d)", sqliteBusy.Milliseconds()), "page_size(8192)", "synchronous(FULL)", "cache_size(-32000)", "wal_autocheckpoint(4000)", "temp_store(MEMORY)"}}
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

// steady hides from SQLite the parameters whose value could give a better plan:
// how many rows are wanted, and the channel, which a partial index is about. Each
// time such a one is given a value SQLite reads and plans the whole statement
// anew, which costs more than most statements do.
func (sqliteEngine) steady(text string) string {
	text = rowsWanted.ReplaceAllString(text, "$1 CAST($2 AS INTEGER)")
	return ofChannel.ReplaceAllString(text, "channel = CAST($1 AS TEXT)")
}

var (
	rowsWanted = regexp.MustCompile(`\b(LIMIT|OFFSET) (\$\d+)`)
	ofChannel  = regexp.MustCompile(`\bchannel = (\$\d+)`)
)

// migrating needs no lock: BEGIN IMMEDIATE is one.
func (e sqliteEngine) migrating(ctx context.Context, c *sql.Conn, f func() error) error {
	if err := e.logAhead(ctx, c); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	if _, err := c.ExecContext(ctx, e.begin()); err != nil { // so that of two one finds it done
		return err
	}
	if err := describe(ctx, c); err != nil {
		_, _ = c.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return err
	}
	_, err := c.ExecContext(ctx, "COMMIT")
	return err
}

// logAhead has the file written by a log ahead of it (WAL); a file stays so. Of
// several that change a new file at once SQLite lets one go on and refuses the
// others at once, whatever their busy time-out: each has read it and would write,
// and would wait for the others. So who is refused lets go and asks again.
func (sqliteEngine) logAhead(ctx context.Context, c *sql.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, sqliteBusy)
	defer cancel()
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		var mode string
		err := c.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
		switch {
		case err == nil && mode != "wal":
			return fmt.Errorf("the file can't have a log ahead of it, its journal is %q", mode)
		case !busy(err):
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
}

// busy says that somebody else keeps the file just now.
func busy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_BUSY || e.Code()&0xff == sqlite3.SQLITE_LOCKED)
}

// describe tells the planner what our tables grow to be: many rows of a few
// brands. Without it a brand counts as rare as the rest of a key, and a case's
// messages may be looked for among all of the brand's. What ANALYZE measures
// would be the same, later, and not of a database that is new.
// Format: https://www.sqlite.org/fileformat2.html#stat1tab
func describe(ctx context.Context, c *sql.Conn) error {
	const indexes = "FROM sqlite_schema t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
	var told, there int
	if _, err := c.ExecContext(ctx, "ANALYZE sqlite_schema"); err != nil { // makes sqlite_stat1, empty
		return err
	}
	if err := c.QueryRowContext(ctx, "SELECT (SELECT COUNT(*) FROM sqlite_stat1), (SELECT COUNT(*) "+indexes+")").Scan(&told, &there); err != nil || told == there {
		return err
	}
	rows, err := c.QueryContext(ctx, "SELECT t.name, iif(i.origin = 'pk', t.name, i.name), (SELECT COUNT(*) FROM pragma_index_xinfo(i.name) WHERE key = 1), i.\"unique\", "+
		"(SELECT name FROM pragma_index_xinfo(i.name) WHERE seqno = 0) = 'brand_id' "+indexes)
	if err != nil {
		return err
	}
	var stats [][3]string
	err = eachRow(rows, func(r *sql.Rows) error {
		var table, index string
		var columns int
		var unique, byBrand bool
		err := r.Scan(&table, &index, &columns, &unique, &byBrand)
		stats = append(stats, [3]string{table, index, spread(columns, unique, byBrand)})
		return err
	})
	if err != nil {
		return err
	}
	if _, err := c.ExecContext(ctx, "DELETE FROM sqlite_stat1"); err != nil {
		return err
	}
	for _, row := range stats {
		if _, err := c.ExecContext(ctx, "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)", row[0], row[1], row[2]); err != nil {
			return err
		}
	}
	_, err = c.ExecContext(ctx, "ANALYZE sqlite_schema") // reads it again
	return err
}

// spread is a row of sqlite_stat1 for an index: how many rows there are, then
// how many are alike in the first column, in the first two, and so on.
func spread(columns int, unique, byBrand bool) string {
	const rows, ofBrand, fewer = 1_000_000, 100_000, 30
	stat := strconv.Itoa(rows)
	alike := ofBrand
	if !byBrand {
		alike = fewer
	}
	for i := range columns {
		if i > 0 {
			alike = max(2, alike/fewer)
		}
		if unique && i == columns-1 {
			alike = 1
		}
		stat += " " + strconv.Itoa(alike)
	}
	return stat
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

// claimMany asks each statement how many rows it changed: what is returned would
// go through a table of its own first, made and dropped for every row.
func (sqliteEngine) claimMany(ctx context.Context, c *conn, t *table, rows [][]any) ([]bool, error) {
	s, err := c.stmt(ctx, t.claim)
	if err != nil {
		return nil, err
	}
	changed := make([]bool, len(rows))
	for i, row := range rows {
		r, err := s.ExecContext(ctx, row...)
		if err != nil {
			return nil, err
		}
		n, err := r.RowsAffected()
		if err != nil {
			return nil, err
		}
		changed[i] = n > 0
	}
	return changed, nil
}

// values is the INSERT of one row. Its parameters have no numbers: the driver
// looks for each number among all.
func (t *table) values(suffix string) string {
	return "INSERT INTO " + t.name + " (" + strings.Join(t.cols, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(t.cols)-1) + ") " + suffix
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
