package app

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/sayline/sayline"
)

// beatHead is how many bytes of headers are read of a watchdog's answer.
const beatHead = 64 << 10

// heartbeat calls the operator's watchdog; nil where none is named. It may stand in
// the operator's own network, for the operator alone names it; so that nobody else
// does, no redirect is followed, and none is told whence it came.
func (a *App) heartbeat() (func(ctx context.Context) error, error) {
	to := a.Options.Heartbeat
	if to == "" {
		return nil, nil
	}
	if u, err := url.Parse(to); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, sayline.Errorf(sayline.Invalid, "--heartbeat must be like https://watch.example/ping/abc.")
	}
	line := &http.Transport{Proxy: nil, MaxResponseHeaderBytes: beatHead, DisableCompression: true}
	a.closers = append(a.closers, line.CloseIdleConnections)
	client := &http.Client{Transport: line, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, to, nil)
		if err != nil {
			return err
		}
		res, err := client.Do(req)
		if err != nil {
			var wrong *url.Error
			if errors.As(err, &wrong) { // its text would tell the address, which is a secret
				err = wrong.Err
			}
			return err
		}
		if res.Body.Close(); res.StatusCode >= 300 {
			return sayline.Errorf(sayline.Unavailable, "The watchdog answered %d.", res.StatusCode)
		}
		return nil
	}, nil
}
