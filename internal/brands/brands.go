// Package brands holds every brand as it is now, in memory: an immutable
// [Snapshot] per configuration version, swapped whole when a new version is
// stored, and found by host or by /@BRAND/ for each request ([Registry.Resolve]).
// The path from a tap to its decision reads only this, never the database.
package brands

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/calendar"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/route"
	"github.com/sayline/sayline/internal/ways"
)

// Snapshot is one brand at one configuration version. It is only read.
type Snapshot struct {
	Version int
	At      time.Time // when this version was stored; zero where nobody says
	*sayline.Config
	Index  *sayline.Index
	Router *route.Router
	Roster *duty.Roster
	Fed    []sayline.Fed                 // what calendars kept elsewhere say of the roster
	Unfed  map[string][]calendar.Trouble // by calendar: what of it says nothing that is understood
	Codes  *ways.Codes                   // the short names of its touchpoints

	known map[string][]sayline.KnownContact // by person
	quiet map[string]sayline.QuietHours
}

// Site is a brand as this request addresses it.
type Site struct {
	*Snapshot
	Base string // absolute, without a slash at its end: https://sparkle.example, http://127.0.0.1:8080/@sparkle
}

// URL is the absolute address of a path of the brand.
func (s *Site) URL(path string) string { return s.Base + path }

type siteKey struct{}

// FromContext is the brand a request addresses; nil on the operator's own host.
func FromContext(ctx context.Context) *Site {
	s, _ := ctx.Value(siteKey{}).(*Site)
	return s
}

// WithSite returns a context that addresses a brand.
func WithSite(ctx context.Context, s *Site) context.Context {
	return context.WithValue(ctx, siteKey{}, s)
}

// Registry is all brands of this server. Its zero value has none.
type Registry struct {
	state atomic.Pointer[state]
}

type state struct {
	byID   map[string]*Snapshot
	byHost map[string]*Snapshot
	all    []*Snapshot
}

// Set puts a snapshot in place of the brand's earlier one. Callers do not race
// each other; readers may.
func (r *Registry) Set(s *Snapshot) {
	next := &state{byID: map[string]*Snapshot{}, byHost: map[string]*Snapshot{}}
	for _, old := range r.All() {
		if old.ID != s.ID {
			next.all = append(next.all, old)
		}
	}
	next.all = append(next.all, s)
	slices.SortFunc(next.all, func(a, b *Snapshot) int { return strings.Compare(a.ID, b.ID) })
	for _, b := range next.all {
		next.byID[b.ID] = b
		for _, d := range b.Domains {
			if next.byHost[d] == nil {
				next.byHost[d] = b
			}
		}
	}
	r.state.Store(next)
}

// ByID finds a brand by its handle; nil when there is none.
func (r *Registry) ByID(id string) *Snapshot {
	if s := r.state.Load(); s != nil {
		return s.byID[id]
	}
	return nil
}

// All are the brands, by handle.
func (r *Registry) All() []*Snapshot {
	if s := r.state.Load(); s != nil {
		return s.all
	}
	return nil
}

// byHost finds a brand by a host it owns, or by BRAND.localhost.
func (r *Registry) byHost(host string) *Snapshot {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if h, _, err := net.SplitHostPort(name); err == nil {
		name = h
	}
	if id, ok := strings.CutSuffix(name, ".localhost"); ok {
		return r.ByID(id)
	}
	if s := r.state.Load(); s != nil {
		return s.byHost[name]
	}
	return nil
}

// Resolve finds the brand a request addresses and cuts /@BRAND from its path,
// before the mux sees it. operator gives the operator's public address
// ("https://house.example") for a request to its own host; secure says whether
// the person came by TLS. A Host header is believed only if it is a brand's.
func (r *Registry) Resolve(operator func(*http.Request) string, secure func(*http.Request) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if b := r.byHost(req.Host); b != nil {
			scheme := "http://"
			if secure(req) {
				scheme = "https://"
			}
			next.ServeHTTP(w, req.WithContext(WithSite(req.Context(), &Site{b, scheme + req.Host})))
			return
		}
		rest, ok := strings.CutPrefix(req.URL.Path, "/@")
		if !ok {
			next.ServeHTTP(w, req)
			return
		}
		id, path, _ := strings.Cut(rest, "/")
		b := r.ByID(id)
		if b == nil {
			http.NotFound(w, req)
			return
		}
		cut := req.Clone(WithSite(req.Context(), &Site{b, operator(req) + "/@" + id}))
		cut.URL.Path = "/" + path
		cut.URL.RawPath = ""
		if raw, ok := strings.CutPrefix(req.URL.RawPath, "/@"+id); ok {
			cut.URL.RawPath = raw
		}
		next.ServeHTTP(w, cut)
	})
}
