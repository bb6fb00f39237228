package words

import (
	"strconv"
	"time"
)

// Clock is a time of day: 14:32.
func (t *Tongue) Clock(at time.Time) string { return at.Format("15:04") }

// Span is a length of time as people say it, rounded up: 40 seconds are 1 minute.
func (t *Tongue) Span(d time.Duration) string { return t.counted("span", d) }

// Within is a promise: "within 5 minutes", "by tomorrow".
func (t *Tongue) Within(d time.Duration) string {
	if d > 12*time.Hour && d <= 24*time.Hour {
		return t.Say("by_tomorrow")
	}
	return t.counted("within", d)
}

// counted chooses the unit in which a span is said.
func (t *Tongue) counted(key string, d time.Duration) string {
	up := func(unit time.Duration) int { return int((d + unit - 1) / unit) }
	switch {
	case d <= 90*time.Minute:
		return t.Count(key+"_minutes", max(1, up(time.Minute)))
	case d <= 36*time.Hour:
		return t.Count(key+"_hours", up(time.Hour))
	}
	return t.Count(key+"_days", up(24*time.Hour))
}

// When is a moment in time seen from now: "at 14:32", "tomorrow at 8:00", "on
// Friday at 8:00", "on 3 March 2026". Now is in the zone the reader lives in.
func (t *Tongue) When(now, at time.Time) string { return t.seen("when", now, at) }

// By is a promised time seen from now: "by 14:37", "by tomorrow, 8:00".
func (t *Tongue) By(now, at time.Time) string { return t.seen("until", now, at) }

func (t *Tongue) seen(key string, now, at time.Time) string {
	at = at.In(now.Location())
	clock := t.Clock(at)
	switch days := daysBetween(now, at); {
	case days == 0:
		return t.Say(key+"_today", "time", clock)
	case days == 1:
		return t.Say(key+"_tomorrow", "time", clock)
	case days > 1 && days < 7:
		return t.Say(key+"_weekday", "weekday", t.Say("weekday_"+strconv.Itoa(int(at.Weekday()))), "time", clock)
	}
	return t.Say(key+"_date", "date", t.Date(at))
}

// Date is a day: 3 March 2026.
func (t *Tongue) Date(at time.Time) string {
	return t.Say("date", "day", t.day(at), "month", t.Say("month_"+strconv.Itoa(int(at.Month()))), "year", at.Year())
}

// day is the day of the month, where the first is said in its own way: 1er mars.
func (t *Tongue) day(at time.Time) string {
	if at.Day() == 1 {
		return t.Say("day_first", "day", 1)
	}
	return strconv.Itoa(at.Day())
}

// Stamp is when something happened, as short as it can be told apart: the time
// of day today, else the day with it.
func (t *Tongue) Stamp(now, at time.Time) string {
	at = at.In(now.Location())
	if daysBetween(now, at) == 0 {
		return t.Clock(at)
	}
	return t.Say("stamp", "day", t.day(at), "month", t.Say("month_"+strconv.Itoa(int(at.Month()))), "time", t.Clock(at))
}

// daysBetween counts midnights, whatever the clocks do in between.
func daysBetween(from, to time.Time) int {
	y, m, d := from.Date()
	a := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	y, m, d = to.Date()
	b := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return int(b.Sub(a) / (24 * time.Hour))
}
