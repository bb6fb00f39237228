package desk_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

const isLive = `document.querySelector("#live").dataset.state === "on"`

// TestTapRingsAndIsAnswered: a tap comes up on the phone of who is on duty, with
// its face, words, product and place; that it did is on record; "I'm on it" on
// one screen hushes the others; the answer reaches the author.
func TestTapRingsAndIsAnswered(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	b := testkit.Browser(t)
	phone, colleague := h.Page(b, testkit.Phone, lucia), h.Page(b, testkit.Desktop, marco)
	for _, p := range []*testkit.Page{phone, colleague} {
		p.Open(h.URL + "/b/sparkle/desk?show=team")
		p.Until(isLive)
	}
	if text := phone.Text(".empty"); !strings.Contains(text, "Nothing waits here.") {
		t.Errorf("an empty desk says %q", text)
	}
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "Third week!", Feeling: 2, Context: housetest.At("k7f3")})
	ring := phone.Text(".ring")
	for _, want := range []string{"Can't find it · Sparkle Lemon 330 ml", "“Third week!”", "Shelf 14, Mercado Calle Mayor", "I’m on it"} {
		if !strings.Contains(ring, want) {
			t.Errorf("the alert does not say %q but %q", want, ring)
		}
	}
	phone.Until(`document.title.startsWith("● Can't find it")`)
	phone.Until(`document.querySelector(".row time").textContent.includes("left")`)
	c := until(t, h, said.Moment.Case, func(c *sayline.Case) bool { return !c.ReachedAt.IsZero() })
	if !c.SeenAt.IsZero() {
		t.Error("it counts as seen before anybody opened it")
	}
	colleague.Until(`document.querySelector(".ring") && document.querySelector(".row")`)
	phone.Click(".ring button.fill")
	phone.Until(`document.querySelector("#case")?.dataset.case && location.pathname.endsWith("` + said.Moment.Case + `")`)
	phone.Until(`document.querySelector(".how").textContent.includes("You are on it.")`)
	colleague.Until(`!document.querySelector(".ring") && document.querySelector("#rows h2").textContent === "Somebody is on it"`)
	phone.Do(chromedp.SendKeys(chromedp.CSS("#text"), "Restocked tomorrow 8:00"))
	phone.Click("#send")
	phone.Until(`document.querySelector(".say.me")?.textContent.includes("Restocked tomorrow 8:00") && document.querySelector("#text").value === ""`)
	r, err := h.Door.Receipt(t.Context(), h.Brands.ByID(sparkle), said.Secret)
	if err != nil || len(r.Messages) != 1 || r.Messages[0].Text != "Restocked tomorrow 8:00" || r.Status != sayline.StatusAnswered {
		t.Errorf("the author reads %+v (%v)", r, err)
	}
	phone.Click("#resolve summary")
	phone.Click("#reason-done")
	phone.Until(`document.querySelector(".how").textContent.includes("Closed: It is done")`)
	colleague.Until(`!document.querySelector(".row")`)
	phone.MustBeClean()
	colleague.MustBeClean()
}

