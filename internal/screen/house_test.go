package screen_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/darkroom"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/screen"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/words"
)

// house is a whole small Sayline: a real store, the real door, the screen, a
// real server, and the demo's brands.
type house struct {
	writes atomic.Int32 // transactions
	t      testing.TB
	store  *store.Store
	door   *intake.Door
	reg    *brands.Registry
	log    *syncBuffer
	url    string // of the server; a brand is at url + "/@" + id
	clock  *clock

	database string       // file
	folder   string       // of photos and voice
	away     atomic.Bool  // nobody can reach the server
	cut      atomic.Int64 // so many answers to a POST are still cut off, once the work is done
}

// clock is real time, moved by hand, until it is made to stand.
type clock struct {
	mu    sync.Mutex
	by    time.Duration
	since time.Time // since when it stands; zero while it runs
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.since.IsZero() {
		return c.since.Add(c.by)
	}
	return time.Now().Add(c.by)
}

// stand makes it go on by hand only: what lasts seconds must not depend on how
// fast this machine is.
func (c *clock) stand() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.since = time.Now()
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by += d
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}
func (s *syncBuffer) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// newHouse opens a house; change may set the screen's options.
func newHouse(t testing.TB, change ...func(*screen.Options)) *house {
	t.Helper()
	h := &house{t: t, reg: &brands.Registry{}, clock: &clock{}, log: &syncBuffer{}, database: storetest.SQLite(t)}
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	h.store, err = store.Open(context.Background(), store.Options{Database: h.database, Log: log, Now: h.clock.now, Passing: func(at store.Point, _ string) {
		if at == store.BeforeCommit {
			h.writes.Add(1)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.store.Close() })
	h.door = intake.New(h.store, h.clock.now, rand.Reader)
	spool := h.keepMedia(log)
	for _, c := range demo(t) {
		h.add(c)
	}
	catalogue, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	o := screen.Options{Door: h.door, Words: catalogue, Log: log, Now: h.clock.now, Random: rand.Reader, Spool: spool}
	for _, c := range change {
		c(&o)
	}
	s, err := screen.New(o)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	s.Routes(mux)
	srv := httptest.NewUnstartedServer(nil)
	srv.Config.Handler = h.cutting(h.reg.Resolve(func(*http.Request) string { return h.url }, func(*http.Request) bool { return false }, mux))
	h.url = "http://" + srv.Listener.Addr().String()
	srv.Start()
	t.Cleanup(func() {
		s.Close()
		srv.Close()
	})
	return h
}

// keepMedia opens a folder for photos and voice, and the darkroom that works on them.
func (h *house) keepMedia(log *slog.Logger) *media.Spool {
	h.t.Helper()
	h.folder = h.t.TempDir()
	files, err := media.OpenFolder(h.folder)
	if err != nil {
		h.t.Fatal(err)
	}
	spool, err := media.NewSpool(filepath.Join(h.folder, media.SpoolName))
	if err != nil {
		h.t.Fatal(err)
	}
	h.door.KeepMedia(files)
	d := darkroom.New(darkroom.Options{Store: h.store, Files: files, Log: log, Now: h.clock.now})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { d.Run(ctx); close(ended) }()
	h.t.Cleanup(func() { stop(); <-ended })
	return spool
}

// cutting does what a request asks and then, while h.cut says so, ends the
// connection without a word, as a server does that is killed in between.
func (h *house) cutting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.away.Load() {
			panic(http.ErrAbortHandler)
		}
		if r.Method == "POST" && h.cut.Add(-1) >= 0 {
			next.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
}

// catalogue is read once: it is the same for all.
var catalogue = sync.OnceValues(words.New)

// demo reads all of the demo's brands, once, as nobody changes them.
func demo(t testing.TB) []*sayline.Config {
	t.Helper()
	demos.Do(func() {
		files, err := filepath.Glob(filepath.Join("..", "..", "examples", "*.yaml"))
		if err != nil || len(files) == 0 {
			t.Fatal("no examples: ", err)
		}
		for _, file := range files {
			demos.configs = append(demos.configs, example(t, file))
		}
	})
	return demos.configs
}

var demos struct {
	sync.Once
	configs []*sayline.Config
}

// example reads one of the demo's brands.
func example(t testing.TB, file string) *sayline.Config {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := brandfile.Read(file, b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// add stores a brand's configuration and puts it in use.
func (h *house) add(c *sayline.Config) *brands.Snapshot {
	h.t.Helper()
	version, err := h.store.SaveConfig(context.Background(), c, 0, "test")
	if err != nil {
		h.t.Fatal(err)
	}
	s := brands.New(version, c, nil)
	h.reg.Set(s)
	return s
}

func newKey() string {
	var b [20]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// call sends a request to a brand's path; headers are name, value, …
func (h *house) call(method, path, body string, headers ...string) *answer {
	h.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = h.url + path
	}
	r, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return &answer{h.t, res.StatusCode, res.Header, b}
}

// post sends a moment as JSON under a key.
func (h *house) post(brand, key, body string, headers ...string) *answer {
	h.t.Helper()
	return h.call("POST", "/@"+brand+"/cx/moments", body, append([]string{"Content-Type", "application/json", "Idempotency-Key", key}, headers...)...)
}

// said posts a moment that must be accepted.
func (h *house) said(brand, body string) *cx.Accepted {
	h.t.Helper()
	return read[cx.Accepted](h.post(brand, newKey(), body).want(201))
}

func (h *house) receipt(url string) *cx.Receipt {
	h.t.Helper()
	return read[cx.Receipt](h.call("GET", url, "").want(200))
}

// want fails the test unless the status is this one.
func (a *answer) want(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %.500s", a.status, status, a.body)
	}
	return a
}

// problem is the problem document of an answer with this status.
func (a *answer) problem(status int) *cx.Problem {
	a.t.Helper()
	a.want(status)
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.t.Fatalf("Content-Type %q, want problem+json: %.300s", got, a.body)
	}
	p := read[cx.Problem](a)
	if p.Status != status || p.Title == "" {
		a.t.Errorf("the problem says %+v", p)
	}
	return p
}

func read[T any](a *answer) *T {
	a.t.Helper()
	v := new(T)
	if err := json.Unmarshal(a.body, v); err != nil {
		a.t.Fatalf("%v in %.500s", err, a.body)
	}
	return v
}

// act is what somebody of the brand does with the case of a receipt.
func (h *house) act(receipt string) store.Act {
	h.t.Helper()
	brand, secret := partsOf(receipt)
	m, err := h.store.MomentByReceipt(context.Background(), brand, sayline.ReceiptKey(secret))
	if err != nil {
		h.t.Fatal(err)
	}
	return store.Act{Brand: brand, Case: m.Case, Person: h.reg.ByID(brand).People[0].ID, Way: "desk", Zone: time.UTC}
}

// partsOf cuts a receipt's URL into brand and secret.
func partsOf(receipt string) (brand, secret string) {
	_, rest, _ := strings.Cut(receipt, "/@")
	brand, rest, _ = strings.Cut(rest, "/cx/r/")
	secret, _, _ = strings.Cut(rest, "?")
	return brand, secret
}

func (h *house) seen(receipt string) {
	h.t.Helper()
	h.must(h.store.Seen(context.Background(), h.act(receipt)))
}

func (h *house) onIt(receipt string) {
	h.t.Helper()
	h.must(h.store.Acknowledge(context.Background(), h.act(receipt), 0))
}

// reply answers all of the receipt's case.
func (h *house) reply(receipt, text string) {
	h.t.Helper()
	h.must(h.store.AddMessage(context.Background(), h.act(receipt), &sayline.Message{ID: sayline.NewID(h.clock.now(), rand.Reader), Direction: sayline.Reply, Text: text, Lang: "en"}))
}

func (h *house) resolve(receipt, reason string) {
	h.t.Helper()
	h.must(h.store.Resolve(context.Background(), h.act(receipt), reason))
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}
