package api

import (
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// figuresDoc is how much was said in a part of a time, and how it felt.
type figuresDoc struct {
	From   time.Time            `json:"from"`
	Until  time.Time            `json:"until"`
	Filter string               `json:"filter,omitempty"` // as an address of the pulse has it
	All    tallyDoc             `json:"all"`
	Groups []groupDoc           `json:"groups,omitempty"`
	Newest int                  `json:"newest_only,omitempty"` // only so many, the newest, were counted
	Clocks map[string]*clockDoc `json:"clocks"`                // of all cases in that time, whatever the filter

	Before   *beforeDoc   `json:"before"`
	Usual    *usualDoc    `json:"usual,omitempty"`    // where anything is usual yet
	Measures []measureDoc `json:"measures,omitempty"` // those that were asked for
}

// beforeDoc is the period before, as the pulse compares with it.
type beforeDoc struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	tallyDoc
}

// usualDoc is how much is usual in what is over of the time, and how much it was.
type usualDoc struct {
	Usual   float64 `json:"usual"`
	Moments int64   `json:"moments"`
}

// amountDoc is a number of a measure, with what it is made of.
type amountDoc struct {
	By          map[string]string `json:"by,omitempty"`
	Value       float64           `json:"value"`
	Numerator   float64           `json:"numerator,omitempty"`
	Denominator float64           `json:"denominator,omitempty"`
	Low         *float64          `json:"low,omitempty"` // 95 % sure
	High        *float64          `json:"high,omitempty"`
	Expected    *float64          `json:"expected,omitempty"`
	Against     string            `json:"against,omitempty"`
}

// measureDoc is a measure; value is absent where it can't be told.
type measureDoc struct {
	Name string `json:"name"`
	*amountDoc
	Rows []amountDoc `json:"rows,omitempty"`
}

func amount(a pulse.Amount) amountDoc {
	return amountDoc{a.By, a.Value, a.K, a.N, a.Low, a.High, a.Expected, a.Against}
}

type tallyDoc struct {
	Moments  int64    `json:"moments"`
	Feelings [5]int64 `json:"feelings"`         // from awful to wonderful
	Of100    *float64 `json:"of_100,omitempty"` // where five said how they felt
}

// groupDoc is a part of them, by what it was asked to be told apart by.
type groupDoc struct {
	By map[string]string `json:"by"`
	tallyDoc
}

type clockDoc struct {
	N       int64   `json:"n"`
	Kept    int64   `json:"kept"`
	Median  float64 `json:"median_s"`
	Slowest float64 `json:"slowest_5_percent_s"`
}

const fewest = 5 // who must have felt something before a mean of it is told

func tally(t store.Tally) tallyDoc {
	d := tallyDoc{Moments: t.N, Feelings: [5]int64(t.Feelings[1:])}
	if mean, _ := t.Of100(); t.Felt() >= fewest {
		d.Of100 = &mean
	}
	return d
}

// facet is something figures can be told apart by.
type facet struct {
	name  string
	split func(*store.Split) *bool
	of    func(*store.Counted) string
}

var facets = []facet{
	{"time", func(s *store.Split) *bool { return &s.Time }, func(c *store.Counted) string { return c.Bucket.UTC().Format(time.RFC3339) }},
	{"touchpoint", func(s *store.Split) *bool { return &s.Touchpoint }, func(c *store.Counted) string { return c.Touchpoint }},
	{"topic", func(s *store.Split) *bool { return &s.Topic }, func(c *store.Counted) string { return c.Topic }},
	{"place", func(s *store.Split) *bool { return &s.Place }, func(c *store.Counted) string { return c.Place }},
	{"audience", func(s *store.Split) *bool { return &s.Audience }, func(c *store.Counted) string { return c.Audience }},
	{"kind", func(s *store.Split) *bool { return &s.Kind }, func(c *store.Counted) string { return c.Kind }},
	{"team", func(s *store.Split) *bool { return &s.Team }, func(c *store.Counted) string { return c.Team }},
	{"source", func(s *store.Split) *bool { return &s.Source }, func(c *store.Counted) string { return c.Source }},
	{"lang", func(s *store.Split) *bool { return &s.Lang }, func(c *store.Counted) string { return c.Lang }},
}

const mostApart = 2 // facets at once

