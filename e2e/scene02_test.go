package e2e

import (
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline/internal/testkit"
)

// The barcode of one bottle: product, lot, serial number, best before.
const bottle = "/cx/01/09506000134352/10/AB-123/21/S7F9?17=271231"

// The bad taste at home: the bottle's own barcode opens its screen, quality
// control gets the lot without anybody asking for it, and with two more from the
// same lot the case turns critical, whoever is on it already.
func TestScene02TheBadTasteAtHome(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "sparkle")
		browser := testkit.Browser(t)
		ines := browser.Page(testkit.Desktop) // quality control
		h.signIn(ines, "ines@sparkle.example")
		ines.Open(h.at("", "/b/sparkle/desk"))
		ines.Until(`document.querySelector("#live").dataset.state === "on"`)

		customer := browser.Page(testkit.Phone)
		customer.Open(h.at("sparkle", bottle))
		says(customer, "header", "Sparkle Lemon 330 ml", "AB-123")
		customer.Click(`[value=tastes-off]`)
		customer.Until(`document.querySelector(".answer").dataset.state === "said"`)
		if asked := testkit.Eval[bool](customer, `!!document.querySelector(".ask .found")`); asked {
			t.Error("it asks for what the barcode said")
		}

		// It rings at quality control, with the lot.
		ines.Until(`!!document.querySelector(".ring")`)
		says(ines, ".ring", "Tastes off", "lot AB-123")
		ines.Press(`document.querySelector("#rows .row").click()`)
		ines.Until(`!!document.querySelector("#onit")`)
		says(ines, "#workhead", "31/12/27", "Lemon 330 ml")
		ines.Press(`document.querySelector("#onit").click()`)
		ines.Until(`document.querySelector(".how").classList.contains("s-acknowledged")`)
		customer.Until(`document.querySelectorAll(".steps .on").length >= 3`)

		// A second one changes nothing: she is on it.
		ines.Open(h.at("", "/b/sparkle/desk"))
		ines.Until(`document.querySelector("#live").dataset.state === "on"`)
		second := h.say(t, "sparkle", `{"topic":"tastes-off","context":{"touchpoint":"package","gs1":"https://sparkle.example/cx/01/09506000134352/10/AB-123","source":"gs1"}}`)
		ines.Until(`document.querySelector("#rows").textContent.includes("2 moments")`)
		if again := testkit.Eval[bool](ines, `!!document.querySelector(".ring")`); again {
			t.Error("a second one rings although somebody is on it")
		}
		// With the third the case turns critical, and rings again.
		h.say(t, "sparkle", `{"topic":"tastes-off","context":{"touchpoint":"package","gs1":"https://sparkle.example/cx/01/09506000134352/10/AB-123/21/S8","source":"gs1"}}`)
		ines.Until(`!!document.querySelector(".ring.u-critical")`)
		says(ines, ".ring", "third from lot AB-123")
		shoot(t, ines, "scene 02 it rings again")
		ines.Press(`document.querySelector(".ring a").click()`)
		says(ines, "#workhead", "critical, third from lot AB-123", "Nobody is on it yet")
		h.mail.Wait(t.Context(), func(m testkit.Mail) bool {
			return strings.HasPrefix(m.To[0], "ines@") && strings.Contains(m.Subject, "AB-123") && strings.HasPrefix(m.Subject, "Critical")
		})
		shoot(t, ines, "scene 02 the third")

		const answer = "We stopped the lot. Thank you: a fresh case is on its way to all who told us."
		ines.Do(chromedp.SendKeys(chromedp.CSS("#text"), answer))
		ines.Press(`document.querySelector("#send").click()`)
		customer.Until(`document.querySelector(".answer").textContent.includes("We stopped the lot.")`)
		if got := h.receipt(t, second); got.Status != "answered" {
			t.Errorf("the second reads %+v", got)
		}
		shoot(t, customer, "scene 02 the answer")
		ines.MustBeClean()
		customer.MustBeClean()
	})
}

// From a plain barcode the product is known and the lot is not: a photo of the
// printed lot is the first gift asked for, and quality control sees it.
func TestScene02FromAPlainBarcode(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "sparkle")
		browser := testkit.Browser(t)
		customer := browser.Page(testkit.Phone)
		customer.Open(h.at("sparkle", "/cx/01/09506000134352"))
		says(customer, "header", "Sparkle Lemon 330 ml")
		customer.Click(`[value=tastes-off]`)
		says(customer, ".ask h2", "lot number")
		customer.Do(chromedp.SetUploadFiles(chromedp.CSS(`.gift .pick [name=photo]`), []string{lotPhoto(t)}, chromedp.NodeReady))
		customer.Until(`!!document.querySelector(".gift .tray .photo img")?.complete`)
		shoot(t, customer, "scene 02 a photo of the lot")
		customer.Click(`form.gift button:not([type=button])`)
		customer.Until(`!!document.querySelector(".own img")?.complete && !document.querySelector(".ask")`)

		ines := browser.Page(testkit.Desktop)
		h.signIn(ines, "ines@sparkle.example")
		ines.Open(h.at("", "/b/sparkle/desk"))
		says(ines, "#rows", "Tastes off", "Sparkle Lemon 330 ml")
		ines.Press(`document.querySelector("#rows .row").click()`)
		ines.Until(`[...document.querySelectorAll("#thread img")].some(i => i.complete && i.naturalWidth > 0)`)
		shoot(t, ines, "scene 02 the printed lot")
		ines.MustBeClean()
		customer.MustBeClean()
	})
}

// lotPhoto is a photo of a printed lot number, as a phone's camera keeps it:
// dark strokes on a bright can.
func lotPhoto(t *testing.T) string {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			shade := uint8(215 - (x+y)/40)
			if y > 200 && y < 280 && x > 120 && x < 520 && (x/16)%3 != 0 && (x*7+y)%5 != 0 {
				shade = 40
			}
			m.SetGray(x, y, color.Gray{Y: shade})
		}
	}
	name := filepath.Join(t.TempDir(), "lot.jpg")
	f, err := os.Create(name)
	if err == nil {
		err = errors.Join(jpeg.Encode(f, m, nil), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}
