package duty

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/sayline/sayline"
)

// A soda maker: two regions with shops; distribution covers a region, the crew a shop.
func sparkle() (*sayline.Config, *sayline.Index) {
	c := &sayline.Config{
		Brand: sayline.Brand{ID: "sparkle", Name: "Sparkle", Languages: []string{"en"}, LastResort: "olga"},
		Places: []sayline.Place{
			{ID: "spain", Level: "country"},
			{ID: "madrid", Parent: "spain", Level: "region"}, {ID: "sevilla", Parent: "spain", Level: "region"},
			{ID: "mayor", Parent: "madrid", Level: "shop"}, {ID: "goya", Parent: "madrid", Level: "shop"},
			{ID: "feria", Parent: "sevilla", Level: "shop"},
		},
		Teams: []sayline.Team{
			{ID: "distribution", Covers: "region", Members: []sayline.Membership{
				{Person: "ana", Place: "madrid", Duty: true}, {Person: "ben", Place: "madrid"},
				{Person: "carla", Place: "sevilla"}, {Person: "dani"}, {Person: "eva", Place: "spain", Duty: true},
			}},
			{ID: "crew", Covers: "shop", Members: []sayline.Membership{
				{Person: "fran", Place: "mayor"}, {Person: "fran", Place: "goya"}, {Person: "gil", Place: "mayor"}, {Person: "hugo", Place: "madrid"},
			}},
		},
	}
	for _, p := range []string{"ana", "ben", "carla", "dani", "eva", "fran", "gil", "hugo", "olga"} {
		c.People = append(c.People, sayline.Person{ID: p, Name: p, Email: p + "@sparkle.example"})
	}
	return c, sayline.NewIndex(c)
}

var eight = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

func clock(h, m int) time.Time {
	return eight.Add(time.Duration(h-8)*time.Hour + time.Duration(m)*time.Minute)
}

func iamOn(id, team, place, person string, from, until time.Time) sayline.OnDuty {
	return sayline.OnDuty{Brand: "sparkle", ID: id, Team: team, Place: place, Person: person, From: from, Until: until}
}

func roster(on ...sayline.OnDuty) *Roster {
	c, ix := sparkle()
	return NewRoster(c, ix, on)
}

func TestWho(t *testing.T) {
	r := roster(
		iamOn("1", "distribution", "madrid", "ben", clock(9, 0), clock(17, 0)),
		iamOn("2", "distribution", "", "dani", clock(12, 0), clock(20, 0)),
		iamOn("3", "crew", "", "fran", clock(9, 0), clock(17, 0)),
		iamOn("4", "crew", "mayor", "gil", clock(11, 0), clock(12, 0)),
		iamOn("5", "crew", "mayor", "hugo", clock(14, 0), clock(15, 0)),
	)
	tests := []struct {
		name, team, place   string
		at                  time.Time
		person, source, hop string
	}{
		{"fixed duty where nobody said so", "distribution", "madrid", clock(8, 59), "ana", SourceFixed, "madrid"},
		{"on from the stroke", "distribution", "madrid", clock(9, 0), "ben", SourceOn, "madrid"},
		{"nearer beats later", "distribution", "madrid", clock(13, 0), "ben", SourceOn, "madrid"},
		{"off at the stroke, then who is on above", "distribution", "madrid", clock(17, 0), "dani", SourceOn, ""},
		{"who is on above beats the plan here", "distribution", "madrid", clock(18, 0), "dani", SourceOn, ""},
		{"a shop's region answers", "distribution", "goya", clock(10, 0), "ben", SourceOn, "madrid"},
		{"the country's fixed duty for a region without", "distribution", "sevilla", clock(10, 0), "eva", SourceFixed, "spain"},
		{"on for every place of theirs", "crew", "goya", clock(10, 0), "fran", SourceOn, "goya"},
		{"the later of two on", "crew", "mayor", clock(11, 30), "gil", SourceOn, "mayor"},
		{"and back", "crew", "mayor", clock(12, 0), "fran", SourceOn, "mayor"},
		{"on for less than is theirs", "crew", "mayor", clock(14, 30), "hugo", SourceOn, "mayor"},
		{"which does not count elsewhere", "crew", "goya", clock(14, 30), "fran", SourceOn, "goya"},
		{"nobody: the last resort", "crew", "feria", clock(10, 0), "olga", SourceLastResort, ""},
		{"nobody for the whole brand", "crew", "", clock(10, 0), "olga", SourceLastResort, ""},
		{"unknown team", "ghosts", "madrid", clock(10, 0), "olga", SourceLastResort, ""},
		{"unknown place: the whole brand", "distribution", "atlantis", clock(13, 0), "dani", SourceOn, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := r.Who(tt.team, tt.place, tt.at)
			if f.Person != tt.person || f.Source != tt.source || f.Place != tt.hop {
				t.Errorf("got %+v, want %s by %s at %q", f, tt.person, tt.source, tt.hop)
			}
			if last := f.Hops[len(f.Hops)-1]; last != (Hop{Place: tt.hop, Source: tt.source, Person: tt.person}) {
				t.Errorf("the last hop is %+v", last)
			}
		})
	}
}

