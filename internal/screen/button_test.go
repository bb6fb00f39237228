package screen_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/testkit"
)

// change puts a brand's second version in use.
func (h *house) change(c *sayline.Config) {
	h.t.Helper()
	version, err := h.store.SaveConfig(h.t.Context(), c, h.reg.ByID(c.ID).Version, "test")
	if err != nil {
		h.t.Fatal(err)
	}
	h.reg.Set(brands.New(version, c, nil))
}

// mostButton is the most that the button weighs, compressed, in bytes.
const mostButton = 3 << 10

// TestButtonIsLight: one script without cookies, the same for everybody, that
// names every language of the brand.
func TestButtonIsLight(t *testing.T) {
	h := newHouse(t)
	for _, b := range h.reg.All() {
		a := h.call("GET", "/@"+b.ID+"/cx/button.js", "")
		if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/javascript") || a.header.Get("Set-Cookie") != "" || a.header.Get("ETag") == "" || a.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Fatalf("%s: %d %v", b.ID, a.status, a.header)
		}
		var packed bytes.Buffer
		z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := z.Write(a.body); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes, %d compressed", b.ID, len(a.body), packed.Len())
		if packed.Len() > mostButton {
			t.Errorf("%s: the button weighs %d bytes, at most %d", b.ID, packed.Len(), mostButton)
		}
		for _, word := range []string{"cookie", "localStorage", "sessionStorage", "fetch(", "XMLHttpRequest", "sendBeacon"} {
			if bytes.Contains(a.body, []byte(word)) {
				t.Errorf("%s: the button speaks of %s", b.ID, word)
			}
		}
	}
}

// shop is a web site of somebody else, whose style fits nothing of ours.
func shop(t *testing.T, policy, body string) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/shop" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if policy != "" {
			w.Header().Set("Content-Security-Policy", policy)
		}
		io.WriteString(w, `<!doctype html><html lang="es"><title>Shop</title><link rel="icon" href="data:,"><style>*{color:red!important;font-size:40px;display:block}a{background:lime}</style><h1>Shop</h1>`+body)
	}))
	t.Cleanup(s.Close)
	return s
}

// at is the server's address by another name of this machine.
func at(s *httptest.Server, host string) string {
	return strings.Replace(s.URL, "127.0.0.1", host, 1) + "/shop"
}

const (
	inButton = `document.querySelector('script[async]').nextElementSibling.shadowRoot`
	opened   = inButton + `.querySelector('dialog').open`
)

// TestButtonOnAForeignPage: a click opens the screen in a dialog, a tap in it is
// said, Escape closes it from inside and out, the page's style and the button's
// stay apart, and nothing is kept.
func TestButtonOnAForeignPage(t *testing.T) {
	h := newHouse(t)
	site := shop(t, "", `<script async src="`+h.url+`/@sparkle/cx/button.js" data-touchpoint="K7F3" data-ref="page"></script>`)
	c := example(t, filepath.Join("..", "..", "examples", "sparkle.yaml"))
	c.Sites = []string{strings.TrimSuffix(at(site, "localhost"), "/shop")}
	h.change(c)
	p := testkit.Browser(t).Page(testkit.Desktop)
	p.Open(at(site, "localhost"))
	p.Until(inButton + `.querySelector('a').textContent === 'Díselo a Sparkle.'`)
	if got := testkit.Eval[string](p, `(s => s.color + ' ' + s.backgroundColor + ' ' + s.fontSize)(getComputedStyle(`+inButton+`.querySelector('a')))`); got != "rgb(255, 255, 255) rgb(11, 110, 79) 16px" {
		t.Errorf("the page's style reaches the button: %s", got)
	}
	if got := testkit.Eval[string](p, `getComputedStyle(document.querySelector('h1')).fontSize`); got != "40px" {
		t.Errorf("the button's style reaches the page: %s", got)
	}
	p.Do(chromedp.Evaluate[chromedp.Void](inButton + `.querySelector('a').focus()`))
	p.Do(chromedp.KeyEvent("\r"))
	p.Until(opened)
	p.Until(inButton + `.activeElement.tagName === 'IFRAME'`)
	src := testkit.Eval[string](p, inButton+`.querySelector('iframe').src`)
	if !strings.HasPrefix(src, h.url+"/@sparkle/cx/t/K7F3?lang=es&ref=http") {
		t.Errorf("it opens %s", src)
	}
	within := inDialog(t, p)
	within(`document.readyState === 'complete' && !document.querySelector('.chip').click() && true`)

	within(`document.querySelector('[data-part=truth] h1').innerText.startsWith('Ya lo tiene')`)
	if h.moments() != 1 {
		t.Errorf("%d moments were said in the dialog", h.moments())
	}
	within(`dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))`)
	p.Until(`!` + opened + ` && ` + inButton + `.activeElement.matches('a.b')`)
	if n := testkit.Eval[int](p, stored); n != 0 {
		t.Errorf("the page keeps %d things", n)
	}
	if name := testkit.Eval[string](p, inButton+`.querySelector('dialog').getAttribute('aria-label') + '|' + `+inButton+`.querySelector('.x').getAttribute('aria-label')`); name != "Díselo a Sparkle.|Cerrar" {
		t.Errorf("names: %s", name)
	}
	p.Show(testkit.Desktop.AtNight())
	if got := testkit.Eval[string](p, `getComputedStyle(`+inButton+`.querySelector('a')).backgroundColor`); got == "rgb(11, 110, 79)" {
		t.Error("the button does not follow the night")
	}
	p.MustBeClean()
}

