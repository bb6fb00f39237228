package testkit

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// WebhookReceiver is a real HTTP server of this test, the far end of webhooks.
type WebhookReceiver struct {
	t      testing.TB
	server *httptest.Server
	keys   []*standardwebhooks.Webhook
	done   chan struct{} // closed when the test ends: nothing is held any longer
	calls  inbox[Call]
}

// Call is one request that a WebhookReceiver got.
type Call struct {
	Method string
	Path   string // with the query
	Header http.Header
	Body   []byte
	At     time.Time // when the body was read, before any fault
	Taken  bool      // false when a fault turned it away: its sender owes it again
}

// ID is the Standard Webhooks message id, the same for every try of a message.
func (c Call) ID() string { return c.Header.Get(standardwebhooks.HeaderWebhookID) }

func (c Call) String() string {
	return fmt.Sprintf("%s %s (taken: %t) %.300s", c.Method, c.Path, c.Taken, c.Body)
}

// Webhook starts a receiver that answers 204. With secrets, every call must
// carry a Standard Webhooks signature by each of them (there are two while one
// replaces the other), as verified by that standard's own library; a call that
// does not fails the test and is answered 401.
func Webhook(t testing.TB, secrets ...string) *WebhookReceiver {
	t.Helper()
	w := &WebhookReceiver{t: t, done: make(chan struct{})}
	for _, secret := range secrets {
		key, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatalf("not a Standard Webhooks secret: %v", err)
		}
		w.keys = append(w.keys, key)
	}
	w.server = httptest.NewServer(w)
	t.Cleanup(func() {
		close(w.done)
		w.server.Close()
	})
	return w
}

// URL is where to send, on the loopback address.
func (w *WebhookReceiver) URL() string { return w.server.URL + "/hook" }

// ServeHTTP takes one call, or lets it meet its fault.
func (w *WebhookReceiver) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the sender went away in the middle
	}
	call := Call{Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header.Clone(), Body: body, At: time.Now()}
	for _, key := range w.keys {
		if err := key.Verify(body, r.Header); err != nil {
			w.t.Errorf("the signature of webhook %q is wrong: %v", call.ID(), err)
			w.calls.put(call)
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
	}
	fault := w.calls.fault()
	call.Taken = fault.takes()
	w.calls.put(call)
	fault.wait(w.done)
	if fault.HangUp {
		panic(http.ErrAbortHandler)
	}
	for name, values := range fault.Header {
		rw.Header()[name] = values
	}
	if fault.Code == 0 {
		fault.Code = http.StatusNoContent
	}
	rw.WriteHeader(fault.Code)
	_, _ = io.WriteString(rw, fault.Body)
}

// Wait returns the next taken call that matches, at once if it came already. No
// call is returned twice. A nil match takes any. It fails the test when ctx, or
// a minute, ends first.
func (w *WebhookReceiver) Wait(ctx context.Context, match func(Call) bool) Call {
	w.t.Helper()
	return w.calls.wait(w.t, ctx, "webhook", func(c Call) bool { return c.Taken && (match == nil || match(c)) })
}

// WaitTry is Wait for a call that was turned away.
func (w *WebhookReceiver) WaitTry(ctx context.Context, match func(Call) bool) Call {
	w.t.Helper()
	return w.calls.wait(w.t, ctx, "refused webhook", func(c Call) bool { return !c.Taken && (match == nil || match(c)) })
}

// All returns every call so far, taken or not, in the order of arrival.
func (w *WebhookReceiver) All() []Call { return w.calls.all() }

// FailNext lets the next calls meet these faults, one each.
func (w *WebhookReceiver) FailNext(faults ...Fault) { w.calls.failNext(faults...) }

// FailAlways lets every call meet this fault, after those of FailNext; the zero
// Fault ends that.
func (w *WebhookReceiver) FailAlways(f Fault) { w.calls.failAlways(f) }
