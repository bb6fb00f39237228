package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline/internal/testkit"
)

// The employee: an anonymous moment from the staff room's sheet is before the
// two people of its lane and shows in no group, to nobody else, on nothing that
// leaves the house.
func TestScene11TheEmployee(t *testing.T) {
	const words = "The forklift brakes are gone and we are told to drive."
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "sparkle")
		browser := testkit.Browser(t)
		elena, wall := browser.Page(testkit.Desktop), browser.Page(testkit.Desktop) // the owner
		for _, p := range []*testkit.Page{elena, wall} {
			h.signIn(p, "elena@sparkle.example")
		}
		elena.Open(h.at("", "/b/sparkle/pulse"))
		wall.Open(h.at("", "/b/sparkle/wall"))
		irene := browser.Page(testkit.Desktop)
		h.signIn(irene, "irene@sparkle.example")
		irene.Open(h.at("", "/b/sparkle/desk"))
		irene.Until(`document.querySelector("#live").dataset.state === "on"`)

		employee := browser.Page(testkit.Phone)
		employee.Open(h.at("sparkle", "/cx/t/locker"))
		employee.Do(chromedp.SendKeys(chromedp.CSS(`[name=text]`), words))
		employee.Click(`[value=say]`)
		says(employee, ".answer h1", "People, in confidence")

		// It rings for her; the banner that others may see tells nothing.
		irene.Until(`!!document.querySelector(".ring")`)
		if ring := irene.Text(".ring"); strings.Contains(ring, "forklift") {
			t.Errorf("the alert tells what was said: %q", ring)
		}
		irene.Press(`document.querySelector(".ring a").click()`)
		says(irene, "#work", words)
		work := testkit.Eval[string](irene, `document.querySelector("#case").dataset.case`)
		shoot(t, irene, "scene 11 in confidence")
		irene.Do(chromedp.SendKeys(chromedp.CSS("#text"), "The forklift is out of use since this morning."))
		irene.Press(`document.querySelector("#send").click()`)
		says(employee, ".answer", "out of use since this morning")
		shoot(t, employee, "scene 11 the employee is answered")

		// Then somebody speaks in the open, to see that all have caught up.
		h.say(t, "sparkle", `{"text":"Best lemon in town.","feeling":5,"context":{"touchpoint":"k7f3","source":"qr"}}`)
		for _, p := range []*testkit.Page{elena, wall} {
			says(p, "main", "Best lemon in town.")
		}
		h.hook.Wait(t.Context(), func(c testkit.Call) bool { return strings.Contains(string(c.Body), "k7f3") })

		// Nobody else meets it: words, place, lane, audience, number.
		for _, path := range []string{"/pulse", "/pulse?period=today", "/pulse?period=7d", "/pulse?touchpoint=locker", "/pulse?show=all", "/wall", "/desk?show=all", "/desk?show=all&done=1"} {
			elena.Open(h.at("", "/b/sparkle"+path))
			elena.Until(`document.readyState === "complete"`)
			mustNotTell(t, "the owner at "+path, elena.Text("main"))
		}
		mustNotTell(t, "the wall", wall.Text("main"))
		shoot(t, wall, "scene 11 the wall")
		for _, c := range h.hook.All() {
			mustNotTell(t, "a webhook", string(c.Body))
		}
		for _, m := range h.mail.All() {
			mustNotTell(t, "a letter to "+m.To[0], m.Subject+" "+m.Text)
			if strings.Contains(m.Text, work) && !strings.HasPrefix(m.To[0], "irene@") && !strings.HasPrefix(m.To[0], "carmen@") {
				t.Errorf("%s is told of it", m.To[0])
			}
		}
		for _, path := range []string{"/cx/touchpoints", "/cx/t/locker", "/cx/t/k7f3", "/cx"} {
			body := h.get(t, h.at("sparkle", path))
			if strings.Contains(body, "forklift") || strings.HasSuffix(path, "touchpoints") && strings.Contains(body, "locker") {
				t.Errorf("%s tells of it", path)
			}
		}
		if n := testkit.Eval[int](employee, `document.cookie.length`); n != 0 {
			t.Error("the employee's phone got a cookie")
		}
		for _, p := range []*testkit.Page{elena, wall, irene, employee} {
			p.MustBeClean()
		}
	})
}

