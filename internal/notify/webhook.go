package notify

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/sayline/sayline"
)

const (
	maxAnswer  = 64 << 10        // bytes read of an answer
	linger     = 1 * time.Second // for the rest of an answer, once its status is known
	idleLines  = 256             // kept per host: 1,000 calls a second need as many as are under way at once
	idleAtAll  = 2048
	idleFor    = 30 * time.Second // shorter than what servers usually allow, so that we close first
	eventsType = "application/cloudevents+json"
)

// WebhookOptions are the settings of [NewWebhooks].
type WebhookOptions struct {
	AllowPrivate bool          // call this machine and its network too
	Resolver     *net.Resolver // nil: the machine's
	Timeout      time.Duration // of a whole call; default [sayline.CallTimeout]
}

// Webhooks posts to endpoints. It may be used by many goroutines at once and
// keeps lines open between calls.
type Webhooks struct {
	transport *http.Transport
	timeout   time.Duration
}

// NewWebhooks makes the way out by webhook. Close it at the end.
func NewWebhooks(o WebhookOptions) *Webhooks {
	return newWebhooks(o, Guard(o.AllowPrivate, o.Resolver))
}

func newWebhooks(o WebhookOptions, dialer *net.Dialer) *Webhooks {
	if o.Timeout == 0 {
		o.Timeout = sayline.CallTimeout
	}
	return &Webhooks{
		timeout: o.Timeout,
		transport: &http.Transport{
			Proxy:                  nil, // a proxy would resolve names behind the guard's back
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    connectTimeout,
			MaxIdleConns:           idleAtAll,
			MaxIdleConnsPerHost:    idleLines,
			IdleConnTimeout:        idleFor,
			MaxResponseHeaderBytes: maxAnswer,
			DisableCompression:     true, // nothing to unpack, so nothing that bursts
		},
	}
}

// Close lets go of the lines kept open.
func (w *Webhooks) Close() { w.transport.CloseIdleConnections() }

// Delivery is one call of an endpoint.
type Delivery struct {
	URL     string
	ID      string    // webhook-id: the same however often it is sent; visible ASCII without a full stop
	At      time.Time // of this call
	Secrets []string  // the newest first; each signs
	Body    []byte    // a [CloudEvent]
}

// Post calls an endpoint once and says what became of it. It never follows a
// redirect, and ends within the time-out or when ctx does.
func (w *Webhooks) Post(ctx context.Context, d Delivery) Outcome {
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	var begun atomic.Bool // the transport writes from a goroutine of its own
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// The transport asks for another line only if nothing went out on the one before.
		GetConn:      func(string) { begun.Store(false) },
		WroteHeaders: func() { begun.Store(true) },
	})
	req, err := d.request(ctx)
	if err != nil {
		return Classify(err, false)
	}
	res, err := w.transport.RoundTrip(req)
	if err != nil {
		return Classify(err, begun.Load())
	}
	defer res.Body.Close()
	defer time.AfterFunc(linger, cancel).Stop()
	// The status has said it all; the rest is read so that the line can be used
	// again, but not for long.
	_, _ = io.CopyN(io.Discard, res.Body, maxAnswer)
	return Classify(&StatusError{Code: res.StatusCode, RetryAfter: retryAfter(res.Header.Get("Retry-After"), d.At)}, true)
}

func (d *Delivery) request(ctx context.Context) (*http.Request, error) {
	u, err := url.Parse(d.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return nil, sayline.Errorf(sayline.AtFault, "The webhook's address is not an http(s) address without a password.")
	}
	if !validID(d.ID) {
		return nil, sayline.Errorf(sayline.Internal, "A webhook needs an id of visible ASCII without a full stop.")
	}
	signature, err := Sign(d.Secrets, d.ID, d.At, d.Body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return nil, sayline.Errorf(sayline.AtFault, "The webhook's address can't be called.")
	}
	req.Header = http.Header{
		"Content-Type":      {eventsType},
		"User-Agent":        {"Sayline"},
		"Webhook-Id":        {d.ID},
		"Webhook-Timestamp": {strconv.FormatInt(d.At.Unix(), 10)},
		"Webhook-Signature": {signature},
	}
	return req, nil
}

func validID(id string) bool {
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' || id[i] == '.' {
			return false
		}
	}
	return id != ""
}

// retryAfter reads seconds or an HTTP date (RFC 9110, section 10.2.3); 0 when it
// says nothing that can be read.
func retryAfter(value string, now time.Time) time.Duration {
	var wait time.Duration
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), longestWait)
}
