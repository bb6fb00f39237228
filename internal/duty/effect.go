package duty

import (
	"slices"
	"time"
)

// Effect is what a change of the roster does, before it is made.
type Effect struct {
	Moves []Move // stretches of duty that somebody else has afterwards
	Holes []Hole // in which nobody is on duty afterwards
}

// Move is a stretch of duty that stands at a post and is another's afterwards;
// Before or After is "" for nobody.
type Move struct {
	Post
	From, Until   time.Time
	Before, After string
}

// Hole is a time in which nobody is on duty where work may come in. New says that
// somebody was before the change.
type Hole struct {
	Post
	From, Until time.Time
	New         bool
}

// Compare says what becomes of a time when one roster takes the place of
// another; before is nil for a brand that had none.
func Compare(before, after *Roster, from, until time.Time) Effect {
	var e Effect
	posts, needs := after.Posts(), after.Needs()
	if before != nil {
		for _, p := range before.Posts() {
			if !slices.Contains(posts, p) {
				posts = append(posts, p)
			}
		}
	}
	for _, p := range posts {
		beside(before, after, p, from, until, func(from, until time.Time, was, is Interval) {
			m := Move{Post: p, From: from, Until: until, Before: was.standing(p), After: is.standing(p)}
			if m.Before != m.After {
				e.Moves = append(e.Moves, m)
			}
		})
	}
	for _, p := range needs {
		beside(before, after, p, from, until, func(from, until time.Time, was, is Interval) {
			if !is.Duty() {
				e.hole(Hole{p, from, until, was.Duty()})
			}
		})
	}
	return e
}

// hole adds one, to the last if it only goes on.
func (e *Effect) hole(h Hole) {
	if n := len(e.Holes); n > 0 && e.Holes[n-1].Post == h.Post && e.Holes[n-1].New == h.New && e.Holes[n-1].Until.Equal(h.From) {
		e.Holes[n-1].Until = h.Until
		return
	}
	e.Holes = append(e.Holes, h)
}

// standing is who has a duty that stands at this very post, "" for nobody.
func (a Interval) standing(p Post) string {
	if a.Duty() && a.Place == p.Place {
		return a.Person
	}
	return ""
}

// beside walks two timelines of a post at once.
func beside(before, after *Roster, p Post, from, until time.Time, piece func(from, until time.Time, was, is Interval)) {
	was := []Interval{{From: from, Until: until}}
	if before != nil {
		was = before.Timeline(p.Team, p.Place, from, until)
	}
	is := after.Timeline(p.Team, p.Place, from, until)
	for len(was) > 0 && len(is) > 0 {
		end := earlier(was[0].Until, is[0].Until)
		piece(from, end, was[0], is[0])
		if !was[0].Until.After(end) {
			was = was[1:]
		}
		if !is[0].Until.After(end) {
			is = is[1:]
		}
		from = end
	}
}

// Manned are the people on duty at some time between two, in the order of the
// brand's list: all of them should be reachable.
func (r *Roster) Manned(from, until time.Time) []string {
	on := map[string]bool{}
	for _, p := range r.also(r.Posts(), r.on.at) {
		for _, iv := range r.Timeline(p.Team, p.Place, from, until) {
			on[iv.standing(p)] = true
		}
	}
	var people []string
	for _, p := range r.config.People {
		if on[p.ID] {
			people = append(people, p.ID)
		}
	}
	return people
}

// Has says whether all of a time is a person's duty for the team at the place:
// theirs to give away.
func (r *Roster) Has(team, place, person string, from, until time.Time) bool {
	line := r.Timeline(team, place, from, until)
	return len(line) > 0 && !slices.ContainsFunc(line, func(iv Interval) bool { return !iv.Duty() || iv.Person != person })
}
