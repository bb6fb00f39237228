package pager

import (
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// event is a call's body, as the standard's own library reads it.
func event(t testing.TB, c testkit.Call) (e cloudevents.Event, f fact) {
	t.Helper()
	if err := json.Unmarshal(c.Body, &e); err != nil {
		t.Fatalf("%s: %v", c.Body, err)
	}
	if err := e.Validate(); err != nil {
		t.Errorf("%s: %v", c.Body, err)
	}
	if err := e.DataAs(&f); err != nil {
		t.Error(err)
	}
	if c.ID() != e.ID() {
		t.Errorf("webhook-id %s of event %s", c.ID(), e.ID())
	}
	return e, f
}

// endpoints are what a brand of a test has: one that wants all, one that wants
// resolved cases only.
func endpoints(more ...func(*sayline.Webhook)) func(*house, *sayline.Config) {
	return func(h *house, c *sayline.Config) {
		w := sayline.Webhook{ID: "crm", URL: h.hook.URL() + "?crm"}
		for _, m := range more {
			m(&w)
		}
		c.Webhooks = []sayline.Webhook{w}
		for i := range c.People { // only events come to the receiver
			c.People[i].Contacts = nil
		}
	}
}

func fullText(w *sayline.Webhook) { w.FullText = true }

func only(types ...string) func(*sayline.Webhook) {
	return func(w *sayline.Webhook) { w.Types = types }
}

func TestEvents(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database, endpoints())
		h.run(h.options(h.store))
		m := h.say(sayline.Moment{Topic: "cant-find-it", Feeling: 2, Context: sayline.Context{Ref: "order 77"}})
		h.acknowledge(m.Case, "lucia")
		if err := h.store.Resolve(t.Context(), store.Act{Brand: "sparkle", Case: m.Case, Person: "lucia", Zone: time.UTC}, "done"); err != nil {
			t.Fatal(err)
		}
		want := []string{sayline.EventCaseOpened, sayline.EventMomentReceived, sayline.EventCaseAcknowledged, sayline.EventCaseResolved}
		seen := map[string]fact{}
		for range want {
			e, f := event(t, h.hook.Wait(t.Context(), nil))
			seen[e.Type()] = f
			subject := m.Case
			if e.Type() == sayline.EventMomentReceived {
				subject = m.ID
			}
			if e.Source() != "https://sparkle.example/cx" || e.Subject() != subject || e.Time().IsZero() || !strings.HasPrefix(e.ID(), "sparkle-") {
				t.Errorf("%v", e)
			}
		}
		for _, kind := range want {
			if _, ok := seen[kind]; !ok {
				t.Errorf("no %s came; %v", kind, seen)
			}
		}
		f := seen[sayline.EventMomentReceived]
		if f.Moment != m.ID || f.Topic != "cant-find-it" || f.Touchpoint != "k7f3" || f.Place != "calle-mayor" || f.Product != "09506000134352" || f.Feeling != 2 || f.Urgency != sayline.Urgent || f.Ref != "" {
			t.Errorf("%+v", f)
		}
		if f := seen[sayline.EventCaseAcknowledged]; f.By != "lucia" || f.Case != m.Case {
			t.Errorf("%+v", f)
		}
	})
}

// TestThin: what an author made up leaves the house only in full text, and in
// none of them is who they are.
func TestThin(t *testing.T) {
	for name, full := range map[string]bool{"thin": false, "full": true} {
		t.Run(name, func(t *testing.T) {
			h := serve(t, engines["sqlite"](t), endpoints(only(sayline.EventMomentReceived), func(w *sayline.Webhook) { w.FullText = full }))
			h.run(h.options(h.store))
			m := h.say(sayline.Moment{Kind: "grumble", Topic: "call me on 600 123 456", Text: "It tastes of metal.", Lang: "en",
				Context: sayline.Context{Ref: "room 412", Source: "carrier pigeon", Lot: "the whole shelf, in the corner"}})
			call := h.hook.Wait(t.Context(), nil)
			_, f := event(t, call)
			if f.Kind != "question" || f.Moment != m.ID {
				t.Errorf("%+v", f)
			}
			for _, words := range []string{"600 123", "metal", "room 412", "pigeon"} {
				if strings.Contains(string(call.Body), words) != full {
					t.Errorf("%q: %s", words, call.Body)
				}
			}
			if !full && strings.Contains(string(call.Body), "corner") {
				t.Errorf("a lot that is none: %s", call.Body)
			}
			for _, never := range []string{m.Receipt, m.Once, "receipt", "contact"} {
				if strings.Contains(string(call.Body), never) {
					t.Errorf("%q: %s", never, call.Body)
				}
			}
		})
	}
}

