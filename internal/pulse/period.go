package pulse

import (
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline/internal/store"
)

// Periods, by their name in the address.
const (
	now    = "now" // the last 60 minutes
	today  = "today"
	week   = "7"
	month  = "30"
	season = "90"
)

var (
	periods = []string{now, today, week, month, season}
	days    = map[string]int{week: 7, month: 30, season: 90}
)

// period is a stretch of time, cut into buckets of the roll-ups.
type period struct {
	Name        string
	level       store.Level
	starts      []time.Time // of its buckets, in order
	from, until time.Time
	at          time.Time // now, in the brand's zone
	passed      int       // how many buckets have begun
}

const (
	minutesShown  = 60
	minutesEach   = 5  // of a bucket of a period longer than an hour
	minutesLong   = 3  // hours up to which a period is cut into minutes
	mostHours     = 48 // of a period of hours
	hoursReadable = 35 // days for which a single day is cut into hours, which are kept longer than that
)

// hoursIn is how many hours a period's name says: 2 of 2h; 0 for any other name.
func hoursIn(name string) int {
	digits, ok := strings.CutSuffix(name, "h")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 2 || n > mostHours || strconv.Itoa(n) != digits {
		return 0
	}
	return n
}

// newPeriod makes the period of a name at a time in the brand's zone.
func newPeriod(name string, at time.Time) period {
	p := period{Name: name, at: at}
	hours := hoursIn(name)
	switch {
	case name == now, hours > 0 && hours <= minutesLong:
		n, each := minutesShown, time.Minute
		if hours > 0 { // a minute of so many is a needle in the chart
			n, each = minutesShown*hours/minutesEach, minutesEach*time.Minute
		}
		p.level, p.until = store.ByMinute, at.Truncate(time.Minute).Add(time.Minute)
		for i := range n {
			p.starts = append(p.starts, p.until.Add(time.Duration(i-n)*each))
		}
	case hours > 0:
		p.level, p.starts = store.ByHour, lastHours(at, hours)
		p.until = p.starts[len(p.starts)-1].Add(time.Hour)
	case name == today:
		p.level, p.until = store.ByHour, dayAfter(at, 1)
		p.starts = hoursOf(dayAfter(at, 0), p.until)
	default:
		p.level, p.until = store.ByDay, dayAfter(at, 1)
		for i := range days[name] {
			p.starts = append(p.starts, dayAfter(at, i+1-days[name]))
		}
	}
	return p.cut()
}

// datesPeriod is the period from a day to a day, both as [time.DateOnly].
func datesPeriod(from, to string, at time.Time) period {
	p := period{Name: Dates, level: store.ByDay, at: at}
	day, _ := time.ParseInLocation(time.DateOnly, from, time.UTC) // parsed before
	last, _ := time.ParseInLocation(time.DateOnly, to, time.UTC)
	start := func(d time.Time) time.Time {
		noon := time.Date(d.Year(), d.Month(), d.Day(), 12, 0, 0, 0, at.Location())
		return time.UnixMicro(store.DayStart(noon, at.Location())).In(at.Location())
	}
	for ; !day.After(last); day = day.AddDate(0, 0, 1) {
		if at := start(day); len(p.starts) == 0 || at.After(p.starts[len(p.starts)-1]) { // a zone may skip a day
			p.starts = append(p.starts, at)
		}
	}
	p.until = start(last.AddDate(0, 0, 1))
	if from == to && !p.until.After(at) && at.Sub(p.until) < hoursReadable*24*time.Hour {
		p.level, p.starts = store.ByHour, hoursOf(p.starts[0], p.until)
	}
	return p.cut()
}

// cut tells where the period begins and how much of it has passed.
func (p period) cut() period {
	p.from = p.starts[0]
	for p.passed < len(p.starts) && !p.starts[p.passed].After(p.at) {
		p.passed++
	}
	return p
}

// dayAfter is the start of the day some days after the one that t is in, in t's zone.
func dayAfter(t time.Time, days int) time.Time {
	y, m, d := t.Date()
	noon := time.Date(y, m, d+days, 12, 0, 0, 0, t.Location())
	return time.UnixMicro(store.DayStart(noon, t.Location())).In(t.Location())
}

// hoursOf are the starts of the hours in [from, until), as the roll-ups cut
// them: also where the clocks are moved.
func hoursOf(from, until time.Time) []time.Time {
	var list []time.Time
	for t := from; t.Before(until); t = t.Add(15 * time.Minute) {
		start := time.UnixMicro(store.HourStart(t, t.Location())).In(t.Location())
		if len(list) == 0 || start.After(list[len(list)-1]) {
			list = append(list, start)
		}
	}
	return list
}

// before is the period to compare with: as long, ended when this one began.
// That of today is all of yesterday.
func (p *period) before() (level store.Level, from, until time.Time) {
	switch {
	case p.Name == today:
		return store.ByDay, dayAfter(p.at, -1), p.from
	case p.Name == Dates:
		return store.ByDay, dayAfter(p.from, -p.days()), p.from
	case p.level == store.ByDay:
		return store.ByDay, dayAfter(p.from, -len(p.starts)), p.from
	}
	return p.level, p.from.Add(p.from.Sub(p.until)), p.from
}

// width is how long a bucket of minutes or hours is.
func (p *period) width() time.Duration {
	if p.level == store.ByMinute {
		return p.starts[1].Sub(p.starts[0])
	}
	return time.Hour
}

// days is how many days the period has: 1 for what is shorter.
func (p *period) days() int {
	if p.level == store.ByDay {
		return len(p.starts)
	}
	return 1
}

// past says whether the period is over.
func (p *period) past() bool { return !p.until.After(p.at) }

// hours is where the period begins for the roll-ups by hour: they know only
// whole hours.
func (p *period) hours() time.Time {
	return time.UnixMicro(store.HourStart(p.from, p.from.Location())).In(p.from.Location())
}

// index is the bucket a time is in; -1 for none.
func (p *period) index(t time.Time) int {
	for i := len(p.starts) - 1; i >= 0; i-- {
		if !t.Before(p.starts[i]) {
			return i
		}
	}
	return -1
}
