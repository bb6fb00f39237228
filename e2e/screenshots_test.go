package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline/internal/demo"
	"github.com/sayline/sayline/internal/testkit"
)

// TestScreenshots takes the pictures of docs/pictures from a demo that has
// lived some days, and looks at every screen by day and by night, on a phone
// and on a desk, from left to right and from right to left. What it asserts is
// that each page opens without an error on it.
func TestScreenshots(t *testing.T) {
	d := showDemo(t, demo.Options{Quiet: true})
	dir := pictures(t)
	browser := testkit.Browser(t)
	base := d.App.URL()
	shot := func(p *testkit.Page, name string) {
		t.Helper()
		p.Screenshot(picture(t, dir, name))
		p.MustBeClean()
	}

	// The touch screen, and what a tap turns it into.
	for name, look := range map[string]testkit.Look{"touch": testkit.Phone, "touch-night": testkit.Phone.AtNight(), "touch-ar": testkit.Phone.In("ar"), "touch-desk": testkit.Desktop} {
		p := browser.Page(look)
		p.Open(base + "/@sparkle/cx/t/k7f3")
		shot(p, name)
	}
	for _, brand := range []string{"granvia", "northgate"} {
		p := browser.Page(testkit.Phone)
		p.Open(base + "/@" + brand + "/cx")
		shot(p, "touch-"+brand)
	}
	for name, look := range map[string]testkit.Look{"done": testkit.Phone, "done-desk-night": testkit.Desktop.AtNight(), "done-ar": testkit.Phone.In("ar")} {
		p := browser.Page(look)
		p.Open(base + "/@sparkle/cx/done")
		shot(p, name)
	}
	speaker := browser.Page(testkit.Phone)
	speaker.Open(base + "/@sparkle/cx/t/k7f3")
	speaker.Click(`[value=damaged]`)
	speaker.Until(`document.querySelector(".answer").dataset.state === "said" && !!document.querySelector(".steps") && document.getAnimations().every(a => a.playState === "finished")`)
	shot(speaker, "sent")

	// The house.
	in := func(look testkit.Look, who string) *testkit.Page {
		p := browser.Page(look)
		p.Open(base + "/sign-in")
		p.Do(chromedp.SendKeys(chromedp.CSS(`[name=email]`), who), chromedp.SendKeys(chromedp.CSS(`[name=password]`), d.Password), chromedp.Click(chromedp.CSS(`button.big`)))
		p.Until(`location.pathname.startsWith("/b/")`)
		return p
	}
	for name, look := range map[string]testkit.Look{"": testkit.Desktop, "-night": testkit.Desktop.AtNight(), "-phone": testkit.Phone, "-phone-night": testkit.Phone.AtNight(), "-ar": testkit.Desktop.In("ar")} {
		p := in(look, "elena@sparkle.example")
		for _, room := range []string{"pulse", "desk", "studio", "wall", "roster", "me", "routes", "routes/rule?rule=3", "phones", "wanted", "map", "map?t=k7f3", "map/finder?trade=retail"} {
			p.Open(base + "/b/sparkle/" + room)
			p.Until(`document.readyState === "complete"`)
			if as := map[string]string{"desk": "list", "routes/rule?rule=3": "rule", "map?t=k7f3": "map-panel", "map/finder?trade=retail": "finder"}[room]; as != "" {
				room = as
			}
			shot(p, room+name)
		}
		p.Open(base + "/b/sparkle/desk?show=all")
		p.Press(`document.querySelector("#rows .row").click()`)
		p.Until(`!!document.querySelector("#work")`)
		shot(p, "desk"+name)
	}
}
