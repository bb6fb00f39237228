package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/testkit"
)

// A mean employee: written or spoken, without a name, it is before those of the
// lane and nobody else: not the colleague concerned, not their team, not the
// wall, nothing that leaves the house; and nothing of the speaker is kept.
func TestScene05TheMeanEmployee(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "granvia")
		browser := testkit.Browser(t)
		mercedes, victoria, nerea, wall := browser.Page(testkit.Desktop), browser.Page(testkit.Desktop), browser.Page(testkit.Phone), browser.Page(testkit.Desktop)
		h.signIn(mercedes, "mercedes@granvia.example")
		h.signIn(nerea, "nerea@granvia.example") // whom it is about
		h.signIn(victoria, "victoria@granvia.example")
		h.signIn(wall, "victoria@granvia.example")
		mercedes.Open(h.at("", "/b/granvia/desk"))
		nerea.Open(h.at("", "/b/granvia/desk"))
		victoria.Open(h.at("", "/b/granvia/pulse"))
		wall.Open(h.at("", "/b/granvia/wall"))
		mercedes.Until(`document.querySelector("#live").dataset.state === "on"`)
		nerea.Until(`document.querySelector("#live").dataset.state === "on"`)

		guest := browser.Page(testkit.Phone)
		guest.Open(h.at("granvia", "/cx/t/reception-madrid"))
		guest.Press(`document.querySelector("[value=about-a-person]").click()`)
		guest.Until(`document.querySelector(".answer").dataset.state === "said" && !!document.querySelector(".gift textarea")`)
		guest.Do(chromedp.SendKeys(chromedp.CSS(`.gift textarea`), "Nerea laughed at my accent."))
		guest.Press(`document.querySelector(".gift button:not([type=button])").click()`)
		says(mercedes, "#rows", "confianza")
		if ring := testkit.Eval[string](mercedes, `document.querySelector(".ring")?.textContent || ""`); strings.Contains(ring, "Nerea") {
			t.Errorf("the banner tells what was said: %q", ring)
		}
		mercedes.Press(`document.querySelector("#rows .row").click()`)
		says(mercedes, "#work", "Nerea laughed at my accent.")
		work := testkit.Eval[string](mercedes, `document.querySelector("#case").dataset.case`)

		// The same by voice.
		voice, err := os.ReadFile(filepath.Join("..", "internal", "media", "testdata", "voice.webm"))
		h.must(err)
		h.sayWith(t, "granvia", `{"topic":"about-a-person","context":{"touchpoint":"reception-madrid","source":"qr"}}`, map[string][]byte{"voice audio/webm": voice})
		mercedes.Open(h.at("", "/b/granvia/desk"))
		mercedes.Until(`document.querySelectorAll("#rows .row").length === 2`)
		mercedes.Press(`[...document.querySelectorAll("#rows .row")].find(r => !r.id.endsWith("` + work + `")).click()`)
		mercedes.Until(`!!document.querySelector("#thread audio")`)

		// She answers, and the guest reads it.
		mercedes.Open(h.at("", "/b/granvia/desk/"+work))
		mercedes.Do(chromedp.SendKeys(chromedp.CSS("#text"), "Thank you. I have spoken with her today."))
		mercedes.Press(`document.querySelector("#send").click()`)
		says(guest, ".answer", "I have spoken with her today.")
		shoot(t, guest, "scene 05 in confidence")

		// Then somebody speaks in the open, to see that all have caught up.
		h.say(t, "granvia", `{"text":"The terrace at dusk!","feeling":5,"context":{"touchpoint":"terrace","source":"qr"}}`)
		for _, p := range []*testkit.Page{victoria, wall} {
			says(p, "main", "The terrace at dusk!")
		}
		tells := func(who, text string) {
			t.Helper()
			for _, w := range []string{"accent", "laughed", work, "n confianza"} {
				if strings.Contains(text, w) {
					t.Errorf("%s reads %q", who, w)
				}
			}
		}
		for _, path := range []string{"/desk", "/desk?show=all", "/desk?show=all&done=1"} {
			for who, p := range map[string]*testkit.Page{"the colleague": nerea, "the manager": victoria} {
				p.Open(h.at("", "/b/granvia"+path))
				p.Until(`document.readyState === "complete"`)
				tells(who+" at "+path, p.Text("main"))
			}
		}
		for who, p := range map[string]*testkit.Page{"the colleague": nerea, "the manager": victoria} {
			if got := testkit.Await[int](p, `fetch("/b/granvia/desk/`+work+`").then(r => r.status)`); got != 404 {
				t.Errorf("%s opens it: %d", who, got)
			}
			p.Problems() // that it was refused is what was wanted
		}
		tells("the wall", wall.Text("main"))
		for _, c := range h.hook.All() {
			tells("a webhook", string(c.Body))
		}
		for _, m := range h.mail.All() {
			if strings.Contains(m.Text+m.Subject, "accent") || strings.Contains(m.Text, work) && !strings.HasPrefix(m.To[0], "mercedes@") && !strings.HasPrefix(m.To[0], "luis@") {
				t.Errorf("%s is written %q", m.To[0], m.Text)
			}
		}

		// Nothing kept leads to who spoke: no contact, no time of day, no cookie.
		list, err := h.Store.MomentsOf(t.Context(), "granvia", work, 10)
		h.must(err)
		for _, m := range list {
			zone := h.Registry.ByID("granvia").Location()
			if m.Contact != nil || m.Class != sayline.Unidentified || m.ReceivedAt.In(zone).Hour()+m.ReceivedAt.Minute() != 0 || m.Context.Located {
				t.Errorf("kept of the speaker: %+v at %s", m.Contact, m.ReceivedAt)
			}
		}
		if n := testkit.Eval[int](guest, `document.cookie.length`); n != 0 {
			t.Error("the guest's phone got a cookie")
		}
		for _, p := range []*testkit.Page{mercedes, wall, guest} {
			p.MustBeClean()
		}
	})
}

