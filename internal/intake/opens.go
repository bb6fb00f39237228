package intake

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

const (
	openedEvery = 10 * time.Second // between writes
	mostOpened  = 120              // of one touchpoint in a minute: more is no crowd but a machine
)

// Opens counts how often each touchpoint's screen was opened: a number by
// touchpoint and minute, gathered here and written every ten seconds, beside the
// accepts. Nothing of who opened it is known here.
type Opens struct {
	store *store.Store
	now   func() time.Time
	log   *slog.Logger

	mu sync.Mutex
	n  map[opening]int64
}

type opening struct {
	brand, touchpoint string
	minute            time.Time
}

// NewOpens begins to count; [Opens.Run] writes.
func NewOpens(s *store.Store, now func() time.Time, log *slog.Logger) *Opens {
	return &Opens{store: s, now: now, log: log, n: map[opening]int64{}}
}

// Count adds one. What is private, or of an audience so small that a number could
// point at somebody, is not counted.
func (o *Opens) Count(b *brands.Snapshot, t *sayline.Touchpoint) {
	if t.Lane != "" || b.GuardedAt(t) {
		return
	}
	k := opening{b.ID, t.ID, o.now().UTC().Truncate(time.Minute)}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.n[k] < mostOpened {
		o.n[k]++
	}
}

// Run writes what was counted until the context ends, and then the rest.
func (o *Opens) Run(ctx context.Context, zone func(brand string) *time.Location) {
	tick := time.NewTicker(openedEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			o.Write(context.WithoutCancel(ctx), zone, o.now().Add(time.Hour))
			return
		case <-tick.C:
			o.Write(ctx, zone, o.now().UTC().Truncate(time.Minute))
		}
	}
}

// Write writes the minutes that began before a time: those that are over. What
// cannot be written is tried again the next time.
func (o *Opens) Write(ctx context.Context, zone func(brand string) *time.Location, before time.Time) {
	o.mu.Lock()
	byBrand := map[string][]store.Opened{}
	for k, n := range o.n {
		if k.minute.Before(before) {
			byBrand[k.brand] = append(byBrand[k.brand], store.Opened{Touchpoint: k.touchpoint, At: k.minute, N: n})
			delete(o.n, k)
		}
	}
	o.mu.Unlock()
	for brand, list := range byBrand {
		err := o.store.CountOpened(ctx, brand, zone(brand), list)
		if err == nil {
			continue
		}
		o.log.Error("openings of screens could not be counted; trying again", "brand", brand, "err", err)
		o.mu.Lock()
		for _, x := range list {
			o.n[opening{brand, x.Touchpoint, x.At}] += x.N
		}
		o.mu.Unlock()
	}
}
