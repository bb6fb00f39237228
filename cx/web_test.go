package cx_test

import (
	"context"
	"crypto/rand"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline/cx"
)

// internet is a small one: every host is answered by the same real server, by
// name. A host nobody has refuses the connection.
type internet struct {
	t     *testing.T
	hosts map[string]http.HandlerFunc
	http  *http.Client

	mu    sync.Mutex
	asked []string // host and path of each request
}

func newInternet(t *testing.T) *internet {
	n := &internet{t: t, hosts: map[string]http.HandlerFunc{}}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		n.asked = append(n.asked, r.Host+r.URL.Path)
		n.mu.Unlock()
		n.hosts[r.Host](w, r)
	}))
	t.Cleanup(srv.Close)
	n.http = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, _ := net.SplitHostPort(address)
		if n.hosts[host] == nil {
			return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Name: host, IsNotFound: true}}
		}
		return new(net.Dialer).DialContext(ctx, network, srv.Listener.Addr().String())
	}}}
	return n
}

// client asks this internet; its pauses are told, not waited.
func (n *internet) client(pauses *[]time.Duration) *cx.Client {
	return &cx.Client{HTTP: n.http, Random: rand.Reader, Now: func() time.Time { return now }, Sleep: func(ctx context.Context, d time.Duration) error {
		if pauses != nil {
			*pauses = append(*pauses, d)
		}
		return ctx.Err()
	}}
}

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// level0 is the least document there is.
func level0(domain string) string {
	return `{"cx":"2026-11","brand":{"name":"Sparkle"},"domains":["` + domain + `"],"languages":["en"],"expires":"2027-11-01T00:00:00Z","fallback":["tel:+34900000000"]}`
}

// serves answers paths with bodies; a body that begins with "→" is a redirect,
// one with "<" a page. Everything else is 404.
func serves(files map[string]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, ok := files[r.URL.Path]
		to, redirect := strings.CutPrefix(body, "→")
		switch {
		case !ok:
			w.WriteHeader(http.StatusNotFound)
		case redirect:
			http.Redirect(w, r, to, http.StatusFound)
			return
		case strings.HasPrefix(body, "<"):
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
		default:
			w.Header().Set("Content-Type", "application/octet-stream") // as a static host might
		}
		_, _ = io.WriteString(w, body)
	}
}
