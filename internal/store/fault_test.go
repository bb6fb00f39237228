package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

var engines = map[string]func(testing.TB) string{"sqlite": sqlite, "postgres": testkit.Postgres}

// onBoth tries something on both engines.
func onBoth(t *testing.T, f func(t *testing.T, database string)) {
	t.Parallel()
	for name, database := range engines {
		t.Run(name, func(t *testing.T) { f(t, database(t)) })
	}
}

func whole(t *testing.T, db *sql.DB, brands ...string) {
	t.Helper()
	for _, b := range brands {
		for _, fault := range storetest.Audit(context.Background(), db, b) {
			t.Error(fault)
		}
	}
}

func count(t *testing.T, db *sql.DB, text string, args ...any) (n int) {
	t.Helper()
	if err := db.QueryRow(text, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// hold keeps every writer waiting until let go is called.
func hold(t *testing.T, db *sql.DB, database string) (letGo func()) {
	t.Helper()
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	take := []string{"BEGIN IMMEDIATE"}
	if strings.HasPrefix(database, "postgres") {
		take = []string{"BEGIN", "LOCK TABLE idempotency IN EXCLUSIVE MODE", "LOCK TABLE server_key IN EXCLUSIVE MODE"}
	}
	for _, text := range take {
		if _, err := c.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if _, err := c.ExecContext(t.Context(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		c.Close()
	}
}

// A full line refuses at once, and keeps what it had taken.
func TestFullLine(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		s, db := storetest.OpenStore(t, database, time.Now), storetest.Plain(t, database)
		first := storetest.Tap("sparkle", "k", time.Now())
		if err := s.Accept(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		letGo := hold(t, db, database)
		const taps = 4096 + 512 + 50 // more than one line and one group
		sent := storetest.NewSent(taps)
		fresh := map[string]bool{first.Moment.ID: true}
		for i := range taps {
			a := storetest.Tap("sparkle", fmt.Sprint("key-", i%5), time.Now())
			if i%20 > 0 {
				a.Moment.Once = first.Moment.Once // the same again, which is quickly told
			}
			sent.Send(t.Context(), s, a)
		}
		if kind := sent.News(t); kind != sayline.Unavailable {
			t.Errorf("while nothing could be written, the first answer was %q", kind)
		}
		letGo()
		sent.Wait()
		if n := len(sent.Refused[sayline.Unavailable]); n == 0 || n+len(sent.Kept) != taps {
			t.Errorf("%d refused, %d kept, of %d", n, len(sent.Kept), taps)
		}
		for _, a := range sent.Kept {
			fresh[a.Moment.ID] = true
		}
		if n := count(t, db, "SELECT COUNT(*) FROM moment"); n != len(fresh) || n < 100 {
			t.Errorf("%d moments, %d different ones were kept", n, len(fresh))
		}
		whole(t, db, "sparkle")
	})
}

// A job that can't be written hurts nobody else in its group.
func TestPoisonedJob(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		s, db := storetest.OpenStore(t, database, time.Now), storetest.Plain(t, database)
		first := storetest.Tap("sparkle", "k", time.Now())
		if err := s.Accept(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		sent := storetest.NewSent(100)
		letGo := hold(t, db, database)
		poisoned := map[*store.Accept]bool{}
		for i := range 60 {
			a := storetest.Tap("sparkle", fmt.Sprint("key-", i%3), time.Now())
			if i%20 == 7 {
				a.Moment.ID = first.Moment.ID // as if two moments had one id
				poisoned[a] = true
			}
			sent.Send(t.Context(), s, a)
		}
		letGo()
		sent.Wait()
		if len(sent.Kept) != 57 || len(sent.Refused[sayline.Internal]) != 3 {
			t.Errorf("%d kept, refused %v", len(sent.Kept), sent.Refused)
		}
		for _, a := range sent.Refused[sayline.Internal] {
			if !poisoned[a] {
				t.Error("a good tap was refused")
			}
		}
		whole(t, db, "sparkle")
	})
}

// Whoever writes while the store closes is kept or told; nobody waits for ever.
func TestCloseUnderLoad(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		s, err := store.Open(t.Context(), storeOptions(database))
		if err != nil {
			t.Fatal(err)
		}
		db := storetest.Plain(t, database)
		var mu sync.Mutex
		var all sync.WaitGroup
		kept, refused := 0, map[sayline.Kind]int{}
		started := make(chan struct{}, 200)
		for i := range 50 {
			all.Go(func() {
				for {
					err := s.Accept(context.Background(), storetest.Tap("sparkle", fmt.Sprint("key-", i%3), time.Now()))
					mu.Lock()
					if err != nil {
						refused[sayline.KindOf(err)]++
					} else {
						kept++
					}
					mu.Unlock()
					if err != nil {
						return
					}
					select {
					case started <- struct{}{}:
					default:
					}
				}
			})
		}
		for range cap(started) / 2 {
			<-started
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		all.Wait()
		if len(refused) != 1 || refused[sayline.Unavailable] != 50 {
			t.Errorf("refused %v", refused)
		}
		if n := count(t, db, "SELECT COUNT(*) FROM moment"); n != kept {
			t.Errorf("%d moments of %d kept taps", n, kept)
		}
		whole(t, db, "sparkle")
	})
}

// A database that goes away is Unavailable, and when it is back so are we.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	database := testkit.Postgres(t)
	s, db := storetest.OpenStore(t, database, time.Now), storetest.Plain(t, database)
	heard := make(chan int64, 100_000)
	s.Watch(func(events []sayline.Event) {
		for _, e := range events {
			heard <- e.Seq
		}
	})
	other := storetest.OpenStore(t, database, time.Now)
	accept := func(s *store.Store) error { return s.Accept(t.Context(), storetest.Tap("sparkle", "k", time.Now())) }
	for _, s := range []*store.Store{s, other} {
		if err := accept(s); err != nil {
			t.Fatal(err)
		}
	}
	sent := storetest.NewSent(2000)
	for i := range 1000 {
		sent.Send(context.Background(), []*store.Store{s, other}[i%2], storetest.Tap("sparkle", fmt.Sprint("key-", i%9), time.Now()))
	}
	for range 50 {
		sent.News(t)
	}
	comeBack := takeAway(t, database)
	sent.Wait()
	if err := accept(s); sayline.KindOf(err) != sayline.Unavailable {
		t.Errorf("away: %v", err)
	}
	if err := s.Ready(t.Context()); sayline.KindOf(err) != sayline.Unavailable {
		t.Errorf("away: ready %v", err)
	}
	if _, err := s.LastEvent(t.Context(), "sparkle"); sayline.KindOf(err) != sayline.Unavailable {
		t.Errorf("away: read %v", err)
	}
	comeBack()
	for _, s := range []*store.Store{other, s} {
		if err := accept(s); err != nil {
			t.Errorf("back: %v", err)
		}
	}
	for kind := range sent.Refused {
		if kind != sayline.Unavailable {
			t.Errorf("%d were refused as %s", len(sent.Refused[kind]), kind)
		}
	}
	for _, a := range sent.Kept {
		if n := count(t, db, "SELECT COUNT(*) FROM moment WHERE brand_id = $1 AND moment_id = $2", "sparkle", a.Moment.ID); n != 1 {
			t.Errorf("a kept tap is there %d times", n)
		}
	}
	last, err := s.LastEvent(t.Context(), "sparkle")
	if err != nil {
		t.Fatal(err)
	}
	for want := int64(1); want <= last; want++ {
		select {
		case got := <-heard:
			if got != want {
				t.Fatalf("heard event %d after %d", got, want-1)
			}
		case <-time.After(time.Minute):
			t.Fatalf("event %d of %d was never heard", want, last)
		}
	}
	whole(t, db, "sparkle")
}

