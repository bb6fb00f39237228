package e2e

import (
	"encoding/base64"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline/internal/testkit"
)

// TestEverybodyCanShowIt: the same for photo and voice, for what waits on the
// device, for who says it, and for when it was.
func TestEverybodyCanShowIt(t *testing.T) {
	h := open(t, "", "sparkle", "granvia")
	browser := testkit.Browser(t)
	photo := lotPhoto(t)
	for name, look := range looks() {
		t.Run(name, func(t *testing.T) {
			p := browser.Page(look)
			lets := func(state, once string) {
				t.Helper()
				p.Until(once)
				p.Until(`document.getAnimations().every(a => a.effect.getTiming().iterations === Infinity || a.playState === "finished")`)
				p.MustLetEverybodyIn(name + ", " + state)
			}
			p.Open(h.at("sparkle", "/cx/t/k7f3"))
			p.Click(`.say .mic`)
			lets("recording", `document.querySelector(".rec .time").textContent.startsWith("0:01")`)
			p.Click(`.rec .stop`)
			lets("a voice to listen to", `!!document.querySelector(".tray .voice")`)
			p.Do(chromedp.SetUploadFiles(chromedp.CSS(`.say .pick [name=photo]`), []string{photo}, chromedp.NodeReady))
			lets("a photo to look at", `document.querySelector(".tray .photo img").complete`)
			p.Block("*://*:*/*/media")
			p.Click(`.way .go`)
			lets("a photo that did not get through", `!!document.querySelector(".sent [data-state=waiting]")`)
			p.Block()
			p.Until(`[...document.querySelectorAll(".sent li")].every(l => l.dataset.state === "sent")`)

			p.Open(h.at("sparkle", "/cx"))
			p.Offline(true)
			p.Click(`.face`)
			lets("will be sent", `document.querySelector(".answer").dataset.state === "waiting"`)
			p.Offline(false)
			p.Until(`document.querySelector("details.when") && document.querySelector("details.who")`)
			p.Press(`document.querySelectorAll(".answer details").forEach(d => d.open = true)`)
			lets("when it was, and who says it", `document.querySelector("details.when").open`)

			said := base64.RawURLEncoding.EncodeToString([]byte(`{"name":"Ana Prieto"}`))
			p.Open(h.at("granvia", "/cx/t/room-madrid?ref=412#proof=e30."+said+".e30"))
			lets("greeted", `document.querySelector(".known").checkVisibility()`)

			p.Open(h.at("sparkle", "/cx/t/k7f3"))
			p.Press(`fetch = async () => new Response('{"title":"Too much","detail":"That can’t be taken."}', { status: 422 })`)
			p.Click(`.chip`)
			lets("refused", `document.querySelector(".answer").dataset.state === "refused"`)
			p.Problems() // of the requests that were made to fail
		})
	}
}

// TestEverybodyCanFindIt: the same for /say, empty, with a choice, and where a
// brand is not here.
func TestEverybodyCanFindIt(t *testing.T) {
	h := open(t, "", "sparkle", "granvia")
	browser := testkit.Browser(t)
	for name, look := range looks() {
		t.Run(name, func(t *testing.T) {
			p := browser.Page(look)
			for _, q := range []string{"", "?q=gran", "?q=nobody.example", "?q=the+whole+story+of+my+day"} {
				p.Open(h.at("", "/say"+q))
				p.MustLetEverybodyIn(name + ", /say" + q)
			}
			p.MustBeClean()
		})
	}
}
