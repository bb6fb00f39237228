package pager

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// model drives a pager's parts step by step, in any order, with a clock of its
// own, and knows of every case which episodes were taken.
type model struct {
	t      *rapid.T
	p      *Pager
	brand  *brands.Snapshot
	now    *time.Time
	cases  []string
	taken  map[string]int // case → episodes up to which somebody took it
	leased map[string]sayline.Page
	late   []sayline.Page // leases that ended before their senders said anything
}

var ctx = context.Background()

func (m *model) check(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *model) any() string {
	if len(m.cases) == 0 {
		m.t.Skip("no case yet")
	}
	return rapid.SampledFrom(m.cases).Draw(m.t, "case")
}

func (m *model) get(id string) *sayline.Case {
	c, err := m.p.Store.Case(ctx, m.brand.ID, id)
	m.check(err)
	return c
}

func (m *model) pass(d time.Duration) { *m.now = m.now.Add(d) }

func (m *model) say(t *rapid.T) {
	topic := rapid.SampledFrom([]string{"cant-find-it", "tastes-off", "someone-great", "about-a-person"}).Draw(t, "topic")
	place := rapid.SampledFrom([]string{"k7f3", "s9x2"}).Draw(t, "touchpoint")
	got, err := say(m.p.Store, m.brand, *m.now, sayline.Moment{Topic: topic, Context: sayline.Context{Touchpoint: place}})
	m.check(err)
	if got.Case != "" && !slices.Contains(m.cases, got.Case) {
		m.cases = append(m.cases, got.Case)
	}
}

func (m *model) acknowledge(t *rapid.T) {
	id := m.any()
	err := m.p.Store.Acknowledge(ctx, store.Act{Brand: m.brand.ID, Case: id, Person: "lucia", Zone: time.UTC}, 0)
	if sayline.KindOf(err) != sayline.Conflict {
		m.check(err)
		m.taken[id] = m.get(id).Episode
	}
}

func (m *model) resolve(t *rapid.T) {
	id := m.any()
	m.check(m.p.Store.Resolve(ctx, store.Act{Brand: m.brand.ID, Case: id, Person: "lucia", Zone: time.UTC}, "done"))
	m.taken[id] = m.get(id).Episode
}

// lease checks that nothing starts of an episode somebody took, and that no
// page has two senders.
func (m *model) lease(t *rapid.T) {
	channel := rapid.SampledFrom([]string{sayline.ByEmail, sayline.ByWebhook}).Draw(t, "channel")
	list, err := m.p.Store.LeasePages(ctx, channel, rapid.IntRange(1, 5).Draw(t, "workers"))
	m.check(err)
	for _, p := range list {
		if p.Brand != m.brand.ID {
			continue // of a run before
		}
		if p.Episode <= m.taken[p.Case] {
			t.Fatalf("a page of episode %d starts, and somebody took episode %d", p.Episode, m.taken[p.Case])
		}
		if before, ok := m.leased[p.ID]; ok && m.now.Before(before.LeaseUntil) {
			t.Fatalf("page %s is leased twice", p.ID)
		}
		if before, ok := m.leased[p.ID]; ok {
			m.late = append(m.late, before)
		}
		m.leased[p.ID] = p
	}
}

// reportLate: a sender that was thought dead says that its call failed. That is
// nothing to whoever has the page now.
func (m *model) reportLate(t *rapid.T) {
	if len(m.late) == 0 {
		t.Skip("nobody is late")
	}
	p := m.late[0]
	m.late = m.late[1:]
	before, err := m.p.Store.Page(ctx, m.brand.ID, p.ID)
	m.check(err)
	m.check(m.p.Store.ReportPages(ctx, m.brand.ID, []store.PageReport{settle(p, notify.Outcome{Class: notify.FailedForGood}, *m.now)}))
	if after, err := m.p.Store.Page(ctx, m.brand.ID, p.ID); err != nil || after != before {
		t.Fatalf("%+v became %+v (%v)", before, after, err)
	}
}

func (m *model) report(t *rapid.T) {
	for _, id := range sortedKeys(m.leased) {
		p := m.leased[id]
		class := rapid.SampledFrom([]notify.Class{notify.Accepted, notify.FailedForNow, notify.Unknown, notify.FailedForGood, ""}).Draw(t, "outcome")
		if class == "" {
			continue // its process dies
		}
		r := settle(p, notify.Outcome{Class: class}, *m.now)
		r.Zone = time.UTC
		m.check(m.p.Store.ReportPages(ctx, m.brand.ID, []store.PageReport{r}))
		delete(m.leased, id)
	}
}

// invariants hold after every step, of whatever case one looks at.
func (m *model) invariants(t *rapid.T) {
	if len(m.cases) > 0 {
		m.holds(t, rapid.SampledFrom(m.cases).Draw(t, "looked at"))
	}
}

func (m *model) holds(t *rapid.T, cases ...string) {
	for _, id := range cases {
		c := m.get(id)
		pages, err := m.p.Store.PagesOf(ctx, m.brand.ID, id)
		m.check(err)
		steps, err := m.p.Store.StepsOf(ctx, m.brand.ID, id)
		m.check(err)
		waiting := slices.IndexFunc(steps, func(s sayline.Step) bool { return s.State == sayline.StepWaiting && s.Episode == c.Episode })
		if c.State == sayline.CaseOpen && waiting < 0 && !policyFor(c.Kind, c.Urgency).silent {
			t.Fatalf("nobody took %s, and no step waits: %+v", id, steps)
		}
		if c.Episode <= m.taken[id] && waiting >= 0 {
			t.Fatalf("somebody took %s, and a step waits: %+v", id, steps)
		}
		once := map[string]bool{}
		for _, p := range pages {
			key := fmt.Sprint(p.Episode, p.Loop, p.N, p.Person, p.Channel, p.Address)
			if once[key] || p.State == sayline.PageQueued && p.Episode <= m.taken[id] {
				t.Fatalf("%+v", p)
			}
			once[key] = true
		}
	}
}

