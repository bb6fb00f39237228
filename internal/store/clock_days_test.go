package store

import (
	"context"
	"database/sql"
	"reflect"
	"testing"
	"time"

	"github.com/sayline/sayline"
)

// TestClocksInMemoryAreTrue: whatever was counted since, in any part of any days,
// what is kept in memory gives what the rows add up to; a lane's are no part of it.
func TestClocksInMemoryAreTrue(t *testing.T) {
	readsEngines(t, func(t *testing.T, h *readsHouse) {
		ctx, c := context.Background(), newCounting(t, h, 14)
		began := c.now
		for range 12 {
			if err := h.update(ctx, "sparkle", byMachine, func(tx *Tx) error {
				for range 1 + c.dice.IntN(20) {
					at := began.Add(time.Duration(c.dice.Int64N(int64(9 * 24 * time.Hour))))
					tx.countOutcome("sparkle", c.pick("", "", "", "staff"), c.pick("yard", "quality"), c.pick(ClockSolved, ClockResolved), at, 1, int64(c.dice.IntN(2)))
					tx.now = at
					tx.countClock(&sayline.Case{Brand: "sparkle", Team: c.pick("yard", "quality")}, c.pick(ClockSeen, ClockAnswer), time.Duration(c.dice.Int64N(int64(time.Hour))), c.dice.IntN(2) == 0, c.zone)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			for range 6 {
				from := began.Add(time.Duration(c.dice.IntN(9*24)) * time.Hour)
				until := from.Add(time.Duration(c.dice.IntN(7*24)) * time.Hour)
				got, err := h.Clocks(ctx, "sparkle", from, until)
				if err != nil {
					t.Fatal(err)
				}
				if want := c.slowClocks(from, until); !reflect.DeepEqual(got, want) {
					t.Fatalf("from %s until %s: in memory %v, in rows %v", from, until, got, want)
				}
			}
		}
	})
}

// TestClocksOfManyBrandsAreBounded: together they are never more than is promised; who
// is looked at is kept.
func TestClocksOfManyBrandsAreBounded(t *testing.T) {
	cs := new(clockDays)
	for _, x := range []struct {
		brand string
		cells int
		kept  int // brands
	}{{"a", mostClockCells / 2, 1}, {"b", mostClockCells / 4, 2}, {"c", mostClockCells / 4, 3}, {"b", mostClockCells/4 + 1, 1}, {"a", 0, 2}, {"b", mostClockCells + 1, 1}} {
		c := cs.of(x.brand)
		cs.keep(x.brand, x.cells)
		if len(cs.byBrand) != x.kept || len(cs.kept) != x.kept || cs.byBrand[x.brand] != c {
			t.Fatalf("after %d cells of %s: %d brands, %v", x.cells, x.brand, len(cs.byBrand), cs.kept)
		}
	}
}

// slowClocks adds the rows up one by one.
func (c *counting) slowClocks(from, until time.Time) map[string]map[string]Clock {
	rows, err := c.readers.QueryContext(context.Background(), "SELECT lane, bucket, team, clock, bin, n, kept FROM count_clock")
	if err != nil {
		c.t.Fatal(err)
	}
	want := map[string]map[string]Clock{}
	if err := eachRow(rows, func(r *sql.Rows) error {
		var lane, team, clock string
		var bucket, n, kept int64
		var bin int
		if err := r.Scan(&lane, &bucket, &team, &clock, &bin, &n, &kept); err != nil || lane != "" || bucket < from.UnixMicro() || bucket >= until.UnixMicro() {
			return err
		}
		if want[team] == nil {
			want[team] = map[string]Clock{}
		}
		one := want[team][clock]
		one.Add(Clock{map[int]int64{bin: n}, n, kept})
		want[team][clock] = one
		return nil
	}); err != nil {
		c.t.Fatal(err)
	}
	return want
}

// TestClocksRunAsPromisesDo: where a brand's promise stands still, so do its clocks;
// another brand's run on.
func TestClocksRunAsPromisesDo(t *testing.T) {
	readsEngines(t, func(t *testing.T, h *readsHouse) {
		ctx, c := context.Background(), newCounting(t, h, 15)
		h.runs = func(brand string) func(*sayline.Moment, time.Time, time.Time) time.Duration {
			return func(m *sayline.Moment, from, until time.Time) time.Duration {
				if m.Context.Touchpoint != "k1" {
					return until.Sub(from)
				}
				return until.Sub(from) - 9*time.Hour // the night
			}
		}
		for touchpoint, want := range map[string]time.Duration{"k1": time.Hour, "k2": 10 * time.Hour} {
			m := c.say(sayline.Moment{Brand: "sparkle", Zone: c.zone.String(), Feeling: 1, Kind: "problem", Audience: "customer", Context: sayline.Context{Touchpoint: touchpoint},
				Decision: sayline.Decision{Team: touchpoint, Urgency: sayline.Normal, Within: 2 * time.Hour, Answer: 2 * time.Hour, OpensCase: true, GroupKey: touchpoint}})
			began := c.now
			c.now = c.now.Add(10 * time.Hour)
			if err := h.Acknowledge(ctx, Act{Brand: "sparkle", Case: m.Case, Person: "lucia", Way: "desk", Zone: c.zone}, 0); err != nil {
				t.Fatal(err)
			}
			teams, err := h.Clocks(ctx, "sparkle", began.Truncate(time.Hour), c.now.Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			for _, clock := range []string{ClockReach, ClockSeen, ClockAcknowledge} {
				if got := teams[touchpoint][clock].Bins; len(got) != 1 || got[ClockBin(want)] != 1 {
					t.Errorf("at %s the clock %s stands at %v, want one of %s", touchpoint, clock, got, want)
				}
			}
		}
	})
}
