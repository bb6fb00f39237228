package pager

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// relay makes a relay and the receiver that it is told at, which checks that
// each call is signed with its own secret.
func (h *house) relay(id string) (*store.RelayKey, *testkit.WebhookReceiver) {
	h.t.Helper()
	r := &store.RelayKey{Brand: "sparkle", ID: id, Name: "WhatsApp desk", MadeAt: h.now(), MadeBy: "ana"}
	hook := testkit.Webhook(h.t, notify.DeriveSecret(h.store.ServerKey(), "sparkle", r.Endpoint(), 0))
	r.Callback = hook.URL()
	if err := h.store.MakeRelay(h.t.Context(), r, "hash of "+id); err != nil {
		h.t.Fatal(err)
	}
	return r, hook
}

// hand says something about one order through a relay.
func (h *house) hand(relay, topic, text, reference string) *sayline.Moment {
	h.t.Helper()
	return h.say(sayline.Moment{Topic: topic, Text: text, Reference: reference, Context: sayline.Context{Source: "relay", Relay: relay, PassedBy: sayline.ByRelay + "WhatsApp desk", Ref: order}})
}

const order = "order 77"

func (h *house) act(m *sayline.Moment) store.Act {
	return store.Act{Brand: "sparkle", Case: m.Case, Person: "lucia", Way: "desk", Zone: time.UTC}
}

// reply answers the author of one moment, or with "" all of a case.
func (h *house) reply(m *sayline.Moment, to, text string) {
	h.t.Helper()
	if err := h.store.AddMessage(h.t.Context(), h.act(m), &sayline.Message{ID: sayline.NewID(h.now(), rand.Reader), Moment: to, Direction: sayline.Reply, Text: text}); err != nil {
		h.t.Fatal(err)
	}
}

// heard waits for so many news of a relay and gives them in their order, as
// "type status reference,reference".
func (h *house) heard(hook *testkit.WebhookReceiver, n int) (list []string) {
	h.t.Helper()
	told := map[int64]string{}
	for len(told) < n {
		c := hook.Wait(h.t.Context(), nil)
		e, _ := event(h.t, c)
		var data news
		if err := json.Unmarshal(e.Data(), &data); err != nil {
			h.t.Fatal(err)
		}
		var references []string
		for _, m := range data.Relayed {
			references = append(references, m.Reference)
			if m.ID == "" || m.Ref != order {
				h.t.Errorf("%s", c.Body)
			}
		}
		told[data.Seq] = fmt.Sprintf("%s %s %s", e.Type(), data.Status, strings.Join(references, ","))
	}
	seqs := make([]int64, 0, n)
	for seq := range told {
		seqs = append(seqs, seq)
	}
	slices.Sort(seqs)
	for _, seq := range seqs {
		list = append(list, told[seq])
	}
	return list
}

// TestRelayIsTold: of the moments it handed in, however they come further, and
// of no others; without a word of anybody; and not of a private lane.
func TestRelayIsTold(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database, endpoints(only(sayline.EventCaseOpened)))
		one, first := h.relay("r1")
		_, second := h.relay("r2")
		h.run(h.options(h.store))
		m := h.hand("r1", "cant-find-it", "It tastes of metal.", "wa-77")
		stranger := h.say(sayline.Moment{Topic: "cant-find-it", Reference: "seat-9", Text: "Not theirs.", Context: sayline.Context{Ref: order}})
		other := h.hand("r2", "cant-find-it", "Nor this.", "call-5")
		h.hand("r1", "cant-find-it", "It tastes of metal too.", "wa-79")
		if other.Case != m.Case || stranger.Case != m.Case {
			t.Fatal("these are several cases: this test sees nothing")
		}
		private := h.hand("r1", "about-a-person", "Hugo shouts.", "wa-78")
		h.acknowledge(private.Case, "rosa")
		h.acknowledge(m.Case, "lucia")
		h.reply(m, other.ID, "Only for the second.")
		h.reply(m, "", "For all of you.")
		h.reply(m, m.ID, "Only for the first.")
		if err := h.store.Resolve(t.Context(), h.act(m), "no-stock"); err != nil {
			t.Fatal(err)
		}
		both := " wa-77,wa-79"
		same(t, h.heard(first, 6), []string{"cx.moment.updated received" + both, "cx.moment.updated seen" + both, "cx.case.acknowledged acknowledged" + both,
			"cx.case.answered answered" + both, "cx.case.answered answered wa-77", "cx.case.resolved closed" + both})
		same(t, h.heard(second, 6), []string{"cx.moment.updated received call-5", "cx.moment.updated seen call-5", "cx.case.acknowledged acknowledged call-5",
			"cx.case.answered answered call-5", "cx.case.answered answered call-5", "cx.case.resolved closed call-5"})
		h.eventually("every delivery is in the log", func() bool {
			log, err := h.store.Deliveries(t.Context(), "sparkle", one.Endpoint(), 20)
			return err == nil && len(log) == 6 && !slices.ContainsFunc(log, func(d store.Delivery) bool { return d.State != store.DeliveryDone })
		})
		if err := h.store.RevokeRelay(t.Context(), "sparkle", "r1"); err != nil {
			t.Fatal(err)
		}
		again := h.hand("r2", "tastes-off", "Again.", "call-6")
		h.acknowledge(again.Case, "lucia")
		h.heard(second, 3)
		for _, c := range slices.Concat(first.All(), second.All(), h.hook.All()) {
			for _, never := range []string{"metal", "theirs", "Nor", "Hugo", "Only", "For all", "seat-9", stranger.ID, private.ID, "wa-78", m.Receipt, "lucia"} {
				if strings.Contains(string(c.Body), never) {
					t.Errorf("%q: %s", never, c.Body)
				}
			}
		}
		if len(first.All()) != 6 {
			t.Errorf("the first was called %d times", len(first.All()))
		}
	})
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestRelayIsToldAgain: a call that failed comes again, under its id; what was
// taken back meanwhile does not.
func TestRelayIsToldAgain(t *testing.T) {
	h := serve(t, engines["sqlite"](t), endpoints(only(sayline.EventCaseOpened)))
	one, hook := h.relay("r1")
	hook.FailAlways(testkit.Fault{Code: http.StatusServiceUnavailable})
	h.run(h.options(h.store))
	m := h.hand("r1", "cant-find-it", "It tastes of metal.", "wa-77")
	gone := h.hand("r1", "tastes-off", "Sour.", "wa-78")
	for _, x := range []*sayline.Moment{m, gone} {
		if err := h.store.Seen(t.Context(), h.act(x)); err != nil {
			t.Fatal(err)
		}
	}
	failed := map[string]bool{}
	for range 4 {
		failed[hook.WaitTry(t.Context(), nil).ID()] = true
	}
	if err := h.store.Withdraw(t.Context(), "sparkle", gone.Receipt); err != nil {
		t.Fatal(err)
	}
	hook.FailAlways(testkit.Fault{})
	h.eventually("two are delivered, and two given up", func() bool {
		log, err := h.store.Deliveries(t.Context(), "sparkle", one.Endpoint(), 20)
		states := map[string]int{}
		for _, d := range log {
			states[d.State]++
		}
		return err == nil && states[store.DeliveryDone] >= 2 && states[store.DeliveryRetry] == 0 && states[store.DeliveryFailed] == 2
	})
	for _, c := range hook.All() {
		if c.Taken && (!failed[c.ID()] && !strings.Contains(string(c.Body), sayline.EventCaseResolved) || strings.Contains(string(c.Body), "wa-78")) {
			t.Errorf("%s", c)
		}
	}
}
