package intake

import (
	"context"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
)

// Told is what the first screen tells of the last moment said there and what
// was done about it: a topic, or words whose author agreed to have them shown.
type Told struct {
	Topic  string
	Text   string // "" unless the author agreed
	Status string
	At     time.Time
	Took   time.Duration // until it was answered or resolved; 0 when it was not
}

// toldCache keeps what is told for a minute: a screen opened a thousand times
// reads it once.
type toldCache struct {
	mu sync.Mutex
	by map[watchKey]toldEntry
}

type toldEntry struct {
	told  *Told
	until time.Time
}

const (
	toldFor  = time.Minute
	toldMost = 10_000 // entries; more than that, and the cache starts anew
	toldLook = 20     // moments looked at
)

func newToldCache() *toldCache { return &toldCache{by: map[watchKey]toldEntry{}} }

// LastSaid is what was last said at a touchpoint, preferring what something was
// done about; nil when there is nothing to tell.
func (d *Door) LastSaid(ctx context.Context, b *brands.Snapshot, touchpoint string) (*Told, error) {
	k, now := watchKey{b.ID, touchpoint}, d.now()
	d.told.mu.Lock()
	e, ok := d.told.by[k]
	d.told.mu.Unlock()
	if ok && now.Before(e.until) {
		return e.told, nil
	}
	told, err := d.lastSaid(ctx, b, touchpoint)
	if err != nil {
		return nil, err
	}
	d.told.mu.Lock()
	defer d.told.mu.Unlock()
	if len(d.told.by) >= toldMost {
		clear(d.told.by)
	}
	d.told.by[k] = toldEntry{told, now.Add(toldFor)}
	return told, nil
}

func (d *Door) lastSaid(ctx context.Context, b *brands.Snapshot, touchpoint string) (*Told, error) {
	t := b.Index.Touchpoint(touchpoint)
	if t == nil || t.Lane != "" {
		return nil, nil
	}
	list, err := d.store.LastAt(ctx, b.ID, touchpoint, toldLook)
	if err != nil {
		return nil, err
	}
	var newest *Told
	for _, m := range list {
		told, err := d.tell(ctx, b, m)
		switch {
		case err != nil:
			return nil, err
		case told == nil:
		case told.Took > 0:
			return told, nil
		case newest == nil:
			newest = told
		}
	}
	return newest, nil
}

func (d *Door) tell(ctx context.Context, b *brands.Snapshot, m *sayline.Moment) (*Told, error) {
	told := &Told{Topic: m.Topic, At: m.ReceivedAt}
	if m.Publish {
		told.Text = m.Text
	}
	if b.Index.Topic(m.Topic) == nil && told.Text == "" {
		return nil, nil
	}
	if m.Case == "" {
		return told, nil
	}
	c, err := d.store.Case(ctx, b.ID, m.Case)
	if err != nil {
		return nil, err
	}
	r := &Receipt{Moment: *m, Case: c}
	told.Status = status(r)
	done := c.ResolvedAt
	if done.IsZero() {
		done = c.AnsweredAt
	}
	if told.Status == "" || done.IsZero() {
		return told, nil
	}
	if c.State != sayline.CaseResolved {
		told.Status = sayline.StatusAnswered
	}
	told.Took = max(done.Sub(m.ReceivedAt), time.Second)
	return told, nil
}
