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
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.audit(ctx)
		}
	}
}

func (p *Pager) audit(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, AuditEvery)
	defer cancel()
	late, err := p.Store.Late(ctx, p.Now().Add(-sayline.AuditorLate))
	if err != nil {
		if ctx.Err() != context.Canceled {
			p.metrics.alarms.Inc()
			p.Log.Error("ALARM: whether alerts are late can't be read", "err", err)
		}
		return
	}
	p.metrics.late.WithLabelValues("step").Set(float64(late.Steps))
	p.metrics.late.WithLabelValues("page").Set(float64(late.Pages))
	if late.Steps+late.Pages == 0 {
		return
	}
	p.metrics.alarms.Inc()
	p.Log.Error("ALARM: alerts are late", "steps", late.Steps, "pages", late.Pages, "oldest", p.Now().Sub(late.Since).Round(time.Millisecond))
}
