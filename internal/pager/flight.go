package pager

import (
	"context"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
)

// flight is one call to an endpoint: an event's first, or one tried again.
type flight struct {
	rendered
	before   *store.Delivery // what came of the calls before; nil at the first
	begun    time.Time
	ended    time.Time
	outcome  notify.Outcome
	attempts int
}

// pauses are the waits between tries of one event; the last is repeated. Whoever
// is away for a moment has it in seconds, whoever is away for days is not called
// every minute.
var pauses = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour}

// tryFor is how long an event is tried, from its first call.
const tryFor = 3 * 24 * time.Hour

// fly makes the call.
func (p *Pager) fly(ctx context.Context, h *hook, f *flight) {
	ctx, cancel := context.WithTimeout(ctx, sayline.CallTimeout)
	defer cancel()
	f.attempts = 1
	if f.before != nil {
		f.attempts = f.before.Attempts + 1
	}
	f.begun = p.Now()
	p.Store.Pass(store.BeforeCall, toEndpoint)
	f.outcome = p.Webhooks.Post(ctx, notify.Delivery{URL: h.URL, ID: f.id, At: f.begun, Secrets: h.secrets, Body: f.body})
	p.Store.Pass(store.AfterCall, toEndpoint)
	f.ended = p.Now()
	p.metrics.deliveries.WithLabelValues(string(f.outcome.Class)).Inc()
	if f.attempts == 1 && f.outcome.Class == notify.Accepted {
		p.metrics.outward.Observe(f.ended.Sub(f.at).Seconds())
	}
}

// record is the flight's row in the delivery log, with what is to happen next.
func (f *flight) record(endpoint string) store.Delivery {
	d := store.Delivery{Endpoint: endpoint, Seq: f.seq, State: store.DeliveryDone, Attempts: f.attempts, FirstAt: f.begun, LastAt: f.ended,
		Outcome: string(f.outcome.Class), Detail: f.outcome.Detail, Took: f.ended.Sub(f.begun)}
	if f.before != nil {
		d.FirstAt = f.before.FirstAt
	}
	switch f.outcome.Class {
	case notify.Accepted:
	case notify.Gone:
		d.State = store.DeliveryFailed
	default:
		wait := max(pauses[min(f.attempts, len(pauses))-1], f.outcome.RetryAfter)
		d.State, d.NextAt = store.DeliveryRetry, f.ended.Add(wait)
		if d.NextAt.After(d.FirstAt.Add(tryFor)) {
			d.State, d.NextAt = store.DeliveryFailed, time.Time{}
		}
	}
	return d
}

// health is how an endpoint has been answering. While it is away, its events
// wait where they are instead of each failing by itself.
type health struct {
	failures int       // in a row that say it is away
	until    time.Time // new events wait until then
	back     bool      // it was away and has answered again
}

const (
	awayAfter   = 8 // failures in a row
	longestHold = 5 * time.Minute
)

// note learns from a call. An answer, even a bad one, is one of somebody there.
func (h *health) note(o notify.Outcome, now time.Time) {
	if o.Class != notify.FailedForNow && o.Class != notify.Unknown {
		*h = health{back: h.back || h.failures >= awayAfter}
		return
	}
	if h.failures++; h.failures >= awayAfter {
		h.until = now.Add(min(max(time.Second<<min(h.failures-awayAfter, 20), o.RetryAfter), longestHold))
	}
}

// window is how many new events may be under way: one, to see, while it is away.
func (h *health) window(now time.Time, most int) int {
	switch {
	case now.Before(h.until):
		return 0
	case h.failures >= awayAfter:
		return 1
	}
	return most
}