// TestGuardedLeaveOnlyByName: of what employees say, of their case and of what they take back
// an endpoint hears nothing, unless the brand's file says that it does.
func TestGuardedLeaveOnlyByName(t *testing.T) {
	for name, named := range map[string]bool{"unnamed": false, "named": true} {
		t.Run(name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, database string) {
				h := serve(t, database, endpoints(fullText, func(w *sayline.Webhook) { w.Guarded = named }))
				h.run(h.options(h.store))
				kept := h.say(sayline.Moment{Audience: "employee", Text: "My shifts."})
				gone := h.say(sayline.Moment{Audience: "employee", Text: "My locker."})
				h.acknowledge(kept.Case, "rosa")
				if err := h.store.Withdraw(t.Context(), "sparkle", gone.Receipt); err != nil {
					t.Fatal(err)
				}
				m := h.say(sayline.Moment{Topic: "cant-find-it"})
				if named {
					h.hook.Wait(t.Context(), func(c testkit.Call) bool {
						return strings.Contains(string(c.Body), kept.ID) && strings.Contains(string(c.Body), "My shifts.")
					})
					return
				}
				h.hook.Wait(t.Context(), func(c testkit.Call) bool { return strings.Contains(string(c.Body), m.ID) })
				for _, c := range h.hook.All() {
					for _, never := range []string{kept.ID, kept.Case, gone.ID, gone.Case, "My "} {
						if never != "" && strings.Contains(string(c.Body), never) {
							t.Errorf("%q: %s", never, c.Body)
						}
					}
				}
			})
		})
	}
}

// TestPrivateNeverLeaves: of a private lane no event goes out, whatever happens in it.
func TestPrivateNeverLeaves(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database, endpoints(fullText))
		h.run(h.options(h.store))
		private := h.say(sayline.Moment{Topic: "about-a-person", Text: "Hugo shouts."})
		h.acknowledge(private.Case, "rosa")
		if err := h.store.Withdraw(t.Context(), "sparkle", private.Receipt); err != nil {
			t.Fatal(err)
		}
		m := h.say(sayline.Moment{Topic: "cant-find-it"})
		h.hook.Wait(t.Context(), func(c testkit.Call) bool { return strings.Contains(string(c.Body), m.ID) })
		for _, c := range h.hook.All() {
			if strings.Contains(string(c.Body), private.ID) || strings.Contains(string(c.Body), private.Case) || strings.Contains(string(c.Body), "Hugo") {
				t.Errorf("%s", c.Body)
			}
		}
	})
}

// TestErasedIsErased: what was taken back before its event was sent goes out as
// ids only.
func TestErasedIsErased(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database, endpoints(fullText))
		m := h.say(sayline.Moment{Feeling: 1, Topic: "cant-find-it", Text: "My name is Rosalind."})
		if err := h.store.Withdraw(t.Context(), "sparkle", m.Receipt); err != nil {
			t.Fatal(err)
		}
		h.run(h.options(h.store))
		for range 2 {
			call := h.hook.Wait(t.Context(), func(c testkit.Call) bool { return strings.Contains(string(c.Body), `"cx.moment.`) })
			if _, f := event(t, call); f != (fact{Brand: "sparkle", Seq: f.Seq, Moment: m.ID, Case: m.Case, Team: f.Team}) {
				t.Errorf("%+v", f)
			}
		}
	})
}

