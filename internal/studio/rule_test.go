package studio_test

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// form is what a page's form sends when nobody touches it.
func form(t *testing.T, page, id string) url.Values {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	attr := func(n *html.Node, key string) (string, bool) {
		for _, a := range n.Attr {
			if a.Key == key {
				return a.Val, true
			}
		}
		return "", false
	}
	sent, found := url.Values{}, false
	var walk func(n *html.Node, inside bool, list string)
	walk = func(n *html.Node, inside bool, list string) {
		if at, _ := attr(n, "id"); n.Data == "form" && at == id {
			inside, found = true, true
		}
		name, named := attr(n, "name")
		value, _ := attr(n, "value")
		kind, _ := attr(n, "type")
		_, checked := attr(n, "checked")
		_, selected := attr(n, "selected")
		switch {
		case !inside:
		case n.Data == "select":
			list = name
		case n.Data == "option" && list != "" && (selected || !sent.Has(list)):
			sent.Set(list, value)
		case n.Data == "input" && named && (kind != "checkbox" || checked):
			sent.Add(name, value)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, inside, list)
		}
	}
	walk(doc, false, "")
	if !found {
		t.Fatalf("no form %q in %.400s", id, page)
	}
	return sent
}

// full is a rule that says all a rule can say.
func full() sayline.Rule {
	return sayline.Rule{
		When: sayline.Match{Topics: []string{"tastes-off", "cant-find-it"}, Kinds: []string{"problem"}, Feelings: []int{2, 1}, Touchpoints: []string{"lemon"}, Channels: []string{"package"}, Audiences: []string{"customer", "neighbour"},
			Places: []string{"madrid"}, Products: []string{"09506000134352"}, Sources: []string{"gs1", "qr"}, Tiers: []string{"gold", "platinum"}, Has: []string{"lot", "words"}},
		To: "quality", Urgency: "normal", Within: sayline.Duration(90 * time.Second), Answer: sayline.Duration(36 * time.Hour), Also: []string{"yard", "service"}, GroupAt: "region", GroupBy: []string{"source", "audience"},
		Raise: sayline.Raise{At: 3, Words: []string{"glass", "allerg*"}, To: "critical"}, Policy: "climb",
	}
}

func climbing(c *sayline.Config) {
	for i := range c.People {
		c.People[i].Language = ""
	}
	c.Policies = append(c.Policies, sayline.Policy{ID: "climb", Steps: []sayline.PolicyStep{{Ask: []string{"duty"}}}})
}

// TestRulesAreFormsOfAllTheySay: whatever a rule says stands in its form; sent
// as it is, it changes nothing; and a rule that says all there is comes back
// from the form as it went in.
func TestRulesAreFormsOfAllTheySay(t *testing.T) {
	for _, brand := range []string{"sparkle", "granvia", "northgate"} {
		h := open(t, housetest.Options{Brand: brand, Change: func(c *sayline.Config) {
			climbing(c)
			if brand == "sparkle" {
				c.Routes = append([]sayline.Rule{full()}, c.Routes...)
			}
		}}, "")
		b := h.Brands.ByID(brand)
		var owner string
		for _, p := range b.People {
			if p.Role == sayline.Owner {
				owner = p.Email
			}
		}
		c, at := h.Client(owner), h.URL+"/b/"+brand
		for n := range b.Routes {
			_, page, _ := read(c.Get(at + "/routes/rule?rule=" + itoa(n+1)))(t)
			sent := form(t, page, "ruleform")
			if status, page, _ := read(c.Get(at + "/routes/rule?" + sent.Encode()))(t); status != http.StatusOK || strings.Contains(page, `id="plan"`) {
				t.Errorf("%s, rule %d sent as it is: %d %.700s", brand, n+1, status, page[strings.Index(page, `id="plan"`):])
			}
		}
		if brand != "sparkle" {
			continue
		}
		_, page, _ := read(c.Get(at + "/routes/rule?rule=1"))(t)
		sent := form(t, page, "ruleform")
		sent.Set("do", "add")
		sent.Set("position", "2")
		if status, _, _ := read(c.PostForm(at+"/routes", sent))(t); status != http.StatusSeeOther {
			t.Fatalf("adding it again: %d", status)
		}
		want, got := full(), h.Brands.ByID(brand).Routes[1]
		want.When.Topics, want.When.Feelings, want.When.Sources, want.When.Has = got.When.Topics, got.When.Feelings, got.When.Sources, got.When.Has // a new rule has them in the form's order
		want.Also, want.GroupBy = got.Also, got.GroupBy
		if len(got.When.Topics)+len(got.When.Feelings)+len(got.When.Sources)+len(got.When.Has)+len(got.Also)+len(got.GroupBy) != 12 || !reflect.DeepEqual(got, want) {
			t.Errorf("it came back as %+v", got)
		}
	}
}

