package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline/internal/demo"
	"github.com/sayline/sayline/internal/testkit"
)

// TestEverybodyCanSayIt: axe finds nothing that keeps anybody out of the touch
// screen and the answer, in every state, by day and by night, from left to
// right and from right to left.
func TestEverybodyCanSayIt(t *testing.T) {
	h := open(t, "", "sparkle", "granvia", "northgate")
	browser := testkit.Browser(t)
	for name, look := range looks() {
		t.Run(name, func(t *testing.T) {
			p := browser.Page(look)
			lets := func(state string) {
				t.Helper()
				p.MustLetEverybodyIn(name + ", " + state)
			}
			for _, at := range []struct{ brand, path string }{
				{"sparkle", "/cx"}, {"sparkle", "/cx/t/k7f3?ref=room+412"}, {"granvia", "/cx"}, {"northgate", "/cx/t/wc1a"},
				{"sparkle", "/cx/01/09506000134352/10/AB-123"}, {"sparkle", "/cx/01/09506000134351"}, {"sparkle", "/cx/t/nothing-there"}, {"sparkle", "/cx/nothing"}, {"sparkle", "/cx/done"},
			} {
				p.Open(h.at(at.brand, at.path))
				lets(at.brand + at.path)
			}
			p.Problems() // two of these answered that there is no such thing, as they should
			p.Open(h.at("sparkle", "/cx/t/k7f3"))
			p.Press(`document.querySelectorAll("details").forEach(d => d.open = true)`)
			lets("everything open")
			p.Open(h.at("sparkle", "/cx/t/k7f3"))
			p.Click(`[value=cant-find-it]`)
			p.Until(`document.querySelector(".answer").dataset.state === "said" && !!document.querySelector(".steps")`)
			lets("sent")
			p.Open("about:blank") // it seals its moment on leaving
			receipt := h.say(t, "sparkle", `{"topic":"cant-find-it","text":"Third time this week.","context":{"touchpoint":"k7f3"},"more":true}`)
			p.Open(receipt)
			lets("the answer, open")
			h.answerAll("sparkle", receipt, "Restocked tomorrow at 8:00.")
			p.Open(receipt)
			lets("answered")
			for _, problem := range p.Problems() { // the seal sent on leaving is sent again, unless its answer still came
				if !strings.Contains(problem, "PATCH") || !strings.HasSuffix(problem, "409") {
					t.Error(problem)
				}
			}
		})
	}
}

// TestEverybodyCanAnswer: the same for the house.
func TestEverybodyCanAnswer(t *testing.T) {
	d := showDemo(t, demo.Options{Quiet: true})
	browser := testkit.Browser(t)
	base := d.App.URL()
	for name, look := range looks() {
		t.Run(name, func(t *testing.T) {
			p := browser.Page(look)
			p.Open(base + "/sign-in")
			p.MustLetEverybodyIn(name + ", signing in")
			p.Do(chromedp.SendKeys(chromedp.CSS(`[name=email]`), "elena@sparkle.example"), chromedp.SendKeys(chromedp.CSS(`[name=password]`), d.Password), chromedp.Click(chromedp.CSS(`button.big`)))
			p.Until(`location.pathname.startsWith("/b/")`)
			for _, room := range []string{"pulse", "desk", "studio", "wall", "roster", "roster/mine", "me", "routes", "routes?try=1&touchpoint=k7f3&topic=cant-find-it", "routes/rule?rule=3", "routes/rule?do=change&rule=3&topic=tastes-off&team=service&feeling=1", "routes/rule?do=add&raise_at=1&within=x&topic=gone", "phones", "pin", "wanted", "learned", "search?q=can", "map", "map?by=channel&t=k7f3&lang=en", "map?t=phone", "map/todo", "map/table", "map/finder?trade=retail", "map/compare"} {
				p.Open(base + "/b/sparkle/" + room)
				p.Until(`document.readyState === "complete"`)
				p.MustLetEverybodyIn(fmt.Sprintf("%s, %s", name, room))
			}
			p.Open(base + "/b/sparkle/desk?show=all")
			p.Press(`document.querySelector("#rows .row").click()`)
			p.Until(`!!document.querySelector("#work")`)
			p.MustLetEverybodyIn(name + ", a case")
			p.Press(`document.querySelectorAll("#more,#more details").forEach(d => d.open = true)`)
			p.MustLetEverybodyIn(name + ", a case, everything open")
			p.MustBeClean()
		})
	}
}

// looks are who looks: by day and night, on phone and desk, in two directions.
func looks() map[string]testkit.Look {
	return map[string]testkit.Look{
		"phone": testkit.Phone, "phone at night in Arabic": testkit.Phone.AtNight().In("ar"),
		"desk at night": testkit.Desktop.AtNight(), "desk in Arabic": testkit.Desktop.In("ar"),
	}
}
