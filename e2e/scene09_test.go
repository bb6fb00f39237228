package e2e

import (
	"testing"

	"github.com/sayline/sayline/internal/testkit"
)

// The marketer: she says what the brand does and sees what is typical for it,
// for every audience; each silent one gets the way in that fits it; what feels
// worse than intended and what contradicts the core message stand out, purpose
// and promise beside what people say; what could be better is proposed and planned;
// later, all of it beside "before the refresh".
func TestScene09TheMarketer(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "sparkle")
		for touchpoint, words := range map[string]string{"k7f3": "Empty again, third week.", "help": "The page talks like a lawyer.", "m3p9": "No orange for my kids."} {
			for range 6 {
				h.say(t, "sparkle", `{"feeling":1,"text":"`+words+`","context":{"touchpoint":"`+touchpoint+`","source":"qr"}}`)
			}
		}
		p := testkit.Browser(t).Page(testkit.Desktop)
		h.signIn(p, "elena@sparkle.example")
		p.Open(h.at("", "/b/sparkle/map/finder"))
		p.Press(`document.querySelector("[name=trade][value=retail]").click()`)
		p.Until(`document.querySelectorAll(".m-typical").length >= 40 && document.querySelectorAll(".m-list section").length >= 6`)
		p.Until(`!!document.querySelector("#typical-phone-greeting.there")`)
		p.Press(`for (const id of ["social-answers", "email-signature", "error-page", "staff-room"]) { const box = document.querySelector("#pick-" + id); if (box) box.checked = true }; document.querySelector("#m-put").click()`)
		p.Until(`!document.querySelector("#pick-social-answers") && !document.querySelector("#pick-error-page")`)
		shoot(t, p, "scene 9 the finder")

		// Each silent one gets the way in that fits.
		for touchpoint, way := range map[string]string{"error-page": "button", "dress-code": "staff", "social-answers": "reply"} {
			p.Open(h.at("", "/b/sparkle/map?t="+touchpoint))
			p.Until(`document.querySelector(".m-way").dataset.way === "` + way + `" && document.querySelector(".m-voice") && document.querySelector(".m-way .copy").textContent.includes("cx")`)
		}
		p.Open(h.at("", "/b/sparkle/map?t=phone"))
		p.Until(`document.querySelector(".m-spoken").textContent.length > 10`)
		p.Click("#m-listen")
		p.Until(`!document.querySelector(".m-voice") && !document.querySelector('[data-id="phone"].silent')`)

		// Worse than intended, and against the message.
		p.Open(h.at("", "/b/sparkle/map?show=felt"))
		p.Until(`document.querySelectorAll(".m-card.worse").length === 3 && document.querySelectorAll(".m-card").length === 3`)
		p.Open(h.at("", "/b/sparkle/map?show=contradicts&t=callback"))
		p.Until(`document.querySelectorAll(".m-card .m-contradicts").length >= 1`)
		p.Open(h.at("", "/b/sparkle/map?t=help"))
		c := h.Registry.ByID("sparkle").Index.Touchpoint("help")
		lang := testkit.Eval[string](p, `document.documentElement.lang`)
		says(p, "#panel", c.Purpose.In(lang), c.Promise.In(lang), "The page talks like a lawyer.")
		p.Until(`document.querySelectorAll("#panel dt").length >= 6`)
		shoot(t, p, "scene 9 a touchpoint")

		// What the trade promises there is proposed, and planned: who, and by when.
		p.Press(`document.querySelector(".m-opp[data-state=proposed] summary").click()`)
		p.Press(`const f = document.querySelector(".m-opp[data-state=proposed] .m-planform"); f.querySelector("[name=due]").value = "2031-05-20"; f.querySelector("[name=owner]").value = "service"; f.querySelector("button").click()`)
		p.Until(`!!document.querySelector(".m-opp[data-state=planned] [value=done]")`)
		p.Open(h.at("", "/b/sparkle/map/opportunities"))
		p.Until(`document.querySelectorAll(".m-opp[data-state=planned]").length === 1 && document.querySelectorAll(".m-opp[data-state=proposed]").length > 3`)
		shoot(t, p, "scene 9 opportunities")

		// Before the refresh, and after it.
		p.Open(h.at("", "/b/sparkle/map/compare"))
		p.Press(`document.querySelector("[name=name]").value = "before the refresh"; document.querySelector("#m-snap").click()`)
		says(p, ".m-compare", "before the refresh")
		for range 24 {
			h.say(t, "sparkle", `{"feeling":5,"context":{"touchpoint":"help","source":"qr"}}`)
		}
		p.Open(h.at("", "/b/sparkle/map/compare"))
		says(p, `[data-id="help"]`, "+80")
		shoot(t, p, "scene 9 before and after")
		p.MustBeClean()
	})
}
