package notify

import (
	"cmp"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/sayline/sayline"
)

const (
	maxAnswer = 64 << 10        // bytes read of an answer
	linger    = 1 * time.Second // for the rest of an answer, once its status is known
	idleLines = 256             // kept per host: 1,000 calls a second need as many as are under way at once
	idleAtAll = 2048
	idleFor   = 30 * time.Second // shorter than what servers usually allow, so that we close first
)

// caller makes HTTP calls to addresses that others gave us, by many goroutines
// at once, and keeps lines open between them.
type caller struct {
	transport *http.Transport
	timeout   time.Duration
}

// newCaller makes one that connects by dialer; a call takes at most timeout, by
// default [sayline.CallTimeout].
func newCaller(dialer *net.Dialer, timeout time.Duration) caller {
	return caller{
		timeout: cmp.Or(timeout, sayline.CallTimeout),
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
func (c *caller) Close() { c.transport.CloseIdleConnections() }

// call makes one request at a time, and gives what became of it with what of
// the answer's body came in good time. It never follows a redirect.
func (c *caller) call(ctx context.Context, at time.Time, request func(context.Context) (*http.Request, error)) (o Outcome, body []byte) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var begun atomic.Bool // the transport writes from a goroutine of its own
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// The transport asks for another line only if nothing went out on the one before.
		GetConn:      func(string) { begun.Store(false) },
		WroteHeaders: func() { begun.Store(true) },
	})
	req, err := request(ctx)
	if err != nil {
		return Classify(err, false), nil
	}
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return Classify(err, begun.Load()), nil
	}
	defer res.Body.Close()
	defer time.AfterFunc(linger, cancel).Stop()
	// The status has said it all; the rest is read so that the line can be used
	// again, but not for long.
	body, _ = io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	return Classify(&StatusError{Code: res.StatusCode, RetryAfter: retryAfter(res.Header.Get("Retry-After"), at)}, true), body
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
