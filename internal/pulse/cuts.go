package pulse

import (
	"cmp"
	"context"
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// cutTile is what was said, told apart by one facet: what it is about, who speaks,
// where, how they came.
type cutTile struct {
	By    string // the filter's member
	Title string
	Rows  []cutRow
	Since string // the time it is told of, where that is more than the page's
}

// cutRow is one value of it.
type cutRow struct {
	facet
	N    string
	Wide string // of its bar, of 100
}

// mostCut is how many values of a facet are shown, besides those chosen.
const mostCut = 6

// cutBy are the facets a page is cut by, in the order it shows them.
var cutBy = []string{ByTopic, ByKind, ByAudience, ByPlace, BySource, ByLang}

// splitBy says what the store tells apart for a facet, and reads it of an answer.
var splitBy = map[string]struct {
	split store.Split
	of    func(*store.Counted) string
}{
	ByTopic:    {store.Split{Topic: true}, func(c *store.Counted) string { return c.Topic }},
	ByKind:     {store.Split{Kind: true}, func(c *store.Counted) string { return c.Kind }},
	ByAudience: {store.Split{Audience: true}, func(c *store.Counted) string { return c.Audience }},
	ByPlace:    {store.Split{Place: true}, func(c *store.Counted) string { return c.Place }},
	BySource:   {store.Split{Source: true}, func(c *store.Counted) string { return c.Source }},
	ByLang:     {store.Split{Lang: true}, func(c *store.Counted) string { return c.Lang }},
	ByTeam:     {store.Split{Team: true}, func(c *store.Counted) string { return c.Team }},
}

// by adds up what was said in the page's time by one facet. What the page is
// narrowed to in that facet itself is let go of, so that another value of it can
// be chosen beside.
func (s *stage) by(ctx context.Context, name string) (map[string]store.Tally, error) {
	q := s.topicCounts()
	q.Of = s.Query.clear(name).Part(s.board.Brand)
	counted, err := s.Store.Counts(ctx, q, splitBy[name].split)
	if err != nil {
		return nil, err
	}
	sums := map[string]store.Tally{}
	for i := range counted.List {
		c := &counted.List[i]
		sum := sums[splitBy[name].of(c)]
		sum.Add(c.Tally)
		sums[splitBy[name].of(c)] = sum
	}
	return sums, nil
}

func (s *stage) cuts(ctx context.Context) error {
	b := s.board
	for _, name := range cutBy {
		sums, err := s.by(ctx, name)
		if err != nil {
			return err
		}
		if name == ByPlace {
			sums = s.below(sums)
		}
		c := cutTile{By: name, Title: b.Say("pulse_by_" + name)}
		if s.period.level == store.ByMinute {
			c.Since = b.Say("pulse_clocks_since", "time", b.Clock(s.period.hours()))
		}
		if c.Rows = b.cutRows(name, sums); len(c.Rows) > 1 || len(s.Query.Chosen(name)) > 0 {
			b.Cuts = append(b.Cuts, c)
		}
	}
	return nil
}

// cutRows are a facet's values, most said first.
func (b *board) cutRows(name string, sums map[string]store.Tally) []cutRow {
	var values []string
	for v := range sums {
		if v != "" && (name != ByTopic || b.topic(v) != nil) {
			values = append(values, v)
		}
	}
	slices.SortFunc(values, func(x, y string) int { return cmp.Or(cmp.Compare(sums[y].N, sums[x].N), cmp.Compare(x, y)) })
	var rows []cutRow
	for i, v := range values {
		if chosen := slices.Contains(b.Query.Chosen(name), v); i < mostCut || chosen {
			rows = append(rows, cutRow{b.Facet(name, v), b.Num(sums[v].N), num(100 * float64(sums[v].N) / float64(max(1, sums[values[0]].N)))})
		}
	}
	return rows
}

// below adds places up under those a person would go to next: the ones right
// under the place looked at, or where all is under one, right under that.
func (s *stage) below(sums map[string]store.Tally) map[string]store.Tally {
	ix := s.board.Brand.Index
	level, at := sums, s.Query.Place
	for range 8 { // no tree of places is deeper that people find their way in
		level = map[string]store.Tally{}
		for id, t := range sums {
			up := ix.Ancestors(id)
			i := slices.IndexFunc(up, func(p *sayline.Place) bool { return p.ID == at })
			if at == "" {
				i = len(up)
			}
			if i < 0 || len(up) == 0 {
				continue
			}
			key := up[max(0, i-1)].ID
			sum := level[key]
			sum.Add(t)
			level[key] = sum
		}
		if len(level) != 1 {
			break
		}
		next := at
		for id := range level {
			next = id
		}
		if next == at {
			break
		}
		at = next
	}
	return level
}
