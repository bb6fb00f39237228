package e2e

import (
	"bytes"
	"image/png"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/testkit"
)

// From nothing: one page of set-up, and a new brand has its screen, its QR code
// and its first moment.
func TestScene12FromNothing(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := openWith(t, database, func(o *app.Options) {
			o.Data = t.TempDir()
			if database != "" {
				o.Database = testkit.Postgres(t)
			}
		})
		browser := testkit.Browser(t)
		owner := browser.Page(testkit.Desktop)
		owner.Open(h.URL() + "/")
		owner.Do(
			chromedp.SendKeys(chromedp.CSS(`[name=brand]`), "Café Olé"),
			chromedp.Click(chromedp.CSS(`.swatch.s2`)),
			chromedp.SendKeys(chromedp.CSS(`[name=name]`), "Ana"),
			chromedp.SendKeys(chromedp.CSS(`[name=email]`), "ana@cafe.example"),
			chromedp.SendKeys(chromedp.CSS(`[name=password]`), password),
			chromedp.Click(chromedp.CSS(`.setup button.big`)),
		)
		owner.Until(`location.pathname === "/b/cafe-ole/first" && !!document.querySelector(".first-waiting")`)
		address := testkit.Eval[string](owner, `document.querySelector(".first-code figcaption a").href`)
		if read := readCode(t, owner); read != address {
			t.Fatalf("the code on the page says %q, its letters %q", read, address)
		}

		visitor := browser.Page(testkit.Phone)
		visitor.Open(address)
		visitor.Click(`.chip`)
		visitor.Until(`document.querySelector(".answer").dataset.state === "said"`)

		owner.Until(`!!document.querySelector(".first-heard")`) // without a reload of ours
		owner.Click(`.first-heard .btn.fill`)
		owner.Until(`location.pathname.startsWith("/b/cafe-ole/desk/") && !!document.querySelector("#onit")`)
		owner.MustBeClean()
		visitor.MustBeClean()
	})
}

// readCode takes a picture of the QR code on a page and reads it as a phone does.
func readCode(t *testing.T, p *testkit.Page) string {
	t.Helper()
	shot := testkit.Run(p, chromedp.Screenshot(chromedp.CSS(`svg.qr`)))
	img, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	got, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		_ = os.WriteFile(picture(t, pictures(t), "code"), shot, 0o644)
		t.Fatalf("the code can't be read: %v", err)
	}
	return got.GetText()
}
