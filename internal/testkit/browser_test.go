package testkit_test

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline/internal/testkit"
)

// site is a small real site for the browser.
type site struct {
	*httptest.Server
	said  atomic.Int64  // POST /say so far
	moves chan struct{} // /live tells the page of each
}

func newSite(t *testing.T) *site {
	s := &site{moves: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("cookie") {
			http.SetCookie(w, &http.Cookie{Name: "who", Value: "one"})
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><link rel=icon href=data:,><meta name=viewport content="width=device-width">
			<p id=language>%s</p><p id=cookie>%s</p><button onclick="document.title='tapped'">Say it</button>
			<script>document.body.append('scripted')</script>`, r.Header.Get("Accept-Language"), r.Header.Get("Cookie"))
	})
	mux.HandleFunc("GET /live", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		for {
			select {
			case <-s.moves:
				fmt.Fprint(w, "data: moved\n\n")
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				return
			}
		}
	})
	mux.HandleFunc("POST /say", func(w http.ResponseWriter, r *http.Request) {
		s.said.Add(1)
		w.WriteHeader(http.StatusCreated)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func TestPageLooksAsItIsTold(t *testing.T) {
	s := newSite(t)
	b := testkit.Browser(t)
	p := b.Page(testkit.Phone.In("ar-EG").AtNight())
	p.Open(s.URL)
	if got := p.Text("#language"); !strings.HasPrefix(got, "ar-EG") {
		t.Errorf("the server was asked for %q", got)
	}
	for expression, want := range map[string]bool{
		`matchMedia('(prefers-color-scheme: dark)').matches`:           true,
		`innerWidth === 390 && innerHeight === 844`:                    true,
		`devicePixelRatio === 2`:                                       true,
		`matchMedia('(pointer: coarse)').matches`:                      true,
		`navigator.language === 'ar-EG'`:                               true,
		`new Intl.NumberFormat().resolvedOptions().locale === 'ar-EG'`: true,
		`matchMedia('(prefers-reduced-motion: reduce)').matches`:       false,
		`document.body.innerText.includes('scripted')`:                 true,
		`navigator.onLine`:                                             true,
	} {
		if got := testkit.Eval[bool](p, expression); got != want {
			t.Errorf("%s is %t", expression, got)
		}
	}
	p.Click("button")
	p.Until(`document.title === 'tapped'`)
	p.MustBeClean()

	file := filepath.Join(t.TempDir(), "shots", "phone.png")
	p.Screenshot(file)
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if picture, err := png.DecodeConfig(bytes.NewReader(content)); err != nil || picture.Width != 780 || picture.Height != 1688 {
		t.Errorf("the picture: %v, %d × %d, want 780 × 1688", err, picture.Width, picture.Height)
	}

	d := b.Page(testkit.Desktop.WithoutScript())
	d.Open(s.URL)
	if got := d.Text("body"); strings.Contains(got, "scripted") {
		t.Errorf("a script ran: %q", got)
	}
	d.MustBeClean()
}

// A page that draws itself anew, faster than the browser answers, is read and
// pressed all the same; and what goes elsewhere by itself is opened in the end.
func TestPageThatNeverStandsStill(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /restless", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><link rel=icon href=data:,><main></main><script>
			let taps = 0
			const draw = () => { document.querySelector("main").innerHTML = '<p id=word>steady</p><button onclick="taps++">Say it</button>' }
			setTimeout(() => setInterval(draw, 1), 300)</script>`)
	})
	mux.HandleFunc("GET /leaves", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><link rel=icon href=data:,><script>setTimeout(() => location.replace("/restless"))</script>`)
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	p := testkit.Browser(t).Page(testkit.Phone)
	p.Open(s.URL + "/leaves")
	p.Open(s.URL + "/restless")
	for range 10 {
		if got := p.Text("#word"); got != "steady" {
			t.Fatalf("it reads %q", got)
		}
	}
	p.Press(`document.querySelector("button").click()`) // not there for the first third of a second
	p.Until(`taps === 1`)
	p.MustBeClean()
}

func TestPagesShareNothing(t *testing.T) {
	s := newSite(t)
	b := testkit.Browser(t)
	one, two := b.Page(testkit.Phone), b.Page(testkit.Desktop)
	one.Open(s.URL + "/?cookie")
	one.Open(s.URL)
	two.Open(s.URL)
	if got := testkit.Eval[string](one, `document.querySelector('#cookie').innerText`); got != "who=one" {
		t.Errorf("the first page's cookie: %q", got)
	}
	if got := testkit.Eval[string](two, `document.querySelector('#cookie').innerText`); got != "" {
		t.Errorf("the second page has the first one's cookie: %q", got)
	}
	if got := testkit.Eval[float64](one, `innerWidth`); got != 390 {
		t.Errorf("the phone is %v wide", got)
	}
}

func TestUntilSeesLiveChanges(t *testing.T) {
	s := newSite(t)
	b := testkit.Browser(t)
	wall := b.Page(testkit.Wall)
	b.Page(testkit.Phone).Open(s.URL) // in front of the wall
	wall.Open(s.URL)
	testkit.Eval[bool](wall, `(window.live = new EventSource('/live')).onmessage = e => { window.got = e.data }, true`)
	wall.Until(`live.readyState === 1`)
	s.moves <- struct{}{}
	wall.Until(`got === 'moved'`)
	// A page that goes elsewhere is followed.
	testkit.Eval[bool](wall, `setTimeout(() => location = '/?cookie', 50), true`)
	wall.Until(`location.search === '?cookie' && document.querySelector('button').innerText === 'Say it'`)
	wall.MustBeClean()
}

func TestProblemsAreFound(t *testing.T) {
	s := newSite(t)
	inner := &recorder{TB: t}
	p := testkit.Browser(inner).Page(testkit.Phone)
	p.Open(s.URL)
	for script, want := range map[string]string{
		`console.error('no line', 7)`:                                     "console: no line 7",
		`setTimeout(() => null.say); new Promise(r => setTimeout(r, 10))`: "TypeError",
		`fetch('/nowhere')`:                                               "GET " + s.URL + "/nowhere answered 404",
		`fetch('https://somebody-else.com/').catch(() => 0)`:              "ERR_NAME_NOT_RESOLVED",
	} {
		testkit.Run(p, chromedp.Evaluate[chromedp.Void](script, chromedp.EvalAwaitPromise))
		if got := p.Problems(); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%s: problems %q, want one with %q", script, got, want)
		}
	}
	testkit.Eval[bool](p, `console.error('again'), true`)
	p.MustBeClean()
	if len(inner.failures) != 1 || !contains(inner.failures[0], "again") {
		t.Errorf("failures %q, want one for the last problem", inner.failures)
	}
}

func TestBadLines(t *testing.T) {
	s := newSite(t)
	p := testkit.Browser(t).Page(testkit.Phone)
	p.Open(s.URL)
	say := func() string {
		return testkit.Run(p, chromedp.Evaluate[string](
			`fetch('/say', {method: 'POST'}).then(r => String(r.status), e => 'lost')`, chromedp.EvalAwaitPromise))
	}
	expect := func(what, answer string, said int64) {
		t.Helper()
		if got := say(); got != answer || s.said.Load() != said {
			t.Errorf("%s: the page knows %q and the server was told %d times, want %q and %d", what, got, s.said.Load(), answer, said)
		}
	}
	expect("a good line", "201", 1)
	p.Offline(true)
	if testkit.Eval[bool](p, `navigator.onLine`) {
		t.Error("the page was not told that it is offline")
	}
	expect("no line", "lost", 1)
	p.Offline(false)
	p.Until(`navigator.onLine`)
	expect("the line is back", "201", 2)
	p.Block("*://*:*/say")
	expect("blocked", "lost", 2)
	p.Block()
	expect("no longer blocked", "201", 3)
	loss := testkit.TheRequest
	p.Lose(func(r testkit.Request) testkit.Loss { return loss })
	expect("the request is lost", "lost", 3)
	loss = testkit.TheAnswer
	expect("the answer is lost", "lost", 4)
	loss = testkit.Nothing
	expect("nothing is lost", "201", 5)
	p.Lose(nil)
	expect("a good line again", "201", 6)
	if n := len(p.Problems()); n != 4 {
		t.Errorf("%d problems, want the 4 that were caused", n)
	}
	if want := (testkit.Request{Method: "POST", URL: s.URL + "/say"}); !slices.Contains(p.Requests(), want) {
		t.Errorf("requests %v, want one that is %v", p.Requests(), want)
	}
}
