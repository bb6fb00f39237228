package e2e

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/go-jose/go-jose/v4"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/proof"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// room412 is the guest's room as a page would tell it; ids and tokens hold such
// digits by chance.
var room412 = regexp.MustCompile(`(?i)(room|habitaci[oó]n|غرفة|[>"=\s])[\s+:]*412\b`)

// The hotel: a gold guest's broken air conditioning goes to the manager on duty
// of that hotel, with what the guest said before and whether the promise was
// kept; after five minutes it climbs to the general manager; none of it is public.
func TestScene03TheHotel(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		var ahead atomic.Int64 // around the real time, which the webhook's receiver knows
		ahead.Store(int64(-2 * time.Minute))
		h := openWith(t, database, func(o *app.Options) { o.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) } }, "granvia")
		token := h.guest("Ana Prieto", "gold")

		// She was here before: two pillows, brought within the half hour.
		before := h.say(t, "granvia", `{"topic":"pillows","context":{"touchpoint":"room-madrid","ref":"308"},"class":"identified","contact":{"proof":"`+token+`"}}`)
		m, err := h.Store.MomentByReceipt(t.Context(), "granvia", sayline.ReceiptKey(before[strings.LastIndex(before, "/")+1:]))
		h.must(err)
		h.must(h.Store.AddMessage(t.Context(), store.Act{Brand: "granvia", Case: m.Case, Person: "rosa", Way: "desk", Zone: time.UTC},
			&sayline.Message{ID: sayline.NewID(h.Options.Now(), h.Options.Random), Direction: sayline.Reply, Text: "Two pillows, at your door."}))

		browser := testkit.Browser(t)
		pages := map[string]*testkit.Page{}
		for who, look := range map[string]testkit.Look{"beatriz": testkit.Desktop, "alfonso": testkit.Phone, "rafael": testkit.Phone} {
			pages[who] = browser.Page(look)
			h.signIn(pages[who], who+"@granvia.example")
			pages[who].Open(h.at("", "/b/granvia/desk"))
			pages[who].Until(`document.querySelector("#live").dataset.state === "on"`)
		}
		duty, general := pages["beatriz"], pages["alfonso"]

		guest := browser.Page(testkit.Phone)
		guest.Open(h.at("granvia", "/cx/t/room-madrid?ref=412") + "#proof=" + url.QueryEscape(token))
		says(guest, ".known", "Ana Prieto")
		guest.Click(`[value=ac-broken]`)
		guest.Until(`document.querySelector(".answer").dataset.state === "said"`)
		says(guest, ".answer h1", "The manager on duty")

		// It rings for the manager on duty of this hotel, and shows who speaks.
		says(duty, ".ring", "412")
		duty.Press(`document.querySelector(".ring a").click()`)
		says(duty, "#known", "Ana Prieto", "gold", "Two pillows, at your door.")
		duty.Until(`document.querySelector("#known .kept") && !document.querySelector("#known .kept.late")`)
		says(duty, "#ready", "Ana Prieto, I am on my way")
		shoot(t, duty, "scene 03 who speaks")
		work := testkit.Eval[string](duty, `document.querySelector("#case").dataset.case`)
		c, err := h.Store.Case(t.Context(), "granvia", work)
		h.must(err)
		if c.Team != "duty-manager" || c.Place != "hotel-madrid" || c.Urgency != sayline.Urgent || c.AckBy.Sub(c.Since).Round(time.Second) != 3*time.Minute {
			t.Errorf("it went to %s of %s, %s, to be looked at within %s", c.Team, c.Place, c.Urgency, c.AckBy.Sub(c.Since))
		}

		// Nobody takes it for five minutes: it climbs.
		ahead.Add(int64(5*time.Minute + time.Second))
		h.hook.Wait(t.Context(), func(c testkit.Call) bool { return strings.Contains(string(c.Body), `"cx.case.escalated"`) })
		h.mail.Wait(t.Context(), func(m testkit.Mail) bool {
			return strings.HasPrefix(m.To[0], "alfonso@") && strings.Contains(m.Text, "Todavía no se ocupa nadie")
		})
		paged, err := h.Store.PagesOf(t.Context(), "granvia", work)
		h.must(err)
		second := map[string]bool{}
		for _, p := range paged {
			if p.N == 2 {
				second[p.Person] = true
			}
		}
		if !second["alfonso"] || second["macarena"] || second["rafael"] {
			t.Errorf("after five minutes asked are %v", second)
		}
		general.Press(fmt.Sprintf(`location.assign(%q)`, "/b/granvia/desk/"+work))
		general.Until(`!!document.querySelector("#onit")`)
		general.Press(`document.querySelector("#onit").click()`)
		guest.Until(`document.querySelectorAll(".steps .on").length >= 3`)
		general.Until(`!document.querySelector("#onit")`)
		general.Do(chromedp.SendKeys(chromedp.CSS("#text"), "A new unit is on its way up, Ms Prieto. Alfonso"))
		general.Press(`document.querySelector("#send").click()`)
		says(guest, ".answer", "A new unit is on its way up, Ms Prieto.")
		shoot(t, guest, "scene 03 the guest is answered")

		// Another hotel's manager has nothing of it, and nothing of it is public.
		if text := pages["rafael"].Text("main"); room412.MatchString(text) {
			t.Errorf("Sevilla's manager reads %q", text)
		}
		for _, path := range []string{"/cx", "/cx/done", "/cx/touchpoints", "/cx/t/room-madrid"} {
			if body := h.get(t, h.at("granvia", path)); room412.MatchString(body) || strings.Contains(body, "Prieto") {
				t.Errorf("%s tells of her", path)
			}
		}
		for _, call := range h.hook.All() {
			if strings.Contains(string(call.Body), "Prieto") {
				t.Errorf("a webhook tells her name: %s", call.Body)
			}
		}
		for _, p := range []*testkit.Page{duty, general, pages["rafael"], guest} {
			p.MustBeClean()
		}
	})
}

// guest is the proof with which the hotel's app greets somebody.
func (h *house) guest(name, tier string) string {
	h.t.Helper()
	src, err := examples.AppKey()
	h.must(err)
	block, _ := pem.Decode(src)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	h.must(err)
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: key}, (&jose.SignerOptions{}).WithType(proof.Type).WithHeader("kid", "app-2026"))
	h.must(err)
	now := h.Options.Now()
	body, err := json.Marshal(map[string]any{"iss": "https://app.granvia.example", "aud": "granvia.example", "sub": "GV-20417", "name": name, "tier": tier, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()})
	h.must(err)
	signed, err := s.Sign(body)
	h.must(err)
	token, err := signed.CompactSerialize()
	h.must(err)
	return token
}