// mustNotTell says what of the employee's moment somebody else can see.
func mustNotTell(t *testing.T, who, text string) {
	t.Helper()
	for _, w := range []string{"forklift", "ocker room", "estuario", "onfidence", "onfianza", "2 momen"} {
		if strings.Contains(text, w) {
			t.Errorf("%s reads %q", who, w)
		}
	}
}

// get reads an address as anybody.
func (h *house) get(t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	h.must(err)
	res, err := http.DefaultClient.Do(req)
	h.must(err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	h.must(err)
	return string(b)
}

// The vendor: a driver who waits at dock 3 says so with the order number, and
// the yard manager has it.
func TestScene11TheVendor(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "sparkle")
		browser := testkit.Browser(t)
		paco := browser.Page(testkit.Phone)
		h.signIn(paco, "paco@sparkle.example")
		paco.Open(h.at("", "/b/sparkle/desk"))
		paco.Until(`document.querySelector("#live").dataset.state === "on"`)

		driver := browser.Page(testkit.Phone)
		driver.Open(h.at("sparkle", "/cx/t/dock-3?ref=PO-88214"))
		says(driver, "header", "Dock 3")
		says(driver, ".lead", "PO-88214")
		driver.Click(`[value=waits-at-dock]`)
		driver.Until(`document.querySelector(".answer").dataset.state === "said" && !!document.querySelector(".gift textarea")`)
		driver.Do(chromedp.SendKeys(chromedp.CSS(`.gift textarea`), "Two hours now."))
		driver.Click(`.gift button`)

		says(paco, ".ring", "PO-88214", "Muelle 3")
		shoot(t, paco, "scene 11 the yard")
		paco.Press(`document.querySelector(".ring a").click()`)
		says(paco, "#work", "PO-88214", "Two hours now.", "proveedor")
		paco.Press(`document.querySelector("#onit").click()`)
		driver.Until(`document.querySelectorAll(".steps .on").length >= 3`)
		paco.Until(`!document.querySelector("#onit")`)
		paco.Do(chromedp.SendKeys(chromedp.CSS("#text"), "Ramp 2 is free: come over."))
		paco.Press(`document.querySelector("#send").click()`)
		says(driver, ".answer", "Ramp 2 is free: come over.")
		shoot(t, driver, "scene 11 the driver")

		// Another order at the same dock is another case.
		h.say(t, "sparkle", `{"topic":"waits-at-dock","context":{"touchpoint":"dock-3","ref":"PO-90001","source":"qr"}}`)
		paco.Open(h.at("", "/b/sparkle/desk"))
		paco.Until(`document.querySelectorAll("#rows .row").length === 2`)
		says(paco, "#rows", "PO-88214", "PO-90001")
		paco.MustBeClean()
		driver.MustBeClean()
	})
}

// The prospect: "why you?" at the page with the prices; who answers has the
// promise and the tone of that page in sight.
func TestScene11TheProspect(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "sparkle")
		browser := testkit.Browser(t)
		celia := browser.Page(testkit.Desktop)
		h.signIn(celia, "celia@sparkle.example")
		celia.Open(h.at("", "/b/sparkle/desk"))
		celia.Until(`document.querySelector("#live").dataset.state === "on"`)

		prospect := browser.Page(testkit.Phone)
		prospect.Open(h.at("sparkle", "/cx/t/price-page"))
		prospect.Click(`[value=why-you]`)
		prospect.Until(`document.querySelector(".answer").dataset.state === "said"`)

		celia.Until(`!!document.querySelector(".ring")`)
		celia.Press(`document.querySelector(".ring a").click()`)
		celia.Until(`!!document.querySelector(".promise")`)
		promise := testkit.Eval[string](celia, `document.querySelector(".promise bdi").textContent`)
		c := h.Registry.ByID("sparkle").Index.Touchpoint("price-page")
		says(celia, ".promise", c.Promise.In("es"), c.Tone.In("es"))
		shoot(t, celia, "scene 11 the promise in sight")
		celia.Do(chromedp.SendKeys(chromedp.CSS("#text"), promise))
		celia.Press(`document.querySelector("#send").click()`)
		says(prospect, ".answer", c.Promise.In("es"))
		shoot(t, prospect, "scene 11 the prospect")
		celia.MustBeClean()
		prospect.MustBeClean()
	})
}
