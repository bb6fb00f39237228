package atlas

import (
	"context"
	"math"
	"time"

	"github.com/sayline/sayline/internal/brands"
)

// effectDays is how many days before and after something was done are compared,
// at most.
const effectDays = 30

// effect is how it felt at a touchpoint before something was done there and
// after, in two windows of equally many whole days of the brand's. The day on
// which it was done is in neither.
type effect struct {
	Days          int // of each window; 0 while no day is over
	Before, After felt
}

// enough says whether enough said a feeling in both windows to tell anything.
func (e effect) enough() bool { return e.Before.enough() && e.After.enough() }

// change is how much the mean rose, of 100, and half of the 95 % interval around
// that: 1.96 √(s₁²/n₁ + s₂²/n₂), with the standard deviations that [felt.half] takes.
func (e effect) change() (rose, half float64) {
	before, _ := e.Before.Of100()
	after, _ := e.After.Of100()
	return after - before, math.Hypot(e.Before.half(), e.After.half())
}

// daysSince is how many days are over since the day that a time is in, at most [effectDays].
func daysSince(done, now time.Time) int {
	today := dayAfter(now, 0)
	for days := range effectDays {
		if dayAfter(done, days+2).After(today) {
			return days
		}
	}
	return effectDays
}

// effects reads what came of what was done, window by window once for all.
type effects struct {
	atlas *Atlas
	brand *brands.Snapshot
	now   time.Time
	read  map[window]*picture
}

// window is some days up to one, exclusive.
type window struct {
	until time.Time
	days  int
}

func (a *Atlas) effects(b *brands.Snapshot) *effects {
	return &effects{atlas: a, brand: b, now: a.Now().In(b.Location()), read: map[window]*picture{}}
}

// of is what came of what was done at a touchpoint at a time, as far as it may be shown.
func (e *effects) of(ctx context.Context, touchpoint string, done time.Time) (effect, error) {
	done = done.In(e.brand.Location())
	out := effect{Days: daysSince(done, e.now)}
	if out.Days == 0 {
		return out, nil
	}
	before, err := e.picture(ctx, window{dayAfter(done, 0), out.Days})
	if err != nil {
		return out, err
	}
	after, err := e.picture(ctx, window{dayAfter(done, 1+out.Days), out.Days})
	if err != nil {
		return out, err
	}
	out.Before, out.After = before.at[touchpoint], after.at[touchpoint]
	return out, nil
}

func (e *effects) picture(ctx context.Context, w window) (*picture, error) {
	if p := e.read[w]; p != nil {
		return p, nil
	}
	p, err := e.atlas.readUntil(ctx, e.brand, w.until, w.days)
	e.read[w] = p
	return p, err
}
