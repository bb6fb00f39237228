package pager

import (
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/store"
)

// callee is a person a rung asks.
type callee struct {
	person string
	role   string
	loud   bool     // by more than the desk
	by     []string // those ways; none: every one there is
}

// whom finds the people a rung asks, each once, in their first role. found is
// duty's answer with its hops, whether the rung asks for it or not.
//
// In a private lane only those who may see it are asked, whatever the roster
// says; and what nobody takes goes to all of them, never to the last resort.
func whom(b *brands.Snapshot, d *store.Due, r rung, at time.Time) (found duty.Found, list []callee) {
	c := d.Case
	found = b.Roster.Who(c.Team, c.Place, at)
	l := callList{brand: b, lane: c.Lane, by: r.by}
	if r.asks&onDuty != 0 && found.Duty() {
		l.add(r.loud&onDuty != 0, sayline.ForDuty, found.Person)
	}
	if r.asks&lastResort != 0 {
		l.add(r.loud&lastResort != 0, sayline.ForDuty, l.lastResort()...)
	}
	l.add(true, sayline.ForDuty, r.people...)
	if r.asks&team != 0 {
		l.add(r.loud&team != 0, sayline.ForTeam, b.Roster.Everyone(c.Team, c.Place)...)
	}
	for _, id := range r.teams {
		l.add(true, sayline.ForTeam, b.Roster.Everyone(id, c.Place)...)
	}
	if r.asks&also != 0 {
		for _, t := range d.Also {
			l.add(r.loud&also != 0, sayline.ForAlso, b.Roster.Everyone(t, d.Place)...)
		}
	}
	return found, l.list
}

// callList gathers callees who exist and may see the lane.
type callList struct {
	brand *brands.Snapshot
	lane  string
	by    []string
	list  []callee
}

func (l *callList) add(loud bool, role string, people ...string) {
	for _, id := range people {
		known := slices.ContainsFunc(l.list, func(c callee) bool { return c.person == id })
		if !known && l.brand.Index.Person(id) != nil && l.maySee(id) {
			l.list = append(l.list, callee{id, role, loud, l.by})
		}
	}
}

func (l *callList) maySee(person string) bool {
	if l.lane == "" {
		return true
	}
	lane := l.brand.Index.Lane(l.lane)
	return lane != nil && slices.Contains(lane.See, person)
}

func (l *callList) lastResort() []string {
	if l.lane == "" {
		return []string{l.brand.LastResort}
	}
	if lane := l.brand.Index.Lane(l.lane); lane != nil {
		return lane.See
	}
	return nil
}

// somebody says whether a rung has found whom it asked for: a person who has to
// take it or, where it asks for none, anybody of a team.
func (r *rung) somebody(list []callee) bool {
	role := sayline.ForTeam
	if r.asks&(onDuty|lastResort) != 0 || len(r.people) > 0 {
		role = sayline.ForDuty
	}
	return slices.ContainsFunc(list, func(c callee) bool { return c.role == role })
}

// contacts are the ways to a callee for something of this urgency: the desk always.
func (c callee) contacts(b *brands.Snapshot, urgency string) []sayline.Contact {
	list := []sayline.Contact{{Channel: sayline.ByDesk}}
	if !c.loud {
		return list
	}
	for _, k := range b.Contacts(c.person, urgency) {
		if len(c.by) == 0 || slices.Contains(c.by, k.Channel) {
			list = append(list, k)
		}
	}
	return list
}
