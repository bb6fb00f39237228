package pulse_test

import (
	"bufio"
	"crypto/rand"
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
	"github.com/sayline/sayline/internal/words"
	"github.com/sayline/sayline/internal/words/wordstest"
)

const isLive = `document.querySelector("#live").dataset.state === "on"`

// private is a moment in a lane that neither owner nor manager is named in.
func private() sayline.Moment {
	return sayline.Moment{Topic: "about-a-person", Feeling: 1, Text: "The one with the jangling shouts at us.", Context: housetest.At("k7f3")}
}

func public(text string) sayline.Moment {
	return sayline.Moment{Topic: "love-this-one", Feeling: 5, Text: text, Context: housetest.At("k7f3")}
}

// TestTapShowsWithoutReload: what is said appears on the open pulse and on the
// wall, first in the stream, counted; a page with a filter shows only its own; a
// private moment never comes up, for owner and manager, and is not counted.
func TestTapShowsWithoutReload(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	h.Say(sparkle, public("Before."))
	b := testkit.Browser(t)
	owner, filtered, wall := h.Page(b, testkit.Desktop, elena), h.Page(b, testkit.Desktop, tomas), h.Page(b, testkit.Wall, tomas)
	owner.Open(h.URL + "/b/sparkle/pulse")
	filtered.Open(h.URL + "/b/sparkle/pulse?touchpoint=m3p9")
	wall.Open(h.URL + "/b/sparkle/wall")
	for _, p := range []*testkit.Page{owner, filtered, wall} {
		p.Until(isLive)
		testkit.Eval[bool](p, `window.still = true`)
	}
	h.Say(sparkle, private())
	here := h.Say(sparkle, public("Cold and full."))
	there := sayline.Moment{Topic: "damaged", Feeling: 2, Text: "All dented.", Context: housetest.At("m3p9")}
	other := h.Say(sparkle, there)
	first := func(list, id string) string {
		return `document.querySelector("` + list + ` [data-moment]").dataset.moment === "` + id + `" && window.still`
	}
	owner.Until(first("#p-said", other.Moment.ID) + ` && document.querySelector("#p-said [data-moment='` + here.Moment.ID + `']").textContent.includes("Cold and full.")`)
	owner.Until(`document.querySelector("#p-moments [data-count]").textContent === "3"`)
	wall.Until(first("#w-said", other.Moment.ID) + ` && document.querySelector("#w-moments [data-count]").textContent === "3"`)
	filtered.Until(first("#p-said", other.Moment.ID) + ` && document.querySelector("#p-moments [data-count]").textContent === "1" && document.querySelectorAll("#p-said [data-moment]").length === 1`)
	for _, p := range []*testkit.Page{owner, filtered, wall} {
		if text := testkit.Eval[string](p, `document.documentElement.outerHTML`); strings.Contains(text, "jangling") || strings.Contains(text, "About a person</") {
			t.Error("something of a private lane is on the page")
		}
		p.MustBeClean()
	}
}

// TestStateOfCaseShows: what comes of a moment is told in the stream, live.
func TestStateOfCaseShows(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	p := h.Page(testkit.Browser(t), testkit.Phone, ana)
	p.Open(h.URL + "/b/sparkle/pulse")
	p.Until(isLive)
	if err := h.Store.Acknowledge(t.Context(), h.Act(sparkle, said.Moment.Case, "lucia"), 0); err != nil {
		t.Fatal(err)
	}
	p.Until(`document.querySelector("#p-said [data-moment] em").textContent === "somebody is on it"`)
	p.Until(`document.querySelectorAll("#p-clocks .p-mid b").length === 3`)
	p.Until(`document.querySelectorAll("#p-teams [data-team=distribution] td b").length === 3`)
	p.MustBeClean()
}

