package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/cx/check"
	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/testkit"
)

// overheard is a connection that remembers which receipt a reference has, so
// that somebody of the brand can find what is to be answered.
type overheard struct {
	mu       sync.Mutex
	receipts map[string]string
}

func (o *overheard) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || res.StatusCode != http.StatusCreated {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(body))
	var doc cx.Accepted
	if json.Unmarshal(body, &doc) == nil {
		o.mu.Lock()
		o.receipts[doc.Reference] = doc.Receipt
		o.mu.Unlock()
	}
	return res, err
}

// reply answers as somebody of the brand.
func (o *overheard) reply(h *house) func(context.Context, string, string) error {
	return func(_ context.Context, reference, text string) error {
		o.mu.Lock()
		receipt := o.receipts[reference]
		o.mu.Unlock()
		if receipt == "" {
			return fmt.Errorf("%s is not known", reference)
		}
		h.answerAll("sparkle", receipt, text)
		return nil
	}
}

// checked is an endpoint of a brand that leads to the checks, by a way where the
// standard's own library looks at each call.
type checked struct {
	h       *house
	front   *httptest.Server
	mu      sync.Mutex
	library []*standardwebhooks.Webhook
	calls   int
	last    testkit.Call
}

// hooked makes the endpoint, and what the checks need of it.
func (h *house) hooked() (*checked, *check.Events) {
	h.t.Helper()
	listener, err := new(net.ListenConfig).Listen(h.t.Context(), "tcp", "127.0.0.1:0")
	h.must(err)
	c := &checked{h: h}
	to := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: listener.Addr().String()})
	to.ErrorLog = log.New(io.Discard, "", 0) // the checks end before the last event
	c.front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		c.mu.Lock()
		c.calls++
		c.last = testkit.Call{Header: r.Header.Clone(), Body: body}
		for _, key := range c.library {
			if err := key.Verify(body, r.Header); err != nil {
				h.t.Errorf("the library says of %s: %v", r.Header.Get("Webhook-Id"), err)
			}
		}
		c.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		to.ServeHTTP(w, r)
	}))
	h.t.Cleanup(c.front.Close)
	h.must(c.point("check", c.front.URL, 0))
	secret := c.derive(0)
	c.trust(secret)
	return c, &check.Events{Listener: listener, Secrets: []string{secret}, Rotate: c.rotate, Private: c.private, Wait: time.Minute}
}

func (c *checked) derive(generation int) string {
	return notify.DeriveSecret(c.h.Store.ServerKey(), "sparkle", "check", generation)
}

// trust lets the library expect these secrets from now on, each.
func (c *checked) trust(secrets ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.library = nil
	for _, s := range secrets {
		key, err := standardwebhooks.NewWebhook(s)
		c.h.must(err)
		c.library = append(c.library, key)
	}
}

// point gives the brand an endpoint, or another address and secret to one.
func (c *checked) point(id, address string, secret int) error {
	now, err := c.h.Store.Config(c.h.t.Context(), "sparkle")
	if err != nil {
		return err
	}
	hooks := slices.DeleteFunc(slices.Clone(now.Config.Webhooks), func(w sayline.Webhook) bool { return w.ID == id })
	now.Config.Webhooks = append(hooks, sayline.Webhook{ID: id, URL: address, Secret: secret})
	if _, err := c.h.Store.SaveConfig(c.h.t.Context(), now.Config, now.Version, "test"); err != nil {
		return err
	}
	return c.h.Keeper.Reload(c.h.t.Context(), "sparkle")
}

func (c *checked) rotate(context.Context) (string, error) {
	if err := c.point("check", c.front.URL, 1); err != nil {
		return "", err
	}
	return c.derive(1), nil
}

// private points an endpoint into the server's own network and waits until the
// server has written down that it refused to call it.
func (c *checked) private(ctx context.Context, address string) error {
	if err := c.point("inside", address, 0); err != nil {
		return err
	}
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		list, err := c.h.Store.Deliveries(ctx, "sparkle", "inside", 20)
		if err != nil {
			return err
		}
		for _, d := range list {
			if strings.Contains(d.Detail, "not a public one") {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// bothSign says whether the library finds the last call signed by the new
// secret and by the one before.
func (c *checked) bothSign() {
	c.h.t.Helper()
	c.trust(c.derive(0), c.derive(1))
	for _, key := range c.library {
		if err := key.Verify(c.last.Body, c.last.Header); err != nil {
			c.h.t.Errorf("after the change of the secret: %v", err)
		}
	}
}

const lemon = "09506000134352"

// Sayline keeps the promises of every class it claims, on both databases. What
// nobody can see from outside is told as that, and is named here.
func TestConformance(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "sparkle")
		endpoint, events := h.hooked()
		o := &overheard{receipts: map[string]string{}}
		events.Private = nil // this house may call its own network; see below
		r, err := check.Run(t.Context(), h.at("sparkle", ""), check.Options{HTTP: &http.Client{Transport: o}, Reply: o.reply(h), Product: lemon, Events: events})
		h.must(err)
		var byHand []string
		for _, res := range r.Results {
			if res.Outcome == check.Fail {
				t.Error(res.Line())
			}
			if res.Outcome == check.Hand {
				byHand = append(byHand, res.ID)
			}
		}
		if want := []string{"P08", "E08", "G10", "O06", "H09"}; !slices.Equal(byHand, want) {
			t.Errorf("%q need a hand, expected %q", byHand, want)
		}
		if r.Left != 0 || r.Said < 60 || !strings.HasPrefix(strings.Join(r.Classes, ""), "DCMRPEGO") || endpoint.calls < 50 {
			t.Errorf("said %d, left %d, %d events\n%s", r.Said, r.Left, endpoint.calls, r.Text())
		}
		endpoint.bothSign()
	})
}

// A server that runs as servers do calls no address of its own network; one that
// may is told of by the check.
func TestPrivateTargetIsRefused(t *testing.T) {
	for _, allowed := range []bool{false, true} {
		h := openWith(t, "", func(o *app.Options) { o.AllowPrivateTargets = allowed }, "sparkle")
		_, events := h.hooked()
		r, err := check.Run(t.Context(), h.at("sparkle", ""), check.Options{Classes: []string{"E08"}, Events: events})
		h.must(err)
		want := map[bool]string{false: check.Pass, true: check.Fail}[allowed]
		if len(r.Results) != 1 || r.Results[0].Outcome != want || r.Left != 0 {
			t.Errorf("private targets allowed: %v: %+v", allowed, r.Results)
		}
	}
}

// Too much is refused, with the limits of a real server, and what was said
// before can still be taken back.
func TestTooMuchIsRefused(t *testing.T) {
	h := openWith(t, "", func(o *app.Options) { o.RateLimitOff = false }, "sparkle")
	r, err := check.Run(t.Context(), h.at("sparkle", ""), check.Options{Classes: []string{"C01", "C20", "C40", "M10"}})
	h.must(err)
	for _, res := range r.Results {
		if res.Outcome != check.Pass {
			t.Error(res.Line())
		}
	}
	if len(r.Results) != 4 || r.Left != 0 {
		t.Errorf("%d results, left %d", len(r.Results), r.Left)
	}
}
