package anywhere_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/anywhere"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/words"
	"github.com/sayline/sayline/internal/words/wordstest"
)

// house is an operator's host with /say and a brand of its own, and a network
// with strangers on it.
type house struct {
	*testing.T
	url   string
	page  *anywhere.Anywhere
	store *store.Store
	reg   *brands.Registry
	clock *clock
	log   *lines
}

type clock struct {
	mu sync.Mutex
	by time.Duration
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return time.Now().Add(c.by) }
func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by += d
}

type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) { l.mu.Lock(); defer l.mu.Unlock(); return l.b.Write(p) }
func (l *lines) String() string              { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

func open(t *testing.T, change ...func(*anywhere.Options)) *house {
	t.Helper()
	h := &house{T: t, clock: &clock{}, reg: &brands.Registry{}, log: &lines{}}
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	h.store, err = store.Open(context.Background(), store.Options{Database: storetest.SQLite(t), Log: log, Now: h.clock.now})
	h.must(err)
	t.Cleanup(func() { h.store.Close() })
	src, err := os.ReadFile("../../examples/sparkle.yaml")
	h.must(err)
	config, err := brandfile.Read("sparkle.yaml", src)
	h.must(err)
	h.reg.Set(brands.New(1, config, nil))
	catalogue, err := words.New()
	h.must(err)
	finder := &cx.Client{Now: h.clock.now}
	o := anywhere.Options{Store: h.store, Brands: h.reg, Words: catalogue, Log: log, Now: h.clock.now, Random: rand.Reader,
		Operator: func(*http.Request) string { return h.url }, BrandURL: func(base, id string) string { return base + "/@" + id },
		Discover: finder.Discover, Private: true,
		Document: func(base, id string) *cx.Discovery {
			return &cx.Discovery{CX: cx.Version, Canonical: base + "/@" + id + cx.WellKnown}
		}}
	for _, c := range change {
		c(&o)
	}
	h.page, err = anywhere.New(o)
	h.must(err)
	mux := http.NewServeMux()
	h.page.Routes(mux)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	h.url = srv.URL
	return h
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// stranger is somebody else's server, with a document that may be changed.
type stranger struct {
	domain string
	asked  atomic.Int64
	mu     sync.Mutex
	doc    map[string]any
	home   string
}

func (h *house) stranger(name string) *stranger {
	s := &stranger{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case r.URL.Path == cx.WellKnown && s.doc != nil:
			s.asked.Add(1)
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(s.doc)
		case r.URL.Path == "/" && s.home != "":
			s.asked.Add(1)
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, s.home)
		default:
			http.NotFound(w, r)
		}
	}))
	h.Cleanup(srv.Close)
	s.domain = strings.TrimPrefix(srv.URL, "http://")
	s.doc = map[string]any{"cx": cx.Version, "brand": map[string]any{"name": name}, "domains": []string{"127.0.0.1"}, "languages": []string{"en", "es"},
		"expires": h.clock.now().Add(90 * 24 * time.Hour), "screen": srv.URL + "/cx", "screen_template": srv.URL + "/cx{/path*}{?topic,lang,text,ref}"}
	return s
}

func (s *stranger) set(change func(doc map[string]any)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.doc)
}

// found is the finder's answer.
type found struct {
	Words, Open, Said string
	Sure, Near        bool
	Brand             *struct{ Name, Domain string }
	Choice            []struct{ Name, Domain, Network string }
	None              *struct {
		Domain   string
		Contacts []string
	}
}

func (h *house) find(q string) found {
	h.Helper()
	res, err := http.Get(h.url + "/say/find?lang=en&q=" + url.QueryEscape(q))
	h.must(err)
	defer res.Body.Close()
	var f found
	if res.StatusCode != 200 {
		h.Fatalf("%q: %s", q, res.Status)
	}
	h.must(json.NewDecoder(res.Body).Decode(&f))
	return f
}

// press sends the form as a browser without script does, and gives where it leads.
func (h *house) press(fields url.Values, headers ...string) (status int, to, page string) {
	h.Helper()
	req, err := http.NewRequest("POST", h.url+"/say?lang=en", strings.NewReader(fields.Encode()))
	h.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "text/html")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	h.must(err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	h.must(err)
	return res.StatusCode, res.Header.Get("Location"), html.UnescapeString(string(b))
}

