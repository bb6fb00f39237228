package testkit

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Offline takes the page's network away, or gives it back: requests fail, and
// the page is told.
func (p *Page) Offline(away bool) {
	p.t.Helper()
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		serviceWorkerToo := true
		if err := call(ctx, t, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			EmulateOfflineServiceWorker: &serviceWorkerToo,
			MatchedNetworkConditions:    []*network.Conditions{{Offline: away, DownloadThroughput: -1, UploadThroughput: -1}},
		}); err != nil {
			return err
		}
		return call(ctx, t, network.OverrideNetworkState, network.OverrideNetworkStateParams{
			Offline: away, DownloadThroughput: -1, UploadThroughput: -1})
	}))
}

// Block lets requests fail whose address matches one of the patterns, such as
// "*://*:*/assets/*.js" (the URL Pattern standard's syntax). No patterns end
// that.
func (p *Page) Block(patterns ...string) {
	p.t.Helper()
	var blocked []*network.BlockPattern
	for _, pattern := range patterns {
		blocked = append(blocked, &network.BlockPattern{URLPattern: pattern, Block: true})
	}
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		return call(ctx, t, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: blocked})
	}))
}

// Loss is what becomes of a request on a bad line.
type Loss int

const (
	Nothing    Loss = iota // it gets through, and so does its answer
	TheRequest             // it never reaches the server
	TheAnswer              // the server does what was asked, and the page cannot know
)

// Lose lets decide say for every request what is lost of it, from now on; nil
// ends that. It is asked in another goroutine than the test's, once for each
// request.
func (p *Page) Lose(decide func(Request) Loss) {
	p.t.Helper()
	p.mu.Lock()
	p.lose = decide
	p.mu.Unlock()
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if decide == nil {
			return call(ctx, t, fetch.Disable, cdp.Empty{})
		}
		return call(ctx, t, fetch.Enable, fetch.EnableParams{})
	}))
}

// decide lets a paused request go on, or not. A request whose answer is to be
// lost is paused once more, when that comes.
func (p *Page) decide(lose func(Request) Loss, e *fetch.EventRequestPaused) {
	answered := e.ResponseStatusCode != 0 || e.ResponseErrorReason != ""
	fail := func(ctx context.Context, t *chromedp.Target) error {
		return call(ctx, t, fetch.FailRequest, fetch.FailRequestParams{
			RequestID: e.RequestID, ErrorReason: network.ErrorReasonConnectionReset})
	}
	goOn := func(pauseAnswer bool) func(context.Context, *chromedp.Target) error {
		return func(ctx context.Context, t *chromedp.Target) error {
			return call(ctx, t, fetch.ContinueRequest, fetch.ContinueRequestParams{
				RequestID: e.RequestID, InterceptResponse: &pauseAnswer})
		}
	}
	next := goOn(false)
	if answered { // only those to be lost are paused here
		next = fail
	} else if lose != nil {
		switch lose(Request{Method: e.Request.Method, URL: e.Request.URL}) {
		case TheRequest:
			next = fail
		case TheAnswer:
			next = goOn(true)
		}
	}
	// Fails when the page went elsewhere meanwhile: then nobody waits for it.
	chromedp.Do(p.ctx, chromedp.Func(next))
}
