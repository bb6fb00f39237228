package live

import (
	"testing"

	"github.com/sayline/sayline"
	"pgregory.net/rapid"
)

// However a brand's events come, in which batches, twice or too early, they are
// given once each, in the order of their numbers, from the start on.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const last = 40
		start := rapid.Int64Range(0, last).Draw(t, "start")
		coming := rapid.Permutation(run("sparkle", 1, last)).Draw(t, "coming")
		for range rapid.IntRange(0, 10).Draw(t, "repeated") {
			coming = append(coming, event("sparkle", rapid.Int64Range(1, last).Draw(t, "again")))
		}
		startsAt := rapid.IntRange(0, len(coming)).Draw(t, "whole comes after")
		var o order
		at := start
		given := func(events []sayline.Event) {
			for _, e := range events {
				if at++; e.Seq != at {
					t.Fatalf("%d given, want %d", e.Seq, at)
				}
			}
		}
		for i := 0; i < len(coming); {
			n := min(rapid.IntRange(1, 8).Draw(t, "batch"), len(coming)-i)
			if !o.known && i+n > startsAt {
				given(o.start(start))
			}
			given(o.take(coming[i : i+n]))
			i += n
		}
		if !o.known {
			given(o.start(start))
		}
		if at != last || o.gap() {
			t.Fatalf("given up to %d, held %v", at, o.held)
		}
	})
}

func TestOrderSeesAGap(t *testing.T) {
	var o order
	o.start(10)
	if got := o.take(run("sparkle", 12, 13)); got != nil || !o.gap() || o.lost() {
		t.Errorf("12 and 13 before 11: %v, gap %v", got, o.gap())
	}
	if got := o.take(run("sparkle", 11, 11)); len(got) != 3 || o.gap() {
		t.Errorf("then 11: %v, gap %v", got, o.gap())
	}
	if got := o.take(run("sparkle", 9, 13)); got != nil || o.gap() {
		t.Errorf("all of them again: %v", got)
	}
	if o.take(run("sparkle", 15, 15+maxHeld)); !o.lost() {
		t.Error("too many wait, and it is not lost")
	}
}

// A feed of single moments sees some numbers only: none waits for another.
func TestOrderOfAPart(t *testing.T) {
	o := order{partial: true}
	if got := o.take(run("sparkle", 5, 5)); got != nil {
		t.Errorf("before the start: %v", got)
	}
	if got := o.start(4); len(got) != 1 || got[0].Seq != 5 {
		t.Errorf("at the start: %v", got)
	}
	for _, seq := range []int64{9, 7, 8} {
		if got := o.take(run("sparkle", seq, seq)); len(got) != 1 || got[0].Seq != seq || o.gap() {
			t.Errorf("%d: %v", seq, got)
		}
	}
	if got := o.take(run("sparkle", 3, 4)); len(got) != 0 {
		t.Errorf("what the whole had: %v", got)
	}
}
