package main

import (
	"bytes"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline/cx/check"
	"github.com/sayline/sayline/internal/testkit"
)

// exchange is one request and its answer, between the checks and the server.
type exchange struct {
	*http.Request
	sent   string // the request's body
	status int
	header http.Header
	body   string
}

func (x *exchange) at(method, path string) bool {
	return x.Method == method && strings.HasPrefix(x.URL.Path, path)
}

func (x *exchange) replace(old, new string) { x.body = strings.ReplaceAll(x.body, old, new) }

// broken puts a fault around the server: before changes the request, after the
// answer. Either may be nil. It is called for one exchange at a time.
func broken(before, after func(*exchange)) func(http.Handler) http.Handler {
	var one sync.Mutex
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			sent, err := io.ReadAll(r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			one.Lock()
			defer one.Unlock()
			x := &exchange{Request: r, sent: string(sent)}
			if before != nil {
				before(x)
			}
			if x.status == 0 {
				x.ask(next)
			}
			if after != nil {
				after(x)
			}
			for name, values := range x.header {
				w.Header()[name] = values
			}
			w.WriteHeader(x.status)
			_, _ = io.WriteString(w, x.body)
		})
	}
}

func (x *exchange) ask(next http.Handler) {
	x.Request.Body = io.NopCloser(strings.NewReader(x.sent))
	rec := httptest.NewRecorder()
	next.ServeHTTP(rec, x.Request)
	x.status, x.header, x.body = rec.Code, rec.Header(), rec.Body.String()
}

const document = "/.well-known/cx"

// inDocument changes the discovery document.
func inDocument(old, new string) func(http.Handler) http.Handler {
	return broken(nil, func(x *exchange) {
		if x.URL.Path == document {
			x.body = regexp.MustCompile(old).ReplaceAllString(x.body, new)
		}
	})
}

// inReceipts changes what is told of a moment after it was said.
func inReceipts(old, new string) func(http.Handler) http.Handler {
	return broken(nil, func(x *exchange) {
		if strings.HasPrefix(x.URL.Path, "/cx/r/") {
			x.body = regexp.MustCompile(old).ReplaceAllString(x.body, new)
		}
	})
}

// onScreen changes the touch screen's page.
func onScreen(old, new string) func(http.Handler) http.Handler {
	return broken(nil, func(x *exchange) {
		if x.at("GET", "/cx") && x.URL.Path == "/cx" {
			x.body = regexp.MustCompile(old).ReplaceAllString(x.body, new)
		}
	})
}

func without(path, header string) func(http.Handler) http.Handler {
	return broken(nil, func(x *exchange) {
		if strings.HasPrefix(x.URL.Path, path) {
			x.header.Del(header)
		}
	})
}

// near calls f for receipts that differ from a real one in one character.
func near(f func(x *exchange)) func(http.Handler) http.Handler {
	var real []string
	return broken(nil, func(x *exchange) {
		if _, secret, ok := strings.Cut(x.header.Get("Location"), "/cx/r/"); ok {
			real = append(real, secret)
		}
		secret, asked := strings.CutPrefix(x.URL.Path, "/cx/r/")
		for _, r := range real {
			differ := 0
			for i := range min(len(r), len(secret)) {
				if r[i] != secret[i] {
					differ++
				}
			}
			if asked && differ == 1 {
				f(x)
			}
		}
	})
}

// guessable gives receipts numbers instead of secrets.
func guessable() func(http.Handler) http.Handler {
	var secrets []string
	number := func(i int) string { return "0000000000000000000000" + string(rune('a'+i/26)) + string(rune('a'+i%26)) }
	return broken(func(x *exchange) {
		for i, s := range secrets {
			x.URL.Path = strings.Replace(x.URL.Path, number(i), s, 1)
		}
	}, func(x *exchange) {
		_, secret, said := strings.Cut(x.header.Get("Location"), "/cx/r/")
		if said && !slices.Contains(secrets, secret) {
			secrets = append(secrets, secret)
		}
		for i, s := range secrets {
			x.replace(s, number(i))
			x.header.Set("Location", strings.Replace(x.header.Get("Location"), s, number(i), 1))
		}
		if !said {
			x.header.Del("Location")
		}
	})
}

