package sayline

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// rostered is a small brand with one of everything a roster has.
func rostered() *Config {
	c := &Config{
		Brand:       Brand{ID: "granvia", Name: "Gran Vía", Languages: []string{"en"}, Zone: "Europe/Madrid", Look: Look{Color: "#0b6e4f"}},
		Places:      []Place{{ID: "spain", Name: Plain("Spain")}, {ID: "madrid", Name: Plain("Madrid"), Parent: "spain"}, {ID: "lisboa", Name: Plain("Lisboa"), Zone: "Europe/Lisbon"}, {ID: "lobby", Name: Plain("Lobby"), Parent: "lisboa"}},
		Touchpoints: []Touchpoint{{ID: "front-door", Name: Plain("Front door"), Channel: "web", Stage: "hears"}},
		People:      []Person{{ID: "ana", Name: "Ana", Email: "ana@x.example"}, {ID: "ben", Name: "Ben", Email: "ben@x.example"}, {ID: "eva", Name: "Eva", Email: "eva@x.example"}},
		Teams:       []Team{{ID: "desk", Name: Plain("Desk"), Members: []Membership{{Person: "ana", Place: "spain"}, {Person: "ben", Place: "madrid"}}}},
		Shifts: []Shift{
			{ID: "day", Team: "desk", Place: "madrid", Person: "ana", Blocks: []Block{{Days: []string{"mon"}, From: "08:00", Until: "16:00"}}, Since: "2026-11-30", Until: "2026-11-30", Holidays: HolidaysNever},
			{ID: "night", Team: "desk", Place: "madrid", Rotation: Rotation{People: []string{"ana", "ben"}, Days: 2, Starts: "2026-11-30", HandOver: "22:00"}, Blocks: []Block{{From: "22:00", Until: "06:00"}}},
		},
		Holidays:  []Holiday{{Date: "2026-12-25", Name: Plain("Christmas"), Places: []string{"madrid"}}, {Date: "2026-12-25", Name: Plain("Natal"), Places: []string{"lisboa"}}},
		Calendars: []Calendar{{ID: "elsewhere", Team: "desk", URL: "https://calendar.example/x.ics"}},
	}
	return c
}

func TestRosterIsValidated(t *testing.T) {
	if err := rostered().Validate(); err != nil {
		t.Fatal(err)
	}
	for pointer, edit := range map[string]func(*Config){
		"/shifts/0/id":                 func(c *Config) { c.Shifts[0].ID = "A day" },
		"/shifts/1/id":                 func(c *Config) { c.Shifts[1].ID = "day" },
		"/shifts/0/team":               func(c *Config) { c.Shifts[0].Team = "nobody" },
		"/shifts/0/place":              func(c *Config) { c.Shifts[0].Place = "atlantis" },
		"/shifts/0/zone":               func(c *Config) { c.Shifts[0].Zone = "Local" },
		"/shifts/0/person":             func(c *Config) { c.Shifts[0].Person = "eva" },
		"/shifts/1/person":             func(c *Config) { c.Shifts[1].Person = "ana" },
		"/shifts/1/rotation/people/1":  func(c *Config) { c.Shifts[1].Place = "spain" }, // which is not ben's
		"/shifts/1/rotation/days":      func(c *Config) { c.Shifts[1].Rotation.Days = 367 },
		"/shifts/1/rotation/starts":    func(c *Config) { c.Shifts[1].Rotation.Starts = "2026-02-30" },
		"/shifts/1/rotation/hand_over": func(c *Config) { c.Shifts[1].Rotation.HandOver = "24:00" },
		"/shifts/0/blocks/0/days/0":    func(c *Config) { c.Shifts[0].Blocks[0].Days[0] = "monday" },
		"/shifts/0/blocks/0/from":      func(c *Config) { c.Shifts[0].Blocks[0].From = "8:00" },
		"/shifts/0/blocks/0/until":     func(c *Config) { c.Shifts[0].Blocks[0].Until = "25:00" },
		"/shifts/0/blocks":             func(c *Config) { c.Shifts[0].Blocks = make([]Block, 51) },
		"/shifts/0/since":              func(c *Config) { c.Shifts[0].Since = "30.11.2026" },
		"/shifts/0/until":              func(c *Config) { c.Shifts[0].Until = "2026-11-29" },
		"/shifts/0/holidays":           func(c *Config) { c.Shifts[0].Holidays = "off" },
		"/holidays/0/date":             func(c *Config) { c.Holidays[0].Date = "Christmas" },
		"/holidays/0/name":             func(c *Config) { c.Holidays[0].Name = nil },
		"/holidays/0/places/0":         func(c *Config) { c.Holidays[0].Places[0] = "atlantis" },
		"/holidays/1/date":             func(c *Config) { c.Holidays[1].Places[0] = "madrid" },
		"/calendars/0/team":            func(c *Config) { c.Calendars[0].Team = "" },
		"/calendars/0/url":             func(c *Config) { c.Calendars[0].URL = "webcal://calendar.example" },
		"/places/2/zone":               func(c *Config) { c.Places[2].Zone = "Lisbon" },
	} {
		c := rostered()
		edit(c)
		var e *Error
		if !errors.As(c.Validate(), &e) || !slices.ContainsFunc(e.Fields, func(f Fault) bool { return f.Pointer == pointer }) {
			t.Errorf("%s: got %v", pointer, e)
		}
	}
}

