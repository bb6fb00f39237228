package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/testkit"
)

// Any brand: one sentence at /say opens the brand's own screen with the words in
// it, whether it is of this server or speaks the protocol with other software;
// a brand without one is told so, with its own address and the words to take along.
func TestScene10AnyBrand(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "sparkle")
		other := otherSoftware(t, "Acme Anvils")
		browser := testkit.Browser(t)

		p := browser.Page(testkit.Phone)
		p.Open(h.at("", "/say"))
		ask(p, "Sparkle, my lemon tastes of metal")
		p.Until(`location.pathname === "/@sparkle/cx" && document.querySelector("textarea[name=text]").value === "my lemon tastes of metal"`)

		p.Open(h.at("", "/say"))
		ask(p, other+" my anvil is late")
		p.Until(`location.host === "` + other + `" && document.querySelector("textarea").value === "my anvil is late"`)

		// Known by name from now on, and shown with its address first.
		p.Open(h.at("", "/say"))
		ask(p, "Acme Anvils, my anvil is late")
		p.Until(`document.querySelector(".choices bdi").innerText === "` + other + `"`)
		p.Click(`.choices a`)
		p.Until(`location.host === "` + other + `"`)

		p.Open(h.at("", "/say"))
		nobody := otherSoftware(t, "")
		ask(p, nobody+", my lemon tastes of metal")
		p.Until(`document.querySelector(".none a").href === "mailto:hello@old.example" && document.querySelector(".copy textarea").value === "my lemon tastes of metal"`)

		// Nothing was sent by any of it, and nothing kept.
		if n := testkit.Eval[int](p, `localStorage.length + document.cookie.length`); n != 0 {
			t.Errorf("%d things are kept on the device", n)
		}
		for _, r := range p.Requests() {
			if r.Method != "GET" && r.URL != h.at("", "/say?lang=en") {
				t.Errorf("it sent %s %s", r.Method, r.URL)
			}
		}
	})
}

// The voice is the way in: what was dictated finds the brand by itself; who
// hears it is said before, unless the browser dictates on the device.
func TestScene10Spoken(t *testing.T) {
	h := open(t, "", "sparkle")
	browser := testkit.Browser(t)
	for _, onDevice := range []bool{true, false} {
		p := browser.Page(testkit.Phone)
		say := fmt.Sprintf(dictation, onDevice)
		p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: say})
			return err
		}))
		p.Open(h.at("", "/say"))
		p.Click(`[data-act=speak]`)
		if !onDevice {
			p.Until(`!document.querySelector(".notice").hidden && !window.spoken`)
			p.Click(`[data-act=speak-anyway]`)
		}
		p.Until(`location.pathname === "/@sparkle/cx" && document.querySelector("textarea[name=text]").value === "my lemon tastes of metal"`)
	}
}

// dictation stands for a browser's own, which needs its maker's service.
const dictation = `window.SpeechRecognition = class {
	static async available() { return %v ? 'available' : 'unavailable' }
	start() { window.spoken = true; setTimeout(() => { this.onresult({ results: [[{ transcript: 'Sparkle my lemon tastes of metal' }]] }); this.onend() }) }
	stop() {}
}`

// The wallet: an answer that is kept stands at /say with what has become of it,
// on this device only, and can be forgotten.
func TestScene10Wallet(t *testing.T) {
	h := open(t, "", "sparkle")
	browser := testkit.Browser(t)
	p := browser.Page(testkit.Phone)
	p.Open(h.at("sparkle", "/cx"))
	p.Do(chromedp.SendKeys(chromedp.CSS(`textarea[name=text]`), "my lemon tastes of metal"), chromedp.Click(chromedp.CSS(`[value=say]`)))
	p.Until(`document.querySelector(".answer").dataset.state === "said"`)
	p.Until(`!!document.querySelector(".steps") && !!document.querySelector("[value=seal]")`) // the page is live
	p.Click(`[value=seal]`)
	p.Until(`!document.querySelector("[data-act=keep]").hidden`)
	receipt := testkit.Eval[string](p, `document.querySelector(".answer").dataset.receipt`)
	p.Click(`[data-act=keep]`)
	p.Until(`document.querySelector("[data-act=keep]").innerText === "Kept on this device"`)
	link := testkit.Eval[string](p, `document.querySelector("[data-act=keep]").href`)

	p.Open(h.at("", "/say"))
	p.Until(`document.querySelector(".wallet li span:nth-of-type(2)").innerText === "Sent"`)
	if got := testkit.Eval[string](p, `document.querySelector(".wallet li a").href`); got != receipt {
		t.Errorf("it leads to %s, want %s", got, receipt)
	}
	p.Click(`.wallet li button`)
	p.Until(`document.querySelector(".wallet").hidden && localStorage.length === 0`)

	// From another site it is handed over, and asked about before it is kept.
	elsewhere := browser.Page(testkit.Phone)
	elsewhere.Open(link)
	elsewhere.Until(`!document.querySelector(".kept").hidden && location.hash === ""`)
	if n := testkit.Eval[int](elsewhere, `localStorage.length`); n != 0 {
		t.Error("it is kept before the person said so")
	}
	elsewhere.Click(`[data-act=keep]`)
	elsewhere.Until(`document.querySelector(".wallet b").innerText === "Sparkle" && localStorage.length === 1`)
	secret := receipt[strings.LastIndexByte(receipt, '/')+1:]
	for _, r := range elsewhere.Requests() {
		if strings.Contains(r.URL, secret) && !strings.HasPrefix(r.URL, receipt) {
			t.Errorf("the receipt's secret went to %s", r.URL)
		}
	}
}

// ask types a sentence and presses the button.
func ask(p *testkit.Page, sentence string) {
	p.Do(chromedp.SetValue(chromedp.CSS(`#q`), sentence), chromedp.Click(chromedp.CSS(`.say .go`)))
}

// otherSoftware is a brand that shares no code with us: its host and port.
// Without a name it has a home page and nothing more.
func otherSoftware(t *testing.T, name string) string {
	t.Helper()
	var base string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case name == "" && r.URL.Path == "/":
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, `<a href="mailto:hello@old.example">write to us</a>`)
		case name != "" && r.URL.Path == cx.WellKnown:
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(map[string]any{"cx": cx.Version, "brand": map[string]string{"name": name}, "domains": []string{"127.0.0.1"}, "languages": []string{"en"},
				"expires": time.Now().Add(time.Hour), "screen": base + "/feedback", "screen_template": base + "/feedback{?lang,text}"})
		case name != "" && r.URL.Path == "/feedback":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, `<title>%s</title><textarea>%s</textarea>`, name, html.EscapeString(r.URL.Query().Get("text")))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	base = srv.URL
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}
