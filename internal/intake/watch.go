package intake

import (
	"context"
	"sync"

	"github.com/sayline/sayline"
)

// watchers wakes open receipt pages: one set by moment, one by case.
type watchers struct {
	mu sync.Mutex
	by map[watchKey]map[chan struct{}]bool
}

type watchKey struct{ brand, id string }

func newWatchers() *watchers { return &watchers{by: map[watchKey]map[chan struct{}]bool{}} }

// Watch ticks after each committed change of a moment, its case or its
// messages; ticks that are not taken in time become one. Call stop when done.
func (d *Door) Watch(brand, moment string) (ticks <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	keys := []watchKey{{brand, moment}}
	d.watch.add(keys[0], ch) // before the case is read, so that no change falls between
	if m, err := d.store.Moment(context.Background(), brand, moment); err == nil && m.Case != "" {
		keys = append(keys, watchKey{brand, m.Case})
		d.watch.add(keys[1], ch)
	}
	return ch, func() {
		for _, k := range keys {
			d.watch.drop(k, ch)
		}
	}
}

func (w *watchers) add(k watchKey, ch chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.by[k] == nil {
		w.by[k] = map[chan struct{}]bool{}
	}
	w.by[k][ch] = true
}

func (w *watchers) drop(k watchKey, ch chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.by[k], ch)
	if len(w.by[k]) == 0 {
		delete(w.by, k)
	}
}

// tell is called with committed events and never blocks. A moment that moved to
// another case takes its watchers along: they watch the new one too.
func (w *watchers) tell(events []sayline.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.by) == 0 {
		return
	}
	for _, e := range events {
		moment, work := watchKey{e.Brand, e.Moment}, watchKey{e.Brand, e.Case}
		for _, k := range []watchKey{moment, work} {
			for ch := range w.by[k] {
				select {
				case ch <- struct{}{}:
				default:
				}
			}
		}
	}
}
