package roster

import (
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/house"
)

// cell is one day of a team at a place, by the clock on the wall there.
type cell struct {
	Day     time.Time // its midnight
	Today   bool
	Minutes int    // how long it is: 1,380 or 1,500 when the clocks change
	Changed string // what the clocks do on it; "" for nothing
	Pieces  []*piece
	Anchor  bool // its name in the address is #today
	Now     int  // minutes since its midnight, today; else −1
}

// piece is a stretch of a day with one person, or nobody.
type piece struct {
	duty.Interval
	X, Wide  int // where it lies in the day, in minutes
	Time     string
	Begins   bool // on this day: what only goes on is said quietly
	Whole    bool // it is the whole day
	Hole     bool
	Me       bool
	Name     string
	How      string // by which source, in words
	Quiet    string // why they can't be called; "" when they can
	Href     string // to change it; "" for who may not
	Upstairs string // name of the place above, where the duty stands; "" for here
}

// split puts a timeline into days. The intervals go beyond the days at both
// ends, so that where each begins and ends is known.
func split(line []duty.Interval, days []time.Time, now time.Time) []cell {
	cells := make([]cell, len(days)-1)
	for i := range cells {
		from, until := days[i], days[i+1]
		c := &cells[i]
		c.Day, c.Minutes, c.Now = from, minutes(until.Sub(from)), -1
		if !now.Before(from) && now.Before(until) {
			c.Today, c.Now = true, minutes(now.Sub(from))
		}
		for _, iv := range line {
			if !iv.From.Before(until) || !iv.Until.After(from) {
				continue
			}
			begin, end := later(iv.From, from), sooner(iv.Until, until)
			c.Pieces = append(c.Pieces, &piece{Interval: iv, X: minutes(begin.Sub(from)), Wide: minutes(end.Sub(begin)), Begins: !iv.From.Before(from),
				Whole: begin.Equal(from) && end.Equal(until), Hole: !iv.Duty()})
		}
	}
	return cells
}

func minutes(d time.Duration) int { return int(d / time.Minute) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func sooner(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// midnights are the first moments of days from one on, in a zone, with that of
// the day after the last.
func midnights(first time.Time, n int, zone *time.Location) []time.Time {
	y, m, d := first.Date()
	list := make([]time.Time, n+1)
	for i := range list {
		list[i] = sayline.WallBegins(zone, time.Date(y, m, d+i, 0, 0, 0, 0, time.UTC)).In(zone)
	}
	return list
}

// clock is a time on the wall; one that comes twice has the zone's short name
// with it: 02:30 CET.
func clock(t time.Time) string {
	if twice(t) {
		return t.Format("15:04 MST")
	}
	return t.Format("15:04")
}

// hours are a stretch by the clock, from left to right in every script.
func hours(from, until time.Time) string {
	return "\u2066" + clock(from) + "–" + clock(until) + "\u2069"
}

// twice says whether the clock shows a time a second time, because it was put
// back: before it or after it.
func twice(t time.Time) bool {
	start, end := t.ZoneBounds()
	back := func(change time.Time) (length time.Duration) {
		if change.IsZero() {
			return 0
		}
		_, before := change.Add(-1).Zone()
		_, after := change.Zone()
		return time.Duration(before-after) * time.Second
	}
	if by := back(start); by > 0 && t.Sub(start) < by {
		return true
	}
	by := back(end)
	return by > 0 && end.Sub(t) <= by
}

// tell says a cell's times and the clocks' change in words.
func (c *cell) tell(v *house.View, zone *time.Location) {
	_, before := c.Day.Zone()
	end := c.Day.Add(time.Duration(c.Minutes) * time.Minute)
	switch _, after := end.Zone(); {
	case after > before:
		c.Changed = v.Say("week_forward")
	case after < before:
		c.Changed = v.Say("week_back")
	}
	for _, p := range c.Pieces {
		from, until := p.From.In(zone), p.Until.In(zone)
		long := p.Until.After(end.Add(12 * time.Hour))
		switch {
		case p.Whole && p.From.Equal(c.Day) && p.Until.Equal(end), p.Whole && (!p.Begins || long):
			p.Time = v.Say("week_whole")
		case p.Begins && long:
			p.Time = v.Say("week_from", "time", clock(from))
		case !p.Begins:
			p.Time = v.Say("week_until", "time", clock(until))
		default:
			p.Time = hours(from, until)
		}
	}
}