// An outstanding one: praise reaches that person's team at once, silently, and
// "she has read it, thank you" comes back.
func TestScene05TheOutstandingEmployee(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "granvia")
		browser := testkit.Browser(t)
		nerea := browser.Page(testkit.Phone)
		h.signIn(nerea, "nerea@granvia.example")
		nerea.Open(h.at("", "/b/granvia/desk"))
		nerea.Until(`document.querySelector("#live").dataset.state === "on"`)

		guest := browser.Page(testkit.Phone)
		guest.Open(h.at("granvia", "/cx/t/reception-madrid"))
		guest.Press(`document.querySelector("[value=someone-took-care]").click()`)
		guest.Until(`document.querySelector(".answer").dataset.state === "said" && !!document.querySelector(".gift textarea")`)
		// Written in one go: the page may draw itself anew meanwhile, as news come.
		guest.Press(`document.querySelector(".gift textarea").value = "Nerea walked me to the pharmacy in the rain."`)
		guest.Press(`document.querySelector(".gift button:not([type=button])").click()`)

		nerea.Until(`!!document.querySelector(".ring")`)
		nerea.Press(`document.querySelector(".ring a").click()`)
		says(nerea, "#work", "Nerea walked me to the pharmacy in the rain.")
		nerea.Until(`!!document.querySelector("#thanks")`)
		shoot(t, nerea, "scene 05 praise")
		nerea.Press(`document.querySelector("#thanks").click()`)
		says(guest, ".answer", "Nerea has read it. Thank you!")
		shoot(t, guest, "scene 05 read, thank you")
		receipt := testkit.Eval[string](guest, `document.querySelector(".answer").dataset.receipt`)
		if r := h.receipt(t, receipt); r.Status != "resolved" {
			t.Errorf("the receipt is %s", r.Status)
		}
		nerea.MustBeClean()
		guest.MustBeClean()
	})
}
