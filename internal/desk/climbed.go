package desk

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// climbStep is one step of the alert, in full: for who wants to know why nobody
// came, or why it rang at night.
type climbStep struct {
	Name  string // "Step 2, second round"
	Time  string // it fired, or is due
	State string // what became of it
	Held  string // why it waited
	Hops  []string
	Pages []climbPage
}

// climbPage is one alert to one person, and each call that was made for it.
type climbPage struct {
	Name, How string
	Calls     []string
}

// mostClimbed is how many steps a page tells of, the latest; the last resort is
// asked again and again.
const mostClimbed = 30

// climbed tells a case's steps, the first first. Another company reads only
// what its own people were asked.
func climbed(v *house.View, w *work, steps []sayline.Step, pages []sayline.Page, attempts []sayline.Attempt) []climbStep {
	calls := map[string][]sayline.Attempt{}
	for _, a := range attempts {
		calls[a.Page] = append(calls[a.Page], a)
	}
	var list []climbStep
	for i := range steps[max(0, len(steps)-mostClimbed):] {
		s := &steps[max(0, len(steps)-mostClimbed)+i]
		st := w.climbStep(v, s)
		for j := range pages {
			p := &pages[j]
			if p.Episode == s.Episode && p.Loop == s.Loop && p.N == s.N && (!v.Viewer.Outside || p.Role == sayline.ForDuty) {
				st.Pages = append(st.Pages, w.climbPage(v, p, calls[p.ID]))
			}
		}
		list = append(list, st)
	}
	return list
}

func (w *work) climbStep(v *house.View, s *sayline.Step) climbStep {
	st := climbStep{Name: v.Say("climb_step", "n", s.N), State: v.Say("climb_" + s.State), Time: w.time(v, s.DueAt)}
	if s.Loop > 0 {
		st.Name = v.Say("climb_round", "n", s.N, "round", s.Loop+1)
	}
	if s.Episode != w.Episode {
		st.Name = house.Join(" · ", st.Name, v.Say("climb_earlier"))
	}
	if !s.FiredAt.IsZero() {
		st.Time = w.clock(v, s.FiredAt)
	}
	switch s.Held {
	case store.HeldMute:
		st.Held = v.Say("climb_held_mute", "time", w.time(v, s.AskedAt))
	case store.HeldHours:
		st.Held = v.Say("climb_held_hours", "time", w.time(v, s.AskedAt))
	}
	var found duty.Found
	if !v.Viewer.Outside && json.Unmarshal([]byte(s.Found), &found) == nil {
		st.Hops = v.Hops(found.Hops)
	}
	return st
}

func (w *work) climbPage(v *house.View, p *sayline.Page, calls []sayline.Attempt) climbPage {
	c := climbPage{Name: v.Names.Person(p.Person), How: v.Say("way_" + p.Channel)}
	what := "climb_page_" + p.State
	switch {
	case !p.ActedAt.IsZero():
		what = "climb_page_acted"
	case !p.OpenedAt.IsZero():
		what = "climb_page_opened"
	case !p.DeliveredAt.IsZero():
		what = "climb_page_delivered"
	}
	notes := []string{c.How, v.Say(what)}
	if p.Bundled {
		notes = append(notes, v.Say("climb_bundled"))
	}
	if p.State == sayline.PageQueued && p.From.After(v.Now) && !w.Private {
		notes = append(notes, v.Say("routes_quiet", "time", v.At(p.From)))
	}
	c.How = house.Join(" · ", notes...)
	if p.Channel == sayline.ByDesk { // no call is made for it
		return c
	}
	slices.SortFunc(calls, func(a, b sayline.Attempt) int { return a.N - b.N })
	for _, a := range calls {
		outcome := a.Outcome
		if outcome == "" {
			outcome = "under_way"
		}
		call := v.Say("climb_call", "time", w.clock(v, a.BegunAt), "outcome", v.Say("climb_outcome_"+outcome))
		if took := a.EndAt.Sub(a.BegunAt); !a.EndAt.IsZero() && !w.Private {
			call = house.Join(" · ", call, v.Gap(took))
		}
		c.Calls = append(c.Calls, call)
	}
	return c
}

// clock is a time to the second; in a private lane the day and no more.
func (w *work) clock(v *house.View, at time.Time) string {
	if w.Private {
		return v.Day(at)
	}
	return v.Precise(at)
}