// inDialog waits until scripts are true in the screen in the dialog, which is a
// process of its own.
func inDialog(t *testing.T, p *testkit.Page) func(script string) {
	var frame target.ID
	for frame == "" {
		list := testkit.Run(p, func(ctx context.Context, t *chromedp.Target) (target.GetTargetsResult, error) {
			return cdp.Call(ctx, t, target.GetTargets, target.GetTargetsParams{Filter: target.Filter{{Type: "iframe"}}})
		})
		for _, info := range list.TargetInfos {
			frame = info.TargetID
		}
	}
	ctx, cancel := chromedp.NewContext(p.Ctx(), chromedp.WithTargetID(frame))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // what begins with a deadline would end with it
		t.Fatal(err)
	}
	return func(script string) {
		t.Helper()
		within, stop := context.WithTimeout(ctx, 20*time.Second)
		defer stop()
		if err := chromedp.Do(within, chromedp.Poll[chromedp.Void](script, chromedp.WithPollingTimeout(0))); err != nil {
			t.Fatalf("in the dialog, %s: %v", script, err)
		}
	}
}

// TestButtonStaysALink: on a page the brand does not name, where the page's own
// policy forbids frames, and without script.
func TestButtonStaysALink(t *testing.T) {
	h := newHouse(t)
	browser := testkit.Browser(t)
	tag := `<a data-cx href="` + h.url + `/@sparkle/cx/t/k7f3">Say it</a><script async src="` + h.url + `/@sparkle/cx/button.js"></script>`
	site := shop(t, "", tag)
	p := browser.Page(testkit.Phone)
	p.Open(at(site, "shop.example"))
	p.Until(inButton + `.querySelector('a')`)
	if got := testkit.Eval[string](p, inButton+`.querySelector('a').textContent + `+inButton+`.querySelector('a').href + `+inButton+`.querySelector('a').target`); got != "Say it"+h.url+"/@sparkle/cx/t/k7f3?lang=es_blank" {
		t.Errorf("on a stranger's page: %s", got)
	}
	p.Do(chromedp.Evaluate[chromedp.Void](inButton + `.querySelector('a').addEventListener('click', e => { window.went = !e.defaultPrevented; e.preventDefault() })`))
	p.Do(chromedp.Evaluate[chromedp.Void](inButton + `.querySelector('a').click()`))
	if !testkit.Eval[bool](p, `window.went && !`+inButton+`.querySelector('dialog')`) {
		t.Error("on a stranger's page it is no link")
	}

	p = browser.Page(testkit.Phone.WithoutScript())
	p.Open(at(site, "shop.example"))
	if got := p.Text("a[data-cx]"); got != "Say it" {
		t.Errorf("without script: %q", got)
	}

	strict := shop(t, "default-src 'self'; script-src "+h.url+"; style-src 'unsafe-inline'; frame-src 'none'", tag)
	c := example(t, filepath.Join("..", "..", "examples", "sparkle.yaml"))
	c.Sites = []string{strings.TrimSuffix(at(strict, "localhost"), "/shop")}
	h.change(c)
	p = browser.Page(testkit.Desktop)
	p.Open(at(strict, "localhost"))
	p.Until(inButton + `.querySelector('a')`)
	p.Do(chromedp.Evaluate[chromedp.Void](`window.open = (...a) => { window.went = a.join(' ') }`))
	p.Do(chromedp.Evaluate[chromedp.Void](inButton + `.querySelector('a').click()`))
	p.Until(`window.went && !` + opened)
	if went := testkit.Eval[string](p, `window.went`); went != h.url+"/@sparkle/cx/t/k7f3?lang=es _blank noopener" {
		t.Errorf("where frames are forbidden it goes to %s", went)
	}
}

// TestOnlyNamedSitesFrame: the policy of every page names them, and nobody else.
func TestOnlyNamedSitesFrame(t *testing.T) {
	h := newHouse(t)
	c := example(t, filepath.Join("..", "..", "examples", "sparkle.yaml"))
	c.Sites = []string{"https://www.sparkle.example"}
	h.change(c)
	for brand, want := range map[string]string{"sparkle": "frame-ancestors 'self' https://www.sparkle.example", "granvia": "frame-ancestors 'self'"} {
		_, header := h.page("/@"+brand+"/cx", "en")
		if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp+";", want+";") {
			t.Errorf("%s: %s", brand, csp)
		}
	}
}

// TestShortNames: a touchpoint answers to its short name, in any case, without
// another round trip; what is said there is said at the touchpoint itself.
func TestShortNames(t *testing.T) {
	h := newHouse(t)
	c := example(t, filepath.Join("..", "..", "examples", "sparkle.yaml"))
	c.Touchpoints[1].ID = "shelf-14-of-the-market-in-the-high-street"
	h.change(c)
	code := h.reg.ByID("sparkle").Codes.Of(c.Touchpoints[1].ID)
	if len(code) != 5 {
		t.Fatalf("its short name is %q", code)
	}
	for _, typed := range []string{code, strings.ToUpper(code)} {
		a := h.call("GET", "/@sparkle/cx/t/"+typed, "", "Accept", "text/html")
		if a.status != http.StatusOK || !bytes.Contains(a.body, []byte("shelf-14-of-the-market")) {
			t.Errorf("%s: %d", typed, a.status)
		}
	}
	if a := h.call("GET", "/@sparkle/cx/t/zzzzz", "", "Accept", "text/html"); a.status != http.StatusNotFound {
		t.Errorf("a name of nothing: %d", a.status)
	}
}