func TestItsOwnBrandsAtOnce(t *testing.T) {
	h := open(t)
	want := h.url + "/@sparkle/cx?text=my%20lemon%20tastes%20of%20metal&lang=en"
	for _, q := range []string{"Sparkle, my lemon tastes of metal", "sparkle.example my lemon tastes of metal", "tell Sparkle that my lemon tastes of metal"} {
		f := h.find(q)
		if !f.Sure || !same(f.Open, want) || f.Words != "my lemon tastes of metal" {
			t.Errorf("%q: %+v, want %s", q, f, want)
		}
		if status, to, _ := h.press(url.Values{"q": {q}}); status != 303 || !same(to, want) {
			t.Errorf("%q leads to %d %s", q, status, to)
		}
	}
	if f := h.find("https://elsewhere.example/x"); f.Sure {
		t.Errorf("%+v", f)
	}
	if f := h.find(h.url + "/@sparkle/cx/t/k7f3"); f.Open != h.url+"/@sparkle/cx/t/k7f3" {
		t.Errorf("a scanned touchpoint opens as %q", f.Open)
	}
	if f := h.find("9506000134352"); f.Open != h.url+"/@sparkle/cx/01/09506000134352?lang=en" {
		t.Errorf("a product's digits open %q", f.Open)
	}
	_, to, _ := h.press(url.Values{"q": {"tastes of metal"}, "code": {"9506000134352"}})
	if !same(to, h.url+"/@sparkle/cx/01/09506000134352?lang=en&text=tastes%20of%20metal") {
		t.Errorf("a scan with words leads to %s", to)
	}
}

// same compares addresses whose queries may stand in any order.
func same(a, b string) bool {
	x, err1 := url.Parse(a)
	y, err2 := url.Parse(b)
	return err1 == nil && err2 == nil && x.Host == y.Host && x.Path == y.Path && x.Query().Encode() == y.Query().Encode()
}

func TestSomebodyElsesBrand(t *testing.T) {
	h := open(t)
	acme := h.stranger("Acme Anvils")
	want := "http://" + acme.domain + "/cx?text=my%20anvil%20is%20late&lang=en"
	f := h.find(acme.domain + ", my anvil is late")
	if !f.Sure || !same(f.Open, want) || f.Brand.Name != "Acme Anvils" {
		t.Fatalf("%+v", f)
	}
	h.find(acme.domain + ", again")
	if n := acme.asked.Load(); n != 1 {
		t.Errorf("it was asked %d times for what was known", n)
	}
	// It is known by its name now; but a name is only its own claim.
	f = h.find("Acme Anvils, my anvil is late")
	if f.Sure || !same(f.Open, want) {
		t.Errorf("by name: %+v", f)
	}
	status, _, page := h.press(url.Values{"q": {"Acme Anvils, my anvil is late"}})
	if status != 200 || !strings.Contains(page, acme.domain) || !strings.Contains(page, `href="`+f.Open) {
		t.Errorf("%d %s", status, page)
	}
	if _, to, _ := h.press(url.Values{"q": {acme.domain + " hello"}}); !strings.HasPrefix(to, "http://"+acme.domain+"/cx?") {
		t.Errorf("by domain it leads to %q", to)
	}
	// A link or a form on somebody else's page leads nobody away unseen.
	if status, to, _ := h.press(url.Values{"q": {acme.domain + " hello"}}, "Sec-Fetch-Site", "cross-site"); status != 200 || to != "" {
		t.Errorf("from another site: %d %s", status, to)
	}
	if strings.Contains(h.log.String(), "anvil is late") {
		t.Error("words are in the log")
	}
}

func TestTwoOfOneNameAreAChoice(t *testing.T) {
	h := open(t)
	other := h.stranger("Sparkle")
	h.find(other.domain)
	f := h.find("Sparkle, my lemon tastes of metal")
	if f.Sure || f.Open != "" || len(f.Choice) != 2 || f.Choice[0].Domain != "sparkle.example" || f.Choice[1].Domain != other.domain {
		t.Errorf("%+v", f)
	}
	_, to, page := h.press(url.Values{"q": {"Sparkle, my lemon tastes of metal"}})
	if to != "" || !strings.Contains(page, "/@sparkle/cx?") || !strings.Contains(page, other.domain) {
		t.Errorf("leads to %q", to)
	}
}

