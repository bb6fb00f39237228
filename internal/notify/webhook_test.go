package notify

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sayline/sayline"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// brief is a time-out for tests that wait for it.
const brief = 200 * time.Millisecond

func open(t *testing.T, timeout time.Duration) *Webhooks {
	w := NewWebhooks(WebhookOptions{AllowPrivate: true, Timeout: timeout})
	t.Cleanup(w.Close)
	return w
}

func TestWebhookArrivesSigned(t *testing.T) {
	type call struct {
		body   []byte
		header http.Header
	}
	calls := make(chan call, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		calls <- call{body, r.Header}
		if r.Method != http.MethodPost || r.URL.Path != "/hook" || r.URL.RawQuery != "a=b" || r.ContentLength != int64(len(body)) {
			t.Errorf("%s %s, %d bytes declared", r.Method, r.URL, r.ContentLength)
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1") // must not matter
	d := delivery(server.URL + "/hook?a=b")
	if o := open(t, 0).Post(t.Context(), d); o.Class != Accepted || o.Code != http.StatusNoContent {
		t.Fatalf("%+v", o)
	}
	got := <-calls
	body, header := got.body, got.header
	if !bytes.Equal(body, d.Body) || header.Get("Content-Type") != eventsType || header.Get("Webhook-Id") != d.ID || header.Get("Accept-Encoding") != "" {
		t.Errorf("got %s with %v", body, header)
	}
	for _, secret := range d.Secrets {
		wh, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := wh.Verify(body, header); err != nil {
			t.Error(err)
		}
	}
}

func TestWebhookAnswers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/slow-down":
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/missing":
			http.NotFound(w, r)
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/broken":
			w.WriteHeader(http.StatusInternalServerError)
		case "/moved", "/see-other", "/temporary", "/permanent":
			w.Header().Set("Location", "/trap")
			w.WriteHeader(map[string]int{"/moved": 301, "/see-other": 303, "/temporary": 307, "/permanent": 308}[r.URL.Path])
		case "/nonsense":
			w.Header().Set("Location", "http://%zz")
			w.WriteHeader(http.StatusFound)
		case "/trap":
			t.Error("a redirect was followed")
		}
	}))
	defer server.Close()
	hooks := open(t, 0)
	for path, want := range map[string]Outcome{
		"/slow-down": {Class: FailedForNow, Code: 429, RetryAfter: 2 * time.Minute, Detail: "answered 429"},
		"/missing":   {Class: FailedForGood, Code: 404, Detail: "answered 404"},
		"/gone":      {Class: Gone, Code: 410, Detail: "answered 410"},
		"/broken":    {Class: FailedForNow, Code: 500, Detail: "answered 500"},
		"/moved":     {Class: FailedForGood, Code: 301, Detail: "answered 301"},
		"/see-other": {Class: FailedForGood, Code: 303, Detail: "answered 303"},
		"/temporary": {Class: FailedForGood, Code: 307, Detail: "answered 307"},
		"/permanent": {Class: FailedForGood, Code: 308, Detail: "answered 308"},
		"/nonsense":  {Class: FailedForGood, Code: 302, Detail: "answered 302"},
	} {
		if got := hooks.Post(t.Context(), delivery(server.URL+path)); got != want {
			t.Errorf("%s: got %+v, want %+v", path, got, want)
		}
	}
}

// hostile listens, and gives each connection, once its request was read, to f.
func hostile(t *testing.T, f func(net.Conn)) (url string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	t.Cleanup(func() { l.Close(); open.Wait() })
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer conn.Close()
				req, err := http.ReadRequest(bufio.NewReader(conn))
				if err == nil {
					_, _ = io.Copy(io.Discard, req.Body)
					f(conn)
				}
			})
		}
	})
	return "http://" + l.Addr().String() + "/"
}

