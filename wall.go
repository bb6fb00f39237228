package sayline

import "time"

// A clock on the wall and the time do not run alike: in spring an hour of it
// does not exist, in autumn an hour comes twice, and an island may skip a whole
// day. A stretch that people write by that clock begins when it first shows its
// beginning or has jumped over it, and ends when it last shows its end or jumps
// over it. So a time that does not exist is the first one that does, one that
// comes twice begins early and ends late, and two stretches that meet on the
// wall leave no gap between them.
//
// A wall time is held as the time at which a clock in UTC would show it.

// wallReach is more than any zone is, or ever was, away from UTC.
const wallReach = 30 * time.Hour

// WallBegins is the first time at which the clock in a zone shows wall or later.
func WallBegins(zone *time.Location, wall time.Time) time.Time {
	for t := wall.Add(-wallReach); ; {
		here := t.In(zone)
		_, end := here.ZoneBounds()
		_, offset := here.Zone()
		at := wall.Add(-time.Duration(offset) * time.Second)
		switch {
		case at.Before(t): // it was jumped over when this stretch of the zone began
			return t
		case end.IsZero(), at.Before(end):
			return at
		}
		t = end.UTC()
	}
}

// WallEnds is the last time at which the clock in a zone shows wall, or jumps over it.
func WallEnds(zone *time.Location, wall time.Time) time.Time {
	for t := wall.Add(wallReach); ; {
		here := t.Add(-1).In(zone)
		start, _ := here.ZoneBounds()
		_, offset := here.Zone()
		at := wall.Add(-time.Duration(offset) * time.Second)
		switch {
		case !at.Before(t): // the clock jumps over it at t
			return t
		case start.IsZero(), !at.Before(start): // at the start itself, the clock was put back to just this
			return at
		}
		t = start.UTC()
	}
}
