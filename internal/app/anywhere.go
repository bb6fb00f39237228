package app

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/anywhere"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// How long the finder waits for a stranger's server, and how long it keeps a line open.
const (
	findTimeout = 5 * time.Second
	findIdle    = 10 * time.Second
	findHead    = 64 << 10         // bytes of headers
	hearTimeout = 20 * time.Second // somebody waits before the page
)

// makeAnywhere makes /say, which finds any brand from the operator's host.
func (a *App) makeAnywhere(catalogue *words.Catalogue, proxies web.Proxies, mux *http.ServeMux) error {
	o := &a.Options
	lines := &http.Transport{
		Proxy:       nil, // a proxy would resolve names behind the guard's back
		DialContext: notify.Guard(o.AllowPrivateTargets, nil).DialContext, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: findTimeout, ResponseHeaderTimeout: findTimeout, IdleConnTimeout: findIdle, MaxResponseHeaderBytes: findHead,
	}
	a.closers = append(a.closers, lines.CloseIdleConnections)
	finder := &cx.Client{HTTP: &http.Client{Transport: lines}, Agent: "Sayline (looks for " + cx.WellKnown + ")", Timeout: findTimeout, Now: o.Now}
	listener, err := a.listen()
	if err != nil {
		return err
	}
	page, err := anywhere.New(anywhere.Options{
		Store: a.Store, Brands: a.Registry, Words: catalogue, Log: o.Log, Now: o.Now, Random: o.Random, Count: a.countError, Proxy: proxies,
		Operator: a.base, BrandURL: a.brandURLFrom, Discover: finder.Discover,
		Document: func(base, id string) *cx.Discovery {
			return a.document(&brands.Site{Snapshot: a.Registry.ByID(id), Base: a.brandURLFrom(base, id)})
		},
		Private:   o.AllowPrivateTargets,
		Directory: strings.FieldsFunc(strings.ToLower(o.Directory), func(r rune) bool { return r == ',' || r == ' ' }), RateLimitOff: o.RateLimitOff, Hear: listener,
	})
	if err != nil {
		return err
	}
	page.Routes(mux)
	a.loops = append(a.loops, page.Run)
	return nil
}

// listen is the operator's own transcription service for what is said at /say,
// nil where there is none. What is heard is nowhere kept.
func (a *App) listen() (func(ctx context.Context, mediaType string, speech []byte, lang string) (string, error), error) {
	if a.Options.Transcribe.URL == "" {
		return nil, nil
	}
	brief := a.Options.Transcribe
	brief.Timeout = hearTimeout
	service, err := media.NewTranscription(brief)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, mediaType string, speech []byte, _ string) (string, error) {
		voice := bytes.NewReader(speech)
		is, err := media.Probe(voice, voice.Size(), sayline.Voice, mediaType)
		if err != nil {
			return "", err
		}
		said, err := service.Transcribe(ctx, voice, is.Type)
		return said.Text, err
	}, nil
}
