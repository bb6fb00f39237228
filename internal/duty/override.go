package duty

import (
	"cmp"
	"slices"
	"time"

	"github.com/sayline/sayline"
)

// overrides are the dated exceptions. Who is added is a source of their own, at
// the very place; who is removed or replaced is looked up for each person the
// plan finds ([overrides.turned]).
type overrides struct {
	added listed
	gone  map[Post][]sayline.Override // that remove or replace there, in the order they were made
}

// newOverrides keeps what can count: of this brand, with people who work there.
// spots are where a plan stands.
func newOverrides(c *sayline.Config, ix *sayline.Index, list []sayline.Override, spots []Post) *overrides {
	made := slices.Clone(list)
	slices.SortFunc(made, func(a, b sayline.Override) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	o := &overrides{added: listed{as: SourceOverride, at: map[Post][]stretch{}}, gone: map[Post][]sayline.Override{}}
	for _, x := range slices.Backward(made) { // who was added last goes first
		if x.Kind == sayline.OverrideAdd && counts(c, ix, &x) {
			o.added.add(Post{x.Team, x.Place}, stretch{x.From, x.Until, []holder{{x.Person, x.ID}}})
		}
	}
	o.added.lay()
	for _, x := range made {
		if x.Kind == sayline.OverrideAdd || !counts(c, ix, &x) {
			continue
		}
		for _, k := range spots {
			if k.Team == x.Team && ix.Under(k.Place, x.Place) {
				o.gone[k] = append(o.gone[k], x)
			}
		}
	}
	return o
}

func counts(c *sayline.Config, ix *sayline.Index, o *sayline.Override) bool {
	ours := o.Brand == "" || o.Brand == c.ID
	return ours && o.From.Before(o.Until) && (o.Kind == sayline.OverrideRemove || c.WorksAt(ix, o.Team, o.Place, o.Person))
}

// turned is who has the duty in place of somebody whom the plan found, and the
// override that says so: the same person, another, or "" for nobody. Of what was
// said of one person the last word counts; a cover may be covered again.
func (o *overrides) turned(at Post, person string, t time.Time) (now, by string) {
	now, gone := person, ""
	for i := range o.gone[at] {
		x := &o.gone[at][i]
		if !x.Covers(t) {
			continue
		}
		switch {
		case now == "" && gone == x.Instead && x.Kind == sayline.OverrideReplace:
			now, by = x.Person, x.ID
		case now != x.Instead || now == "":
		case x.Kind == sayline.OverrideRemove:
			now, gone, by = "", now, x.ID
		default:
			now, by = x.Person, x.ID
		}
	}
	return now, by
}

func (o *overrides) edge(at Post, t time.Time) time.Time {
	first := o.added.edge(at, t)
	for i := range o.gone[at] {
		x := &o.gone[at][i]
		first = sooner(first, after(x.From, t))
		first = sooner(first, after(x.Until, t))
	}
	return first
}

// after is an edge that is still to come at t; zero when it is not.
func after(edge, t time.Time) time.Time {
	if edge.After(t) {
		return edge
	}
	return time.Time{}
}

// sooner is the earlier of two edges, zero being none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Overridden is this roster with these overrides in place of its own, and all
// else as it is: what would be.
func (r *Roster) Overridden(list []sayline.Override) *Roster {
	next := *r
	next.overrides = newOverrides(r.config, r.index, list, r.spots)
	return &next
}
