package duty

import (
	"cmp"
	"slices"
	"time"

	"github.com/sayline/sayline"
)

// source is one way of being on duty. It answers for exactly one spot; the
// [Roster] walks up the tree.
type source interface {
	name() string
	// silent says that it has nothing to do with the spot: no hop tells of it.
	silent(at Post) bool
	// who are on duty at this very spot at t; of several the first has it.
	who(at Post, t time.Time) []holder
	// edge is the first time after t at which an answer of who may change there;
	// zero when none will within the [Horizon].
	edge(at Post, t time.Time) time.Time
}

// listed is a source of stretches that are known one by one.
type listed struct {
	as string
	at map[Post][]stretch // laid: without overlaps, in order
}

func (l *listed) add(at Post, s stretch) { l.at[at] = append(l.at[at], s) }

// lay puts the stretches in order; of those that overlap, who was added first
// goes first.
func (l *listed) lay() {
	for k := range l.at {
		l.at[k] = laid(l.at[k])
	}
}

func (l *listed) name() string { return l.as }

func (l *listed) silent(at Post) bool { return l.as != SourceOn && len(l.at[at]) == 0 }

func (l *listed) who(at Post, t time.Time) []holder {
	list := l.at[at]
	if i := l.ending(at, t); i < len(list) && list[i].covers(t) {
		return list[i].who
	}
	return nil
}

func (l *listed) edge(at Post, t time.Time) time.Time {
	list := l.at[at]
	i := l.ending(at, t)
	switch {
	case i == len(list):
		return time.Time{}
	case list[i].from.After(t):
		return list[i].from
	}
	return list[i].until
}

// ending is the first stretch that ends after t.
func (l *listed) ending(at Post, t time.Time) int {
	i, _ := slices.BinarySearchFunc(l.at[at], t, func(s stretch, t time.Time) int {
		if s.until.After(t) {
			return 1
		}
		return -1
	})
	return i
}

// newSaidOn lays each "I'm on", from the phone, where it counts. It reaches no
// further than a person's membership, and no further than what they said: it
// stands at the deeper of the two places. Of several that overlap, who said it
// last has it.
func newSaidOn(brand string, ix *sayline.Index, members map[string][]sayline.Membership, on []sayline.OnDuty) *listed {
	l := &listed{as: SourceOn, at: map[Post][]stretch{}}
	said := slices.Clone(on)
	slices.SortFunc(said, func(a, b sayline.OnDuty) int {
		return cmp.Or(b.From.Compare(a.From), cmp.Compare(b.ID, a.ID), cmp.Compare(b.Person, a.Person))
	})
	for _, o := range said {
		if o.Brand != "" && o.Brand != brand || !o.From.Before(o.Until) {
			continue
		}
		for _, m := range members[o.Team] {
			if m.Person != o.Person {
				continue
			}
			s := stretch{o.From, o.Until, []holder{{person: o.Person}}}
			switch {
			case ix.Under(o.Place, m.Place):
				l.add(Post{o.Team, o.Place}, s)
			case ix.Under(m.Place, o.Place):
				l.add(Post{o.Team, m.Place}, s)
			}
		}
	}
	l.lay()
	return l
}

// newFed is what calendars kept elsewhere say, in the order of the brand's list.
func newFed(c *sayline.Config, ix *sayline.Index, fed []sayline.Fed) *listed {
	l := &listed{as: SourceCalendar, at: map[Post][]stretch{}}
	for _, k := range c.Calendars {
		for _, f := range fed {
			if f.Calendar == k.ID && f.Team == k.Team && f.Place == k.Place && f.From.Before(f.Until) && c.WorksAt(ix, f.Team, f.Place, f.Person) {
				l.add(Post{f.Team, f.Place}, stretch{f.From, f.Until, []holder{{f.Person, k.ID}}})
			}
		}
	}
	l.lay()
	return l
}

// fixed is who is on duty at a place whenever nobody else is; of several the
// first in the configuration.
type fixed map[Post][]holder

func newFixed(members map[string][]sayline.Membership) fixed {
	f := fixed{}
	for team, list := range members {
		for _, m := range list {
			if k := (Post{team, m.Place}); m.Duty {
				f[k] = append(f[k], holder{person: m.Person})
			}
		}
	}
	return f
}

func (f fixed) silent(Post) bool                   { return false }
func (f fixed) name() string                       { return SourceFixed }
func (f fixed) who(at Post, _ time.Time) []holder  { return f[at] }
func (f fixed) edge(_ Post, _ time.Time) time.Time { return time.Time{} }