func TestNotHereYet(t *testing.T) {
	h := open(t)
	old := h.stranger("")
	old.doc, old.home = nil, `<a href="mailto:hello@old.example?subject=x">write</a> <a href="tel:+34900000000">call</a> <a href="javascript:alert(1)">x</a>`
	f := h.find(old.domain + ", my lemon tastes of metal")
	if f.None == nil || f.None.Domain != old.domain || strings.Join(f.None.Contacts, " ") != "mailto:hello@old.example tel:+34900000000" || f.Words != "my lemon tastes of metal" {
		t.Fatalf("%+v %+v", f, f.None)
	}
	asked := old.asked.Load()
	_, _, page := h.press(url.Values{"q": {old.domain + ", my lemon tastes of metal"}})
	for _, want := range []string{"Not here yet.", `href="mailto:hello@old.example"`, ">my lemon tastes of metal</textarea>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if old.asked.Load() != asked {
		t.Error("it was asked again at once")
	}
	_, _, page = h.press(url.Values{"q": {"Nobody, my lemon tastes of metal"}})
	if !strings.Contains(page, "Nobody here is called Nobody.") || !strings.Contains(page, ">my lemon tastes of metal</textarea>") || !strings.Contains(page, `name="words" value="my lemon tastes of metal"`) {
		t.Errorf("%s", page)
	}
	if _, to, _ := h.press(url.Values{"q": {"Sparkle"}, "words": {"my lemon"}}); !strings.Contains(to, "text=my%20lemon") {
		t.Errorf("words said before are lost: %s", to)
	}
}

func TestTheDirectoryHoldsOnlyWhatIsValid(t *testing.T) {
	h := open(t)
	acme := h.stranger("Acme Anvils")
	h.find(acme.domain)
	if f := h.find("Acme Anvils"); f.Brand == nil {
		t.Fatalf("not learnt: %+v", f)
	}
	acme.set(func(d map[string]any) { d["brand"] = map[string]any{"name": "Acme Rockets"} })
	h.clock.forward(25 * time.Hour)
	h.must(h.page.Tidy(h.Context()))
	if f := h.find("Acme Rockets"); f.Brand == nil {
		t.Errorf("the new name is not known: %+v", f)
	}
	if f := h.find("Acme Anvils"); f.Brand != nil {
		t.Errorf("the old name is still known")
	}
	acme.set(func(d map[string]any) { d["domains"] = []string{"other.example"} })
	h.clock.forward(25 * time.Hour)
	h.must(h.page.Tidy(h.Context()))
	if f := h.find("Acme Rockets"); f.Brand != nil {
		t.Errorf("a document that does not count still counts: %+v", f)
	}
	acme.set(func(d map[string]any) {
		d["domains"], d["expires"] = []string{"127.0.0.1"}, h.clock.now().Add(time.Hour)
	})
	h.clock.forward(11 * time.Minute)
	h.find(acme.domain)
	if f := h.find("Acme Rockets"); f.Brand == nil {
		t.Errorf("not learnt again: %+v", f)
	}
	h.clock.forward(2 * time.Hour)
	h.must(h.page.Tidy(h.Context()))
	if f := h.find("Acme Rockets"); f.Brand != nil {
		t.Errorf("an expired document still counts: %+v", f)
	}
}

func TestTheOperatorsOwnList(t *testing.T) {
	var acme *stranger
	h := open(t, func(o *anywhere.Options) {
		acme = (&house{T: t, clock: &clock{}}).stranger("Acme Anvils")
		o.Directory = []string{acme.domain}
	})
	h.must(h.page.Tidy(h.Context()))
	if f := h.find("Acme Anvils, hello"); !f.Sure {
		t.Errorf("a brand the operator vouches for is asked about: %+v", f)
	}
}

func TestManyAtOnceAskOnce(t *testing.T) {
	h := open(t)
	acme := h.stranger("Acme Anvils")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if f := h.find(acme.domain); !f.Sure {
				t.Errorf("%+v", f)
			}
		})
	}
	all.Wait()
	if n := acme.asked.Load(); n > 2 {
		t.Errorf("asked %d times", n)
	}
}

func TestLookingIsLimited(t *testing.T) {
	h := open(t)
	refused := 0
	for i := range 20 {
		res, err := http.Get(h.url + "/say/find?q=" + url.QueryEscape(fmt.Sprintf("127.0.0.1:%d", i+1)))
		h.must(err)
		res.Body.Close()
		if res.StatusCode == 429 && res.Header.Get("Retry-After") != "" {
			refused++
		}
	}
	if refused != 8 {
		t.Errorf("%d of 20 first looks were refused, want 8", refused)
	}
	if f := h.find("Sparkle"); !f.Sure {
		t.Error("what is known is refused too")
	}
}

