package atlas

import (
	"context"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

// picture is what was felt at every touchpoint in a period, as it may be shown.
type picture struct {
	at    map[string]felt
	brand felt // of all that was said in the open, wherever
}

// read reads a brand's picture of the last so many days, today's included. What
// it costs depends on how many touchpoints and days there are, not on how much
// was said.
func (a *Atlas) read(ctx context.Context, b *brands.Snapshot, days int) (*picture, error) {
	until := dayAfter(a.Now().In(b.Location()), 1)
	return a.readUntil(ctx, b, until, days)
}

func (a *Atlas) readUntil(ctx context.Context, b *brands.Snapshot, until time.Time, days int) (*picture, error) {
	return pictureOf(ctx, a.Store, b, until, days)
}

func pictureOf(ctx context.Context, s *store.Store, b *brands.Snapshot, until time.Time, days int) (*picture, error) {
	q := store.CountsQuery{Brand: b.ID, Level: store.ByDay, From: dayAfter(until, -days), Until: until, Of: store.Part{Guarded: b.Guarded()}}
	said, err := s.CountsByTouchpoint(ctx, q)
	if err != nil {
		return nil, err
	}
	p := &picture{at: map[string]felt{}}
	for _, c := range said {
		p.at[c.Touchpoint] = felt{Tally: c.Tally}
		p.brand.Add(c.Tally)
	}
	chosen, err := s.CountsByTopicAndTouchpoint(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, c := range chosen {
		f := p.at[c.Touchpoint]
		t := b.Index.Touchpoint(c.Touchpoint)
		if t == nil {
			continue
		}
		f.Chosen += c.N
		switch c.Topic {
		case t.FeelingTopic:
			f.Meant += c.N
		case t.OppositeTopic:
			f.Opposite += c.N
		}
		p.at[c.Touchpoint] = f
	}
	small := b.Guarded()
	for id, f := range p.at {
		if t := b.Index.Touchpoint(id); t != nil {
			p.at[id] = f.guarded(t, small)
		}
	}
	return p, nil
}

// dayAfter is the start of the day some days after the one that t is in, in t's zone.
func dayAfter(t time.Time, days int) time.Time {
	y, m, d := t.Date()
	noon := time.Date(y, m, d+days, 12, 0, 0, 0, t.Location())
	return time.UnixMicro(store.DayStart(noon, t.Location())).In(t.Location())
}

// sees says whether a touchpoint is on somebody's map: one of a private lane is
// only on that of those who see the lane or set up the brand.
func sees(v *auth.Viewer, t *sayline.Touchpoint) bool {
	return v.SeesLane(t.Lane) || v.MaySetUp()
}