// TestRotation: while a secret is changed both sign.
func TestRotation(t *testing.T) {
	h := serve(t, engines["sqlite"](t), endpoints(only(sayline.EventMomentReceived), func(w *sayline.Webhook) { w.Secret = 1 }))
	key := h.store.ServerKey()
	signed := testkit.Webhook(t, notify.DeriveSecret(key, "sparkle", "crm", 0), notify.DeriveSecret(key, "sparkle", "crm", 1))
	h.brand.Webhooks[0].URL = signed.URL()
	h.run(h.options(h.store))
	h.say(sayline.Moment{Topic: "cant-find-it"})
	signed.Wait(t.Context(), nil)
}

// TestOneBadEvent: an event whose call hangs, and one that is refused, hold up
// nothing; both arrive later under the same id.
func TestOneBadEvent(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database, endpoints(only(sayline.EventMomentReceived)))
		hang := make(chan struct{})
		h.hook.FailNext(testkit.Fault{Hold: hang, HangUp: true}, testkit.Fault{Code: 500})
		h.run(h.options(h.store))
		for range 100 {
			h.say(sayline.Moment{Topic: "cant-find-it"})
		}
		arrived := map[string]bool{}
		for range 98 { // the refused one may be among them already
			arrived[h.hook.Wait(t.Context(), nil).ID()] = true
		}
		close(hang)
		refused := []string{h.hook.WaitTry(t.Context(), nil).ID(), h.hook.WaitTry(t.Context(), nil).ID()}
		for range 2 {
			arrived[h.hook.Wait(t.Context(), nil).ID()] = true
		}
		if len(arrived) != 100 || refused[0] == refused[1] || !arrived[refused[0]] || !arrived[refused[1]] {
			t.Errorf("refused %v; %d different ones arrived", refused, len(arrived))
		}
		h.eventually("all deliveries are logged as done", func() bool {
			log, err := h.store.Deliveries(t.Context(), "sparkle", "crm", 200)
			return err == nil && len(log) == 100 && !slices.ContainsFunc(log, func(d store.Delivery) bool { return d.State != store.DeliveryDone })
		})
	})
}

// TestGoneAndReplayed: 410 switches an endpoint off; a replay switches it on and
// sends again from there, under the same ids.
func TestGoneAndReplayed(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database, endpoints(only(sayline.EventMomentReceived)))
		h.run(h.options(h.store))
		first := h.say(sayline.Moment{Topic: "cant-find-it"})
		before := h.hook.Wait(t.Context(), nil)
		h.hook.FailNext(testkit.Fault{Code: 410})
		h.say(sayline.Moment{Topic: "cant-find-it"})
		h.hook.WaitTry(t.Context(), nil)
		h.eventually("the endpoint is off", func() bool {
			place, err := h.store.Endpoint(t.Context(), "sparkle", "crm")
			return err == nil && !place.OffAt.IsZero()
		})
		silent := h.say(sayline.Moment{Topic: "cant-find-it"})
		_, f := event(t, before)
		if err := h.store.Replay(t.Context(), "sparkle", "crm", f.Seq); err != nil {
			t.Fatal(err)
		}
		if again := h.hook.Wait(t.Context(), func(c testkit.Call) bool { return strings.Contains(string(c.Body), first.ID) }); again.ID() != before.ID() {
			t.Errorf("id %s, before %s", again.ID(), before.ID())
		}
		h.hook.Wait(t.Context(), func(c testkit.Call) bool { return strings.Contains(string(c.Body), silent.ID) })
	})
}

