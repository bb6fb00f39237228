package screen

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/docs/schema"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// Options is what the screen needs from outside.
type Options struct {
	Door   *intake.Door
	Words  *words.Catalogue
	Log    *slog.Logger
	Now    func() time.Time
	Random io.Reader               // safe for concurrent use
	Count  func(kind sayline.Kind) // errors, for the metrics; may be nil
	Proxy  web.Proxies             // whose word about a client's address is believed

	// Anywhere is the operator's address as a visitor sees it: /say there keeps
	// receipts across brands. nil where there is none.
	Anywhere func(*http.Request) string

	// Opened is told of each opening of a touchpoint's screen, and nothing of who
	// opened it; may be nil.
	Opened func(*brands.Snapshot, *sayline.Touchpoint)

	Resolver string // path of the brand's GS1 resolver, such as "/gs1"; "" where there is none
	PushKey  string // public VAPID key that browsers subscribe to, base64url; "" tells no browser
	Mail     bool   // who left an e-mail address is written to
	Open311  string // path of the brand's Open311 endpoint, such as "/open311/v2"; "" where there is none

	RatePerMinute int           // moments one address may send; 0 is the default
	RateLimitOff  bool          // for load tests
	Streams       int           // open event streams; 0 is the default
	StreamFor     time.Duration // how long one stays open; 0 is the default
	Spool         *media.Spool  // for photos and voices on their way in; nil takes none
	Conformance   []string      // classes of the protocol that other parts of the program fulfil, such as "events"
}

// Defaults of Options.
const (
	DefaultRate      = 120
	DefaultStreams   = 10_000
	DefaultStreamFor = 10 * time.Minute
)

// addsPerMoment is how much one address may add for each moment it may send.
const addsPerMoment = 5

// perDevice is how many times the rate of an address a device of the brand's own
// may have: it delivers what waited for days.
const perDevice = 5

// Screen serves every brand's touch screen and protocol.
type Screen struct {
	Options
	errors   *web.Errors
	limit    *web.Limiter // of moments; nil when off
	relays   *web.Limiter // of what relays hand in
	adding   *web.Limiter // of what is added to them: a few times as much
	things   *web.Limiter // of moments that one device signs
	relayed  *web.Limiter // of what relays add
	streams  *web.Slots
	uploads  *web.Slots
	done     chan struct{}
	pages    *template.Template
	wardrobe *wardrobe
	drawn    drawn
	assets   *web.Assets
	scripts  scripts
	teller   string // the service worker of one receipt, without what is of a brand
	worker   string // the service worker, without what is of a brand
	openAPI  []byte
	asyncAPI []byte
}

// scripts are what stands in the pages themselves, and their hashes.
type scripts struct {
	touch template.HTML
	hash  string
}

//go:embed assets
var files embed.FS

// New makes the screen; the error is a fault in the program's own files.
func New(o Options) (*Screen, error) {
	if o.RatePerMinute == 0 {
		o.RatePerMinute = DefaultRate
	}
	if o.Streams == 0 {
		o.Streams = DefaultStreams
	}
	if o.StreamFor == 0 {
		o.StreamFor = DefaultStreamFor
	}
	s := &Screen{Options: o, streams: web.NewSlots(o.Streams), uploads: web.NewSlots(maxUploads), done: make(chan struct{})}
	if !o.RateLimitOff {
		s.limit = web.NewLimiter(o.RatePerMinute, o.Now, o.Random)
		s.relays = web.NewLimiter(o.RatePerMinute*relayBudget, o.Now, o.Random)
		s.adding = web.NewLimiter(o.RatePerMinute*addsPerMoment, o.Now, o.Random)
		s.things = web.NewLimiter(o.RatePerMinute*perDevice, o.Now, o.Random)
		s.relayed = web.NewLimiter(o.RatePerMinute*relayBudget*addsPerMoment, o.Now, o.Random)
	}
	s.errors = &web.Errors{Log: o.Log, Count: o.Count, Fill: s.fillProblem, Page: s.problemPage}
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("screen: %w", err)
	}
	return s, nil
}

// load reads the embedded files: templates, style, scripts.
func (s *Screen) load() error {
	var err error
	read := func(name string) string {
		b, readErr := files.ReadFile("assets/" + name)
		if readErr != nil {
			err = readErr
		}
		return string(b)
	}
	s.pages, err = parsePages(files)
	if err != nil {
		return err
	}
	s.wardrobe = newWardrobe(read("screen.css"))
	touch := web.SqueezeJS(read("line.js") + read("world.js") + read("touch.js"))
	s.scripts = scripts{template.HTML("<script>" + touch + "</script>"), web.Hash(touch)}
	s.assets = web.NewAssets("/cx/a/", s.later(read))
	s.worker = web.SqueezeJS(read("line.js") + read("who.js") + read("talk.js") + read("queue.js") + read("sw.js"))
	s.teller = web.SqueezeJS(read("tell.js"))
	s.openAPI, s.asyncAPI = []byte(read("openapi.json")), alone(schema.AsyncAPI, schema.Event)
	return err
}

