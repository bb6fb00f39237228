package pulse_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/testkit"
)

// TestNothingMovesUnderAFinger: while somebody is in what they say, or has a finger
// down, it is not drawn anew; when they leave it is.
func TestNothingMovesUnderAFinger(t *testing.T) {
	h := housetest.Open(t, housetest.Options{Brand: sparkle}, func(h *housetest.House, mux *http.ServeMux) {
		room := pulse.New(h.House)
		room.DearApart(time.Hour) // only what the test tells is told
		room.Routes(mux)
	})
	for range 3 {
		h.Say(sparkle, sayline.Moment{Text: "The lemon tastes of metal", Lang: "en", Context: housetest.At("k7f3")})
	}
	p := h.Page(testkit.Browser(t), testkit.Phone, elena)
	p.Open(h.URL + "/b/sparkle/pulse")
	p.Until(`document.querySelector("#live").dataset.state === "on"`)
	tell := func(word string) {
		testkit.Await[string](p, `(async () => {
			const part = document.querySelector("#p-saying").cloneNode(true)
			part.querySelector("bdi").textContent = "`+word+`"
			house.on.board(JSON.stringify({ parts: { "p-saying": part.outerHTML } }))
			await new Promise(done => setTimeout(done)) // what waits for nothing is drawn by then
			return document.querySelector("#p-saying bdi").textContent
		})()`)
	}
	says := func(word string) bool {
		return testkit.Eval[string](p, `document.querySelector("#p-saying bdi").textContent`) == word
	}
	tell("at once")
	if !says("at once") {
		t.Error("it is not drawn though nobody is in it")
	}
	testkit.Eval[any](p, `document.querySelector("#p-saying a").focus()`+"; 0")
	tell("while in it")
	if !says("at once") {
		t.Error("it is drawn anew while the focus is in it")
	}
	testkit.Eval[any](p, `document.activeElement.blur()`+"; 0")
	p.Until(`document.querySelector("#p-saying bdi").textContent === "while in it"`)
	testkit.Eval[any](p, `document.body.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }))`+"; 0")
	tell("under a finger")
	if !says("while in it") {
		t.Error("it is drawn anew under a finger")
	}
	testkit.Eval[any](p, `document.body.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }))`+"; 0")
	p.Until(`document.querySelector("#p-saying bdi").textContent === "under a finger"`)
	p.MustBeClean()
}

// TestSmallPhoneScrollsNoSideways: what a touchpoint would change stands within the
// narrowest phone, in all languages of the house.
func TestSmallPhoneScrollsNoSideways(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	for range 6 {
		h.Say(sparkle, sayline.Moment{Feeling: 2, Topic: "damaged", Context: housetest.At("k7f3")})
		h.Say(sparkle, sayline.Moment{Feeling: 5, Context: housetest.At("front-door")})
	}
	for _, lang := range []string{"", "es", "ar"} {
		p := h.Page(testkit.Browser(t), testkit.Look{Width: 360, Height: 740, Scale: 2, Touch: true}.In(lang), elena)
		p.Open(h.URL + "/b/sparkle/pulse")
		p.Until(`document.querySelector("#p-touch td.n small")`)
		if over := testkit.Eval[int](p, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("in %q the page is %d pixels too wide", lang, over)
		}
	}
}
