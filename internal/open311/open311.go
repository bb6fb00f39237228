package open311

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// Path is where a brand's endpoint is.
const Path = "/open311/v2"

// Options is what the bridge needs from outside.
type Options struct {
	Store  *store.Store
	Words  *words.Catalogue
	Log    *slog.Logger
	Now    func() time.Time
	Random io.Reader               // safe for concurrent use
	Count  func(kind sayline.Kind) // errors, for the metrics; may be nil

	// Accept brings a moment to the door within the budget of its address, or of
	// the relay whose key is given ("" for none).
	Accept func(r *http.Request, site *brands.Site, sub intake.Submission, relay string) (*intake.Accepted, error)
}

// Bridge answers for every brand that has a public topic.
type Bridge struct {
	Options
	errors *web.Errors
}

// New makes the bridge.
func New(o Options) *Bridge {
	b := &Bridge{Options: o}
	b.errors = &web.Errors{Log: o.Log, Count: o.Count, Shape: shape}
	return b
}

// Routes puts the bridge into the mux of brands; requests carry theirs
// ([brands.WithSite]).
func (b *Bridge) Routes(mux *http.ServeMux) { mux.Handle(Path+"/{path...}", b.errors.Handle(b.serve)) }

// asking is one request: to whom, in which format and language.
type asking struct {
	w      http.ResponseWriter
	r      *http.Request
	site   *brands.Site
	format format
	lang   string
	words  *words.Tongue
}

// serve leads a path to its answer. Everything here is open to every origin.
func (b *Bridge) serve(w http.ResponseWriter, r *http.Request) error {
	web.Secure(w.Header())
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Expose-Headers", "Link, Retry-After, ETag")
	resource, f, ok := cutFormat(r.PathValue("path"))
	site := brands.FromContext(r.Context())
	if !ok || site == nil || len(site.OpenTopics()) == 0 {
		return nothingHere()
	}
	lang := web.Language(r, site.Languages)
	a := &asking{w, r, site, f, lang, b.Words.In(lang)}
	noun, id, one := strings.Cut(resource, "/")
	answer := map[string]func(*asking, string) error{
		"discovery": b.discovery, "services": b.services, "requests": b.requests,
		"services/": b.definition, "requests/": b.request, "tokens/": b.token,
	}[noun+map[bool]string{true: "/"}[one]]
	if answer == nil || one && (id == "" || strings.Contains(id, "/")) {
		return nothingHere()
	}
	takes := []string{"GET", "HEAD", "OPTIONS"}
	if resource == "requests" {
		takes = append(takes, "POST")
	}
	switch {
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		return answer(a, id)
	case r.Method == http.MethodOptions:
		preflight(w, takes)
		return nil
	case r.Method == http.MethodPost && resource == "requests":
		return b.post(a)
	}
	w.Header().Set("Allow", strings.Join(takes, ", "))
	sendError(w, r, f, http.StatusMethodNotAllowed, "This address does not take "+r.Method+".")
	return nil
}

func nothingHere() error {
	return sayline.Errorf(sayline.NotFound, "There is nothing at this address.")
}

// preflight answers what a browser asks before it sends from another site.
func preflight(w http.ResponseWriter, takes []string) {
	h := w.Header()
	h.Set("Allow", strings.Join(takes, ", "))
	h.Set("Access-Control-Allow-Methods", strings.Join(takes, ", "))
	h.Set("Access-Control-Allow-Headers", "Idempotency-Key, Content-Type, Accept-Language, If-None-Match")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

// name is a text of the brand's in the reader's language.
func (a *asking) name(t sayline.Text) string { return t.In(a.lang, a.site.Language()) }
