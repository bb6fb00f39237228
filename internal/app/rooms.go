package app

import (
	"io"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/alarm"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/open311"
	"github.com/sayline/sayline/internal/pager"
	"github.com/sayline/sayline/internal/reach"
	"github.com/sayline/sayline/internal/screen"
	"github.com/sayline/sayline/internal/signpost"
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
	posts := signpost.New(signpost.Options{Brands: a.Registry, Words: catalogue, Log: a.Options.Log, Now: a.Options.Now, Count: a.countError,
		Operator: a.base, BrandURL: a.brandURLFrom, SecurityContact: a.Options.SecurityContact, Open311: open311.Path})
	posts.BrandRoutes(brand)
	posts.OperatorRoutes(operator)
	if err := a.makeAnywhere(catalogue, proxies, operator); err != nil {
		return err
	}
	a.makeFeeds(catalogue, operator)
	if err := a.makeInbound(catalogue, operator); err != nil {
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
	watch := alarm.New(alarm.Options{Store: a.Store, Brands: a.Registry, Log: a.Options.Log, Now: a.Options.Now, Random: a.Options.Random})
	a.loops = append(a.loops, a.tidy, watch.Run)
	return nil
}

func (a *App) makeScreen(catalogue *words.Catalogue, proxies web.Proxies, mux *http.ServeMux) error {
	key, _ := a.Store.VAPID()
	s, err := screen.New(screen.Options{
		PushKey: key, Mail: a.Options.Mail != "",
		Door: a.Door, Words: catalogue, Log: a.Options.Log, Now: a.Options.Now, Random: a.Options.Random, Proxy: proxies,
		Count: a.countError, RateLimitOff: a.Options.RateLimitOff, Conformance: []string{"events"}, Spool: a.spool, Opened: a.countOpens().Count, Anywhere: a.base, Resolver: "/gs1", Open311: open311.Path,
	})
	if err != nil {
		return err
	}
	s.Routes(mux)
	open311.New(open311.Options{Store: a.Store, Words: catalogue, Log: a.Options.Log, Now: a.Options.Now, Random: a.Options.Random, Count: a.countError, Accept: s.Accept}).Routes(mux)
	a.document = s.Document
	a.closers = append(a.closers, s.Close)
	return nil
}

func (a *App) makePager(catalogue *words.Catalogue) error {
	o := pager.Options{
		Store: a.Store, Registry: a.Registry, Words: catalogue, Log: a.Options.Log, Now: a.Options.Now, Random: a.Options.Random, Metrics: a.metrics,
		BrandURL: func(brand string) string { return a.brandURL(brand) + "/cx" },
		CaseURL:  func(brand, caseID string) string { return a.operator + "/b/" + brand + "/desk/" + caseID },
	}
	beat, err := a.heartbeat()
	if err != nil {
		return err
	}
	o.Beat = beat
	if err := a.makeWaysOut(&o); err != nil {
		return err
	}
	o.ActURL = func(token string) string { return a.operator + reach.ActPath + token }
	o.MeURL = func(brand string) string { return a.operator + house.BrandPath(brand, reach.MePath) }
	p, err := pager.New(o)
	if err != nil {
		return err
	}
	a.pager = p
	a.loops = append(a.loops, p.Run)
	return nil
}

// brandURL is a brand's own public address: its first domain, once the operator
// has a public name too, else its place under the operator's.
func (a *App) brandURL(id string) string { return a.brandURLFrom(a.operator, id) }

// brandURLFrom is brandURL for somebody who came by an address of the operator.
func (a *App) brandURLFrom(operator, id string) string {
	if b := a.Registry.ByID(id); b != nil && len(b.Domains) > 0 && a.Options.PublicURL != "" {
		return "https://" + b.Domains[0]
	}
	return operator + "/@" + id
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
