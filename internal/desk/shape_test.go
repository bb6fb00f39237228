package desk_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// TestNotOurs: one tap gives a case to another team, which has it at once; who
// gave it may not see it any more, and both sides read where it went.
func TestNotOurs(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "Nowhere.", Context: housetest.At("k7f3")})
	id := said.Moment.Case
	v := visit(t, h, lucia)
	_, page := v.get("/b/sparkle/desk/" + id)
	mustHold(t, page, "Not ours", "gets similar moments", `value="service"`)
	if status, _ := v.post("/b/sparkle/desk/"+id+"/hand-over", url.Values{"team": {"nobody"}}); status != 422 {
		t.Errorf("to a team that is none: %d", status)
	}
	_, page = v.post("/b/sparkle/desk/"+id+"/hand-over", url.Values{"team": {"service"}})
	mustHold(t, page, "Handed over. The other team is asked now.")
	c := until(t, h, id, func(c *sayline.Case) bool { return c.Team == "service" })
	if c.State != sayline.CaseOpen || c.Episode != 2 {
		t.Errorf("the case is %+v", c)
	}
	_, page = visit(t, h, ana).get("/b/sparkle/desk/" + id)
	mustHold(t, page, "handed it over: Distribution → ", "Nobody is on it yet.")
	r, err := h.Door.Receipt(t.Context(), h.Brands.ByID(sparkle), said.Secret)
	if err != nil || r.Moment.Decision.Team != "service" {
		t.Errorf("the author reads %+v (%v)", r, err)
	}
	if status, _ := visit(t, h, marco).post("/b/sparkle/desk/"+id+"/hand-over", url.Values{"team": {"distribution"}}); status != 404 && status != 403 {
		t.Errorf("who has it no more takes it back: %d", status)
	}
}

// TestAnotherCompanyGivesBack: it learns of no other team, and may only give to
// who has everything else.
func TestAnotherCompanyGivesBack(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	id := h.Say(sparkle, sayline.Moment{Topic: "kept-my-coin", Context: housetest.At("vending")}).Moment.Case
	rest := h.Brands.ByID(sparkle).CatchAll().To
	v := visit(t, h, nacho)
	_, page := v.get("/b/sparkle/desk/" + id)
	page = between(page, `id="handover"`, `</details>`)
	for _, team := range h.Brands.ByID(sparkle).Teams {
		if strings.Contains(page, `value="`+team.ID+`"`) != (team.ID == rest) {
			t.Errorf("it is offered %s, or not who has everything else", team.ID)
		}
		if team.ID == rest {
			continue
		}
		if status, _ := v.post("/b/sparkle/desk/"+id+"/hand-over", url.Values{"team": {team.ID}}); status != 422 {
			t.Errorf("it gives to %s: %d", team.ID, status)
		}
	}
	_, page = v.post("/b/sparkle/desk/"+id+"/hand-over", url.Values{"team": {rest}})
	mustHold(t, page, "Handed over.")
	if status, _ := v.get("/b/sparkle/desk/" + id); status != 404 {
		t.Errorf("it still reads what it gave back: %d", status)
	}
}

// TestJoinAndSplit: likeness suggests, a person joins; what is about something
// else goes into a case of its own.
func TestJoinAndSplit(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	tapped := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	own := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "No lemon on the shelf again.", Context: housetest.At("k7f3")})
	if tapped.Moment.Case != own.Moment.Case {
		t.Fatal("both are of one key")
	}
	id := own.Moment.Case
	v := visit(t, h, lucia)
	if status, _ := v.post("/b/sparkle/desk/"+id+"/split", nil); status != 422 {
		t.Errorf("nothing chosen: %d", status)
	}
	_, page := v.post("/b/sparkle/desk/"+id+"/split", url.Values{"moment": {own.Moment.ID}})
	mustHold(t, page, "This is a case of its own now.", "No lemon on the shelf again.")
	m, err := h.Store.Moment(t.Context(), sparkle, own.Moment.ID)
	if err != nil || m.Case == id {
		t.Fatalf("the moment is %+v (%v)", m, err)
	}
	_, page = v.get("/b/sparkle/desk/" + m.Case)
	mustHold(t, page, "Is it the same as one of these?", `id="join-`+id+`"`, "similar words")
	_, page = v.post("/b/sparkle/desk/"+m.Case+"/merge", url.Values{"into": {id}})
	mustHold(t, page, "Joined. This is one case now.", "Joined here:", "No lemon on the shelf again.")
	_, page = v.get("/b/sparkle/desk/" + m.Case)
	mustHold(t, page, "Closed: joined with another case", "Joined with")
	if status, _ := v.post("/b/sparkle/desk/"+id+"/merge", url.Values{"into": {"no-such"}}); status != 404 {
		t.Errorf("with nothing: %d", status)
	}
}

