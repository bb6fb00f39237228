package desk_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// found waits until a search finds so many moments: they are indexed behind the accepts.
func (v *visitor) found(text, want string) (page string) {
	v.t.Helper()
	testkit.Eventually(v.t, fmt.Sprintf("searching for %q says %q", text, want), func() bool {
		_, page = v.get("/b/sparkle/search?q=" + url.QueryEscape(text))
		return strings.Contains(page, want)
	})
	return page
}

// TestSearchFindsWhatMadeNoWork: who may see the pulse finds what is nobody's work,
// and reads it there; another company's people, and who looks for a name that is
// none of theirs, find nothing.
func TestSearchFindsWhatMadeNoWork(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	idea := h.Say(sparkle, sayline.Moment{Kind: "idea", Text: "A glass bottle, please", Context: housetest.At("k7f3")}).Moment
	h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "No glass here", Class: sayline.Identified, Contact: &sayline.MomentContact{Name: "Ana Belén"}, Context: housetest.At("k7f3")})
	page := visit(t, h, vicent).found("glass", "2 found")
	if !strings.Contains(page, "/b/sparkle/pulse/moments/"+idea.ID) {
		t.Errorf("it leads elsewhere: %s", page)
	}
	if _, page = visit(t, h, vicent).get("/b/sparkle/search?q=belen"); strings.Contains(page, "found, the newest") || strings.Contains(page, "Ana Bel") {
		t.Errorf("a name is found by who has nothing to do with it: %s", page)
	}
	if page = visit(t, h, marco).found("belen", "1 found"); !strings.Contains(page, "Ana Bel") {
		t.Error("who works on it can't read who said it")
	}
	if _, page = visit(t, h, nacho).get("/b/sparkle/search?q=glass"); strings.Contains(page, "found, the newest") {
		t.Error("another company reads what is none of its own")
	}
}

// TestListIsNarrowed: by each thing it can be, by several together, in the
// address; what is not there narrows nothing; each can be let go of.
func TestListIsNarrowed(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	lemon := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "Third week without lemon", Context: housetest.At("k7f3")}).Moment.Case
	later := h.Say(sparkle, sayline.Moment{Topic: "kept-my-coin", Context: housetest.At("vending")}).Moment
	coin, v := later.Case, visit(t, h, elena)
	v.found("lemon", "1 found")
	v.found(later.Reference, "1 found")
	for query, want := range map[string]string{
		"":                                 lemon + " " + coin,
		"topic=cant-find-it":               lemon,
		"team=machines":                    coin,
		"touchpoint=vending":               coin,
		"urgency=critical":                 "",
		"state=waiting":                    lemon + " " + coin,
		"state=taken":                      "",
		"place=madrid":                     lemon,
		"place=Madrid":                     lemon,
		"q=lemon":                          lemon,
		"q=lemon&team=machines":            "",
		"overdue=1":                        "",
		"lot=L1":                           "",
		"topic=gone":                       lemon + " " + coin,
		"topic=kept-my-coin&state=waiting": coin,
	} {
		_, page := v.get("/b/sparkle/desk?show=all&" + query)
		for _, id := range []string{lemon, coin} {
			if got := strings.Contains(page, `id="row-`+id); got != strings.Contains(want, id) {
				t.Errorf("%q: a case is shown: %v", query, got)
			}
		}
		if query == "q=lemon&team=machines" {
			mustHold(t, page, "Nothing is like that.", `class="chip"`, `href="/b/sparkle/desk?q=lemon&amp;show=all"`)
		}
	}
	h.Clock(time.Now().Add(6 * time.Minute))
	_, page := v.get("/b/sparkle/desk?show=all&overdue=1")
	mustHold(t, page, "row-"+lemon, "1 case")
}

// TestViewsAreKept: by a person for themselves, by a team for all of it.
func TestViewsAreKept(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	l, m, a := visit(t, h, lucia), visit(t, h, marco), visit(t, h, ana)
	_, page := l.post("/b/sparkle/desk/views?show=team&topic=cant-find-it&said=x", url.Values{"name": {"Empty shelves"}})
	mustHold(t, page, "The view is saved.", "Empty shelves", `href="/b/sparkle/desk?show=team&amp;topic=cant-find-it" aria-current="true"`)
	_, page = l.post("/b/sparkle/desk/views?overdue=1", url.Values{"name": {"Late"}, "team": {"distribution"}})
	mustHold(t, page, "Late")
	l.post("/b/sparkle/desk/views?overdue=1", url.Values{"name": {"Not hers to share"}, "team": {"service"}})
	if status, _ := l.post("/b/sparkle/desk/views", url.Values{"name": {" "}}); status != 400 && status != 422 {
		t.Errorf("a view without a name: %d", status)
	}
	_, page = m.get("/b/sparkle/desk")
	mustHold(t, page, "Late")
	if strings.Contains(page, "Empty shelves") || strings.Contains(page, "Not hers") {
		t.Error("her own view is shown to a colleague")
	}
	if _, page = a.get("/b/sparkle/desk"); strings.Contains(page, "<b>Late</b>") || strings.Contains(page, "Not hers") {
		t.Error("another team's view is shown")
	}
	drop := between(page0(m), `/b/sparkle/desk/views/`, `/drop`)
	_, page = m.post("/b/sparkle/desk/views/"+drop+"/drop", nil)
	if strings.Contains(page, "<b>Late</b>") {
		t.Error("the view is still there")
	}
}

