package demo

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// happened is one committed event about the visitor's shelf, as /demo hears it:
// ids and times, never words.
type happened struct {
	Type   string  `json:"type"`
	At     float64 `json:"at"` // milliseconds since 1970, by the server's clock, when it was committed
	Moment string  `json:"moment,omitempty"`
	Case   string  `json:"case,omitempty"`
	Topic  string  `json:"topic,omitempty"`
	Team   string  `json:"team,omitempty"`
}

// trace follows what is said at the visitor's shelf, from whatever phone, and
// what becomes of it.
type trace struct {
	store *store.Store
	feed  *feed
	log   *slog.Logger
	heard chan stamped
	cases map[string]bool // that something was said in at the shelf
}

type stamped struct {
	sayline.Event
	at time.Time
}

const tracedMost = 4096 // events that may wait, and cases that are followed

func newTrace(s *store.Store, f *feed, log *slog.Logger) *trace {
	return &trace{store: s, feed: f, log: log, heard: make(chan stamped, tracedMost), cases: map[string]bool{}}
}

// hear is called with events right after their commit and never blocks. What is
// private never comes here.
func (t *trace) hear(events []sayline.Event) {
	now := time.Now()
	for _, e := range events {
		if e.Brand != shelfBrand || e.Lane != "" {
			continue
		}
		select {
		case t.heard <- stamped{e, now}:
		default: // the page shows fewer steps; nothing else is lost
		}
	}
}

// run tells the feed until the context ends, and ends the feed.
func (t *trace) run(ctx context.Context) {
	defer t.feed.end()
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-t.heard:
			if err := t.follow(ctx, e); err != nil && ctx.Err() == nil {
				t.log.Warn("a step could not be shown on /demo", "err", err)
			}
		}
	}
}

func (t *trace) follow(ctx context.Context, e stamped) error {
	h := happened{Type: e.Type, At: float64(e.at.UnixMicro()) / 1000, Moment: e.Moment, Case: e.Case, Team: e.Team}
	if e.Type == sayline.EventMomentReceived {
		m, err := t.store.Moment(ctx, e.Brand, e.Moment)
		if err != nil || m.Context.Touchpoint != shelf {
			return stands(err)
		}
		if len(t.cases) >= tracedMost {
			clear(t.cases)
		}
		if m.Case != "" {
			t.cases[m.Case] = true
		}
		h.Topic = m.Topic
	} else if !t.cases[e.Case] {
		return nil
	}
	t.feed.tell("step", h)
	return nil
}

// feed is what /demo listens to: named events with a JSON document each. A
// listener that is too slow is cut off and comes again.
type feed struct {
	mu        sync.Mutex
	listeners map[*listener]bool
	ended     bool
}

type listener struct{ ch chan told }

type told struct {
	name string
	data []byte
}

const listenerMost = 128 // events that may wait for a listener

func newFeed() *feed { return &feed{listeners: map[*listener]bool{}} }

func (f *feed) tell(name string, v any) {
	t := told{name, web.JSON(v)}
	f.mu.Lock()
	defer f.mu.Unlock()
	for l := range f.listeners {
		select {
		case l.ch <- t:
		default:
			f.drop(l)
		}
	}
}

// listen gives a channel that is closed when the feed ends or the listener is
// too slow, and stop, which may be called in any case.
func (f *feed) listen() (ch <-chan told, stop func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := &listener{make(chan told, listenerMost)}
	if f.ended {
		close(l.ch)
		return l.ch, func() {}
	}
	f.listeners[l] = true
	return l.ch, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.drop(l)
	}
}

func (f *feed) drop(l *listener) {
	if f.listeners[l] {
		delete(f.listeners, l)
		close(l.ch)
	}
}

// end lets every listener go.
func (f *feed) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	for l := range f.listeners {
		f.drop(l)
	}
}