// TestNobodyTookIt: a case that everybody was asked about and nobody took stands red
// until somebody does; what is muted says until when. Private ones never do.
func TestNobodyTookIt(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	said, inLane := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")}), h.Say(sparkle, private())
	browser := testkit.Browser(t)
	pulse, wall := h.Page(browser, testkit.Phone, elena), h.Page(browser, testkit.Desktop, elena)
	pulse.Open(h.URL + "/b/sparkle/pulse")
	wall.Open(h.URL + "/b/sparkle/wall")
	pulse.Until(isLive)
	wall.Until(isLive)
	if n := testkit.Eval[int](pulse, `document.querySelectorAll("#p-red *").length`); n != 0 {
		t.Errorf("%d things are red before anything is", n)
	}
	for _, m := range []sayline.Moment{said.Moment, inLane.Moment} {
		step := sayline.Step{Brand: sparkle, Case: m.Case, Episode: 1, N: 1}
		for _, f := range []store.Firing{{Step: step, Next: &sayline.Step{Loop: 1, N: 1, DueAt: h.Time()}}, {Step: sayline.Step{Brand: sparkle, Case: m.Case, Episode: 1, Loop: 1, N: 1}, Stalled: true}} {
			if err := h.Store.FireSteps(t.Context(), sparkle, []store.Firing{f}); err != nil {
				t.Fatal(err)
			}
		}
	}
	pulse.Until(`document.querySelectorAll("#p-red li").length === 1 && document.querySelector("#p-red").textContent.includes("Can't find it")`)
	wall.Until(`document.querySelector("#w-red").textContent.includes("Can't find it")`)
	if href := testkit.Eval[string](pulse, `document.querySelector("#p-red a").getAttribute("href")`); href != "/b/sparkle/pulse/moments/"+said.Moment.ID {
		t.Errorf("it leads to %s", href)
	}
	m := sayline.Mute{Brand: sparkle, ID: sayline.NewID(h.Time(), rand.Reader), Team: "distribution", Place: "madrid", Topic: "cant-find-it", Person: "lucia", Until: h.Time().Add(time.Hour)}
	if err := h.Store.Mute(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	pulse.Until(`document.querySelector("#p-red .p-muted")?.textContent.includes("Distribution")`)
	if err := h.Store.Acknowledge(t.Context(), h.Act(sparkle, said.Moment.Case, "lucia"), 0); err != nil {
		t.Fatal(err)
	}
	pulse.Until(`!document.querySelector("#p-red li")`)
	wall.Until(`!document.querySelector("#w-red p")`)
	pulse.MustBeClean()
	wall.MustBeClean()
}

// TestFirstMoment: a brand nobody has spoken to teaches how, and its page turns by
// itself when somebody does.
func TestFirstMoment(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	h.Say(sparkle, private()) // which nobody here may even count
	p := h.Page(testkit.Browser(t), testkit.Desktop, elena)
	p.Open(h.URL + "/b/sparkle/pulse")
	p.Until(isLive)
	if text := p.Text(".p-begin"); !strings.Contains(text, "The first moment of Sparkle is one tap away") || !strings.Contains(strings.Join(strings.Fields(text), ""), "/@sparkle/cx") {
		t.Errorf("an empty pulse says %q", text)
	}
	p.Until(`document.querySelector(".p-begin .qr path").getAttribute("d").length > 1000`)
	h.Say(sparkle, public("First!"))
	p.Until(`document.querySelector("#p-said [data-moment]").textContent.includes("First!")`)
	p.MustBeClean()
}

// TestFilterByTouching: period and touchpoint are in the address, reached by
// touching what is shown.
func TestFilterByTouching(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	h.Say(sparkle, public("Here."))
	h.Say(sparkle, sayline.Moment{Feeling: 1, Text: "There.", Context: housetest.At("m3p9")})
	p := h.Page(testkit.Browser(t), testkit.Desktop, elena)
	p.Open(h.URL + "/b/sparkle/pulse?period=7")
	p.Click(`#p-said [data-touchpoint="k7f3"] small a`)
	p.Until(`location.search === "?period=7&touchpoint=k7f3" && document.querySelectorAll("#p-said [data-moment]").length === 1 && document.querySelectorAll(".chip").length === 1`)
	p.Click(`.p-bar .seg a`)
	p.Until(`location.search === "?period=now&touchpoint=k7f3"`)
	p.Press(`document.querySelector("#p-feel [data-face='5'] a").click()`)
	p.Until(`location.search === "?feeling=5&period=now&touchpoint=k7f3" && document.querySelector("#p-moments [data-count]").textContent === "1"`)
	p.Press(`document.querySelector("#p-said [data-moment] .p-face").click()`) // the same face once more lets go of it
	p.Until(`location.search === "?period=now&touchpoint=k7f3"`)
	p.Click(`.chip`)
	p.Until(`location.search === "?period=now" && !document.querySelector(".chip")`)
	p.Press(`history.back()`)
	p.Until(`location.search === "?period=now&touchpoint=k7f3"`)
	p.Click(`.p-clear`)
	p.Until(`location.search === "?period=now"`)
	p.Press(`document.querySelector("#p-cuts [data-cut=kind] a").click()`)
	p.Until(`/^.kind=[a-z]+&period=now$/.test(location.search) && document.querySelector(".p-out a").getAttribute("href") === "/b/sparkle/pulse/said.csv" + location.search`)
	p.MustLetEverybodyIn("the pulse narrowed to a topic")
	p.MustBeClean()
}

// TestHowSureOnTouch: touching a score says its interval and of how many, by the
// keyboard too, and Escape puts it away; it is said to who can't see.
func TestHowSureOnTouch(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	for _, face := range []int{1, 1, 2, 2, 1, 4} {
		h.Say(sparkle, sayline.Moment{Feeling: face, Context: housetest.At("m3p9")})
	}
	h.Say(sparkle, public("Here."))
	p := h.Page(testkit.Browser(t), testkit.Desktop, elena)
	p.Open(h.URL + "/b/sparkle/pulse?show=all")
	const tip = `document.querySelector("[data-row=m3p9] .p-tip")`
	if shown := testkit.Eval[string](p, `getComputedStyle(`+tip+`).clipPath`); shown == "none" {
		t.Error("it tells before it is touched")
	}
	p.Press(`document.querySelector("[data-row=m3p9] .p-sure").focus()`)
	p.Until(`getComputedStyle(` + tip + `).clipPath === "none" && /21 of 100. 95 % sure: between 0 and 52, from 6 who showed a face/.test(` + tip + `.textContent)`)
	p.Press(`document.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}))`)
	p.Until(`getComputedStyle(` + tip + `).clipPath !== "none"`)
	if few := testkit.Eval[string](p, `document.querySelector("[data-row=k7f3] .p-tip").textContent`); !strings.Contains(few, "1 of the 5 it takes") {
		t.Errorf("of too few it says %q", few)
	}
	p.MustBeClean()
}

// TestWallOfAPart: a wall may be about a place, says so, and takes what is said
// there only.
func TestWallOfAPart(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	h.Say(sparkle, public("In Madrid."))
	p := h.Page(testkit.Browser(t), testkit.Wall, elena)
	p.Open(h.URL + "/b/sparkle/wall?place=valencia")
	p.Until(isLive + ` && document.querySelector(".w-head h1").textContent === "Valencia" && !document.querySelector(".w-stream .p-none").hidden`)
	c := housetest.At("k7f3")
	h.Say(sparkle, sayline.Moment{Feeling: 2, Text: "Madrid again.", Context: c})
	c.Place = "valencia"
	c.Touchpoint = ""
	there := h.Say(sparkle, sayline.Moment{Feeling: 2, Text: "In Valencia.", Context: c})
	p.Until(`document.querySelectorAll("#w-said [data-moment]").length === 1 && document.querySelector("#w-said [data-moment]").dataset.moment === "` + there.Moment.ID + `" && document.querySelector(".w-stream .p-none").hidden`)
	p.MustBeClean()
}

// TestOwnDatesByForm: without a script too, a form of two days is the view of them.
func TestOwnDatesByForm(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	h.Say(sparkle, public("Here."))
	_, body, _ := get(t, h, h.Client(elena), "/b/sparkle/pulse?kind=&kind=praise&from=2026-11-10&to=2026-11-01&touchpoint=")
	for _, want := range []string{"1 November 2026 to 10 November 2026", "Moments from", `name="kind" value="praise"`, "said.csv?from=2026-11-01&amp;kind=praise&amp;to=2026-11-10"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, path := range []string{"?from=2031-01-01&to=2031-01-01", "?from=2026-11-21&to=2026-11-21", "?period=2h", "?period=48h&words=here", "?from=1999-01-01&to=1999-01-01&lot=x&product=09506000134352"} {
		if status, _, _ := get(t, h, h.Client(elena), "/b/sparkle/pulse"+path); status != http.StatusOK {
			t.Errorf("%s answers %d", path, status)
		}
		if status, _, _ := get(t, h, h.Client(elena), "/b/sparkle/wall"+path); status != http.StatusOK {
			t.Errorf("the wall of %s answers %d", path, status)
		}
	}
}

// TestAskByForm: without a script too, a sentence is answered with its view; it adds
// to what the page is narrowed by, and of all that have a name only those of the
// place are meant. While it is typed nothing private is told.
func TestAskByForm(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	c := h.Client(elena)
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for asked, want := range map[string]string{
		"q=unhappy,+last+2+hours&kind=problem":      "?feeling=1&feeling=2&kind=problem&period=2h",
		"q=can't+find+it+yesterday&period=7":        "?from=2026-11-21&to=2026-11-21&topic=cant-find-it",
		"q=tastes+of+metal&show=all":                "?show=all&topic=tastes-off&words=metal",
		"q=about+a+person":                          "?words=about+a+person",
		"q=&touchpoint=k7f3&period=30":              "?period=30&touchpoint=k7f3",
		"q=unhappy,+&place=madrid&feeling=1":        "?feeling=1&feeling=2&place=madrid",
		"q=shelf,+Madrid&topic=about-a-person&lot=": "?place=madrid&touchpoint=k7f3&touchpoint=m3p9",
	} {
		_, _, to := get(t, h, c, "/b/sparkle/pulse/ask?"+asked)
		if got := strings.TrimPrefix(to, "/b/sparkle/pulse"); got != want && !strings.Contains(asked, "yesterday") || !strings.Contains(to, "/b/sparkle/pulse?") {
			t.Errorf("%s leads to %s, want %s", asked, got, want)
		}
	}
	h.Say(sparkle, public("So that there is a page."))
	_, _, to := get(t, h, c, "/b/sparkle/pulse/ask?q=unhapy,+last+2+hours&kind=problem")
	if !strings.HasPrefix(to, "/b/sparkle/pulse?asked=") || !strings.HasSuffix(to, "&feeling=1&feeling=2&kind=problem&period=2h") {
		t.Errorf("a word with a slip leads to %s", to)
	}
	_, body, _ := get(t, h, c, to)
	if page := html.UnescapeString(body); !strings.Contains(page, "“unhapy” is read as “unhappy”") || !strings.Contains(page, "/b/sparkle/pulse/ask?kind=problem&q=%22unhapy%22%2C+last+2+hours") {
		t.Error("the page does not say what was taken for what, or does not lead to the words as typed")
	}
	if _, _, to = get(t, h, c, "/b/sparkle/pulse/ask?kind=problem&q=%22unhapy%22%2C+last+2+hours"); to != "/b/sparkle/pulse?kind=problem&period=2h&words=unhapy" {
		t.Errorf("the words as typed lead to %s", to)
	}
	if _, body, _ := get(t, h, c, "/b/sparkle/pulse/ask/read?q=about+a+pers"); strings.Contains(body, `"topic"`) || !strings.Contains(body, "about a pers") {
		t.Errorf("a private topic is told of: %s", body)
	}
}

// TestLiveUnderAFilter: a narrowed page moves by what is of it and by nothing else;
// what changes so that it no longer is, goes.
func TestLiveUnderAFilter(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	h.Say(sparkle, public("Before."))
	b := testkit.Browser(t)
	unhappy, words := h.Page(b, testkit.Desktop, elena), h.Page(b, testkit.Desktop, tomas)
	unhappy.Open(h.URL + "/b/sparkle/pulse?feeling=1&feeling=2&kind=problem")
	words.Open(h.URL + "/b/sparkle/pulse?words=dent")
	for _, p := range []*testkit.Page{unhappy, words} {
		p.Until(isLive)
		testkit.Eval[bool](p, `window.still = true`)
	}
	h.Say(sparkle, public("Not of it."))
	dented := h.Say(sparkle, sayline.Moment{Topic: "damaged", Feeling: 2, Text: "All dented.", Context: housetest.At("m3p9")})
	for _, p := range []*testkit.Page{unhappy, words} {
		p.Until(`window.still && document.querySelectorAll("#p-said [data-moment]").length === 1 && document.querySelector("#p-said [data-moment]").dataset.moment === "` + dented.Moment.ID + `"`)
		p.Until(`document.querySelector("#p-moments [data-count]").textContent === "1"`)
		p.MustBeClean()
	}
}

// TestGuardedByTheBrand: of an audience that the brand guards nothing shows
// before five said it and their week is over, neither in a count nor in words.
func TestGuardedByTheBrand(t *testing.T) {
	h := openPulse(t, housetest.Options{Change: func(c *sayline.Config) {
		for i := range c.Audiences {
			c.Audiences[i].Guarded = c.Audiences[i].Guarded || c.Audiences[i].ID == "neighbour"
		}
	}})
	h.Say(sparkle, public("Anybody."))
	h.Say(sparkle, sayline.Moment{Feeling: 1, Text: "The lorries come at five.", Audience: "neighbour", Context: housetest.At("k7f3")})
	h.Say(sparkle, sayline.Moment{Feeling: 1, Text: "Some days at four.", Audience: "applicant", Context: housetest.At("k7f3")})
	for _, period := range []string{"now", "today", "7"} {
		status, body, _ := get(t, h, h.Client(elena), "/b/sparkle/pulse?period="+period)
		if status != http.StatusOK || !strings.Contains(body, `data-count="2"`) || !strings.Contains(body, "Some days at four.") || strings.Contains(body, "The lorries") {
			t.Errorf("%s: status %d, or the neighbour shows:\n%s", period, status, body)
		}
	}
}

// TestSmallAudiencesAreNoSilence: who asks for what employees say is told how it is told,
// where a bare 0 would be read as that they said nothing; nobody else is.
func TestSmallAudiencesAreNoSilence(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	h.Say(sparkle, public("Anybody."))
	h.Say(sparkle, sayline.Moment{Feeling: 1, Text: "Cold again.", Audience: "employee", Context: housetest.At("canteen")})
	for query, told := range map[string]bool{"?audience=employee": true, "?touchpoint=canteen": true, "": false, "?audience=vendor": false, "?touchpoint=k7f3": false} {
		_, body, _ := get(t, h, h.Client(elena), "/b/sparkle/pulse"+query)
		for _, s := range []string{"What small audiences such as employees say", "never shown one by one"} {
			if strings.Contains(body, s) != told {
				t.Errorf("%q: %q is there: %t", query, s, !told)
			}
		}
		for _, s := range []string{"Nothing was said here yet", "Nothing was said in this time", "Well done, all of you"} {
			if told && strings.Contains(body, s) {
				t.Errorf("%q says that they said nothing, or nothing bad: %q", query, s)
			}
		}
		if query == "?audience=vendor" && (!strings.Contains(body, "Nothing was said in this time") || strings.Contains(body, "Well done, all of you")) {
			t.Errorf("%q praises who was told nothing", query)
		}
	}
}

// TestFromBrandToMoment: a moment leads to its case for those who may see it, to
// itself for others, and nowhere when it is private; another company has no pulse.
func TestFromBrandToMoment(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	said, hidden := h.Say(sparkle, sayline.Moment{Topic: "tastes-off", Text: "Metal.", Context: housetest.At("lemon")}), h.Say(sparkle, private())
	path := "/b/sparkle/pulse/moments/"
	if status, _, to := get(t, h, h.Client(tomas), path+said.Moment.ID); status != http.StatusSeeOther || to != "/b/sparkle/desk/"+said.Moment.Case {
		t.Errorf("a manager is led to %d %q", status, to)
	}
	if status, body, _ := get(t, h, h.Client("blanca@sparkle.example"), path+said.Moment.ID); status != http.StatusOK || !strings.Contains(body, "Metal.") {
		t.Errorf("a member of another team gets %d", status)
	}
	for _, who := range []string{elena, tomas, irene} {
		if status, body, _ := get(t, h, h.Client(who), path+hidden.Moment.ID); status != http.StatusNotFound || strings.Contains(body, "jangling") {
			t.Errorf("%s gets %d for a private moment", who, status)
		}
	}
	outside := h.Client(nacho)
	for _, p := range []string{"/b/sparkle/pulse", "/b/sparkle/pulse/live", "/b/sparkle/wall", "/b/sparkle/wall/live", path + said.Moment.ID} {
		if status, _, _ := get(t, h, outside, p); status != http.StatusNotFound {
			t.Errorf("another company gets %d for %s", status, p)
		}
	}
}

// TestPrivateMakesNoFrame: on the wire, a private moment is nothing at all.
func TestPrivateMakesNoFrame(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	h.Say(sparkle, public("Before."))
	for _, path := range []string{"/b/sparkle/pulse/live", "/b/sparkle/wall/live"} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", h.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := h.Client(elena).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(res.Body)
		lines.Buffer(nil, 1<<20)
		next := func(event string) string {
			for lines.Scan() {
				if got, ok := strings.CutPrefix(lines.Text(), "event: "); ok && got == event {
					lines.Scan()
					return lines.Text()
				} else if ok {
					t.Errorf("%s sends %s, want %s", path, got, event)
				}
			}
			t.Fatalf("%s ended: %v", path, lines.Err())
			return ""
		}
		next("whole")
		hidden := h.Say(sparkle, private())
		seen := h.Say(sparkle, public("After."))
		frame := next("said")
		if !strings.Contains(frame, seen.Moment.ID) || strings.Contains(frame, hidden.Moment.ID) || strings.Contains(frame, "jangling") {
			t.Errorf("%s tells %s", path, frame)
		}
		if parts := next("board"); strings.Contains(parts, "jangling") || strings.Contains(parts, "About a person") {
			t.Errorf("%s tells %s", path, parts)
		}
		res.Body.Close()
	}
}

func TestWords(t *testing.T) {
	c, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	housetest.Open(t, housetest.Options{}, func(h *housetest.House, mux *http.ServeMux) {
		for _, set := range pulse.New(h.House).Templates() {
			wordstest.Templates(t, c, set)
		}
	})
	wordstest.Code(t, c, ".")
	for _, l := range c.Languages("house") {
		for _, period := range []string{"now", "today", "7", "30", "90", "hours"} {
			if !c.In(l).Has("pulse_period_" + period) {
				t.Errorf("%s has no name for %s", l, period)
			}
		}
		for _, by := range []string{"touchpoint", "place", "topic", "kind", "feeling", "audience", "team", "product", "lang", "source", "imported"} {
			if !c.In(l).Has("pulse_by_" + by) {
				t.Errorf("%s has no pulse_by_%s", l, by)
			}
		}
		for _, key := range []string{"filter_", "pulse_moments_", "pulse_before_"} {
			for _, period := range []string{"now", "today", "7", "30", "90", "hours", "dates", "day"} {
				if !c.In(l).Has(key + period) {
					t.Errorf("%s has no %s%s", l, key, period)
				}
			}
		}
		for _, key := range []string{"clock_reach", "clock_seen", "clock_acknowledge", "clock_answer", "pulse_none_needs", "pulse_none_shines", "pulse_none_all", "pulse_weekday_0", "pulse_weekday_6"} {
			if !c.In(l).Has(key) {
				t.Errorf("%s has no %s", l, key)
			}
		}
	}
}