func TestWebhookHostile(t *testing.T) {
	untilHungUp := func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) }
	tests := []struct {
		name string
		f    func(net.Conn)
		wait time.Duration // its time-out; 0: the usual one, which it does not need
		want Class
	}{
		{"accepts, then stalls", untilHungUp, brief, Unknown},
		{"cuts the line after the body", func(net.Conn) {}, 0, Unknown},
		{"resets the line after the body", func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }, 0, Unknown},
		{"stalls in the head of its answer", func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX-A: "); untilHungUp(c) }, brief, Unknown},
		{"answers nonsense", func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.2\r\n\r\n") }, 0, Unknown},
		{"has a head without end", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for _, err := io.WriteString(c, strings.Repeat("X-A: b\r\n", 1000)); err == nil; _, err = io.WriteString(c, strings.Repeat("X-A: b\r\n", 1000)) {
			}
		}, 0, Unknown},
		{"has a body without end", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
			for _, err := c.Write(make([]byte, 64<<10)); err == nil; _, err = c.Write(make([]byte, 64<<10)) {
			}
		}, 0, Accepted},
		{"stalls in its body", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\nab")
			untilHungUp(c)
		}, 0, Accepted},
		{"lies about its length", func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 500 No\r\nContent-Length: 999999999999\r\n\r\nab")
		}, 0, FailedForNow},
		{"informs without end", func(c net.Conn) {
			for _, err := io.WriteString(c, "HTTP/1.1 103 Early Hints\r\n\r\n"); err == nil; _, err = io.WriteString(c, "HTTP/1.1 103 Early Hints\r\n\r\n") {
			}
		}, 0, Unknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			begin := time.Now()
			o := open(t, tt.wait).Post(t.Context(), delivery(hostile(t, tt.f)))
			if o.Class != tt.want {
				t.Errorf("%+v, want %s", o, tt.want)
			}
			if took := time.Since(begin); took >= sayline.CallTimeout {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestWebhookThatNeverBegan(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + l.Addr().String()
	l.Close()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler()) // its certificate is nobody's
	secure.Config.ErrorLog = quiet
	secure.StartTLS()
	defer secure.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // connects, and never says a word
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, tt := range []struct {
		name, url string
		ctx       context.Context
		wait      time.Duration
		says      string
	}{
		{"nobody there", nobody, t.Context(), 0, "the connection was refused"},
		{"stopped before", nobody, cancelled, 0, "stopped"},
		{"no valid certificate", secure.URL, t.Context(), 0, "the certificate is not valid"},
		{"silence where TLS should be", "https://" + silent.Addr().String(), t.Context(), brief, "time-out"},
		{"another protocol", "https" + strings.TrimPrefix(hostile(t, func(net.Conn) {}), "http"), t.Context(), 0, "the line was cut"},
	} {
		got := open(t, tt.wait).Post(tt.ctx, delivery(tt.url))
		if want := (Outcome{Class: FailedForNow, Detail: tt.says}); got != want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, want)
		}
	}
}

func TestWebhookThatCannotBeSent(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	defer server.Close()
	for name, change := range map[string]func(*Delivery){
		"no address":           func(d *Delivery) { d.URL = "" },
		"another scheme":       func(d *Delivery) { d.URL = "ftp" + strings.TrimPrefix(d.URL, "http") },
		"a password":           func(d *Delivery) { d.URL = "http://a:b@" + strings.TrimPrefix(d.URL, "http://") },
		"a line end in it":     func(d *Delivery) { d.URL += "/\r\nX-A: b" },
		"no id":                func(d *Delivery) { d.ID = "" },
		"an id of two lines":   func(d *Delivery) { d.ID = "a\r\nX-A: b" },
		"an id with full stop": func(d *Delivery) { d.ID = "a.b" },
		"no secret":            func(d *Delivery) { d.Secrets = nil },
		"a broken secret":      func(d *Delivery) { d.Secrets = []string{"whsec_?"} },
	} {
		d := delivery(server.URL)
		change(&d)
		if o := open(t, 0).Post(t.Context(), d); o.Class != FailedForGood || o.Detail == "" {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("called %d times", n)
	}
}

// The call ends when the caller stops waiting.
func TestWebhookEndsWithItsContext(t *testing.T) {
	arrived := make(chan struct{})
	url := hostile(t, func(c net.Conn) { close(arrived); _, _ = c.Read(make([]byte, 1)) })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	if o := open(t, time.Hour).Post(ctx, delivery(url)); o.Class != Unknown || o.Detail != "stopped" {
		t.Errorf("%+v", o)
	}
}

// Two thousand calls by many workers use no more lines than workers.
func TestWebhookLinesAreUsedAgain(t *testing.T) {
	var lines atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "thank you")
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			lines.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	const workers, each = 32, 64
	hooks := open(t, 0)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range each {
				if o := hooks.Post(t.Context(), delivery(server.URL)); o.Class != Accepted {
					t.Errorf("%+v", o)
				}
			}
		})
	}
	all.Wait()
	// A line that a call asked for may be overtaken by one that became free, so
	// a few more than workers may be opened.
	if n := lines.Load(); n > 2*workers {
		t.Errorf("%d lines for %d calls by %d workers", n, workers*each, workers)
	}
}

func BenchmarkWebhook(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	hooks := NewWebhooks(WebhookOptions{AllowPrivate: true})
	defer hooks.Close()
	d := delivery(server.URL)
	b.SetParallelism(16)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if o := hooks.Post(context.Background(), d); o.Class != Accepted {
				b.Fatalf("%+v", o)
			}
		}
	})
}
