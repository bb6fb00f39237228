package pager

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

// TestInvariant13MuteNeverEatsAStep: muted, nobody is asked; when it ends, by
// itself or early, all that was due is asked, and the climb goes on from there.
func TestInvariant13MuteNeverEatsAStep(t *testing.T) {
	inBubble(t, func(h *house, o Options, mails, _ *ledger) {
		h.run(o)
		m := h.say(sayline.Moment{Topic: "cant-find-it"})
		pass(30 * time.Second)
		mute := sayline.Mute{Brand: "sparkle", ID: "1", Team: "distribution", Place: "madrid", Person: "lucia", Until: time.Now().Add(time.Hour)}
		if err := h.store.Mute(h.t.Context(), mute); err != nil {
			t.Fatal(err)
		}
		other := h.say(sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Touchpoint: "s9x2"}})
		pass(59 * time.Minute)
		expect(t, "e-mail while Madrid is muted", mails.lines(), "0s lucia", "0s marco", "0s nuria", "30s ana", "30s nuria", "1m30s ana", "31m30s ana")
		h.acknowledge(other.Case, "ana")
		pass(4 * time.Minute)
		expect(t, "e-mail", mails.lines()[7:], "1h0m30s lucia", "1h0m30s marco", "1h0m30s nuria", "1h1m30s ana", "1h1m30s lucia", "1h2m30s ana", "1h2m30s lucia")
		if c := h.theCase(m.Case); c.State != sayline.CaseStalled {
			t.Errorf("it climbed to its end and is %s", c.State)
		}
	})
}

// TestMuteEndedEarly: what it kept back is asked at once.
func TestMuteEndedEarly(t *testing.T) {
	inBubble(t, func(h *house, o Options, mails, _ *ledger) {
		h.run(o)
		mute := sayline.Mute{Brand: "sparkle", ID: "1", Team: "distribution", Topic: "cant-find-it", Person: "lucia", Until: time.Now().Add(time.Hour)}
		if err := h.store.Mute(h.t.Context(), mute); err != nil {
			t.Fatal(err)
		}
		h.say(sayline.Moment{Topic: "cant-find-it"})
		pass(10 * time.Minute)
		expect(t, "e-mail while it is muted", mails.lines())
		if err := h.store.Unmute(h.t.Context(), "sparkle", "1", "lucia"); err != nil {
			t.Fatal(err)
		}
		pass(0)
		expect(t, "e-mail", mails.lines(), "10m0s lucia", "10m0s marco", "10m0s nuria")
	})
}

// shortHours is a brand that is there from two in the morning for ten minutes, and
// again from half past two. In the bubble it is one o'clock there.
func shortHours(_ *house, c *sayline.Config) {
	c.Hours = sayline.Hours{Open: []sayline.OpenTime{{Days: sayline.Weekdays, From: "02:00", Until: "02:10"}, {Days: sayline.Weekdays, From: "02:30", Until: "04:00"}}}
}

// TestNormalKeepsOpeningHours: what is normal waits for somebody to be there, and
// its waits run while they are; what is urgent waits for nobody.
func TestNormalKeepsOpeningHours(t *testing.T) {
	inBubble(t, func(h *house, o Options, mails, _ *ledger) {
		h.run(o)
		m := h.say(sayline.Moment{Topic: "tastes-off"})
		pass(30 * time.Minute)
		expect(t, "e-mail at night", mails.lines())
		urgent := h.say(sayline.Moment{Topic: "cant-find-it"})
		pass(time.Second)
		if err := h.store.Resolve(h.t.Context(), store.Act{Brand: "sparkle", Case: urgent.Case, Person: "ana", Zone: time.UTC}, "done"); err != nil {
			t.Fatal(err)
		}
		pass(66 * time.Minute)
		expect(t, "e-mail", mails.lines(), "30m0s lucia", "30m0s marco", "30m0s nuria", "1h0m0s lucia", "1h35m0s ana", "1h35m0s lucia")
		if s := h.steps(m.Case)[0]; s.Held != store.HeldHours || s.State != sayline.StepFired {
			t.Errorf("the step is %+v", s)
		}
	}, shortHours)
}

