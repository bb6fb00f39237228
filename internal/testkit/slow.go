package testkit

import (
	"context"
	"errors"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Line is a connection as the browser makes it believe: each request waits
// Latency before its first byte, then gets so many bytes a second. Nothing is
// emulated below that: no handshake, no loss.
type Line struct {
	Latency  time.Duration
	Down, Up float64 // bytes a second
	Slowdown float64 // how many times slower the processor is; 1 is as it is
}

// Slow3G is the slow 3G of Chromium's developer tools, on a phone of some years:
// 400 ms for each of the five turns that it takes a request, 400 kbit/s, a processor four
// times slower than this one.
var Slow3G = Line{Latency: 5 * 400 * time.Millisecond, Down: 50_000, Up: 50_000, Slowdown: 4}

// Slow4G and Fast4G are those of Chromium's developer tools, on its mid-tier
// phone: a processor four times slower than this one.
var (
	Slow4G = Line{Latency: 562 * time.Millisecond, Down: 180_000, Up: 84_000, Slowdown: 4}
	Fast4G = Line{Latency: 165 * time.Millisecond, Down: 1_012_000, Up: 168_000, Slowdown: 4}
)

// EmptyCache lets the browser forget what it has loaded.
func (p *Page) EmptyCache() {
	p.t.Helper()
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		return call(ctx, t, network.ClearBrowserCache, cdp.Empty{})
	}))
}

// On puts the tab on a line from now on.
func (p *Page) On(line Line) {
	p.t.Helper()
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		return errors.Join(
			call(ctx, t, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
				MatchedNetworkConditions: []*network.Conditions{{
					URLPattern: "", Latency: float64(line.Latency.Milliseconds()), DownloadThroughput: line.Down, UploadThroughput: line.Up}}}),
			call(ctx, t, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: max(line.Slowdown, 1)}),
		)
	}))
}
