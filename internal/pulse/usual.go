package pulse

import (
	"context"
	"time"

	"github.com/sayline/sayline/internal/store"
)

// counting is what of the public moments is counted, and when.
type counting struct {
	store  *store.Store
	brand  string
	of     store.Part
	period period
}

// counts asks for them in [from, until).
func (s *counting) counts(level store.Level, from, until time.Time) store.CountsQuery {
	return store.CountsQuery{Brand: s.brand, Level: level, From: from, Until: until, Zone: s.period.at.Location(), Of: s.of}
}

// weeksBack is how many of the same weekdays before make what is usual.
const weeksBack = 4

// usual is what a period's buckets usually have: the mean of the same weekdays
// before, of as many whole days as there are, at most four.
type usual struct {
	Known   bool
	Buckets []float64 // by the period's buckets
	SoFar   float64   // of what is over: up to this minute, or of the whole days before today
	Counted int64     // what was said in that same time
}

// usual reads what is usual for a period. The first day anything was counted on
// may be half a day, and is left out.
func (s *counting) usual(ctx context.Context, first time.Time, buckets []store.Tally) (usual, error) {
	if first.IsZero() {
		return usual{}, nil
	}
	whole := dayAfter(first.In(s.period.at.Location()), 1)
	if s.period.level == store.ByDay {
		return s.usualDays(ctx, whole, buckets)
	}
	hours, n, err := s.usualHours(ctx, whole)
	if n == 0 || err != nil {
		return usual{}, err
	}
	u := usual{Known: true, Buckets: make([]float64, len(s.period.starts))}
	for i, start := range s.period.starts {
		length := s.period.width()
		u.Buckets[i] = hours[hourOfWeek(start)] * length.Hours()
		if i < s.period.passed {
			u.SoFar += u.Buckets[i] * min(1, s.period.at.Sub(start).Minutes()/length.Minutes())
			u.Counted += buckets[i].N
		}
	}
	return u, nil
}

// hourOfWeek tells the hours of a week apart, 0 to 167.
func hourOfWeek(t time.Time) int { return int(t.Weekday())*24 + t.Hour() }

// usualHours is the mean of each hour over the same days of the weeks before the
// period, none before whole, and of how many.
func (s *counting) usualHours(ctx context.Context, whole time.Time) (hours [168]float64, n int, err error) {
	for week := 1; week <= weeksBack; week++ {
		from := dayAfter(s.period.from, -7*week)
		if from.Before(whole) {
			break
		}
		list, err := s.store.CountsByTime(ctx, s.counts(store.ByHour, from, dayAfter(s.period.until.Add(-time.Nanosecond), 1-7*week)))
		if err != nil {
			return hours, 0, err
		}
		n++
		for _, c := range list {
			hours[hourOfWeek(c.Bucket.In(from.Location()))] += float64(c.N)
		}
	}
	for i := range hours {
		hours[i] /= float64(max(n, 1))
	}
	return hours, n, nil
}

// usualDays is the mean of each weekday over the weeks before the period. It is
// known only when every weekday has one. Compared are whole days: today isn't over.
func (s *counting) usualDays(ctx context.Context, whole time.Time, buckets []store.Tally) (usual, error) {
	from := dayAfter(s.period.from, -7*weeksBack)
	if from.Before(whole) {
		from = whole
	}
	if from.After(dayAfter(s.period.from, -7)) {
		return usual{}, nil
	}
	list, err := s.store.CountsByTime(ctx, s.counts(store.ByDay, from, s.period.from))
	if err != nil {
		return usual{}, err
	}
	var sum [7]float64
	var n [7]int
	for day := from; day.Before(s.period.from); day = dayAfter(day, 1) {
		n[day.Weekday()]++
	}
	for _, c := range list {
		sum[c.Bucket.In(from.Location()).Weekday()] += float64(c.N)
	}
	u := usual{Known: true, Buckets: make([]float64, len(s.period.starts))}
	for i, start := range s.period.starts {
		u.Buckets[i] = sum[start.Weekday()] / float64(n[start.Weekday()])
		if i < s.period.passed-1 || i < s.period.passed && s.period.past() {
			u.SoFar += u.Buckets[i]
			u.Counted += buckets[i].N
		}
	}
	return u, nil
}

// leastUsual is how much must be usual before a change of it is told as a share.
const leastUsual = 5

// Change is how much more was said than usual, as a share; ok is false where too
// little is usual to tell.
func (u usual) Change() (share float64, ok bool) {
	if !u.Known || u.SoFar < leastUsual {
		return 0, false
	}
	return float64(u.Counted)/u.SoFar - 1, true
}
