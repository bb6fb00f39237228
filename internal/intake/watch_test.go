package intake_test

import (
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/store/storetest"
)

// ticks waits for a tick. Ticks that were not taken are one.
func (e *entrance) ticks(what string, ticks <-chan struct{}) {
	e.Helper()
	select {
	case <-ticks:
	case <-time.After(time.Minute):
		e.Fatalf("%s: no tick", what)
	}
}

// drain takes what is left of a change that told several things at once.
func (e *entrance) drain(ticks <-chan struct{}) {
	e.Helper()
	e.settle()
	select {
	case <-ticks:
	default:
	}
}

func (e *entrance) quiet(what string, ticks <-chan struct{}) {
	e.Helper()
	e.settle()
	select {
	case <-ticks:
		e.Fatalf("%s: a tick", what)
	default:
	}
}

// settle waits until everything committed so far was told: what is told of a
// brand comes in order, and another page hears of its own change last.
func (e *entrance) settle() {
	e.Helper()
	other := e.accept(func(m *sayline.Moment) { m.Topic, m.Text = "", "another" })
	last, stop := e.Watch(e.brand.ID, other.Moment.ID)
	defer stop()
	e.must(e.store.Seen(e.ctx(), e.act(other.Moment.Case)))
	e.ticks("the other page", last)
}

// An open receipt ticks for everything that changes it, also after its moment
// went to another case.
func TestWatch(t *testing.T) {
	onBoth(t, func(e *entrance) {
		a := e.accept()
		e.settle()
		ticks, stop := e.Watch(e.brand.ID, a.Moment.ID)
		e.quiet("before anything", ticks)
		e.must(e.store.Seen(e.ctx(), e.act(a.Moment.Case)))
		e.ticks("seen", ticks)
		_, err := e.Say(e.ctx(), e.brand, a.Secret, sayline.Message{Text: "hello"}, 0)
		e.must(err)
		e.ticks("said", ticks)
		joined := e.accept()
		if joined.Moment.Case != a.Moment.Case {
			e.Fatal("the second tap is in another case")
		}
		e.ticks("somebody joined", ticks)

		r := e.amend(a.Secret, intake.Amendment{Place: ptr("sevilla")})
		if r.Moment.Case == a.Moment.Case {
			e.Fatal("the moment has not moved")
		}
		e.ticks("moved", ticks)
		e.drain(ticks)
		e.must(e.store.Acknowledge(e.ctx(), e.act(r.Moment.Case), 0))
		e.ticks("its new case was taken", ticks)

		e.drain(ticks)
		e.must(e.store.Seen(e.ctx(), e.act(joined.Moment.Case)))
		e.must(e.store.Resolve(e.ctx(), e.act(joined.Moment.Case), "done"))
		e.quiet("the case it left was closed", ticks)

		stop()
		e.must(e.store.Resolve(e.ctx(), e.act(r.Moment.Case), "done"))
		e.must(e.store.Resolve(e.ctx(), e.act(a.Moment.Case), "done"))
		e.quiet("after it was closed", ticks)
		stop()
	})
}

// Two pages of one receipt are apart.
func TestWatchersAreApart(t *testing.T) {
	e := enter(t, storetest.SQLite(t))
	a := e.accept()
	e.settle()
	one, stopOne := e.Watch(e.brand.ID, a.Moment.ID)
	two, stopTwo := e.Watch(e.brand.ID, a.Moment.ID)
	defer stopTwo()
	stopOne()
	e.must(e.store.Seen(e.ctx(), e.act(a.Moment.Case)))
	e.ticks("the other page", two)
	e.quiet("the closed page", one)
}

func TestLastSaid(t *testing.T) {
	e := enter(t, storetest.SQLite(t))
	told := func() *intake.Told {
		t.Helper()
		e.clock.Move(time.Minute) // what was told is kept for a minute
		got, err := e.LastSaid(e.ctx(), e.brand, "k7f3")
		e.must(err)
		return got
	}
	if got := told(); got != nil {
		t.Errorf("before anything was said: %s", show(got))
	}
	e.accept(func(m *sayline.Moment) { m.Topic, m.Text = "", "nobody may read this" })
	e.accept(func(m *sayline.Moment) { m.Topic, m.Text, m.Publish = "mean", "nor this", true })
	if got := told(); got != nil {
		t.Errorf("of what is not public: %s", show(got))
	}
	a := e.accept(func(m *sayline.Moment) { m.Text = "nor the words" })
	if got := told(); got == nil || got.Topic != "cant-find-it" || got.Text != "" || got.Status != "" || got.Took != 0 {
		t.Errorf("of a tap: %s", show(got))
	}
	e.clock.Move(5 * time.Minute)
	e.must(e.store.AddMessage(e.ctx(), e.act(a.Moment.Case), &sayline.Message{ID: "m", Direction: sayline.Reply, Text: "back at noon"}))
	answered := e.clock.Now()
	newer := e.accept(func(m *sayline.Moment) { m.Topic, m.Text, m.Publish = "", "you may read this", true })
	if got := told(); got == nil || got.Topic != "cant-find-it" || got.Status != sayline.StatusAnswered || got.Took != answered.Sub(a.Moment.ReceivedAt) {
		t.Errorf("what something was done about is told first: %s", show(got))
	}
	before, err := e.LastSaid(e.ctx(), e.brand, "k7f3")
	e.must(err)
	e.must(e.Withdraw(e.ctx(), e.brand, a.Secret))
	if again, err := e.LastSaid(e.ctx(), e.brand, "k7f3"); err != nil || again != before {
		t.Errorf("within the minute it was read again: %s, %v", show(again), err)
	}
	if got := told(); got == nil || got.Text != "you may read this" || !got.At.Equal(newer.Moment.ReceivedAt) {
		t.Errorf("after that was taken back: %s", show(got))
	}
	if got, err := e.LastSaid(e.ctx(), e.brand, "no-such"); err != nil || got != nil {
		t.Errorf("of no touchpoint: %s, %v", show(got), err)
	}
}
