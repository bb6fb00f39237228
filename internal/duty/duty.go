// Package duty says who of a team is responsible at a place at a time. It is
// pure: a [Roster] is made of a brand's configuration and the stretches people
// said "I'm on" for, and only read afterwards; a change makes the next one. The
// pager and the screens ask the same roster, so they can't disagree.
//
// Start with [Roster.Who]. It looks, nearest place first:
//
//	"I'm on", at the place or above → the plan at the place → at its parent
//	→ … → for the whole brand → the brand's last resort → nobody, a hole that is shown
//
// and keeps every [Hop], so that a page can say why it came. The plan is a list
// of sources (see source.go); fixed duty is the one there is. [Roster.Everyone]
// is who gets the page beside them; [Roster.Until], [Roster.Next] and
// [Roster.Timeline] look ahead.
//
// All stretches are half-open, [From, Until): at the stroke of Until somebody
// else has it.
package duty

import (
	"slices"
	"time"

	"github.com/sayline/sayline"
)

// Sources of a finding, as they stand in a [Hop].
const (
	SourceOn         = "on"          // said "I'm on"
	SourceFixed      = "fixed"       // on duty here whenever nobody else is, see [sayline.Membership]
	SourceLastResort = "last_resort" // gets what nobody else took
)

// Hop is one look for somebody: where, by which source, and whom it found; the
// person is "" where there was nobody.
type Hop struct {
	Place  string `json:"place,omitempty"` // "" is the whole brand
	Source string `json:"source"`
	Person string `json:"person,omitempty"`
}

// Found is who is responsible. Person and Source are "" when there is nobody at
// all. Place is where the duty stands: the place asked for, one above it, or ""
// for the whole brand. Hops are all looks, in order; the last one found Person.
type Found struct {
	Person string `json:"person,omitempty"`
	Source string `json:"source,omitempty"`
	Place  string `json:"place,omitempty"`
	Hops   []Hop  `json:"hops"`
}

// Duty says whether somebody is on duty: found, and not only as the last resort.
func (f Found) Duty() bool { return f.Person != "" && f.Source != SourceLastResort }

// Roster answers for one brand.
type Roster struct {
	index      *sayline.Index
	members    map[string][]sayline.Membership // by team
	on         source                          // what people said themselves: before any plan
	plan       []source                        // asked in order at each place, nearest place first
	lastResort string
}

// NewRoster makes the roster of a validated configuration, its index and the
// stretches of "I'm on", in any order. Stretches of another brand, of people who
// are not in the team, or for a place that is not theirs count for nothing.
func NewRoster(c *sayline.Config, ix *sayline.Index, on []sayline.OnDuty) *Roster {
	r := &Roster{index: ix, members: map[string][]sayline.Membership{}, lastResort: c.LastResort}
	for _, t := range c.Teams {
		r.members[t.ID] = t.Members
	}
	r.on = newSaidOn(c.ID, ix, r.members, on)
	r.plan = []source{newFixed(r.members)}
	return r
}

// Who is responsible for a team at a place ("" for the whole brand) at t. It is
// defined for every t, and for unknown teams and places: those have only the
// last resort, or the brand's own duty.
func (r *Roster) Who(team, place string, t time.Time) Found {
	var f Found
	chain := r.chain(place)
	for _, p := range chain {
		if f.look(r.on, team, p, t) {
			return f
		}
	}
	for _, p := range chain {
		for _, s := range r.plan {
			if f.look(s, team, p, t) {
				return f
			}
		}
	}
	f.Hops = append(f.Hops, Hop{Source: SourceLastResort, Person: r.lastResort})
	if r.lastResort != "" {
		f.Person, f.Source = r.lastResort, SourceLastResort
	}
	return f
}

// look asks one source at one place, and keeps the hop.
func (f *Found) look(s source, team, place string, t time.Time) bool {
	person := s.who(team, place, t)
	f.Hops = append(f.Hops, Hop{Place: place, Source: s.name(), Person: person})
	if person == "" {
		return false
	}
	f.Person, f.Source, f.Place = person, s.name(), place
	return true
}

// chain is a place, those above it, and the whole brand.
func (r *Roster) chain(place string) []string {
	var ids []string
	for _, p := range r.index.Ancestors(place) {
		ids = append(ids, p.ID)
	}
	return append(ids, "")
}

// Everyone are the people of the team for a place, in the order of the
// configuration: those whose membership is for it or for a place above. They get
// the page too.
func (r *Roster) Everyone(team, place string) []string {
	var people []string
	for _, m := range r.members[team] {
		if r.index.Under(place, m.Place) && !slices.Contains(people, m.Person) {
			people = append(people, m.Person)
		}
	}
	return people
}
