package store

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sayline/sayline"
)

// Options says where the database is and what the store needs from outside.
type Options struct {
	// Database is a PostgreSQL URL (postgres://…) or the path of an SQLite file.
	Database string
	Log      *slog.Logger
	Now      func() time.Time
	// Committers is how many connections commit side by side on PostgreSQL,
	// each for its own brands. SQLite has one. 0 is the default.
	Committers int
	// Promise makes a case's promises anew when it is opened again. Default: as
	// long by the clock as they were.
	Promise promiser
	// Runs says how a brand's clocks run from a time until another for what a moment
	// began, as its promises do. It, or what it gives, may be nil: by the clock.
	Runs func(brand string) func(m *sayline.Moment, from, until time.Time) time.Duration
	// Passing is called at each [Point], and may keep it from being passed. Tests
	// set it.
	Passing func(at Point, with string)
}

// Store is an open database.
type Store struct {
	engine    engine
	database  string
	log       *slog.Logger
	now       func() time.Time
	promise   promiser
	runs      func(brand string) func(m *sayline.Moment, from, until time.Time) time.Duration
	passing   func(at Point, with string)
	cubes     cubes
	clocks    clockDays
	warming   atomic.Value // the brand whose counts are read ahead just now
	visited   atomic.Int64 // when visits were brought last, in microseconds
	readers   *sql.DB
	reading   sync.Map // text → *sql.Stmt of readers
	writing   *sql.DB
	writers   []*writer
	relay     *relay
	present   presences
	serverKey []byte
	pushKey   *ecdh.PrivateKey
	stop      context.CancelFunc
	running   sync.WaitGroup
}

//go:embed migrations/*.sql
var migrations embed.FS

// schemaVersion is the number of the last migration.
var schemaVersion = func() int {
	names, _ := migrations.ReadDir("migrations") // embedded: it is there
	return len(names)
}()

// Open opens the database, brings its schema up to date and starts the group
// writers. Close ends them after what waits is committed.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{database: o.Database, log: o.Log, now: o.Now, promise: o.Promise, runs: o.Runs, passing: o.Passing, engine: sqliteEngine{}}
	committers := 1
	if strings.HasPrefix(o.Database, "postgres://") || strings.HasPrefix(o.Database, "postgresql://") {
		s.engine = postgresEngine{}
		if committers = o.Committers; committers == 0 {
			committers = 2
		}
	}
	var err error
	if s.readers, s.writing, err = s.engine.open(o.Database); err != nil {
		return nil, sayline.Errorf(sayline.Unavailable, "The database can't be opened.").Because(err)
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(sayline.Errorf(sayline.Unavailable, "The database can't be used.").Because(err), s.readers.Close(), s.writing.Close())
	}
	s.relay = newRelay(s)
	run, stop := context.WithCancel(context.Background())
	s.stop = stop
	for range committers {
		w := newWriter(s)
		s.writers = append(s.writers, w)
		s.running.Go(w.run)
	}
	s.running.Go(func() { s.engine.awake(run, s.database, s.relay.tell, func() { s.relay.catchUp(); s.lookAround() }) })
	return s, nil
}

// Close commits what waits and closes the database.
func (s *Store) Close() error {
	for _, w := range s.writers {
		w.close()
	}
	s.stop()
	s.running.Wait()
	return errors.Join(s.readers.Close(), s.writing.Close())
}

// Ready says whether the database answers.
func (s *Store) Ready(ctx context.Context) error {
	var one int
	if err := s.readers.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return s.failed(err)
	}
	return nil
}

// ServerKey is the secret from which receipts and webhook secrets are derived.
// It is made once per database and shared by every process on it.
func (s *Store) ServerKey() []byte { return s.serverKey }

// VAPID is the pair of keys that sign what we push to browsers (RFC 8292), in
// base64url: browsers subscribe to the public one, as 65 bytes of a point on
// P-256. It is made once per database; with another pair every subscription is lost.
func (s *Store) VAPID() (public, private string) {
	return base64.RawURLEncoding.EncodeToString(s.pushKey.PublicKey().Bytes()), base64.RawURLEncoding.EncodeToString(s.pushKey.Bytes())
}