func TestHopsTellTheWay(t *testing.T) {
	got, err := json.Marshal(roster().Who("distribution", "feria", eight))
	const want = `{"person":"eva","source":"fixed","place":"spain","hops":[` +
		`{"place":"feria","source":"on"},{"place":"sevilla","source":"on"},{"place":"spain","source":"on"},{"source":"on"},` +
		`{"place":"feria","source":"fixed"},{"place":"sevilla","source":"fixed"},{"place":"spain","source":"fixed","person":"eva"}]}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
}

func TestNobodyAtAllIsAHole(t *testing.T) {
	c, ix := sparkle()
	c.LastResort = ""
	f := NewRoster(c, ix, nil).Who("crew", "mayor", eight)
	if f.Person != "" || f.Source != "" || f.Duty() {
		t.Errorf("got %+v, want nobody", f)
	}
	if last := f.Hops[len(f.Hops)-1]; last != (Hop{Source: SourceLastResort}) {
		t.Errorf("the last hop is %+v", last)
	}
}

func TestWhatCountsForNothing(t *testing.T) {
	other := iamOn("1", "crew", "mayor", "gil", clock(8, 0), clock(20, 0))
	other.Brand = "granvia"
	r := roster(other,
		iamOn("2", "crew", "mayor", "ana", clock(8, 0), clock(20, 0)),  // not of the team
		iamOn("3", "crew", "feria", "gil", clock(8, 0), clock(20, 0)),  // not theirs
		iamOn("4", "crew", "mayor", "gil", clock(20, 0), clock(8, 0)),  // backwards
		iamOn("5", "crew", "mayor", "gil", clock(10, 0), clock(10, 0)), // empty
	)
	for _, place := range []string{"mayor", "feria"} {
		if f := r.Who("crew", place, clock(10, 0)); f.Duty() {
			t.Errorf("%s: %+v", place, f)
		}
	}
}

func TestEveryone(t *testing.T) {
	r := roster()
	for _, tt := range []struct {
		team, place string
		want        []string
	}{
		{"distribution", "madrid", []string{"ana", "ben", "dani", "eva"}},
		{"distribution", "mayor", []string{"ana", "ben", "dani", "eva"}},
		{"distribution", "sevilla", []string{"carla", "dani", "eva"}},
		{"distribution", "", []string{"dani"}},
		{"crew", "mayor", []string{"fran", "gil", "hugo"}},
		{"ghosts", "madrid", nil},
	} {
		if got := r.Everyone(tt.team, tt.place); !slices.Equal(got, tt.want) {
			t.Errorf("Everyone(%s, %s) = %v, want %v", tt.team, tt.place, got, tt.want)
		}
	}
}

func TestAhead(t *testing.T) {
	r := roster(
		iamOn("1", "crew", "mayor", "gil", clock(9, 0), clock(12, 0)),
		iamOn("2", "crew", "mayor", "gil", clock(12, 0), clock(14, 0)), // goes on
		iamOn("3", "crew", "mayor", "fran", clock(13, 0), clock(16, 0)),
		iamOn("4", "crew", "goya", "fran", eight.Add(Horizon+time.Hour), eight.Add(Horizon+2*time.Hour)),
	)
	if until, on := r.Until("crew", "mayor", "gil", clock(10, 0)); !on || !until.Equal(clock(13, 0)) {
		t.Errorf("gil until %v, %v; want 13:00, when fran takes over", until, on)
	}
	if until, on := r.Until("crew", "mayor", "gil", clock(8, 0)); on {
		t.Errorf("gil is on before he said so, until %v", until)
	}
	if until, on := r.Until("distribution", "madrid", "ana", clock(8, 0)); !on || !until.IsZero() {
		t.Errorf("ana's fixed duty: until %v, %v; want on, no end", until, on)
	}
	if _, on := r.Until("crew", "feria", "olga", clock(8, 0)); on {
		t.Error("the last resort counts as duty")
	}
	if next := r.Next("crew", "mayor", clock(8, 0)); !next.Equal(clock(9, 0)) {
		t.Errorf("next at %v, want 9:00", next)
	}
	if next := r.Next("crew", "mayor", clock(10, 30)); !next.Equal(clock(10, 30)) {
		t.Errorf("next at %v, want now", next)
	}
	if next := r.Next("crew", "mayor", clock(16, 0)); !next.IsZero() {
		t.Errorf("next at %v, want unknown", next)
	}
	if next := r.Next("crew", "goya", clock(8, 0)); !next.IsZero() {
		t.Errorf("next at %v, which is behind the horizon", next)
	}
	if line := r.Timeline("crew", "mayor", clock(9, 0), clock(9, 0)); line != nil {
		t.Errorf("a timeline of no length: %v", line)
	}
}
