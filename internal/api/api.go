// Package api is where a company's own systems (stock, hotel, ticketing, a store of
// data) work on cases and read what is said, with a key an owner makes in the studio.
//
// api.go is who asks and all routes; cases.go cases to read, act.go what is done
// about them. What the pulse shows: said.go, moments by its filter; figures.go, how
// much and how it felt; touchpoints.go; events.go, everything as it happens. What a
// system brings: visits.go, how many came, and came.go, the same to read.
// openapi.json describes it, and a test holds it to the routes.
package api

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/live"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

//go:embed openapi.json
var description []byte

// Options is what the API is made of.
type Options struct {
	Store  *store.Store
	Brands *brands.Registry
	Log    *slog.Logger
	Now    func() time.Time
	Random io.Reader                 // safe for concurrent use
	Count  func(sayline.Kind)        // counts errors; may be nil
	Desk   func(b, c string) string  // the address of a case on the desk
	Hub    *live.Hub                 // wakes the streams
	Source func(brand string) string // a brand's public address, in its events

	RateLimitOff bool
}

// API answers systems.
type API struct {
	Options
	errors  web.Errors
	limiter *web.Limiter // nil when there is none
	streams shares
	over    chan struct{} // closed to end them
}

// perMinute is how many requests a system may make a minute.
const perMinute = 600

// New makes the API.
func New(o Options) *API {
	a := &API{Options: o, errors: web.Errors{Log: o.Log, Count: o.Count}, over: make(chan struct{})}
	if !o.RateLimitOff {
		a.limiter = web.NewLimiter(perMinute, o.Now, o.Random)
	}
	return a
}

// Close ends the streams; they come again elsewhere.
func (a *API) Close() { close(a.over) }

// Base is where the API of a brand is, below the house's address.
const Base = "/b/{brand}/api/v1"

// Routes are the API's paths.
func (a *API) Routes(mux *http.ServeMux) {
	mux.Handle("GET "+Base+"/openapi.json", a.errors.Handle(a.describe))
	mux.Handle("GET "+Base+"/cases", a.known(a.list))
	mux.Handle("GET "+Base+"/cases/{case}", a.known(a.read))
	mux.Handle("POST "+Base+"/cases/{case}/acknowledge", a.known(working(a.acknowledge)))
	mux.Handle("POST "+Base+"/cases/{case}/note", a.known(working(a.note)))
	mux.Handle("POST "+Base+"/cases/{case}/answer", a.known(working(a.answer)))
	mux.Handle("POST "+Base+"/cases/{case}/step", a.known(working(a.step)))
	mux.Handle("POST "+Base+"/cases/{case}/resolve", a.known(working(a.resolve)))
	mux.Handle("GET "+Base+"/moments", a.known(reading(a.moments)))
	mux.Handle("GET "+Base+"/figures", a.known(reading(a.figures)))
	mux.Handle("GET "+Base+"/touchpoints", a.known(reading(a.touchpoints)))
	mux.Handle("GET "+Base+"/visits", a.known(a.came))
	mux.Handle("POST "+Base+"/visits", a.known(working(a.visits)))
	mux.Handle("GET "+Base+"/events", a.known(reading(a.events)))
	mux.Handle(Base+"/", a.errors.Handle(func(http.ResponseWriter, *http.Request) error { return errNothing }))
}

var (
	errNothing = sayline.Errorf(sayline.NotFound, "There is no such thing here.")
	errKey     = sayline.Errorf(sayline.Unsigned, "Sign in with Authorization: Bearer and the system's key.")
)

// working lets only those do who may, and reading only those read what the pulse
// shows whose key is for that.
func working(do func(*call) error) func(*call) error {
	return func(c *call) error {
		if !c.system.MayWork() {
			return sayline.Errorf(sayline.Forbidden, "This key only reads.")
		}
		return do(c)
	}
}

func reading(do func(*call) error) func(*call) error {
	return func(c *call) error {
		if !c.system.MayRead() {
			return sayline.Errorf(sayline.Forbidden, "This key is for cases only. An owner makes one that reads what the pulse shows.")
		}
		return do(c)
	}
}

// call is one request of a system that is known.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	brand  *brands.Snapshot
	system *store.System
	hash   string // of its key
}

// known lets a system in by its key. A brand that is not here looks like a key
// that is none.
func (a *API) known(do func(*call) error) http.Handler {
	return a.errors.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if brands.FromContext(r.Context()) != nil { // a brand's own address has no house
			return errNothing
		}
		web.Secure(w.Header())
		w.Header().Set("Cache-Control", "private, no-cache")
		scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		b := a.Brands.ByID(r.PathValue("brand"))
		if key = strings.TrimSpace(key); b == nil || !strings.EqualFold(scheme, "Bearer") || !strings.HasPrefix(key, store.SystemKey) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			return errKey
		}
		hash := sayline.HashSecret(key)
		y, err := a.Store.SystemByKey(r.Context(), b.ID, hash)
		if err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			return err
		}
		if err := a.rate(y); err != nil {
			return err
		}
		y.Lanes = stillNamed(b, y)
		return do(&call{w, r, b, y, hash})
	})
}

// stillNamed are the private lanes a system sees: those it was given by somebody
// who is named in them to this day. A key outlasts its maker's rights in nothing
// that is private.
func stillNamed(b *brands.Snapshot, y *store.System) []string {
	return slices.DeleteFunc(y.Lanes, func(id string) bool {
		l := b.Index.Lane(id)
		return l == nil || !slices.Contains(l.See, y.MadeBy) || b.Index.Person(y.MadeBy) == nil
	})
}

// rate takes one from what a system may ask. The limiter counts addresses: a
// system's is made of its id.
func (a *API) rate(y *store.System) error {
	if a.limiter == nil {
		return nil
	}
	sum := sha256.Sum256([]byte(y.Brand + "\x00" + y.ID))
	if wait, ok := a.limiter.Take(netip.AddrFrom16([16]byte(sum[:16]))); !ok {
		return web.RetryAfter(sayline.Errorf(sayline.TooMany, "That is more than %d requests a minute.", perMinute), wait)
	}
	return nil
}

// describe gives the API's own description. It tells nothing of a brand.
func (a *API) describe(w http.ResponseWriter, r *http.Request) error {
	web.SendTagged(w, r, "application/json", description)
	return nil
}

// digest is what a request asked: its path and its body.
func digest(r *http.Request, body []byte) string {
	h := sha256.New()
	h.Write([]byte(r.URL.Path))
	h.Write([]byte{0})
	h.Write(body)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
