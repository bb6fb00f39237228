package desk_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/desk"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
	"github.com/sayline/sayline/internal/words"
	"github.com/sayline/sayline/internal/words/wordstest"
)

// TestWorkWithoutScript: list, case, I'm on it, answer to all and to one, note,
// close, all by plain forms.
func TestWorkWithoutScript(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	first := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Feeling: 2, Context: housetest.At("k7f3")})
	second := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "Third week! <b>Really</b>.", Context: housetest.At("k7f3")})
	id := first.Moment.Case
	v := visit(t, h, lucia)
	_, list := v.get("/b/sparkle/desk")
	for _, want := range []string{"Can&#39;t find it · Sparkle Lemon 330 ml", "2 moments", "Distribution, Madrid", "Nobody is on it yet", `href="/b/sparkle/desk/` + id} {
		mustHold(t, list, want)
	}
	status, page := v.get("/b/sparkle/desk/" + id)
	for _, want := range []string{"Third week! &lt;b&gt;Really&lt;/b&gt;.", "Shelf 14, Mercado Calle Mayor", "no name, can be answered", "Rule 2: topic is <b>Can&#39;t find it</b>",
		"you are on duty", "Distribution knows before you leave the aisle", "Answer all 2…", "On disk, decided"} {
		mustHold(t, page, want)
	}
	if status != 200 || strings.Contains(page, "<b>Really") {
		t.Errorf("status %d; somebody's words became markup: %v", status, strings.Contains(page, "<b>Really"))
	}
	until(t, h, id, func(c *sayline.Case) bool { return c.SeenAt.IsZero() }) // GET only shows
	_, page = v.post("/b/sparkle/desk/"+id+"/on-it", url.Values{"episode": {"1"}})
	mustHold(t, page, "You are on it.", "It is yours.")
	_, page = v.post("/b/sparkle/desk/"+id+"/answer", url.Values{"text": {"Restocked tomorrow 8:00"}})
	mustHold(t, page, "Restocked tomorrow 8:00", "to all")
	v.post("/b/sparkle/desk/"+id+"/answer", url.Values{"text": {"Restocked tomorrow 8:00"}}) // the button again
	_, page = v.get("/b/sparkle/desk/" + id + "?to=" + second.Moment.ID)
	mustHold(t, page, "Only to", "Answer this one person…")
	v.post("/b/sparkle/desk/"+id+"/answer", url.Values{"text": {"And one is on us."}, "to": {second.Moment.ID}})
	v.post("/b/sparkle/desk/"+id+"/note", url.Values{"text": {"The van leaves at six."}})
	for secret, want := range map[string]string{first.Secret: "Restocked tomorrow 8:00", second.Secret: "Restocked tomorrow 8:00|And one is on us."} {
		r, err := h.Door.Receipt(t.Context(), h.Brands.ByID("sparkle"), secret)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range r.Messages {
			got = append(got, m.Text)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("an author reads %q, want %q", got, want)
		}
	}
	_, page = v.post("/b/sparkle/desk/"+id+"/resolve", url.Values{"reason": {"done"}})
	mustHold(t, page, "Closed: It is done")
	c := until(t, h, id, func(c *sayline.Case) bool { return c.State == sayline.CaseResolved })
	if c.Reason != "done" || c.Owner != "lucia" || c.AnsweredAt.IsZero() {
		t.Errorf("the case ended as %+v", c)
	}
	_, list = v.get("/b/sparkle/desk?done=1")
	mustHold(t, list, id)
	if _, list = v.get("/b/sparkle/desk"); strings.Contains(list, id) {
		t.Error("a closed case stands among the open ones")
	}
}