// quiet lets everything run its course with receivers that take all: every page
// reaches an end.
func (m *model) quiet(t *rapid.T) {
	m.holds(t, m.cases...)
	for _, id := range m.cases {
		if c := m.get(id); c.State != sayline.CaseResolved {
			m.check(m.p.Store.Resolve(ctx, store.Act{Brand: m.brand.ID, Case: id, Person: "lucia", Zone: time.UTC}, "done"))
			m.taken[id] = c.Episode
		}
	}
	m.pass(sayline.Lease + time.Second)
	m.check(m.p.Store.ExpireLeases(ctx))
	m.lease(t)
	for _, id := range m.cases {
		pages, err := m.p.Store.PagesOf(ctx, m.brand.ID, id)
		m.check(err)
		for _, p := range pages {
			if p.State == sayline.PageQueued || p.State == sayline.PageSending {
				t.Fatalf("no end: %+v", p)
			}
		}
	}
}

func sortedKeys[T any](m map[string]T) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// TestInvariant10NothingStartsAfterSomebodyIsOnIt plays cases, pages, deaths and clocks
// against each other.
func TestInvariant10NothingStartsAfterSomebodyIsOnIt(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
		s, err := store.Open(ctx, store.Options{Database: database, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		w, err := catalogue()
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		rapid.Check(t, func(t *rapid.T) {
			n++
			c := sparkle("https://hook.example/")
			c.ID = fmt.Sprintf("sparkle-%d", n)
			registry := &brands.Registry{}
			b := brands.New(1, c, nil)
			registry.Set(b)
			if _, err := s.SaveConfig(ctx, c, 0, "test"); err != nil {
				t.Fatal(err)
			}
			p := &Pager{Options: Options{Store: s, Registry: registry, Words: w, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Random: rand.Reader}}
			m := &model{t: t, p: p, brand: b, now: &now, taken: map[string]int{}, leased: map[string]sayline.Page{}}
			t.Repeat(map[string]func(*rapid.T){
				"say":         m.say,
				"acknowledge": m.acknowledge,
				"resolve":     m.resolve,
				"fire":        func(*rapid.T) { p.fireDue(ctx) },
				"lease":       m.lease,
				"report":      m.report,
				"report late": m.reportLate,
				"leases end":  func(*rapid.T) { m.check(s.ExpireLeases(ctx)) },
				"time passes": func(t *rapid.T) {
					m.pass(time.Duration(rapid.SampledFrom([]int{1, 5, 16, 60, 900, 1800}).Draw(t, "seconds")) * time.Second)
				},
				"": m.invariants,
			})
			m.quiet(t)
		})
	})
}

// TestAcknowledgedWhileSending: two processes send, everything fails for now, and
// people take the cases at any time. Once an acknowledgement has returned, no
// page of the case is begun any more.
func TestAcknowledgedWhileSending(t *testing.T) {
	h := serve(t, testkit.Postgres(t))
	failing := &ledger{start: time.Now(), answer: func(int) notify.Outcome { return notify.Outcome{Class: notify.FailedForNow} }}
	for range 2 {
		o := h.options(h.open())
		o.Webhooks, o.Mailers = failing, []Mailer{failing, failing, failing, failing}
		h.run(o)
	}
	attempts := func(id string) (n int) {
		for _, p := range h.pages(id) {
			n += p.Attempts
		}
		return n
	}
	type taken struct {
		id       string
		attempts int
	}
	const cases = 120
	where := []string{"k7f3", "s9x2"} // on the shelf the next step waits; in Sevilla all steps follow at once
	done := make(chan taken, cases)
	var wg sync.WaitGroup
	for i := range cases {
		m := h.say(sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Ref: secret(), Touchpoint: where[i%2]}})
		looks := mathrand.IntN(12) // how often to look before taking it
		wg.Go(func() {
			for range looks {
				if _, err := h.store.PagesOf(ctx, "sparkle", m.Case); err != nil {
					t.Error(err)
				}
			}
			if err := h.store.Acknowledge(ctx, store.Act{Brand: "sparkle", Case: m.Case, Person: "nuria", Zone: time.UTC}, 0); err != nil {
				t.Error(err)
			}
			done <- taken{m.Case, attempts(m.Case)}
		})
	}
	wg.Wait()
	close(done)
	begun := 0
	for c := range done {
		h.eventually("its pages ended", func() bool {
			return !slices.ContainsFunc(h.pages(c.id), func(p sayline.Page) bool { return p.State == sayline.PageQueued || p.State == sayline.PageSending })
		})
		if n := attempts(c.id); n != c.attempts {
			t.Errorf("%d calls were begun when the acknowledgement returned, %d in the end", c.attempts, n)
		}
		for _, s := range h.steps(c.id) {
			if s.State == sayline.StepWaiting {
				t.Errorf("somebody is on it, and a step waits: %+v", s)
			}
		}
		begun += c.attempts
	}
	if begun == 0 {
		t.Error("everything was taken before anything began: this test shows nothing")
	}
}
