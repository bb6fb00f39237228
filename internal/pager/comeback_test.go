package pager

import (
	"context"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

// TestInvariant12UnattendedComesBack: who takes an urgent case and does nothing
// about it loses it, and it climbs again from its first step; again and again.
func TestInvariant12UnattendedComesBack(t *testing.T) {
	inBubble(t, func(h *house, o Options, mails, _ *ledger) {
		h.run(o)
		m := h.say(sayline.Moment{Topic: "cant-find-it"})
		pass(time.Second)
		h.acknowledge(m.Case, "lucia")
		pass(sayline.AckTimeout - 2*time.Second)
		if c := h.theCase(m.Case); c.State != sayline.CaseAcknowledged {
			t.Errorf("before its time it is %s", c.State)
		}
		pass(4 * time.Second)
		if c := h.theCase(m.Case); c.State != sayline.CaseOpen || c.Episode != 2 {
			t.Errorf("nothing was done, and it is %s in episode %d", c.State, c.Episode)
		}
		expect(t, "e-mail", mails.lines(), "0s lucia", "0s marco", "0s nuria", "20m1s lucia", "20m1s marco", "20m1s nuria")
		h.acknowledge(m.Case, "marco")
		pass(sayline.AckTimeout + time.Second)
		if c := h.theCase(m.Case); c.Episode != 3 {
			t.Errorf("the second time it is in episode %d", c.Episode)
		}
	})
}

// TestSnoozedOverTime: put off, nobody is asked; at its time everybody is.
func TestSnoozedOverTime(t *testing.T) {
	inBubble(t, func(h *house, o Options, mails, _ *ledger) {
		h.run(o)
		m := h.say(sayline.Moment{Topic: "cant-find-it"})
		pass(10 * time.Second)
		if err := h.store.Snooze(h.t.Context(), store.Act{Brand: "sparkle", Case: m.Case, Person: "lucia", Zone: time.UTC}, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		pass(time.Hour - time.Second)
		expect(t, "e-mail while it is put off", mails.lines(), "0s lucia", "0s marco", "0s nuria")
		pass(3 * time.Second)
		expect(t, "e-mail", mails.lines(), "0s lucia", "0s marco", "0s nuria", "1h0m10s lucia", "1h0m10s marco", "1h0m10s nuria")
	})
}

// TestPolicyOfItsVersion: a case climbs as its rule said when it was decided,
// whatever the brand says since; by the newest where that version is gone.
func TestPolicyOfItsVersion(t *testing.T) {
	climb := func(wait sayline.Duration, by ...string) []sayline.Policy {
		return []sayline.Policy{{ID: "slow", AckTimeout: sayline.Duration(5 * time.Minute), Steps: []sayline.PolicyStep{
			{Ask: []string{sayline.AskDuty}, Wait: wait, By: by}, {Ask: []string{"person:rosa", "team:quality"}, Wait: wait}}}}
	}
	minute := sayline.Duration(time.Minute)
	inBubble(t, func(h *house, o Options, mails, posts *ledger) {
		h.run(o)
		m := h.say(sayline.Moment{Topic: "cant-find-it"})
		next := *h.brand.Config
		next.Policies = climb(7*minute, sayline.ByWebhook)
		version, err := h.store.SaveConfig(h.t.Context(), &next, 1, "test")
		if err != nil {
			t.Fatal(err)
		}
		h.change(version, &next)
		later := h.say(sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Ref: "later"}})
		pass(9 * time.Minute)
		expect(t, "e-mail", mails.lines(), "0s lucia", "3m0s quique", "3m0s rosa", "6m0s ana", "6m0s lucia", "7m0s quique", "7m0s rosa", "9m0s ana", "9m0s lucia")
		if h.theCase(m.Case).State != sayline.CaseStalled || h.theCase(later.Case).State != sayline.CaseOpen {
			t.Error("each climbs at its own pace")
		}
		h.acknowledge(later.Case, "ana")
		pass(5*time.Minute + 2*time.Second)
		if c := h.theCase(later.Case); c.State != sayline.CaseOpen || c.Episode != 2 {
			t.Errorf("its own time-out made it %s", c.State)
		}
	}, func(_ *house, c *sayline.Config) {
		c.Policies, c.Routes[0].Policy = climb(3*minute), "slow"
	})
}

// TestInvariant21Heartbeat: the watchdog outside hears every minute that all is
// well, and nothing while an alert is late or a case did not come back in time.
func TestInvariant21Heartbeat(t *testing.T) {
	inBubble(t, func(h *house, o Options, _, _ *ledger) {
		beats := &ledger{start: time.Now()}
		o.Beat = func(context.Context) error { beats.note("beat"); return nil }
		h.run(o)
		pass(2*time.Minute + 16*time.Second)
		expect(t, "well", beats.lines(), "15s beat", "1m15s beat", "2m15s beat")
	})
	inBubble(t, func(h *house, o Options, _, _ *ledger) {
		beats := &ledger{start: time.Now()}
		o.Beat = func(context.Context) error { beats.note("beat"); return nil }
		o.Registry = &brands.Registry{} // a sender that does not get on
		h.say(sayline.Moment{Topic: "cant-find-it"})
		h.run(o)
		pass(3 * time.Minute)
		expect(t, "late", beats.lines())
	})
}
