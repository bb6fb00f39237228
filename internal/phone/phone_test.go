package phone_test

import (
	"crypto/rand"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/desk"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/phone"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

const (
	victoria = "victoria@granvia.example" // a manager, and in the team everywhere
	beatriz  = "beatriz@granvia.example"  // on duty in Madrid whenever nobody else is
	alfonso  = "alfonso@granvia.example"
	isLive   = `document.querySelector("#live").dataset.state === "on"`
)

func open(t *testing.T, o housetest.Options) *housetest.House {
	o.Brand = "granvia"
	o.Change = func(c *sayline.Config) {
		for i := range c.People {
			c.People[i].Language = "" // as the browser says
		}
	}
	return housetest.Open(t, o, func(h *housetest.House, mux *http.ServeMux) {
		desk.New(h.House).Routes(mux)
		phone.New(h.House).Routes(mux)
	})
}

// setPIN has somebody set their PIN on a device of their own.
func setPIN(t *testing.T, h *housetest.House, b *testkit.Chromium, email, pin string) {
	t.Helper()
	p := h.Page(b, testkit.Phone, email)
	p.Open(h.URL + "/b/granvia/pin")
	p.Do(chromedp.SetValue(chromedp.CSS("[name=pin]"), pin), chromedp.SetValue(chromedp.CSS("[name=again]"), pin))
	p.Click("form.stack .fill")
	p.Until(`!document.querySelector("#notice").hidden && location.search.includes("pin_set")`)
	p.MustBeClean()
	p.Close()
}

// enrolled is a browser that a manager has made the shift phone of the managers
// on duty in Madrid.
func enrolled(t *testing.T, h *housetest.House, b *testkit.Chromium) (device, manager *testkit.Page) {
	t.Helper()
	manager = h.Page(b, testkit.Desktop, victoria)
	manager.Open(h.URL + "/b/granvia/phones")
	manager.Do(chromedp.SetValue(chromedp.CSS("[name=name]"), "Front desk"),
		chromedp.Evaluate[chromedp.Void](`document.querySelector("select[name=team]").value = "duty-manager", document.querySelector("select[name=place]").value = "hotel-madrid"`))
	manager.Click("form.stack .fill")
	link := manager.Text("#phone-link")
	shoot(t, manager, "manage")
	device = b.Page(testkit.Phone)
	device.Open(link)
	shoot(t, device, "enrol")
	device.Click("form.phone .fill")
	device.Until(`location.pathname === "/phone" && document.querySelectorAll(".mates a").length === 3`)
	return device, manager
}

// take types a PIN for somebody on the keypad.
func take(p *testkit.Page, person, pin string) {
	p.Click(`.mates a[href$="/` + person + `"]`)
	p.Until(`!document.querySelector("#keypad").hidden`)
	keys(p, pin)
	p.Click("#take .big")
}

func keys(p *testkit.Page, pin string) {
	for _, digit := range pin {
		p.Click(`#keypad [value="` + string(digit) + `"]`)
	}
}

// shoot keeps pictures of a screen, by day and by night, where
// SAYLINE_PICTURES names a folder for them.
func shoot(t *testing.T, p *testkit.Page, name string) {
	t.Helper()
	dir := os.Getenv("SAYLINE_PICTURES")
	if dir != "" {
		p.FullScreenshot(dir + "/" + name + ".png")
	}
}

// TestShiftPhone: a manager enrols it, somebody takes it with their PIN and is
// on duty, what waits rings, and what they do is under their name; handed over,
// the next person is asked, and nothing of the first is left.
func TestShiftPhone(t *testing.T) {
	h := open(t, housetest.Options{})
	b := testkit.Browser(t)
	setPIN(t, h, b, alfonso, "2580")
	setPIN(t, h, b, beatriz, "7415")
	device, _ := enrolled(t, h, b)
	shoot(t, device, "who")
	housetest.Audit(t, device, "who has it")

	said := h.Say("granvia", sayline.Moment{Topic: "ac-broken", Text: "Air conditioning is broken.", Feeling: 2, Context: housetest.At("room-madrid")})
	device.Until(`document.querySelector("#wanted.hot")?.textContent.includes("1 case waits for somebody")`)
	if text := device.Text(".phone"); strings.Contains(text, "Air conditioning") {
		t.Error("a phone that nobody has tells words")
	}
	shoot(t, device, "who-wanted")
	device.Click(`.mates a[href$="/alfonso"]`)
	device.Until(`!document.querySelector("#keypad").hidden`)
	keys(device, "2589")
	shoot(t, device, "pin")
	housetest.Audit(t, device, "the PIN")
	device.Click(`#keypad [value=back]`)
	keys(device, "0")
	device.Click("#take .big")
	device.Until(`location.pathname === "/b/granvia/desk"`)
	device.Until(isLive)
	ring := device.Text(".ring") // it was made for who was on duty before
	if !strings.Contains(ring, "Air conditioning is broken.") {
		t.Errorf("what waited rings as %q", ring)
	}
	shoot(t, device, "taken")
	if who := h.Brands.ByID("granvia").Roster.Who("duty-manager", "hotel-madrid", time.Now()); who.Person != "alfonso" {
		t.Errorf("on duty is %+v", who)
	}
	device.Click(".ring button.fill")
	device.Until(`document.querySelector(".how")?.textContent.includes("You are on it.")`)
	c, err := h.Store.Case(t.Context(), "granvia", said.Moment.Case)
	if err != nil || c.Owner != "alfonso" {
		t.Errorf("it is %s's (%v)", c.Owner, err)
	}
	device.Click("#duty")
	shoot(t, device, "me")
	device.Click(".held button")
	device.Until(`location.pathname === "/phone" && document.querySelector("[role=status]").textContent.includes("Handed over") && document.body.textContent.includes("Alfonso Rueda had it until")`)
	if who := h.Brands.ByID("granvia").Roster.Who("duty-manager", "hotel-madrid", time.Now()); who.Person != "beatriz" {
		t.Errorf("after handing over on duty is %+v", who)
	}
	device.Open(h.URL + "/b/granvia/desk")
	device.Until(`location.pathname === "/phone"`)
	take(device, "beatriz", "7415")
	device.Until(`location.pathname === "/b/granvia/desk"`)
	device.MustBeClean()
}

// TestRevokedPhone: revoking takes it out of the hand at once: the open page
// leaves by itself, and the phone is none any more.
func TestRevokedPhone(t *testing.T) {
	h := open(t, housetest.Options{})
	b := testkit.Browser(t)
	setPIN(t, h, b, alfonso, "2580")
	device, manager := enrolled(t, h, b)
	take(device, "alfonso", "2580")
	device.Until(`location.pathname === "/b/granvia/desk"`)
	device.Until(isLive)
	manager.Open(h.URL + "/b/granvia/phones")
	if text := manager.Text(".phones"); !strings.Contains(text, "Alfonso Rueda has it until") {
		t.Errorf("the manager reads %q", text)
	}
	manager.Click(`.phones form[action$="/revoke"] button`)
	manager.Until(`document.querySelector(".phones").textContent.includes("Victoria Alarcón")`)
	device.Until(`location.pathname === "/phone" && document.querySelector("h1").textContent === "Not a shift phone"`)
	shoot(t, device, "none")
	if who := h.Brands.ByID("granvia").Roster.Who("duty-manager", "hotel-madrid", time.Now()); who.Person != "beatriz" {
		t.Errorf("on duty is %+v", who)
	}
	manager.MustBeClean()
}

// TestWrongPINs: wrong PINs wait, each longer, for who has a PIN and for who has
// none alike; the page counts down and says what to do.
func TestWrongPINs(t *testing.T) {
	h := open(t, housetest.Options{})
	b := testkit.Browser(t)
	setPIN(t, h, b, alfonso, "2580")
	device, _ := enrolled(t, h, b)
	said := map[string][]string{}
	for _, person := range []string{"alfonso", "beatriz"} { // she has none
		device.Open(h.URL + "/phone")
		device.Click(`.mates a[href$="/` + person + `"]`)
		for range sayline.PINFree + 1 {
			keys(device, "1379")
			device.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector(".wrong")?.remove()`))
			device.Click("#take .big")
			said[person] = append(said[person], strings.SplitN(device.Text(".wrong"), ":", 2)[0])
		}
		device.Until(`document.querySelector("#take .big").disabled && /0:[0-3]\d/.test(document.querySelector("#wait").textContent)`)
	}
	shoot(t, device, "pin-wait")
	if a, b := strings.Join(said["alfonso"], "|"), strings.Join(said["beatriz"], "|"); a != b || !strings.HasPrefix(a, "That PIN does not fit.|") || !strings.HasSuffix(a, "Too many tries. Please wait") {
		t.Errorf("with a PIN: %s; without: %s", a, b)
	}
}

// TestAShiftPhoneRingsForItsTeamOnly: what its holder has to do with elsewhere is
// not told on a phone that goes from hand to hand, not even that they are named.
func TestAShiftPhoneRingsForItsTeamOnly(t *testing.T) {
	h := open(t, housetest.Options{})
	b := testkit.Browser(t)
	setPIN(t, h, b, alfonso, "2580")
	device, _ := enrolled(t, h, b)
	take(device, "alfonso", "2580")
	device.Until(`location.pathname === "/b/granvia/desk"`)
	device.Until(isLive)
	theirs := h.Say("granvia", sayline.Moment{Topic: "pillows", Text: "Two more, please.", Context: housetest.At("room-madrid")})
	now := h.Time()
	note := store.Written{Message: &sayline.Message{ID: sayline.NewID(now, rand.Reader), Direction: sayline.Note, Text: "@Alfonso the guest is your cousin"}, Mentions: []string{"alfonso"},
		Pages: []sayline.Page{{ID: sayline.NewID(now, rand.Reader), Person: "alfonso", Channel: sayline.ByDesk}}}
	if err := h.Store.Write(t.Context(), h.Act("granvia", theirs.Moment.Case, "rosa"), note); err != nil {
		t.Fatal(err)
	}
	h.Say("granvia", sayline.Moment{Topic: "ac-broken", Text: "Air conditioning is broken.", Feeling: 2, Context: housetest.At("room-madrid")})
	device.Until(`[...document.querySelectorAll(".ring")].some(r => r.textContent.includes("Air conditioning"))`)
	device.Until(`![...document.querySelectorAll(".ring")].some(r => r.textContent.includes("cousin") || r.textContent.includes("Two more"))`)
	device.MustBeClean()
}
