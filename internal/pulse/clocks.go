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
	Name, Median, Slowest, Kept string
	N                           int64
	Broken                      bool // less than nine in ten kept
}

// teamRow is the four clocks of one team.
type teamRow struct {
	ID, Name string
	Clocks   []clockTile
}

// clockNames are the four clocks, in the order of a case's life.
var clockNames = []string{store.ClockReach, store.ClockSeen, store.ClockAcknowledge, store.ClockAnswer}

// clocks tells the four of all teams together, and of each.
func (s *stage) clocks(ctx context.Context) error {
	b, from := s.board, s.period.hours()
	teams, err := s.Store.Clocks(ctx, s.brand, from, s.period.until)
	if err != nil {
		return err
	}
	switch {
	case s.Query.Touchpoint != "":
		b.Clocks.Since = b.Say("pulse_clocks_all")
	case s.Query.Period == now:
		b.Clocks.Since = b.Say("pulse_clocks_since", "time", b.Clock(from))
	}
	for _, name := range clockNames {
		var all store.Clock
		for _, clocks := range teams {
			all.Add(clocks[name])
		}
		b.Clocks.Clocks = append(b.Clocks.Clocks, b.clock(name, all))
	}
	for _, t := range b.Brand.Teams {
		if teams[t.ID] == nil {
			continue
		}
		row := teamRow{ID: t.ID, Name: b.Names.Team(t.ID, "")}
		for _, name := range clockNames {
			row.Clocks = append(row.Clocks, b.clock(name, teams[t.ID][name]))
		}
		b.Teams = append(b.Teams, row)
	}
	return nil
}

func (b *board) clock(name string, c store.Clock) clockTile {
	t := clockTile{Name: b.Say("clock_" + name), N: c.N}
	if c.N > 0 {
		t.Median, t.Slowest = b.Took(c.Percentile(0.5)), b.Took(c.Percentile(0.95))
		share := float64(c.Kept) / float64(c.N)
		t.Kept, t.Broken = b.Percent(share), share < keptWell
	}
	return t
}
