package duty

import "time"

// Horizon is how far ahead [Roster.Until] and [Roster.Next] look.
const Horizon = 400 * 24 * time.Hour

// Interval is a stretch of the timeline with one answer; see [Found]. Person is
// "" in a hole.
type Interval struct {
	From, Until time.Time
	Person      string
	Source      string
	By          string
	Instead     string
	Place       string
}

// Duty says whether somebody is on duty in it; if not it is a hole, whoever gets
// what nobody else took.
func (a Interval) Duty() bool { return a.Person != "" && a.Source != SourceLastResort }

// Timeline is who has the duty from one time until another: intervals without
// gaps or overlaps that together are the whole of it, a hole being an interval
// too. Nil when until is not after from.
func (r *Roster) Timeline(team, place string, from, until time.Time) []Interval {
	var line []Interval
	for t := from; t.Before(until); {
		end := r.edge(team, place, t)
		if end.IsZero() || end.After(until) {
			end = until
		}
		f := r.Who(team, place, t)
		next := Interval{From: t, Until: end, Person: f.Person, Source: f.Source, By: f.By, Instead: f.Instead, Place: f.Place}
		if n := len(line); n > 0 && line[n-1].same(next) {
			line[n-1].Until = end
		} else {
			line = append(line, next)
		}
		t = end
	}
	return line
}

func (a Interval) same(b Interval) bool {
	a.From, a.Until = b.From, b.Until
	return a == b
}

// Holes are the intervals of a timeline in which nobody is on duty.
func (r *Roster) Holes(team, place string, from, until time.Time) []Interval {
	var holes []Interval
	for _, iv := range r.Timeline(team, place, from, until) {
		if !iv.Duty() {
			holes = append(holes, iv)
		}
	}
	return holes
}

// Until is when a person's duty for the team at the place, on at t, ends. on is
// false when it is not theirs at t; the time is zero when no end is known within
// the [Horizon], as with fixed duty that nobody takes over.
func (r *Roster) Until(team, place, person string, t time.Time) (until time.Time, on bool) {
	has := func(t time.Time) bool {
		f := r.Who(team, place, t)
		return f.Duty() && f.Person == person
	}
	if !has(t) {
		return time.Time{}, false
	}
	for e := r.edge(team, place, t); ahead(t, e); e = r.edge(team, place, e) {
		if !has(e) {
			return e, true
		}
	}
	return time.Time{}, true
}

// Next is the first time, not before t, at which somebody is on duty: t itself
// when somebody is; zero when nobody is known to be within the [Horizon]. The
// last resort is not duty.
func (r *Roster) Next(team, place string, t time.Time) time.Time {
	if r.Who(team, place, t).Duty() {
		return t
	}
	for e := r.edge(team, place, t); ahead(t, e); e = r.edge(team, place, e) {
		if r.Who(team, place, e).Duty() {
			return e
		}
	}
	return time.Time{}
}

// ahead says whether there is an edge, near enough to look at.
func ahead(t, edge time.Time) bool { return !edge.IsZero() && edge.Sub(t) <= Horizon }

// edge is the first time after t at which the answer for a team at a place may
// change.
func (r *Roster) edge(team, place string, t time.Time) time.Time {
	var first time.Time
	for _, p := range r.chain(place) {
		at := Post{team, p}
		first = sooner(first, r.on.edge(at, t))
		first = sooner(first, r.overrides.edge(at, t))
		for _, s := range r.plan {
			first = sooner(first, s.edge(at, t))
		}
	}
	return first
}
