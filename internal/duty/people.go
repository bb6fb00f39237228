package duty

import (
	"slices"
	"strings"
	"time"
)

// Post is a team at a place ("" for the whole brand): where somebody should be
// on duty.
type Post struct{ Team, Place string }

// Posts are where the roster's plan stands: a shift, a calendar, fixed duty or
// somebody who was added; in the order of the brand's teams.
func (r *Roster) Posts() []Post { return r.also(r.spots, r.overrides.added.at) }

// also are posts and those of a source's lists, in the order of the brand's
// teams; what is new stands behind, by place.
func (r *Roster) also(posts []Post, at map[Post][]stretch) []Post {
	var more []Post
	for k := range at {
		if !slices.Contains(posts, k) {
			more = append(more, k)
		}
	}
	slices.SortFunc(more, func(a, b Post) int { return strings.Compare(a.Place, b.Place) })
	var all []Post
	for _, t := range r.config.Teams {
		for _, k := range slices.Concat(posts, more) {
			if k.Team == t.ID {
				all = append(all, k)
			}
		}
	}
	return all
}

// Needs are where work may come in: each team at each place of the level it
// covers, or once for the whole brand. Holes are looked for here.
func (r *Roster) Needs() []Post {
	var posts []Post
	for _, t := range r.config.Teams {
		if t.Covers == "" {
			posts = append(posts, Post{Team: t.ID})
			continue
		}
		for _, p := range r.config.Places {
			if p.Level == t.Covers {
				posts = append(posts, Post{t.ID, p.ID})
			}
		}
	}
	return posts
}

// Turn is a stretch of somebody's duty for a team, at its place.
type Turn struct {
	Team string
	Interval
}

// Stands are the posts, and where else somebody said "I'm on".
func (r *Roster) Stands() []Post { return r.also(r.Posts(), r.on.at) }

// TurnsOf are a person's own duties from one time until another, in the order of
// time: where the duty stands, not every place it reaches.
func (r *Roster) TurnsOf(person string, from, until time.Time) []Turn {
	var turns []Turn
	for _, p := range r.postsOf(person) {
		for _, iv := range r.Timeline(p.Team, p.Place, from, until) {
			if iv.Duty() && iv.Person == person && iv.Place == p.Place {
				turns = append(turns, Turn{p.Team, iv})
			}
		}
	}
	slices.SortStableFunc(turns, func(a, b Turn) int { return a.From.Compare(b.From) })
	return turns
}

// postsOf are where a person may have the duty: where a plan stands for their
// teams, and where somebody said "I'm on".
func (r *Roster) postsOf(person string) []Post {
	return slices.DeleteFunc(r.Stands(), func(p Post) bool { return !r.config.WorksAt(r.index, p.Team, p.Place, person) })
}

// ShiftUntil is when a person's planned duty for the team at the place, on at t,
// ends, whoever said "I'm on" meanwhile: "I'm on" lasts until then. on is false
// when they have none at t or it has no end.
func (r *Roster) ShiftUntil(team, place, person string, t time.Time) (until time.Time, on bool) {
	plan := *r
	plan.on = &listed{as: SourceOn}
	until, on = plan.Until(team, place, person, t)
	return until, on && !until.IsZero()
}