// takeAway ends every connection of a database and lets none in.
func takeAway(t *testing.T, database string) (comeBack func()) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	run := func(text string, args ...any) {
		t.Helper()
		c, err := pgx.Connect(t.Context(), u.String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(t.Context())
		if _, err := c.Exec(t.Context(), text, args...); err != nil {
			t.Fatal(err)
		}
	}
	run("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false")
	run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
	return func() { run("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true") }
}

// Who has stopped waiting gets nothing of what is written after all, and
// touches nothing of it: whether they left before they stood in line, in it, or
// when their turn had come. The race detector looks on.
func TestNobodyWaits(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		s, db := storetest.OpenStore(t, database, time.Now), storetest.Plain(t, database)
		letGo := hold(t, db, database)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		waitsNot(t, s, gone, sayline.Unavailable)
		leaving, leave := context.WithCancel(t.Context())
		defer leave()
		var all sync.WaitGroup
		for i := range 30 {
			all.Go(func() {
				if i == 15 {
					leave()
				}
				waitsNot(t, s, leaving, sayline.Unavailable, "")
			})
		}
		letGo()
		all.Wait()
		for _, brand := range []string{"", "sparkle"} { // behind it in both lines
			if err := s.Tidy(t.Context(), brand); err != nil {
				t.Error(err)
			}
		}
	})
}

// waitsNot asks for four things of nobody's: the answer is of one of these
// kinds, and empty.
func waitsNot(t *testing.T, s *store.Store, ctx context.Context, kinds ...sayline.Kind) {
	pages, err := s.LeasePages(ctx, sayline.ByEmail, 10)
	if !slices.Contains(kinds, sayline.KindOf(err)) || len(pages) > 0 {
		t.Errorf("leased %v, %v", pages, err)
	}
	place, ok, err := s.LeaseEndpoint(ctx, "sparkle", "erp", "a", time.Now())
	if !slices.Contains(kinds, sayline.KindOf(err)) || err != nil && (ok || place != (store.EndpointPlace{})) {
		t.Errorf("leased %v at %v, %v", ok, place, err)
	}
	held, err := s.SaveDeliveries(ctx, "sparkle", "erp", "a", 1, false, nil)
	if !slices.Contains(kinds, sayline.KindOf(err)) || err != nil && held {
		t.Errorf("held %v, %v", held, err)
	}
	email, err := s.Join(ctx, "token", "Lucía", "secret")
	if k := sayline.KindOf(err); !slices.Contains(kinds, k) && k != sayline.NotFound && k != sayline.Invalid && k != sayline.Gone || email != "" {
		t.Errorf("joined %q, %v", email, err)
	}
}
