package site

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline/internal/notify"
)

// Limits of one call.
const (
	callTime   = 20 * time.Second
	maxHead    = 64 << 10
	mostPage   = 2 << 20
	mostPacked = 10 << 20 // of a sitemap, as it comes
	mostRobots = 512 << 10
	mostHops   = 5 // to a sitemap or robots.txt
)

func newClient(allowPrivate bool, resolver *net.Resolver, within time.Duration) *http.Client {
	return &http.Client{
		Timeout: within,
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would resolve names behind the guard's back
			DialContext:            notify.Guard(allowPrivate, resolver).DialContext,
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    callTime / 2,
			IdleConnTimeout:        time.Minute,
			MaxResponseHeaderBytes: maxHead,
			DisableCompression:     true, // what is packed all the same is unpacked within limits
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // where it leads is another page, with its own turn
	}
}

// answer is what came of one call.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
	Cut    bool     // there is more of it than was read
	To     *url.URL // of a redirect, tidied; nil where it leads nowhere
}

// get asks for an address and reads at most so many bytes of what comes.
func (r *Reader) get(ctx context.Context, u *url.URL, most int64) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header = http.Header{"User-Agent": {r.agent()}, "Accept": {"text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.1"}}
	res, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	a := &answer{Status: res.StatusCode, Header: res.Header}
	if res.StatusCode >= 300 && res.StatusCode < 400 {
		a.To = resolve(u, res.Header.Get("Location"))
		return a, nil
	}
	var in io.Reader = io.LimitReader(res.Body, most+1)
	if strings.EqualFold(res.Header.Get("Content-Encoding"), "gzip") {
		packed, err := gzip.NewReader(in)
		if err != nil {
			return a, nil // nothing that could be read
		}
		in = io.LimitReader(packed, most+1)
	}
	a.Body, err = io.ReadAll(in)
	if a.Cut = err != nil || int64(len(a.Body)) > most; a.Cut {
		a.Body = a.Body[:min(most, int64(len(a.Body)))]
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && len(a.Body) == 0 {
		return nil, err
	}
	return a, nil
}

// agent is how the reader names itself, with an address to read about it.
func (r *Reader) agent() string {
	return Agent + "/1 (reads a site for the people it belongs to; +" + r.About + ")"
}

// chase is get for what is no page: redirects within the site are followed.
func (r *Reader) chase(ctx context.Context, u *url.URL, most int64) (*answer, error) {
	first := u
	for range mostHops {
		a, err := r.get(ctx, u, most)
		if err != nil || a.Status < 300 || a.Status >= 400 {
			return a, err
		}
		if a.To == nil || !same(first, a.To) {
			break
		}
		u = a.To
		if err := r.Wait(ctx, pause); err != nil {
			return nil, err
		}
	}
	return &answer{Status: http.StatusNotFound, Header: http.Header{}}, nil
}

var errBroken = errors.New("the site's robots.txt is broken by the site: nothing may be read (RFC 9309, section 2.3.1.4)")

// ask reads a site's robots.txt.
func (r *Reader) ask(ctx context.Context, u *url.URL) (*wishes, error) {
	a, err := r.chase(ctx, &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}, mostRobots)
	if err != nil {
		return nil, err
	}
	if a.Status >= 500 || a.Status == http.StatusTooManyRequests {
		return nil, errBroken
	}
	if a.Status < 200 || a.Status >= 300 {
		return &wishes{}, nil // there is none
	}
	return readWishes(string(a.Body)), nil
}

// busy says whether a site asks to be left alone for now.
func (a *answer) busy() bool {
	return a.Status == http.StatusTooManyRequests || a.Status == http.StatusServiceUnavailable
}

// later is how long a site that is busy asks to be left alone.
func (a *answer) later(now time.Time) time.Duration {
	const usual, most = 20 * time.Second, 24 * time.Hour
	says := a.Header.Get("Retry-After")
	if n, err := strconv.ParseUint(says, 10, 32); err == nil {
		return min(most, time.Duration(n)*time.Second)
	}
	if at, err := http.ParseTime(says); err == nil {
		return max(0, at.Sub(now))
	}
	return usual
}

// silent says whether an answer's headers ask not to follow where the page leads.
func silent(h http.Header) bool {
	for _, line := range h.Values("X-Robots-Tag") {
		to := "" // whom it asks; nobody in particular, until one is named
		for says := range strings.SplitSeq(strings.ToLower(line), ",") {
			if name, rest, named := strings.Cut(says, ":"); named && !strings.Contains(name, "max-") && !strings.Contains(name, "unavailable_after") {
				to, says = strings.TrimSpace(name), rest
			}
			if (to == "" || strings.EqualFold(to, Agent)) && nofollow(says) {
				return true
			}
		}
	}
	return false
}

// nofollow says whether one of a page's wishes is not to follow where it leads.
func nofollow(wish string) bool {
	wish = strings.ToLower(strings.TrimSpace(wish))
	return wish == "nofollow" || wish == "none"
}
