package duty

import (
	"slices"
	"testing"
	"time"

	"github.com/sayline/sayline"
)

// manned is Sparkle with shifts, its places in a zone.
func manned(zone string, shifts ...sayline.Shift) *Roster {
	c, ix := sparkle()
	c.Zone, c.Shifts, c.LastResort = zone, shifts, ""
	return NewRoster(c, ix, nil)
}

// crewShift is gil's at the mayor, in blocks from, until, from, until …
func crewShift(id, person string, clocks ...string) sayline.Shift {
	s := sayline.Shift{ID: id, Team: "crew", Place: "mayor", Person: person}
	for i := 0; i < len(clocks); i += 2 {
		s.Blocks = append(s.Blocks, sayline.Block{From: clocks[i], Until: clocks[i+1]})
	}
	return s
}

// told is a timeline of the crew at the mayor in words: "ana 22:00–06:00", times in UTC.
func told(r *Roster, from, until time.Time) []string {
	var list []string
	for _, iv := range r.Timeline("crew", "mayor", from, until) {
		who := iv.Person
		if !iv.Duty() {
			who = "nobody"
		}
		list = append(list, who+" "+iv.From.UTC().Format("02 15:04")+"–"+iv.Until.UTC().Format("02 15:04"))
	}
	return list
}

func on(year int, month time.Month, day, hour int) time.Time {
	return time.Date(year, month, day, hour, 0, 0, 0, time.UTC)
}