// TestShapeOnAPhone: the buttons are in reach, and nothing is left out of the page.
func TestShapeOnAPhone(t *testing.T) {
	h := openDesk(t, housetest.Options{Change: func(c *sayline.Config) {
		for i := range c.People {
			c.People[i].Language = "" // the browser's
		}
	}})
	id := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "Nowhere.", Context: housetest.At("k7f3")}).Moment.Case
	h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Feeling: 2, Context: housetest.At("k7f3")})
	h.Say(sparkle, sayline.Moment{Topic: "damaged", Text: "The lemon ones are all crushed", Feeling: 2, Context: housetest.At("k7f3")})
	b := testkit.Browser(t)
	for name, look := range map[string]testkit.Look{"phone": testkit.Phone, "desk": testkit.Desktop, "night": testkit.Phone.AtNight(), "ar": testkit.Phone.In("ar")} {
		p := h.Page(b, look, lucia)
		p.Open(h.URL + "/b/sparkle/desk/" + id)
		p.Until(isLive)
		for _, menu := range []string{"handover", "reshape"} {
			press := func() { testkit.Eval[bool](p, `document.querySelector("#`+menu+` summary").click() ?? true`) } // the page may be renewed under a pointer
			if menu == "reshape" {
				testkit.Eval[bool](p, `document.querySelector("#more summary").click() ?? true`)
			}
			press()
			p.Until(`document.querySelector("#` + menu + `>:last-child").getBoundingClientRect().width > 200`)
			housetest.Audit(t, p, menu+" "+name)
			look := testkit.Eval[bool](p, `(() => { const r = document.querySelector("#`+menu+`>:last-child").getBoundingClientRect(); return r.left >= 0 && r.right <= innerWidth })()`)
			if !look {
				t.Errorf("%s: the %s panel leaves the screen", name, menu)
			}
			press()
		}
		p.MustBeClean()
	}
}

// TestTheRouteLearns: three hand-overs of the same suggest a change; a member is
// not told, a manager may only leave it; one tap of an owner makes the next
// version, by which the next of it goes to the new team at once.
func TestTheRouteLearns(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	give := func() string {
		said := h.Say(sparkle, sayline.Moment{Topic: "price-looks-wrong", Text: "Twice the price!", Context: housetest.At("k7f3")}).Moment
		visit(t, h, tomas).post("/b/sparkle/desk/"+said.Case+"/hand-over", url.Values{"team": {"quality"}})
		now, err := h.Store.Moment(t.Context(), sparkle, said.ID) // joined with what is there already
		if err != nil {
			t.Fatal(err)
		}
		return now.Case
	}
	var last string
	for range 3 {
		if _, page := visit(t, h, elena).get("/b/sparkle/learned"); !strings.Contains(page, "Nothing was handed over often enough") {
			t.Error("it learns too early")
		}
		last = give()
	}
	if status, _ := visit(t, h, lucia).get("/b/sparkle/learned"); status != 404 {
		t.Errorf("a member is told: %d", status)
	}
	manager := visit(t, h, tomas)
	_, page := manager.get("/b/sparkle/learned")
	mustHold(t, page, "3 of 3 “", "An owner of the brand can change the route.")
	_, page = manager.get("/b/sparkle/desk/" + last)
	mustHold(t, page, "3 of 3 “", "Change the route?")
	form := url.Values{"from": {h.Brands.ByID(sparkle).Router.Decide(&sayline.Moment{Topic: "price-looks-wrong", Kind: "problem", Context: housetest.At("k7f3")}).Team}, "to": {"quality"}, "topic": {"price-looks-wrong"}, "kind": {""}, "touchpoint": {"k7f3"}}
	if status, _ := manager.post("/b/sparkle/learned/take", form); status != 404 {
		t.Errorf("a manager changes the route: %d", status)
	}
	before := h.Brands.ByID(sparkle).Version
	_, page = visit(t, h, elena).post("/b/sparkle/learned/take", form)
	mustHold(t, page, "The route has learned.", "Nothing was handed over often enough")
	stored, err := h.Store.Config(t.Context(), sparkle)
	if err != nil || stored.Version != before+1 || stored.By != "elena" {
		t.Errorf("kept as version %d by %s (%v)", stored.Version, stored.By, err)
	}
	next := h.Say(sparkle, sayline.Moment{Topic: "price-looks-wrong", Text: "Again!", Context: housetest.At("k7f3")})
	if next.Moment.Decision.Team != "quality" || next.Moment.Decision.Version != before+1 {
		t.Errorf("the next was decided %+v", next.Moment.Decision)
	}
	if status, _ := visit(t, h, elena).post("/b/sparkle/learned/take", form); status != 409 {
		t.Errorf("taken twice: %d", status)
	}
}
