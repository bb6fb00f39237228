package pager

import (
	"context"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// tryAgain takes up deliveries that failed before. They leave half of the
// window to new events, so that nothing waits behind a bad one.
func (e *endpoint) tryAgain(ctx, calls context.Context, now time.Time) {
	p := e.pager
	room := p.Window/2 + 1 - e.again
	if room <= 0 {
		return
	}
	if e.health.back { // what waited for it need not wait out its pause
		if err := p.Store.RetryNow(ctx, e.ref.Brand, e.ref.Endpoint); err != nil {
			e.fault(ctx, now, "deliveries can't be brought forward", err)
			return
		}
		e.health.back = false
	}
	due, err := p.Store.DueDeliveries(ctx, e.ref.Brand, e.ref.Endpoint, now, room+len(e.retrying))
	if err == nil {
		due = slices.DeleteFunc(due, func(d store.Delivery) bool { return e.retrying[d.Seq] })
		err = e.repeat(ctx, calls, due, now)
	}
	if err == nil && len(due) == 0 {
		e.askRetry = false
		e.retryAt, err = p.Store.NextDelivery(ctx, e.ref.Brand, e.ref.Endpoint)
	}
	if err != nil {
		e.fault(ctx, now, "deliveries to be tried again can't be read", err)
	}
}

func (e *endpoint) repeat(ctx, calls context.Context, due []store.Delivery, now time.Time) error {
	if len(due) == 0 {
		return nil
	}
	seqs := make([]int64, len(due))
	before := make(map[int64]*store.Delivery, len(due))
	for i := range due {
		seqs[i], before[due[i].Seq] = due[i].Seq, &due[i]
	}
	events, err := e.pager.Store.EventsAt(ctx, e.ref.Brand, seqs)
	if err != nil {
		return err
	}
	h := e.hook.Load()
	events = slices.DeleteFunc(events, func(ev sayline.Event) bool { return !h.mayLeave(ev) })
	list, err := e.pager.render(ctx, h, events)
	if err != nil {
		return err
	}
	for _, r := range list {
		e.begin(calls, &flight{rendered: r, before: before[r.seq]})
		e.again++
		e.retrying[r.seq] = true
		delete(before, r.seq)
	}
	for _, d := range before { // the event is no more
		d.State, d.NextAt, d.Detail = store.DeliveryFailed, time.Time{}, "the event is not kept any longer"
		e.retrying[d.Seq] = true
		e.logs = append(e.logs, *d)
	}
	e.askRetry = true
	return nil
}
