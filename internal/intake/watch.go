package intake

import (
	"context"
	"sync"

	"github.com/sayline/sayline"
)

// watchers wakes open receipt pages: each by its moment and by the case that is in.
type watchers struct {
	mu sync.Mutex
	by map[watchKey]map[*watch]bool
}

type watchKey struct{ brand, id string }

// watch is one open page.
type watch struct {
	ticks        chan struct{}
	moment, work watchKey // work's id is "" while it is nobody's
}

func newWatchers() *watchers { return &watchers{by: map[watchKey]map[*watch]bool{}} }

// Watch ticks after each committed change of a moment, its case or its
// messages; ticks that are not taken in time become one. Call stop when done.
func (d *Door) Watch(brand, moment string) (ticks <-chan struct{}, stop func()) {
	w := &watch{ticks: make(chan struct{}, 1), moment: watchKey{brand, moment}}
	d.watch.add(w) // before the case is read, so that no change falls between
	if m, err := d.store.Moment(context.Background(), brand, moment); err == nil {
		d.watch.follow(w, m.Case)
	}
	return w.ticks, func() { d.watch.stop(w) }
}

func (w *watchers) add(page *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.put(page.moment, page)
}

func (w *watchers) stop(page *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop(page.moment, page)
	w.drop(page.work, page)
}

// follow is what was read of a page's case. If an event told of one meanwhile,
// that is the newer.
func (w *watchers) follow(page *watch, work string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if page.work.id == "" {
		w.move(page, work)
	}
}

func (w *watchers) move(page *watch, work string) {
	w.drop(page.work, page)
	page.work = watchKey{page.moment.brand, work}
	w.put(page.work, page)
}

func (w *watchers) put(k watchKey, page *watch) {
	if k.id == "" {
		return
	}
	if w.by[k] == nil {
		w.by[k] = map[*watch]bool{}
	}
	w.by[k][page] = true
}

func (w *watchers) drop(k watchKey, page *watch) {
	delete(w.by[k], page)
	if len(w.by[k]) == 0 {
		delete(w.by, k)
	}
}

// tell is called with committed events and never blocks. A moment that went to
// another case takes its pages along.
func (w *watchers) tell(events []sayline.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.by) == 0 {
		return
	}
	for _, e := range events {
		moment, work := watchKey{e.Brand, e.Moment}, watchKey{e.Brand, e.Case}
		for page := range w.by[moment] {
			if page.work != work {
				w.move(page, e.Case)
			}
			page.tick()
		}
		for page := range w.by[work] {
			page.tick()
		}
		if turns[e.Type] && e.Lane == "" {
			for page := range w.by[watchKey{e.Brand, everyCase}] {
				page.tick()
			}
		}
	}
}

func (p *watch) tick() {
	select {
	case p.ticks <- struct{}{}:
	default:
	}
}
