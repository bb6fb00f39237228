package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/cx/check"
	"github.com/sayline/sayline/internal/app"
)

// brand runs a Sayline with the soda maker in it and gives the brand's address.
func brand(t *testing.T) string {
	t.Helper()
	o := app.Options{Listen: "127.0.0.1:0", Data: t.TempDir()}
	file, err := os.ReadFile("../../examples/sparkle.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Apply(t.Context(), o, "sparkle.yaml", file, false, io.Discard); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return a.URL()
}

// printed is what a command writes; a test may wait for some of it.
type printed struct {
	mu   sync.Mutex
	b    bytes.Buffer
	more chan struct{}
}

func newPrinted() *printed { return &printed{more: make(chan struct{}, 1)} }

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case p.more <- struct{}{}:
	default:
	}
	return p.b.Write(b)
}

func (p *printed) String() string { p.mu.Lock(); defer p.mu.Unlock(); return p.b.String() }

// until waits for a pattern and gives what its group found.
func (p *printed) until(t *testing.T, pattern string) string {
	t.Helper()
	for re := regexp.MustCompile(pattern); ; {
		if m := re.FindStringSubmatch(p.String()); m != nil {
			return m[1]
		}
		select {
		case <-p.more:
		case <-time.After(time.Minute):
			t.Fatalf("%s never came in %s", pattern, p)
		}
	}
}

func run(ctx context.Context, out io.Writer, args ...string) error {
	return (&call{args: args, out: out, err: io.Discard, env: func(string) string { return "" }}).do(ctx)
}

func TestSayAndWatch(t *testing.T) {
	base := brand(t)
	out := newPrinted()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, out, "say", base+"/@sparkle", "It tastes of metal.", "--feeling", "1", "--lang", "en", "--watch")
	}()
	link := out.until(t, `your answer .*: (http\S+)`)
	if said := out.String(); !strings.Contains(said, "Sparkle has it, ") || !strings.Contains(said, "  with ") {
		t.Errorf("it says\n%s", said)
	}
	rec, err := new(cx.Client).Answer(link).Get(t.Context())
	if err != nil || rec.Moment.Text != "It tastes of metal." || rec.Moment.Feeling != 1 || rec.Moment.Class != "unidentified" {
		t.Errorf("%+v, %v", rec, err)
	}
	if err := new(cx.Client).Answer(link).Withdraw(t.Context()); err != nil {
		t.Fatal(err)
	}
	out.until(t, `(it is gone)`)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestSayAsSomebody(t *testing.T) {
	base := brand(t)
	var out bytes.Buffer
	if err := run(t.Context(), &out, "say", base+"/@sparkle", "thank you", "--email", "ana@example.com"); err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`http\S+`).FindString(out.String())
	rec, err := new(cx.Client).Answer(link).Get(t.Context())
	if err != nil || rec.Moment.Class != "identified" || rec.Moment.Contact.Email != "ana@example.com" {
		t.Errorf("%+v, %v", rec, err)
	}
}

// A brand that is not here: its own ways, and the words, are not lost.
func TestNotHereYet(t *testing.T) {
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<a href="tel:+34900000000">call us</a>`)
	}))
	defer shop.Close()
	var out bytes.Buffer
	if err := run(t.Context(), &out, "say", shop.URL, "my words"); err == nil {
		t.Error("nothing was said, and the command is content")
	}
	for _, want := range []string{"is not here yet", "tel:+34900000000", "my words"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, &out)
		}
	}
	for _, args := range [][]string{{"say"}, {"say", "a.example"}, {"say", "a.example", "x", "--class", "identified"}, {"say", "a.example", "x", "--class", "unidentified", "--name", "Ana"},
		{"say", "a.example", "x", "--photo", "nowhere.jpg"}, {"check"}, {"check", "a.example", "--class", "X"}, {"check", "a.example", "--class", "D99"}, {"check", "a.example", "--events-listen", "nowhere"}, {"check", shop.URL}} {
		if err := run(t.Context(), io.Discard, args...); err == nil {
			t.Errorf("%q is content", args)
		}
	}
}

func TestCheckCommand(t *testing.T) {
	base := brand(t)
	var out bytes.Buffer
	if err := run(t.Context(), &out, "check", base+"/@sparkle", "--class", "d,p"); err != nil {
		t.Errorf("%v\n%s", err, &out)
	}
	if said := out.String(); !strings.Contains(said, "✓ D01") || !strings.Contains(said, "✓ P06") || strings.Contains(said, "C01") || !strings.Contains(said, "needs a hand") {
		t.Errorf("it says\n%s", said)
	}
	out.Reset()
	if err := run(t.Context(), &out, "check", base+"/@sparkle", "--class", "D", "--json"); err != nil {
		t.Error(err)
	}
	var r check.Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || !r.Passed || r.CX != cx.Version || r.Tool == "" || r.Date.IsZero() || len(r.NotRun) == 0 || r.Results[0].ID != "D01" {
		t.Errorf("%v in %s", err, &out)
	}
	// What needs a hand is told as that, and passes with one: the brand's product.
	out.Reset()
	if err := run(t.Context(), &out, "check", base+"/@sparkle", "--class", "g04,e08,M08", "--product", "09506000134352", "--events-listen", "127.0.0.1:0", "--events-private-with", "exit 1"); err != nil {
		t.Errorf("%v\n%s", err, &out)
	}
	if said := out.String(); !strings.Contains(said, "✓ G04") || !strings.Contains(said, "✓ M08") || !strings.Contains(said, "? E08") || strings.Contains(said, "G05") {
		t.Errorf("it says\n%s", said)
	}
	// A brand that breaks a promise is told by name, and ends the command badly.
	past := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"cx":"2026-11","brand":{"name":"Late"},"domains":["127.0.0.1"],"languages":["en"],"expires":"2020-01-01T00:00:00Z","fallback":["tel:+34900000000"]}`)
	}))
	defer past.Close()
	out.Reset()
	if err := run(t.Context(), &out, "check", past.URL); err == nil || !strings.Contains(err.Error(), "D02") || !strings.Contains(out.String(), "✗ D02") {
		t.Errorf("%v\n%s", err, &out)
	}
}
