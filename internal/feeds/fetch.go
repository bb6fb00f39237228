package feeds

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/calendar"
	"github.com/sayline/sayline/internal/notify"
)

// Reasons why a calendar can't be read, as catalogue keys.
const (
	Unreached  = "feed_unreached" // nobody answers in time
	Refused    = "feed_refused"   // its server says that there is none for us
	Broken     = "feed_broken"    // its server fails
	TooLarge   = "feed_large"     //
	NoCalendar = "feed_none"      // what it gives is none
)

// Limits of one call.
const (
	callTime     = 20 * time.Second
	mostRedirect = 3
	maxHead      = 64 << 10
)

func newClient(allowPrivate bool, resolver *net.Resolver) *http.Client {
	return &http.Client{
		Timeout: callTime,
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would resolve names behind the guard's back
			DialContext:            notify.Guard(allowPrivate, resolver).DialContext,
			TLSHandshakeTimeout:    callTime / 2,
			IdleConnTimeout:        time.Minute,
			MaxResponseHeaderBytes: maxHead,
			DisableCompression:     true, // nothing to unpack, so nothing that bursts
		},
		CheckRedirect: func(to *http.Request, via []*http.Request) error {
			if len(via) > mostRedirect || to.URL.User != nil || via[0].URL.Scheme == "https" && to.URL.Scheme != "https" {
				return http.ErrUseLastResponse
			}
			to.Header.Del("Referer") // it would tell the address, which is a secret
			return nil
		},
	}
}

// fetch asks for a calendar, if it changed since its last copy. trouble says why
// there is none, "" when there is.
func (f *Feeds) fetch(ctx context.Context, last sayline.CalendarCopy) (next sayline.CalendarCopy, trouble string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, last.URL, nil)
	if err != nil {
		return last, Unreached
	}
	req.Header = http.Header{"User-Agent": {"Sayline"}, "Accept": {"text/calendar, */*;q=0.1"}}
	if last.ETag != "" {
		req.Header.Set("If-None-Match", last.ETag)
	}
	if last.Modified != "" {
		req.Header.Set("If-Modified-Since", last.Modified)
	}
	answer, err := f.client.Do(req)
	if err != nil {
		var wrong *url.Error
		if errors.As(err, &wrong) { // its text would tell the address, which is a secret
			err = wrong.Err
		}
		f.Log.Debug("a calendar could not be asked for", "brand", last.Brand, "calendar", last.ID, "err", err)
		return last, Unreached
	}
	defer answer.Body.Close()
	switch s := answer.StatusCode; {
	case s == http.StatusNotModified && !last.GoodAt.IsZero():
		return last, ""
	case s >= 500:
		return last, Broken
	case s != http.StatusOK:
		return last, Refused
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, calendar.MaxSize+1))
	if err != nil {
		return last, Unreached
	}
	return kept(last, answer.Header, body)
}

// kept is the copy that is kept of an answer.
func kept(last sayline.CalendarCopy, head http.Header, body []byte) (sayline.CalendarCopy, string) {
	next := sayline.CalendarCopy{Brand: last.Brand, ID: last.ID, URL: last.URL, ETag: short(head.Get("ETag")), Modified: short(head.Get("Last-Modified"))}
	next.Body = strings.ReplaceAll(strings.ToValidUTF8(string(body), "\ufffd"), "\x00", "")
	if len(body) > calendar.MaxSize || len(next.Body) > calendar.MaxSize {
		return last, TooLarge
	}
	if _, err := calendar.Read(next.Body, time.UTC); err != nil {
		return last, NoCalendar
	}
	return next, ""
}

// short is a mark of a version as it is kept; one that is too long is none.
func short(mark string) string {
	if len(mark) > 200 || strings.ToValidUTF8(mark, "") != mark {
		return ""
	}
	return mark
}
