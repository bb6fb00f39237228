package digest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/store"
)

const (
	weeksBack = 4 // of which what is usual is the mean
	fewest    = 5 // of fewer than that nothing is told by itself
	mostRows  = 3 // places that need us, that shine; things done
)

// figures are what a day or week came to.
type figures struct {
	From, Until time.Time   // in the brand's zone
	Starts      []time.Time // of its hours or days
	Buckets     []store.Tally
	Sum         store.Tally
	Usual       *usual // nil where there is none yet
	Needs       []spot
	Shines      []spot
	Did         []*sayline.Case
	Clocks      map[string]store.Clock
	Said        []*sayline.Moment
}

// usual is the mean of the same time in the weeks before.
type usual struct {
	Buckets []float64
	N       float64
	Felt    store.Tally // of all those weeks together
}

// spot is a touchpoint in it.
type spot struct {
	Touchpoint string
	store.Tally
	trouble float64
	Topic   string // said most there; "" for none
	Times   int64
}

// read reads the figures of the days a slot's letter tells of.
func (d *Digest) read(ctx context.Context, b *brands.Snapshot, one *sayline.Digest, slot time.Time) (*figures, error) {
	zone := b.Location()
	day := func(t time.Time) time.Time { return time.UnixMicro(store.DayStart(t, zone)).In(zone) }
	first, last := one.Days(slot, zone)
	f := &figures{From: day(first), Until: day(last), Clocks: map[string]store.Clock{}}
	q := store.CountsQuery{Brand: b.ID, Level: store.ByDay, From: f.From, Until: f.Until, Zone: zone, Of: store.Part{Guarded: b.Guarded()}}
	if one.Every == sayline.DigestDaily {
		q.Level = store.ByHour // without the lumps of guarded audiences: they are of a whole week
	}
	f.cut(q.Level)
	sum, buckets, err := d.count(ctx, q, f.Starts)
	if err != nil {
		return nil, err
	}
	f.Sum, f.Buckets = sum, buckets
	for _, read := range []func(context.Context, *brands.Snapshot, store.CountsQuery, *figures) error{d.usual, d.spots, d.clocks, d.said} {
		if err := read(ctx, b, q, f); err != nil {
			return nil, err
		}
	}
	f.Did, err = d.Store.Did(ctx, b.ID, b.Guarded(), f.From, f.Until, mostRows)
	return f, err
}

// cut makes the starts of the hours or days.
func (f *figures) cut(level store.Level) {
	y, m, d := f.From.Date()
	if level == store.ByHour {
		for h := range 24 {
			f.Starts = append(f.Starts, time.Date(y, m, d, h, 0, 0, 0, f.From.Location()))
		}
		return
	}
	for i := 0; ; i++ {
		at := time.Date(y, m, d+i, 12, 0, 0, 0, f.From.Location())
		if !at.Before(f.Until) {
			return
		}
		f.Starts = append(f.Starts, time.UnixMicro(store.DayStart(at, f.From.Location())).In(f.From.Location()))
	}
}

// count adds up a time by its hours or days: an hour that comes twice, when clocks
// are moved, is one.
func (d *Digest) count(ctx context.Context, q store.CountsQuery, starts []time.Time) (sum store.Tally, buckets []store.Tally, err error) {
	list, err := d.Store.CountsByTime(ctx, q)
	buckets = make([]store.Tally, len(starts))
	for _, c := range list {
		sum.Add(c.Tally)
		at := c.Bucket.In(q.Zone)
		i := at.Hour()
		if q.Level == store.ByDay {
			i = (int(at.Weekday()) - int(starts[0].Weekday()) + 7) % 7
		}
		if i < len(buckets) {
			buckets[i].Add(c.Tally)
		}
	}
	return sum, buckets, err
}

