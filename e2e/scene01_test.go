package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/testkit"
)

// The missing soda: one tap at the shelf, the manager on duty and the whole
// team know it; forty more join the same case; she is on it, she answers, and
// all forty-one read it.
func TestScene01TheMissingSoda(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "sparkle")
		browser := testkit.Browser(t)
		lucia := browser.Page(testkit.Phone)
		h.signIn(lucia, "lucia@sparkle.example")
		lucia.Open(h.at("", "/b/sparkle/desk"))
		lucia.Until(`document.querySelector("#live").dataset.state === "on"`)

		shopper := browser.Page(testkit.Phone)
		shopper.Open(h.at("sparkle", "/cx/t/k7f3"))
		shopper.Click(`[value=cant-find-it]`)
		shopper.Until(`document.querySelector(".answer").dataset.state === "said"`)

		// It rings on her phone, with product and place; the team has it by mail,
		// other systems by webhook.
		lucia.Until(`!!document.querySelector(".ring")`)
		ring := lucia.Text(".ring") // in her language
		for _, fact := range []string{"No lo encuentro", "Limón 330 ml", "Estante 14, Mercado Calle Mayor"} {
			if !strings.Contains(ring, fact) {
				t.Errorf("the alert does not say %q: %q", fact, ring)
			}
		}
		for _, who := range []string{"lucia", "marco"} {
			h.mail.Wait(t.Context(), func(m testkit.Mail) bool { return strings.HasPrefix(m.To[0], who+"@") })
		}
		h.hook.Wait(t.Context(), func(c testkit.Call) bool { return strings.Contains(string(c.Body), `"cx.moment.received"`) })

		// Forty more, at once.
		receipts := make([]string, 40)
		var all sync.WaitGroup
		for i := range receipts {
			all.Go(func() {
				receipts[i] = h.say(t, "sparkle", `{"topic":"cant-find-it","context":{"touchpoint":"k7f3","source":"qr"}}`)
			})
		}
		all.Wait()
		lucia.Until(`(document.querySelector(".ring") || {textContent: ""}).textContent.includes("41") || document.querySelector("#rows").textContent.includes("41")`)
		if n := testkit.Eval[int](lucia, `document.querySelectorAll("#rows .row").length`); n != 1 {
			t.Errorf("forty-one taps made %d cases on her desk", n)
		}

		// She is on it; the shopper sees it without a reload.
		lucia.Press(`document.querySelector("#rows .row").click()`)
		lucia.Until(`!!document.querySelector("#onit")`)
		lucia.Press(`document.querySelector("#onit").click()`)
		shopper.Until(`document.querySelectorAll(".steps .on").length >= 3`)

		const answer = "Restocked tomorrow at 8:00."
		lucia.Do(chromedp.SendKeys(chromedp.CSS("#text"), answer))
		lucia.Press(`document.querySelector("#send").click()`)
		shopper.Until(fmt.Sprintf(`document.querySelector(".answer").textContent.includes(%q)`, answer))
		for i, r := range receipts {
			if got := h.receipt(t, r); got.Status != "answered" || len(got.Messages) != 1 || got.Messages[0].Text != answer {
				t.Fatalf("author %d reads %+v", i, got)
			}
		}

		// What is missing where, for who stocks it.
		lucia.Open(h.at("", "/b/sparkle/wanted"))
		says(lucia, "tbody tr", "Limón 330 ml", "Mercado Calle Mayor", "41")
		lucia.MustBeClean()
		shopper.MustBeClean()
	})
}

// The roster says who is on duty: today it is Marco's turn, all day, so it rings
// for him as the one responsible, and for the team beside him.
func TestScene01OnTheRoster(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database)
		h.settle("sparkle", func(c *sayline.Config) {
			c.Shifts = []sayline.Shift{{ID: "madrid-turns", Team: "distribution", Place: "madrid", Rotation: sayline.Rotation{People: []string{"marco"}, Starts: "2026-01-05"}}}
		})
		browser := testkit.Browser(t)
		marco := browser.Page(testkit.Phone)
		h.signIn(marco, "marco@sparkle.example")
		marco.Open(h.at("", "/b/sparkle/desk"))
		marco.Until(`document.querySelector("#live").dataset.state === "on"`)
		h.say(t, "sparkle", `{"topic":"cant-find-it","context":{"touchpoint":"k7f3","source":"qr"}}`)
		marco.Until(`!!document.querySelector(".ring a")`)
		marco.Press(`document.querySelector(".ring a").click()`)
		marco.Until(`!!document.querySelector("#onit")`)

		work := testkit.Eval[string](marco, `document.querySelector("#case").dataset.case`)
		pages, err := h.Store.PagesOf(t.Context(), "sparkle", work)
		h.must(err)
		roles := map[string]string{}
		for _, p := range pages {
			roles[p.Person] = p.Role
		}
		if roles["marco"] != sayline.ForDuty || roles["lucia"] != sayline.ForTeam || roles["vicent"] != "" {
			t.Errorf("it rang for %v", roles)
		}
		marco.Press(`document.querySelector("#onit").click()`)
		marco.Until(`!document.querySelector("#onit")`)
		marco.MustBeClean()
	})
}

// The same without a code at the shelf: she types the brand's address, taps,
// then names the shop and the drink; the case moves to that region.
func TestScene01WithoutACode(t *testing.T) {
	h := open(t, "", "sparkle")
	browser := testkit.Browser(t)
	shopper := browser.Page(testkit.Phone)
	shopper.Open(h.at("sparkle", "/cx"))
	shopper.Click(`[value=cant-find-it]`)
	shopper.Until(`document.querySelector(".answer").dataset.state === "said" && !!document.querySelector(".ask .found")`)
	shopper.Do(chromedp.SendKeys(chromedp.CSS(`.ask [name=q]`), "Mercado Calle"))
	shopper.Until(`[...document.querySelectorAll(".found .chip")].some(c => c.textContent.includes("Mercado Calle Mayor"))`)
	shopper.Press(`[...document.querySelectorAll(".found .chip")].find(c => c.textContent.includes("Mercado Calle Mayor")).click()`)
	shopper.Until(`[...document.querySelectorAll(".found .chip")].some(c => c.name === "product")`)
	shopper.Press(`document.querySelector('.found .chip[name=product]').click()`)
	shopper.Until(`/Madrid/.test(document.querySelector(".answer h1").textContent)`)
	lucia := browser.Page(testkit.Desktop)
	h.signIn(lucia, "lucia@sparkle.example")
	lucia.Open(h.at("", "/b/sparkle/desk"))
	lucia.Until(`document.querySelectorAll("#rows .row").length === 1`)
	shopper.MustBeClean()
}

// receiptDoc is what a client reads of a receipt.
type receiptDoc struct {
	Status   string
	Messages []struct{ Text string }
}

// say posts a moment as any client does and gives its receipt.
func (h *house) say(t testing.TB, brand, body string) string {
	t.Helper()
	var key [16]byte
	_, _ = rand.Read(key[:])
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.at(brand, "/cx/moments"), bytes.NewReader([]byte(body)))
	h.must(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", hex.EncodeToString(key[:]))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		b, _ := io.ReadAll(res.Body)
		t.Errorf("%s: %s", res.Status, b)
	}
	return res.Header.Get("Location")
}

func (h *house) receipt(t *testing.T, address string) receiptDoc {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	h.must(err)
	req.Header.Set("Accept", "application/json")
	res, err := http.DefaultClient.Do(req)
	h.must(err)
	defer res.Body.Close()
	var d receiptDoc
	h.must(json.NewDecoder(res.Body).Decode(&d))
	return d
}
