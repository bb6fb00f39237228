package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
)

func utf16s(s string) []uint16 { return utf16.Encode([]rune(s)) }
func hex4(u uint16) string     { return fmt.Sprintf("%04x", u) }

func get(t *testing.T, h http.Handler, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestErrorsAreRenderedOnce(t *testing.T) {
	var log bytes.Buffer
	var counted []sayline.Kind
	e := &Errors{
		Log:   slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Count: func(k sayline.Kind) { counted = append(counted, k) },
		Fill:  func(_ *http.Request, _ *sayline.Error, p *cx.Problem) { p.Title = "Así no" },
		Page: func(w http.ResponseWriter, _ *http.Request, p *cx.Problem) error {
			w.WriteHeader(p.Status)
			_, err := io.WriteString(w, "<h1>"+p.Title)
			return err
		},
	}
	fails := e.Handle(func(http.ResponseWriter, *http.Request) error {
		err := &sayline.Error{Kind: sayline.AtFault, Message: "No.", Fields: []sayline.Fault{{Pointer: "/text", Detail: "too long"}}}
		return err.Because(errors.New("a secret cause"))
	})
	res := get(t, fails, "/cx/r/0123456789abcdefghjkmnpqrstvwxyz/messages?text=private")
	var p cx.Problem
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != 422 || res.Header.Get("Content-Type") != "application/problem+json" || p.Title != "Así no" || p.Status != 422 || p.Errors[0].Pointer != "/text" {
		t.Errorf("status %d, %s, %+v", res.StatusCode, res.Header.Get("Content-Type"), p)
	}
	res = get(t, fails, "/x", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	if b, _ := io.ReadAll(res.Body); res.StatusCode != 422 || string(b) != "<h1>Así no" {
		t.Errorf("a person got %d %q", res.StatusCode, b)
	}
	if s := log.String(); strings.Contains(s, "0123456789abcdef") || strings.Contains(s, "private") || !strings.Contains(s, "/cx/r/…/messages") {
		t.Errorf("the log says %s", s)
	}
	panics := e.Handle(func(http.ResponseWriter, *http.Request) error { panic("oh") })
	if res := get(t, panics, "/"); res.StatusCode != 500 {
		t.Errorf("a panic gives %d", res.StatusCode)
	}
	late := e.Handle(func(w http.ResponseWriter, _ *http.Request) error {
		io.WriteString(w, "begun")
		return errors.New("too late")
	})
	if b, _ := io.ReadAll(get(t, late, "/").Body); string(b) != "begun" {
		t.Errorf("an answer that had begun became %q", b)
	}
	if fmt.Sprint(counted) != "[at_fault at_fault internal internal]" {
		t.Errorf("counted %v", counted)
	}
	busy := e.Handle(func(http.ResponseWriter, *http.Request) error {
		return RetryAfter(sayline.Errorf(sayline.TooMany, "Slow down."), 1500*time.Millisecond)
	})
	if res := get(t, busy, "/"); res.StatusCode != 429 || res.Header.Get("Retry-After") != "2" {
		t.Errorf("%d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
	full := e.Handle(func(http.ResponseWriter, *http.Request) error { return sayline.Errorf(sayline.Unavailable, "Full.") })
	if res := get(t, full, "/"); res.StatusCode != 503 || res.Header.Get("Retry-After") != "5" {
		t.Errorf("%d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
}

func TestEveryKindHasAStatus(t *testing.T) {
	for k, want := range map[sayline.Kind]int{sayline.Invalid: 400, sayline.AtFault: 422, sayline.Unsigned: 401, sayline.Forbidden: 403, sayline.NotFound: 404,
		sayline.Conflict: 409, sayline.Gone: 410, sayline.TooLarge: 413, sayline.WrongType: 415, sayline.TooMany: 429, sayline.Unavailable: 503, sayline.Internal: 500} {
		if got := Status(k); got != want {
			t.Errorf("%s: %d, want %d", k, got, want)
		}
	}
}

func TestLogPath(t *testing.T) {
	for in, want := range map[string]string{"/cx/r/abc": "/cx/r/…", "/@sparkle/cx/r/abc/export": "/@sparkle/cx/r/…/export", "/cx/t/k7f3": "/cx/t/k7f3",
		"/b/sparkle/feeds/person/ana/secret.ics": "/b/sparkle/feeds/person/ana/…",
		"/act/sparkle.0199.1.abc":                "/act/…",
		"/cx/01/09506000134352/10/AB/21/S9":      "/cx/01/09506000134352/10/AB/21/…"} {
		if got := LogPath(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestSend(t *testing.T) {
	body := []byte(strings.Repeat("words, ", 100))
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { SendTagged(w, r, "text/plain", body) })
	res := get(t, h, "/", "Accept-Encoding", "gzip")
	zr, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(zr); !bytes.Equal(b, body) || res.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("%q, Vary %q", b, res.Header.Get("Vary"))
	}
	res = get(t, h, "/", "If-None-Match", `"other", `+res.Header.Get("ETag"))
	if b, _ := io.ReadAll(res.Body); res.StatusCode != 304 || len(b) != 0 {
		t.Errorf("who has it gets %d with %d bytes", res.StatusCode, len(b))
	}
	if b, _ := io.ReadAll(get(t, h, "/", "Accept-Encoding", "gzip;q=0").Body); !bytes.Equal(b, body) {
		t.Error("who refuses gzip got it")
	}
}

func TestAccept(t *testing.T) {
	ask := func(name, value string) *http.Request {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set(name, value)
		return r
	}
	brand := []string{"en", "es", "pt-BR", "ar"}
	for header, want := range map[string]string{"": "en", "es-MX,es;q=0.9": "es", "fr, pt;q=0.5, en;q=0.4": "pt-BR", "ar-EG": "ar", "ES": "es", "de": "en",
		"es;q=0": "en", "*": "en", "en;q=0.1,ar;q=0.2": "ar", ";;;,,q=": "en", "es;q=nan": "en"} {
		if got := Language(ask("Accept-Language", header), brand); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
	for header, want := range map[string]string{"zh-TW": "zh-Hant", "zh-HK, en;q=0.5": "zh-Hant", "zh-CN": "zh-Hans", "zh": "zh-Hans", "cmn-Hant": "zh-Hant", "en-AU": "en-GB", "en": "en-US", "pt-PT": "pt",
		"ca, en-GB;q=0.5": "en-GB", "ca": "zh-Hans", strings.Repeat("a-", 40): "zh-Hans"} {
		if got := Language(ask("Accept-Language", header), []string{"zh-Hans", "zh-Hant", "en-US", "en-GB", "pt"}); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
	for header, want := range map[string]string{"zh-Hant-TW": "zh", "ja-JP": "ja", "de-CH": "de", "iw": "he"} {
		if got := Language(ask("Accept-Language", header), []string{"en", "zh", "ja", "de", "he"}); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
	for header, page := range map[string]bool{"": false, "*/*": false, "application/json": false, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": true,
		"text/html;q=0.5, application/json": false, "application/problem+json": false, "text/event-stream": false} {
		if got := WantsPage(ask("Accept", header)); got != page {
			t.Errorf("%q: page %v", header, got)
		}
	}
}

func TestPolicy(t *testing.T) {
	p := Policy{Scripts: []string{Hash("go()")}, Connect: []string{"'self'"}}
	want := "default-src 'none'; base-uri 'none'; script-src 'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw='; connect-src 'self'; form-action 'none'; frame-ancestors 'none'"
	if got := p.String(); got != want {
		t.Errorf("got %s", got)
	}
}

func TestAssets(t *testing.T) {
	a := NewAssets("/cx/a/", map[string][]byte{"gifts.js": []byte(strings.Repeat("let gift;", 50))})
	if a.Path("gifts.js") != NewAssets("/cx/a/", map[string][]byte{"gifts.js": []byte(strings.Repeat("let gift;", 50))}).Path("gifts.js") {
		t.Error("the name depends on more than the content")
	}
	mux := http.NewServeMux()
	mux.Handle("GET /cx/a/{name}", (&Errors{Log: slog.New(slog.DiscardHandler)}).Handle(a.Serve))
	res := get(t, mux, a.Path("gifts.js"), "Accept-Encoding", "gzip")
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/javascript; charset=utf-8" || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") || res.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	if res := get(t, mux, "/cx/a/gifts.js"); res.StatusCode != 404 {
		t.Errorf("a name without its hash: %d", res.StatusCode)
	}
}

func TestClient(t *testing.T) {
	proxies, err := ParseProxies("10.0.0.0/8, ::1, 127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ remote, forwarded, want string }{
		{"203.0.113.9:4000", "198.51.100.1", "203.0.113.9"}, // a stranger's word is not believed
		{"10.1.1.1:1", "198.51.100.1", "198.51.100.1"},
		{"10.1.1.1:1", "6.6.6.6, 198.51.100.1, 10.9.9.9", "198.51.100.1"}, // what came before the last stranger is his word
		{"10.1.1.1:1", "rubbish", "10.1.1.1"},
		{"10.1.1.1:1", "", "10.1.1.1"},
		{"[::1]:1", "[2001:db8::1]:443", "2001:db8::1"},
		{"[::ffff:10.1.1.1]:1", "198.51.100.7:80", "198.51.100.7"},
		{"not an address", "198.51.100.7", "invalid IP"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		r.Header.Set("X-Forwarded-For", c.forwarded)
		if got := proxies.Client(r).String(); got != c.want {
			t.Errorf("%s, %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
	if _, err := ParseProxies("10.0.0.0/99"); err == nil {
		t.Error("a network that is none was accepted")
	}
}

// counter is a source of randomness that can be told apart and repeats in each run.
type counter byte

func (c *counter) Read(b []byte) (int, error) {
	for i := range b {
		*c++
		b[i] = byte(*c)
	}
	return len(b), nil
}

func TestLimiter(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	l := NewLimiter(120, func() time.Time { return now }, new(counter))
	shop, other := netip.MustParseAddr("198.51.100.7"), netip.MustParseAddr("198.51.100.8")
	for i := range 120 {
		if _, ok := l.Take(shop); !ok {
			t.Fatalf("refused at %d", i)
		}
	}
	wait, ok := l.Take(shop)
	if ok || wait < 400*time.Millisecond || wait > 600*time.Millisecond {
		t.Errorf("the 121st: %v, wait %v; want half a second", ok, wait)
	}
	if _, ok := l.Take(other); !ok {
		t.Error("another address was refused")
	}
	l.GiveBack(shop)
	if _, ok := l.Take(shop); !ok {
		t.Error("what was given back could not be taken")
	}
	now = now.Add(wait)
	if _, ok := l.Take(shop); !ok {
		t.Error("refused after the wait it was told")
	}
	// One household's IPv6 addresses share one allowance.
	for i := range 121 {
		_, ok = l.Take(netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", i+1)))
	}
	if ok {
		t.Error("a network of IPv6 got an allowance for each of its addresses")
	}
	// A generation later a refused address is still remembered; two quiet ones later it is forgotten.
	now = now.Add(3 * generation)
	l.Take(shop)
	now = now.Add(generation)
	l.Take(other)
	if len(l.young) != 1 || len(l.old) != 1 {
		t.Errorf("kept %d and %d, want one each", len(l.young), len(l.old))
	}
	before := l.visitor(shop)
	now = now.Add(keyLife)
	l.Take(other)
	if l.visitor(shop) == before {
		t.Error("the key did not change within the hour")
	}
	// However many come, what is kept is bounded, and the latest still counts.
	l.most = 10
	for i := range 1000 {
		l.Take(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}))
		if len(l.young) > 10 || len(l.old) > 10 {
			t.Fatalf("kept %d and %d of %d", len(l.young), len(l.old), i)
		}
	}
}

func TestReadBody(t *testing.T) {
	read := make(chan error, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := ReadBody(w, r, 100)
		read <- err
	}))
	defer srv.Close()
	for raw, kind := range map[string]sayline.Kind{
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello":                                               "",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhello":                                              sayline.Invalid,
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\nhello":                                         sayline.TooLarge,
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + strings.Repeat("x", 255) + "\r\n": sayline.TooLarge,
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel":                                   sayline.Invalid,
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello":                     sayline.WrongType,
	} {
		c, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, raw)
		c.(*net.TCPConn).CloseWrite()
		if err := <-read; sayline.KindOf(err) != kind {
			t.Errorf("%.70q: %v, want kind %q", raw, err, kind)
		}
		c.Close()
	}
}

func TestMediaType(t *testing.T) {
	for header, ok := range map[string]bool{"application/json": true, "application/json; charset=UTF-8": true, "application/json; charset=latin1": false, "": false, "x/": false} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Content-Type", header)
		if _, _, err := MediaType(r); (err == nil) != ok {
			t.Errorf("%q: %v", header, err)
		}
	}
}

func TestStream(t *testing.T) {
	srv := httptest.NewServer((&Errors{Log: slog.New(slog.DiscardHandler)}).Handle(func(w http.ResponseWriter, r *http.Request) error {
		s, err := OpenStream(w)
		if err != nil {
			return err
		}
		s.Event("1\n2", "receipt", []byte("{\"a\":1}\nline two\r\n"))
		return s.Beat()
	}))
	defer srv.Close()
	res, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(bufio.NewReader(res.Body))
	if want := "id: 12\nevent: receipt\ndata: {\"a\":1}\ndata: line two\n\n:\n\n"; string(b) != want {
		t.Errorf("got %q, want %q", b, want)
	}
	slots := NewSlots(1)
	release, ok := slots.Take()
	if _, again := slots.Take(); !ok || again {
		t.Error("one slot was taken twice")
	}
	release()
	if _, ok := slots.Take(); !ok {
		t.Error("a slot given back could not be taken")
	}
}

func TestSqueeze(t *testing.T) {
	if got := SqueezeJS("// why\nconst first = 1 // goes\n\n\tif (first) {\n\t\tgo(' // x')\n\t}\nfunction f(long) { return long + 1 }"); got != "const first=1;first&&go(\" // x\");function f(e){return e+1}\n" {
		t.Errorf("%q", got)
	}
	if got := SqueezeJS("a b c ("); got != "a b c (" {
		t.Errorf("what can't be read became %q", got)
	}
	if got := SqueezeCSS("/* why */\n:root {\n  --a: 1px;\n  color: rgb(1, 2, 3);\n}\n.b,\n.c { x: y; }\n"); got != ":root{--a:1px;color:#010203}.b,.c{x:y}" {
		t.Errorf("%q", got)
	}
}

// FuzzHeaders: whatever stands in a header, something offered is picked, and an
// address is an address.
func FuzzHeaders(f *testing.F) {
	f.Add("es-MX,es;q=0.9,*;q=0", "text/html;q=0.5,*/*", "gzip;q=0, *", "10.0.0.1, [::1]:80")
	f.Add(";;q=,,", "q=1e309", "\x00", "::ffff:10.0.0.1%eth0")
	proxies, err := ParseProxies("10.0.0.0/8, 192.0.2.1")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, language, accept, encoding, forwarded string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = "192.0.2.1:1"
		for name, value := range map[string]string{"Accept-Language": language, "Accept": accept, "Accept-Encoding": encoding, "X-Forwarded-For": forwarded} {
			r.Header[name] = []string{value}
		}
		offered := []string{"en", "es", "ar"}
		if l := Language(r, offered); l != "en" && l != "es" && l != "ar" {
			t.Errorf("picked %q", l)
		}
		if w := Wants(r, "application/json", "text/html"); w != "" && w != "application/json" && w != "text/html" {
			t.Errorf("picked %q", w)
		}
		AcceptsGzip(r)
		if a := proxies.Client(r); !a.IsValid() || a.Is4In6() || a.Zone() != "" {
			t.Errorf("the client is %v", a)
		}
	})
}
