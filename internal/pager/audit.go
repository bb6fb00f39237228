package pager

import (
	"context"
	"time"

	"github.com/sayline/sayline"
)

// AuditEvery is how often the auditor looks.
const AuditEvery = 15 * time.Second

// runAuditor alarms when an alert is late. It shares nothing with the sender
// but the store, so that what stops the one does not silence the other.
func (p *Pager) runAuditor(ctx context.Context) {
	tick := time.NewTicker(AuditEvery)
	defer tick.Stop()
	var beaten time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if healthy := p.audit(ctx); healthy && p.Beat != nil && p.Now().Sub(beaten) >= BeatEvery {
				beaten = p.Now()
				p.beat(ctx)
			}
		}
	}
}

// BeatEvery is how often the outside is told that alerts leave in time.
const BeatEvery = time.Minute

// beat tells a watchdog outside that all is well. It hears nothing while something
// is late, nor when nobody runs here any more: then it is the one that alarms.
func (p *Pager) beat(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, sayline.CallTimeout)
	defer cancel()
	if err := p.Beat(ctx); err != nil && ctx.Err() != context.Canceled {
		p.Log.Warn("the watchdog was not reached", "err", err)
	}
}

// audit looks once, and says whether nothing is late.
func (p *Pager) audit(ctx context.Context) (healthy bool) {
	ctx, cancel := context.WithTimeout(ctx, AuditEvery)
	defer cancel()
	late, err := p.Store.Late(ctx, p.Now().Add(-sayline.AuditorLate))
	if err != nil {
		if ctx.Err() != context.Canceled {
			p.metrics.alarms.Inc()
			p.Log.Error("ALARM: whether alerts are late can't be read", "err", err)
		}
		return false
	}
	p.metrics.late.WithLabelValues("step").Set(float64(late.Steps))
	p.metrics.late.WithLabelValues("page").Set(float64(late.Pages))
	p.metrics.late.WithLabelValues("case").Set(float64(late.Comebacks))
	if late.Steps+late.Pages+late.Comebacks == 0 {
		return true
	}
	p.metrics.alarms.Inc()
	p.Log.Error("ALARM: alerts are late", "steps", late.Steps, "pages", late.Pages, "cases", late.Comebacks, "oldest", p.Now().Sub(late.Since).Round(time.Millisecond))
	return false
}
