package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"
)

// engine is what differs between the databases. Everything else is one text.
type engine interface {
	// open gives the pool for readers and the pool writers take their one
	// connection from, with durable settings: a commit is on disk.
	open(dsn string) (readers, writers *sql.DB, err error)
	// skipLocked ends a SELECT of work to take, so that two processes take different rows.
	skipLocked() string
	// clustered ends a CREATE TABLE whose key should be the table itself.
	clustered() string
	// keptRow ends a SELECT of a row that must still be there at the commit.
	keptRow() string
	// byKeys completes a SELECT of a brand's rows that stops at the name of its
	// key's last column: those with one of these keys. Where other processes commit
	// too, lock keeps the rows, one after the other in the order given.
	byKeys(text, brand string, keys []any, lock bool) []keyed
	// searchWords makes search_words, which finds rowids by words: statements.
	searchWords() string
	// searchInsert is the INSERT of a rowid and its words, a blank between them.
	searchInsert() string
	// searchMatch begins the condition that the words of t match, searchEnd ends
	// it; between them stands a parameter, as searchFor writes it: one of some
	// ways to be found by the words that are asked for, less what is found by others.
	searchMatch() string
	searchEnd() string
	searchFor(ways, less []clause, a asked) string
	// heads is a SELECT of the words there are from $1 on up to but without $2, at
	// most $3; "" where heads are found as soon as words. inOrder says that going
	// back from the newest is as soon as finding what is rare.
	heads() string
	inOrder() bool
	// aside says of a WITH that it is planned, though not read, as if all of it were
	// wanted.
	aside() string
	// steady is a statement to be prepared once, whose plan depends on no
	// parameter's value.
	steady(text string) string
	// begin starts a writing transaction.
	begin() string
	// shared says whether other processes commit at the same time as this one.
	shared() bool
	// migrating holds off other processes while f changes the schema.
	migrating(ctx context.Context, c *sql.Conn, f func() error) error
	// insertMany writes rows in one go and gives what the suffix returns.
	insertMany(ctx context.Context, c *conn, t *table, rows [][]any, each func(*sql.Rows) error) error
	// claimMany writes rows in one go and gives which of them changed anything: the
	// suffix leaves some alone, and returns columns that tell the others apart.
	claimMany(ctx context.Context, c *conn, t *table, rows [][]any) (changed []bool, err error)
	// classify names the error: full disk, away, retry, or nothing known.
	classify(err error) trouble
	// awake sends a line to other processes, and hears theirs, until ctx ends.
	// heard is called when something may have been committed elsewhere.
	awake(ctx context.Context, dsn string, tell <-chan struct{}, heard func())
}

// trouble is what a database error means to us.
type trouble int

const (
	unknownTrouble trouble = iota
	away                   // cannot be reached, or is shutting down
	full                   // no room on the disk
	retry                  // a deadlock or a lock not given: the same again may succeed
)

// table describes how rows are inserted: columns with their PostgreSQL types,
// and what follows the VALUES.
type table struct {
	name    string
	cols    []string
	types   []string
	suffix  string // ON CONFLICT … RETURNING …
	returns bool
	one     string // INSERT of one row
	claim   string // the same, returning nothing
	many    string // INSERT of many, a column an array
	tells   []int  // the columns that are returned, where they are the table's own
}

// newTable reads "col type, col type".
func newTable(name, cols, suffix string) *table {
	t := &table{name: name, suffix: suffix, returns: strings.Contains(suffix, "RETURNING")}
	for _, c := range strings.Split(cols, ",") {
		col, typ, _ := strings.Cut(strings.TrimSpace(c), " ")
		t.cols, t.types = append(t.cols, col), append(t.types, typ)
	}
	quiet, returned, _ := strings.Cut(suffix, "RETURNING ")
	for _, col := range strings.Split(returned, ", ") {
		if i := slices.Index(t.cols, col); i >= 0 {
			t.tells = append(t.tells, i)
		}
	}
	t.one, t.claim, t.many = t.values(suffix), t.values(quiet), t.unnest()
	return t
}

// conn is the writer's one connection, with its statements prepared once.
type conn struct {
	*sql.Conn
	engine engine
	stmts  map[string]*sql.Stmt
}

func (c *conn) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if s := c.stmts[text]; s != nil {
		return s, nil
	}
	s, err := c.PrepareContext(ctx, c.engine.steady(text))
	if err != nil {
		return nil, err
	}
	c.stmts[text] = s
	return s, nil
}

// micros turns a time into what tables hold, and back.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