// racing takes posts of one key that come at once for different ones. One whose body
// never arrives whole is none, however late its end is seen.
func racing(next http.Handler) http.Handler {
	var mu sync.Mutex
	flying := map[string]int{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("Idempotency-Key")
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		mu.Lock()
		flying[key]++
		n := flying[key]
		mu.Unlock()
		if key != "" && n > 1 {
			r.Header.Set("Idempotency-Key", key+string(rune('a'+n)))
		}
		if key != "" && n == 1 {
			time.Sleep(10 * time.Millisecond) // as a database that is far away
		}
		defer func() {
			mu.Lock()
			flying[key]--
			mu.Unlock()
		}()
		next.ServeHTTP(w, r)
	})
}

// burnt holds a key used whose body never arrived whole.
func burnt(next http.Handler) http.Handler {
	var mu sync.Mutex
	used := map[string]bool{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("Idempotency-Key")
		body, err := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		if used[key] = used[key] || err != nil && key != ""; used[key] {
			w.WriteHeader(http.StatusConflict)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// forgetful answers a known key with what was answered first, whatever is sent.
func forgetful() func(http.Handler) http.Handler {
	first := map[string]*exchange{}
	return broken(nil, func(x *exchange) {
		key := x.Header.Get("Idempotency-Key")
		switch before := first[key]; {
		case x.status == 201:
			first[key] = x
		case x.status == 422 && before != nil:
			x.status, x.header, x.body = before.status, before.header, before.body
		}
	})
}

// impatient has a limit and does not say when to come again.
func impatient() func(http.Handler) http.Handler {
	empty := 0
	return broken(func(x *exchange) {
		if x.at("POST", "/cx/moments") && !strings.Contains(x.sent, `"feeling"`) && !strings.Contains(x.sent, `"text"`) {
			if empty++; empty > 20 {
				x.status, x.header, x.body = 429, http.Header{"Content-Type": {"application/problem+json"}}, `{"title":"Too much","status":429}`
			}
		}
	}, func(x *exchange) {
		if x.URL.Path == document {
			x.replace(`"conformance"`, `"limits":{"moments_per_minute":100},"conformance"`)
		}
	})
}

// hoarding keeps the export of what was taken back.
func hoarding() func(http.Handler) http.Handler {
	return broken(nil, func(x *exchange) {
		if x.at("GET", "/cx/r/") && strings.HasSuffix(x.URL.Path, "/export") && x.status == 404 {
			x.status, x.body = 200, `{"text":"erase me"}`
		}
	})
}

// mutants are the server broken in one way each, by the check that finds it.
func mutants() map[string]func(http.Handler) http.Handler {
	elsewhere := broken(func(x *exchange) { // the screen is not at the address people type
		if x.URL.Path == "/screen" {
			x.URL.Path = "/cx"
		} else if x.at("GET", "/cx") && x.URL.Path == "/cx" {
			x.URL.Path = "/nowhere"
		}
	}, func(x *exchange) {
		if x.URL.Path == document {
			x.body = regexp.MustCompile(`"screen":"([^"]*)/cx"`).ReplaceAllString(x.body, `"screen":"$1/screen"`)
		}
	})
	incompressible := broken(nil, func(x *exchange) {
		if x.at("GET", "/cx") && x.URL.Path == "/cx" {
			var b strings.Builder
			for range 1200 {
				b.WriteString(rand.Text())
			}
			x.replace("</main>", "<!--"+b.String()+"--></main>")
		}
	})
	return map[string]func(http.Handler) http.Handler{
		"D01": inDocument(`"languages":\["en"\]`, `"languages":[]`),
		"D02": inDocument(`"expires":"\d{4}`, `"expires":"2001`),
		"D03": inDocument(`"domains":\[[^]]*\]`, `"domains":["other.example"]`),
		"D04": without(document, "Access-Control-Allow-Origin"),
		"D05": broken(nil, func(x *exchange) {
			if x.URL.Path == document {
				x.header.Set("Set-Cookie", "a=b")
			}
		}),
		"D06": without(document, "ETag"),
		"D07": broken(nil, func(x *exchange) {
			if strings.HasPrefix(x.URL.Path, document+"-") {
				x.status, x.body = 200, "welcome"
			}
		}),
		"D08": broken(nil, func(x *exchange) {
			if x.URL.Path == document && x.Host == "not-the-brand.example" {
				x.body = regexp.MustCompile(`//[^/"]*/`).ReplaceAllString(x.body, "//"+x.Host+"/")
			}
		}),
		"D09": inDocument(`"submit":"([^"]*)"`, `"submit":"$1","openapi":"$1/nowhere"`),
		"D10": inDocument(`"conformance":\[`, `"conformance":["telepathy",`),
		"C01": broken(nil, func(x *exchange) {
			if !strings.Contains(x.sent, `"text"`) && x.status == 201 {
				x.replace(`"retain_until"`, `"forget_at"`)
			}
		}),
		"C02": broken(nil, func(x *exchange) {
			if !strings.Contains(x.sent, `"feeling"`) && x.status == 201 {
				x.replace(`"status":"received"`, `"status":"ok"`)
			}
		}),
		"C03": broken(nil, func(x *exchange) {
			if x.status == 422 && x.at("POST", "/cx/moments") && !strings.Contains(x.sent, `"feeling"`) && !strings.Contains(x.sent, `"text"`) {
				x.status = 400
				x.replace("422", "400")
			}
		}),
		"C04": broken(func(x *exchange) {
			if x.at("POST", "/cx/moments") && x.Header.Get("Idempotency-Key") == "" {
				x.Header.Set("Idempotency-Key", rand.Text())
			}
		}, nil),
		"C05": broken(func(x *exchange) {
			if strings.Contains(x.sent, "x_unknown") {
				x.sent = "{"
			}
		}, nil),
		"C06": inReceipts("x-wonder", "question"),
		"C07": inReceipts(`"occurred_at":"[^"]*",`, ""),
		"C08": broken(nil, func(x *exchange) { x.header.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, DELETE") }),
		"C09": broken(nil, func(x *exchange) {
			if x.status >= 400 {
				x.header.Del("Access-Control-Expose-Headers")
			}
		}),
		"C10": broken(nil, func(x *exchange) {
			if strings.Contains(x.sent, `"feeling":9`) {
				x.header.Set("Content-Type", "application/json")
			}
		}),
		"C11": guessable(),
		"C12": near(func(x *exchange) { x.replace("Not Found", "Almost") }),
		"C13": near(func(*exchange) { time.Sleep(60 * time.Millisecond) }),
		"C14": broken(func(x *exchange) {
			if x.at("GET", "/cx/r/") {
				x.Header.Del("If-None-Match")
			}
		}, nil),
		"C15": without("/cx/r/", "Referrer-Policy"),
		"C16": broken(nil, func(x *exchange) {
			if x.status == 409 {
				x.status = 200
			}
		}),
		"C17": broken(func(x *exchange) {
			if x.Header.Get("Content-Type") == "application/x-www-form-urlencoded" && x.at("POST", "/cx") {
				x.sent += "&at=" + rand.Text()
			}
		}, nil),
		"C20": broken(func(x *exchange) {
			if strings.HasPrefix(x.Header.Get("Idempotency-Key"), `"`) {
				x.Header.Set("Idempotency-Key", "quoted"+rand.Text())
			}
		}, nil),
		"C21": forgetful(), "C22": racing, "C23": burnt,
		"C24": broken(nil, func(x *exchange) {
			if x.status == 410 {
				x.status = 404
			}
		}),
		"C30": inReceipts("e\u0301", "é"),
		"C31": broken(nil, func(x *exchange) { x.replace(`"/text"`, `"/something"`) }),
		"C32": broken(func(x *exchange) {
			if x.at("POST", "/cx/moments") {
				x.sent = strings.ToValidUTF8(x.sent, "?")
			}
		}, nil),
		"C33": broken(func(x *exchange) {
			if x.Header.Get("Content-Type") == "text/plain" {
				x.Header.Set("Content-Type", "application/json")
			}
		}, nil),
		"C34": broken(nil, func(x *exchange) {
			if strings.Contains(x.sent, "[[[[[[[[[[[[[[[[[[[[") {
				x.status = 500
			}
		}),
		"C40": impatient(),
		"R01": inReceipts("and one more thing", ""),
		"R02": inReceipts(`"solved":"yes"`, `"solved":"no"`),
		"R03": inReceipts(`"status":"answered"`, `"status":"received"`),
		"R04": inReceipts(`"history":\[\{"status":"received","at":"[^"]*"\},`, `"history":[`),
		"R05": broken(nil, func(x *exchange) {
			if x.Header.Get("Accept") == "text/event-stream" {
				x.status = 406
			}
		}),
		"R06": broken(nil, func(x *exchange) {
			if strings.HasSuffix(x.URL.Path, "/messages") && x.status == 404 {
				x.status = 200
			}
		}),
		"P01": broken(func(x *exchange) {
			if !strings.Contains(x.sent, `"identified"`) && x.Method == "POST" {
				x.sent = regexp.MustCompile(`"contact":\{[^}]*\},`).ReplaceAllString(x.sent, "")
			}
		}, nil),
		"P02": broken(nil, func(x *exchange) {
			if x.Method == "PATCH" {
				x.replace(`"class":"identified"`, `"class":"unidentified"`)
			}
		}),
		"P03": inReceipts(`"lat":0.123`, `"lat":0.1234567`),
		"P04": inReceipts("/10/LOT7", "/10/LOT7/21/CHECK7788990"),
		"P05": inReceipts("exported too", ""),
		"P06": hoarding(),
		"P07": broken(nil, func(x *exchange) {
			if x.at("GET", "/cx") {
				x.header.Set("Set-Cookie", "visitor=1")
			}
		}),
		"H01": elsewhere,
		"H02": incompressible,
		"H03": onScreen(`name=key value=\S+>`, `name=key value=0123456789012345678901234>`),
		"H04": broken(nil, func(x *exchange) {
			if x.at("GET", "/cx/r/") && x.status == 200 {
				x.header.Set("Content-Type", "application/json")
			}
		}),
		"H05": onScreen("<main>", `<main><img src="https://tracker.example/p.gif" alt="">`),
		"H06": onScreen("&lt;img", "<img"),
		"H07": onScreen("lang=en", "lang=fr"),
		"H08": onScreen("width=device-width", "width=device-width,user-scalable=no"),
	}
}

// Each check fails for the server that breaks its promise, and no other does:
// a check that cannot fail says nothing.
func TestEveryCheckCanFail(t *testing.T) {
	all := mutants()
	for _, name := range check.Names() {
		id := name[:3]
		if strings.Contains("DCRPH", id[:1]) && all[id] == nil && id != "P08" && id != "H09" { // those two always need a hand
			t.Errorf("nothing breaks %s", name)
		}
	}
	for id, mutant := range all {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			classes := []string{id[:1]}
			if testkit.Full() {
				classes = nil // and no check of any other class
			}
			if r := run(t, serve(t, mutant), classes...); !slices.Equal(r.Failed(), []string{id}) || r.Passed {
				t.Errorf("the checks that fail are %q\n%s", r.Failed(), lines(r))
			}
		})
	}
}

func lines(r *check.Report) string {
	var b strings.Builder
	for _, res := range r.Results {
		if res.Outcome == check.Fail {
			b.WriteString(res.Line() + "\n")
		}
	}
	return b.String()
}
