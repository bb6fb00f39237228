package store

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/testkit"
)

// forget lets go of what is in memory, as a start does.
func (c *counting) forget() {
	c.cubes.byKey, c.cubes.cells = nil, 0
	c.clocks.byBrand = nil
}

// must ends the test on an error.
func (c *counting) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// row reads one number.
func (c *counting) row(text string) (n int) {
	c.t.Helper()
	c.must(c.readers.QueryRowContext(context.Background(), text).Scan(&n))
	return n
}

// TestPacksAreTrue: on both engines, however often hours, days and clocks are packed
// while some come late, are taken back or handed over, a process that starts reads what
// a slow recount gives.
func TestPacksAreTrue(t *testing.T) {
	readsEngines(t, func(t *testing.T, h *readsHouse) {
		ctx, c := context.Background(), newCounting(t, h, 16)
		stale := 0
		for range testkit.Size(5, 10) {
			c.live(40, 5*time.Hour)
			c.shape(ctx)
			for _, id := range sortedIDs(c.said) {
				if c.dice.IntN(15) == 0 {
					c.erase(ctx, c.said[id])
				}
			}
			c.must(h.update(ctx, "sparkle", byMachine, func(tx *Tx) error {
				tx.now = c.now.Add(-time.Duration(c.dice.IntN(15*24)) * time.Hour)
				tx.countClock(&sayline.Case{Brand: "sparkle", Team: c.pick("yard", "quality")}, c.pick(ClockSeen, ClockAnswer), time.Duration(c.dice.Int64N(int64(time.Hour))), c.dice.IntN(2) == 0, c.zone)
				return nil
			}))
			stale += c.row("SELECT COUNT(*) FROM count_pack p JOIN count_mark m ON m.brand_id = p.brand_id AND m.width = p.width AND m.bucket = p.bucket WHERE m.n <> p.mark")
			for range 20 {
				c.forget()
				q := c.days()
				q.Of, q.Level = Part{Audiences: []string{"customer", "vendor"}}, []Level{ByHour, ByDay}[c.dice.IntN(2)]
				by := Split{Time: true, Touchpoint: true, Audience: true, Topic: true, Team: true, Kind: true, Lang: true}
				got, err := h.Counts(ctx, q, by)
				c.must(err)
				c.same(q, by, got.List)
				clocks, err := h.Clocks(ctx, "sparkle", q.From, q.Until)
				c.must(err)
				if want := c.slowClocks(q.From, q.Until); !reflect.DeepEqual(clocks, want) {
					t.Fatalf("the clocks are %v, true is %v", clocks, want)
				}
			}
			c.must(h.PackCounts(ctx, "sparkle"))
		}
		if stale == 0 {
			t.Error("nothing ever changed what was packed: this test sees too little")
		}
	})
}

// TestPacksAreRead: what is over is read from its pack and from nothing else, until
// something is counted in again; what is not over, or packed in another form, is read
// row by row.
func TestPacksAreRead(t *testing.T) {
	readsEngines(t, func(t *testing.T, h *readsHouse) {
		ctx, c := context.Background(), newCounting(t, h, 17)
		c.live(120, 3*time.Hour)
		c.now = c.now.AddDate(0, 0, 3)
		sum := func(level Level) (n int64) {
			c.forget()
			got, err := h.Counts(ctx, CountsQuery{Brand: "sparkle", Level: level, From: c.now.AddDate(0, 0, -35), Until: c.now.AddDate(0, 0, 1), Zone: c.zone, Of: Part{Audiences: []string{"customer", "vendor"}}}, Split{})
			c.must(err)
			for _, x := range got.List {
				n += x.N
			}
			return n
		}
		all := sum(ByDay)
		c.must(h.PackCounts(ctx, "sparkle"))
		if marks, packs := c.row("SELECT COUNT(*) FROM count_mark"), c.row("SELECT COUNT(*) FROM count_pack"); packs != marks || all == 0 {
			t.Fatalf("of %d buckets that are over %d are packed", marks, packs)
		}
		change := func(text string, args ...any) {
			c.must(h.update(ctx, "sparkle", byMachine, func(tx *Tx) error {
				_, err := tx.exec(text, args...)
				return err
			}))
		}
		change("DELETE FROM count_hour")
		change("DELETE FROM count_day")
		if hours, days := sum(ByHour), sum(ByDay); hours != all || days != all {
			t.Fatalf("the packs have %d and %d, said were %d", hours, days, all)
		}
		c.now = c.now.Add(time.Hour)
		one := sayline.Moment{Brand: "sparkle", Zone: c.zone.String(), Feeling: 1, Kind: "problem", Audience: "customer", Context: sayline.Context{Touchpoint: "k1"}, Decision: sayline.Decision{Team: "yard"}}
		c.say(one)
		if days := sum(ByDay); days != all+1 {
			t.Errorf("with one of today there are %d, want %d", days, all+1)
		}
		c.must(h.PackCounts(ctx, "sparkle"))
		if today := c.row(fmt.Sprint("SELECT COUNT(*) FROM count_pack WHERE width = ", widthDay, " AND bucket = ", DayStart(c.now, c.zone))); today != 0 {
			t.Error("today is packed, and is not over")
		}
		change("UPDATE count_pack SET cells = $1", []byte{packForm*2 + 2, 0, 0})
		if days := sum(ByDay); days != 1 {
			t.Errorf("of packs in another form and one row there are %d", days)
		}
	})
}

// TestBrokenPacksAreRefused: no pack that is cut off or changed is taken for cells it
// has not, and none ends the process.
func TestBrokenPacksAreRefused(t *testing.T) {
	c := newCube()
	c.keep(1, &bucketCells{cells: []countCell{{c.profile([]byte("k1\x1fmadrid\x1fcustomer\x1fproblem\x1f\x1fyard\x1fqr\x1fes")), [6]int32{3, 1, -2, 0, 0, 300}}, {c.profile([]byte("a\x1fb")), [6]int32{1}}}})
	whole := c.pack(1)
	other := newCube()
	other.word("valencia") // its numbers are others
	cells, ok := other.unpack(whole)
	if !ok || len(cells) != 2 || cells[0].n != [6]int32{3, 1, -2, 0, 0, 300} || other.profiles[cells[0].profile] != c.profiles[0] || other.profiles[cells[1].profile] != (facets{}) {
		t.Fatalf("unpacked are %v of %v, %v", cells, other.profiles, ok)
	}
	for n := range whole {
		if _, ok := other.unpack(whole[:n]); ok {
			t.Errorf("%d of %d bytes are taken for a pack", n, len(whole))
		}
		newBrandClocks().unpack(0, whole[:n]) // ends nothing
	}
	if _, ok := other.unpack(append(whole, 0)); ok {
		t.Error("more than a pack is taken for one")
	}
}
