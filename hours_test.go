package sayline

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Zones whose clocks do odd things: half an hour, at midnight, a day left out,
// twice a year at Ramadan, two hours at once.
var oddZones = []string{"UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "Africa/Casablanca", "Antarctica/Troll",
	"America/Havana", "Africa/Cairo", "Asia/Beirut", "America/Asuncion", "Asia/Kathmandu", "Pacific/Kiritimati"}

func anyHours(t *rapid.T, around time.Time) *Hours {
	clock := func(name string) string {
		return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, name), rapid.SampledFrom([]int{0, 15, 30, 59}).Draw(t, name+" minutes"))
	}
	h := &Hours{}
	for range rapid.IntRange(0, 3).Draw(t, "blocks") {
		b := OpenTime{From: clock("from"), Until: clock("until")}
		if rapid.Bool().Draw(t, "some days") {
			b.Days = rapid.SliceOfDistinct(rapid.SampledFrom(Weekdays), rapid.ID).Draw(t, "days")
		}
		if rapid.IntRange(0, 9).Draw(t, "to midnight") == 0 {
			b.Until = "24:00"
		}
		h.Open = append(h.Open, b)
	}
	for range rapid.IntRange(0, 3).Draw(t, "exceptions") {
		day := around.AddDate(0, 0, rapid.IntRange(-3, 5).Draw(t, "day"))
		e := OpenDate{Date: day.Format(time.DateOnly)}
		if rapid.Bool().Draw(t, "several") {
			e.Last = day.AddDate(0, 0, rapid.IntRange(0, 3).Draw(t, "last")).Format(time.DateOnly)
		}
		if rapid.Bool().Draw(t, "open then") {
			e.From, e.Until = clock("from"), clock("until")
		}
		h.Except = append(h.Except, e)
	}
	return h
}

// minutes simulates opening hours by looking at the clock on the wall, minute
// after minute: a block is open from the first minute that shows its start, or
// later, to after the last that shows less than its end, or to the last that shows
// its end where the clock shows that twice.
func minutes(h *Hours, zone *time.Location, from time.Time, n int) []bool {
	open := make([]bool, n)
	shown := make([]time.Time, n)
	for i := range shown {
		l := from.Add(time.Duration(i) * time.Minute).In(zone)
		shown[i] = time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC)
	}
	add := func(a, b time.Time) {
		first, last := n, -1
		for i, w := range shown {
			if !w.Before(a) && first == n {
				first = i
			}
			if w.Before(b) {
				last = i
			} else if w.Equal(b) {
				last = max(last, i-1) // put back to just its end, the clock showed nothing less again
			}
		}
		for i := first; i <= last; i++ {
			open[i] = true
		}
	}
	for day := shown[0].Truncate(24*time.Hour).AddDate(0, 0, -1); !day.After(shown[n-1]); day = day.AddDate(0, 0, 1) {
		blocks := func(from, until string) {
			a, _ := ParseClock(from)
			b, _ := ParseClock(until)
			if b <= a {
				b += 24 * 60
			}
			add(day.Add(time.Duration(a)*time.Minute), day.Add(time.Duration(b)*time.Minute))
		}
		except, date := false, day.Format(time.DateOnly)
		for _, e := range h.Except {
			if date == e.Date || e.Last != "" && date >= e.Date && date <= e.Last {
				except = true
				if e.From != "" {
					blocks(e.From, e.Until)
				}
			}
		}
		for _, b := range h.Open {
			if name := strings.ToLower(day.Weekday().String()[:3]); !except && (len(b.Days) == 0 || strings.Contains(strings.Join(b.Days, " "), name)) {
				blocks(b.From, b.Until)
			}
		}
	}
	return open
}

// turn draws a time near a change of a zone's clock, where there is one.
func turn(t *rapid.T, zone *time.Location) time.Time {
	at := time.Date(rapid.IntRange(2008, 2027).Draw(t, "year"), 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 360*24).Draw(t, "hour")) * time.Hour)
	if _, end := at.In(zone).ZoneBounds(); !end.IsZero() && end.Sub(at) < 400*24*time.Hour && rapid.Bool().Draw(t, "at a change") {
		return end
	}
	return at
}