func (s *Store) prepare(ctx context.Context) error {
	c, err := s.writing.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := s.engine.migrating(ctx, c, func() error { return s.migrate(ctx, c) }); err != nil {
		return err
	}
	return s.loadKeys(ctx, c)
}

// migrate applies the migrations that are missing, each whole or not at all.
func (s *Store) migrate(ctx context.Context, c *sql.Conn) error {
	if _, err := c.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS schema_version (n INTEGER PRIMARY KEY)"); err != nil {
		return err
	}
	var have int
	if err := c.QueryRowContext(ctx, "SELECT COALESCE(MAX(n), 0) FROM schema_version").Scan(&have); err != nil {
		return err
	}
	if have > schemaVersion {
		return fmt.Errorf("the database is of a newer Sayline (schema %d, this one knows %d)", have, schemaVersion)
	}
	parts := strings.NewReplacer("{{clustered}}", s.engine.clustered(), "{{search_words}}", s.engine.searchWords())
	for n := have + 1; n <= schemaVersion; n++ {
		text, err := migrations.ReadFile(fmt.Sprintf("migrations/%03d.sql", n))
		if err != nil {
			return err
		}
		if err := s.migration(ctx, c, n, parts.Replace(string(text))); err != nil {
			return fmt.Errorf("migration %d: %w", n, err)
		}
	}
	return nil
}

func (s *Store) migration(ctx context.Context, c *sql.Conn, n int, text string) error {
	if _, err := c.ExecContext(ctx, s.engine.begin()); err != nil {
		return err
	}
	err := func() error {
		var done int
		if err := c.QueryRowContext(ctx, "SELECT COUNT(*) FROM schema_version WHERE n = $1", n).Scan(&done); err != nil || done > 0 {
			return err
		}
		for _, statement := range strings.Split(withoutComments(text), ";") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if _, err := c.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", strings.TrimSpace(statement), err)
			}
		}
		_, err := c.ExecContext(ctx, "INSERT INTO schema_version (n) VALUES ($1)", n)
		return err
	}()
	if err != nil {
		_, _ = c.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return err
	}
	_, err = c.ExecContext(ctx, "COMMIT")
	return err
}

func withoutComments(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// The keys of a database, by their row.
const (
	serverKeyRow = 1
	pushKeyRow   = 2
)

func (s *Store) loadKeys(ctx context.Context, c *sql.Conn) (err error) {
	fresh := make([]byte, 32)
	if _, err := rand.Read(fresh); err != nil {
		return err
	}
	if s.serverKey, err = loadKey(ctx, c, serverKeyRow, fresh); err != nil {
		return err
	}
	pair, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	kept, err := loadKey(ctx, c, pushKeyRow, pair.Bytes())
	if err == nil {
		s.pushKey, err = ecdh.P256().NewPrivateKey(kept)
	}
	return err
}

// loadKey gives the key of a row: the first one that anybody put there.
func loadKey(ctx context.Context, c *sql.Conn, row int, fresh []byte) ([]byte, error) {
	if _, err := c.ExecContext(ctx, "INSERT INTO server_key (id, secret) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", row, base64.StdEncoding.EncodeToString(fresh)); err != nil {
		return nil, err
	}
	var text string
	if err := c.QueryRowContext(ctx, "SELECT secret FROM server_key WHERE id = $1", row).Scan(&text); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(text)
}

// failed turns a database error into one of ours.
func (s *Store) failed(err error) error {
	var ours *sayline.Error
	switch {
	case err == nil || errors.As(err, &ours):
		return err
	case errors.Is(err, sql.ErrNoRows):
		return sayline.Errorf(sayline.NotFound, "There is no such thing here.")
	}
	switch s.engine.classify(err) {
	case away, full, retry:
		return sayline.Errorf(sayline.Unavailable, "We can't keep this just now. Please try again.").Keyed("detail_not_now").Because(err)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, sql.ErrConnDone) || errors.As(err, new(*commitError)) {
		return sayline.Errorf(sayline.Unavailable, "We can't keep this just now. Please try again.").Keyed("detail_not_now").Because(err)
	}
	return sayline.Errorf(sayline.Internal, "Something went wrong on our side.").Because(err)
}
