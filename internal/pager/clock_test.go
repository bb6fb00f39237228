package pager

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	prom "github.com/prometheus/client_model/go"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
)

// These tests run in virtual time, where there is no network: the ways out are
// ledgers, the rest is the real thing. That a bubble ends also proves that
// nothing of the pager is left running.

// ledger is a way out that notes what is sent when, and answers as told.
type ledger struct {
	mu     sync.Mutex
	start  time.Time
	sent   []string
	answer func(n int) notify.Outcome // to the nth call, from 1; nil takes all
}

func (l *ledger) note(what string) notify.Outcome {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, fmt.Sprintf("%v %s", time.Since(l.start).Round(time.Second), what))
	if l.answer == nil {
		return notify.Outcome{Class: notify.Accepted}
	}
	return l.answer(len(l.sent))
}

func (l *ledger) Send(_ context.Context, m notify.Mail) notify.Outcome {
	who, _, _ := strings.Cut(m.To, "@")
	return l.note(who)
}

func (l *ledger) Post(_ context.Context, d notify.Delivery) notify.Outcome { return l.note(d.ID) }

// lines are what was sent so far, those of one moment in alphabetical order.
func (l *ledger) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := slices.Clone(l.sent)
	slices.SortStableFunc(list, func(a, b string) int {
		x, y := strings.Fields(a), strings.Fields(b)
		if x[0] != y[0] {
			return 0
		}
		return strings.Compare(x[1], y[1])
	})
	return list
}

// inBubble runs f with a house in virtual time on SQLite.
func inBubble(t *testing.T, f func(h *house, o Options, mails, posts *ledger), more ...func(*house, *sayline.Config)) {
	database := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		h := &house{t: t, database: database, now: time.Now, log: slog.New(slog.DiscardHandler), registry: &brands.Registry{}}
		c := sparkle("https://hook.example/")
		for _, m := range more {
			m(h, c)
		}
		h.store = h.open()
		if _, err := h.store.SaveConfig(t.Context(), c, 0, "test"); err != nil {
			t.Fatal(err)
		}
		h.brand = brands.New(1, c, nil)
		h.registry.Set(h.brand)
		w, err := catalogue()
		if err != nil {
			t.Fatal(err)
		}
		mails, posts := &ledger{start: time.Now()}, &ledger{start: time.Now()}
		o := Options{Store: h.store, Registry: h.registry, Words: w, Log: h.log, Now: h.now, Random: rand.Reader, Webhooks: posts, Mailers: []Mailer{mails}, From: "house@sayline.example",
			BrandURL: func(string) string { return "https://sparkle.example/cx" }, CaseURL: func(_, c string) string { return "https://house.example/" + c }}
		f(h, o, mails, posts)
	})
}

func pass(d time.Duration) {
	time.Sleep(d) // virtual
	synctest.Wait()
}