// TestQuietHours: what can wait lets people sleep, and comes in one message when
// they are up, of each case once; what is urgent rings.
func TestQuietHours(t *testing.T) {
	inBubble(t, func(h *house, o Options, mails, _ *ledger) {
		quiet := map[string]sayline.QuietHours{"lucia": {From: 22 * 60, Until: 1*60 + 40}, "ana": {From: 22 * 60, Until: 1*60 + 40}}
		h.registry.Set(h.brand.Reach(nil, quiet))
		all := &letters{ledger: mails}
		o.Mailers = []Mailer{all}
		h.run(o)
		for i := range 2 {
			h.say(sayline.Moment{Topic: "tastes-off", Context: sayline.Context{Ref: fmt.Sprint(i)}})
		}
		pass(39 * time.Minute)
		expect(t, "e-mail at night", mails.lines())
		pass(2 * time.Minute)
		expect(t, "e-mail in the morning", mails.lines(), "40m0s ana", "40m0s lucia")
		if s := all.kept[1].Subject + all.kept[0].Subject; !strings.Contains(s, "2 más para ti") {
			t.Errorf("the subjects are %s", s)
		}
		h.say(sayline.Moment{Topic: "cant-find-it"})
		pass(0)
		if n := len(mails.lines()); n != 5 {
			t.Errorf("urgent: %v", mails.lines())
		}
	})
}

// letters is a mailer that keeps what it sends.
type letters struct {
	*ledger
	kept []notify.Mail
}

func (l *letters) Send(ctx context.Context, m notify.Mail) notify.Outcome {
	o := l.ledger.Send(ctx, m)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(l.kept, m)
	return o
}

// TestInvariant17FirstUrgentPageWaitsForNobody: in whatever flood of what can wait,
// an urgent case's first page leaves at once and alone; the flood is told in few
// messages, and nothing of a private lane is in them.
func TestInvariant17FirstUrgentPageWaitsForNobody(t *testing.T) {
	storetest.Try(t, testkit.Size(6, 25), func(rt *rapid.T) {
		calm, private, after := rapid.IntRange(0, 12).Draw(rt, "calm"), rapid.IntRange(0, 2).Draw(rt, "private"), time.Duration(rapid.IntRange(0, 130).Draw(rt, "after"))*time.Second
		inBubble(t, func(h *house, o Options, mails, _ *ledger) {
			all := &letters{ledger: mails}
			o.Mailers = []Mailer{all}
			h.run(o)
			for i := range calm {
				h.say(sayline.Moment{Topic: "tastes-off", Context: sayline.Context{Ref: fmt.Sprint(i)}})
			}
			for i := range private {
				h.say(sayline.Moment{Topic: "about-a-person", Text: "secret", Context: sayline.Context{Ref: fmt.Sprint(i)}})
			}
			pass(after)
			before := len(mails.lines())
			m := h.say(sayline.Moment{Topic: "cant-find-it"})
			pass(0)
			now := 0
			for _, line := range mails.lines()[before:] {
				if strings.HasPrefix(line, after.String()+" ") {
					now++
				}
			}
			if now != 3 {
				rt.Errorf("%d of 3 left at once: %v", now, mails.lines()[before:])
			}
			h.acknowledge(m.Case, "ana")
			pass(130 * time.Second)
			for _, p := range h.pages(m.Case) {
				if p.Bundled || p.Calm {
					rt.Errorf("an urgent page waits: %+v", p)
				}
			}
			digests := 0
			for _, mail := range all.kept {
				if strings.Contains(mail.Subject, "más para ti") {
					digests++
				}
				if strings.Contains(mail.Text, "secret") {
					rt.Error("a private lane's words left")
				}
			}
			if calm > 4 && digests != 1 || calm <= 4 && digests > 1 {
				rt.Errorf("%d cases in %d digests", calm, digests)
			}
		})
	})
}

// TestTakenBackIsTold: who heard of it by e-mail hears by e-mail that it is no
// more, without a word of what it was.
func TestTakenBackIsTold(t *testing.T) {
	inBubble(t, func(h *house, o Options, mails, _ *ledger) {
		all := &letters{ledger: mails}
		o.Mailers = []Mailer{all}
		h.run(o)
		m := h.say(sayline.Moment{Topic: "someone-great", Text: "the words"})
		pass(time.Second)
		if err := h.store.Withdraw(h.t.Context(), "sparkle", m.Receipt); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		if len(all.kept) != 6 {
			t.Fatalf("%v", mails.lines())
		}
		for _, mail := range all.kept[3:] {
			if strings.Contains(mail.Text, "the words") || strings.Contains(mail.HTML, "/act/") || !strings.Contains(mail.Subject, "Taken back") && !strings.Contains(mail.Subject, "Retirado") {
				t.Errorf("%s\n%s", mail.Subject, mail.Text)
			}
		}
	})
}
