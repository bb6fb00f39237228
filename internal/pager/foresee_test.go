package pager

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// foreseenLines are the pages of steps, as "after whom role leaves".
func foreseenLines(start time.Time, steps []Foreseen) (list []string) {
	for _, f := range steps {
		for _, a := range f.Asked {
			for range a.Ways {
				list = append(list, pageLine(start, f.At, a.Person, a.Role, lastOf(f.At, a.From, a.Together)))
			}
		}
	}
	slices.Sort(list)
	return list
}

func pageLine(start, made time.Time, person, role string, leaves time.Time) string {
	return fmt.Sprintf("%8v %s %s leaves %v", made.Sub(start), person, role, leaves.Sub(start))
}

func lastOf(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// madeLines are the pages of a case that were made up to a time, told the same.
func (h *house) madeLines(start time.Time, caseID string, until time.Time) (list []string) {
	for _, p := range h.pages(caseID) {
		if p.Channel != sayline.ByDesk && !p.CreatedAt.After(until) {
			list = append(list, pageLine(start, p.CreatedAt, p.Person, p.Role, lastOf(p.CreatedAt, p.From)))
		}
	}
	slices.Sort(list)
	return list
}

func muted(h *house, m sayline.Mute) {
	m.Brand, m.ID, m.Person = "sparkle", secret(), "lucia"
	if m.Team = "distribution"; m.Until.IsZero() {
		m.Until = time.Now().Add(3 * time.Minute)
	}
	if err := h.store.Mute(h.t.Context(), m); err != nil {
		h.t.Fatal(err)
	}
}

// own gives what is normal a policy that asks every twenty seconds: what looks
// every second of an hour takes long, even where the hour is none.
func own(_ *house, c *sayline.Config) {
	c.Policies = []sayline.Policy{{ID: "quick", Loops: 5, Steps: []sayline.PolicyStep{
		{Ask: []string{sayline.AskDuty}, By: []string{sayline.ByEmail}, Wait: sayline.Duration(20 * time.Second)}}}}
	c.Routes[1].Policy, c.Routes[2].Policy = "quick", "quick"
}

// soon is a brand that opens in two minutes, for one, and again in four.
func soon(_ *house, c *sayline.Config) {
	c.Hours = sayline.Hours{Open: []sayline.OpenTime{{Days: sayline.Weekdays, From: "01:02", Until: "01:03"}, {Days: sayline.Weekdays, From: "01:04", Until: "04:00"}}}
}

// asleep gives Lucía quiet hours for four minutes more.
func asleep(h *house, _ Options) {
	h.brand = h.brand.Reach(nil, map[string]sayline.QuietHours{"lucia": {From: 22 * 60, Until: 1*60 + 4}})
	h.registry.Set(h.brand)
}

// TestForeseenIsWhatHappens: what the route's page says would happen if nobody
// took a case is held against what the pager then does, step by step and page by
// page: when each is made, for whom, and when it leaves.
func TestForeseenIsWhatHappens(t *testing.T) {
	quick := []func(*house, *sayline.Config){own}
	for name, c := range map[string]struct {
		topic  string
		brand  []func(*house, *sayline.Config)
		before func(*house, Options)
		held   []string // of its steps, in their order, where any is
		says   string   // a line there must be
	}{
		"urgent":                  {topic: "cant-find-it", says: "1m0s marco team leaves 1m0s"},
		"normal":                  {topic: "tastes-off", says: "15m0s ana duty leaves 15m0s"},
		"praise":                  {topic: "someone-great"},
		"private":                 {topic: "about-a-person", brand: quick},
		"normal outside of hours": {topic: "tastes-off", brand: []func(*house, *sayline.Config){own, soon}, held: []string{store.HeldHours, store.HeldHours}},
		"urgent outside of hours": {topic: "cant-find-it", brand: []func(*house, *sayline.Config){soon}},
		"muted": {topic: "cant-find-it", before: func(h *house, _ Options) {
			muted(h, sayline.Mute{Place: "madrid"})
			muted(h, sayline.Mute{Until: time.Now().Add(time.Minute)})
		}, held: []string{store.HeldMute}, says: "3m0s nuria team leaves 3m0s"},
		"muted elsewhere": {topic: "cant-find-it", before: func(h *house, _ Options) {
			muted(h, sayline.Mute{Place: "sevilla"})
			muted(h, sayline.Mute{Topic: "tastes-off"})
			muted(h, sayline.Mute{Touchpoint: "s9x2"})
		}},
		"muted in a private lane": {topic: "about-a-person", brand: quick, before: func(h *house, _ Options) { muted(h, sayline.Mute{}) }},
		"a mute that ends when it is closed": {topic: "tastes-off", brand: []func(*house, *sayline.Config){own, soon}, before: func(h *house, _ Options) {
			muted(h, sayline.Mute{Topic: "tastes-off", Until: time.Now().Add(3*time.Minute + 30*time.Second)})
		}, held: []string{store.HeldHours}, says: "4m0s lucia duty leaves 4m0s"},
		"quiet hours":                         {topic: "tastes-off", brand: quick, before: asleep, says: "0s lucia duty leaves 4m0s"},
		"quiet hours ring for what is urgent": {topic: "cant-find-it", before: asleep, says: "0s lucia duty leaves 0s"},
		"after three others": {topic: "tastes-off", brand: quick, before: func(h *house, o Options) {
			_, stop := h.run(o)
			for range 3 {
				m := h.say(sayline.Moment{Topic: "tastes-off", Context: sayline.Context{Ref: secret()}})
				pass(5 * time.Second)
				h.acknowledge(m.Case, "lucia")
			}
			stop()
		}, says: "0s lucia duty leaves 2m0s"},
		"one that asks so often that it bundles itself": {topic: "tastes-off", brand: quick, says: "1m0s lucia duty leaves 3m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(h *house, o Options, _, _ *ledger) {
				if c.before != nil {
					c.before(h, o)
				}
				start := time.Now()
				m := h.say(sayline.Moment{Topic: c.topic, Context: sayline.Context{Ref: secret()}})
				steps, err := Foresee(h.t.Context(), h.store, h.brand, m, &m.Decision, start)
				if err != nil {
					t.Fatal(err)
				}
				last := steps[len(steps)-1].At
				h.run(o)
				pass(last.Sub(start) + time.Second)
				want := h.madeLines(start, m.Case, last)
				expect(t, "foreseen", foreseenLines(start, steps), want...)
				if len(want) == 0 || c.says != "" && !slices.ContainsFunc(want, func(l string) bool { return strings.TrimSpace(l) == c.says }) {
					t.Errorf("it lacks %q:\n%s", c.says, strings.Join(want, "\n"))
				}
				var held []string
				for _, f := range steps {
					if f.Held != "" {
						held = append(held, f.Held)
					}
				}
				if !slices.Equal(held, c.held) {
					t.Errorf("held %q, want %q", held, c.held)
				}
			}, c.brand...)
		})
	}
}

