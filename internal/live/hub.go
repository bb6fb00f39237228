package live

import (
	"slices"
	"sync"

	"github.com/sayline/sayline"
)

// Hub tells who listens in this process what was committed.
type Hub struct {
	mu     sync.Mutex
	brands map[string]*listeners
}

// listeners are a brand's.
type listeners struct {
	all  map[*Sub]struct{}
	byID map[string]map[*Sub]struct{} // those who follow a moment or a case
}

// NewHub makes a hub with no listeners.
func NewHub() *Hub { return &Hub{brands: map[string]*listeners{}} }

// Sub is one listener of a brand. Its reader takes from C until it is cut off or
// closes it.
type Sub struct {
	C <-chan []sayline.Event // batches, as they were published; only to be read

	hub   *Hub
	brand string
	ids   []string // nil: all
	c     chan []sayline.Event
	cut   chan struct{}
}

// Subscribe listens to all events of a brand. Buffer is how many batches may wait
// for the reader before it is cut off; at least 1.
func (h *Hub) Subscribe(brand string, buffer int) *Sub { return h.subscribe(brand, nil, buffer) }

// SubscribeTo listens only to the events of these moments and cases: a receipt's
// page does not wake for what others say. Of none it hears nothing.
func (h *Hub) SubscribeTo(brand string, ids []string, buffer int) *Sub {
	named := make([]string, 0, len(ids))
	for _, id := range ids {
		if id != "" && !slices.Contains(named, id) {
			named = append(named, id)
		}
	}
	return h.subscribe(brand, named, buffer)
}

func (h *Hub) subscribe(brand string, ids []string, buffer int) *Sub {
	s := &Sub{hub: h, brand: brand, ids: ids, c: make(chan []sayline.Event, max(buffer, 1)), cut: make(chan struct{})}
	s.C = s.c
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.brands[brand]
	if l == nil {
		l = &listeners{all: map[*Sub]struct{}{}, byID: map[string]map[*Sub]struct{}{}}
		h.brands[brand] = l
	}
	if ids == nil {
		l.all[s] = struct{}{}
	}
	for _, id := range ids {
		if l.byID[id] == nil {
			l.byID[id] = map[*Sub]struct{}{}
		}
		l.byID[id][s] = struct{}{}
	}
	return s
}

// Cut is closed when the reader was too slow. It gets nothing more, what still
// waits in C is not all, and it must read the store again.
func (s *Sub) Cut() <-chan struct{} { return s.cut }

// Close ends the listening. It may be called more than once.
func (s *Sub) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.hub.remove(s)
}

func (h *Hub) remove(s *Sub) {
	l := h.brands[s.brand]
	if l == nil {
		return
	}
	delete(l.all, s)
	for _, id := range s.ids {
		if delete(l.byID[id], s); len(l.byID[id]) == 0 {
			delete(l.byID, id)
		}
	}
	if len(l.all) == 0 && len(l.byID) == 0 {
		delete(h.brands, s.brand)
	}
}

// Len is how many listen.
func (h *Hub) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, l := range h.brands {
		n += len(l.all)
		seen := map[*Sub]struct{}{}
		for _, subs := range l.byID {
			for s := range subs {
				seen[s] = struct{}{}
			}
		}
		n += len(seen)
	}
	return n
}

// Publish tells of committed events, of one or several brands. It never waits for
// a reader. The events are shared by all who listen and are not to be changed
// afterwards. They should come in the order of their numbers; where several
// processes write, a little disorder and repetition is put right by those who
// follow (see [Feed]).
func (h *Hub) Publish(events []sayline.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(events) > 0 {
		n := 1
		for n < len(events) && events[n].Brand == events[0].Brand {
			n++
		}
		if l := h.brands[events[0].Brand]; l != nil {
			h.tell(l, events[:n:n])
		}
		events = events[n:]
	}
}

// Aside tells of something about a case that is no event: it has no number, is
// kept nowhere, and goes only to feeds that ask for it ([Feed.Asides]).
func (h *Hub) Aside(brand, caseID string) {
	h.Publish([]sayline.Event{{Brand: brand, Case: caseID}})
}

// tell hands one brand's batch to its listeners.
func (h *Hub) tell(l *listeners, batch []sayline.Event) {
	for s := range l.all {
		h.offer(s, batch)
	}
	if len(l.byID) == 0 {
		return
	}
	theirs := map[*Sub][]sayline.Event{}
	for i := range batch {
		for s := range l.byID[batch[i].Moment] {
			theirs[s] = append(theirs[s], batch[i])
		}
		for s := range l.byID[batch[i].Case] {
			if got := theirs[s]; len(got) == 0 || got[len(got)-1].Seq != batch[i].Seq {
				theirs[s] = append(got, batch[i])
			}
		}
	}
	for s, events := range theirs {
		h.offer(s, events)
	}
}

// offer gives a listener a batch, or cuts it off.
func (h *Hub) offer(s *Sub, batch []sayline.Event) {
	select {
	case s.c <- batch:
	default:
		h.remove(s)
		close(s.cut)
	}
}