func page0(v *visitor) string { _, page := v.get("/b/sparkle/desk"); return page }

// TestSearchKeepsToWhatIsSeen: what is found is what one may act on: of a lane
// only for those named in it, of another company only its own cases; by
// reference and by name as well.
func TestSearchKeepsToWhatIsSeen(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	private := h.Say(sparkle, sayline.Moment{Topic: "about-a-person", Text: "He shouts at the lemons.", Feeling: 1, Context: housetest.At("front-door")})
	h.Say(sparkle, sayline.Moment{Topic: "kept-my-coin", Text: "It shouts and keeps the coin.", Context: housetest.At("vending")})
	open := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "The <b>lemon</b> shouts no more.", Context: housetest.At("k7f3")})
	e := visit(t, h, elena)
	page := e.found("shouts", "2 found, the newest first")
	mustHold(t, page, "The &lt;b&gt;lemon&lt;/b&gt; <mark>shouts</mark> no more.", `href="/b/sparkle/desk/`+open.Moment.Case+`#m-`+open.Moment.ID)
	page = visit(t, h, irene).found("shouts", "He <mark>shouts</mark> at the lemons.")
	mustHold(t, page, "In confidence", "today")
	if strings.Contains(between(page, `<ol class="hits">`, "</ol>"), ":") && strings.Contains(between(page, private.Moment.ID, "</li>"), ":") {
		t.Error("of a private lane more is told than the day")
	}
	for who, want := range map[string]string{elena: "2 found", nacho: "1 found", vicent: "2 found", lucia: "2 found"} {
		page := visit(t, h, who).found("shouts", want)
		if strings.Contains(page, "He ") || strings.Contains(page, private.Moment.Case) || strings.Contains(page, "In confidence") {
			t.Errorf("%s finds the lane", who)
		}
	}
	mustHold(t, e.found(open.Moment.Reference, "1 found"), open.Moment.Case)
	e.found("lem", "1 found")
	e.found("", "Finds what people said")
}

// TestSeveralAtOnce: each by itself, without script; what can't be done is told
// by its name and stays chosen, the rest is done.
func TestSeveralAtOnce(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	say := func(topic, at string) string {
		return h.Say(sparkle, sayline.Moment{Topic: topic, Context: housetest.At(at)}).Moment.Case
	}
	a, b, theirs := say("cant-find-it", "k7f3"), say("price-looks-wrong", "k7f3"), say("kept-my-coin", "vending")
	v := visit(t, h, lucia)
	state := func(id string) string { return until(t, h, id, func(*sayline.Case) bool { return true }).State }
	_, page := v.post("/b/sparkle/desk/bulk?show=team", url.Values{"do": {"on-it"}, "case": {a, b, theirs}})
	mustHold(t, page, "Done: 2. Not done: 1.", "A case that isn’t there for you any more")
	if state(a) != sayline.CaseAcknowledged || state(b) != sayline.CaseAcknowledged || state(theirs) != sayline.CaseOpen {
		t.Errorf("they are %s, %s, %s", state(a), state(b), state(theirs))
	}
	_, page = v.post("/b/sparkle/desk/bulk?show=team", url.Values{"do": {"answer"}, "case": {a, b}, "text": {"Restocked at 8:00"}})
	mustHold(t, page, "Done, for all of them.")
	for _, id := range []string{a, b} {
		if c := until(t, h, id, func(*sayline.Case) bool { return true }); c.AnsweredAt.IsZero() {
			t.Errorf("%s has no answer", id)
		}
	}
	_, page = v.post("/b/sparkle/desk/bulk?show=team", url.Values{"do": {"snooze"}, "case": {a}, "until": {"tomorrow"}})
	mustHold(t, page, "Done, for all of them.")
	c := until(t, h, a, func(c *sayline.Case) bool { return c.State == sayline.CaseSnoozed })
	if local := c.SnoozedUntil.In(h.Brands.ByID(sparkle).Location()); local.Hour() != 8 || local.Before(time.Now()) {
		t.Errorf("it is put off until %s", local)
	}
	_, page = v.post("/b/sparkle/desk/bulk?show=team", url.Values{"do": {"resolve"}, "case": {a, b}, "reason": {"done"}})
	mustHold(t, page, "Done, for all of them.")
	_, page = v.post("/b/sparkle/desk/bulk?show=team&done=1", url.Values{"do": {"on-it"}, "case": {a}})
	mustHold(t, page, "Not done: 1.", `id="tick-`+a+`" checked`, "It is closed.")
	_, page = visit(t, h, elena).post("/b/sparkle/desk/bulk?show=all", url.Values{"do": {"hand-over"}, "case": {theirs}, "team": {"service"}})
	mustHold(t, page, "Done, for all of them.")
	if c := until(t, h, theirs, func(*sayline.Case) bool { return true }); c.Team != "service" && c.State != sayline.CaseResolved {
		t.Errorf("it is with %s", c.Team)
	}
	for _, bad := range []url.Values{{"do": {"on-it"}}, {"do": {"?"}, "case": {a}}} {
		if status, _ := v.post("/b/sparkle/desk/bulk", bad); status < 400 {
			t.Errorf("%v: %d", bad, status)
		}
	}
	_, page = v.post("/b/sparkle/desk/bulk?show=team", url.Values{"do": {"resolve"}, "case": {a}, "reason": {"?"}})
	mustHold(t, page, "Choose why they are closed.")
}

