package pulse

import (
	"context"

	"github.com/sayline/sayline/internal/store"
)

// clocksTile are the four clocks.
type clocksTile struct {
	Since  string // where they cover more than the page's period
	Clocks []clockTile
}

type clockTile struct {
	Name, Median, Nine, Slowest, Kept string
	N                                 int64
	Broken                            bool // less than nine in ten kept
}

// teamRow is a department: how much of what was said is its work, how that felt,
// and its four clocks.
type teamRow struct {
	facet
	ID     string
	N      string
	Score  string // of 100; "" where too few said
	Clocks []clockTile
}

// clockNames are the four clocks, in the order of a case's life.
var clockNames = []string{store.ClockReach, store.ClockSeen, store.ClockAcknowledge, store.ClockAnswer}

// clocks tells the four of all teams together, or of the one the page is about.
func (s *stage) clocks(ctx context.Context) error {
	b, from := s.board, s.period.hours()
	var err error
	if s.teamClocks, err = s.Store.Clocks(ctx, s.brand, from, s.period.until); err != nil {
		return err
	}
	switch {
	case s.Query.clear(ByTeam).Narrows():
		b.Clocks.Since = b.Say("pulse_clocks_all")
	case s.period.level == store.ByMinute:
		b.Clocks.Since = b.Say("pulse_clocks_since", "time", b.Clock(from))
	}
	for _, name := range clockNames {
		var all store.Clock
		for team, clocks := range s.teamClocks {
			if s.Query.Team == "" || s.Query.Team == team {
				all.Add(clocks[name])
			}
		}
		b.Clocks.Clocks = append(b.Clocks.Clocks, b.clock(name, all))
	}
	return nil
}

// teams tells of each team, in the brand's order.
func (s *stage) teams(ctx context.Context) error {
	b := s.board
	sums, err := s.by(ctx, ByTeam)
	if err != nil {
		return err
	}
	for _, t := range b.Brand.Teams {
		clocks, sum := s.teamClocks[t.ID], sums[t.ID]
		if clocks == nil && sum.N == 0 && t.ID != s.Query.Team {
			continue
		}
		row := teamRow{facet: b.Facet(ByTeam, t.ID), ID: t.ID, N: b.Num(sum.N)}
		if of100, ok := score(sum); ok {
			row.Score = b.Num(of100)
		}
		for _, name := range clockNames {
			row.Clocks = append(row.Clocks, b.clock(name, clocks[name]))
		}
		b.Teams = append(b.Teams, row)
	}
	return nil
}

func (b *board) clock(name string, c store.Clock) clockTile {
	t := clockTile{Name: b.Say("clock_" + name), N: c.N}
	if c.N > 0 {
		t.Median, t.Nine, t.Slowest = b.Took(c.Percentile(0.5)), b.Took(c.Percentile(0.9)), b.Took(c.Percentile(0.95))
		share := float64(c.Kept) / float64(c.N)
		t.Kept, t.Broken = b.Percent(share), share < keptWell
	}
	return t
}
