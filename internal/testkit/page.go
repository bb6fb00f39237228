package testkit

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Page is one tab with cookies and storage of its own, as on a device of its
// own. Its methods fail the test when what they do fails, and last at most
// a minute. A page is for one goroutine at a time.
type Page struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	requests []Request                 // all that were sent, in order
	pending  map[network.RequestID]int // index into requests
	problems []string
	lose     func(Request) Loss // see Lose
	noScript bool
	clicks   int // how many there were, see Click
}

// Request is one request of a page.
type Request struct {
	Method string
	URL    string
}

// Page opens a tab that looks like look. When the test fails and was run with
// -artifacts, what the tab shows last is kept as a picture.
func (c *Chromium) Page(look Look) *Page {
	c.t.Helper()
	return newPage(c.t, look, c.ctx, chromedp.WithNewBrowserContext())
}

// Another opens one more tab on the same device: cookies and storage are shared.
// Whether the first is offline is not.
func (p *Page) Another(look Look) *Page {
	p.t.Helper()
	return newPage(p.t, look, p.ctx)
}

func newPage(t testing.TB, look Look, parent context.Context, how ...chromedp.ContextOption) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, how...)
	p := &Page{t: t, ctx: ctx, pending: map[network.RequestID]int{}}
	t.Cleanup(func() {
		if kept := flag.Lookup("test.artifacts"); t.Failed() && kept != nil && kept.Value.String() == "true" {
			p.keepPicture()
		}
		cancel()
	})
	if err := chromedp.Listen(ctx, p.note); err != nil {
		t.Fatalf("the browser opens no tab: %v", err)
	}
	p.Show(look)
	return p
}

// Close closes the tab as a person does: its pages are told that they go.
func (p *Page) Close() {
	p.t.Helper()
	if err := chromedp.Cancel(p.ctx); err != nil {
		p.t.Fatalf("the tab does not close: %v", err)
	}
}

// Ctx is the tab's context, for chromedp's own actions.
func (p *Page) Ctx() context.Context { return p.ctx }

// Do runs actions in the tab, one after the other.
func (p *Page) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	for _, step := range steps {
		Run(p, step)
	}
}

// Run runs an action in the tab and returns its result. A live page draws itself
// anew between finding an element and using it, as it may between a person's
// look and their tap: what is no longer there is looked for again.
func Run[T any](p *Page, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		result, err := chromedp.Run(ctx, action)
		if err == nil {
			return result
		}
		if !vanished(err) || ctx.Err() != nil {
			p.t.Fatalf("on the page: %v", err)
		}
	}
}

// vanished tells whether err is the browser's word for an element that was found
// and had left the page when it was to be used.
func vanished(err error) bool {
	var refused *cdproto.Error
	return errors.As(err, &refused) && strings.Contains(strings.ToLower(refused.Message), "node with given id")
}

// Eval returns the value of a JavaScript expression.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	return Run(p, chromedp.Evaluate[T](expression))
}

// Await is Eval of a promise: what it holds once it is kept.
func Await[T any](p *Page, expression string) T {
	p.t.Helper()
	return Run(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// DrawAll draws what a page would draw only once it is scrolled to, so that it can
// be looked at as a whole.
func (p *Page) DrawAll() {
	p.t.Helper()
	Eval[int](p, `(s => { s.replaceSync("*{content-visibility:visible!important}"); document.adoptedStyleSheets = [s]; return document.body.offsetHeight })(new CSSStyleSheet())`)
}

// Open goes to an address and waits until the page has loaded. Where the page
// before it is still going somewhere itself, the browser may follow that and
// give this up: then it is opened again.
func (p *Page) Open(url string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		err := chromedp.Do(ctx, chromedp.Navigate(url))
		if err == nil {
			return
		}
		if !strings.Contains(err.Error(), "net::ERR_ABORTED") || ctx.Err() != nil {
			p.t.Fatalf("on the page: %s: %v", url, err)
		}
	}
}

// Text is the visible text of the first element that a CSS selector finds, as
// soon as it is visible.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	seen := poll[[]string](p, fmt.Sprintf(`(e => e.checkVisibility({visibilityProperty: true}) && [e.innerText ?? ""])(document.querySelector(%q))`, selector))
	return seen[0]
}

