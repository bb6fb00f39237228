package sayline

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Hours say when a brand, a place or a touchpoint is open: blocks of the wall
// clock each week, and days that are not like the others. The zero value says
// nothing: then what stands above it counts, and in the end always open.
type Hours struct {
	Always bool       `json:"always,omitempty"` // day and night, whatever stands above
	Open   []OpenTime `json:"open,omitempty"`   // each week
	Except []OpenDate `json:"except,omitempty"` // dates that are not like the others of their weekday
}

// OpenTime is a block of opening hours: "09:00" until "21:00" on some weekdays.
// One that ends when it starts, or before, ends on the next day.
type OpenTime struct {
	Days  []string `json:"days,omitempty"` // see [Weekdays]; none are all
	From  string   `json:"from"`           // wall clock, HH:MM
	Until string   `json:"until"`          // wall clock, to 24:00
}

// OpenDate is a date, or several in a row, with hours of its own: closed, or open
// from and until. A date may stand several times, once for each of its blocks.
type OpenDate struct {
	Date  string `json:"date"`            // YYYY-MM-DD
	Last  string `json:"last,omitempty"`  // of several; default the date itself
	From  string `json:"from,omitempty"`  // wall clock; without it, closed
	Until string `json:"until,omitempty"` //
}

// Weekdays as a brand writes them.
var Weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// Empty says that nothing is said of opening hours.
func (h *Hours) Empty() bool { return !h.Always && len(h.Open) == 0 && len(h.Except) == 0 }

var wallClock = regexp.MustCompile(`^(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))$`)

// ParseClock reads a time of the wall clock, from 00:00 to 24:00, as minutes
// after midnight.
func ParseClock(s string) (minutes int, err error) {
	m := wallClock.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("expected a time such as 09:00, got %q", s)
	}
	hour, _ := strconv.Atoi(m[1] + m[3]) // digits, as the expression says
	minute, _ := strconv.Atoi(m[2] + m[4])
	return hour*60 + minute, nil
}

// longestException keeps a slip of the year from closing a brand for ever.
const longestException = 400 * 24 * time.Hour

func (h *Hours) validate(f *faults, pointer string) {
	if h.Always && (len(h.Open) > 0 || len(h.Except) > 0) {
		f.add(pointer+"/always", "expected always, or hours, not both")
	}
	if !h.Always && len(h.Open) == 0 && len(h.Except) > 0 {
		f.add(pointer+"/open", "expected the hours of an ordinary week beside the exceptions")
	}
	for i, b := range h.Open {
		at := sub(pointer, "open", i)
		for j, d := range b.Days {
			oneOf(f, sub(at, "days", j), d, Weekdays)
		}
		validateClocks(f, at, b.From, b.Until)
	}
	for i, e := range h.Except {
		at := sub(pointer, "except", i)
		first, err := time.Parse(time.DateOnly, e.Date)
		if err != nil {
			f.add(at+"/date", "expected a date such as 2026-12-25, got %q", e.Date)
		}
		if e.Last != "" {
			last, wrong := time.Parse(time.DateOnly, e.Last)
			if wrong != nil || err == nil && (last.Before(first) || last.Sub(first) > longestException) {
				f.add(at+"/last", "expected a date from %s on, within 400 days, got %q", e.Date, e.Last)
			}
		}
		if e.From != "" || e.Until != "" {
			validateClocks(f, at, e.From, e.Until)
		}
	}
}

func validateClocks(f *faults, at, from, until string) {
	if m, err := ParseClock(from); err != nil || m == 24*60 {
		f.add(at+"/from", "expected a time such as 09:00, got %q", from)
	}
	if _, err := ParseClock(until); err != nil {
		f.add(at+"/until", "expected a time such as 21:00, got %q", until)
	}
}

// timetable is hours made ready to be asked: minutes after midnight, by weekday
// and by date.
type timetable struct {
	week   [7][]openMinutes // Monday first
	except map[string][]openMinutes
}

// openMinutes is a block of one day; until may lie in the next.
type openMinutes struct{ from, until int }

func newOpenMinutes(from, until string) openMinutes {
	a, _ := ParseClock(from) // Validate has read them
	b, _ := ParseClock(until)
	if b <= a {
		b += 24 * 60
	}
	return openMinutes{a, b}
}

// newTimetable is nil for hours that are always open.
func newTimetable(h *Hours) *timetable {
	if h.Always || h.Empty() {
		return nil
	}
	t := &timetable{except: map[string][]openMinutes{}}
	for _, b := range h.Open {
		for i, day := range Weekdays {
			if len(b.Days) == 0 || slices.Contains(b.Days, day) {
				t.week[i] = append(t.week[i], newOpenMinutes(b.From, b.Until))
			}
		}
	}
	for _, e := range h.Except {
		first, err := time.Parse(time.DateOnly, e.Date)
		last, wrong := time.Parse(time.DateOnly, e.Last)
		if wrong != nil {
			last = first
		}
		for day := first; err == nil && !day.After(last) && day.Sub(first) <= longestException; day = day.AddDate(0, 0, 1) {
			key := day.Format(time.DateOnly)
			blocks := t.except[key]
			if e.From != "" {
				blocks = append(blocks, newOpenMinutes(e.From, e.Until))
			}
			t.except[key] = blocks
		}
	}
	for i := range t.week {
		inTime(t.week[i])
	}
	for _, blocks := range t.except {
		inTime(blocks)
	}
	return t
}

func inTime(blocks []openMinutes) {
	slices.SortFunc(blocks, func(a, b openMinutes) int { return a.from - b.from })
}

// on are the blocks that start on a date.
func (t *timetable) on(day time.Time) []openMinutes {
	if len(t.except) > 0 {
		if blocks, ok := t.except[day.Format(time.DateOnly)]; ok {
			return blocks
		}
	}
	return t.week[(int(day.Weekday())+6)%7]
}
