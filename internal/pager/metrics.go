package pager

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
)

// metrics are the pager's figures.
type metrics struct {
	pages      *prometheus.CounterVec   // calls to people's contacts, by channel and outcome
	reach      *prometheus.HistogramVec // seconds from a page made to it taken, by channel
	deliveries *prometheus.CounterVec   // calls to endpoints, by outcome
	outward    prometheus.Histogram     // seconds from an event to it taken by an endpoint, first tries only
	late       *prometheus.GaugeVec     // steps and pages that should be out already
	alarms     prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	spans := []float64{.002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 15, 60}
	m := &metrics{
		pages:      prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sayline_page_calls_total", Help: "Calls to people's contacts."}, []string{"channel", "outcome"}),
		reach:      prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "sayline_page_seconds", Help: "From a page made to its provider taking it.", Buckets: spans}, []string{"channel"}),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sayline_delivery_calls_total", Help: "Calls to webhook endpoints."}, []string{"outcome"}),
		outward:    prometheus.NewHistogram(prometheus.HistogramOpts{Name: "sayline_delivery_seconds", Help: "From an event committed to an endpoint taking it, at the first try.", Buckets: spans}),
		late:       prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "sayline_alerts_late", Help: "Steps and pages over five seconds late, as the auditor last saw."}, []string{"what"}),
		alarms:     prometheus.NewCounter(prometheus.CounterOpts{Name: "sayline_alerts_late_alarms_total", Help: "Times the auditor found alerts late, or could not look."}),
	}
	r.MustRegister(m.pages, m.reach, m.deliveries, m.outward, m.late, m.alarms)
	return m
}

func (m *metrics) page(p sayline.Page, o notify.Outcome, now time.Time) {
	m.pages.WithLabelValues(p.Channel, string(o.Class)).Inc()
	if o.Class == notify.Accepted {
		m.reach.WithLabelValues(p.Channel).Observe(now.Sub(p.CreatedAt).Seconds())
	}
}