func expect(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestUrgentOverTime: nobody takes it, so it climbs, is stalled, and asks the
// last resort again and again.
func TestUrgentOverTime(t *testing.T) {
	inBubble(t, func(h *house, o Options, mails, _ *ledger) {
		h.run(o)
		m := h.say(sayline.Moment{Topic: "cant-find-it"})
		pass(179 * time.Second)
		if s := h.theCase(m.Case).State; s != sayline.CaseOpen {
			t.Errorf("the case is %s before everybody was asked", s)
		}
		pass(2 * time.Second)
		if s := h.theCase(m.Case).State; s != sayline.CaseStalled {
			t.Errorf("nobody took it, and it is %s", s)
		}
		pass(31 * time.Minute)
		expect(t, "e-mail", mails.lines(), "0s lucia", "0s marco", "0s nuria", "1m0s lucia", "1m0s marco", "1m0s nuria", "2m0s ana", "2m0s lucia", "3m0s ana", "3m0s lucia", "33m0s ana", "33m0s lucia")
		h.acknowledge(m.Case, "ana")
		for _, s := range h.steps(m.Case) {
			if s.State == sayline.StepWaiting {
				t.Errorf("asked again although somebody is on it: %+v", s)
			}
		}
	})
}

func TestNormalOverTime(t *testing.T) {
	inBubble(t, func(h *house, o Options, mails, posts *ledger) {
		h.run(o)
		h.say(sayline.Moment{Topic: "tastes-off"})
		pass(16 * time.Minute)
		expect(t, "e-mail", mails.lines(), "0s lucia", "15m0s ana", "15m0s lucia")
		expect(t, "webhooks of people", posts.lines())
	})
}

// TestNobodyAtAllOverTime: a hole takes no time, is stalled at once, and is asked
// about slowly, never in a circle.
func TestNobodyAtAllOverTime(t *testing.T) {
	inBubble(t, func(h *house, o Options, mails, _ *ledger) {
		h.run(o)
		m := h.say(sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Touchpoint: "s9x2"}})
		pass(0)
		if s := h.theCase(m.Case).State; s != sayline.CaseStalled {
			t.Errorf("nobody is there, and it is %s", s)
		}
		expect(t, "e-mail", mails.lines(), "0s nuria")
		on := sayline.OnDuty{Brand: "sparkle", ID: "1", Team: "distribution", Place: "sevilla", Person: "nuria", From: time.Now(), Until: time.Now().Add(12 * time.Hour)}
		h.registry.Set(brands.New(1, h.brand.Config, []sayline.OnDuty{on}))
		pass(31 * time.Minute)
		var states []string
		for _, s := range h.steps(m.Case) {
			states = append(states, fmt.Sprintf("%d.%d %s", s.Loop, s.N, s.State))
		}
		expect(t, "steps", states, "0.1 fired", "2.1 empty", "3.1 empty", "4.1 fired", "5.1 waiting")
		expect(t, "once somebody is there", mails.lines(), "0s nuria", "30m0s nuria")
	}, func(_ *house, c *sayline.Config) { c.LastResort = "" })
}

// TestFaceWaits: what the author adds to a face travels with the page.
func TestFaceWaits(t *testing.T) {
	inBubble(t, func(h *house, o Options, mails, _ *ledger) {
		h.run(o)
		h.say(sayline.Moment{Feeling: 1, OpenUntil: time.Now().Add(sayline.OpenFor)})
		pass(5 * time.Second)
		expect(t, "e-mail before the pause is over", mails.lines())
		m := h.say(sayline.Moment{Feeling: 1, OpenUntil: time.Now().Add(sayline.OpenFor), Context: sayline.Context{Ref: "other"}})
		seal := func(m *sayline.Moment) error { m.SealedAt = time.Now().UTC(); return nil }
		if err := h.store.Amend(h.t.Context(), store.Amend{Brand: "sparkle", Receipt: m.Receipt, Change: seal, Decide: h.brand.Router.Decide}); err != nil {
			t.Fatal(err)
		}
		pass(0)
		expect(t, "e-mail at the seal", mails.lines(), "5s lucia")
		pass(4 * time.Second)
		expect(t, "e-mail after the pause", mails.lines(), "5s lucia", "8s lucia")
	})
}

// TestPageRetriedOverTime: later and later, and not for ever.
func TestPageRetriedOverTime(t *testing.T) {
	inBubble(t, func(h *house, o Options, mails, _ *ledger) {
		mails.answer = func(int) notify.Outcome { return notify.Outcome{Class: notify.Unknown} }
		h.run(o)
		m := h.say(sayline.Moment{Topic: "someone-great", Context: sayline.Context{Touchpoint: "s9x2"}})
		pass(20 * time.Minute)
		expect(t, "e-mail", mails.lines(), "0s nuria", "1s nuria", "3s nuria", "7s nuria", "15s nuria", "31s nuria", "1m3s nuria", "2m7s nuria", "4m15s nuria", "8m31s nuria", "13m31s nuria", "18m31s nuria")
		for _, p := range h.pages(m.Case) {
			if p.Channel == sayline.ByEmail && p.State != sayline.PageUnknown {
				t.Errorf("%+v", p)
			}
		}
	})
}

