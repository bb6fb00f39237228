package pulse

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

// Amount is one number of a measure, with what it is made of.
type Amount struct {
	By    map[string]string // of a row: what it is of, such as a touchpoint
	Value float64
	K, N  float64  // numerator and denominator; 0 and 0 where it is none of two
	Low   *float64 // where it lies with 95 % certainty; nil where nothing is told of that
	High  *float64

	Expected *float64 // of what was said of those who came: how much was to be
	Against  string   // likewise: "quiet" or "loud", where it is not as expected
}

// Figure is a measure in numbers and in no language, for a company's own systems.
type Figure struct {
	Name string // as on the page of measures
	None bool   // it can't be told: too few, or not of this time or filter
	Amount
	Rows []Amount
}

// Names are the measures, in their order on their page.
func Names() (list []string) {
	for _, f := range formulas {
		list = append(list, f.id)
	}
	return list
}

// Figures reads some measures of a filter, at a time in the brand's zone.
func Figures(ctx context.Context, s *store.Store, b *brands.Snapshot, f Filter, at time.Time, names []string) ([]Figure, error) {
	m, err := newMeasuring(ctx, s, b, f, at)
	if err != nil {
		return nil, err
	}
	list := []Figure{}
	for _, name := range Names() {
		if !slices.Contains(names, name) {
			continue
		}
		x, err := m.figure(ctx, name)
		if err != nil {
			return nil, err
		}
		x.Name = name
		list = append(list, x)
	}
	return list, nil
}

// none is a measure that can't be told.
var none = Figure{None: true}

func (m *measuring) figure(ctx context.Context, name string) (Figure, error) {
	felt := m.sum.Felt()
	switch name {
	case "moments":
		return Figure{Amount: Amount{Value: float64(m.sum.N)}}, nil
	case "faces":
		if felt < fewest {
			return none, nil
		}
		x := Figure{Amount: Amount{Value: float64(felt)}}
		for face := 1; face <= 5; face++ {
			x.Rows = append(x.Rows, part(m.sum.Feelings[face], felt, "face", strconv.Itoa(face)))
		}
		return x, nil
	case "score":
		mean, in, ok := scored(m.sum)
		if !ok {
			return none, nil
		}
		return Figure{Amount: Amount{Value: mean, N: float64(felt)}.within(in)}, nil
	case "csat":
		if felt < fewest {
			return none, nil
		}
		return Figure{Amount: part(m.sum.Feelings[4]+m.sum.Feelings[5], felt)}, nil
	case "silent":
		return m.silentFigure(ctx)
	case "expected":
		return m.expectedFigure(ctx)
	case "visits":
		return m.visitsFigure(ctx)
	case "weight":
		return m.weightFigure(), nil
	case "clocks":
		return m.clocksFigure(), nil
	case "coverage":
		_, listening, spoke := m.covered()
		if listening == 0 {
			return none, nil
		}
		return Figure{Amount: Amount{Value: float64(spoke) / float64(listening), K: float64(spoke), N: float64(listening)}}, nil
	}
	return m.ofCases(name), nil
}

// part is a share with Wilson's interval, of what by says in pairs. n is above 0.
func part(k, n int64, by ...string) Amount {
	return Amount{By: pairs(by), Value: float64(k) / float64(n), K: float64(k), N: float64(n)}.within(wilson(k, n))
}

func pairs(by []string) map[string]string {
	if len(by) == 0 {
		return nil
	}
	m := map[string]string{}
	for i := 0; i+1 < len(by); i += 2 {
		m[by[i]] = by[i+1]
	}
	return m
}

func (a Amount) within(in interval) Amount {
	a.Low, a.High = &in.low, &in.high
	return a
}

func (m *measuring) silentFigure(ctx context.Context) (Figure, error) {
	if !m.filter.asScreensAre() {
		return none, nil
	}
	list, err := m.silences(ctx)
	if err != nil {
		return none, err
	}
	var x Figure
	var opened, said int64
	for _, s := range list {
		opened, said = opened+s.opened, said+s.said
		if s.opened > 0 {
			x.Rows = append(x.Rows, part(s.opened-s.said, s.opened, sayline.VisitsAtTouchpoint, s.id))
		}
	}
	if opened < fewest {
		return none, nil
	}
	x.Amount = part(opened-said, opened)
	return x, nil
}

func (m *measuring) expectedFigure(ctx context.Context) (Figure, error) {
	rows, all, why, err := m.expected(ctx)
	if err != nil || why != "" || all.want < leastUsual {
		return none, err
	}
	x := Figure{Amount: Amount{Value: all.is / all.want, K: all.is, N: all.want}}
	for _, r := range rows {
		x.Rows = append(x.Rows, Amount{By: pairs([]string{sayline.VisitsAtTouchpoint, r.id}), Value: r.is / r.want, K: r.is, N: r.want})
	}
	return x, nil
}

