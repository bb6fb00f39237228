package calendar

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rule is how an event repeats: every so many days or weeks, in weeks on some
// days, until a time or so many times.
type rule struct {
	weekly bool
	every  int
	days   [7]bool // on which it may be, by time.Weekday
	first  time.Weekday
	count  int       // 0 for no limit
	until  time.Time // on the wall; zero for no limit
}

var weekdays = map[string]time.Weekday{"SU": 0, "MO": 1, "TU": 2, "WE": 3, "TH": 4, "FR": 5, "SA": 6}

// parseRule reads an RRULE (RFC 5545, 3.3.10); false for one that is not
// understood, which is better said than guessed.
func parseRule(text string, start moment) (*rule, bool) {
	r := &rule{every: 1, first: time.Monday}
	ok, named := true, false
	for part := range strings.SplitSeq(strings.ToUpper(text), ";") {
		name, value, _ := strings.Cut(part, "=")
		number, err := strconv.Atoi(value)
		switch name {
		case "FREQ":
			r.weekly = value == "WEEKLY"
			ok = ok && (value == "WEEKLY" || value == "DAILY")
		case "INTERVAL":
			r.every = number
			ok = ok && err == nil && number >= 1 && number <= 1000
		case "COUNT":
			r.count = number
			ok = ok && err == nil && number >= 1
		case "UNTIL":
			r.until = untilOf(value, start)
			ok = ok && !r.until.IsZero()
		case "WKST":
			day, known := weekdays[value]
			r.first = day
			ok = ok && known
		case "BYDAY":
			named = true
			for code := range strings.SplitSeq(value, ",") {
				day, known := weekdays[code]
				r.days[day] = r.days[day] || known
				ok = ok && known
			}
		case "":
		default:
			ok = false
		}
	}
	for day := range r.days {
		r.days[day] = r.days[day] || !named && (!r.weekly || day == int(start.wall.Weekday()))
	}
	return r, ok && strings.Contains(strings.ToUpper(text), "FREQ=") && start.zone != nil
}

// untilOf is the last begin there may be, on the event's own wall.
func untilOf(value string, start moment) time.Time {
	if day, err := time.Parse("20060102", value); err == nil {
		return day.Add(24*time.Hour - 1)
	}
	if at, err := time.Parse("20060102T150405Z", value); err == nil && start.zone != nil {
		_, offset := at.In(start.zone).Zone()
		return at.Add(time.Duration(offset) * time.Second)
	}
	at, _ := time.Parse("20060102T150405", value)
	return at
}

// Occurrence is one time of an event.
type Occurrence struct {
	*Event
	From, Until time.Time
}

// maxOccurrences bounds what one feed may cost, maxSteps what it may take to find them.
const (
	maxOccurrences = 20000
	maxSteps       = 3_000_000
)

// Between are the times of all events that touch a stretch, by their beginning.
// all is false when they are too many.
func (c *Calendar) Between(from, until time.Time) (list []Occurrence, all bool) {
	steps := maxSteps
	for i := range c.Events {
		e := &c.Events[i]
		e.times(from, until, &steps, func(start, end moment) {
			o := Occurrence{e, start.time(false), end.time(true)}
			if o.Until.After(from) && o.From.Before(until) && !e.gone(o.From) && len(list) < maxOccurrences {
				list = append(list, o)
			}
		})
	}
	slices.SortStableFunc(list, func(a, b Occurrence) int { return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.UID, b.UID)) })
	return list, steps > 0 && len(list) < maxOccurrences
}

// gone says whether the repetition that begins then is not there, or another
// event stands for it.
func (e *Event) gone(begin time.Time) bool {
	at := begin.Unix()
	return e.except[at] || e.changed[at]
}

// aboutWall is more than any clock on the wall is away from UTC.
const aboutWall = 30 * time.Hour

// times gives the times of an event that may touch a stretch, in order. The end
// keeps its distance on the wall.
func (e *Event) times(from, until time.Time, steps *int, each func(start, end moment)) {
	start, end := e.start, e.end
	if e.repeat == nil {
		each(start, end)
		return
	}
	length := e.end.wall.Sub(e.start.wall)
	if e.start.zone.String() != e.end.zone.String() {
		length = e.end.time(true).Sub(e.start.time(false))
		end.zone = start.zone
	}
	day, n := 0, 0
	if e.repeat.count == 0 { // what went before need not be counted
		day = max(0, int((from.Sub(e.start.wall)-length-aboutWall)/(24*time.Hour)))
	}
	for ; *steps > 0; day++ {
		*steps--
		start.wall = e.start.wall.AddDate(0, 0, day)
		if start.wall.After(until.Add(aboutWall)) || !e.repeat.until.IsZero() && start.wall.After(e.repeat.until) || e.repeat.count > 0 && n == e.repeat.count {
			return
		}
		if !e.repeat.on(e.start.wall, day) {
			continue
		}
		n++
		if end.wall = start.wall.Add(length); end.wall.After(from.Add(-aboutWall)) {
			each(start, end)
		}
	}
}

// on says whether the rule gives the day that is so many after the first, which
// it always gives.
func (r *rule) on(first time.Time, day int) bool {
	if !r.days[(int(first.Weekday())+day)%7] {
		return day == 0
	}
	if !r.weekly {
		return day%r.every == 0
	}
	since := (int(first.Weekday()) - int(r.first) + 7) % 7 // days since its week began
	return (day+since)/7%r.every == 0
}
