package site_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/site"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
)

var now = time.Date(2026, 5, 6, 12, 0, 0, 0, time.UTC)

// world is a store, a web site, and a clock that moves by the reader's pauses.
type world struct {
	*testing.T
	store  *store.Store
	server *httptest.Server
	mu     sync.Mutex
	now    time.Time
	pages  map[string]http.HandlerFunc
	asked  []string // paths, in order
	agents map[string]bool
	waits  []time.Duration
	during func(n int) error // called with each pause; nil for nothing
}

func open(t *testing.T, database string) *world {
	w := &world{T: t, now: now, pages: map[string]http.HandlerFunc{}, agents: map[string]bool{}}
	s, err := store.Open(t.Context(), store.Options{Database: database, Log: slog.New(slog.DiscardHandler), Now: w.time})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w.store = s
	w.server = httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.server.Close)
	return w
}

func (w *world) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) serve(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.asked = append(w.asked, r.URL.RequestURI())
	w.agents[r.UserAgent()] = true
	page := w.pages[r.URL.RequestURI()]
	w.mu.Unlock()
	if page == nil {
		http.NotFound(out, r)
		return
	}
	page(out, r)
}

// html is a page of the site.
func html(body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		_, _ = io.WriteString(w, body)
	}
}

func text(body string) http.HandlerFunc {
	return html(body, "Content-Type", "text/plain")
}

// reader reads at once, and its pauses move the clock.
func (w *world) reader() *site.Reader {
	return site.New(site.Options{Store: w.store, Log: slog.New(slog.DiscardHandler), Now: w.time, About: "https://house.example", AllowPrivate: true, CallTime: 2 * time.Second,
		Wait: func(ctx context.Context, d time.Duration) error {
			w.mu.Lock()
			w.now = w.now.Add(d)
			w.waits = append(w.waits, d)
			n := len(w.waits)
			w.mu.Unlock()
			if w.during != nil {
				return w.during(n)
			}
			return ctx.Err()
		}})
}

func (w *world) begin() {
	w.Helper()
	if err := w.store.ReadSite(w.Context(), sayline.SiteRead{Brand: "sparkle", URL: w.server.URL, By: "elena"}); err != nil {
		w.Fatal(err)
	}
}

func (w *world) round(r *site.Reader) {
	w.Helper()
	if err := r.Round(w.Context()); err != nil {
		w.Fatal(err)
	}
}

