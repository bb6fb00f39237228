package signpost

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// Options is what the signposts need from outside.
type Options struct {
	Brands *brands.Registry
	Words  *words.Catalogue
	Log    *slog.Logger
	Now    func() time.Time
	Count  func(kind sayline.Kind) // errors, for the metrics; may be nil

	// Operator is this server's address as the visitor sees it; BrandURL a brand's
	// own, for somebody who came by that address.
	Operator func(*http.Request) string
	BrandURL func(base, brand string) string

	Open311         string // path of a brand's Open311 endpoint; "" where there is none
	SecurityContact string // who to tell of a weakness, as a URI; "" has no security.txt
}

// Signposts answers for every brand and for the operator.
type Signposts struct {
	Options
	errors *web.Errors
}

// New makes the signposts.
func New(o Options) *Signposts {
	return &Signposts{o, &web.Errors{Log: o.Log, Count: o.Count}}
}

// handler answers a request to a brand, or with site nil to the operator.
type handler func(w http.ResponseWriter, r *http.Request, site *brands.Site) error

// BrandRoutes puts what a brand's address answers into its mux; requests carry
// their brand ([brands.WithSite]).
func (s *Signposts) BrandRoutes(mux *http.ServeMux) {
	s.routes(mux)
	for pattern, h := range map[string]handler{
		"GET /sitemap.xml":                 s.sitemap,
		"GET /gs1/{path...}":               s.resolve,
		"OPTIONS /gs1/{path...}":           s.options,
		"GET /.well-known/gs1resolver":     s.describe,
		"OPTIONS /.well-known/gs1resolver": s.options,
	} {
		mux.Handle(pattern, s.open(h))
	}
}

// OperatorRoutes puts what the operator's own host answers into its mux.
func (s *Signposts) OperatorRoutes(mux *http.ServeMux) { s.routes(mux) }

func (s *Signposts) routes(mux *http.ServeMux) {
	for pattern, h := range map[string]handler{
		"GET /.well-known/api-catalog":  s.catalog,
		"GET /.well-known/security.txt": s.security,
		"GET /robots.txt":               s.robots,
	} {
		mux.Handle(pattern, s.open(h))
	}
}

// open is around every route: everything here is open to every origin.
func (s *Signposts) open(h handler) http.Handler {
	return s.errors.Handle(func(w http.ResponseWriter, r *http.Request) error {
		web.Secure(w.Header())
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Expose-Headers", "Link, Location, ETag, Content-Language")
		w.Header().Set("Cache-Control", "public, max-age=300")
		return h(w, r, brands.FromContext(r.Context()))
	})
}

func (s *Signposts) options(w http.ResponseWriter, _ *http.Request, _ *brands.Site) error {
	h := w.Header()
	h.Set("Allow", "GET, HEAD, OPTIONS")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Accept, Accept-Language, If-None-Match")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
	return nil
}