func mustHold(t *testing.T, page string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// TestPrivateLane: who is not named in a lane, be it a manager or an owner,
// meets it nowhere: no list, no count, no page, no act; who is named reads it
// with the day only.
func TestPrivateLane(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "about-a-person", Text: "He shouts at the new girl.", Feeling: 1, Context: housetest.At("front-door")})
	id := said.Moment.Case
	for _, who := range []string{elena, tomas, lucia, nacho} {
		v := visit(t, h, who)
		for _, path := range []string{"/b/sparkle/desk", "/b/sparkle/desk?show=team", "/b/sparkle/desk?show=all", "/b/sparkle/desk?show=all&done=1"} {
			if _, page := v.get(path); strings.Contains(page, id) || strings.Contains(page, "shouts") || strings.Contains(page, `class="count"`) {
				t.Errorf("%s meets it on %s", who, path)
			}
		}
		if status, page := v.get("/b/sparkle/desk/" + id); status != 404 || strings.Contains(page, "shouts") || strings.Contains(page, "confidence") {
			t.Errorf("%s opens it: %d", who, status)
		}
		for _, act := range []string{"seen", "on-it", "answer", "note", "resolve", "snooze", "mute"} {
			if status, _ := v.post("/b/sparkle/desk/"+id+"/"+act, url.Values{"text": {"?"}}); status != 404 {
				t.Errorf("%s may %s: %d", who, act, status)
			}
		}
	}
	v := visit(t, h, irene)
	_, list := v.get("/b/sparkle/desk?show=team")
	mustHold(t, list, id, `class="count"`, "In confidence")
	_, page := v.get("/b/sparkle/desk/" + id)
	mustHold(t, page, "He shouts at the new girl.", "today", "private: In confidence")
	page = regexp.MustCompile(`(?s)<details class="[a-z ]*" id="(later|mute)".*?</details>`).ReplaceAllString(page, "") // times that are to come
	if clock := regexp.MustCompile(`\d\d:\d\d|T\d\d:`).FindString(regexp.MustCompile(`(?s)<body[^>]*>`).ReplaceAllString(between(page, `<section class="case"`, `<div id="rings"`), "")); clock != "" {
		t.Errorf("the page tells the time: %s", clock)
	}
	if _, list := visit(t, h, elena).get("/b/sparkle/desk"); strings.Contains(list, "In confidence") {
		t.Error("the owner reads the lane's name on the desk")
	}
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

// TestAnotherCompany sees its own cases and nothing else.
func TestAnotherCompany(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	theirs := h.Say(sparkle, sayline.Moment{Topic: "kept-my-coin", Context: housetest.At("vending")}).Moment.Case
	others := h.Say(sparkle, sayline.Moment{Topic: "price-looks-wrong", Context: housetest.At("k7f3")}).Moment.Case
	v := visit(t, h, nacho)
	for _, path := range []string{"/b/sparkle/desk", "/b/sparkle/desk?show=team", "/b/sparkle/desk?show=all"} {
		_, page := v.get(path)
		mustHold(t, page, theirs)
		if strings.Contains(page, others) {
			t.Errorf("%s shows a case of the brand's own people", path)
		}
	}
	if status, _ := v.get("/b/sparkle/desk/" + others); status != 404 {
		t.Errorf("it opens another team's case: %d", status)
	}
	if status, _ := v.get("/b/sparkle/desk/" + theirs); status != 200 {
		t.Errorf("it can't open its own: %d", status)
	}
}

// TestWhoIsOnlyTold reads the case and may write a note, no more.
func TestWhoIsOnlyTold(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	id := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")}).Moment.Case
	paged(t, h, id, "ana")
	v := visit(t, h, ana)
	status, page := v.get("/b/sparkle/desk/" + id)
	if status != 200 || strings.Contains(page, `id="onit"`) || strings.Contains(page, "/answer") {
		t.Errorf("the page of who was only told: %d", status)
	}
	mustHold(t, page, "A note to the team…")
	if status, _ := v.post("/b/sparkle/desk/"+id+"/note", url.Values{"text": {"Two asked on the phone."}}); status != 200 {
		t.Errorf("a note: %d", status)
	}
	for _, act := range []string{"on-it", "answer", "resolve"} {
		if status, _ := v.post("/b/sparkle/desk/"+id+"/"+act, url.Values{"text": {"x"}}); status != 403 {
			t.Errorf("%s: %d, want 403", act, status)
		}
	}
}

// paged waits until the pager has asked or told a person.
func paged(t *testing.T, h *housetest.House, caseID, person string) {
	t.Helper()
	testkit.Eventually(t, person+" was told", func() bool {
		was, err := h.Store.WasPaged(t.Context(), sparkle, caseID, person, 0)
		if err != nil {
			t.Fatal(err)
		}
		return was
	})
}

