package roster_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/desk"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/roster"
	"github.com/sayline/sayline/internal/testkit"
)

const (
	victoria = "victoria@granvia.example" // a manager
	nerea    = "nerea@granvia.example"    // of Madrid's reception, by turns
	yolanda  = "yolanda@granvia.example"
	triana   = "triana@granvia.example" // of Sevilla's
)

// autumn is the Wednesday of the week in which the clocks go back in Madrid.
var autumn = time.Date(2026, 10, 21, 10, 0, 0, 0, time.UTC)

func open(t *testing.T, o housetest.Options) *housetest.House {
	change := o.Change
	o.Brand, o.Now = "granvia", autumn
	o.Change = func(c *sayline.Config) {
		for i := range c.People {
			c.People[i].Language = "" // as the browser says
		}
		if change != nil {
			change(c)
		}
	}
	return housetest.Open(t, o, func(h *housetest.House, mux *http.ServeMux) {
		desk.New(h.House).Routes(mux)
		roster.New(h.House).Routes(mux)
	})
}

// shoot keeps a picture of a screen where SAYLINE_PICTURES names a folder.
func shoot(p *testkit.Page, name string) {
	if dir := os.Getenv("SAYLINE_PICTURES"); dir != "" {
		p.FullScreenshot(dir + "/" + name + ".png")
	}
}

// plain is a text without the marks that keep times from left to right, and with
// single blanks.
func plain(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("\u2066", "", "\u2069", "").Replace(s)), " ")
}

// holed is a brand whose only shifts leave the small hours of one night open.
func holed(c *sayline.Config) {
	c.Shifts = []sayline.Shift{
		{ID: "night", Team: "reception", Place: "hotel-madrid", Person: "nerea", Blocks: []sayline.Block{{From: "22:00", Until: "02:30"}}},
		{ID: "day", Team: "reception", Place: "hotel-madrid", Person: "yolanda", Blocks: []sayline.Block{{From: "04:00", Until: "22:00"}}},
	}
	for i := range c.People {
		if c.People[i].ID == "yolanda" {
			c.People[i].Contacts = nil
		}
	}
	for i, t := range c.Teams {
		if t.ID == "reception" {
			for j := range t.Members {
				c.Teams[i].Members[j].Duty = false
			}
		}
	}
}

// TestWeekAcrossTheClockChange: each day shows who is on and when, by the clock
// there; holes are there in words; on the day on which the clocks go back an hour
// comes twice, and the hole begins at its second coming.
func TestWeekAcrossTheClockChange(t *testing.T) {
	h := open(t, housetest.Options{Change: holed})
	p := h.Page(testkit.Browser(t), testkit.Desktop, victoria)
	p.Open(h.URL + "/b/granvia/roster?team=reception")
	row := `[...document.querySelectorAll(".roster tbody tr")].find(r => r.querySelector("th").textContent.includes("Gran Vía Madrid"))`
	day := func(i string) string {
		return plain(testkit.Eval[string](p, row+`.querySelectorAll("td ul")[`+i+`].innerText`))
	}
	if got, want := day("3"), "Nerea"; !strings.Contains(got, want) || !strings.Contains(got, "Nobody 02:30–04:00 goes to Victoria Alarcón") || !strings.Contains(got, "04:00–22:00 shift") || !strings.Contains(got, "until 02:30") {
		t.Errorf("Thursday reads %q", got)
	}
	if got := day("6"); !strings.Contains(got, "Nobody 02:30 CET–04:00") || !strings.Contains(got, "until 02:30 CET") || !strings.Contains(got, "04:00–22:00 shift") {
		t.Errorf("the Sunday on which the clocks go back reads %q", got)
	}
	if got := day("3"); strings.Count(got, "can’t be called") != 1 {
		t.Errorf("who can't be called is not marked, or others are: %q", got)
	}
	if badge := testkit.Eval[string](p, row+`.querySelector(".badge").innerText`); badge != "7 holes" {
		t.Errorf("the row says %q", badge)
	}
	if head := testkit.Eval[string](p, `document.querySelectorAll(".roster thead th")[7].innerText`); !strings.Contains(head, "the clocks go back") {
		t.Errorf("its head reads %q", head)
	}
	if today := testkit.Eval[string](p, `document.querySelector(".roster thead [aria-current=date]").innerText`); !strings.Contains(today, "Wednesday") {
		t.Errorf("today is %q", today)
	}
	if width := testkit.Eval[string](p, row+`.querySelectorAll(".strip")[6].getAttribute("viewBox")`); width != "0 0 1500 60" {
		t.Errorf("that day is drawn as %q", width)
	}
	if lisbon := testkit.Eval[string](p, `document.querySelector(".roster").innerText`); !strings.Contains(lisbon, "clock of Europe/Lisbon, there it is 11:00") {
		t.Error("a place with another clock does not name it")
	}
	housetest.Audit(t, p, "the week")
	shoot(p, "week-holes")
	p.Click("a[rel=next]")
	p.Until(`document.querySelector("#week").textContent.startsWith("Week 44:") && !document.querySelector("[aria-current=date]")`)
	p.MustBeClean()
}

