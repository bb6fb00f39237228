package testkit

import (
	"context"
	"errors"
	"time"

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