// TestOpenIsSeen: opening a case on a screen is what counts as seen; more that
// is said appears by itself, and what is being typed stays.
func TestOpenIsSeen(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	p := h.Page(testkit.Browser(t), testkit.Desktop, lucia)
	p.Open(h.URL + "/b/sparkle/desk")
	p.Until(isLive)
	p.Until(`document.querySelector(".ring")`)
	p.Click("[data-later]")
	p.Click(".row")
	p.Until(`document.querySelector("#case").dataset.case`)
	until(t, h, said.Moment.Case, func(c *sayline.Case) bool { return !c.SeenAt.IsZero() })
	p.Do(chromedp.SendKeys(chromedp.CSS("#text"), "We are "))
	h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "Me neither.", Context: housetest.At("k7f3")})
	p.Until(`document.querySelector("#thread").textContent.includes("Me neither.")`)
	p.Do(chromedp.SendKeys(chromedp.CSS("#text"), "on the way"))
	p.Until(`document.querySelector("#text").value === "We are on the way" && document.activeElement.id === "text"`)
	p.Click(`a[href^="?to="]`)
	p.Until(`document.querySelector("#reply .to") && document.querySelector("#text").value === "We are on the way"`)
	p.Click("#reply .to a")
	p.Until(`!document.querySelector("#reply .to") && document.querySelector("#text").value === "We are on the way"`)
	p.Do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	p.Do(chromedp.KeyEvent("a"))
	p.Until(`document.querySelector(".how").textContent.includes("You are on it.")`)
	p.Until(`document.querySelector("#text").value === "We are on the way"`)
	p.Do(chromedp.KeyEvent("r"))
	p.Until(`document.activeElement.id === "text"`)
	p.Do(chromedp.KeyEvent("\r", chromedp.KeyModifiers(2))) // Ctrl+Enter
	p.Until(`document.querySelector(".say.me")?.textContent.includes("We are on the way")`)
	p.Do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	p.Do(chromedp.KeyEvent("e"))
	p.Until(`document.activeElement.id === "reason-done"`)
	p.MustBeClean()
}

// TestLiveSignTellsTheTruth: without a line it says so; with it again, what was
// missed is there.
func TestLiveSignTellsTheTruth(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	p := h.Page(testkit.Browser(t), testkit.Desktop, lucia)
	p.Open(h.URL + "/b/sparkle/desk")
	p.Until(isLive)
	p.Offline(true)
	p.Until(`document.querySelector("#live").dataset.state === "catching"`)
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	p.Until(`document.querySelector("#live").dataset.state === "off"`)
	if text := p.Text("#live"); text != "Not live" {
		t.Errorf("without a line it says %q", text)
	}
	p.Offline(false)
	p.Until(isLive)
	p.Until(`document.querySelector(".ring") && document.querySelector("#row-` + said.Moment.Case + `")`)
	p.Problems() // failed requests are what this test is about
}

// TestPrivateRings: an alert of a private lane rings only for its people, and
// without a word of it; the page of an owner who is not named in it hears nothing.
func TestPrivateRings(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	b := testkit.Browser(t)
	named, owner := h.Page(b, testkit.Desktop, irene), h.Page(b, testkit.Desktop, elena)
	for _, p := range []*testkit.Page{named, owner} {
		p.Open(h.URL + "/b/sparkle/desk?show=all")
		p.Until(isLive)
		testkit.Eval[any](p, `window.heard = []; for (const name of ["ring", "changed", "hush"]) { const f = house.on[name]; house.on[name] = d => { heard.push(name + d); f(d) } }`)
	}
	h.Say(sparkle, sayline.Moment{Topic: "about-a-person", Text: "He shouts.", Feeling: 1, Context: housetest.At("front-door")})
	ring := named.Text(".ring")
	if !strings.Contains(ring, "Something private for you") || !strings.Contains(ring, "In confidence") || strings.Contains(ring, "shouts") {
		t.Errorf("the alert says %q", ring)
	}
	if title := testkit.Eval[string](named, "document.title"); strings.Contains(title, "shouts") || strings.Contains(title, "person") {
		t.Errorf("the title says %q", title)
	}
	// Something public afterwards shows that the owner's line was open all along.
	after := h.Say(sparkle, sayline.Moment{Topic: "price-looks-wrong", Context: housetest.At("k7f3")})
	owner.Until(`document.querySelector("#row-` + after.Moment.Case + `")`)
	heard := testkit.Eval[[]string](owner, "heard")
	for _, message := range heard {
		if strings.HasPrefix(message, "ring") {
			t.Errorf("the owner heard %s", message)
		}
	}
	if text := testkit.Eval[string](owner, "document.documentElement.outerHTML"); strings.Contains(text, "shouts") || strings.Contains(text, "In confidence") {
		t.Error("the owner's page holds something of it")
	}
	named.MustBeClean()
	owner.MustBeClean()
}