func (w *world) site() *sayline.SiteRead {
	w.Helper()
	s, err := w.store.SiteRead(w.Context(), "sparkle")
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// found are the pages by their path: state, and what is wrong with them.
func (w *world) found() map[string]string {
	w.Helper()
	list, err := w.store.SitePages(w.Context(), "sparkle")
	if err != nil {
		w.Fatal(err)
	}
	got := map[string]string{}
	for _, p := range list {
		says := p.State
		if p.Old(w.time()) {
			says += " old:" + p.How
		}
		if p.NoWayIn() {
			says += " noway"
		}
		got[strings.TrimPrefix(p.URL, w.server.URL)] = says
	}
	return got
}

func (w *world) want(want map[string]string) {
	w.Helper()
	got := w.found()
	for path, says := range want {
		if got[path] != says {
			w.Errorf("%s is %q, want %q", path, got[path], says)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[path]; !ok {
			w.Errorf("%s is there, too: %s", path, got[path])
		}
	}
}

func packed(s string) string {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = io.WriteString(z, s)
	_ = z.Close()
	return out.String()
}

// TestASiteIsRead: robots.txt is obeyed, sitemaps and links are followed one page
// at a time with a pause, and what is old or has no way in is found, by what the
// page, the sitemap or the header says.
func TestASiteIsRead(t *testing.T) {
	for name, database := range map[string]func(testing.TB) string{"SQLite": storetest.SQLite, "PostgreSQL": storetest.Postgres} {
		t.Run(name, func(t *testing.T) { aSiteIsRead(open(t, database(t))) })
	}
}

func aSiteIsRead(w *world) {
	base := w.server.URL
	w.pages = map[string]http.HandlerFunc{
		"/robots.txt":   text("User-agent: *\nDisallow: /\n\nUser-agent: sayline\nCrawl-delay: 3\nDisallow: /private/\nAllow: /private/open\nSitemap: " + base + "/index.xml\n"),
		"/index.xml":    text(`<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>` + base + `/a.xml.gz</loc></sitemap><sitemap><loc>/index.xml</loc></sitemap><sitemap><loc>https://elsewhere.example/s.xml</loc></sitemap></sitemapindex>`),
		"/a.xml.gz":     text(packed(`<urlset><url><loc>` + base + `/contest?utm_source=mail</loc><lastmod>2023-06-01</lastmod></url><url><loc>` + base + `/prices</loc><lastmod>2019</lastmod></url><url><loc>https://elsewhere.example/x</loc></url></urlset>`)),
		"/":             html(`<title>Sparkle &amp; you</title><a href="/about#team">About</a><a href=/private/x>x</a><a href="/private/open">y</a><a href="/calendar?month=5">c</a><a href="/logo.png">l</a><a href="mailto:a@b.example">m</a><a href="https://elsewhere.example/">e</a><a rel=nofollow href="/ad">ad</a><a href="/loop">loop</a><a href="/pdf">pdf</a><a href="/silent">s</a><a href="//[">bad</a><script async src="/@sparkle/cx/button.js"></script>`),
		"/contest":      html(`<title>Summer contest</title><p>Win!`),
		"/prices":       html(`<script type="application/ld+json">{"@graph":[{"@type":"WebPage","dateModified":"2026-04-01T10:00:00Z"}]}</script><a data-cx href="https://sparkle.example/cx">say</a>`),
		"/about":        html(`<link rel="`+cx.Rel+`" href="/.well-known/cx">`, "Last-Modified", "Mon, 06 May 2019 10:00:00 GMT"),
		"/private/open": html(`<meta property="article:published_time" content="2020-01-01"><a href="/cx">say</a>`),
		"/loop":         func(out http.ResponseWriter, r *http.Request) { http.Redirect(out, r, "/loop2", http.StatusFound) },
		"/loop2": func(out http.ResponseWriter, r *http.Request) {
			http.Redirect(out, r, base+"/loop", http.StatusMovedPermanently)
		},
		"/pdf":    html("%PDF", "Content-Type", "application/pdf"),
		"/silent": html(`<meta name=robots content="noindex, nofollow"><a href="/never">n</a>`, "Link", `</x>; rel="`+cx.Rel+`"`),
	}
	w.begin()
	w.round(w.reader())
	w.want(map[string]string{
		"/": "read", "/contest": "read old:sitemap noway", "/prices": "read", "/about": "read old:header", "/private/x": "barred", "/private/open": "read old:schema",
		"/loop": "other", "/loop2": "other", "/pdf": "other", "/silent": "read",
	})
	s := w.site()
	if s.State != sayline.SiteDone || s.Trouble != "" || s.Read != 6 || s.Left != 0 || s.Barred != 1 || s.Failed != 0 {
		w.Errorf("the reading is %+v", s)
	}
	for _, path := range []string{"/private/x", "/ad", "/never", "/logo.png", "/calendar?month=5"} {
		if slices.Contains(w.asked, path) {
			w.Errorf("%s was asked for", path)
		}
	}
	if len(w.agents) != 1 || !w.agents["Sayline/1 (reads a site for the people it belongs to; +https://house.example)"] {
		w.Errorf("it calls itself %v", w.agents)
	}
	calls := map[string]int{}
	for _, path := range w.asked {
		if calls[path]++; calls[path] > 1 {
			w.Errorf("%s was asked for again", path)
		}
	}
	if len(w.waits) != len(w.asked) {
		w.Errorf("%d calls and %d pauses", len(w.asked), len(w.waits))
	}
	for _, d := range w.waits {
		if d != 3*time.Second {
			w.Errorf("it paused for %v, the site asks for 3 s", d)
		}
	}
	if s.Spent != time.Duration(len(w.waits))*3*time.Second {
		w.Errorf("it took %v", s.Spent)
	}

	// What the brand's people said of a page outlives the next reading.
	if err := w.store.MarkSitePage(w.Context(), "sparkle", base+"/contest", "service", true, "elena"); err != nil {
		w.Fatal(err)
	}
	if err := w.store.MarkSitePage(w.Context(), "sparkle", base+"/nothing", "service", true, "elena"); sayline.KindOf(err) != sayline.NotFound {
		w.Errorf("a page there is not: %v", err)
	}
	delete(w.pages, "/about")
	w.begin()
	w.round(w.reader())
	if got := w.found(); len(got) != 10 || got["/about"] != "failed" || got["/contest"] != "read old:sitemap noway" {
		w.Errorf("read again: %v", got)
	}
	list, err := w.store.SitePages(w.Context(), "sparkle")
	if i := slices.IndexFunc(list, func(p sayline.SitePage) bool { return p.Dealt }); err != nil || i < 0 || list[i].Owner != "service" || list[i].Title != "Summer contest" {
		w.Errorf("what was said of it is gone: %v", err)
	}
}

// TestSitesThatMisbehave: whatever a site sends, the reading ends, within its
// limits, with what could be read.
func TestSitesThatMisbehave(t *testing.T) {
	endless := func(out http.ResponseWriter, r *http.Request) {
		out.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(out, "<title>Endless</title>")
		for line := bytes.Repeat([]byte("<p>and on "), 1000); ; {
			if _, err := out.Write(line); err != nil {
				return
			}
		}
	}
	hangs := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	bomb := packed(strings.Repeat(" ", 100<<20))
	many := func(base string) string {
		var s strings.Builder
		for i := range 3000 {
			fmt.Fprintf(&s, "<url><loc>%s/p/%d</loc></url>", base, i)
		}
		return "<urlset>" + s.String()
	}
	for name, tt := range map[string]struct {
		pages func(base string) map[string]http.HandlerFunc
		state string
		why   string
		want  map[string]string
		read  int
	}{
		"endless": {func(string) map[string]http.HandlerFunc { return map[string]http.HandlerFunc{"/": endless} }, sayline.SiteDone, "", map[string]string{"/": "failed"}, 0},
		"endless, with a way in": {func(string) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/": func(out http.ResponseWriter, r *http.Request) {
				out.Header().Set("Content-Type", "text/html")
				_, _ = io.WriteString(out, "<a href=/cx>say</a><a href=/b>b</a>")
				endless(out, r)
			}, "/b": html("<a href=/cx>say</a>")}
		}, sayline.SiteDone, "", map[string]string{"/": "read", "/b": "read"}, 2},
		"it stops in the middle": {func(string) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/": html("<a href=/half>h</a><a href=/cx>say</a>"), "/half": html("<title>Half</title>", "Content-Length", "5000")}
		}, sayline.SiteDone, "", map[string]string{"/": "read", "/half": "failed"}, 1},
		"slow": {func(string) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/": html(`<a href="/slow">s</a><a href="/quick">q</a>`), "/slow": hangs, "/quick": html("<a href='/cx/t/k7f3'>say</a>")}
		}, sayline.SiteDone, "", map[string]string{"/": "read noway", "/slow": "failed", "/quick": "read"}, 2},
		"robots.txt is broken": {func(string) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/": html("x"), "/robots.txt": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }}
		}, sayline.SiteFailed, site.Broken, map[string]string{}, 0},
		"robots.txt is no text": {func(string) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/": html("x"), "/robots.txt": text("\x00\xff\x1f<html>Disallow\nDisallow: %\n*: *")}
		}, sayline.SiteDone, "", map[string]string{"/": "read noway"}, 1},
		"nobody is to read": {func(string) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/": html("x"), "/robots.txt": text("User-agent: *\nDisallow: /")}
		}, sayline.SiteDone, "", map[string]string{"/": "barred"}, 0},
		"a packed bomb": {func(base string) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/": html(bomb, "Content-Encoding", "gzip"), "/sitemap.xml": text(bomb), "/robots.txt": text("Sitemap: " + base + "/broken.gz"), "/broken.gz": text("\x1f\x8bnothing of the sort")}
		}, sayline.SiteDone, "", map[string]string{"/": "failed"}, 0},
		"garbage": {func(string) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/": html("<<<a href=\"/b\"<title>\xff\xfe</titl", "Content-Type", "text/html; charset=no-such"), "/sitemap.xml": text("<urlset><url><loc>/ok</loc></url><url><loc>" + "&bogus;</nope>"), "/ok": html("\x00\x01\x02")}
		}, sayline.SiteDone, "", map[string]string{"/": "read noway", "/ok": "read noway", "/b": "failed"}, 2},
		"always busy": {func(string) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "9"); w.WriteHeader(503) }}
		}, sayline.SiteFailed, site.Busy, map[string]string{"/": "waiting"}, 0},
		"busy for an hour": {func(string) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "3600")
				w.WriteHeader(429)
			}}
		}, sayline.SiteFailed, site.Busy, map[string]string{"/": "waiting"}, 0},
		"its sitemap is busy": {func(string) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/sitemap.xml": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "7"); w.WriteHeader(503) }}
		}, sayline.SiteFailed, site.Busy, map[string]string{}, 0},
		"robots.txt moves": {func(string) map[string]http.HandlerFunc {
			moves := func(out http.ResponseWriter, r *http.Request) {
				http.Redirect(out, r, r.URL.Path+"x", http.StatusFound)
			}
			return map[string]http.HandlerFunc{"/": html("<a href=/cx>say</a>"), "/robots.txt": moves, "/robots.txtx": moves}
		}, sayline.SiteDone, "", map[string]string{"/": "read"}, 1},
		"thousands of pages": {func(base string) map[string]http.HandlerFunc {
			return map[string]http.HandlerFunc{"/": html("x"), "/sitemap.xml": text(many(base))}
		}, sayline.SiteStopped, "", nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t, storetest.SQLite(t))
			w.pages = tt.pages(w.server.URL)
			w.begin()
			if tt.want == nil {
				w.during = func(n int) error { // the first pages show as much as all
					if n == 5 {
						return w.store.TurnSite(t.Context(), "sparkle", "elena", false)
					}
					return nil
				}
			}
			w.round(w.reader())
			if tt.want != nil {
				w.want(tt.want)
			} else if n := len(w.found()); n != store.SiteMost {
				t.Errorf("%d pages are known", n)
			}
			if s := w.site(); s.State != tt.state || s.Trouble != tt.why || s.Read != tt.read {
				t.Errorf("the reading is %+v", s)
			}
			if name == "busy for an hour" && !slices.Equal(w.asked, []string{"/robots.txt", "/sitemap.xml", "/"}) {
				t.Errorf("it was asked for %v", w.asked)
			}
			if name == "its sitemap is busy" && !slices.Equal(w.waits[1:], []time.Duration{7 * time.Second, 7 * time.Second}) {
				t.Errorf("it paused for %v", w.waits)
			}
			if name == "robots.txt moves" && len(w.waits) < len(w.asked) {
				t.Errorf("%d calls and %d pauses", len(w.asked), len(w.waits))
			}
			if name == "always busy" && (len(w.waits) < 3 || w.waits[len(w.waits)-1] != 9*time.Second) {
				t.Errorf("it paused for %v", w.waits)
			}
		})
	}
}

