package check

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// receiver is the far end of a brand's webhooks.
type receiver struct {
	o      *Options
	server *http.Server

	mu       sync.Mutex
	calls    []*delivery
	more     chan struct{} // closed when another call came, and made anew
	status   int           // what the next calls meet; 0 takes them
	location string
}

// delivery is one call.
type delivery struct {
	method, path string
	header       http.Header
	body         []byte
	event        cloudEvent
	at           time.Time
	taken        bool
}

var errNoCall = errors.New("no event has come of it")

func newReceiver(l net.Listener, o *Options) *receiver {
	r := &receiver{o: o, more: make(chan struct{})}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = r.server.Serve(l) }() // ends when it is closed
	return r
}

func (r *receiver) close() { _ = r.server.Close() }

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(io.LimitReader(q.Body, 1<<20))
	if err != nil {
		return
	}
	d := &delivery{method: q.Method, path: q.URL.Path, header: q.Header, body: body, event: readEvent(body), at: r.o.Now()}
	r.mu.Lock()
	status, location := r.status, r.location
	d.taken = status == 0
	r.calls = append(r.calls, d)
	close(r.more)
	r.more = make(chan struct{})
	r.mu.Unlock()
	if location != "" {
		w.Header().Set("Location", location)
	}
	if status == 0 {
		status = http.StatusNoContent
	}
	w.WriteHeader(status)
}

// meet makes the next calls meet a status; 0 takes them.
func (r *receiver) meet(status int, location string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status, r.location = status, location
}

// called is closed at the next call.
func (r *receiver) called() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.more
}

func (r *receiver) calledAt(path string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range r.calls {
		if d.path == path {
			return true
		}
	}
	return false
}

// wait gives the first call that matches, however long ago it came.
func (r *receiver) wait(ctx context.Context, match func(*delivery) bool) (*delivery, error) {
	limit := time.NewTimer(or(r.o.Events.Wait, 90*time.Second))
	defer limit.Stop()
	for seen := 0; ; {
		r.mu.Lock()
		calls, more := r.calls, r.more
		r.mu.Unlock()
		for ; seen < len(calls); seen++ {
			if match(calls[seen]) {
				return calls[seen], nil
			}
		}
		select {
		case <-more:
		case <-limit.C:
			return nil, errNoCall
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (d *delivery) id() string { return d.header.Get("Webhook-Id") }

// skew is how far a call's timestamp may be off.
const skew = 5 * time.Minute

// verify says whether a call is signed by a secret (Standard Webhooks 1.0).
func (d *delivery) verify(secret string) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return hand("the secret is not whsec_ and base64")
	}
	stamp := d.header.Get("Webhook-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	switch {
	case d.id() == "" || err != nil:
		return errors.New("it has no webhook-id, or no webhook-timestamp")
	case d.at.Sub(time.Unix(seconds, 0)).Abs() > skew:
		return fmt.Errorf("its timestamp is %s off", d.at.Sub(time.Unix(seconds, 0)).Round(time.Second))
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(d.id() + "." + stamp + "."))
	mac.Write(d.body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for given := range strings.FieldsSeq(d.header.Get("Webhook-Signature")) {
		if hmac.Equal([]byte(given), []byte(want)) {
			return nil
		}
	}
	return errors.New("no signature of it is by the secret")
}
