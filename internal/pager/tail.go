package pager

import (
	"sync"

	"github.com/sayline/sayline"
)

// tail is the newest events of one brand as they were told, so that an endpoint
// that keeps up need not read them from the store again.
type tail struct {
	mu     sync.Mutex
	events []sayline.Event // in order, without a gap
}

const (
	tailKept = 512
	tailMost = 2 * tailKept // at which the older half is let go
)

// add notes events just committed.
func (t *tail) add(events []sayline.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.events); n > 0 && t.events[n-1].Seq+1 != events[0].Seq {
		t.events = t.events[:0]
	}
	t.events = append(t.events, events...)
	if len(t.events) > tailMost {
		t.events = append(t.events[:0], t.events[len(t.events)-tailKept:]...)
	}
}

// after gives the events after a number, at most limit; ok is false when they
// reach further back than the tail.
func (t *tail) after(seq int64, limit int) (events []sayline.Event, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.events) == 0 || t.events[0].Seq > seq+1 {
		return nil, false
	}
	i := int(min(seq+1-t.events[0].Seq, int64(len(t.events))))
	return append(events, t.events[i:min(i+limit, len(t.events))]...), true
}
