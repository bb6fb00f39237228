package brands

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/calendar"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/store"
)

// feed finds what the brand's calendars say, by their last good copies.
func (s *Snapshot) feed(ctx context.Context, from *store.Store, log *slog.Logger, now time.Time, calendars known) error {
	if len(s.Calendars) == 0 {
		return nil
	}
	copies, err := from.Calendars(ctx, s.ID)
	if err != nil {
		return err
	}
	s.Unfed = map[string][]calendar.Trouble{}
	for _, c := range copies {
		i := slices.IndexFunc(s.Calendars, func(x sayline.Calendar) bool { return x.ID == c.ID && x.URL == c.URL })
		if i < 0 || c.GoodAt.IsZero() {
			continue
		}
		said, err := calendars.match(s, s.Calendars[i], c.Body, now)
		if err != nil { // only what can be read is kept
			log.Error("a calendar's copy can't be read; it counts for nothing", "brand", s.ID, "calendar", c.ID, "err", err)
			continue
		}
		s.Fed, s.Unfed[c.ID] = append(s.Fed, said.fed...), said.troubles
	}
	return nil
}

// known is what calendars were found to say, by brand and calendar: an "I'm on"
// has a brand read again, and need not have them all read again.
type known map[string]said

// said holds for one copy, one version of the brand and one day.
type said struct {
	body     string
	version  int
	day      time.Time
	fed      []sayline.Fed
	troubles []calendar.Trouble
}

// match finds whose shifts a calendar's events are, from some weeks ago as far as
// a roster looks ahead.
func (k known) match(s *Snapshot, c sayline.Calendar, body string, now time.Time) (said, error) {
	key, day := s.ID+" "+c.ID, now.UTC().Truncate(24*time.Hour)
	if x, ok := k[key]; ok && x.version == s.Version && x.day.Equal(day) && x.body == body {
		return x, nil
	}
	x := said{body: body, version: s.Version, day: day}
	var err error
	if x.fed, x.troubles, err = calendar.Match(s.Config, s.Index, c, body, day.Add(-overridesBack), day.Add(duty.Horizon)); err != nil {
		return said{}, err
	}
	k[key] = x
	return x, nil
}
