package pager

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
)

// BenchmarkTapToWebhook says moments at a rate and measures from right before
// the accept to the request read by a receiver of its own, all on this machine.
func BenchmarkTapToWebhook(b *testing.B) {
	for name, database := range engines {
		for _, rate := range []int{100, 1000} {
			b.Run(fmt.Sprintf("%s/%d", name, rate), func(b *testing.B) { tapToWebhook(b, database(b), rate) })
		}
	}
}

func tapToWebhook(b *testing.B, database string, rate int) {
	var mu sync.Mutex
	got := map[string]time.Time{}
	came := make(chan struct{}, 1<<20)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		at := time.Now()
		var e struct {
			Type, Subject string
		}
		if err := json.Unmarshal(body, &e); err != nil {
			b.Error(err)
		}
		if e.Type == sayline.EventMomentReceived {
			mu.Lock()
			got[e.Subject] = at
			mu.Unlock()
			came <- struct{}{}
		}
	}))
	b.Cleanup(receiver.Close)
	h := serve(b, database, webhooks(sayline.Webhook{ID: "crm", URL: receiver.URL}))
	_, stop := h.run(h.options(h.store))
	const total = 3000
	said, stored := make([]time.Time, total), make([]time.Time, total)
	ids := make([]string, total)
	one := func(i int) {
		said[i] = time.Now()
		m, err := say(h.store, h.brand, said[i], sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Ref: fmt.Sprint(i % 50)}})
		if err != nil {
			b.Error(err)
			return
		}
		ids[i], stored[i] = m.ID, time.Now()
	}
	for i := range 50 { // until everything has been used once
		one(i)
		<-came
	}
	for b.Loop() {
		var wg sync.WaitGroup
		gap := time.Second / time.Duration(rate)
		n := min(total, rate*3)
		start := time.Now()
		for i := range n {
			time.Sleep(time.Until(start.Add(time.Duration(i) * gap)))
			wg.Go(func() { one(i) })
		}
		wg.Wait()
		for range n {
			<-came
		}
		var took, accepted []time.Duration
		mu.Lock()
		for i := range n {
			took = append(took, got[ids[i]].Sub(said[i]))
			accepted = append(accepted, stored[i].Sub(said[i]))
		}
		mu.Unlock()
		ms := func(list []time.Duration, q float64) float64 {
			slices.Sort(list)
			return float64(list[int(q*float64(n-1))].Microseconds()) / 1000
		}
		b.ReportMetric(ms(took, .5), "p50-ms")
		b.ReportMetric(ms(took, .99), "p99-ms")
		b.ReportMetric(ms(took, 1), "max-ms")
		b.ReportMetric(ms(accepted, .5), "accept-p50-ms")
		b.ReportMetric(ms(accepted, .99), "accept-p99-ms")
		b.ReportMetric(float64(n)/time.Since(start).Seconds(), "events/s")
	}
	stop()
}

// BenchmarkStepsDueAtOnce fires ten thousand steps that fall due in the same
// second, each of a case of its own, with their pages.
func BenchmarkStepsDueAtOnce(b *testing.B) {
	for name, database := range engines {
		b.Run(name, func(b *testing.B) {
			h := serve(b, database(b))
			p, err := New(h.options(h.store))
			if err != nil {
				b.Fatal(err)
			}
			const steps = 10_000
			for b.Loop() {
				b.StopTimer()
				var wg sync.WaitGroup
				for w := range 64 {
					wg.Go(func() {
						for i := w; i < steps; i += 64 {
							if _, err := say(h.store, h.brand, time.Now(), sayline.Moment{Topic: "tastes-off", Context: sayline.Context{Ref: secret()}}); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wg.Wait()
				b.StartTimer()
				start := time.Now()
				p.fireDue(b.Context())
				b.ReportMetric(steps/time.Since(start).Seconds(), "steps/s")
			}
		})
	}
}