// TestReplayedMeanwhile: a replay is not lost to the sender that is at work.
func TestReplayedMeanwhile(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database, endpoints(only(sayline.EventMomentReceived)))
		h.run(h.options(h.store))
		for range 50 {
			h.say(sayline.Moment{Topic: "cant-find-it"})
		}
		_, f := event(t, h.hook.Wait(t.Context(), nil))
		if err := h.store.Replay(t.Context(), "sparkle", "crm", f.Seq); err != nil {
			t.Fatal(err)
		}
		for range 50 {
			h.say(sayline.Moment{Topic: "cant-find-it"})
		}
		twice := func() bool {
			times := map[string]int{}
			for _, c := range h.hook.All() {
				times[c.ID()]++
			}
			return len(times) == 100 && times["sparkle-"+jsonInt(f.Seq)] > 1
		}
		h.eventually("all came, the first of them again", twice)
	})
}

func jsonInt(n int64) string { b, _ := json.Marshal(n); return string(b) }

// TestPrivateTarget: an address inside the operator's network is not called.
func TestPrivateTarget(t *testing.T) {
	h := serve(t, engines["sqlite"](t), endpoints(only(sayline.EventMomentReceived)))
	o := h.options(h.store)
	guarded := notify.NewWebhooks(notify.WebhookOptions{})
	t.Cleanup(guarded.Close)
	o.Webhooks = guarded
	h.run(o)
	h.say(sayline.Moment{Topic: "cant-find-it"})
	h.eventually("the refusal is logged", func() bool {
		log, err := h.store.Deliveries(t.Context(), "sparkle", "crm", 1)
		return err == nil && len(log) == 1 && log[0].Outcome == string(notify.FailedForGood) && log[0].State == store.DeliveryRetry
	})
	if n := len(h.hook.All()); n > 0 {
		t.Errorf("%d calls of this machine", n)
	}
}

// TestBurst: two thousand events at once, each received exactly once, from a
// place that was stored in the end.
func TestBurst(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database, endpoints(only(sayline.EventMomentReceived)))
		_, stop := h.run(h.options(h.store))
		const n = 2000
		failed := make(chan error, n)
		for range n {
			go func() {
				_, err := say(h.store, h.brand, h.now(), sayline.Moment{Topic: "cant-find-it"})
				failed <- err
			}()
		}
		for range n {
			if err := <-failed; err != nil {
				t.Fatal(err)
			}
		}
		for range n {
			h.hook.Wait(t.Context(), nil)
		}
		stop()
		ids := map[string]bool{}
		for _, c := range h.hook.All() {
			if ids[c.ID()] {
				t.Errorf("%s came twice", c.ID())
			}
			ids[c.ID()] = true
		}
		place, ok, err := h.store.LeaseEndpoint(t.Context(), "sparkle", "crm", "the next", time.Now().Add(time.Minute)) // was given back
		last, _ := h.store.LastEvent(t.Context(), "sparkle")
		if err != nil || !ok || len(ids) != n || place.Seq < last-50 {
			t.Errorf("%d events; the next sender begins at %d of %d (%v, %v)", len(ids), place.Seq, last, ok, err)
		}
	})
}

// TestConfigurationChanges: an endpoint that is added hears from then on, one
// that is changed as it is now, one that is removed nothing more.
func TestConfigurationChanges(t *testing.T) {
	h := serve(t, engines["sqlite"](t), func(h *house, c *sayline.Config) {
		endpoints()(h, c)
		c.Webhooks = nil
	})
	h.run(h.options(h.store))
	apply := func(version int, list ...sayline.Webhook) {
		c := *h.brand.Config
		c.Webhooks = list
		if _, err := h.store.SaveConfig(t.Context(), &c, version-1, "test"); err != nil {
			t.Fatal(err)
		}
		h.change(version, &c)
	}
	h.say(sayline.Moment{Topic: "cant-find-it"})
	apply(2, sayline.Webhook{ID: "crm", URL: h.hook.URL() + "?a", Types: []string{sayline.EventMomentReceived}})
	m := h.say(sayline.Moment{Topic: "cant-find-it"})
	if c := h.hook.Wait(t.Context(), nil); !strings.Contains(string(c.Body), m.ID) || c.Path != "/hook?a" {
		t.Errorf("%v", c)
	}
	apply(3, sayline.Webhook{ID: "crm", URL: h.hook.URL() + "?b", Types: []string{sayline.EventMomentReceived}})
	m = h.say(sayline.Moment{Topic: "cant-find-it"})
	if c := h.hook.Wait(t.Context(), nil); !strings.Contains(string(c.Body), m.ID) {
		t.Errorf("%v", c)
	}
	h.eventually("calls go to the new address", func() bool {
		m = h.say(sayline.Moment{Topic: "cant-find-it"})
		return h.hook.Wait(t.Context(), nil).Path == "/hook?b"
	})
	apply(4, sayline.Webhook{ID: "other", URL: h.hook.URL() + "?c", Types: []string{sayline.EventMomentReceived}})
	h.eventually("only the new endpoint is called", func() bool {
		h.say(sayline.Moment{Topic: "cant-find-it"})
		return h.hook.Wait(t.Context(), nil).Path == "/hook?c"
	})
}

