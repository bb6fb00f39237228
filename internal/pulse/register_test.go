package pulse_test

import (
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// TestRegisterPage: the register is led to from the pulse, lets everybody in, and is
// printed without what is only for a screen.
func TestRegisterPage(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	p := h.Page(testkit.Browser(t), testkit.Desktop, elena)
	p.Open(h.URL + "/b/sparkle/pulse/register")
	p.MustLetEverybodyIn("a register without a line")
	h.Say(sparkle, sayline.Moment{Class: sayline.Unidentified, Topic: "cant-find-it", Text: "No lemon again", Context: housetest.At("k7f3")})
	p.Open(h.URL + "/b/sparkle/pulse")
	p.Click(`.p-out a[href*="/pulse/register"]`)
	p.Until(`document.querySelector(".register tbody")?.innerText.includes("No lemon again")`)
	p.MustLetEverybodyIn("the register")
	housetest.Audit(t, p, "the register")
	p.Show(testkit.Phone.In("ar"))
	housetest.Audit(t, p, "the register on a phone")
	if over := testkit.Eval[int](p, `document.querySelector(".scroll").scrollWidth - document.querySelector(".scroll").clientWidth`); over > 0 {
		t.Errorf("on a phone the register is %d pixels too wide", over)
	}
	p.MustLetEverybodyIn("the register on a phone")
	p.MustBeClean()
}