var rowID = regexp.MustCompile(`id="row-([0-9a-f-]+)"`)

// TestPages: paging through a list shows every case once, in order, whoever's
// list it is.
func TestPages(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	want := map[string]int{}
	for i := range 90 {
		c := housetest.At("k7f3")
		topic := []string{"price-looks-wrong", "past-its-date"}[i%2]
		c.Ref = fmt.Sprint(i)
		a := h.Say(sparkle, sayline.Moment{Topic: topic, Text: "words make a case of their own", Context: c})
		want[a.Moment.Case] = 0
	}
	v := visit(t, h, lucia)
	for _, show := range []string{"mine", "team"} {
		seen := map[string]int{}
		pages := 0
		for path := "/b/sparkle/desk?show=" + show; path != ""; pages++ {
			_, page := v.get(path)
			for _, m := range rowID.FindAllStringSubmatch(page, -1) {
				seen[m[1]]++
			}
			path = ""
			if m := regexp.MustCompile(`class="btn more" href="([^"]+)"`).FindStringSubmatch(page); m != nil {
				path = strings.ReplaceAll(m[1], "&amp;", "&")
			}
		}
		if len(seen) != len(want) || pages != (len(want)+39)/40 {
			t.Errorf("%s: %d pages with %d cases, want %d", show, pages, len(seen), len(want))
		}
		for id, n := range seen {
			if _, known := want[id]; n != 1 || !known {
				t.Errorf("%s: case %s stands %d times", show, id, n)
			}
		}
	}
}

// TestMineIsWhoIsOnDuty: what waits stands with whoever is responsible now, and
// moves when somebody else says "I'm on".
func TestMineIsWhoIsOnDuty(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	id := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")}).Moment.Case
	has := func(v *visitor) bool {
		_, page := v.get("/b/sparkle/desk?show=mine")
		return strings.Contains(page, id)
	}
	l, m, other := visit(t, h, lucia), visit(t, h, marco), visit(t, h, vicent)
	if !has(l) || has(m) || has(other) {
		t.Errorf("before: lucía %v, marco %v, vicent %v", has(l), has(m), has(other))
	}
	_, page := m.post("/b/sparkle/duty", url.Values{"team": {"distribution"}, "place": {"madrid"}, "on": {"1"}, "back": {"/b/sparkle/desk"}})
	mustHold(t, page, "You are on.", "On duty until")
	if has(l) || !has(m) {
		t.Errorf("marco is on: lucía %v, marco %v", has(l), has(m))
	}
	if _, page := m.post("/b/sparkle/duty", url.Values{"team": {"distribution"}, "place": {"madrid"}, "back": {"//evil.example/"}}); !strings.Contains(page, "Not on duty") {
		t.Error("marco is not off again")
	}
	if !has(l) || has(m) {
		t.Errorf("marco is off: lucía %v, marco %v", has(l), has(m))
	}
	if status, _ := m.post("/b/sparkle/duty", url.Values{"team": {"quality"}, "on": {"1"}}); status != 404 {
		t.Errorf("a duty that is not theirs: %d", status)
	}
}

// TestOldEpisodeSilencesNothing: "I'm on it" pressed on a page that shows an
// earlier episode is refused and says so.
func TestOldEpisodeSilencesNothing(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	a := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	id := a.Moment.Case
	v := visit(t, h, lucia)
	v.post("/b/sparkle/desk/"+id+"/resolve", url.Values{"reason": {"done"}})
	h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	status, page := v.post("/b/sparkle/desk/"+id+"/on-it", url.Values{"episode": {"1"}})
	if c := until(t, h, id, func(c *sayline.Case) bool { return c.Episode == 2 }); status != 409 || c.State != sayline.CaseOpen {
		t.Errorf("status %d, state %s", status, c.State)
	}
	mustHold(t, page, "This case has changed since you opened it.")
}

