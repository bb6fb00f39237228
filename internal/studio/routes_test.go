package studio_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// sparkle is the soda maker's handle.
const sparkle = "sparkle"

// TestRoutesAreTriedAndChanged: the route as sentences; a past moment and a
// written one say which rule decides, why those before did not, whom it would
// ask, and write nothing; a change is shown before it is made, and made only on
// the version it was shown on; nobody but an owner comes in.
func TestRoutesAreTriedAndChanged(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle", Change: func(c *sayline.Config) {
		for i := range c.People {
			c.People[i].Language = "en"
		}
	}}, "")
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Feeling: 2, Context: housetest.At("k7f3")}).Moment
	c := h.Client("elena@sparkle.example")
	get := func(query string, wants ...string) string {
		t.Helper()
		status, page, _ := read(c.Get(h.URL + "/b/sparkle/routes" + query))(t)
		for _, want := range wants {
			if status != 200 || !strings.Contains(page, want) {
				t.Errorf("%s: %d, does not say %q", query, status, want)
			}
		}
		return page
	}
	get("", "The rules, in order", "<b>Distribution</b>")
	before, err := h.Store.LastEvent(t.Context(), sparkle)
	if err != nil {
		t.Fatal(err)
	}
	get("?try=1&touchpoint=k7f3&topic=cant-find-it&at=2026-12-01T03:00", "This one decides.", "Doesn’t match:", "It would join", `href="/b/sparkle/desk/`+said.Case, "Luc", "Where duty looked", "Nobody came; asked again and again")
	get("?try=1&touchpoint=k7f3&words=Nobody+answers", "A case of its own.")
	testkit.Eventually(t, "the past moment is found by its reference, behind the accept", func() bool {
		_, page, _ := read(c.Get(h.URL + "/b/sparkle/routes?try=1&ref=" + strings.ToLower(said.Reference)))(t)
		return strings.Contains(page, "This one decides.")
	})
	if status, _, _ := read(c.Get(h.URL + "/b/sparkle/routes?try=1&ref=AAAA-AAAA"))(t); status != http.StatusNotFound {
		t.Errorf("an unknown reference: %d", status)
	}
	since, err := h.Store.Events(t.Context(), sparkle, before, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range since {
		if e.Type != sayline.EventCaseReached || e.Case != said.Case { // which is the pager's, for what was really said
			t.Errorf("trying it wrote %+v", e)
		}
	}
	get("?do=down&rule=1", "This would change", `name="base" value="1"`)
	get("/rule?do=change&rule=1&topic=cant-find-it&team=nobody", `class="wrong"`, "Choose a team.")
	get("?do=remove&rule=99", "This change can’t be made.")
	if v := h.Brands.ByID("sparkle").Version; v != 1 {
		t.Errorf("looking at a change made version %d", v)
	}
	first := h.Brands.ByID("sparkle").Routes[0].To
	form := url.Values{"base": {"1"}, "do": {"add"}, "topic": {"cant-find-it"}, "team": {"service"}, "urgency": {"normal"}, "within": {"7"}}
	if status, _, _ := read(c.PostForm(h.URL+"/b/sparkle/routes", form))(t); status != http.StatusSeeOther {
		t.Errorf("adding a rule: %d", status)
	}
	b := h.Brands.ByID("sparkle")
	if r := b.Routes[0]; b.Version != 2 || r.To != "service" || time.Duration(r.Within) != 7*time.Minute || b.Routes[1].To != first {
		t.Errorf("version %d begins with %+v", b.Version, r)
	}
	if status, _, _ := read(c.PostForm(h.URL+"/b/sparkle/routes", form))(t); status != http.StatusConflict {
		t.Errorf("a change of a version that is gone: %d", status)
	}
	get("", "The rules, in order", "Elena", "within 7 min")
	m := h.Client("tomas@sparkle.example")
	if status, _, _ := read(m.Get(h.URL + "/b/sparkle/routes"))(t); status != http.StatusNotFound {
		t.Errorf("a manager opens the routes: %d", status)
	}
	if status, _, _ := read(m.PostForm(h.URL+"/b/sparkle/routes", form))(t); status != http.StatusNotFound {
		t.Errorf("a manager changes the routes: %d", status)
	}
}
