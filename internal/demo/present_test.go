package demo

import (
	"container/heap"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/store"
)

// opened is a demo that does not serve.
func opened(t *testing.T) *Demo {
	t.Helper()
	d, err := Open(t.Context(), Options{Options: app.Options{Listen: "127.0.0.1:0"}, Days: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// waiting are the cases of a brand that nobody has answered, of all lanes.
func waiting(t *testing.T, d *Demo, w *people) (list []*sayline.Case) {
	t.Helper()
	scope := store.Scope{{All: true}}
	for _, l := range w.brand.Lanes {
		scope = append(scope, store.LaneScope{Lane: l.ID, All: true})
	}
	for section := store.WaitingCritical; section < store.Resolved; section++ {
		some, err := d.App.Store.Cases(t.Context(), store.CasesQuery{Brand: w.brand.ID, Scope: scope, Section: section, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, some...)
	}
	return list
}

// Somebody goes on with everything the past left open, but for what is on the
// visitor's manager's desk.
func TestWhatThePastLeftOpenIsGoneOnWith(t *testing.T) {
	d := opened(t)
	left := 0
	for _, w := range d.present.people {
		left += len(waiting(t, d, w))
	}
	if left == 0 {
		t.Fatal("the past left nothing open")
	}
	if err := d.present.adopt(t.Context()); err != nil {
		t.Fatal(err)
	}
	for len(d.present.agenda) > 0 { // as the loop does, without waiting
		if err := heap.Pop(&d.present.agenda).(deed).do(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range d.present.people {
		for _, c := range waiting(t, d, w) {
			if !ofManager(c.Brand, c.Team, c.Place) {
				t.Errorf("%s: nobody went on with %+v", c.Brand, c)
			}
		}
	}
}

// Beginning again closes what was begun at the shelf and nothing else.
func TestStartOver(t *testing.T) {
	d := opened(t)
	w := d.present.people[0]
	p := newPast(d.App.Store, d.App.Door, &clock{}, d.options.Random, time.Now())
	for _, u := range []utterance{{Touchpoint: shelf, Topic: missing}, {Touchpoint: shelf, Topic: "price-looks-wrong"}, {Touchpoint: "v2c8", Topic: missing}} {
		if err := p.say(t.Context(), w, &u); err != nil {
			t.Fatal(err)
		}
	}
	before := waiting(t, d, w)
	if err := startOver(t.Context(), d.App.Store, w.brand.Location()); err != nil {
		t.Fatal(err)
	}
	after := map[string]bool{}
	for _, c := range waiting(t, d, w) {
		after[c.ID] = true
	}
	closed := 0
	for _, c := range before {
		if !after[c.ID] {
			closed++
			if c.Topic != missing || !ofManager(c.Brand, c.Team, c.Place) {
				t.Errorf("closed %+v", c)
			}
		}
	}
	if closed == 0 {
		t.Error("nothing was closed")
	}
}

// It is quieter at night, and never silent: somebody speaks every two to
// eighteen seconds, at a brand that is awake more often than at one asleep.
func TestTurns(t *testing.T) {
	d := opened(t)
	noon := time.Date(2026, 11, 23, 12, 30, 0, 0, d.present.people[0].brand.Location())
	for _, at := range []time.Time{noon, noon.Add(15 * time.Hour)} {
		d.present.now = func() time.Time { return at }
		seen, sum := map[string]int{}, time.Duration(0)
		for range 300 {
			w, pause := d.present.turn()
			if pause < 2*time.Second || pause > 18500*time.Millisecond {
				t.Fatalf("quiet for %v at %v", pause, at)
			}
			seen[w.brand.ID]++
			sum += pause
		}
		if len(seen) != 3 {
			t.Errorf("at %v only %v speak", at, seen)
		}
		if mean := sum / 300; at == noon && mean > 5*time.Second || at != noon && mean < 6*time.Second {
			t.Errorf("at %v it is quiet for %v", at, mean)
		}
	}
}
