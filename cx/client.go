package cx

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client finds brands and speaks to them. Its zero value works; fields are set
// before its first use. It sends no cookie and keeps none.
type Client struct {
	// HTTP carries the requests; nil is a client of our own. A server that looks
	// for brands on others' behalf puts its guard against private addresses in
	// the Transport. Redirects are followed as the protocol says, whatever
	// CheckRedirect is.
	HTTP *http.Client

	Languages string // Accept-Language: the person's, best first; "" asks for none
	Agent     string // User-Agent; "" is cx/2026-11
	Resolver  string // where bare barcodes are asked for (https://id.gs1.org); "" asks nowhere

	Timeout time.Duration // of one request; 0 is 10 s. What is watched has no limit
	Tries   int           // how often something is said until it is given up; 0 is 6

	Now    func() time.Time                                 // nil is time.Now
	Random io.Reader                                        // of keys; nil is crypto/rand
	Sleep  func(ctx context.Context, d time.Duration) error // between tries; nil waits
	Trying func(try int, err error, again time.Duration)    // told before each pause; may be nil
}

func (c *Client) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func (c *Client) random() io.Reader {
	if c.Random == nil {
		return rand.Reader
	}
	return c.Random
}

func (c *Client) timeout() time.Duration { return cmp.Or(c.Timeout, 10*time.Second) }

func (c *Client) sleep(ctx context.Context, d time.Duration) error {
	if c.Sleep != nil {
		return c.Sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// own carries requests where no other client was given. Names under localhost
// are this machine (RFC 6761), whatever the machine's resolver thinks of them.
var own = &http.Client{Transport: &http.Transport{
	Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConns: 16, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: 10 * time.Second,
	DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		d := net.Dialer{Timeout: 5 * time.Second}
		if host, port, err := net.SplitHostPort(address); err == nil && local(host) {
			address = net.JoinHostPort("localhost", port)
		}
		return d.DialContext(ctx, network, address)
	},
}}

// local says whether a name is this machine's own.
func local(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// http is the client with a way of its own to follow redirects.
func (c *Client) http(redirect func(r *http.Request, via []*http.Request) error) *http.Client {
	h := *cmp.Or(c.HTTP, own)
	h.Jar, h.CheckRedirect = nil, redirect
	return &h
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (c *Client) dress(r *http.Request) {
	r.Header.Set("User-Agent", cmp.Or(c.Agent, "cx/"+Version))
	if c.Languages != "" && r.Header.Get("Accept-Language") == "" {
		r.Header.Set("Accept-Language", c.Languages)
	}
}

// reply is an answer with its whole body.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// maxAnswer is the most bytes of an answer that are read; an export with its
// media may have more, see [Answer.Export].
const maxAnswer = 4 << 20

// do sends a request of the protocol and reads the answer. Redirects are not
// followed: the addresses were given as they are.
func (c *Client) do(ctx context.Context, method, to, contentType string, body io.Reader, headers ...string) (*reply, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, to, body)
	if err != nil {
		return nil, err
	}
	c.dress(r)
	r.Header.Set("Accept", "application/json")
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.http(noRedirect).Do(r)
	if err != nil {
		return nil, bare(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, bare(err)
	}
	return &reply{res.StatusCode, res.Header, b}, nil
}

// bare takes the address out of an error: a receipt's is a secret, and errors
// end in logs.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// A StrangerError is an answer that no server of this protocol gives: a hotel's
// sign-in page, a proxy's error. Nobody knows whether the request arrived.
type StrangerError struct {
	Status     int
	RetryAfter time.Duration // 0 if it said none
}

func (e *StrangerError) Error() string {
	return "cx: something that does not speak the protocol answered " + strconv.Itoa(e.Status)
}

// problem reads an answer that is not a success: a *Problem, or a
// *StrangerError where the answer can't be the brand's.
func (a *reply) problem(now time.Time) error {
	mediaType, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	p := &Problem{RetryAfter: retryAfter(a.header, now)}
	ours := mediaType == "application/problem+json" || mediaType == "application/json"
	if !ours || a.status < 400 || json.Unmarshal(a.body, p) != nil {
		return &StrangerError{a.status, p.RetryAfter}
	}
	p.Status = a.status
	p.Title = cmp.Or(p.Title, http.StatusText(a.status))
	return p
}

// statusOf is the status of a brand's refusal; 0 for any other error.
func statusOf(err error) int {
	var p *Problem
	if errors.As(err, &p) {
		return p.Status
	}
	return 0
}

// retryAfter reads the header, seconds or a date; 0 where none came.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if s, err := strconv.Atoi(v); err == nil {
		return time.Duration(max(0, min(s, 86400))) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, min(at.Sub(now), 24*time.Hour))
	}
	return 0
}

// pause is how long to wait after a try, counted from 1: 1, 2, 4… at most 60 s,
// or longer where the server said so.
func pause(try int, err error) time.Duration {
	d := time.Minute
	if try < 7 {
		d = time.Second << (try - 1)
	}
	var p *Problem
	var stranger *StrangerError
	switch {
	case errors.As(err, &p):
		d = max(d, p.RetryAfter)
	case errors.As(err, &stranger):
		d = max(d, stranger.RetryAfter)
	}
	return d
}

// passing says whether the same request may succeed later: no answer, a
// stranger's, or one that asks for patience.
func passing(err error) bool {
	switch s := statusOf(err); s {
	case 0:
		return err != nil
	case http.StatusConflict, http.StatusTooManyRequests:
		return true
	default:
		return s >= 500
	}
}

// untaken says whether the brand itself said that it took nothing for now.
func untaken(err error) bool {
	return statusOf(err) == http.StatusTooManyRequests || statusOf(err) == http.StatusServiceUnavailable
}

// patiently tries until it works, cannot work, or was tried often enough.
func (c *Client) patiently(ctx context.Context, again func(error) bool, once func() error) error {
	for try := 1; ; try++ {
		err := once()
		if !again(err) || ctx.Err() != nil || try >= cmp.Or(c.Tries, 6) {
			return err
		}
		wait := pause(try, err)
		if c.Trying != nil {
			c.Trying(try, err, wait)
		}
		if c.sleep(ctx, wait) != nil {
			return err
		}
	}
}

// Do sends a request as this client sends its own: with its languages and its
// name, without cookies, and without following where the answer leads.
func (c *Client) Do(r *http.Request) (*http.Response, error) {
	c.dress(r)
	return c.http(noRedirect).Do(r)
}
