package duty

import (
	"cmp"
	"slices"
	"time"

	"github.com/sayline/sayline"
)

// source is one way of being on duty. It answers for exactly one place; the
// [Roster] walks up the tree. A further one (shifts, overrides, rotations) needs
// these three and its place in the plan.
type source interface {
	name() string
	// who is on duty for the team at this very place at t; "" for nobody.
	who(team, place string, t time.Time) string
	// edge is the first time after t at which an answer of who for the team may
	// change; zero when none will.
	edge(team string, t time.Time) time.Time
}

// saidOn is what people said themselves: "I'm on", from the phone.
type saidOn struct {
	at    map[spot][]sayline.OnDuty // each list by From, then id
	edges map[string][]time.Time    // by team, rising
}

// spot is a team at a place.
type spot struct{ team, place string }

// newSaidOn lays each stretch where it counts. "I'm on" reaches no further than
// a person's membership, and no further than what they said: it stands at the
// deeper of the two places.
func newSaidOn(brand string, ix *sayline.Index, members map[string][]sayline.Membership, on []sayline.OnDuty) *saidOn {
	s := &saidOn{at: map[spot][]sayline.OnDuty{}, edges: map[string][]time.Time{}}
	for _, o := range on {
		if o.Brand != "" && o.Brand != brand || !o.From.Before(o.Until) {
			continue
		}
		for _, m := range members[o.Team] {
			if m.Person != o.Person {
				continue
			}
			switch {
			case ix.Under(o.Place, m.Place):
				s.lay(o, o.Place)
			case ix.Under(m.Place, o.Place):
				s.lay(o, m.Place)
			}
		}
	}
	for k := range s.at {
		slices.SortFunc(s.at[k], func(a, b sayline.OnDuty) int {
			return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Person, b.Person))
		})
	}
	for team := range s.edges {
		slices.SortFunc(s.edges[team], time.Time.Compare)
	}
	return s
}

func (s *saidOn) lay(o sayline.OnDuty, place string) {
	k := spot{o.Team, place}
	s.at[k] = append(s.at[k], o)
	s.edges[o.Team] = append(s.edges[o.Team], o.From, o.Until)
}

func (s *saidOn) name() string { return SourceOn }

// who of several that overlap is the one who said it last.
func (s *saidOn) who(team, place string, t time.Time) string {
	for _, o := range slices.Backward(s.at[spot{team, place}]) {
		if !t.Before(o.From) && t.Before(o.Until) {
			return o.Person
		}
	}
	return ""
}

func (s *saidOn) edge(team string, t time.Time) time.Time {
	edges := s.edges[team]
	i, _ := slices.BinarySearchFunc(edges, t, func(e, t time.Time) int {
		if e.After(t) {
			return 1
		}
		return -1
	})
	if i == len(edges) {
		return time.Time{}
	}
	return edges[i]
}

// fixed is who is on duty at a place whenever nobody else is; of several the
// first in the configuration.
type fixed map[spot]string

func newFixed(members map[string][]sayline.Membership) fixed {
	f := fixed{}
	for team, list := range members {
		for _, m := range list {
			if k := (spot{team, m.Place}); m.Duty && f[k] == "" {
				f[k] = m.Person
			}
		}
	}
	return f
}

func (f fixed) name() string                               { return SourceFixed }
func (f fixed) who(team, place string, _ time.Time) string { return f[spot{team, place}] }
func (f fixed) edge(string, time.Time) time.Time           { return time.Time{} }