func wantTold(t *testing.T, r *Roster, from, until time.Time, want ...string) {
	t.Helper()
	if got := told(r, from, until); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestShifts(t *testing.T) {
	day := crewShift("day", "fran", "07:00", "15:00", "16:00", "23:00")
	day.Blocks[1].Days = []string{"mon"}
	night := crewShift("night", "gil", "23:00", "07:00")
	r := manned("Europe/Madrid", day, night)
	wantTold(t, r, on(2026, 11, 30, 0), on(2026, 12, 2, 0), // Monday; Madrid is an hour ahead
		"gil 30 00:00–30 06:00", "fran 30 06:00–30 14:00", "nobody 30 14:00–30 15:00", "fran 30 15:00–30 22:00",
		"gil 30 22:00–01 06:00", "fran 01 06:00–01 14:00", "nobody 01 14:00–01 22:00", "gil 01 22:00–02 00:00")
	if f := r.Who("crew", "mayor", on(2026, 11, 30, 1)); f.Source != SourceShift || f.By != "night" || f.Place != "mayor" {
		t.Errorf("found %+v", f)
	}
	if until, ok := r.ShiftUntil("crew", "mayor", "gil", on(2026, 11, 30, 1)); !ok || !until.Equal(on(2026, 11, 30, 6)) {
		t.Errorf("the night ends %v, %v", until, ok)
	}
}

func TestClocksChange(t *testing.T) {
	night := crewShift("night", "gil", "22:00", "02:30", "02:30", "06:00")
	// In Madrid 2:00 becomes 3:00 on 28 March 2027, and 3:00 becomes 2:00 on 31 October.
	r := manned("Europe/Madrid", night)
	wantTold(t, r, on(2027, 3, 27, 12), on(2027, 3, 28, 12), "nobody 27 12:00–27 21:00", "gil 27 21:00–28 04:00", "nobody 28 04:00–28 12:00")
	wantTold(t, r, on(2027, 10, 30, 12), on(2027, 10, 31, 12), "nobody 30 12:00–30 20:00", "gil 30 20:00–31 05:00", "nobody 31 05:00–31 12:00")
	// Until a time that comes twice: its second coming. From one: its first. None in spring.
	r = manned("Europe/Madrid", crewShift("early", "gil", "01:00", "02:30"), crewShift("late", "fran", "02:30", "04:00"))
	wantTold(t, r, on(2027, 10, 30, 22), on(2027, 10, 31, 4), "nobody 30 22:00–30 23:00", "gil 30 23:00–31 01:30", "fran 31 01:30–31 03:00", "nobody 31 03:00–31 04:00")
	wantTold(t, r, on(2027, 3, 27, 23), on(2027, 3, 28, 3), "nobody 27 23:00–28 00:00", "gil 28 00:00–28 01:00", "fran 28 01:00–28 02:00", "nobody 28 02:00–28 03:00")
	// The clock is put back to just the end: that is its second coming too.
	r = manned("Europe/Madrid", crewShift("early", "gil", "01:00", "02:00"))
	wantTold(t, r, on(2027, 10, 30, 22), on(2027, 10, 31, 4), "nobody 30 22:00–30 23:00", "gil 30 23:00–31 01:00", "nobody 31 01:00–31 04:00")
	r = manned("Europe/Madrid", crewShift("within", "gil", "02:10", "02:50"))
	wantTold(t, r, on(2027, 3, 28, 0), on(2027, 3, 28, 12), "nobody 28 00:00–28 12:00")
	wantTold(t, r, on(2027, 10, 31, 0), on(2027, 10, 31, 12), "nobody 31 00:00–31 00:10", "gil 31 00:10–31 01:50", "nobody 31 01:50–31 12:00")
	// Apia had no 30 December 2011: the day is skipped, and the night before it meets the morning after.
	r = manned("Pacific/Apia", crewShift("night", "gil", "20:00", "08:00"))
	wantTold(t, r, on(2011, 12, 29, 12), on(2011, 12, 31, 6), "gil 29 12:00–29 18:00", "nobody 29 18:00–30 06:00", "gil 30 06:00–30 18:00", "nobody 30 18:00–31 06:00")
}

func TestRotation(t *testing.T) {
	s := sayline.Shift{ID: "turns", Team: "crew", Place: "mayor", Rotation: sayline.Rotation{People: []string{"fran", "gil"}, Days: 1, Starts: "2026-12-01"}}
	s.Blocks = []sayline.Block{{From: "22:00", Until: "06:00"}}
	r := manned("", s)
	wantTold(t, r, on(2026, 11, 30, 12), on(2026, 12, 4, 0), "nobody 30 12:00–01 22:00", "fran 01 22:00–02 06:00", "nobody 02 06:00–02 22:00",
		"gil 02 22:00–03 06:00", "nobody 03 06:00–03 22:00", "fran 03 22:00–04 00:00") // no night is cut in two
	s.Rotation.HandOver = "00:00"
	r = manned("", s, crewShift("day", "hugo", "06:00", "22:00"))
	wantTold(t, r, on(2026, 12, 1, 12), on(2026, 12, 2, 23), "hugo 01 12:00–01 22:00", "fran 01 22:00–02 00:00", "gil 02 00:00–02 06:00", "hugo 02 06:00–02 22:00", "gil 02 22:00–02 23:00")
	if f := r.Who("crew", "mayor", on(2026, 12, 1, 23)); f.Source != SourceRotation || f.By != "turns" {
		t.Errorf("found %+v", f)
	}
}

// A hand-over at a time that comes twice is at its first coming, at one that does
// not exist at the first that does.
func TestHandOverWhenClocksChange(t *testing.T) {
	s := sayline.Shift{ID: "turns", Team: "crew", Place: "mayor", Rotation: sayline.Rotation{People: []string{"fran", "gil"}, Days: 1, Starts: "2027-03-01", HandOver: "02:30"}}
	r := manned("Europe/Madrid", s)
	wantTold(t, r, on(2027, 10, 30, 12), on(2027, 10, 31, 12), "gil 30 12:00–31 00:30", "fran 31 00:30–31 12:00")
	wantTold(t, r, on(2027, 3, 27, 12), on(2027, 3, 28, 12), "fran 27 12:00–28 01:00", "gil 28 01:00–28 12:00")
}

func TestHolidaysAndBounds(t *testing.T) {
	c, ix := sparkle()
	always, never, only := crewShift("always", "hugo", "12:00", "16:00"), crewShift("never", "fran", "08:00", "12:00"), crewShift("only", "gil", "10:00", "11:00")
	never.Holidays, only.Holidays = sayline.HolidaysNever, sayline.HolidaysOnly
	always.Since, always.Until = "2026-12-25", "2026-12-25"
	c.LastResort, c.Shifts = "", []sayline.Shift{always, never, only}
	c.Holidays = []sayline.Holiday{{Date: "2026-12-25", Name: sayline.Plain("Navidad"), Places: []string{"madrid"}}, {Date: "2026-12-24", Name: sayline.Plain("Feria"), Places: []string{"sevilla"}}}
	r := NewRoster(c, ix, nil)
	wantTold(t, r, on(2026, 12, 24, 0), on(2026, 12, 27, 0), "nobody 24 00:00–24 08:00", "fran 24 08:00–24 12:00", "nobody 24 12:00–25 10:00",
		"gil 25 10:00–25 11:00", "nobody 25 11:00–25 12:00", "hugo 25 12:00–25 16:00", "nobody 25 16:00–26 08:00", "fran 26 08:00–26 12:00", "nobody 26 12:00–27 00:00")
}

func override(kind, person, instead, place string, from, until int) sayline.Override {
	return sayline.Override{ID: kind + person + instead, Kind: kind, Team: "crew", Place: place, Person: person, Instead: instead, From: clock(from, 0), Until: clock(until, 0)}
}

func TestOverrides(t *testing.T) {
	shifts := []sayline.Shift{crewShift("day", "gil", "08:00", "16:00"), crewShift("both", "fran", "14:00", "18:00")}
	for _, tt := range []struct {
		name string
		list []sayline.Override
		want []string
	}{
		{"none", nil, []string{"gil 22 08:00–22 16:00", "fran 22 16:00–22 18:00", "nobody 22 18:00–22 20:00"}},
		{"added", []sayline.Override{override("add", "hugo", "", "mayor", 10, 19)},
			[]string{"gil 22 08:00–22 10:00", "hugo 22 10:00–22 19:00", "nobody 22 19:00–22 20:00"}},
		{"added by the last word", []sayline.Override{override("add", "fran", "", "mayor", 10, 19), override("add", "hugo", "", "mayor", 12, 20)},
			[]string{"gil 22 08:00–22 10:00", "fran 22 10:00–22 12:00", "hugo 22 12:00–22 20:00"}},
		{"removed: whoever is there beside has it", []sayline.Override{override("remove", "", "gil", "madrid", 12, 20)},
			[]string{"gil 22 08:00–22 12:00", "nobody 22 12:00–22 14:00", "fran 22 14:00–22 18:00", "nobody 22 18:00–22 20:00"}},
		{"replaced", []sayline.Override{override("replace", "hugo", "gil", "", 6, 20), override("replace", "hugo", "gil", "mayor", 6, 20)},
			[]string{"hugo 22 08:00–22 16:00", "fran 22 16:00–22 18:00", "nobody 22 18:00–22 20:00"}}, // for the whole brand hugo is nobody
		{"removed, then covered", []sayline.Override{override("remove", "", "gil", "mayor", 8, 20), override("replace", "hugo", "gil", "mayor", 10, 20)},
			[]string{"nobody 22 08:00–22 10:00", "hugo 22 10:00–22 16:00", "fran 22 16:00–22 18:00", "nobody 22 18:00–22 20:00"}},
		{"a cover is covered", []sayline.Override{override("replace", "hugo", "gil", "mayor", 8, 20), override("replace", "fran", "hugo", "mayor", 12, 20)},
			[]string{"hugo 22 08:00–22 12:00", "fran 22 12:00–22 16:00", "fran 22 16:00–22 18:00", "nobody 22 18:00–22 20:00"}},
		{"of nobody there, of somebody who is not theirs", []sayline.Override{override("replace", "hugo", "ana", "mayor", 8, 20), override("add", "ana", "", "mayor", 8, 20), override("replace", "dani", "gil", "mayor", 8, 20)},
			[]string{"gil 22 08:00–22 16:00", "fran 22 16:00–22 18:00", "nobody 22 18:00–22 20:00"}},
	} {
		for i := range tt.list {
			tt.list[i].At = eight.Add(time.Duration(i) * time.Minute)
		}
		t.Run(tt.name, func(t *testing.T) {
			wantTold(t, manned("", shifts...).With(tt.list, nil), clock(8, 0), clock(20, 0), tt.want...)
		})
	}
	r := manned("", shifts...).With([]sayline.Override{override("replace", "hugo", "gil", "mayor", 8, 20)}, nil)
	f := r.Who("crew", "mayor", clock(9, 0))
	want := []Hop{{Place: "mayor", Source: SourceOn}, {Place: "madrid", Source: SourceOn}, {Place: "spain", Source: SourceOn}, {Source: SourceOn},
		{Place: "mayor", Source: SourceShift, Gone: "gil"}, {Place: "mayor", Source: SourceOverride, Person: "hugo"}}
	if f.Person != "hugo" || f.Source != SourceOverride || f.Instead != "gil" || f.By != "replacehugogil" || !slices.Equal(f.Hops, want) {
		t.Errorf("found %+v", f)
	}
}

func TestFed(t *testing.T) {
	c, ix := sparkle()
	c.LastResort, c.Shifts = "", []sayline.Shift{crewShift("day", "gil", "08:00", "16:00")}
	c.Calendars = []sayline.Calendar{{ID: "elsewhere", Team: "crew", Place: "mayor", URL: "https://calendar.example/x"}}
	fed := func(calendar, person string, from, until int) sayline.Fed {
		return sayline.Fed{Calendar: calendar, Team: "crew", Place: "mayor", Person: person, From: clock(from, 0), Until: clock(until, 0)}
	}
	r := NewRoster(c, ix, nil).With(nil, []sayline.Fed{fed("elsewhere", "fran", 10, 12), fed("gone", "fran", 12, 14), fed("elsewhere", "ana", 14, 15), fed("elsewhere", "hugo", 18, 19)})
	wantTold(t, r, clock(8, 0), clock(20, 0), "gil 22 08:00–22 10:00", "fran 22 10:00–22 12:00", "gil 22 12:00–22 16:00", "nobody 22 16:00–22 18:00", "hugo 22 18:00–22 19:00", "nobody 22 19:00–22 20:00")
	if f := r.Who("crew", "mayor", clock(10, 0)); f.Source != SourceCalendar || f.By != "elsewhere" {
		t.Errorf("found %+v", f)
	}
}