// figures counts the filter's part of what was said in public, told apart by at
// most two of its facets.
func (a *API) figures(c *call) error {
	f, err := c.filter("by", "measures")
	if err != nil {
		return err
	}
	names, err := c.measures()
	if err != nil {
		return err
	}
	apart := c.r.URL.Query()["by"]
	if len(apart) == 1 {
		apart = strings.FieldsFunc(apart[0], func(r rune) bool { return r == ',' })
	}
	var split store.Split
	for _, by := range apart {
		i := slices.IndexFunc(facets, func(x facet) bool { return x.name == by })
		if i < 0 || len(apart) > mostApart {
			return fault("by", "expected one or two of time, touchpoint, topic, place, audience, kind, team, source, lang")
		}
		*facets[i].split(&split) = true
	}
	q := store.CountsQuery{Brand: c.brand.ID, Zone: c.brand.Location(), Of: f.Part(c.brand)}
	q.From, q.Until, q.Level = f.Span(a.Now().In(q.Zone))
	d := &figuresDoc{From: q.From, Until: q.Until, Filter: strings.TrimPrefix(f.String(), "?"), Clocks: map[string]*clockDoc{}}
	all, err := a.Store.Counts(c.r.Context(), q, store.Split{})
	if err != nil {
		return err
	}
	var sum store.Tally
	for _, x := range all.List {
		sum.Add(x.Tally)
	}
	d.All, d.Newest = tally(sum), all.Newest
	if len(apart) > 0 {
		groups, err := a.Store.Counts(c.r.Context(), q, split)
		if err != nil {
			return err
		}
		for i := range groups.List {
			g := groupDoc{By: map[string]string{}, tallyDoc: tally(groups.List[i].Tally)}
			for _, facet := range facets {
				if *facet.split(&split) {
					g.By[facet.name] = facet.of(&groups.List[i])
				}
			}
			d.Groups = append(d.Groups, g)
		}
	}
	if err := a.clocks(c, q, d); err != nil {
		return err
	}
	if err := a.compare(c, f, d, names); err != nil {
		return err
	}
	web.SendTagged(c.w, c.r, "application/json", web.JSON(d))
	return nil
}

// measures are the names of those that are asked for: all of them, or some.
func (c *call) measures() (names []string, err error) {
	for _, list := range c.r.URL.Query()["measures"] {
		for name := range strings.SplitSeq(list, ",") {
			switch {
			case name == "all":
				names = append(names, pulse.Names()...)
			case slices.Contains(pulse.Names(), name):
				names = append(names, name)
			default:
				return nil, fault("measures", "expected all, or some of "+strings.Join(pulse.Names(), ", "))
			}
		}
	}
	return names, nil
}

// compare adds the period before, what is usual and the measures that are asked for.
func (a *API) compare(c *call, f pulse.Filter, d *figuresDoc, names []string) error {
	at := a.Now().In(c.brand.Location())
	with, err := pulse.Compare(c.r.Context(), a.Store, c.brand, f, at)
	if err != nil {
		return err
	}
	d.Before = &beforeDoc{with.From, with.Until, tally(with.Before)}
	if with.Known {
		d.Usual = &usualDoc{with.Usual, with.Counted}
	}
	if len(names) == 0 {
		return nil
	}
	list, err := pulse.Figures(c.r.Context(), a.Store, c.brand, f, at, names)
	for _, x := range list {
		m := measureDoc{Name: x.Name}
		if !x.None {
			whole := amount(x.Amount)
			m.amountDoc = &whole
		}
		for _, row := range x.Rows {
			m.Rows = append(m.Rows, amount(row))
		}
		d.Measures = append(d.Measures, m)
	}
	return err
}

// clocks adds the four clocks of the public cases of that time.
func (a *API) clocks(c *call, q store.CountsQuery, d *figuresDoc) error {
	from := time.UnixMicro(store.HourStart(q.From, q.Zone)) // they know only whole hours
	teams, err := a.Store.Clocks(c.r.Context(), c.brand.ID, from, q.Until)
	sums := map[string]store.Clock{}
	for _, clocks := range teams {
		for name, x := range clocks {
			sum := sums[name]
			sum.Add(x)
			sums[name] = sum
		}
	}
	for name, x := range sums {
		d.Clocks[name] = &clockDoc{x.N, x.Kept, x.Percentile(0.5).Seconds(), x.Percentile(0.95).Seconds()}
	}
	return err
}
