package app

import (
	"io"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/pager"
	"github.com/sayline/sayline/internal/screen"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// How long a client may take over a request's head and body, and how large a head may be.
const (
	headTime = 10 * time.Second
	bodyTime = 60 * time.Second
	idleTime = 2 * time.Minute
	maxHead  = 32 << 10
)

// makeRooms makes everything between the store and the people, and the server
// that leads to it: a request finds its brand by host or /@BRAND/, else it is
// for the house.
func (a *App) makeRooms() error {
	catalogue, err := words.New()
	if err != nil {
		return err
	}
	proxies, err := web.ParseProxies(a.Options.TrustedProxies)
	if err != nil {
		return err
	}
	errors := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sayline_errors_total", Help: "Answers that were errors, by kind."}, []string{"kind"})
	a.countError = func(k sayline.Kind) { errors.WithLabelValues(string(k)).Inc() }
	a.metrics.MustRegister(errors, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if err := a.makePager(catalogue); err != nil {
		return err
	}
	brand := http.NewServeMux()
	if err := a.makeScreen(catalogue, proxies, brand); err != nil {
		return err
	}
	operator := http.NewServeMux()
	a.operations(operator)
	if err := a.makeHouse(catalogue, proxies, operator); err != nil {
		return err
	}
	if a.Options.Mount != nil {
		a.Options.Mount(operator, a)
	}
	split := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if brands.FromContext(r.Context()) != nil {
			brand.ServeHTTP(w, r)
			return
		}
		operator.ServeHTTP(w, r)
	})
	a.server = &http.Server{
		Handler:           a.Registry.Resolve(a.base, proxies.Secure, split),
		ReadHeaderTimeout: headTime, ReadTimeout: bodyTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHead,
		ErrorLog: quiet(a.Options.Log),
	}
	a.loops = append(a.loops, a.tidy)
	return nil
}

func (a *App) makeScreen(catalogue *words.Catalogue, proxies web.Proxies, mux *http.ServeMux) error {
	s, err := screen.New(screen.Options{
		Door: a.Door, Words: catalogue, Log: a.Options.Log, Now: a.Options.Now, Random: a.Options.Random, Proxy: proxies,
		Count: a.countError, RateLimitOff: a.Options.RateLimitOff, Conformance: []string{"events"},
	})
	if err != nil {
		return err
	}
	s.Routes(mux)
	a.closers = append(a.closers, s.Close)
	return nil
}

func (a *App) makePager(catalogue *words.Catalogue) error {
	o := pager.Options{
		Store: a.Store, Registry: a.Registry, Words: catalogue, Log: a.Options.Log, Now: a.Options.Now, Random: a.Options.Random, Metrics: a.metrics,
		BrandURL: func(brand string) string { return a.brandURL(brand) + "/cx" },
		CaseURL:  func(brand, caseID string) string { return a.operator + "/b/" + brand + "/desk/" + caseID },
	}
	hooks := notify.NewWebhooks(notify.WebhookOptions{AllowPrivate: a.Options.AllowPrivateTargets})
	o.Webhooks = hooks
	a.closers = append(a.closers, hooks.Close)
	if a.Options.Mail != "" {
		settings, from, err := parseMail(a.Options.Mail)
		if err != nil {
			return err
		}
		o.From = from
		for range mailers {
			m, err := notify.NewMailer(settings)
			if err != nil {
				return err
			}
			o.Mailers = append(o.Mailers, m)
			a.closers = append(a.closers, m.Close)
		}
	}
	p, err := pager.New(o)
	if err != nil {
		return err
	}
	a.loops = append(a.loops, p.Run)
	return nil
}

// brandURL is a brand's own public address: its first domain, once the operator
// has a public name too, else its place under the operator's.
func (a *App) brandURL(id string) string {
	if b := a.Registry.ByID(id); b != nil && len(b.Domains) > 0 && a.Options.PublicURL != "" {
		return "https://" + b.Domains[0]
	}
	return a.operator + "/@" + id
}

// operations are what the machine's keeper asks.
func (a *App) operations(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := a.Store.Ready(r.Context()); err != nil {
			a.Options.Log.Warn("not ready", "err", err)
			http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ready\n")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.metrics, promhttp.HandlerOpts{}))
}