// TestNothingLeft: when Run returns, nothing of it runs any longer, even with
// calls under way that would last.
func TestNothingLeft(t *testing.T) {
	h := serve(t, engines["sqlite"](t), endpoints())
	hang := make(chan struct{})
	defer close(hang)
	h.hook.FailAlways(testkit.Fault{Hold: hang})
	_, stop := h.run(h.options(h.store))
	h.say(sayline.Moment{Topic: "cant-find-it"})
	h.eventually("a call hangs", func() bool { return len(h.hook.All()) > 0 })
	began := time.Now()
	stop()
	if took := time.Since(began); took > grace+2*time.Second {
		t.Errorf("it took %v to end", took)
	}
	h.eventually("nothing is left", func() bool {
		buf := make([]byte, 1<<20)
		all := string(buf[:runtime.Stack(buf, true)])
		return !slices.ContainsFunc([]string{"pager.(*Pager)", "pager.(*endpoint)", "pager.(*way)", "pager.(*outbox)"}, func(s string) bool { return strings.Contains(all, s) })
	})
}

// TestTakenOver: a sender that ends lets go of its endpoints; the next goes on
// where it stood.
func TestTakenOver(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database, endpoints(only(sayline.EventMomentReceived)))
		ids := map[string]int{}
		for range 3 {
			_, stop := h.run(h.options(h.store))
			for range 20 {
				h.say(sayline.Moment{Topic: "cant-find-it"})
				ids[h.hook.Wait(t.Context(), nil).ID()]++
			}
			stop()
		}
		if len(ids) != 60 || len(h.hook.All()) != 60 {
			t.Errorf("%d events, %d calls", len(ids), len(h.hook.All()))
		}
	})
}

// TestSetBackBetweenCalls: whoever sends finds out when they renew their lease
// that the endpoint was set back, and begins there.
func TestSetBackBetweenCalls(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database, endpoints())
		p, err := New(h.options(h.store))
		if err != nil {
			t.Fatal(err)
		}
		e := newEndpoint(p, store.EndpointRef{Brand: "sparkle", Endpoint: "crm"}, &tail{})
		e.hook.Store(p.hook(h.brand, target{Webhook: h.brand.Webhooks[0]}))
		now := h.now()
		if err := h.store.Replay(t.Context(), "sparkle", "crm", 8); err != nil {
			t.Fatal(err)
		}
		if !e.hold(t.Context(), now) || e.place.read != 7 {
			t.Fatalf("no lease of a free endpoint; at %d", e.place.read)
		}
		renew := func() bool {
			e.leased = now.Add(leaseLeft / 2)
			return e.hold(t.Context(), now)
		}
		if !renew() {
			t.Error("the lease can't be renewed")
		}
		if err := h.store.Replay(t.Context(), "sparkle", "crm", 1); err != nil {
			t.Fatal(err)
		}
		if renew() {
			t.Error("set back, and it goes on as before")
		}
		if !e.hold(t.Context(), now) || e.place.read != 0 || !e.more {
			t.Errorf("it should begin before event 1, and is at %d", e.place.read)
		}
	})
}
