package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib" // and the database/sql driver "pgx"
)

// postgresEngine serves many processes on one database.
type postgresEngine struct{}

const (
	postgresReaders = 16
	migrationLock   = 0x5a71e // any number, the same for every Sayline
	wakeChannel     = "sayline"
	wakePause       = 5 * time.Millisecond // many commits, one notification
)

func (postgresEngine) open(dsn string) (readers, writers *sql.DB, err error) {
	readers, err = sql.Open("pgx", dsn)
	if err != nil {
		return nil, nil, err
	}
	readers.SetMaxOpenConns(postgresReaders)
	readers.SetMaxIdleConns(postgresReaders)
	c, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, nil, errors.Join(err, readers.Close())
	}
	// A writer finds rows by their keys only. A plan that was made while a table was
	// still empty must not read all of what it has become since.
	writers = stdlib.OpenDB(*c, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "SET enable_seqscan = off")
		return err
	}))
	return readers, writers, nil
}

func (postgresEngine) clustered() string  { return "" }
func (postgresEngine) begin() string      { return "BEGIN" }
func (postgresEngine) skipLocked() string { return "FOR UPDATE SKIP LOCKED" }

func (postgresEngine) steady(text string) string { return text }
func (postgresEngine) shared() bool              { return true }
func (postgresEngine) keptRow() string           { return "FOR KEY SHARE" }

// What is searched is a column of words under a GIN index. Its key is named as
// SQLite names it.
func (postgresEngine) searchWords() string {
	return "CREATE TABLE search_words (rowid BIGINT NOT NULL, words TSVECTOR NOT NULL, PRIMARY KEY (rowid)); CREATE INDEX search_words_words ON search_words USING gin (words)"
}

func (postgresEngine) searchInsert() string {
	return "INSERT INTO search_words (rowid, words) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))"
}
func (postgresEngine) searchMatch() string { return "t.words @@ CAST(" }
func (postgresEngine) searchEnd() string   { return " AS tsquery)" }
func (postgresEngine) heads() string       { return "" }
func (postgresEngine) inOrder() bool       { return false }
func (postgresEngine) aside() string       { return "MATERIALIZED" }

func (postgresEngine) searchFor(ways, less []clause, a asked) string {
	return signs{quote: "'", and: " & ", or: " | ", but: " & !", head: ":*"}.less(ways, less, a)
}

func (postgresEngine) migrating(ctx context.Context, c *sql.Conn, f func() error) error {
	if _, err := c.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return err
	}
	err := f()
	_, unlock := c.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrationLock)
	return errors.Join(err, unlock)
}

// insertMany sends each column as one array: one statement and one round trip a table.
func (postgresEngine) insertMany(ctx context.Context, c *conn, t *table, rows [][]any, each func(*sql.Rows) error) error {
	if len(rows) == 0 {
		return nil
	}
	s, err := c.stmt(ctx, t.many)
	if err != nil {
		return err
	}
	args := make([]any, len(t.cols))
	for i, typ := range t.types {
		switch typ {
		case "text":
			args[i] = column[string](rows, i)
		case "bigint":
			args[i] = numbers(rows, i)
		default:
			return fmt.Errorf("store: table %s has a column of unknown type %q", t.name, typ)
		}
	}
	if !t.returns {
		_, err := s.ExecContext(ctx, args...)
		return err
	}
	got, err := s.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	return eachRow(got, each)
}

// claimMany finds the rows that changed by what is returned of them: handles and
// numbers, which have no blank.
func (e postgresEngine) claimMany(ctx context.Context, c *conn, t *table, rows [][]any) ([]bool, error) {
	told, into := make([]any, len(t.tells)), make([]any, len(t.tells))
	for i := range told {
		into[i] = &told[i]
	}
	nth := make(map[string]int, len(rows))
	for n, row := range rows {
		for i, col := range t.tells {
			told[i] = row[col]
		}
		nth[fmt.Sprintln(told...)] = n
	}
	changed := make([]bool, len(rows))
	err := e.insertMany(ctx, c, t, rows, func(r *sql.Rows) error {
		err := r.Scan(into...)
		if n, ours := nth[fmt.Sprintln(told...)]; err == nil && ours {
			changed[n] = true
		}
		return err
	})
	return changed, err
}

func column[T any](rows [][]any, i int) []T {
	out := make([]T, len(rows))
	for j, r := range rows {
		out[j] = r[i].(T)
	}
	return out
}

func numbers(rows [][]any, i int) []int64 {
	out := make([]int64, len(rows))
	for j, r := range rows {
		switch v := r[i].(type) {
		case int64:
			out[j] = v
		case int:
			out[j] = int64(v)
		}
	}
	return out
}

// unnest is the INSERT of many rows.
func (t *table) unnest() string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + t.name + " (" + strings.Join(t.cols, ", ") + ") SELECT * FROM unnest(")
	for i, typ := range t.types {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("CAST($" + strconv.Itoa(i+1) + " AS " + typ + "[])")
	}
	return b.String() + ") " + t.suffix
}

func (postgresEngine) classify(err error) trouble {
	var connecting *pgconn.ConnectError
	var pg *pgconn.PgError
	var op *net.OpError
	switch {
	case errors.As(err, &connecting):
		return away // whatever the server says
	case errors.As(err, &pg):
		switch {
		case pg.Code == "40P01" || pg.Code == "40001" || pg.Code == "55P03":
			return retry
		case pg.Code == "53100":
			return full
		case strings.HasPrefix(pg.Code, "57P") || strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "53"):
			return away
		}
	case errors.As(err, &op), pgconn.SafeToRetry(err), pgconn.Timeout(err),
		errors.Is(err, net.ErrClosed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone):
		return away
	}
	return unknownTrouble
}

// awake notifies other processes outside of any transaction, many commits at
// once, and listens for theirs; when the line is cut it listens anew and looks.
func (e postgresEngine) awake(ctx context.Context, dsn string, tell <-chan struct{}, heard func()) {
	go e.listen(ctx, dsn, heard)
	var c *pgx.Conn
	defer func() {
		if c != nil {
			_ = c.Close(context.WithoutCancel(ctx))
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tell:
		}
		if c == nil || c.IsClosed() {
			var err error
			if c, err = pgx.Connect(ctx, dsn); err != nil {
				c = nil
				continue // the listeners' own look, once a second, stands in
			}
		}
		_, _ = c.Exec(ctx, "SELECT pg_notify($1, '')", wakeChannel)
		pause(ctx, wakePause)
	}
}

func (postgresEngine) listen(ctx context.Context, dsn string, heard func()) {
	for ctx.Err() == nil {
		c, err := pgx.Connect(ctx, dsn)
		if err == nil {
			_, err = c.Exec(ctx, "LISTEN "+wakeChannel)
		}
		for err == nil {
			wait, cancel := context.WithTimeout(ctx, time.Second)
			_, err = c.WaitForNotification(wait)
			timedOut := wait.Err() != nil && ctx.Err() == nil
			cancel()
			if timedOut {
				err = nil
			}
			if err == nil {
				heard()
			}
		}
		if c != nil {
			_ = c.Close(context.WithoutCancel(ctx))
		}
		pause(ctx, time.Second)
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