// visitsFigure has how many rows are not as expected; each is how many of 1,000 spoke.
func (m *measuring) visitsFigure(ctx context.Context) (Figure, error) {
	list, why, err := m.visits(ctx)
	if err != nil || why != "" {
		return none, err
	}
	var x Figure
	for i := range list {
		v := &list[i]
		rate, in := v.rate()
		a := Amount{By: pairs([]string{"kind", v.Kind, v.About, v.Subject}), Value: rate, K: float64(v.Said), N: float64(v.Came), Against: v.verdict()}.within(in)
		if want, ok := v.expected(); ok {
			a.Expected = &want
		}
		x.Rows = append(x.Rows, a)
		if v.verdict() != asExpected {
			x.K++
		}
	}
	x.N, x.Value = float64(len(list)), x.K
	return x, nil
}

func (m *measuring) weightFigure() Figure {
	rows := m.weigh()
	if len(rows) == 0 {
		return none
	}
	x := Figure{Amount: Amount{Value: rows[0].would}}
	for _, r := range rows {
		x.Rows = append(x.Rows, Amount{By: pairs([]string{sayline.VisitsAtTouchpoint, r.t.ID}), Value: r.would})
	}
	return x
}

// clocksFigure has half of each team's runs, in seconds; its rows those, nine of ten
// and 95 of 100 of each clock.
func (m *measuring) clocksFigure() Figure {
	var x Figure
	for _, t := range m.brand.Teams {
		for _, name := range clockNames {
			c, ok := m.teams[t.ID][name]
			if !ok || c.N == 0 {
				continue
			}
			for _, q := range []struct {
				name  string
				share float64
			}{{"50", .5}, {"90", .9}, {"95", .95}} {
				x.Rows = append(x.Rows, Amount{By: pairs([]string{"team", t.ID, "clock", name, "of_100", q.name}), Value: c.Percentile(q.share).Seconds(), N: float64(c.N)})
			}
			x.N += float64(c.N)
		}
	}
	x.Value, x.None = x.N, x.N == 0
	return x
}

// ofCases are the shares of what came of cases, of all teams and of each.
func (m *measuring) ofCases(name string) Figure {
	var x Figure
	var sum, all int64
	for _, t := range m.brand.Teams {
		k, n := shares[name](m.teams[t.ID])
		if n == 0 {
			continue
		}
		k = min(k, n)
		sum, all = sum+k, all+n
		x.Rows = append(x.Rows, part(k, n, "team", t.ID))
	}
	if all == 0 || name != "kept" && all < fewest {
		return none
	}
	x.Amount = part(sum, all)
	return x
}

// shares are the measures of what came of a team's cases, k of n.
var shares = map[string]func(map[string]store.Clock) (k, n int64){
	"kept": func(c map[string]store.Clock) (k, n int64) {
		return c[store.ClockAcknowledge].Kept + c[store.ClockAnswer].Kept, c[store.ClockAcknowledge].N + c[store.ClockAnswer].N
	},
	"unsolved": func(c map[string]store.Clock) (k, n int64) {
		return c[store.ClockSolved].N - c[store.ClockSolved].Kept, c[store.ClockSolved].N
	},
	"reopened": func(c map[string]store.Clock) (k, n int64) {
		return c[store.ClockReopened].N, c[store.ClockResolved].N
	},
}

// Compared is what a filter's moments are compared with.
type Compared struct {
	From, Until time.Time   // the period before, of today all of yesterday
	Before      store.Tally // what was said in it
	Known       bool        // whether anything is usual yet
	Usual       float64     // of what is over of this time: the mean of the same weekdays before
	Counted     int64       // what was said in that
}

// Compare reads what a filter's moments are compared with on the pulse, at a time in
// the brand's zone.
func Compare(ctx context.Context, s *store.Store, b *brands.Snapshot, f Filter, at time.Time) (c Compared, err error) {
	n := counting{store: s, brand: b.ID, of: f.Part(b), period: f.between(at)}
	level, from, until := n.period.before()
	c.From, c.Until = from, until
	before, err := s.CountsByTime(ctx, n.counts(level, from, until))
	if err != nil {
		return c, err
	}
	for _, x := range before {
		c.Before.Add(x.Tally)
	}
	first, err := s.FirstCounted(ctx, b.ID)
	if err != nil {
		return c, err
	}
	now, err := s.CountsByTime(ctx, n.counts(n.period.level, n.period.from, n.period.until))
	if err != nil {
		return c, err
	}
	buckets := make([]store.Tally, len(n.period.starts))
	for _, x := range now {
		if i := n.period.index(x.Bucket); i >= 0 {
			buckets[i].Add(x.Tally)
		}
	}
	u, err := n.usual(ctx, first, buckets)
	c.Known, c.Usual, c.Counted = u.Known, u.SoFar, u.Counted
	return c, err
}
