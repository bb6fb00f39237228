package e2e

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline/internal/testkit"
)

// The wish: "Two more pillows, 412" is a request with a clock of its own;
// housekeeping taps "on its way", "brought", and the guest reads each as it
// happens.
func TestScene07TheWish(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "granvia")
		browser := testkit.Browser(t)
		rosa := browser.Page(testkit.Phone) // housekeeping, on duty
		h.signIn(rosa, "rosa@granvia.example")
		rosa.Open(h.at("", "/b/granvia/desk"))
		rosa.Until(`document.querySelector("#live").dataset.state === "on"`)

		guest := browser.Page(testkit.Phone)
		guest.Open(h.at("granvia", "/cx/t/room-madrid?ref=412"))
		says(guest, ".lead", "412")
		guest.Click(`.need summary`)
		guest.Do(chromedp.SendKeys(chromedp.CSS(`[name=need]`), "Two more pillows, please"))
		shoot(t, guest, "scene 07 the wish")
		guest.Click(`.need .go`)
		guest.Until(`document.querySelector(".answer").dataset.state === "said"`)
		says(guest, ".answer", "On its way to you", "Brought to you")

		// It rings in housekeeping, with the room and its own half hour.
		says(rosa, ".ring", "Two more pillows, please", "412")
		rosa.Press(`document.querySelector(".ring a").click()`)
		rosa.Until(`!!document.querySelector("#step-on-the-way")`)
		shoot(t, rosa, "scene 07 on her phone")
		rosa.Press(`document.querySelector("#step-on-the-way").click()`)

		// Each step turns the guest's page, without a reload.
		says(guest, ".answer h1", "On its way to you")
		guest.Until(`document.querySelectorAll(".steps .on").length === 4`)
		shoot(t, guest, "scene 07 on its way")
		rosa.Until(`document.querySelector("#step-on-the-way")?.tagName === "SPAN" && document.querySelector("#step-brought")?.classList.contains("next")`)
		shoot(t, rosa, "scene 07 one to go")
		rosa.Press(`document.querySelector("#step-brought").click()`)
		guest.Until(`document.querySelectorAll(".steps .on").length === 5`)
		shoot(t, guest, "scene 07 brought")
		rosa.Until(`document.querySelector(".how").classList.contains("s-resolved")`)

		// A client reads the same.
		receipt := testkit.Eval[string](guest, `document.querySelector(".answer").dataset.receipt`)
		got := h.steps(t, receipt, "es")
		if want := []string{"En camino", "Entregado"}; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("the receipt tells the steps %q", got)
		}
		if r := h.receipt(t, receipt); r.Status != "resolved" {
			t.Errorf("the receipt is %s", r.Status)
		}
		rosa.MustBeClean()
		guest.MustBeClean()
	})
}

// steps are those of the work on a request as its receipt tells them in a language.
func (h *house) steps(t *testing.T, receipt, lang string) (labels []string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, receipt, nil)
	h.must(err)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Language", lang)
	res, err := http.DefaultClient.Do(req)
	h.must(err)
	defer res.Body.Close()
	var d struct {
		History []struct{ Status, Label string }
	}
	h.must(json.NewDecoder(res.Body).Decode(&d))
	for _, e := range d.History {
		if e.Status == "in_progress" {
			labels = append(labels, e.Label)
		}
	}
	return labels
}
