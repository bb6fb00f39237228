package calendar

import (
	"regexp"
	"strconv"
	"time"

	"github.com/sayline/sayline"
)

// moment is a time as a calendar gives it: what a clock shows, and whose.
type moment struct {
	wall time.Time      // as if the clock were in UTC
	zone *time.Location // nil for what could not be read
	day  bool           // a day, not a time
}

// time is when it is, as the end of a stretch or not; zero for what could not be
// read.
func (m moment) time(end bool) time.Time {
	switch {
	case m.zone == nil:
		return time.Time{}
	case end:
		return sayline.WallEnds(m.zone, m.wall)
	}
	return sayline.WallBegins(m.zone, m.wall)
}

// moment reads a value of a line: a day, a time in UTC, in a zone, or in the
// calendar's own.
func (r *reader) moment(l line, value string, wrong func(string)) moment {
	m := moment{zone: r.local}
	var err error
	switch n := len(value); {
	case n == len("20261130"):
		m.day = true
		m.wall, err = time.Parse("20060102", value)
	case n == len("20261130T080000Z") && value[n-1] == 'Z':
		m.zone = time.UTC
		m.wall, err = time.Parse("20060102T150405Z", value)
	default:
		m.wall, err = time.Parse("20060102T150405", value)
	}
	if id := l.param("TZID"); id != "" && m.zone != time.UTC && !m.day {
		if m.zone = r.zone(id); m.zone == nil {
			wrong(TroubleZone)
		}
	}
	if err != nil || m.wall.Year() < 1970 || m.wall.Year() > 2200 {
		wrong(TroubleTime)
		return moment{}
	}
	return m
}

// endsAfter makes sure that the event has an end after its beginning: its own, one
// by its length, or for a day the next.
func (e *Event) endsAfter(length string) bool {
	if e.end.zone == nil {
		e.end = e.start
		switch span, ok := spanOf(length); {
		case ok:
			e.end.wall = e.end.wall.Add(span)
		case length == "" && e.start.day:
			e.end.wall = e.end.wall.AddDate(0, 0, 1)
		default:
			return false
		}
	}
	return e.start.time(false).Before(e.end.time(true))
}

var isoSpan = regexp.MustCompile(`^\+?P(?:(\d{1,3})W|(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?)$`)

// spanOf reads a DURATION (RFC 5545, 3.3.6) that goes forward.
func spanOf(s string) (time.Duration, bool) {
	m := isoSpan.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	var span time.Duration
	for i, unit := range []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(m[i+1]) // digits or nothing, as the expression says
		span += time.Duration(n) * unit
	}
	return span, span > 0
}