func TestOpeningAgreesWithTheClockOnTheWall(t *testing.T) {
	const days = 12
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(oddZones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		around := turn(t, zone)
		h := anyHours(t, around)
		start := around.Add(-5 * 24 * time.Hour).Truncate(time.Minute)
		open := minutes(h, zone, start, days*24*60)
		o := Opening{newTimetable(h), zone}
		if h.Empty() {
			for i := range open {
				open[i] = true
			}
		}
		const lead, tail = 2 * 24 * 60, 2 * 24 * 60 // what a simulation of so many days can't know
		for range 20 {
			i := rapid.IntRange(lead, len(open)-tail).Draw(t, "minute")
			at := start.Add(time.Duration(i) * time.Minute)
			if got := o.Open(at); got != open[i] {
				t.Fatalf("%s in %s: open %v, the clock says %v (%+v)", at.In(zone), zone, got, open[i], h)
			}
			next := i
			for next < len(open)-tail && !open[next] {
				next++
			}
			if got, want := o.Next(at), start.Add(time.Duration(next)*time.Minute); next < len(open)-tail && !got.Equal(want) {
				t.Fatalf("after %s it opens %s, the clock says %s (%+v)", at.In(zone), got.In(zone), want.In(zone), h)
			}
			left := rapid.IntRange(0, 900).Draw(t, "span")
			end, need := i, left
			for end < len(open)-tail && need > 0 {
				if open[end] {
					need--
				}
				end++
			}
			if got, want := o.Add(at, time.Duration(left)*time.Minute), start.Add(time.Duration(end)*time.Minute); left > 0 && need == 0 && !got.Equal(want) {
				t.Fatalf("%s + %d open minutes is %s, the clock says %s (%+v)", at.In(zone), left, got.In(zone), want.In(zone), h)
			}
		}
	})
}

// In Havana the clock is put back from one to midnight, so that a day which closes
// at midnight closes at the second, and the next one has opened by then.
func TestClosingAtAMidnightThatComesTwice(t *testing.T) {
	zone := Zone("America/Havana")
	h := &Hours{Open: []OpenTime{{From: "00:15", Until: "24:00"}}}
	at := time.Date(2008, 10, 25, 14, 57, 0, 0, zone)
	o, wall := Opening{newTimetable(h), zone}, minutes(h, zone, at, 2*24*60)
	if got, want := o.Add(at, 544*time.Minute), at.Add(544*time.Minute); !got.Equal(want) {
		t.Errorf("544 open minutes after %s it is %s, want %s", at, got.In(zone), want)
	}
	for i := range 24 * 60 {
		if now := at.Add(time.Duration(i) * time.Minute); !o.Open(now) || !wall[i] {
			t.Fatalf("%s: open %v, the clock says %v", now, o.Open(now), wall[i])
		}
	}
	if last := time.Date(2008, 10, 27, 0, 0, 0, 0, zone); o.Open(last) || !o.Open(last.Add(-time.Minute)) {
		t.Error("the day after, whose midnight comes once, does not close then")
	}
}

// More time takes longer, and what never opens is not waited for.
func TestPromisesInOpeningHoursEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := Zone(rapid.SampledFrom(oddZones).Draw(t, "zone"))
		at := turn(t, zone)
		o := Opening{newTimetable(anyHours(t, at)), zone}
		a := time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "a"))
		b := a + time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "more"))
		x, y := o.Add(at, a), o.Add(at, b)
		if x.Before(at.Add(a)) || y.Before(x) {
			t.Fatalf("from %s: %s takes to %s, %s to %s", at, a, x, b, y)
		}
		if next := o.Next(at); next.IsZero() && !x.Equal(at.Add(a)) {
			t.Fatalf("it never opens and %s takes to %s", a, x)
		}
	})
	closed := Opening{newTimetable(&Hours{Except: []OpenDate{{Date: "2026-12-25"}}}), time.UTC}
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	if got := closed.Add(now, time.Hour); !got.Equal(now.Add(time.Hour)) || closed.Open(now) || !closed.Next(now).IsZero() {
		t.Errorf("what never opens: %s, open %v, next %s", got, closed.Open(now), closed.Next(now))
	}
}