// Click clicks the first element that a CSS selector finds, as soon as it is
// visible, with a pointer. A live page may move the element away from under it:
// who sees that nothing heard the click clicks again.
func (p *Page) Click(selector string) {
	p.t.Helper()
	if p.noScript { // nothing can listen
		p.Do(chromedp.Click(chromedp.CSS(selector)))
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	p.clicks++
	heard := fmt.Sprintf("heard%d", p.clicks)
	listen := fmt.Sprintf(`globalThis.%[1]s ??= (addEventListener("click", e => { if (e.composedPath().some(n => n.matches?.(%[2]q))) %[1]s = "yes" }, true), "no")`, heard, selector)
	for {
		p.Do(chromedp.Evaluate[chromedp.Void](listen), chromedp.Click(chromedp.CSS(selector)))
		// What the click opened is another document, which knows nothing of it.
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](fmt.Sprintf(`globalThis.%s !== "no"`, heard), chromedp.WithPollingTimeout(time.Second)))
		var moved *cdproto.Error
		if err == nil || errors.As(err, &moved) {
			return
		}
		if ctx.Err() != nil {
			p.t.Fatalf("nothing hears a click on %s", selector)
		}
	}
}

// Press runs a script once, as soon as it can: while it throws, because what it
// clicks is not there yet, it is tried anew for each frame. It reaches what lies
// below the fold of a phone, where Click needs it in view.
func (p *Page) Press(script string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	attempt := fmt.Sprintf(`(() => { try { %s; return "" } catch (e) { return String(e) } })()`, script)
	for {
		why, err := chromedp.Run(ctx, chromedp.Evaluate[string](attempt))
		if err != nil {
			p.t.Fatalf("on the page: %v", err)
		}
		if why == "" {
			return
		}
		chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](`new Promise(requestAnimationFrame)`, chromedp.EvalAwaitPromise)) // or the page goes elsewhere
		if ctx.Err() != nil {
			p.t.Fatalf("never possible on the page: %s: %s", script, why)
		}
	}
}

// Until waits until a JavaScript expression is true. It is asked anew for each
// frame that the browser draws, also after the page has gone elsewhere; one
// that throws is not true yet.
func (p *Page) Until(expression string) {
	p.t.Helper()
	poll[bool](p, "!!("+expression+")")
}

// poll is the first value of an expression that counts as true, as Until waits
// for it.
func poll[T any](p *Page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	attempt := fmt.Sprintf(`(() => { try { return %s } catch { return false } })()`, expression)
	for {
		look, done := context.WithTimeout(ctx, time.Second) // a page without script draws its frames, but tells us of none
		value, err := chromedp.Run(look, chromedp.Poll[T](attempt, chromedp.WithPollingTimeout(0)))
		late := look.Err() != nil
		done()
		if err == nil {
			return value
		}
		var moved *cdproto.Error // the page went elsewhere meanwhile
		if !errors.As(err, &moved) && !late || ctx.Err() != nil {
			now, nowErr := chromedp.Run(p.ctx, chromedp.Evaluate[any](expression))
			p.t.Fatalf("never true on the page: %s (%v); it is %v now (%v)", expression, err, now, nowErr)
		}
	}
}

// Show makes the tab look like look from now on. Language and script count from
// the next page that is opened.
func (p *Page) Show(look Look) {
	p.t.Helper()
	if look.Language == "" {
		look.Language = "en"
	}
	p.noScript = look.NoScript
	version := Run(p, func(ctx context.Context, t *chromedp.Target) (browser.GetVersionResult, error) {
		return cdp.Call(ctx, t, browser.GetVersion, cdp.Empty{})
	})
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		return errors.Join(
			call(ctx, t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
				Width: look.Width, Height: look.Height, DeviceScaleFactor: look.Scale, Mobile: look.Touch}),
			call(ctx, t, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: look.Touch}),
			call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: choose(look.Night, "dark", "light")},
				{Name: "prefers-reduced-motion", Value: choose(look.Still, "reduce", "no-preference")}}}),
			call(ctx, t, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{
				UserAgent: version.UserAgent, AcceptLanguage: look.Language}),
			call(ctx, t, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{}),
			call(ctx, t, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: strings.ReplaceAll(look.Language, "-", "_")}),
			call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: look.NoScript}),
		)
	}))
}

// call runs one command of the browser's protocol for its effect.
func call[P, R any](ctx context.Context, t *chromedp.Target, command cdp.Command[P, R], params P) error {
	_, err := cdp.Call(ctx, t, command, params)
	return err
}

func choose(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// Screenshot writes what the tab shows into a PNG file, and makes its directory.
func (p *Page) Screenshot(file string) {
	p.t.Helper()
	p.picture(file, Run(p, chromedp.CaptureScreenshot()))
}

// FullScreenshot is Screenshot of the whole page, however long.
func (p *Page) FullScreenshot(file string) {
	p.t.Helper()
	p.picture(file, Run(p, chromedp.FullScreenshot(100)))
}

func (p *Page) picture(file string, png []byte) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(file, png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// keepPicture keeps what a failed test's tab shows.
func (p *Page) keepPicture() {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return // the browser is what failed
	}
	file, err := os.CreateTemp(p.t.ArtifactDir(), "page-*.png")
	if err != nil {
		return
	}
	defer file.Close()
	file.Write(png)
	p.t.Logf("the page at the end: %s", file.Name())
}