// TestAnAddressThatIsNotPublic is never called, by whatever name it goes.
func TestAnAddressThatIsNotPublic(t *testing.T) {
	w := open(t, storetest.SQLite(t))
	w.pages["/"] = html("secret")
	w.begin()
	r := site.New(site.Options{Store: w.store, Log: slog.New(slog.DiscardHandler), Now: w.time, Wait: func(context.Context, time.Duration) error { return nil }})
	w.round(r)
	if s := w.site(); s.State != sayline.SiteFailed || s.Trouble != site.Unreached || len(w.asked) > 0 {
		t.Errorf("the reading is %+v, asked for were %v", s, w.asked)
	}
}

// TestAReadingCanBeLeft: stopped, it goes on where it was; a reader that is gone
// is followed by another; two never read at once; time that is up ends it.
func TestAReadingCanBeLeft(t *testing.T) {
	w := open(t, storetest.SQLite(t))
	var links strings.Builder
	for i := range 12 {
		fmt.Fprintf(&links, `<a href="/p%d">p</a>`, i)
		w.pages[fmt.Sprintf("/p%d", i)] = html("<a href=/cx>say</a>")
	}
	w.pages["/"] = html(links.String())
	w.begin()
	w.during = func(n int) error {
		if n == 4 {
			return w.store.TurnSite(t.Context(), "sparkle", "elena", false)
		}
		return nil
	}
	w.round(w.reader())
	s := w.site()
	if s.State != sayline.SiteStopped || s.Read == 0 || s.Left == 0 {
		t.Fatalf("stopped is %+v", s)
	}
	w.during = nil
	w.round(w.reader()) // nothing to do
	if again := w.site(); again.Read != s.Read || again.State != sayline.SiteStopped {
		t.Errorf("stopped, it went on: %+v", again)
	}
	if err := w.store.TurnSite(t.Context(), "sparkle", "elena", false); sayline.KindOf(err) != sayline.NotFound {
		t.Errorf("stopped twice: %v", err)
	}
	if err := w.store.TurnSite(t.Context(), "sparkle", "elena", true); err != nil {
		t.Fatal(err)
	}
	gone := errors.New("the process ends")
	before := len(w.waits)
	w.during = func(n int) error {
		if n == before+3 {
			return gone
		}
		return nil
	}
	if err := w.reader().Round(t.Context()); !errors.Is(err, gone) {
		t.Fatalf("it ended with %v", err)
	}
	w.during = nil
	w.round(w.reader()) // its lease still stands
	if s := w.site(); s.State != sayline.SiteReading || s.Left == 0 {
		t.Errorf("while it is another's: %+v", s)
	}
	w.mu.Lock()
	w.now = w.now.Add(6 * time.Minute)
	w.mu.Unlock()
	w.round(w.reader())
	if s := w.site(); s.State != sayline.SiteDone || s.Read != 13 || s.Left != 0 {
		t.Errorf("in the end it is %+v", s)
	}
	calls := map[string]int{}
	for _, path := range w.asked {
		calls[path]++
	}
	twice := 0
	for path, n := range calls {
		if n > 1 && path != "/robots.txt" {
			twice++
		}
	}
	if twice > 2 { // the page under way when it was stopped, and when its reader was gone
		t.Errorf("%d pages were asked for more than once: %v", twice, calls)
	}

	w.begin()
	w.during = func(int) error {
		w.mu.Lock()
		w.now = w.now.Add(20 * time.Minute)
		w.mu.Unlock()
		return nil
	}
	w.round(w.reader())
	if s := w.site(); s.State != sayline.SiteDone || s.Trouble != site.TooLong || s.Left == 0 {
		t.Errorf("after an hour it is %+v", s)
	}
}

