package storetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var eventBehaviours = []behaviour{
	{"events are read from any number on", readsEvents},
	{"a refused change tells nothing and takes no number", refusedTellsNothing},
	{"a watcher hears every event once and in order", watches},
	{"watchers of several stores on one database hear all of all", watchesOthers},
	{"a store opened later hears from then on", watchesFromNow},
	{"a brand made by another store is heard of", watchesNewBrands},
}

func readsEvents(w *world) {
	for range 5 {
		w.say("")
	}
	all := w.events()
	for i, e := range all {
		if e.Seq != int64(i+1) || e.Brand != w.brand {
			w.Fatalf("event %d is %s", i+1, show(e))
		}
	}
	part, err := w.Events(w.ctx(), w.brand, 3, 4)
	w.must(err)
	same(w, "four after the third", part, all[3:7])
	none, err := w.Events(w.ctx(), w.brand, 10, 4)
	w.must(err)
	same(w, "after the last", len(none), 0)
}

func refusedTellsNothing(w *world) {
	m := w.say("k")
	w.together(30, func(i int) error {
		if i%3 == 0 {
			return w.Seen(w.ctx(), w.act(m.Case, "lucia"))
		}
		err := w.Acknowledge(w.ctx(), w.act(m.Case, fmt.Sprint("p", i)), 7) // an episode that is not
		if sayline.KindOf(err) != sayline.Conflict {
			return fmt.Errorf("got %v", err)
		}
		return nil
	})
	same(w, "events", w.types(2), sayline.EventCaseReached+" "+sayline.EventCaseSeen)
}

// listener is a watcher that checks what it hears.
type listener struct {
	mu     sync.Mutex
	heard  map[string][]sayline.Event
	faults []string
	more   chan struct{}
}

// listen watches a store; it must not have written yet.
func listen(s *store.Store) *listener {
	l := &listener{heard: map[string][]sayline.Event{}, more: make(chan struct{}, 1)}
	s.Watch(func(events []sayline.Event) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, e := range events {
			if e.Brand != events[0].Brand {
				l.faults = append(l.faults, "two brands in one call")
			}
			l.heard[e.Brand] = append(l.heard[e.Brand], e)
		}
		select {
		case l.more <- struct{}{}:
		default:
		}
	})
	return l
}

// hears waits until the listener has the brand's events up to a number, and
// checks that it has each once, in order, from the first on.
func (l *listener) hears(w *world, brand string, first, last int64) []sayline.Event {
	w.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for {
		l.mu.Lock()
		got, faults := l.heard[brand], l.faults
		l.mu.Unlock()
		if len(faults) > 0 {
			w.Fatal(faults)
		}
		if n := len(got); n > 0 && got[n-1].Seq >= last {
			for i, e := range got {
				if e.Seq != first+int64(i) {
					w.Fatalf("%s: event %d came as number %d", brand, e.Seq, i+1)
				}
			}
			return got
		}
		select {
		case <-l.more:
		case <-late.C:
			w.Fatalf("%s: of the events %d to %d came %d", brand, first, last, len(got))
		}
	}
}

func watches(old *world) {
	w := old.alone()
	l := listen(w.Store)
	w.chatter([]*store.Store{w.Store}, 3, 30)
	w.heardWhole([]*listener{l}, 3)
}

// chatter writes to several brands through several stores at once.
func (w *world) chatter(stores []*store.Store, brands, each int) {
	w.Helper()
	w.together(brands*each, func(i int) error {
		s := stores[i%len(stores)]
		a := w.tap(fmt.Sprint("key-", i%7), func(m *sayline.Moment) { m.Brand = fmt.Sprint("brand-", i%brands) })
		if err := s.Accept(w.ctx(), a); err != nil {
			return err
		}
		return s.Seen(w.ctx(), store.Act{Brand: a.Moment.Brand, Case: a.Moment.Case, Person: "lucia", Zone: madrid})
	})
}

func (w *world) heardWhole(listeners []*listener, brands int) {
	w.Helper()
	for b := range brands {
		brand := fmt.Sprint("brand-", b)
		last, err := w.LastEvent(w.ctx(), brand)
		w.must(err)
		stored, err := w.Events(w.ctx(), brand, 0, int(last)+1)
		w.must(err)
		for _, l := range listeners {
			same(w, "what was heard of "+brand, l.hears(w, brand, 1, last), stored)
		}
		for _, fault := range Audit(w.ctx(), w.plain, brand) {
			w.Error(fault)
		}
	}
}

func watchesOthers(old *world) {
	w := old.alone()
	stores := []*store.Store{w.Store, OpenStore(w.T, w.url, w.clock.Now), OpenStore(w.T, w.url, w.clock.Now)}
	var listeners []*listener
	for _, s := range stores {
		listeners = append(listeners, listen(s))
	}
	w.chatter(stores, 4, 30)
	w.heardWhole(listeners, 4)
}

func watchesFromNow(old *world) {
	w := old.alone()
	w.say("k")
	late := OpenStore(w.T, w.url, w.clock.Now)
	l := listen(late)
	w.say("k")
	l.hears(w, w.brand, 3, 3)
	a := w.tap("k")
	w.must(late.Accept(w.ctx(), a))
	l.hears(w, w.brand, 3, 4)
}

func watchesNewBrands(old *world) {
	w := old.alone()
	other := OpenStore(w.T, w.url, w.clock.Now)
	l := listen(other)
	_, err := w.SaveConfig(w.ctx(), shop("new-brand"), 0, "lucia")
	w.must(err)
	if got := l.hears(w, "new-brand", 1, 1); got[0].Type != sayline.EventConfigChanged {
		w.Errorf("heard %s", show(got))
	}
}
