// Package duty says who of a team is responsible at a place at a time. It is
// pure: a [Roster] is made of a brand's configuration, the stretches people said
// "I'm on" for, the overrides, and what calendars kept elsewhere say; it is only
// read afterwards, and a change makes the next one. The pager and the screens ask
// the same roster, so they can't disagree.
//
// Start with [Roster.Who]. It looks, nearest place first:
//
//	"I'm on", at the place or above → the plan at the place → at its parent
//	→ … → for the whole brand → the brand's last resort → nobody, a hole that is shown
//
// and keeps every [Hop], so that a page can say why it came. The plan at a place
// is
//
//	who was added → rotations → calendars → shifts → fixed duty
//
// and whom it finds may have been removed or replaced (override.go). source.go
// has what a source is and those that are lists; shift.go expands shifts and
// rotations, a week at a time and only when it is looked at; [sayline.WallBegins]
// knows what clocks on the wall do in spring and autumn. ahead.go looks along the time
// ([Roster.Timeline], [Roster.Until], [Roster.Next]), people.go from a person's
// side, effect.go says what a change would do before it is made.
// [Roster.Everyone] is who gets the page beside whoever is on duty.
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
	SourceOverride   = "override"    // was added, or has it in place of another
	SourceRotation   = "rotation"    // has the turn
	SourceCalendar   = "calendar"    // stands in a calendar kept elsewhere
	SourceShift      = "shift"       // has the shift
	SourceFixed      = "fixed"       // on duty here whenever nobody else is, see [sayline.Membership]
	SourceLastResort = "last_resort" // gets what nobody else took
)

// Hop is one look for somebody: where, by which source, and whom it found; the
// person is "" where there was nobody. Gone is whom it would have found, had an
// override not taken them away.
type Hop struct {
	Place  string `json:"place,omitempty"` // "" is the whole brand
	Source string `json:"source"`
	Person string `json:"person,omitempty"`
	Gone   string `json:"gone,omitempty"`
}

// Found is who is responsible. Person and Source are "" when there is nobody at
// all. By is the id of the shift, the override or the calendar, Instead whom the
// person replaces. Place is where the duty stands: the place asked for, one above
// it, or "" for the whole brand. Hops are all looks, in order; the last one found
// Person.
type Found struct {
	Person  string `json:"person,omitempty"`
	Source  string `json:"source,omitempty"`
	By      string `json:"by,omitempty"`
	Instead string `json:"instead,omitempty"`
	Place   string `json:"place,omitempty"`
	Hops    []Hop  `json:"hops"`
}

// Duty says whether somebody is on duty: found, and not only as the last resort.
func (f Found) Duty() bool { return f.Person != "" && f.Source != SourceLastResort }

// Roster answers for one brand.
type Roster struct {
	config    *sayline.Config
	index     *sayline.Index
	members   map[string][]sayline.Membership // by team
	spots     []Post                          // where a plan stands, in the order of teams, then places
	on        *listed                         // what people said themselves: before any plan
	overrides *overrides
	plan      []source // asked in order at each place, nearest place first
}

// NewRoster makes the roster of a validated configuration, its index and the
// stretches of "I'm on", in any order. Stretches of another brand, of people who
// are not in the team, or for a place that is not theirs count for nothing.
func NewRoster(c *sayline.Config, ix *sayline.Index, on []sayline.OnDuty) *Roster {
	r := &Roster{config: c, index: ix, members: map[string][]sayline.Membership{}}
	for _, t := range c.Teams {
		r.members[t.ID] = t.Members
	}
	r.on = newSaidOn(c.ID, ix, r.members, on)
	r.spots = planned(c)
	r.plan = []source{newPosted(SourceRotation, c, ix, true), newFed(c, ix, nil), newPosted(SourceShift, c, ix, false), newFixed(r.members)}
	r.overrides = newOverrides(c, ix, nil, nil)
	return r
}

// With is this roster with these overrides and what calendars say in place of
// its own, each in any order. Those of another brand, or of people who do not
// work there, count for nothing. What is expanded of shifts is shared, so asking
// "what if?" is cheap.
func (r *Roster) With(list []sayline.Override, fed []sayline.Fed) *Roster {
	next := *r
	next.plan = slices.Clone(r.plan)
	next.plan[1] = newFed(r.config, r.index, fed)
	next.overrides = newOverrides(r.config, r.index, list, r.spots)
	return &next
}

// Who is responsible for a team at a place ("" for the whole brand) at t. It is
// defined for every t, and for unknown teams and places: those have only the
// last resort, or the brand's own duty.
func (r *Roster) Who(team, place string, t time.Time) Found {
	var f Found
	chain := r.chain(place)
	for _, p := range chain {
		if f.look(r.on, Post{team, p}, t, nil) {
			return f
		}
	}
	for _, p := range chain {
		if f.look(&r.overrides.added, Post{team, p}, t, nil) {
			return f
		}
		for _, s := range r.plan {
			if f.look(s, Post{team, p}, t, r.overrides) {
				return f
			}
		}
	}
	last := r.config.LastResort
	f.Hops = append(f.Hops, Hop{Source: SourceLastResort, Person: last})
	if last != "" {
		f.Person, f.Source = last, SourceLastResort
	}
	return f
}

// look asks one source at one spot, and keeps the hop. Whom it finds may be gone
// by an override, where there are any: then the next of its people has it.
func (f *Found) look(s source, at Post, t time.Time, o *overrides) bool {
	if s.silent(at) {
		return false
	}
	hop := Hop{Place: at.Place, Source: s.name()}
	for _, h := range s.who(at, t) {
		person, by := h.person, ""
		if o != nil {
			person, by = o.turned(at, h.person, t)
		}
		switch {
		case by == "":
			hop.Person = person
			f.found(hop, h.by, "")
			return true
		case person == "":
			hop.Gone = h.person
		default:
			hop.Gone = h.person
			f.Hops = append(f.Hops, hop)
			f.found(Hop{Place: at.Place, Source: SourceOverride, Person: person}, by, h.person)
			return true
		}
	}
	f.Hops = append(f.Hops, hop)
	return false
}

func (f *Found) found(hop Hop, by, instead string) {
	f.Hops = append(f.Hops, hop)
	f.Person, f.Source, f.Place, f.By, f.Instead = hop.Person, hop.Source, hop.Place, by, instead
}

// chain is a place, those above it, and the whole brand.
func (r *Roster) chain(place string) []string {
	var ids []string
	for _, p := range r.index.Ancestors(place) {
		ids = append(ids, p.ID)
	}
	return append(ids, "")
}

// planned are the spots where a plan stands: a shift, a calendar or fixed duty,
// in the order of the teams, and of the configuration within each.
func planned(c *sayline.Config) []Post {
	var spots []Post
	add := func(k Post) {
		if !slices.Contains(spots, k) {
			spots = append(spots, k)
		}
	}
	for _, t := range c.Teams {
		for _, s := range c.Shifts {
			if s.Team == t.ID {
				add(Post{t.ID, s.Place})
			}
		}
		for _, k := range c.Calendars {
			if k.Team == t.ID {
				add(Post{t.ID, k.Place})
			}
		}
		for _, m := range t.Members {
			if m.Duty {
				add(Post{t.ID, m.Place})
			}
		}
	}
	return spots
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