// TestNobodyWaitsForALargeSite: while one brand's site is slow, another's is read to its
// end; a third brand on the slow one's host is not asked for meanwhile, but is in its turn.
func TestNobodyWaitsForALargeSite(t *testing.T) {
	w := open(t, storetest.SQLite(t))
	slow, quick := make(chan struct{}), httptest.NewServer(html("quick"))
	t.Cleanup(quick.Close)
	asked := make(chan struct{}, 8)
	w.pages["/"] = func(out http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-slow
		html("slow")(out, r)
	}
	for _, s := range []sayline.SiteRead{{Brand: "a", URL: w.server.URL}, {Brand: "b", URL: w.server.URL}, {Brand: "c", URL: quick.URL}} {
		s.By = "elena"
		if err := w.store.ReadSite(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	r := w.reader()
	ctx, end := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() {
		if err := r.Round(ctx); err != nil {
			t.Error(err)
		}
	})
	<-asked // one of the two has its page under way
	w.round(r)
	state := func(brand string) *sayline.SiteRead {
		s, err := w.store.SiteRead(t.Context(), brand)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := state("c"); s.State != sayline.SiteDone || s.Read != 1 {
		t.Errorf("another's site: %+v", s)
	}
	if len(asked) > 0 {
		t.Error("one host was read for two brands at once")
	}
	close(slow)
	run.Wait()
	w.mu.Lock()
	w.now = w.now.Add(time.Minute)
	w.mu.Unlock()
	w.round(r)
	for _, brand := range []string{"a", "b"} {
		if s := state(brand); s.State != sayline.SiteDone || s.Read != 1 {
			t.Errorf("%s in the end: %+v", brand, s)
		}
	}
	end()
}