// TestBadForms get a clear error and change nothing.
func TestBadForms(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	id := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")}).Moment.Case
	v := visit(t, h, lucia)
	for name, c := range map[string]struct {
		act  string
		form url.Values
		want int
	}{
		"no words": {"answer", url.Values{"text": {"  "}}, 422}, "too many": {"answer", url.Values{"text": {strings.Repeat("a", 4001)}}, 422},
		"not UTF-8": {"note", url.Values{"text": {"\xff"}}, 422}, "a zero": {"note", url.Values{"text": {"a\x00b"}}, 422},
		"a stranger's moment": {"answer", url.Values{"text": {"x"}, "to": {"nobody"}}, 404}, "an unknown reason": {"resolve", url.Values{"reason": {"because"}}, 422},
		"a flood": {"answer", url.Values{"text": {strings.Repeat("a", 70_000)}}, 413},
	} {
		if status, _ := v.post("/b/sparkle/desk/"+id+"/"+c.act, c.form); status != c.want {
			t.Errorf("%s: %d, want %d", name, status, c.want)
		}
	}
	c := until(t, h, id, func(*sayline.Case) bool { return true })
	if msgs, err := h.Store.Messages(t.Context(), sparkle, id); err != nil || len(msgs) != 0 || c.State != sayline.CaseOpen {
		t.Errorf("after them: %d messages, %s, %v", len(msgs), c.State, err)
	}
	for _, path := range []string{"/b/sparkle/desk/none", "/b/nobody/desk", "/b/sparkle/desk?after=9.x.y"} {
		if status, _ := v.get(path); status >= 500 {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// TestWords holds the templates and the code to the catalogues.
func TestWords(t *testing.T) {
	c, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	wordstest.Code(t, c, ".")
	h := openDesk(t, housetest.Options{})
	wordstest.Templates(t, c, desk.Templates(h.House))
}

// TestTakenOverAndBack: whose case it is may change hands on the desk as often as
// people say so; a form from before somebody was on it takes nothing back.
func TestTakenOverAndBack(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	id := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")}).Moment.Case
	path := "/b/sparkle/desk/" + id
	first, second := visit(t, h, lucia), visit(t, h, marco)
	old := url.Values{"episode": {"1"}}
	first.post(path+"/on-it", old)
	for i, v := range []*visitor{second, first, second, first} {
		_, page := v.get(path)
		mustHold(t, page, "I’m on it now", `name="over"`)
		_, page = v.post(path+"/on-it", url.Values{"episode": {"1"}, "over": {"1"}})
		mustHold(t, page, "You are on it.")
		if strings.Contains(page, `name="over"`) {
			t.Errorf("turn %d: who is on it may take it from themselves", i)
		}
	}
	second.post(path+"/on-it", old)
	until(t, h, id, func(c *sayline.Case) bool { return c.Owner == "lucia" })
}

// TestOpeningTheCaseOpensItsPages: whoever has the case open on a screen has opened
// what told them of it, also when a colleague had seen the case before.
func TestOpeningTheCaseOpensItsPages(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	id := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")}).Moment.Case
	under := func(p sayline.Page) bool { return p.State == sayline.PageQueued || p.State == sayline.PageSending }
	pages := func(person string) (unopened, opened, coming int) {
		list, err := h.Store.PagesOf(t.Context(), sparkle, id)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			switch {
			case p.Person == person && !p.OpenedAt.IsZero():
				opened++
			case p.Person == person && p.Unopened():
				unopened++
			case p.Person == person && under(p):
				coming++
			}
		}
		return unopened, opened, coming
	}
	testkit.Eventually(t, "she was told", func() bool {
		n, _, coming := pages("lucia")
		return n > 0 && coming == 0
	})
	path := "/b/sparkle/desk/" + id
	if err := h.Store.Seen(t.Context(), h.Act(sparkle, id, "marco")); err != nil {
		t.Fatal(err)
	}
	if _, n, _ := pages("lucia"); n != 0 {
		t.Fatal("a colleague opened her pages")
	}
	v := visit(t, h, lucia)
	_, page := v.get(path)
	mustHold(t, page, "data-unseen")
	v.post(path+"/seen", nil)
	if still, n, _ := pages("lucia"); still != 0 || n == 0 {
		t.Errorf("%d of her pages are opened, %d not", n, still)
	}
	if _, page = v.get(path); strings.Contains(page, "data-unseen") {
		t.Error("what she has opened is opened again")
	}
}
