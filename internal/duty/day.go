package duty

import "time"

// What clocks on the wall do in spring and autumn stands in the root; here are
// days and minutes. A wall time is held as the time at which a clock in UTC would
// show it.

const oneDay = 24 * time.Hour

// dayOf is the number of the day, from 1970-01-01, that a wall time lies on.
func dayOf(wall time.Time) int {
	s := wall.Unix()
	if s < 0 {
		s -= 24*60*60 - 1
	}
	return int(s / (24 * 60 * 60))
}

// wallAt is a wall time of a day, in minutes after its midnight.
func wallAt(day, minutes int) time.Time {
	return time.Unix(int64(day)*24*60*60+int64(minutes)*60, 0).UTC()
}

// shown is the wall time that the clock in a zone shows at t.
func shown(zone *time.Location, t time.Time) time.Time {
	_, offset := t.In(zone).Zone()
	return t.Add(time.Duration(offset) * time.Second).UTC()
}