// parsePages reads the templates without their indents.
func parsePages(fsys fs.FS) (*template.Template, error) {
	set := template.New("")
	names, err := fs.Glob(fsys, "assets/*.html")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		var src strings.Builder
		for line := range strings.Lines(string(b)) {
			if line = strings.TrimSpace(line); line != "" {
				src.WriteString(line + "\n")
			}
		}
		if _, err := set.New(name).Parse(src.String()); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// Close ends the open streams; whoever reads them asks again.
func (s *Screen) Close() { close(s.done) }

// handler answers a request to a brand.
type handler func(w http.ResponseWriter, r *http.Request, site *brands.Site) error

// Routes puts everything this package answers into a mux. Requests must carry
// their brand ([brands.WithSite]) with /@BRAND cut from the path.
func (s *Screen) Routes(mux *http.ServeMux) {
	for _, r := range []struct {
		pattern string
		handler handler
	}{
		{"GET /.well-known/cx", s.discovery},

		{"GET /cx", s.touch},
		{"GET /cx/t/{id}", s.touch},
		{"GET /cx/01/{path...}", s.touch},
		{"GET /cx/414/{path...}", s.touch},
		{"POST /cx", s.form},
		{"POST /cx/t/{id}", s.form},
		{"POST /cx/01/{path...}", s.form},
		{"POST /cx/414/{path...}", s.form},
		{"POST /cx/moments", s.submit},

		{"GET /cx/r/{secret}", s.receipt},
		{"PATCH /cx/r/{secret}", s.patch},
		{"DELETE /cx/r/{secret}", s.withdraw},
		{"POST /cx/r/{secret}", s.change},
		{"POST /cx/r/{secret}/messages", s.message},
		{"POST /cx/r/{secret}/media", s.addMedia},
		{"GET /cx/r/{secret}/media/{id}", s.media},
		{"GET /cx/r/{secret}/media/{id}/{as}", s.media},
		{"POST /cx/r/{secret}/push", s.push},
		{"GET /cx/r/{secret}/export", s.export},
		{"GET /cx/gone", s.gone},
		{"GET /cx/done", s.donePage},

		{"GET /cx/manifest.webmanifest", s.manifest},
		{"GET /cx/icon.svg", s.icon},
		{"GET /cx/icon/{size}", s.iconPNG},
		{"GET /cx/sw.js", s.serviceWorker},
		{"GET /cx/tell.js", s.tellWorker},
		{"POST /cx/share", s.share},
		{"POST /cx/device", s.device},
		{"GET /cx/came/{id}", s.came},

		{"GET /cx/touchpoints", s.touchpoints},
		{"GET /cx/button.js", s.button},
		{"GET /cx/openapi.json", s.openapi},
		{"GET /cx/asyncapi.json", s.asyncapi},
		{"GET /cx/a/{name}", func(w http.ResponseWriter, r *http.Request, _ *brands.Site) error { return s.assets.Serve(w, r) }},

		{"OPTIONS /.well-known/cx", s.preflight},
		{"OPTIONS /cx", s.preflight},
		{"OPTIONS /cx/{path...}", s.preflight},
		{"/.well-known/cx", s.wrongMethod(mux)},
		{"/cx", s.wrongMethod(mux)},
		{"/cx/{path...}", s.wrongMethod(mux)},
	} {
		mux.Handle(r.pattern, s.open(r.handler))
	}
}

// open is around every route: who is asked, and the headers all answers carry.
// Everything here is open to every origin and never uses credentials.
func (s *Screen) open(h handler) http.Handler {
	return s.errors.Handle(func(w http.ResponseWriter, r *http.Request) error {
		web.Secure(w.Header())
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Expose-Headers", "Location, Retry-After, ETag, Content-Language")
		site := brands.FromContext(r.Context())
		if site == nil {
			return sayline.Errorf(sayline.NotFound, "There is no brand at this address.")
		}
		return h(w, r, site)
	})
}

// preflight answers what a browser asks before it sends from another site.
func (s *Screen) preflight(w http.ResponseWriter, _ *http.Request, _ *brands.Site) error {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PATCH, DELETE")
	h.Set("Access-Control-Allow-Headers", "Idempotency-Key, Content-Type, Accept-Language, If-None-Match, Last-Event-ID")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
	return nil
}