// TestDeskByKeyboard: everything, with no mouse: up and down, open, choose one
// and up to another, act on all of them, search, the sheet of keys; and none of
// it while somebody types.
func TestDeskByKeyboard(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	first := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "No lemon", Context: housetest.At("k7f3")}).Moment.Case
	h.Say(sparkle, sayline.Moment{Topic: "price-looks-wrong", Context: housetest.At("k7f3")})
	h.Say(sparkle, sayline.Moment{Topic: "damaged", Context: housetest.At("k7f3")})
	p := h.Page(testkit.Browser(t), testkit.Desktop, elena)
	key := func(s string) { p.Do(chromedp.KeyEvent(s)) }
	p.Open(h.URL + "/b/sparkle/desk?show=all")
	p.Until(isLive)
	key("j")
	p.Until(`document.activeElement.id === "row-` + first + `"`)
	key("x")
	p.Until(`document.querySelector("#bulkcount").textContent === "1 chosen"`)
	key("j")
	key("j")
	p.Do(chromedp.KeyEvent("X", chromedp.KeyModifiers(8)))
	p.Until(`document.querySelector("#bulkcount").textContent === "3 chosen"`)
	h.Say(sparkle, sayline.Moment{Topic: "kept-my-coin", Context: housetest.At("vending")})
	p.Until(`document.querySelectorAll(".row").length === 4 && document.querySelectorAll(".rowtick input:checked").length === 3`)
	key("a")
	p.Until(`document.querySelectorAll(".row.s-acknowledged").length === 3 && !document.querySelector(".rowtick input:checked")`)
	p.Do(chromedp.Focus(chromedp.CSS("#row-" + first)))
	key("o")
	p.Until(`document.querySelector("#case").dataset.case === "` + first + `"`)
	key("r")
	p.Until(`document.activeElement.id === "text"`)
	testkit.Eval[any](p, `document.querySelector("#text").value = ""`) // this browser is told of the letter apart from the key
	p.Do(chromedp.SendKeys(chromedp.CSS("#text"), "axe? jokes/"))
	p.Until(`document.querySelector("#text").value === "axe? jokes/" && !document.querySelector("dialog[open]")`)
	key("\x1b")
	p.Until(`document.activeElement.id !== "text"`)
	key("h")
	p.Until(`document.querySelector("#handover").open`)
	key("\x1b")
	key("?")
	p.Until(`document.querySelector("#keysheet").open`)
	key("\x1b")
	p.Until(`!document.querySelector("#keysheet").open`)
	p.Do(chromedp.KeyEvent("k", chromedp.KeyModifiers(2))) // Ctrl+K
	p.Until(`document.querySelector("#finder").open`)
	p.Do(chromedp.SendKeys(chromedp.CSS("#finderq"), "lemo"))
	p.Until(`document.querySelector("#finderfound .hits a")`)
	p.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector("#finder").close()`))
	p.Until(`document.activeElement.id !== "finderq"`) // the browser gives the focus back in its own time
	key("u")
	p.Until(`!document.querySelector("#case").dataset.case`)
	p.MustBeClean()
}
