// Package search keeps what is searched true, behind the accepts: who says
// something never waits for it. It reads the events from where it stood, a small
// lot at a time, and rests after each much longer than the lot took, so that
// under full load it takes a few hundredths of the database and no more. What is
// erased needs none of this: its words go in the transaction that erases it.
//
//	commit ─→ event ─wake→ a lot of moments ─→ their words, and how far it is
//
// Nothing is remembered that is not in the store. Several may run on one
// database; who is second does nothing.
package search

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

const (
	rest = 25              // times as long as the lot before it took
	most = time.Second     // of a rest
	look = 5 * time.Second // in case a wake-up was lost, or another process died
)

// Index works for every brand of a store.
type Index struct {
	store *store.Store
	log   *slog.Logger
	wake  chan struct{}

	mu    sync.Mutex
	stale map[string]bool // brands of which something happened
}

// New makes an index. Call it before the store's first write, then Run.
func New(s *store.Store, log *slog.Logger) *Index {
	x := &Index{store: s, log: log, wake: make(chan struct{}, 1), stale: map[string]bool{}}
	s.Watch(x.heard)
	return x
}

// heard is called with one brand's committed events and never blocks.
func (x *Index) heard(events []sayline.Event) {
	x.mu.Lock()
	x.stale[events[0].Brand] = true
	x.mu.Unlock()
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// Run works until the context ends.
func (x *Index) Run(ctx context.Context) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	x.everything(ctx)
	for {
		x.work(ctx)
		select {
		case <-ctx.Done():
			return
		case <-x.wake:
		case <-tick.C:
			x.everything(ctx)
		}
	}
}

// everything looks at every brand.
func (x *Index) everything(ctx context.Context) {
	all, err := x.store.Brands(ctx)
	if err != nil {
		x.complain(ctx, err)
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, id := range all {
		x.stale[id] = true
	}
}

// work does a lot of each brand in turn until all are true.
func (x *Index) work(ctx context.Context) {
	for ctx.Err() == nil {
		brands := x.take()
		if len(brands) == 0 {
			return
		}
		for _, brand := range brands {
			began := time.Now()
			n, err := x.store.IndexWords(ctx, brand)
			if err != nil {
				x.complain(ctx, err)
				continue // the next look comes back to it
			}
			if n == 0 {
				continue
			}
			x.mu.Lock()
			x.stale[brand] = true // there may be more
			x.mu.Unlock()
			pause(ctx, min(most, rest*time.Since(began)))
		}
	}
}

// take gives the brands that may be stale, and holds them for true.
func (x *Index) take() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []string
	for id := range x.stale {
		list = append(list, id)
	}
	clear(x.stale)
	return list
}

func (x *Index) complain(ctx context.Context, err error) {
	if ctx.Err() == nil {
		x.log.Error("what is searched can't be brought up to date just now; trying again soon", "err", err)
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
