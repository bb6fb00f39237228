package storetest

import (
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// Clock stands until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock makes a clock that stands at a time.
func NewClock(at time.Time) *Clock { return &Clock{now: at} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Move lets time pass.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// aSunday is when the suite begins: an ordinary morning.
var aSunday = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// house is one database with a store on it.
type house struct {
	*store.Store
	url   string
	clock *Clock
	plain *sql.DB                 // the rows as they are, past the store
	fresh func(testing.TB) string // another database
}

func openHouse(t testing.TB, fresh func(testing.TB) string) *house {
	t.Helper()
	clock, url := NewClock(aSunday), fresh(t)
	return &house{Store: OpenStore(t, url, clock.Now), url: url, clock: clock, plain: Plain(t, url), fresh: fresh}
}

// OpenStore opens a store that is closed when the test ends.
func OpenStore(t testing.TB, url string, now func() time.Time) *store.Store {
	t.Helper()
	s, err := openStore(t.Context(), url, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("the store did not close: %v", err)
		}
	})
	return s
}

func openStore(ctx context.Context, url string, now func() time.Time) (*store.Store, error) {
	return store.Open(ctx, store.Options{Database: url, Log: slog.New(slog.DiscardHandler), Now: now})
}

// Plain opens the database itself, past the store.
func Plain(t testing.TB, url string) *sql.DB {
	t.Helper()
	driver, dsn := "pgx", url
	if !strings.HasPrefix(url, "postgres") {
		driver, dsn = "sqlite", "file:"+url+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(4)
	t.Cleanup(func() { db.Close() })
	return db
}

// world is one brand in a house: what a behaviour is tried on. Brands are
// apart, so that one database serves the whole suite.
type world struct {
	tester
	T *testing.T
	*house
	brand  string
	random io.Reader
}

// tester is a test, or one try of a property.
type tester interface {
	Helper()
	Error(...any)
	Errorf(string, ...any)
	Fatal(...any)
	Fatalf(string, ...any)
	Context() context.Context
}

// alone is the same brand in a house of its own, for what concerns all brands.
func (w *world) alone() *world {
	house := openHouse(w.T, copied(w.url))
	house.fresh = w.house.fresh
	return &world{tester: w.T, T: w.T, house: house, brand: w.brand, random: w.random}
}

var madrid, _ = time.LoadLocation("Europe/Madrid")

func (w *world) ctx() context.Context { return w.tester.Context() }

func (w *world) id() string { return sayline.NewID(w.clock.Now(), w.random) }

// secret is the hash of something nobody else knows.
func (w *world) secret() string { return sayline.HashSecret(w.id()) }

// tap is a moment on its way in: one tap on a topic, deciding for a case of the
// key ("" for one of its own). edit changes it before it is accepted.
func (w *world) tap(key string, edit ...func(*sayline.Moment)) *store.Accept {
	now := w.clock.Now()
	m := &sayline.Moment{
		Brand: w.brand, ID: w.id(), Reference: "K7Q3-F9MX", ReceivedAt: now, OccurredAt: now, OpenUntil: now.Add(sayline.OpenFor), RetainUntil: now.Add(time.Hour * 24 * 730),
		Kind: "problem", Feeling: 2, Topic: "cant-find-it", Audience: "customer", Class: sayline.Unidentified, Zone: "Europe/Madrid",
		Context: sayline.Context{Touchpoint: "k7f3", Place: "madrid", Source: "qr"},
		Receipt: w.secret(), Once: w.secret(),
		Decision: sayline.Decision{Version: 1, Rule: 1, Team: "crew", Place: "madrid", Urgency: sayline.Normal, Within: 15 * time.Minute, Answer: 24 * time.Hour, GroupKey: key, OpensCase: true, Pages: true},
	}
	for _, e := range edit {
		e(m)
	}
	return &store.Accept{Moment: m, Digest: "digest", CaseID: w.id()}
}

// Edits of a tap.
func urgency(u string) func(*sayline.Moment) {
	return func(m *sayline.Moment) {
		d := &m.Decision
		d.Urgency, d.OpensCase, d.Pages = u, u != sayline.None, sayline.MoreUrgent(u, sayline.Quiet)
	}
}

func feeling(f int) func(*sayline.Moment)     { return func(m *sayline.Moment) { m.Feeling = f } }
func words(text string) func(*sayline.Moment) { return func(m *sayline.Moment) { m.Text = text } }
func sealed(m *sayline.Moment)                { m.SealedAt = m.ReceivedAt }

// say accepts a tap and gives it as stored.
func (w *world) say(key string, edit ...func(*sayline.Moment)) *sayline.Moment {
	w.Helper()
	a := w.tap(key, edit...)
	w.must(w.Accept(w.ctx(), a))
	return w.moment(a.Moment.ID)
}

func (w *world) moment(id string) *sayline.Moment {
	w.Helper()
	m, err := w.Moment(w.ctx(), w.brand, id)
	w.must(err)
	return m
}

func (w *world) theCase(id string) *sayline.Case {
	w.Helper()
	c, err := w.Case(w.ctx(), w.brand, id)
	w.must(err)
	return c
}

func (w *world) steps(caseID string) []sayline.Step {
	w.Helper()
	list, err := w.StepsOf(w.ctx(), w.brand, caseID)
	w.must(err)
	return list
}

func (w *world) pages(caseID string) []sayline.Page {
	w.Helper()
	list, err := w.PagesOf(w.ctx(), w.brand, caseID)
	w.must(err)
	return list
}

func (w *world) act(caseID, person string) store.Act {
	return store.Act{Brand: w.brand, Case: caseID, Person: person, Way: "desk", Zone: madrid}
}

func (w *world) acknowledge(caseID, person string) {
	w.Helper()
	w.must(w.Acknowledge(w.ctx(), w.act(caseID, person), 0))
}

func (w *world) resolve(caseID string) {
	w.Helper()
	w.must(w.Resolve(w.ctx(), w.act(caseID, "lucia"), "done"))
}

func (w *world) reply(caseID, moment, text string) *sayline.Message {
	w.Helper()
	m := &sayline.Message{ID: w.id(), Moment: moment, Direction: sayline.Reply, Text: text}
	w.must(w.AddMessage(w.ctx(), w.act(caseID, "lucia"), m))
	return m
}

// amend changes an open moment; what change does to the decision is decided again.
func (w *world) amend(m *sayline.Moment, change func(*sayline.Moment)) error {
	return w.Amend(w.ctx(), amendment(w, m, func(m *sayline.Moment) error { change(m); return nil }))
}

func amendment(w *world, m *sayline.Moment, change func(*sayline.Moment) error) store.Amend {
	return store.Amend{
		Brand: w.brand, Receipt: m.Receipt, CaseID: w.id(), Change: change,
		Decide: func(m *sayline.Moment) sayline.Decision { return m.Decision },
	}
}

// authorSays is what the author of m adds at any time. Words make nobody's work
// somebody's: a quiet case of its own.
func (w *world) authorSays(m *sayline.Moment, text, solved string) error {
	return w.AuthorSays(w.ctx(), says(w, m, text, solved, 0))
}

func says(w *world, m *sayline.Moment, text, solved string, after int) store.AuthorSays {
	return store.AuthorSays{
		Brand: w.brand, Receipt: m.Receipt, CaseID: w.id(), Feeling: after, Decide: decideWords,
		Message: &sayline.Message{ID: w.id(), Text: text, Solved: solved},
	}
}

func decideWords(m *sayline.Moment) sayline.Decision {
	d := m.Decision
	if d.Urgency == sayline.None && m.Text != "" {
		d.Urgency, d.OpensCase, d.Pages, d.GroupKey = sayline.Quiet, true, false, ""
	}
	return d
}

func (w *world) events() []sayline.Event {
	w.Helper()
	list, err := w.Events(w.ctx(), w.brand, 0, 1_000_000)
	w.must(err)
	return list
}

// types are the events after a number, by type, in order.
func (w *world) types(after int) string {
	w.Helper()
	var b strings.Builder
	for _, e := range w.events()[after:] {
		b.WriteString(e.Type + " ")
	}
	return strings.TrimSpace(b.String())
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// refused fails the test unless err is of the kind.
func (w *world) refused(err error, kind sayline.Kind) {
	w.Helper()
	if got := sayline.KindOf(err); got != kind {
		w.Fatalf("got %q (%v), want %q", got, err, kind)
	}
}

// same compares what two values look like written down.
func same[T any](w *world, what string, got, want T) {
	w.Helper()
	if g, f := show(got), show(want); g != f {
		w.Fatalf("%s:\n got %s\nwant %s", what, g, f)
	}
}

func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// whole asks the oracle about the brand.
func (w *world) whole() {
	w.Helper()
	for _, fault := range Audit(w.ctx(), w.plain, w.brand) {
		w.Error(fault)
	}
}