// usual reads the same days of the four weeks before, as far back as whole days
// were counted.
func (d *Digest) usual(ctx context.Context, b *brands.Snapshot, q store.CountsQuery, f *figures) error {
	begun, err := d.Store.FirstCounted(ctx, b.ID)
	if err != nil || begun.IsZero() {
		return err
	}
	zone := b.Location()
	back := func(t time.Time, days int) time.Time {
		y, m, day := t.In(zone).Date()
		return time.UnixMicro(store.DayStart(time.Date(y, m, day-days, 12, 0, 0, 0, zone), zone)).In(zone)
	}
	whole := back(begun, -1) // the first day may be half a day
	u, n := &usual{Buckets: make([]float64, len(f.Starts))}, 0.0
	for week := 1; week <= weeksBack; week++ {
		then := q
		then.From, then.Until = back(f.From, 7*week), back(f.Until, 7*week)
		if then.From.Before(whole) {
			break
		}
		sum, buckets, err := d.count(ctx, then, f.Starts)
		if err != nil {
			return err
		}
		n++
		u.Felt.Add(sum)
		for i, t := range buckets {
			u.Buckets[i] += float64(t.N)
		}
	}
	if n == 0 {
		return nil
	}
	for i := range u.Buckets {
		u.Buckets[i] /= n
	}
	u.N, f.Usual = float64(u.Felt.N)/n, u
	return nil
}

// spots ranks the touchpoints as the pulse does. Of those where fewer than five
// spoke nothing is told.
func (d *Digest) spots(ctx context.Context, b *brands.Snapshot, q store.CountsQuery, f *figures) error {
	list, err := d.Store.CountsByTouchpoint(ctx, q)
	if err != nil {
		return err
	}
	topics, err := d.Store.CountsByTopicAndTouchpoint(ctx, q)
	if err != nil {
		return err
	}
	all := map[string]*spot{}
	for _, c := range list {
		if t := b.Index.Touchpoint(c.Touchpoint); t != nil && t.Lane == "" && c.N >= fewest {
			all[c.Touchpoint] = &spot{Touchpoint: c.Touchpoint, Tally: c.Tally}
		}
	}
	faceless := map[string]int64{}
	for _, c := range topics {
		t, s := b.Index.Topic(c.Topic), all[c.Touchpoint]
		if t == nil || t.Lane != "" || s == nil {
			continue
		}
		if c.N > s.Times {
			s.Topic, s.Times = c.Topic, c.N
		}
		if t.Kind == "problem" {
			faceless[c.Touchpoint] += max(0, min(c.N-c.Felt(), s.N-s.Felt()))
		}
	}
	for id, s := range all {
		s.trouble = pulse.Troubled(s.Tally, faceless[id])
		switch {
		case pulse.Needs(s.trouble):
			f.Needs = append(f.Needs, *s)
		case pulse.Shines(s.trouble) && s.Felt() > 0:
			f.Shines = append(f.Shines, *s)
		}
	}
	slices.SortFunc(f.Needs, func(a, b spot) int {
		return cmp.Or(cmp.Compare(b.trouble, a.trouble), cmp.Compare(a.Touchpoint, b.Touchpoint))
	})
	slices.SortFunc(f.Shines, func(a, b spot) int {
		return cmp.Or(cmp.Compare(a.trouble, b.trouble), cmp.Compare(a.Touchpoint, b.Touchpoint))
	})
	f.Needs, f.Shines = f.Needs[:min(len(f.Needs), mostRows)], f.Shines[:min(len(f.Shines), mostRows)]
	return nil
}

// clocks adds the teams' clocks up.
func (d *Digest) clocks(ctx context.Context, b *brands.Snapshot, q store.CountsQuery, f *figures) error {
	teams, err := d.Store.Clocks(ctx, b.ID, f.From, f.Until)
	for _, clocks := range teams {
		for name, c := range clocks {
			all := f.Clocks[name]
			all.Add(c)
			f.Clocks[name] = all
		}
	}
	return err
}
