package desk_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/store"
)

// TestAnotherCompanyKnowsItsOwnOnly: of the brand's places, topics, products and
// touchpoints another company's people read those of their own cases, wherever the
// desk lists them; and who else is at a case only where they are their own.
func TestAnotherCompanyKnowsItsOwnOnly(t *testing.T) {
	h := openDesk(t, housetest.Options{Change: func(c *sayline.Config) {
		c.People = append(c.People, sayline.Person{ID: "pili", Name: "Pili Rubio", Email: "pili@rubio-machines.example"})
		for i := range c.Teams {
			if c.Teams[i].ID == "machines" {
				c.Teams[i].Members = append(c.Teams[i].Members, sayline.Membership{Person: "pili"})
			}
		}
	}})
	b := h.Brands.ByID(sparkle)
	h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	coin := h.Say(sparkle, sayline.Moment{Topic: "kept-my-coin", Text: "Swallowed it.", Context: housetest.At("vending")}).Moment
	vending := b.Index.Touchpoint("vending")
	v := visit(t, h, nacho)
	v.found("swallowed", "1 found") // which touchpoints cases have is written with what is searched
	for _, path := range []string{"/b/sparkle/desk", "/b/sparkle/desk?show=team&done=1", "/b/sparkle/desk/" + coin.Case, "/b/sparkle/say"} {
		status, page := v.get(path)
		if status != 200 {
			t.Fatalf("%s: %d", path, status)
		}
		for i := range b.Touchpoints {
			tp := &b.Touchpoints[i]
			if name := tp.Name.In("en"); tp.ID != "vending" && !strings.Contains(vending.Name.In("en"), name) && strings.Contains(page, ">"+name+"<") {
				t.Errorf("%s names the touchpoint %q", path, name)
			}
		}
		for _, p := range b.Products {
			if coin.Context.Product != p.GTIN && strings.Contains(page, p.GTIN) {
				t.Errorf("%s names the product %s", path, p.GTIN)
			}
		}
		for _, p := range b.Places {
			if strings.Contains(page, `<option value="`+p.ID+`"`) && p.ID != coin.Decision.Place && p.ID != coin.Context.Place {
				t.Errorf("%s names the place %q", path, p.ID)
			}
		}
		for _, topic := range b.Topics {
			if topic.ID != "kept-my-coin" && strings.Contains(page, `<option value="`+topic.ID+`"`) {
				t.Errorf("%s names the topic %q", path, topic.ID)
			}
		}
	}
	if _, page := v.get("/b/sparkle/say"); !strings.Contains(page, vending.Name.In("en")) {
		t.Error("what their own case is from is not there to be said for a guest")
	}
	if _, page := visit(t, h, lucia).get("/b/sparkle/desk"); !strings.Contains(page, `value="cant-find-it"`) {
		t.Error("a colleague may narrow by nothing")
	}
	here := func() string {
		t.Helper()
		_, said := v.post("/b/sparkle/desk/"+coin.Case+"/here", url.Values{"do": {"looking"}, "page": {"mine"}, "n": {"1"}})
		return said
	}
	n := int64(0)
	arrive := func(person string, writing bool) {
		t.Helper()
		n++
		if err := h.Store.Here(t.Context(), sparkle, coin.Case, person, store.Beat{Page: "theirs", N: n}, writing); err != nil {
			t.Fatal(err)
		}
	}
	arrive("pili", false)
	arrive("elena", true)
	if got := here(); !strings.Contains(got, "Pili Rubio is looking too") || !strings.Contains(got, "Someone of Sparkle is writing an answer") || strings.Contains(got, "Elena") {
		t.Errorf("they read %s", got)
	}
	arrive("elena", false)
	arrive("tomas", false)
	if got := here(); !strings.Contains(got, "2 people of Sparkle are looking too") || strings.Contains(got, "Tom") {
		t.Errorf("they read %s", got)
	}
	_, said := visit(t, h, elena).post("/b/sparkle/desk/"+coin.Case+"/here", url.Values{"do": {"looking"}, "page": {"hers"}, "n": {"1"}})
	if !strings.Contains(said, "Nacho Rubio is looking too") {
		t.Errorf("the brand's own people read %s", said)
	}
}
