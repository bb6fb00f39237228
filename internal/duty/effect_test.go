package duty

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"pgregory.net/rapid"
)

func TestCompare(t *testing.T) {
	before := manned("", crewShift("day", "gil", "08:00", "16:00"), crewShift("late", "fran", "16:00", "22:00"))
	after := before.With([]sayline.Override{override("replace", "hugo", "gil", "madrid", 6, 12), override("remove", "", "fran", "mayor", 18, 23)}, nil)
	e := Compare(before, after, clock(0, 0), clock(24, 0))
	var moves, holes []string
	for _, m := range e.Moves {
		moves = append(moves, fmt.Sprintf("%s %s–%s: %q → %q", m.Place, m.From.Format("15:04"), m.Until.Format("15:04"), m.Before, m.After))
	}
	for _, h := range e.Holes {
		if h.Place == "mayor" {
			holes = append(holes, fmt.Sprintf("%s–%s %v", h.From.Format("15:04"), h.Until.Format("15:04"), h.New))
		}
	}
	if want := []string{`mayor 08:00–12:00: "gil" → "hugo"`, `mayor 18:00–22:00: "fran" → ""`}; !slices.Equal(moves, want) {
		t.Errorf("moves %q", moves)
	}
	if want := []string{"00:00–08:00 false", "18:00–22:00 true", "22:00–00:00 false"}; !slices.Equal(holes, want) {
		t.Errorf("holes %q", holes)
	}
	if got := Compare(nil, before, clock(8, 0), clock(9, 0)); !slices.Contains(got.Moves, Move{Post{"crew", "mayor"}, clock(8, 0), clock(9, 0), "", "gil"}) || got.Holes[0].New {
		t.Errorf("of a brand that is new: %+v", got)
	}
	if got := Compare(before, before, clock(0, 0), clock(24, 0)); len(got.Moves) > 0 || slices.ContainsFunc(got.Holes, func(h Hole) bool { return h.New }) {
		t.Errorf("of nothing: %+v", got)
	}
}

func TestWhoseItIs(t *testing.T) {
	r := manned("", crewShift("day", "gil", "08:00", "16:00"), crewShift("late", "fran", "16:00", "22:00"))
	if !r.Has("crew", "mayor", "gil", clock(9, 0), clock(16, 0)) || r.Has("crew", "mayor", "gil", clock(9, 0), clock(16, 1)) || r.Has("crew", "mayor", "fran", clock(22, 0), clock(23, 0)) || r.Has("crew", "mayor", "gil", clock(9, 0), clock(9, 0)) {
		t.Error("whose it is to give away is wrong")
	}
	if got := r.Manned(clock(8, 0), clock(16, 0)); !slices.Equal(got, []string{"ana", "eva", "gil"}) { // ana and eva have fixed duty
		t.Errorf("manned by %q", got)
	}
	if got := r.TurnsOf("gil", clock(12, 0), clock(36, 0)); len(got) != 2 || !got[0].Until.Equal(clock(16, 0)) || got[1].Team != "crew" || got[1].Place != "mayor" {
		t.Errorf("gil's turns: %+v", got)
	}
	if got, want := r.Posts(), []Post{{"distribution", "madrid"}, {"distribution", "spain"}, {"crew", "mayor"}}; !slices.Equal(got, want) {
		t.Errorf("posts %v", got)
	}
	if got, want := r.Needs(), []Post{{"distribution", "madrid"}, {"distribution", "sevilla"}, {"crew", "mayor"}, {"crew", "goya"}, {"crew", "feria"}}; !slices.Equal(got, want) {
		t.Errorf("needs %v", got)
	}
}

// What is said to become of a roster is what becomes of it, minute by minute.
func TestCompareMinuteByMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rosters("Europe/Madrid", eight, 1).Draw(t, "roster")
		before := NewRoster(s.config, s.index, s.said)
		after := before.With(s.over, s.fed)
		e := Compare(before, after, eight, eight.Add(oneDay))
		for _, p := range after.Posts() {
			for at := eight; at.Before(eight.Add(oneDay)); at = at.Add(7 * time.Minute) {
				is, was := after.Who(p.Team, p.Place, at), before.Who(p.Team, p.Place, at)
				i := slices.IndexFunc(e.Moves, func(m Move) bool { return m.Post == p && !at.Before(m.From) && at.Before(m.Until) })
				if who := standing(is, p); i >= 0 && (e.Moves[i].After != who || e.Moves[i].Before != standing(was, p)) || i < 0 && who != standing(was, p) {
					t.Fatalf("at %v %v: %+v, %+v, told %+v", p, at, was, is, e.Moves)
				}
				hole := slices.ContainsFunc(e.Holes, func(h Hole) bool {
					return h.Post == p && !at.Before(h.From) && at.Before(h.Until) && h.New == was.Duty()
				})
				if slices.Contains(after.Needs(), p) && hole == is.Duty() {
					t.Fatalf("at %v %v: %+v, told %+v", p, at, is, e.Holes)
				}
			}
		}
	})
}

func standing(f Found, p Post) string {
	return Interval{Person: f.Person, Source: f.Source, Place: f.Place}.standing(p)
}

// company is thirty teams at four places each, with three shifts a day, a
// rotation for the nights of the whole and some overrides.
func company() *Roster {
	c, _ := sparkle()
	c.Zone, c.Teams = "Europe/Madrid", nil
	var over []sayline.Override
	for i := range 30 {
		team := fmt.Sprint("team-", i)
		c.Teams = append(c.Teams, sayline.Team{ID: team, Members: []sayline.Membership{{Person: "ana"}, {Person: "ben"}, {Person: "carla"}}})
		for _, place := range []string{"mayor", "goya", "feria", "madrid"} {
			for n, person := range []string{"ana", "ben", "carla"} {
				s := crewShift(fmt.Sprint(team, place, n), person, fmt.Sprintf("%02d:00", 6+8*n%24), fmt.Sprintf("%02d:00", (14+8*n)%24))
				s.Team, s.Place = team, place
				c.Shifts = append(c.Shifts, s)
			}
			over = append(over, sayline.Override{Kind: sayline.OverrideReplace, Team: team, Place: place, From: clock(8, 0), Until: clock(72, 0), Person: "ben", Instead: "ana"})
		}
		c.Shifts = append(c.Shifts, sayline.Shift{ID: team, Team: team, Rotation: sayline.Rotation{People: []string{"ana", "ben"}, Starts: "2026-01-05"}})
	}
	return NewRoster(c, sayline.NewIndex(c), nil).With(over, nil)
}

// A look at who is on duty now is on the way of every page.
func BenchmarkWho(b *testing.B) {
	r := company()
	b.ReportAllocs()
	for b.Loop() {
		if !r.Who("team-7", "mayor", eight).Duty() {
			b.Fatal("nobody")
		}
	}
}

// The week of thirty teams at four places each, nothing of it expanded yet.
func BenchmarkWeekOfThirtyTeams(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		r := company()
		b.StartTimer()
		for _, p := range r.Posts() {
			if len(r.Timeline(p.Team, p.Place, eight, eight.Add(7*oneDay))) == 0 {
				b.Fatal("nothing")
			}
		}
	}
}
