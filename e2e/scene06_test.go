package e2e

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline/internal/testkit"
)

// The dead zone: the page was open when the signal went. The tap is kept on the
// phone, survives its tab, and is delivered once when there is a signal again.
func TestScene06TheDeadZone(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "sparkle")
		browser := testkit.Browser(t)
		lucia := browser.Page(testkit.Desktop)
		h.signIn(lucia, "lucia@sparkle.example")
		lucia.Open(h.at("", "/b/sparkle/desk"))
		lucia.Until(`document.querySelector("#live").dataset.state === "on"`)

		phone := browser.Page(testkit.Phone)
		shopper := phone.Another(testkit.Phone)
		shopper.Open(h.at("sparkle", "/cx/t/k7f3"))
		shopper.Offline(true)
		shopper.Click(`[value=cant-find-it]`)
		shopper.Until(`document.querySelector(".answer").dataset.state === "waiting"`)
		shoot(t, shopper, "scene 06 it will be sent")
		if n := testkit.Eval[int](lucia, `document.querySelectorAll("#rows .row").length`); n != 0 {
			t.Errorf("without a signal %d cases are there", n)
		}
		shopper.Close()

		// Hours later, in the street, she opens the page again.
		phone.Open(h.at("sparkle", "/cx/t/k7f3"))
		says(lucia, "#rows", "1 momento")
		// One more of her neighbour's: two, so hers came once.
		h.say(t, "sparkle", `{"topic":"cant-find-it","context":{"touchpoint":"k7f3","source":"qr"}}`)
		says(lucia, "#rows", "2 momentos")
		phone.Until(`document.querySelector(".sign").hidden`)
		lucia.MustBeClean()
	})
}

// Who arrives with no signal reads the short address on the sign, and says later
// when it happened.
func TestScene06SaidLater(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "sparkle")
		browser := testkit.Browser(t)
		guest := browser.Page(testkit.Phone)
		guest.Open(h.at("sparkle", "/cx"))
		guest.Do(chromedp.SendKeys(chromedp.CSS(`[name=text]`), "The vending machine in the car park kept my coin."))
		guest.Click(`[value=say]`)
		guest.Until(`!!document.querySelector(".when")`)
		guest.Press(`document.querySelector(".when summary").click()`)
		shoot(t, guest, "scene 06 when was it")
		guest.Press(`document.querySelector("[name=when][value=yesterday]").click()`)
		guest.Until(`!document.querySelector(".when")`)

		ana := browser.Page(testkit.Desktop)
		h.signIn(ana, "ana@sparkle.example") // of Service
		ana.Open(h.at("", "/b/sparkle/desk?show=team"))
		says(ana, "#rows", "kept my coin")
		ana.Press(`document.querySelector("#rows .row").click()`)
		yesterday := time.Now().In(h.Registry.ByID("sparkle").Location()).AddDate(0, 0, -1)
		says(ana, "#thread", "kept my coin", "happened "+yesterday.Format("2 January"))
		ana.MustBeClean()
		guest.MustBeClean()
	})
}
