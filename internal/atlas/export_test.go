package atlas

import (
	"context"
	"time"

	"github.com/sayline/sayline/internal/brands"
)

// Came is what came of something done at a touchpoint: the days of each window,
// the faces before and after, and the change with half of its interval.
func (a *Atlas) Came(ctx context.Context, b *brands.Snapshot, touchpoint string, done time.Time) (days int, before, after [6]int64, rose, half float64, err error) {
	e, err := a.effects(b).of(ctx, touchpoint, done)
	rose, half = e.change()
	return e.Days, e.Before.Feelings, e.After.Feelings, rose, half, err
}