// TestDeliveryRetriedOverTime: more and more seldom; others go on meanwhile.
func TestDeliveryRetriedOverTime(t *testing.T) {
	inBubble(t, func(h *house, o Options, _, posts *ledger) {
		var bad string
		posts.answer = func(int) notify.Outcome { return notify.Outcome{Class: notify.Accepted} }
		o.Webhooks = poster(func(d notify.Delivery) notify.Outcome {
			if bad == "" {
				bad = d.ID
			}
			if d.ID == bad {
				posts.note("bad")
				return notify.Outcome{Class: notify.FailedForGood, Detail: "answered 400"}
			}
			return posts.note("good")
		})
		h.run(o)
		for range 2 {
			h.say(sayline.Moment{Topic: "tastes-off"})
		}
		pass(13 * time.Minute)
		expect(t, "webhooks", posts.lines(), "0s bad", "0s good", "5s bad", "35s bad", "2m35s bad", "12m35s bad")
		log, err := h.store.Deliveries(h.t.Context(), "sparkle", "crm", 9)
		slices.SortFunc(log, func(a, b store.Delivery) int { return a.Attempts - b.Attempts })
		if err != nil || len(log) != 2 || log[1].State != store.DeliveryRetry || log[0].State != store.DeliveryDone || log[1].Attempts != 5 {
			t.Errorf("%+v %v", log, err)
		}
	}, webhooks(sayline.Webhook{ID: "crm", URL: "https://crm.example/", Types: []string{sayline.EventMomentReceived}}))
}

// poster is a way out made of a function.
type poster func(notify.Delivery) notify.Outcome

func (p poster) Post(_ context.Context, d notify.Delivery) notify.Outcome { return p(d) }

// TestEndpointAwayOverTime: while it is away its events wait in their place,
// asked for by one call now and then; when it is back all of them
// arrive, those that were tried too, before their pause is over.
func TestEndpointAwayOverTime(t *testing.T) {
	inBubble(t, func(h *house, o Options, _, posts *ledger) {
		away, got, calls := true, map[string]bool{}, 0
		var mu sync.Mutex
		o.Webhooks = poster(func(d notify.Delivery) notify.Outcome {
			mu.Lock()
			defer mu.Unlock()
			if calls++; away {
				return notify.Outcome{Class: notify.FailedForNow, Detail: "the connection was refused"}
			}
			got[d.ID] = true
			return notify.Outcome{Class: notify.Accepted}
		})
		h.run(o)
		for range 500 {
			h.say(sayline.Moment{Topic: "tastes-off"})
		}
		pass(3 * time.Minute)
		mu.Lock()
		if calls > 150 {
			t.Errorf("%d calls of an endpoint that is away for three minutes", calls)
		}
		away = false
		mu.Unlock()
		pass(5 * time.Minute)
		mu.Lock()
		defer mu.Unlock()
		if len(got) != 500 {
			t.Errorf("%d of 500 events arrived", len(got))
		}
	}, webhooks(sayline.Webhook{ID: "crm", URL: "https://crm.example/", Types: []string{sayline.EventMomentReceived}}))
}

// TestInvariant21Auditor: it alarms when a step stays where it is, whatever the sender does.
func TestInvariant21Auditor(t *testing.T) {
	var logged bytes.Buffer
	inBubble(t, func(h *house, o Options, _, _ *ledger) {
		o.Log = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelError}))
		figures := prometheus.NewRegistry()
		o.Metrics = figures
		o.Registry = &brands.Registry{} // a sender that does not get on
		_, stop := h.run(o)
		pass(AuditEvery + time.Second)
		if logged.Len() > 0 {
			t.Errorf("nothing is late, and it alarms: %s", &logged)
		}
		h.say(sayline.Moment{Topic: "cant-find-it"})
		pass(2 * AuditEvery)
		stop()
		if !strings.Contains(logged.String(), "ALARM") || !strings.Contains(logged.String(), "steps=1 pages=0") {
			t.Errorf("no alarm: %s", &logged)
		}
		if n := figure(t, figures, "sayline_alerts_late_alarms_total"); n != 2 {
			t.Errorf("%v alarms counted", n)
		}
		if n := figure(t, figures, "sayline_alerts_late"); n != 1 {
			t.Errorf("%v alerts late", n)
		}
	})
}

// figure adds up a metric over its labels.
func figure(t testing.TB, r *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(families, func(f *prom.MetricFamily) bool { return f.GetName() == name })
	if i < 0 {
		t.Fatalf("no metric %s", name)
	}
	for _, m := range families[i].GetMetric() {
		sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
	}
	return sum
}