// TestRulesSayWhatIsWrongWhereItIs: each field says what can't be in it, in the
// reader's language, and nothing is made of it.
func TestRulesSayWhatIsWrongWhereItIs(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle", Change: climbing}, "")
	c, at := h.Client("elena@sparkle.example"), h.URL+"/b/sparkle"
	ask := func(language, query string) string {
		r, err := http.NewRequest("GET", at+"/routes/rule?"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Language", language)
		status, page, _ := read(c.Do(r))(t)
		if status != http.StatusOK {
			t.Errorf("%s: %d", query, status)
		}
		return page
	}
	for _, x := range []struct{ query, field, en, es, ar string }{
		{"topic=tastes-off", `name="team"`, "Choose a team.", "Elige un equipo.", "اختر فريقاً."},
		{"topic=tastes-off&team=quality&within=soon", `name="within"`, "A number: a second at least", "Un número: un segundo", "رقم: ثانية على الأقل"},
		{"topic=tastes-off&team=quality&answer=400&answer_unit=d", `name="answer"`, "A number: a second at least", "Un número: un segundo", "رقم: ثانية على الأقل"},
		{"topic=tastes-off&team=quality&raise_at=1&raise_to=critical", `name="raise_at"`, "A number from 2 to 10,000.", "Un número del 2 al 10 000.", "رقم من 2 إلى 10,000."},
		{"topic=tastes-off&team=quality&raise_words=glass", `name="raise_to"`, "Choose what it becomes.", "Elige en qué se convierte.", "اختر ما تصبح عليه."},
		{"topic=tastes-off&team=quality&urgency=urgent&raise_words=glass&raise_to=normal", `name="raise_to"`, "more than the rule’s own urgency, urgent", "más que la urgencia de la propia regla", "أكثر من استعجال القاعدة نفسها"},
		{"topic=gone&team=quality", `id="ask-topic"`, "Expected the id of a topic", "Esto no se puede usar aquí.", "لا يمكن استعمال هذا هنا."},
		{"topic=tastes-off&team=quality&policy=none", `name="policy"`, "Expected the id of a policy", "Esto no se puede usar aquí.", "لا يمكن استعمال هذا هنا."},
		{"topic=tastes-off&team=quality&also=quality", `name="also"`, "need not be told beside", "no hace falta avisarlo", "لا يحتاج إلى إبلاغ"},
		{"team=quality", `id="plan"`, "It can only stand last.", "Solo puede ir la última.", "مكانها الأخير فقط."},
	} {
		for language, want := range map[string]string{"en": x.en, "es": x.es, "ar": x.ar} {
			page := ask(language, "do=add&"+x.query)
			from := strings.Index(page, x.field)
			if from < 0 || !strings.Contains(page, `role="alert"`) || strings.Contains(page, `id="plan-go"`) {
				t.Fatalf("%s, %s: no field %s, no alert, or it may be made", language, x.query, x.field)
			}
			if near := page[from:min(len(page), from+4500)]; !strings.Contains(near, want) {
				t.Errorf("%s, %s: %q does not stand at %s", language, x.query, want, x.field)
			}
		}
	}
	if v := h.Brands.ByID("sparkle").Version; v != 1 {
		t.Errorf("looking made version %d", v)
	}
	if page := ask("en", "do=add&base=7&topic=tastes-off&team=quality"); !strings.Contains(page, "The route has changed since you looked.") {
		t.Error("a form of a version that is gone says nothing of it")
	}
}

// TestChangesSayWhatTheyDo: what a change would have made of what was last said
// is counted, way by way, with one to try; a move says from where to where.
func TestChangesSayWhatTheyDo(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle", Change: climbing}, "")
	for range 3 {
		h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	}
	h.Say(sparkle, sayline.Moment{Topic: "price-looks-wrong", Context: housetest.At("k7f3")})
	c, at := h.Client("elena@sparkle.example"), h.URL+"/b/sparkle"
	_, page, _ := read(c.Get(at + "/routes/rule?do=add&topic=cant-find-it&team=service&urgency=normal&within=7"))(t)
	for _, want := range []string{"Of the last 4 moments, 3 would go another way.", "Distribution, urgent, within 5 min", "Service, normal, within 7 min", "?try=1&amp;ref=", "A new rule, number 1"} {
		if !strings.Contains(page, want) {
			t.Errorf("the plan does not say %q", want)
		}
	}
	_, page, _ = read(c.Get(at + "/routes?do=move&rule=2&position=5"))(t)
	if !strings.Contains(page, "Rule 2 becomes number 5") || !strings.Contains(page, "The last 4 moments would all go the same way.") {
		t.Errorf("moving it: %.900s", page[strings.Index(page, `id="plan"`):])
	}
	second := h.Brands.ByID("sparkle").Routes[1]
	if status, _, _ := read(c.PostForm(at+"/routes", url.Values{"base": {"1"}, "do": {"move"}, "rule": {"2"}, "position": {"5"}}))(t); status != http.StatusSeeOther {
		t.Errorf("moving it: %d", status)
	}
	if got := h.Brands.ByID("sparkle").Routes[4]; !reflect.DeepEqual(got, second) {
		t.Errorf("number 5 is %+v", got)
	}
}

// TestARuleIsSaidByHand: with a finger and with the keyboard alone, a rule is
// changed, looked at and made; everybody gets in.
func TestARuleIsSaidByHand(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle", Change: func(c *sayline.Config) {
		climbing(c)
		for i := range 80 {
			c.Touchpoints = append(c.Touchpoints, sayline.Touchpoint{ID: "extra-" + itoa(i+1), Name: sayline.Plain("Extra shelf " + itoa(i+1)), Channel: "shelf", Stage: c.Touchpoints[0].Stage})
		}
	}}, "")
	p := h.Page(testkit.Browser(t), testkit.Phone, "elena@sparkle.example")
	p.Open(h.URL + "/b/sparkle/routes")
	housetest.Audit(t, p, "the rules on a phone")
	p.Press(`document.querySelector("#rule-2 .ruledo a").click()`)
	p.Until(`!!document.querySelector("#ask-kind summary")`)
	p.Press(`document.querySelector("#ask-kind summary").focus()`)
	p.Do(chromedp.KeyEvent("\r"))
	p.Until(`document.querySelector("#ask-kind").open`)
	p.Do(chromedp.KeyEvent("\t"))
	p.Until(`document.activeElement.name === "kind"`)
	p.Do(chromedp.KeyEvent(" "))
	p.Until(`document.querySelector("#ask-kind summary b").textContent === "Praise"`)
	p.Press(`document.querySelector("#ask-touchpoint summary").click()`)
	p.Press(`{ const i = document.querySelector("[name=touchpoint_named]"); i.value = "Extra shelf 7"; i.dispatchEvent(new Event("input", { bubbles: true })) }`)
	p.Until(`document.querySelector("#ask-touchpoint summary b").textContent === "Extra shelf 7"`)
	housetest.Audit(t, p, "a rule on a phone")
	p.Press(`document.querySelector("#rule-see").click()`)
	p.Until(`!!document.querySelector("#plan-go")`)
	housetest.Audit(t, p, "a change on a phone")
	p.Press(`document.querySelector("#plan-go").click()`)
	p.Until(`location.pathname.endsWith("/routes") && !!document.querySelector("#notice")`)
	got := h.Brands.ByID("sparkle").Routes[1].When
	if !reflect.DeepEqual(got.Kinds, []string{"praise"}) || !reflect.DeepEqual(got.Touchpoints, []string{"extra-7"}) {
		t.Errorf("it asks for %+v", got)
	}
	p.MustBeClean()
}
