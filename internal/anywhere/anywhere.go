package anywhere

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/cx/js"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// Options is what the page needs from outside.
type Options struct {
	Store  *store.Store
	Brands *brands.Registry
	Words  *words.Catalogue
	Log    *slog.Logger
	Now    func() time.Time
	Random io.Reader               // safe for concurrent use
	Count  func(kind sayline.Kind) // errors, for the metrics; may be nil
	Proxy  web.Proxies             // whose word about a client's address is believed

	// Operator is this server's address as the visitor sees it; BrandURL a brand's
	// own, for somebody who came by that address.
	Operator func(*http.Request) string
	BrandURL func(base, brand string) string
	// Document is what a brand of this server says of itself, to such a visitor.
	Document func(base, brand string) *cx.Discovery

	// Discover finds a brand's document; its client must refuse private addresses
	// unless Private is set.
	Discover func(ctx context.Context, address string) (*cx.Found, error)
	Private  bool

	// Hear turns recorded speech into text and keeps nothing; nil where the
	// operator has no service for it. Errors are of the package sayline.
	Hear func(ctx context.Context, mediaType string, speech []byte, lang string) (string, error)

	Directory    []string // domains the operator vouches for, ASCII
	RateLimitOff bool     // for load tests
}

// How often one address may ask in a minute; looking at a domain for the first
// time and listening cost others' work too.
const (
	findsPerMinute = 60
	looksPerMinute = 12
	hearsPerMinute = 12
)

// Anywhere serves /say.
type Anywhere struct {
	Options
	errors  *web.Errors
	finds   *web.Limiter // nil when off
	looks   *web.Limiter
	hears   *web.Limiter
	learnt  learnt
	known   atomic.Pointer[known]
	flight  singleflight.Group
	slots   chan struct{}
	tongues []string // English first
	pages   *template.Template
	assets  *web.Assets
	style   template.HTML
	allowed string // hash of the style
	theme   [2]string
}

//go:embed assets
var files embed.FS

// ink is the colour of a page that is no brand's.
const ink = "#3d3a34"

// New makes the page; the error is a fault in the program's own files.
func New(o Options) (*Anywhere, error) {
	a := &Anywhere{Options: o, slots: make(chan struct{}, mostAtOnce)}
	a.learnt.absent = map[string]absence{}
	if !o.RateLimitOff {
		a.finds = web.NewLimiter(findsPerMinute, o.Now, o.Random)
		a.looks = web.NewLimiter(looksPerMinute, o.Now, o.Random)
		a.hears = web.NewLimiter(hearsPerMinute, o.Now, o.Random)
	}
	a.errors = &web.Errors{Log: o.Log, Count: o.Count, Fill: a.fillProblem, Page: a.problemPage}
	a.tongues = o.Words.Languages("anywhere")
	slices.SortStableFunc(a.tongues, func(x, y string) int {
		return strings.Compare(strings.TrimPrefix(x, "en"), strings.TrimPrefix(y, "en"))
	})
	var err error
	if a.pages, err = template.ParseFS(files, "assets/*.html"); err != nil {
		return nil, fmt.Errorf("anywhere: %w", err)
	}
	css, err := files.ReadFile("assets/anywhere.css")
	if err != nil {
		return nil, fmt.Errorf("anywhere: %w", err)
	}
	own, err := files.ReadFile("assets/anywhere.js")
	if err != nil {
		return nil, fmt.Errorf("anywhere: %w", err)
	}
	sheet := look.Tokens(ink) + web.SqueezeCSS(string(css))
	day, dark := look.Of(ink)
	a.style, a.allowed, a.theme = template.HTML("<style>"+sheet+"</style>"), web.Hash(sheet), [2]string{day.Wash, dark.Wash}
	a.assets = web.NewAssets("/say/a/", map[string][]byte{"anywhere.js": []byte(web.SqueezeJS(string(own))), "cx.js": []byte(web.SqueezeJS(js.Source))})
	return a, nil
}

// Routes puts the page into the operator's mux.
func (a *Anywhere) Routes(mux *http.ServeMux) {
	for _, r := range []struct {
		pattern string
		handler web.Handler
	}{
		{"GET /say", a.page},
		{"POST /say", a.page},
		{"GET /say/find", a.find},
		{"POST /say/find", a.find},
		{"POST /say/hear", a.hear},
		{"GET /say/a/{name}", a.assets.Serve},
	} {
		mux.Handle(r.pattern, a.open(r.handler))
	}
}

// open is around every route: the headers all answers carry, and the allowance.
func (a *Anywhere) open(h web.Handler) http.Handler {
	return a.errors.Handle(func(w http.ResponseWriter, r *http.Request) error {
		web.Secure(w.Header())
		w.Header().Set("Cache-Control", "private, no-cache")
		return h(w, r)
	})
}

// take takes one from an address's allowance.
func (a *Anywhere) take(l *web.Limiter, r *http.Request) error {
	if l == nil {
		return nil
	}
	if wait, ok := l.Take(a.Proxy.Client(r)); !ok {
		return web.RetryAfter(&sayline.Error{Kind: sayline.TooMany, Message: "That is a lot from one place in one minute. Please try again shortly.", Key: "todo_try_again"}, wait)
	}
	return nil
}

// maxForm is the largest form read, bytes: a sentence with every character escaped.
const maxForm = 64 << 10

// ask answers what a request asks for; nil where it asks for nothing.
func (a *Anywhere) ask(w http.ResponseWriter, r *http.Request, lang string) (*Question, *Answer, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, nil, sayline.Errorf(sayline.Invalid, "This form can't be read.").Because(err)
	}
	q := &Question{Say: r.Form.Get("q"), Code: r.Form.Get("code"), Words: r.Form.Get("words")}
	if q.empty() {
		return q, nil, nil
	}
	if err := a.take(a.finds, r); err != nil {
		return q, nil, err
	}
	answer, err := a.Find(r.Context(), a.Operator(r), *q, lang, func() error { return a.take(a.looks, r) })
	return q, answer, err
}

// find is the finder for clients: a sentence in q, or a brand's address in address.
func (a *Anywhere) find(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	if address := r.URL.Query().Get("address"); address != "" {
		return a.discover(w, r, address)
	}
	_, answer, err := a.ask(w, r, a.language(r))
	if err != nil {
		return err
	}
	if answer == nil {
		return sayline.Errorf(sayline.Invalid, "Say a brand's name or its domain in q.")
	}
	web.SendJSON(w, r, http.StatusOK, document(answer))
	return nil
}

// maxSpeech is the longest recording taken, bytes: the protocol's least limit.
const maxSpeech = 5 << 20

// hear turns a recording into text. Nothing of it is kept.
func (a *Anywhere) hear(w http.ResponseWriter, r *http.Request) error {
	if a.Hear == nil {
		return sayline.Errorf(sayline.NotFound, "Nobody listens here. Please type it.")
	}
	if err := a.take(a.hears, r); err != nil {
		return err
	}
	mediaType, _, err := web.MediaType(r)
	if err != nil {
		return err
	}
	speech, err := web.ReadBody(w, r, maxSpeech)
	if err != nil {
		return err
	}
	text, err := a.Hear(r.Context(), mediaType, speech, a.language(r))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	web.SendJSON(w, r, http.StatusOK, map[string]string{"text": text})
	return nil
}

func (a *Anywhere) language(r *http.Request) string {
	if l, ok := web.MatchLanguage(r.URL.Query().Get("lang"), a.tongues); ok {
		return l
	}
	return web.Language(r, a.tongues)
}
