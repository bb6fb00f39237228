package atlas_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// TestCardsAreDragged: by the mouse a card goes into another stage, and under
// another audience; what is let go where it was stays.
func TestCardsAreDragged(t *testing.T) {
	h := open(t, housetest.Options{})
	p := h.Page(testkit.Browser(t), testkit.Desktop, elena)
	p.Open(h.URL + "/b/sparkle/map?by=stage&q=i") // fewer, so that all are in sight of each other
	cell := func(audience, column string) string {
		return fmt.Sprintf(`tr[data-audience="%s"] td[data-column="%s"]`, audience, column)
	}
	drag := func(from, to string) {
		t.Helper()
		p.Do(chromedp.DragAndDrop(chromedp.CSS(from), chromedp.CSS(to)))
	}
	moved := func(from, to, done string) { // a hand that was too fast for the page does it again
		t.Helper()
		for range 10 {
			drag(from, to)
			if testkit.Await[bool](p, `new Promise(told => { const end = Date.now() + 4000, look = () => `+done+` ? told(true) : Date.now() > end ? told(false) : setTimeout(look, 50); look() })`) {
				return
			}
		}
		t.Fatalf("never true after dragging: %s", done)
	}
	p.Until(`document.querySelector("#live").dataset.state === "on"`)
	moved(`[data-id="vending"] b`, cell("customer", "needs"), `document.querySelector('[data-id="vending"]').closest("td").dataset.column === "needs" && document.querySelector('[data-id="vending"]').dataset.stage === "needs"`)
	says(p, "#aloud", "Vending machine: Customers, Needs us")
	if at := h.Brands.ByID("sparkle").Index.Touchpoint("vending"); at.Stage != "needs" || at.Audience() != "customer" {
		t.Errorf("it stands at %s, for a %s", at.Stage, at.Audience())
	}
	moved(`[data-id="invoice"] b`, cell("vendor", "needs"), `document.querySelector('[data-id="invoice"]').closest("tr").dataset.audience === "vendor" && document.querySelector('[data-id="invoice"]').dataset.stage === "needs"`)
	p.Until(`!document.querySelector(".m-card.lifted, td.over")`)
	version := h.Brands.ByID("sparkle").Version
	drag(`[data-id="invoice"] b`, cell("vendor", "needs")) // where it was
	p.Until(`!document.querySelector(".m-card.lifted, td.over")`)
	if got := h.Brands.ByID("sparkle").Version; got != version {
		t.Errorf("let go where it was, it made version %d of %d", got, version)
	}
	p.MustBeClean()
}
