package pager

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// endpoint sends for one webhook endpoint while it holds its lease. All its
// state is the loop's; calls and writes are goroutines that answer by channel.
type endpoint struct {
	pager *Pager
	ref   store.EndpointRef
	tail  *tail // of its brand
	hook  atomic.Pointer[hook]
	woken signal // there are events for it
	idle  signal // it is behind and nobody holds its lease
	stop  context.CancelFunc
	ended chan *flight
	saved chan saved

	leased   time.Time // ours until then; zero while it is not
	notOurs  time.Time // another process sends: not asked again before then
	place    place
	more     bool           // there may be events after place.read
	ready    []rendered     // read, not begun
	fresh    time.Time      // when they were rendered
	flying   int            // new events under way
	again    int            // tried again, under way
	retrying map[int64]bool // tried again, and not stored yet what came of it
	retryAt  time.Time      // when something is to be tried again
	askRetry bool           // that is not known
	logs     []store.Delivery
	saving   bool
	savingAt int64     // place being stored
	saveAt   time.Time // not before
	savedAt  int64     // place stored last
	gone     bool      // it answered 410
	health   health
}

const (
	eventLot   = 128                   // events read at once
	leaseLeft  = 10 * time.Second      // least that is left of a lease when a call begins: more than a call lasts
	otherHas   = 2 * time.Second       // until a lease that another process has is asked for again
	staleAfter = 5 * time.Second       // what was rendered so long ago is rendered again
	logLimit   = 4096                  // rows not stored, at which nothing new begins
	savePause  = 50 * time.Millisecond // between writes of the log: other writes wait behind each
)

func newEndpoint(p *Pager, ref store.EndpointRef, t *tail) *endpoint {
	return &endpoint{pager: p, ref: ref, tail: t, woken: newSignal(), idle: newSignal(), ended: make(chan *flight, p.Window), saved: make(chan saved, 1), retrying: map[int64]bool{}}
}

// run sends until ctx ends; calls under way then end with calls at the latest.
func (e *endpoint) run(ctx, calls context.Context) {
	alarm := newAlarmClock()
	defer alarm.Stop()
	for ctx.Err() == nil {
		alarm.set(e.pager.Now(), e.advance(ctx, calls))
		select {
		case <-ctx.Done():
		case <-e.woken:
			e.more = true
		case <-e.idle:
			e.leased, e.notOurs, e.more, e.askRetry = time.Time{}, time.Time{}, true, true
		case f := <-e.ended:
			e.landed(f)
		case s := <-e.saved:
			e.stored(s)
		case <-alarm.C:
		}
		e.gather()
	}
	e.drain(calls)
}

// gather takes in whatever else has ended, so that one look serves many.
func (e *endpoint) gather() {
	for {
		select {
		case f := <-e.ended:
			e.landed(f)
		case s := <-e.saved:
			e.stored(s)
		default:
			return
		}
	}
}

// advance begins what can begin now and gives when to look again by itself;
// zero when only something that happens can change anything.
func (e *endpoint) advance(ctx, calls context.Context) (again time.Time) {
	now := e.pager.Now()
	defer e.save(calls, now)
	window := e.health.window(now, e.pager.Window)
	retry := e.askRetry || e.health.back || !e.retryAt.IsZero() && !e.retryAt.After(now)
	anew := (e.more || len(e.ready) > 0) && e.flying < window
	if !retry && !anew || e.gone || len(e.logs) > logLimit || !e.hold(ctx, now) {
		return e.nextLook(now)
	}
	for e.flying < window && e.take(ctx, now) {
		e.place.begin(e.ready[0].seq)
		e.begin(calls, &flight{rendered: e.ready[0]})
		e.flying++
		e.ready = e.ready[1:]
	}
	if retry || e.askRetry {
		e.tryAgain(ctx, calls, now)
	}
	return e.nextLook(now)
}

func (e *endpoint) nextLook(now time.Time) time.Time {
	var at time.Time
	for _, t := range []time.Time{e.retryAt, e.health.until, e.saveAt} {
		if t.After(now) && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	return at
}

// hold makes sure that this process is the endpoint's sender for as long as a
// call may last. A lease taken anew begins where the store says.
func (e *endpoint) hold(ctx context.Context, now time.Time) bool {
	if e.leased.Sub(now) >= leaseLeft {
		return true
	}
	anew := !e.leased.After(now)
	if now.Before(e.notOurs) || anew && (e.flying+e.again > 0 || e.saving || len(e.logs) > 0) {
		return false // what is under way belongs to the lease before
	}
	p, until := e.pager, now.Add(sayline.Lease)
	at, ok, err := p.Store.LeaseEndpoint(ctx, e.ref.Brand, e.ref.Endpoint, p.id, until)
	switch {
	case err != nil:
		e.leased = time.Time{}
		e.fault(ctx, now, "an endpoint can't be leased", err)
		return false
	case !ok:
		e.notOurs = now.Add(otherHas)
	case !at.OffAt.IsZero():
	case anew:
		e.leased = until
		e.place, e.savedAt, e.ready, e.more, e.askRetry = place{read: at.Seq}, at.Seq, nil, true, true
		return true
	case at.Seq == e.savedAt || e.saving && at.Seq == e.savingAt:
		e.leased = until
		return true
	}
	// The sweep comes back to it, should nobody send, or should it have been set back.
	e.leased, e.ready, e.more, e.retryAt, e.askRetry = time.Time{}, nil, false, time.Time{}, false
	return false
}

// take makes sure that an event is ready to be sent.
func (e *endpoint) take(ctx context.Context, now time.Time) bool {
	if len(e.ready) > 0 && now.Sub(e.fresh) > staleAfter {
		e.place.read, e.ready, e.more = e.ready[0].seq-1, nil, true // erased is erased
	}
	h := e.hook.Load()
	for len(e.ready) == 0 && e.more {
		events, ok := e.tail.after(e.place.read, eventLot)
		if !ok {
			var err error
			if events, err = e.pager.Store.Events(ctx, e.ref.Brand, e.place.read, eventLot); err != nil {
				e.fault(ctx, now, "events can't be read", err)
				return false
			}
		}
		e.more = len(events) == eventLot
		if len(events) == 0 {
			return false
		}
		last := events[len(events)-1].Seq
		wanted := slices.DeleteFunc(events, func(ev sayline.Event) bool { return !h.wants(ev) })
		if len(wanted) > 0 {
			list, err := e.pager.render(ctx, h, wanted)
			if err != nil {
				e.more = true
				e.fault(ctx, now, "events can't be rendered", err)
				return false
			}
			e.ready = list
		}
		e.place.read, e.fresh = last, now
	}
	return len(e.ready) > 0
}

// fault logs what the store could not do, and has us look again in a second.
func (e *endpoint) fault(ctx context.Context, now time.Time, what string, err error) {
	e.pager.complain(ctx, what, err, "brand", e.ref.Brand, "endpoint", e.ref.Endpoint)
	e.askRetry, e.retryAt = false, now.Add(time.Second)
}

// begin makes a call.
func (e *endpoint) begin(calls context.Context, f *flight) {
	h := e.hook.Load()
	go func() {
		e.pager.fly(calls, h, f)
		e.ended <- f
	}()
}
