package pager

import (
	"context"
	"time"

	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
)

// landed takes in what came of a call.
func (e *endpoint) landed(f *flight) {
	d := f.record(e.ref.Endpoint)
	e.logs = append(e.logs, d)
	e.health.note(f.outcome, f.ended)
	if f.before == nil {
		e.flying--
		e.place.end(f.seq)
	} else {
		e.again--
	}
	if d.State != store.DeliveryDone {
		e.pager.Log.Warn("a webhook was not taken", "brand", e.ref.Brand, "endpoint", e.ref.Endpoint, "event", f.seq, "attempt", f.attempts, "outcome", f.outcome.Class, "detail", f.outcome.Detail)
	}
	if f.outcome.Class == notify.Gone && !e.gone {
		e.gone = true
		e.pager.Log.Error("an endpoint is switched off: it says it is gone", "brand", e.ref.Brand, "endpoint", e.ref.Endpoint)
	}
}

// saved is the end of one write of the delivery log.
type saved struct {
	logs []store.Delivery
	seq  int64
	off  bool
	held bool
	err  error
}

// save stores what came of calls and how far we are, one lot at a time: what
// ends meanwhile is the next lot. A place that moved only over what is not for
// this endpoint is stored when there is nothing else to do.
func (e *endpoint) save(calls context.Context, now time.Time) {
	at := e.placeNow()
	moved := e.flying == 0 && at > e.savedAt && e.leased.After(now)
	if e.saving || len(e.logs) == 0 && !moved || now.Before(e.saveAt) {
		return
	}
	lot := saved{logs: latest(e.logs), seq: at, off: e.gone}
	e.logs, e.saving, e.savingAt, e.saveAt = nil, true, at, now.Add(savePause)
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(calls), reportTime)
		defer cancel()
		lot.held, lot.err = e.pager.Store.SaveDeliveries(ctx, e.ref.Brand, e.ref.Endpoint, e.pager.id, lot.seq, lot.off, lot.logs)
		e.pager.Store.Pass(store.AfterResult, toEndpoint)
		e.saved <- lot
	}()
}

func (e *endpoint) placeNow() int64 {
	var first int64
	if len(e.ready) > 0 {
		first = e.ready[0].seq
	}
	return e.place.at(first)
}

// latest keeps the last row of each event: one write holds no row twice.
func latest(logs []store.Delivery) []store.Delivery {
	row := make(map[int64]int, len(logs))
	list := make([]store.Delivery, 0, len(logs))
	for _, d := range logs {
		if i, ok := row[d.Seq]; ok {
			list[i] = d
			continue
		}
		row[d.Seq] = len(list)
		list = append(list, d)
	}
	return list
}

func (e *endpoint) stored(s saved) {
	e.saving = false
	if s.err != nil {
		e.pager.Log.Error("what came of webhooks can't be stored; trying again", "brand", e.ref.Brand, "endpoint", e.ref.Endpoint, "deliveries", len(s.logs), "err", s.err)
		e.logs = append(s.logs, e.logs...)
		e.retryAt = e.pager.Now().Add(time.Second) // so that there is a next look
		return
	}
	for _, d := range s.logs {
		delete(e.retrying, d.Seq)
		e.askRetry = e.askRetry || d.State == store.DeliveryRetry
	}
	if e.savedAt = s.seq; !s.held || s.off { // set back, switched off, or taken over by another process
		e.leased, e.ready, e.more, e.gone = time.Time{}, nil, true, e.gone && !s.off
	}
}

// drain ends the endpoint: calls under way end, what came of them is stored, and
// the lease is given back.
func (e *endpoint) drain(calls context.Context) {
	for {
		e.save(calls, e.saveAt)
		if e.flying+e.again == 0 && !e.saving {
			break
		}
		select {
		case f := <-e.ended:
			e.landed(f)
		case s := <-e.saved:
			if e.stored(s); s.err != nil { // sent again, rather than waiting for a store that is away
				e.logs, e.leased = nil, time.Time{}
			}
		}
	}
	if e.leased.IsZero() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(calls), reportTime)
	defer cancel()
	if _, _, err := e.pager.Store.LeaseEndpoint(ctx, e.ref.Brand, e.ref.Endpoint, e.pager.id, time.Time{}); err != nil {
		e.pager.Log.Warn("an endpoint's lease ends by itself", "brand", e.ref.Brand, "endpoint", e.ref.Endpoint, "err", err)
	}
}