// The nearest hours win, on the nearest clock.
func TestWhoseHoursCount(t *testing.T) {
	office := Hours{Open: []OpenTime{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "08:00", Until: "17:00"}}}
	shop := Hours{Open: []OpenTime{{From: "09:00", Until: "21:00"}}, Except: []OpenDate{{Date: "2026-12-25"}}}
	c := &Config{Brand: Brand{Languages: []string{"en"}, Zone: "Europe/Madrid", Hours: office},
		Places: []Place{{ID: "spain"}, {ID: "shop", Parent: "spain", Hours: shop}, {ID: "counter", Parent: "shop"}, {ID: "hotel", Parent: "spain", Hours: Hours{Always: true}},
			{ID: "canary", Parent: "spain", Zone: "Atlantic/Canary"}},
		Touchpoints: []Touchpoint{{ID: "night-bell", Place: "shop", Hours: Hours{Open: []OpenTime{{From: "21:00", Until: "09:00"}}}}}}
	ix := NewIndex(c)
	for _, tt := range []struct{ touchpoint, place, at, next string }{
		{"", "", "2026-11-30T07:59:00+01:00", "2026-11-30T08:00:00+01:00"}, // Monday
		{"", "spain", "2026-11-28T12:00:00+01:00", "2026-11-30T08:00:00+01:00"},
		{"", "canary", "2026-11-30T08:30:00+01:00", "2026-11-30T09:00:00+01:00"}, // an hour later there
		{"", "counter", "2026-11-28T21:00:00+01:00", "2026-11-29T09:00:00+01:00"},
		{"", "counter", "2026-12-24T21:30:00+01:00", "2026-12-26T09:00:00+01:00"},
		{"night-bell", "counter", "2026-12-24T21:30:00+01:00", "2026-12-24T21:30:00+01:00"},
		{"", "hotel", "2026-12-25T03:00:00+01:00", "2026-12-25T03:00:00+01:00"},
		{"gone", "gone", "2026-11-29T03:00:00+01:00", "2026-11-30T08:00:00+01:00"},
	} {
		at, _ := time.Parse(time.RFC3339, tt.at)
		next, _ := time.Parse(time.RFC3339, tt.next)
		if got := ix.Opening(tt.touchpoint, tt.place).Next(at); !got.Equal(next) {
			t.Errorf("%s %s at %s: opens %s, want %s", tt.touchpoint, tt.place, tt.at, got, next)
		}
	}
}

func TestHoursThatMakeNoSense(t *testing.T) {
	for name, h := range map[string]Hours{
		"/hours/always":         {Always: true, Open: []OpenTime{{From: "09:00", Until: "21:00"}}},
		"/hours/open/0/days/1":  {Open: []OpenTime{{Days: []string{"mon", "Tue"}, From: "09:00", Until: "21:00"}}},
		"/hours/open/0/from":    {Open: []OpenTime{{From: "24:00", Until: "24:00"}}},
		"/hours/open/0/until":   {Open: []OpenTime{{From: "09:00", Until: "9 pm"}}},
		"/hours/open":           {Except: []OpenDate{{Date: "2026-12-25"}}},
		"/hours/except/0/date":  {Open: []OpenTime{{From: "09:00", Until: "21:00"}}, Except: []OpenDate{{Date: "2026-02-30"}}},
		"/hours/except/0/last":  {Open: []OpenTime{{From: "09:00", Until: "21:00"}}, Except: []OpenDate{{Date: "2026-12-25", Last: "2026-12-24"}}},
		"/hours/except/0/until": {Open: []OpenTime{{From: "09:00", Until: "21:00"}}, Except: []OpenDate{{Date: "2026-12-25", From: "10:00"}}},
	} {
		var f faults
		h.validate(&f, "/hours")
		if err, ok := f.err("", "x").(*Error); !ok || len(err.Fields) != 1 || err.Fields[0].Pointer != name {
			t.Errorf("%s: %v", name, f)
		}
	}
	if Zone("Pacific/Apia") == time.UTC {
		t.Error("the zones are not there")
	}
}

func FuzzParseClock(f *testing.F) {
	for _, s := range []string{"09:00", "24:00", "24:01", "9:00", "23:59", "", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseClock(s)
		if err == nil && (m < 0 || m > 24*60 || fmt.Sprintf("%02d:%02d", m/60, m%60) != s) {
			t.Errorf("%q is minute %d", s, m)
		}
	})
}

// TestBetweenAndAdd: for how long it was open until the time by which it has been
// open for so long is so long; and no time is open twice.
func TestBetweenAndAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "at"), 0)
		o := Opening{newTimetable(anyHours(t, at)), Zone(rapid.SampledFrom([]string{"UTC", "Europe/Madrid", "Australia/Lord_Howe"}).Draw(t, "zone"))}
		d := time.Duration(rapid.Int64Range(0, int64(90*time.Hour)).Draw(t, "d"))
		end := o.Add(at, d)
		if d > 0 && !o.Open(end.Add(-1)) {
			return // it does not open again: then what is left runs by the clock
		}
		middle := at.Add(end.Sub(at) / 2)
		if whole := o.Between(at, end); whole != d || o.Between(at, middle)+o.Between(middle, end) != whole {
			t.Fatalf("open for %s until %s, which is when it has been open for %s", whole, end, d)
		}
	})
}