// TestChangeIsSeenBeforeItIsMade: a manager sees whose shifts move and which
// holes a change makes; nothing is written until it is saved; it can be taken back.
func TestChangeIsSeenBeforeItIsMade(t *testing.T) {
	h := open(t, housetest.Options{Change: holed})
	who := func() string {
		return h.Brands.ByID("granvia").Roster.Who("reception", "hotel-madrid", autumn.Add(24*time.Hour)).Person
	}
	p := h.Page(testkit.Browser(t), testkit.Desktop, victoria)
	p.Open(h.URL + "/b/granvia/roster/change?" + url.Values{"team": {"reception"}, "place": {"hotel-madrid"}, "from": {"2026-10-22T04:00"}, "until": {"2026-10-22T22:00"}, "instead": {"yolanda"}}.Encode())
	p.Click("[name=look]")
	if text := plain(p.Text("#effect")); !strings.Contains(text, "Nobody is on duty then: Reception, Gran Vía Madrid, Thursday 22 October, 04:00–22:00") || !strings.Contains(text, "→ nobody") {
		t.Errorf("taking her out: %q", text)
	}
	shoot(p, "change")
	housetest.Audit(t, p, "a change")
	p.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector("select[name=person]").value = "bruno"`))
	p.Click("[name=look]")
	p.Until(`document.querySelector("#effect")?.textContent.includes("It makes no hole.")`)
	if who() != "yolanda" {
		t.Errorf("looking made it %s", who())
	}
	p.Click("[formmethod=post]")
	p.Until(`document.querySelector("#made")`)
	if who() != "bruno" {
		t.Errorf("saved it is %s", who())
	}
	p.Click(`.roster-list form button`)
	p.Until(`location.search.includes("roster_changed") && !document.querySelector("#made")`)
	if who() != "yolanda" {
		t.Errorf("taken back it is %s", who())
	}
	member := h.Client(nerea)
	res, err := member.Get(h.URL + "/b/granvia/roster/change?team=reception&place=hotel-madrid")
	if err != nil || res.StatusCode != http.StatusNotFound {
		t.Errorf("a member may change the roster: %v, %v", res.StatusCode, err)
	}
	res.Body.Close()
}

// TestSwapOnThePhone: somebody asks for cover on their phone; a colleague sees it
// behind their name and takes it in one tap; who asked sees who; others see nothing.
func TestSwapOnThePhone(t *testing.T) {
	h := open(t, housetest.Options{Change: holed})
	b := testkit.Browser(t)
	asker, mate := h.Page(b, testkit.Phone, nerea), h.Page(b, testkit.Phone, yolanda)
	asker.Open(h.URL + "/b/granvia/roster/mine")
	if text := plain(asker.Text(".next-turn")); !strings.Contains(text, "Wednesday 21 October") || !strings.Contains(text, "22:00–02:30") || !strings.Contains(text, "Reception, Gran Vía Madrid") {
		t.Errorf("her next shift reads %q", text)
	}
	housetest.Audit(t, asker, "my shifts")
	shoot(asker, "mine")
	asker.Click(".next-turn .btn")
	asker.Until(`location.pathname.endsWith("/ask")`)
	housetest.Audit(t, asker, "asking")
	asker.Click(".of details summary")
	shoot(asker, "ask")
	asker.Click(".card .big")
	asker.Until(`document.querySelector("#mine") && document.body.textContent.includes("waits for the team")`)
	mate.Open(h.URL + "/b/granvia/desk")
	mate.Click("#duty")
	mate.Until(`document.querySelector(".links .count").textContent.includes("1")`)
	shoot(mate, "me-roster")
	mate.Click(".links a")
	if text := plain(mate.Text(".ask")); !strings.Contains(text, "can you take this?") || !strings.Contains(text, "Wednesday 21 October, 22:00–02:30") {
		t.Errorf("she reads %q", text)
	}
	shoot(mate, "asked")
	housetest.Audit(t, mate, "asked")
	mate.Click(".ask .fill")
	mate.Until(`location.search.includes("ask_taken") && document.querySelector(".turns").textContent.includes("Wednesday 21 October\u206622:00–02:30")`)
	if who := h.Brands.ByID("granvia").Roster.Who("reception", "hotel-madrid", autumn.Add(11*time.Hour)); who.Person != "yolanda" || who.Instead != "nerea" {
		t.Errorf("then on duty is %+v", who)
	}
	asker.Until(`location.reload() || document.body.textContent.includes("took it")`)
	manager := h.Page(b, testkit.Desktop, victoria)
	manager.Open(h.URL + "/b/granvia/roster?team=reception")
	if text := plain(manager.Text("#swaps")); !strings.Contains(text, "took it") {
		t.Errorf("the manager reads %q", text)
	}
	shoot(manager, "week-swapped")
	asker.MustBeClean()
	mate.MustBeClean()
}

// TestSwapsAreForTheTeam: who is not of the team there can neither see nor take
// what was asked, and nobody gives away what is not theirs.
func TestSwapsAreForTheTeam(t *testing.T) {
	h := open(t, housetest.Options{Change: holed})
	post := func(email, path string, form url.Values) int {
		res, err := h.Client(email).PostForm(h.URL+"/b/granvia/roster"+path, form)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	mine := url.Values{"team": {"reception"}, "place": {"hotel-madrid"}, "from": {"2026-10-21T22:00"}, "until": {"2026-10-22T02:30"}, "of": {"any"}}
	if status := post(yolanda, "/ask", mine); status != http.StatusConflict {
		t.Errorf("giving away another's: %d", status)
	}
	if status := post(nerea, "/ask", mine); status != http.StatusSeeOther {
		t.Fatalf("asking: %d", status)
	}
	swaps, err := h.Store.Swaps(t.Context(), "granvia", autumn)
	if err != nil || len(swaps) != 1 {
		t.Fatal(swaps, err)
	}
	for email, want := range map[string]int{triana: http.StatusNotFound, nerea: http.StatusForbidden} {
		if status := post(email, "/ask/"+swaps[0].ID+"/accept", nil); status != want {
			t.Errorf("%s takes it: %d, want %d", email, status, want)
		}
	}
	res, err := h.Client(triana).Get(h.URL + "/b/granvia/roster?team=duty-manager")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if status := post(yolanda, "/ask/"+swaps[0].ID+"/accept", nil); status != http.StatusSeeOther {
		t.Errorf("a colleague takes it: %d", status)
	}
	if status := post("bruno@granvia.example", "/ask/"+swaps[0].ID+"/accept", nil); status != http.StatusConflict {
		t.Errorf("taken twice: %d", status)
	}
}

// TestCalendarAddresses: a person copies and revokes their own calendar's address,
// who leads a team's; nobody another's.
func TestCalendarAddresses(t *testing.T) {
	h := open(t, housetest.Options{})
	p := h.Page(testkit.Browser(t), testkit.Phone, nerea)
	p.Open(h.URL + "/b/granvia/roster/mine")
	before := p.Text(".copied code")
	if !strings.Contains(before, "/b/granvia/feeds/person/nerea/") || !strings.HasSuffix(before, ".ics") {
		t.Errorf("her calendar is at %q", before)
	}
	housetest.Audit(t, p, "my shifts with a calendar")
	shoot(p, "mine-calendar")
	p.Click(`form[action$="/revoke"] button`)
	p.Until(`location.search.includes("calendar_revoked")`)
	if after := p.Text(".copied code"); after == before {
		t.Error("revoked, the address is the same")
	}
	for path, want := range map[string]int{"person/yolanda": http.StatusNotFound, "team/reception": http.StatusNotFound, "brand/granvia": http.StatusNotFound} {
		res, err := h.Client(nerea).PostForm(h.URL+"/b/granvia/roster/calendar/"+path+"/revoke", nil)
		if err != nil || res.StatusCode != want {
			t.Errorf("%s: %v, %v", path, res.StatusCode, err)
		}
		res.Body.Close()
	}
	manager := h.Page(testkit.Browser(t), testkit.Desktop, victoria)
	manager.Open(h.URL + "/b/granvia/roster?team=reception")
	if team := manager.Text(".copied code"); !strings.Contains(team, "/feeds/team/reception/") {
		t.Errorf("the team's calendar is at %q", team)
	}
	p.MustBeClean()
	manager.MustBeClean()
}

// TestImOnLastsAsLongAsTheShift: "I'm on" ends with the shift it falls into, else
// after 12 hours.
func TestImOnLastsAsLongAsTheShift(t *testing.T) {
	h := open(t, housetest.Options{Change: holed})
	for email, want := range map[string]time.Time{yolanda: time.Date(2026, 10, 21, 20, 0, 0, 0, time.UTC), "bruno@granvia.example": autumn.Add(sayline.DutyLength)} {
		res, err := h.Client(email).PostForm(h.URL+"/b/granvia/duty", url.Values{"team": {"reception"}, "place": {"hotel-madrid"}, "on": {"1"}})
		if err != nil || res.StatusCode != http.StatusSeeOther {
			t.Fatal(res.StatusCode, err)
		}
		res.Body.Close()
		on, err := h.Store.OnDuty(t.Context(), "granvia", autumn)
		if err != nil || len(on) == 0 {
			t.Fatal(on, err)
		}
		person, _, _ := strings.Cut(email, "@")
		for _, d := range on {
			if d.Person == person && !d.Until.Equal(want) {
				t.Errorf("%s is on until %v, want %v", person, d.Until, want)
			}
		}
	}
}
