package store

import (
	"context"
	"sync"

	"github.com/sayline/sayline"
)

// relay tells watchers of committed events: each brand's in order, each once,
// those of other processes too.
type relay struct {
	store    *Store
	tell     chan struct{} // something was committed here: other processes should look
	mu       sync.Mutex
	watchers []func([]sayline.Event)
	last     map[string]int64 // number of the newest event told, by brand
}

const relayBatch = 1000

func newRelay(s *Store) *relay {
	r := &relay{store: s, tell: make(chan struct{}, 1), last: map[string]int64{}}
	for brand, n := range r.heads() {
		r.last[brand] = n
	}
	return r
}

// Watch adds a watcher of committed events. It is called with one brand's
// events at a time, in order, and must not block. Call it before the first write.
func (s *Store) Watch(w func([]sayline.Event)) {
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	s.relay.watchers = append(s.relay.watchers, w)
}

// offer tells of what this process just committed, after filling in what
// others committed before it.
func (r *relay) offer(events []sayline.Event) {
	if len(events) == 0 {
		return
	}
	select {
	case r.tell <- struct{}{}:
	default:
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(events) > 0 {
		brand, end := events[0].Brand, 1
		for end < len(events) && events[end].Brand == brand {
			end++
		}
		if events[0].Seq == r.last[brand]+1 {
			r.told(brand, events[:end])
		} else if events[end-1].Seq > r.last[brand] {
			r.read(brand)
		}
		events = events[end:]
	}
}

// catchUp looks for events of other processes.
func (r *relay) catchUp() {
	heads := r.heads()
	r.mu.Lock()
	defer r.mu.Unlock()
	for brand, n := range heads {
		if n > r.last[brand] {
			r.read(brand)
		}
	}
}

// read tells everything after the last told event of a brand.
func (r *relay) read(brand string) {
	for {
		events, err := r.store.Events(context.Background(), brand, r.last[brand], relayBatch)
		if err != nil {
			r.store.log.Warn("events could not be read; trying again soon", "brand", brand, "err", err)
			return
		}
		if len(events) == 0 {
			return
		}
		r.told(brand, events)
	}
}

func (r *relay) told(brand string, events []sayline.Event) {
	r.last[brand] = events[len(events)-1].Seq
	for _, w := range r.watchers {
		w(events)
	}
}

func (r *relay) heads() map[string]int64 {
	heads := map[string]int64{}
	rows, err := r.store.readers.Query("SELECT brand_id, n FROM brand_seq")
	if err != nil {
		return heads
	}
	defer rows.Close()
	for rows.Next() {
		var brand string
		var n int64
		if rows.Scan(&brand, &n) == nil {
			heads[brand] = n
		}
	}
	return heads
}