// TestAheadKeepsToItsVersion: who a case asks next is told by the policy it climbs
// by, whatever the brand says since, and when is told with the mutes that hold.
func TestAheadKeepsToItsVersion(t *testing.T) {
	inBubble(t, func(h *house, o Options, _, _ *ledger) {
		m := h.say(sayline.Moment{Topic: "tastes-off"})
		next := *h.brand.Config
		next.Policies = []sayline.Policy{{ID: "quick", Steps: []sayline.PolicyStep{{Ask: []string{sayline.AskPerson + "quique"}, Wait: sayline.Duration(time.Minute)}}}}
		version, err := h.store.SaveConfig(h.t.Context(), &next, 1, "test")
		if err != nil {
			t.Fatal(err)
		}
		h.change(version, &next)
		muted(h, sayline.Mute{Topic: "tastes-off", Until: time.Now().Add(2 * time.Minute)})
		st := h.steps(m.Case)[0]
		f, err := Ahead(h.t.Context(), h.store, h.brand, h.theCase(m.Case), m, &st)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		h.run(o)
		pass(2*time.Minute + time.Second)
		want := h.madeLines(start, m.Case, start.Add(10*time.Minute))
		expect(t, "ahead", foreseenLines(start, []Foreseen{f}), want...)
		if len(want) != 1 || !strings.Contains(want[0], "2m0s lucia") || f.Held != store.HeldMute {
			t.Errorf("%q, held %q", want, f.Held)
		}
	}, own)
}