func TestShiftsAsMeant(t *testing.T) {
	c := rostered()
	ix := NewIndex(c)
	if got := c.ZoneAt(ix, "lobby").String() + c.ZoneAt(ix, "madrid").String() + c.ZoneAt(ix, "").String(); got != "Europe/LisbonEurope/MadridEurope/Madrid" {
		t.Errorf("zones %s", got)
	}
	if from, until := c.Shifts[1].Blocks[0].Span(); from != 22*60 || until != 30*60 {
		t.Errorf("a night is %d to %d", from, until)
	}
	s := Shift{Blocks: []Block{{From: "15:00", Until: "23:00"}, {From: "07:00", Until: "15:00"}}}
	if s.HandOver() != 7*60 || (&Shift{}).HandOver() != 0 || c.Shifts[1].HandOver() != 22*60 {
		t.Error("the hand-over is not where the day's first block begins")
	}
	if !c.Shifts[0].Blocks[0].On(time.Monday) || c.Shifts[0].Blocks[0].On(time.Sunday) || !s.Blocks[0].On(time.Sunday) {
		t.Error("the days of a block are wrong")
	}
}

func TestOverridesAndSwapsAreValidated(t *testing.T) {
	c := rostered()
	ix, now := NewIndex(c), time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	o := func(kind, place, person, instead string) error {
		return (&Override{Kind: kind, Team: "desk", Place: place, Person: person, Instead: instead, From: now, Until: now.Add(time.Hour)}).Validate(c, ix)
	}
	s := Swap{Team: "desk", Place: "madrid", Person: "ana", Colleague: "ben", From: now, Until: now.Add(time.Hour), Back: Back{"madrid", now.Add(time.Hour), now.Add(2 * time.Hour)}}
	swap := func(edit func(*Swap)) error {
		s := s
		edit(&s)
		return s.Validate(c, ix, now)
	}
	for _, tt := range []struct {
		err  error
		want string // pointers at fault
	}{
		{o("add", "madrid", "ben", ""), ""}, {o("remove", "", "", "ben"), ""}, {o("replace", "madrid", "ana", "ben"), ""},
		{o("add", "spain", "ben", ""), "/person"}, {o("add", "madrid", "ben", "ana"), "/instead"}, {o("remove", "", "ana", "ben"), "/person"}, {o("replace", "madrid", "ana", "ana"), "/person"},
		{o("replace", "madrid", "ana", ""), "/instead"}, {o("mend", "madrid", "ana", "ben"), "/kind"}, {o("add", "atlantis", "ana", ""), "/place /person"},
		{swap(func(*Swap) {}), ""}, {swap(func(s *Swap) { s.Colleague, s.Back = "", Back{} }), ""},
		{swap(func(s *Swap) { s.Colleague = "" }), "/colleague"}, {swap(func(s *Swap) { s.Colleague = "ana" }), "/colleague"}, {swap(func(s *Swap) { s.Colleague = "eva" }), "/colleague"},
		{swap(func(s *Swap) { s.Person = "eva" }), "/person /back/place"}, {swap(func(s *Swap) { s.Until = now }), "/until"}, {swap(func(s *Swap) { s.Back.Until = now }), "/back/until"},
		{swap(func(s *Swap) { s.Until = now.AddDate(2, 0, 0) }), "/until"},
	} {
		var e *Error
		var at []string
		if errors.As(tt.err, &e) {
			for _, f := range e.Fields {
				at = append(at, f.Pointer)
			}
		}
		if got := strings.Join(at, " "); got != tt.want {
			t.Errorf("got %q, want %q: %v", got, tt.want, tt.err)
		}
	}
}
