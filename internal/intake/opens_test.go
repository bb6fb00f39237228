package intake_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/store"
)

// TestOpens: openings are written a minute at a time; never those of a lane or of a
// small audience; and a machine that opens one screen without end counts for no crowd.
func TestOpens(t *testing.T) {
	onBoth(t, func(e *entrance) {
		opens := intake.NewOpens(e.store, e.clock.Now, slog.New(slog.DiscardHandler))
		shelf, dock := &sayline.Touchpoint{ID: "k7f3"}, &sayline.Touchpoint{ID: "dock", Audiences: []string{"vendor", "employee"}}
		utc := func(string) *time.Location { return time.UTC }
		count := func() map[string]int64 {
			day := e.clock.Now().Truncate(24 * time.Hour)
			n, err := e.store.OpenedAt(e.ctx(), e.brand.ID, store.ByDay, day, day.AddDate(0, 0, 1))
			e.must(err)
			return n
		}
		for range 3 {
			opens.Count(e.brand, shelf)
			opens.Count(e.brand, dock)
			opens.Count(e.brand, &sayline.Touchpoint{ID: "locker", Lane: "people"})
		}
		opens.Write(e.ctx(), utc, e.clock.Now().Truncate(time.Minute))
		if n := count(); len(n) != 0 {
			e.Errorf("within the minute %v were written", n)
		}
		e.clock.Move(time.Minute)
		for range 1000 {
			opens.Count(e.brand, shelf)
		}
		e.clock.Move(time.Minute)
		for range 2 { // once is enough
			opens.Write(e.ctx(), utc, e.clock.Now().Truncate(time.Minute))
		}
		if n := count(); len(n) != 1 || n["k7f3"] != 3+120 {
			e.Errorf("counted are %v", n)
		}
	})
}
