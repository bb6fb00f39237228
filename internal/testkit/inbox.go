package testkit

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"
)

// patience is how long a wait lasts that has no deadline of its own. It is
// there to name what never came, before the whole run's time is up.
const patience = time.Minute

// Fault is what a receiver does to one delivery instead of just taking it. The
// zero Fault takes it.
type Fault struct {
	Code   int             // answer this: an HTTP status, or an SMTP reply code such as 451 or 550
	Header http.Header     // with these headers; webhooks only
	Body   string          // with this body; webhooks only
	HangUp bool            // close the connection in place of any answer
	Keep   bool            // take what came in spite of Code or HangUp: its sender cannot know
	Hold   <-chan struct{} // before all that, wait until this is closed
}

// takes says whether a delivery that meets this fault is taken.
func (f Fault) takes() bool { return f.Keep || (f.Code == 0 && !f.HangUp) }

// wait lasts as long as the fault holds the delivery, at most until done.
func (f Fault) wait(done <-chan struct{}) {
	if f.Hold == nil {
		return
	}
	select {
	case <-f.Hold:
	case <-done:
	}
}

// inbox is what a receiver got, in the order of arrival. Whoever waits is woken
// by each arrival.
type inbox[T any] struct {
	mu     sync.Mutex
	items  []T
	waited []bool        // which of them a Wait has given out already
	came   chan struct{} // closed by the next arrival
	next   []Fault
	always Fault
}

// put adds an arrival and wakes everybody who waits.
func (b *inbox[T]) put(item T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = append(b.items, item)
	b.waited = append(b.waited, false)
	if b.came != nil {
		close(b.came)
		b.came = nil
	}
}

// take gives out the first arrival that matches and was not given out before,
// or else a channel that the next arrival closes.
func (b *inbox[T]) take(match func(T) bool) (item T, ok bool, came <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, candidate := range b.items {
		if !b.waited[i] && match(candidate) {
			b.waited[i] = true
			return candidate, true, nil
		}
	}
	if b.came == nil {
		b.came = make(chan struct{})
	}
	return item, false, b.came
}

// wait gives out the next arrival that matches, in time for ctx. It fails the
// test when there is none, naming what came instead.
func (b *inbox[T]) wait(t testing.TB, ctx context.Context, what string, match func(T) bool) T {
	t.Helper()
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	for {
		item, ok, came := b.take(match)
		if ok {
			return item
		}
		select {
		case <-came:
		case <-ctx.Done():
			t.Fatalf("no %s came that matches (%v); what came: %v", what, context.Cause(ctx), b.all())
		}
	}
}

// all copies everything that arrived.
func (b *inbox[T]) all() []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]T(nil), b.items...)
}

// fault says what the next delivery meets.
func (b *inbox[T]) fault() Fault {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.next) == 0 {
		return b.always
	}
	f := b.next[0]
	b.next = b.next[1:]
	return f
}

// failNext lets the next deliveries meet these faults, one each.
func (b *inbox[T]) failNext(faults ...Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next = append(b.next, faults...)
}

// failAlways lets every delivery after those meet this fault.
func (b *inbox[T]) failAlways(f Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.always = f
}
