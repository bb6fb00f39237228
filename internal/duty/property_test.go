package duty

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"pgregory.net/rapid"
)

// scene is a random brand with random stretches of "I'm on", some of them wrong.
type scene struct {
	config *sayline.Config
	index  *sayline.Index
	on     []sayline.OnDuty
	roster *Roster
}

const day = 24 * 60 // the scene's length, in minutes

var (
	teams  = rapid.SampledFrom([]string{"distribution", "crew", "ghosts"})
	places = rapid.SampledFrom([]string{"", "spain", "madrid", "sevilla", "mayor", "goya", "feria", "atlantis"})
	people = rapid.SampledFrom([]string{"ana", "ben", "carla", "dani"})
	minute = rapid.Custom(func(t *rapid.T) time.Time {
		return eight.Add(time.Duration(rapid.IntRange(0, day).Draw(t, "minute")) * time.Minute)
	})
)

func scenes(t *rapid.T) scene {
	c, _ := sparkle()
	c.LastResort = rapid.SampledFrom([]string{"", "olga"}).Draw(t, "last resort")
	for i := range c.Teams {
		c.Teams[i].Members = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) sayline.Membership {
			place := places.Filter(func(p string) bool { return p != "atlantis" }).Draw(t, "of")
			return sayline.Membership{Person: people.Draw(t, "member"), Place: place, Duty: rapid.Bool().Draw(t, "duty")}
		}), 0, 6).Draw(t, "members")
	}
	s := scene{config: c, index: sayline.NewIndex(c)}
	for i := range rapid.IntRange(0, 8).Draw(t, "stretches") {
		s.on = append(s.on, iamOn(fmt.Sprint(i), teams.Draw(t, "team"), places.Draw(t, "place"), people.Draw(t, "person"), minute.Draw(t, "from"), minute.Draw(t, "until")))
	}
	s.roster = NewRoster(s.config, s.index, s.on)
	return s
}

// slow is the same answer from the definition: no index, no order, no edges.
func (s scene) slow(team, place string, t time.Time) (person, source string) {
	chain := []string{}
	for p := s.index.Place(place); p != nil; p = s.index.Place(p.Parent) {
		chain = append(chain, p.ID)
	}
	chain = append(chain, "")
	var members []sayline.Membership
	for _, tm := range s.config.Teams {
		if tm.ID == team {
			members = tm.Members
		}
	}
	for _, p := range chain {
		var best *sayline.OnDuty
		for i, o := range s.on {
			holds := o.Team == team && !t.Before(o.From) && t.Before(o.Until)
			for _, m := range members {
				reaches := o.Place == p && s.index.Under(p, m.Place) || m.Place == p && s.index.Under(p, o.Place)
				if holds && reaches && m.Person == o.Person && (best == nil || o.From.After(best.From) || o.From.Equal(best.From) && o.ID > best.ID) {
					best = &s.on[i]
				}
			}
		}
		if best != nil {
			return best.Person, SourceOn
		}
	}
	for _, p := range chain {
		for _, m := range members {
			if m.Place == p && m.Duty {
				return m.Person, SourceFixed
			}
		}
	}
	if s.config.LastResort != "" {
		return s.config.LastResort, SourceLastResort
	}
	return "", ""
}

func TestWhoIsAsDefined(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scenes(t)
		for range 20 {
			team, place, at := teams.Draw(t, "asked team"), places.Draw(t, "asked place"), minute.Draw(t, "asked at")
			f := s.roster.Who(team, place, at)
			if person, source := s.slow(team, place, at); f.Person != person || f.Source != source {
				t.Fatalf("Who(%s, %s, %v) = %+v, want %s by %s", team, place, at, f, person, source)
			}
			for i, h := range f.Hops {
				if (h.Person != "") != (i == len(f.Hops)-1 && f.Person != "") {
					t.Fatalf("hops of %+v", f)
				}
			}
		}
	})
}

// The order in which stretches were read does not matter.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scenes(t)
		shuffled := append([]sayline.OnDuty(nil), s.on...)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "shuffle"), 0))
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		other := NewRoster(s.config, s.index, shuffled)
		team, place, at := teams.Draw(t, "team"), places.Draw(t, "place"), minute.Draw(t, "at")
		if a, b := s.roster.Who(team, place, at), other.Who(team, place, at); a.Person != b.Person {
			t.Fatalf("%+v or %+v", a, b)
		}
	})
}

// Of overlapping stretches at one place, who said it last has it.
func TestLatestWins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		early, late := minute.Draw(t, "early"), minute.Draw(t, "late")
		if late.Before(early) {
			early, late = late, early
		}
		until := late.Add(time.Duration(rapid.IntRange(1, day).Draw(t, "length")) * time.Minute)
		end := late.Add(time.Duration(rapid.IntRange(1, day).Draw(t, "other length")) * time.Minute)
		r := roster(iamOn("2", "crew", "mayor", "gil", late, until), iamOn("1", "crew", "mayor", "fran", early, end))
		if f := r.Who("crew", "mayor", late); f.Person != "gil" {
			t.Fatalf("at the start of the later: %+v", f)
		}
		if f := r.Who("crew", "mayor", until.Add(-time.Nanosecond)); f.Person != "gil" {
			t.Fatalf("at the end of the later: %+v", f)
		}
		if f := r.Who("crew", "mayor", until); f.Person == "gil" {
			t.Fatalf("after it: %+v", f)
		}
	})
}

// The timeline covers all of the time, once, and says what Who says in every
// minute of it: what the screen shows and what the pager does are one.
func TestTimelineIsWhoMinuteByMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scenes(t)
		team, place := teams.Draw(t, "team"), places.Draw(t, "place")
		from, until := eight.Add(-time.Hour), eight.Add((day+60)*time.Minute)
		line := s.roster.Timeline(team, place, from, until)
		at := from
		for i, iv := range line {
			if !iv.From.Equal(at) || !iv.From.Before(iv.Until) || i > 0 && iv.same(line[i-1]) {
				t.Fatalf("interval %d of %+v", i, line)
			}
			for ; at.Before(iv.Until); at = at.Add(time.Minute) {
				if f := s.roster.Who(team, place, at); f.Person != iv.Person || f.Source != iv.Source || f.Place != iv.Place {
					t.Fatalf("at %v: %+v, but %+v", at, f, iv)
				}
			}
		}
		if !at.Equal(until) {
			t.Fatalf("covered until %v of %v", at, until)
		}
	})
}

func TestUntilAndNextMinuteByMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scenes(t)
		team, place, at := teams.Draw(t, "team"), places.Draw(t, "place"), minute.Draw(t, "at")
		end := eight.Add((day + 1) * time.Minute) // nothing changes after it
		next := end
		for m := at; m.Before(end); m = m.Add(time.Minute) {
			if s.roster.Who(team, place, m).Duty() {
				next = m
				break
			}
		}
		if got := s.roster.Next(team, place, at); !got.Equal(next) && !(got.IsZero() && next.Equal(end)) {
			t.Fatalf("Next = %v, want %v", got, next)
		}
		who := s.roster.Who(team, place, at)
		until, on := s.roster.Until(team, place, who.Person, at)
		if on != who.Duty() {
			t.Fatalf("Until says on = %v, Who %+v", on, who)
		}
		if !on {
			return
		}
		m := at
		for ; m.Before(end) && s.roster.Who(team, place, m).Person == who.Person && s.roster.Who(team, place, m).Duty(); m = m.Add(time.Minute) {
		}
		if !until.Equal(m) && !(until.IsZero() && m.Equal(end)) {
			t.Fatalf("Until = %v, want %v", until, m)
		}
	})
}
