package sayline

import (
	"iter"
	"time"
)

// Opening is when one place is open, on its own clock. The zero value is always
// open. Blocks are of the wall clock: a time that the clocks leave out is the
// first after it; one that they show twice opens at the first and closes at the
// second, so that opening hours never shrink.
type Opening struct {
	table *timetable
	zone  *time.Location
}

// openAhead is how many days are looked through for the next opening.
const openAhead = 400

// Opening is when somebody is there for what is said at a touchpoint, about a
// place: the touchpoint's own hours, else those of the nearest place above that
// has some, else the brand's; on the clock of the nearest place that has one.
// Ids that are unknown or "" are passed over.
func (ix *Index) Opening(touchpoint, place string) Opening {
	o := Opening{table: ix.tables[&ix.brand.Hours], zone: ix.brand.Location()}
	up := ix.Ancestors(place)
	for i := len(up) - 1; i >= 0; i-- {
		if up[i].Zone != "" {
			o.zone = Zone(up[i].Zone)
		}
		if !up[i].Hours.Empty() {
			o.table = ix.tables[&up[i].Hours]
		}
	}
	if t := ix.Touchpoint(touchpoint); t != nil && !t.Hours.Empty() {
		o.table = ix.tables[&t.Hours]
	}
	return o
}

// tablesOf makes every timetable of a brand ready.
func tablesOf(c *Config) map[*Hours]*timetable {
	tables := map[*Hours]*timetable{}
	add := func(h *Hours) {
		if t := newTimetable(h); t != nil {
			tables[h] = t
		}
	}
	add(&c.Hours)
	for i := range c.Places {
		add(&c.Places[i].Hours)
	}
	for i := range c.Touchpoints {
		add(&c.Touchpoints[i].Hours)
	}
	return tables
}

// Always says that it never closes.
func (o Opening) Always() bool { return o.table == nil }

// Open says whether it is open.
func (o Opening) Open(at time.Time) bool {
	for from := range o.windows(at) {
		return !from.After(at)
	}
	return o.Always()
}

// Next is when it is open from then on: at itself where it is open already. The
// zero time: not within 400 days.
func (o Opening) Next(at time.Time) time.Time {
	if o.Always() {
		return at
	}
	for from := range o.windows(at) {
		if from.After(at) {
			return from
		}
		return at
	}
	return time.Time{}
}

// Add is the time by which it has been open for d since at. What does not open
// again within 400 days is not waited for: then what is left runs by the clock, so
// that a promise always ends.
func (o Opening) Add(at time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return at
	}
	left, end := d, at
	for from, until := range o.windows(at) {
		if from.Before(at) {
			from = at
		}
		if open := until.Sub(from); open < left {
			left -= open
			end = until
			continue
		}
		return from.Add(left)
	}
	return end.Add(left)
}

// Between is for how long of the time from one moment until another it was open.
func (o Opening) Between(at, until time.Time) time.Duration {
	if o.Always() {
		return max(0, until.Sub(at))
	}
	var open time.Duration
	for from, end := range o.windows(at) {
		if !from.Before(until) {
			break
		}
		if from.Before(at) {
			from = at
		}
		if end.After(until) {
			end = until
		}
		open += max(0, end.Sub(from))
	}
	return open
}

// windows are the stretches in which it is open, whole ones, from the first that
// ends after at. Blocks that touch are one. None where it is always open.
func (o Opening) windows(at time.Time) iter.Seq2[time.Time, time.Time] {
	return func(yield func(from, until time.Time) bool) {
		if o.Always() {
			return
		}
		y, m, d := at.In(o.zone).Date()
		var from, until time.Time
		for n := -2; n <= openAhead; n++ { // a block may reach into the next day, and a zone skip one
			day := time.Date(y, m, d+n, 0, 0, 0, 0, time.UTC)
			for _, b := range o.table.on(day) {
				start, _ := onClock(day.Add(time.Duration(b.from)*time.Minute), o.zone)
				_, end := onClock(day.Add(time.Duration(b.until)*time.Minute), o.zone)
				if !start.After(until) {
					if end.After(until) {
						until = end
					}
					continue
				}
				if until.After(at) && until.After(from) && !yield(from, until) {
					return
				}
				from, until = start, end
			}
		}
		if until.After(at) && until.After(from) {
			yield(from, until)
		}
	}
}

// aroundWall is more than any zone's clock has ever stood apart from UTC, or has
// been put forward or back.
const aroundWall = 50 * time.Hour

// onClock finds when a zone's clock shows a wall time, given as if it were UTC:
// the first time it does and the last. One that it leaves out is, for both, the
// instant of the leap.
func onClock(wall time.Time, zone *time.Location) (first, last time.Time) {
	end := wall.Add(aroundWall)
	var leap time.Time
	for at := wall.Add(-aroundWall); at.Before(end); {
		local := at.In(zone)
		_, offset := local.Zone()
		_, next := local.ZoneBounds()
		shown := wall.Add(-time.Duration(offset) * time.Second) // if this offset held
		over := !next.IsZero() && !shown.Before(next)
		if !shown.Before(at) && !over {
			if first.IsZero() {
				first = shown
			}
			last = shown
		}
		if over {
			leap = next // the clock had not shown it when this offset ended
		}
		if next.IsZero() {
			break
		}
		at = next
	}
	if first.IsZero() {
		return leap.UTC(), leap.UTC()
	}
	return first, last
}