// TestDocumentsForPages: what cx.js asks its own server for.
func TestDocumentsForPages(t *testing.T) {
	h := open(t)
	acme := h.stranger("Acme Anvils")
	get := func(address string, status int) (doc struct {
		Domain, URL, Type string
		Document          *cx.Discovery
		Fallback          []string
	}) {
		t.Helper()
		res, err := http.Get(h.url + "/say/find?address=" + url.QueryEscape(address))
		h.must(err)
		defer res.Body.Close()
		if res.StatusCode != status {
			t.Errorf("%s: %s", address, res.Status)
		}
		h.must(json.NewDecoder(res.Body).Decode(&doc))
		return doc
	}
	for range 2 {
		if d := get(acme.domain, 200); d.Domain != acme.domain || d.URL != "http://"+acme.domain+cx.WellKnown || d.Document.Brand.Name != "Acme Anvils" {
			t.Errorf("%+v", d)
		}
	}
	if d := get("sparkle.example", 200); d.Domain != "sparkle.example" || d.URL != h.url+"/@sparkle"+cx.WellKnown {
		t.Errorf("%+v", d)
	}
	acme.set(func(map[string]any) { acme.doc, acme.home = nil, `<a href="tel:+34900000000">` })
	h.clock.forward(100 * 24 * time.Hour)
	h.must(h.page.Tidy(h.Context()))
	if d := get(acme.domain, 404); !strings.HasSuffix(d.Type, "/not-here") || len(d.Fallback) != 1 {
		t.Errorf("%+v", d)
	}
	if d := get("not an address", 400); !strings.HasSuffix(d.Type, "/address") {
		t.Errorf("%+v", d)
	}
}

func TestHearing(t *testing.T) {
	var got []byte
	h := open(t, func(o *anywhere.Options) {
		o.Hear = func(_ context.Context, mediaType string, speech []byte, lang string) (string, error) {
			got = speech
			if mediaType != "audio/webm" || lang != "es" {
				return "", sayline.Errorf(sayline.WrongType, "%s %s", mediaType, lang)
			}
			return "Sparkle, sabe a metal", nil
		}
	})
	res, err := http.Post(h.url+"/say/hear?lang=es", "audio/webm", strings.NewReader("speech"))
	h.must(err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	h.must(err)
	if res.StatusCode != 200 || !strings.Contains(string(b), "sabe a metal") || string(got) != "speech" {
		t.Errorf("%d %s", res.StatusCode, b)
	}
	if strings.Contains(h.log.String(), "sabe a metal") {
		t.Error("what was heard is in the log")
	}
	deaf := open(t)
	res, err = http.Post(deaf.url+"/say/hear", "audio/webm", strings.NewReader("speech"))
	h.must(err)
	res.Body.Close()
	if res.StatusCode != 404 {
		t.Errorf("%d without a service", res.StatusCode)
	}
}

// TestThePage: it is light, stores nothing, and its words are there in every language.
func TestThePage(t *testing.T) {
	h := open(t)
	catalogue, err := words.New()
	h.must(err)
	for _, lang := range catalogue.Languages("anywhere") {
		req, err := http.NewRequest("GET", h.url+"/say?lang="+lang, nil)
		h.must(err)
		req.Header.Set("Accept-Encoding", "gzip")
		res, err := http.DefaultTransport.RoundTrip(req)
		h.must(err)
		b, err := io.ReadAll(res.Body)
		h.must(err)
		res.Body.Close()
		if len(b) > 9000 || res.Header.Get("Set-Cookie") != "" || res.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d bytes, headers %v", lang, len(b), res.Header)
		}
	}
	_, _, page := h.press(url.Values{"q": {"the whole story of my day without any brand"}})
	if missing := regexp.MustCompile(`\[any_[a-z_]+\]`).FindAllString(page, -1); len(missing) > 0 && catalogue.In("en").Has("any_title") {
		for _, m := range missing {
			if !strings.Contains(m, "data-") {
				t.Errorf("words missing: %s", m)
			}
		}
	}
	wordstest.Code(t, catalogue, ".")
}
