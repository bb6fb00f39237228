package desk_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// TestPutOff: a case is put off for an hour, until tomorrow or until a time one
// names, and says by whom and until when; nothing is put off into the past.
func TestPutOff(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	id := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")}).Moment.Case
	v := visit(t, h, lucia)
	path := "/b/sparkle/desk/" + id
	_, page := v.get(path)
	mustHold(t, page, "Later", "In an hour", "Tomorrow, 08:00")
	for _, form := range []url.Values{{}, {"until": {"yesterday"}}, {"until": {"2020-01-01T10:00"}}} {
		if status, _ := v.post(path+"/snooze", form); status != 422 {
			t.Errorf("%v: %d", form, status)
		}
	}
	_, page = v.post(path+"/snooze", url.Values{"for": {"tomorrow"}})
	mustHold(t, page, "Put off. It comes back by itself.", "put it off. It is open again tomorrow")
	c := until(t, h, id, func(c *sayline.Case) bool { return c.State == sayline.CaseSnoozed })
	if at := c.SnoozedUntil.In(h.Brands.ByID(sparkle).Location()); at.Hour() != 8 || c.Owner != "lucia" {
		t.Errorf("it is put off until %s by %s", at, c.Owner)
	}
	if status, _ := visit(t, h, nacho).post(path+"/snooze", url.Values{"for": {"hour"}}); status != 404 {
		t.Errorf("another company puts it off: %d", status)
	}
	if _, page = v.post(path+"/on-it", url.Values{"episode": {"1"}}); !strings.Contains(page, "You are on it.") {
		t.Error("taken, and the page does not say so")
	}
}

// TestWeKnow: who is responsible just now mutes a topic at their place, with a
// reason; the team reads it above its list until it ends or somebody ends it.
func TestWeKnow(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	id := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")}).Moment.Case
	path := "/b/sparkle/desk/" + id
	if _, page := visit(t, h, marco).get(path); strings.Contains(page, "We know") {
		t.Error("who is not responsible may mute")
	}
	if status, _ := visit(t, h, marco).post(path+"/mute", url.Values{"what": {"team"}, "for": {"hour"}}); status != 403 {
		t.Errorf("who is not responsible mutes: %d", status)
	}
	v := visit(t, h, lucia)
	_, page := v.get(path)
	mustHold(t, page, "We know", "find it, here", "Everything for Distribution")
	_, page = v.post(path+"/mute", url.Values{"what": {"topic"}, "for": {"tomorrow"}, "reason": {"the lorry is late"}})
	mustHold(t, page, "Muted. It ends by itself.")
	_, page = v.get("/b/sparkle/desk")
	mustHold(t, page, "Muted until", "find it · ", "the lorry is late", "End it")
	if _, page = visit(t, h, marco).get("/b/sparkle/desk"); !strings.Contains(page, "the lorry is late") || strings.Contains(page, "End it") {
		t.Error("the team is not told, or may end it")
	}
	if _, page = visit(t, h, nacho).get("/b/sparkle/desk"); strings.Contains(page, "the lorry is late") {
		t.Error("another company is told")
	}
	list, err := h.Store.Mutes(t.Context(), sparkle)
	if err != nil || len(list) != 1 || list[0].Topic != "cant-find-it" || list[0].Person != "lucia" {
		t.Fatalf("%+v %v", list, err)
	}
	if status, _ := visit(t, h, marco).post("/b/sparkle/mutes/"+list[0].ID+"/end", nil); status != 403 {
		t.Errorf("who is not responsible ends it: %d", status)
	}
	_, page = v.post("/b/sparkle/mutes/"+list[0].ID+"/end", nil)
	if mustHold(t, page, "Asked about again."); strings.Contains(page, "the lorry is late") {
		t.Error("it is over, and still there")
	}
}

// TestLaterOnAPhone: the panels are reached with a thumb, and do what they say.
func TestLaterOnAPhone(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	id := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "Third week!", Context: housetest.At("k7f3")}).Moment.Case
	shots := os.Getenv("SAYLINE_SHOTS")
	b := testkit.Browser(t)
	for name, look := range map[string]testkit.Look{"phone": testkit.Phone, "desktop": testkit.Desktop} {
		p := h.Page(b, look, lucia)
		p.Open(h.URL + "/b/sparkle/desk/" + id)
		p.Until(isLive)
		for _, panel := range []string{"later", "more"} {
			p.Click("#" + panel + " summary")
			p.Until(`document.querySelector("#` + panel + `").open`)
			if panel == "more" {
				p.Click("#mute summary")
			}
			if small := testkit.Eval[string](p, `[...document.querySelectorAll("#`+panel+` .panel .btn, #`+panel+` .either, #`+panel+` .field")].filter(e => e.offsetHeight < 48).map(e => e.id || e.textContent).join()`); name == "phone" && small != "" {
				t.Errorf("too small for a thumb: %s", small)
			}
			if out := testkit.Eval[bool](p, `document.documentElement.scrollWidth > innerWidth`); out {
				t.Errorf("%s: the page is wider than the screen", panel)
			}
			if shots != "" {
				p.Screenshot(filepath.Join(shots, name+"-"+panel+".png"))
			}
			p.Click("#" + panel + " summary")
		}
		p.MustBeClean()
	}
	p := h.Page(b, testkit.Phone, lucia)
	p.Open(h.URL + "/b/sparkle/desk/" + id)
	p.Until(isLive)
	p.Until(`document.querySelector("#case").dataset.unseen === undefined`) // it draws itself anew once it is seen
	p.Press(`document.querySelector("#mute-hour").click()`)
	p.Until(`document.body.textContent.includes("Muted. It ends by itself.")`)
	p.Open(h.URL + "/b/sparkle/desk")
	p.Until(`document.querySelector(".muted")`)
	if shots != "" {
		p.Screenshot(filepath.Join(shots, "phone-list.png"))
	}
	p.MustBeClean()
}
