package pager

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/store"
)

// byRoster asks whoever is on duty, twice, a minute apart; there is no fixed duty,
// only shifts.
func byRoster(shifts ...sayline.Shift) func(*house, *sayline.Config) {
	return func(_ *house, c *sayline.Config) {
		c.Teams[0].Members[0].Duty = false
		c.Policies = []sayline.Policy{{ID: "by-roster", Steps: []sayline.PolicyStep{{Ask: []string{sayline.AskDuty}, Wait: sayline.Duration(time.Minute)}, {Ask: []string{sayline.AskDuty}, Wait: sayline.Duration(time.Minute)}}}}
		c.Routes[0].Policy = "by-roster"
		c.Shifts = shifts
	}
}

func inMadrid(id, person, from, until string) sayline.Shift {
	return sayline.Shift{ID: id, Team: "distribution", Place: "madrid", Person: person, Blocks: []sayline.Block{{From: from, Until: until}}}
}

// TestInvariant14HolesTakeNoTime: a step that falls into a hole of the roster is
// empty, is recorded with every place that was looked at, and the next is due in the
// same instant. In the bubble it is one o'clock in Madrid.
func TestInvariant14HolesTakeNoTime(t *testing.T) {
	for _, c := range []struct {
		after, watch  time.Duration
		mails, states []string
	}{
		{0, 30 * time.Second, []string{"0s ana"}, []string{sayline.StepEmpty, sayline.StepEmpty, sayline.StepFired}},
		{9*time.Minute + 30*time.Second, 70 * time.Second, []string{"9m30s lucia", "10m30s ana"}, []string{sayline.StepFired, sayline.StepEmpty, sayline.StepFired}},
	} {
		inBubble(t, func(h *house, o Options, mails, _ *ledger) {
			h.run(o)
			pass(c.after)
			m := h.say(sayline.Moment{Topic: "cant-find-it"})
			pass(c.watch)
			h.acknowledge(m.Case, "ana")
			expect(t, "e-mail", mails.lines(), c.mails...)
			steps := h.steps(m.Case)
			for n, state := range c.states {
				if st := steps[n]; st.State != state || n > 0 && c.states[n-1] == sayline.StepEmpty && !st.DueAt.Equal(steps[n-1].FiredAt) {
					t.Errorf("after %v, step %d: %+v after %+v", c.after, n, st, steps[max(0, n-1)])
				}
				if hole := `{"place":"madrid","source":"shift"}`; state == sayline.StepEmpty && !strings.Contains(steps[n].Found, hole) {
					t.Errorf("after %v, step %d does not tell of %s: %s", c.after, n, hole, steps[n].Found)
				}
			}
		}, byRoster(inMadrid("early", "lucia", "01:05", "01:10"), inMadrid("late", "marco", "01:12", "02:00")))
	}
}

// TestInvariant14OnAnyRoster: whatever the roster, a rung that asks for whoever is
// on duty leads on at once exactly when the roster has a hole; and what is recorded
// is what the roster's screen shows of that instant (invariant 16).
func TestInvariant14OnAnyRoster(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var shifts []sayline.Shift
		for i := range rapid.IntRange(0, 3).Draw(t, "shifts") {
			clock := rapid.Custom(func(t *rapid.T) string {
				return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"))
			})
			shifts = append(shifts, inMadrid(fmt.Sprint("s", i), rapid.SampledFrom([]string{"lucia", "marco", "nuria"}).Draw(t, "person"), clock.Draw(t, "from"), clock.Draw(t, "until")))
		}
		c := sparkle("https://hook.example/")
		byRoster(shifts...)(nil, c)
		b := brands.New(1, c, nil)
		now := time.Date(2027, 3, 27, 0, rapid.IntRange(0, 3*24*60).Draw(t, "now"), 0, 0, time.UTC) // clocks change on the second day
		p := compile(&c.Policies[0])
		rung, _ := p.at(0, 1)
		found, people := whom(b, &store.Due{Case: &sayline.Case{Team: "distribution", Place: "madrid"}}, rung, now)
		_, _, wait, _ := p.next(0, 1, rung.somebody(people))
		shown := b.Roster.Timeline("distribution", "madrid", now, now.Add(time.Second))[0]
		if shown.Duty() != (wait == time.Minute) || shown.Duty() != (len(people) == 1) || !shown.Duty() && wait != 0 {
			t.Fatalf("at %v: shown %+v, asked %v, waits %v", now, shown, people, wait)
		}
		if found.Person != shown.Person || found.By != shown.By || found.Hops[len(found.Hops)-1].Person != found.Person || shown.Duty() && people[0].person != shown.Person {
			t.Fatalf("at %v: shown %+v, recorded %+v, asked %v", now, shown, found, people)
		}
		if last := found.Hops[len(found.Hops)-1]; !shown.Duty() && last.Source != duty.SourceLastResort {
			t.Fatalf("a hole that is not looked through: %+v", found.Hops)
		}
	})
}
