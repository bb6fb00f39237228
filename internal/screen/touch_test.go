package screen_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
)

// page opens a page as a person in a language, and gives its text.
func (h *house) page(path, lang string) (string, http.Header) {
	h.t.Helper()
	a := h.call("GET", path, "", "Accept", "text/html,*/*;q=0.8", "Accept-Language", lang)
	return html.UnescapeString(string(a.body)), a.header
}

// TestFirstScreenIsAlone: nothing is fetched, kept or told before a person acts.
func TestFirstScreenIsAlone(t *testing.T) {
	h := newHouse(t)
	for _, b := range h.reg.All() {
		body, header := h.page("/@"+b.ID+"/cx", "en")
		if header.Get("Set-Cookie") != "" || header.Get("Referrer-Policy") != "no-referrer" || header.Get("X-Content-Type-Options") != "nosniff" ||
			header.Get("Cache-Control") != "private, no-cache" || header.Get("Vary") != "Accept-Language, Accept-Encoding, Accept" || header.Get("Content-Language") != "en" {
			t.Errorf("%s: headers %v", b.ID, header)
		}
		if csp := header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "*") {
			t.Errorf("%s: %s", b.ID, csp)
		}
		if m := regexp.MustCompile(`(?:src|srcset|url\()\s*=?\s*"?[^"\s>]+`).FindString(strings.Split(body, "<script>")[0]); m != "" {
			t.Errorf("%s loads %s", b.ID, m)
		}
		if strings.Contains(body, ` style="`) || regexp.MustCompile(` on[a-z]+="`).MatchString(body) {
			t.Errorf("%s: an attribute the policy forbids", b.ID)
		}
	}
}

func TestKeysAreFresh(t *testing.T) {
	h := newHouse(t)
	key := regexp.MustCompile(`name="key" value="([0-9a-f]{40})"`)
	one, _ := h.page("/@sparkle/cx", "en")
	two, header := h.page("/@sparkle/cx", "en")
	a, b := key.FindStringSubmatch(one), key.FindStringSubmatch(two)
	if a == nil || b == nil || a[1] == b[1] {
		t.Errorf("keys %v and %v", a, b)
	}
	if header.Get("ETag") != "" {
		t.Error("a page with a key must never be answered 304")
	}
}

func TestLanguages(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct{ path, wants, lang, dir string }{
		{"/@sparkle/cx", "es-MX,es;q=0.9", "es", "ltr"}, {"/@sparkle/cx", "ar", "ar", "rtl"}, {"/@sparkle/cx", "fi", "en", "ltr"},
		{"/@sparkle/cx?lang=ar", "es", "ar", "rtl"}, {"/@sparkle/cx?lang=tlh", "es", "es", "ltr"}, {"/@sparkle/cx/01/09506000134352", "es", "es", "ltr"},
	} {
		body, _ := h.page(c.path, c.wants)
		if !strings.Contains(body, `<html lang="`+c.lang+`" dir="`+c.dir+`">`) {
			t.Errorf("%s for %s: %.120s", c.path, c.wants, body)
		}
	}
	body, _ := h.page("/@sparkle/cx/t/k7f3?ref=A7", "en")
	if !strings.Contains(body, `href="?lang=es&ref=A7"`) {
		t.Error("changing the language loses the rest of the address")
	}
}

// TestFirst: what a touchpoint puts first stands first.
func TestFirst(t *testing.T) {
	h := newHouse(t)
	for _, b := range h.reg.All() {
		for _, p := range b.Touchpoints {
			body, _ := h.page("/@"+b.ID+"/cx/t/"+p.ID, b.Languages[0])
			at := map[string]int{"topics": strings.Index(body, `class="chips"`), "faces": strings.Index(body, `class="faces"`), "say": strings.Index(body, `name="text"`)}
			for what, i := range at {
				if want := p.First; want != "" && at[want] >= 0 && i >= 0 && at[want] > i {
					t.Errorf("%s/%s puts %s before %s", b.ID, p.ID, what, want)
				}
			}
			if n := strings.Count(body, `class="face"`); n != len(b.Shown()) {
				t.Errorf("%s/%s shows %d faces, want %d", b.ID, p.ID, n, len(b.Shown()))
			}
			if n := strings.Count(body, `class="chip"`); n != len(p.Topics) {
				t.Errorf("%s/%s shows %d chips, want %d", b.ID, p.ID, n, len(p.Topics))
			}
		}
	}
}

// TestLines: the brand's own lines come before ours, the touchpoint's before
// the brand's, and only in the reader's language.
func TestLines(t *testing.T) {
	h := newHouse(t)
	c := small()
	c.Lines = map[string]sayline.Text{"invitation": {"en": "Tell {brand}!"}, "one_tap": sayline.Plain("Just tap.")}
	c.Touchpoints[1].Lines = map[string]sayline.Text{"invitation": {"es": "Cuéntaselo a la estantería."}}
	h.add(c)
	for _, k := range []struct{ path, lang, want string }{
		{"/@small/cx", "en", "Tell Small & Sons!"}, {"/@small/cx", "en", "Just tap."}, {"/@small/cx/t/shelf", "es", "Cuéntaselo a la estantería."},
		{"/@small/cx/t/shelf", "en", "Tell Small & Sons!"}, {"/@small/cx", "es", "Díselo a Small & Sons."}, {"/@small/cx", "es", "Un toque y ya está enviado."},
	} {
		if body, _ := h.page(k.path, k.lang); !strings.Contains(body, k.want) {
			t.Errorf("%s in %s does not say %q", k.path, k.lang, k.want)
		}
	}
}

// small is a brand with little: two places to be asked for, no logo, no lines.
func small() *sayline.Config {
	return &sayline.Config{
		Brand: sayline.Brand{ID: "small", Name: "Small & Sons", Languages: []string{"en", "es"}, Look: sayline.Look{Color: "#ffd400"}, Zone: "Europe/Madrid"},
		Topics: []sayline.Topic{
			{ID: "gone", Kind: "problem", Label: sayline.Text{"en": "It's gone", "es": "No está"}, Needs: []string{"place", "product"}},
			{ID: "lovely", Kind: "praise", Label: sayline.Text{"en": "Lovely", "es": "Precioso"}},
		},
		Places: []sayline.Place{
			{ID: "north", Name: sayline.Plain("North"), Listed: true, Lat: 40.45, Long: -3.7}, {ID: "south", Name: sayline.Plain("South"), Listed: true, Lat: 40.38, Long: -3.7}, {ID: "cellar", Name: sayline.Plain("Cellar")},
		},
		Products:    []sayline.Product{{GTIN: "09506000134352", Name: sayline.Plain("Lemon")}, {GTIN: "09506000134376", Name: sayline.Plain("Orange")}},
		Touchpoints: []sayline.Touchpoint{{ID: "front-door", Name: sayline.Plain("Door"), Channel: "web", Stage: "hears", Topics: []string{"lovely", "gone"}}, {ID: "shelf", Name: sayline.Plain("Shelf"), Channel: "shelf", Stage: "decides", Topics: []string{"gone"}}},
		People:      []sayline.Person{{ID: "ana", Name: "Ana", Email: "ana@small.example"}},
		Teams:       []sayline.Team{{ID: "all", Name: sayline.Plain("All of us"), Members: []sayline.Membership{{Person: "ana", Duty: true}}}},
	}
}

// TestFillIn: topic, text, lang and ref fill in, can be removed, and never send.
func TestFillIn(t *testing.T) {
	h := newHouse(t)
	before := h.moments()
	body, _ := h.page("/@sparkle/cx/t/k7f3?topic=cant-find-it&text=My+lemon+tastes+of+metal&ref=room+412&lang=en", "es")
	for _, want := range []string{">My lemon tastes of metal</textarea>", `name="ref" value="room 412"`, "For room 412", `href="?lang=en&text=My+lemon+tastes+of+metal&topic=cant-find-it"`, `name="topic" value="cant-find-it"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if h.moments() != before {
		t.Error("opening an address sent something")
	}
	evil, _ := h.page(`/@sparkle/cx?text=%3C/textarea%3E%3Cscript%3Ealert(1)%3C/script%3E&ref=%22%3E%3Cb%3E&topic=nonsense`, "en")
	raw := string(h.call("GET", `/@sparkle/cx?text=%3C/textarea%3E%3Cscript%3Ealert(1)%3C/script%3E&ref=%22%3E%3Cb%3E`, "", "Accept", "text/html").body)
	if strings.Contains(raw, "<script>alert") || strings.Contains(raw, `"><b>`) || strings.Contains(evil, `value="nonsense"`) {
		t.Error("an address wrote into the page")
	}
}

// TestWhatWasLastSaid: a topic and what was done about it; never words whose
// author did not agree.
func TestWhatWasLastSaid(t *testing.T) {
	h := newHouse(t)
	body, _ := h.page("/@sparkle/cx/t/k7f3", "en")
	if strings.Contains(body, "Last said here") {
		t.Error("something was said before anybody said anything")
	}
	u := h.said("sparkle", `{"topic":"cant-find-it","text":"my own words","context":{"touchpoint":"k7f3"}}`).Receipt
	h.reply(u, "tomorrow")
	h.clock.forward(2 * time.Minute) // it is told anew each minute
	body, _ = h.page("/@sparkle/cx/t/k7f3", "en")
	if !strings.Contains(body, "Last said here: “Can't find it” → answered in 1 min") || strings.Contains(body, "my own words") {
		t.Errorf("told: %s", regexp.MustCompile(`Last said[^<]*`).FindString(body))
	}
}

// TestGifts: what is missing is asked first, and by forms alone.
func TestGifts(t *testing.T) {
	h := newHouse(t)
	h.add(small())
	u := h.said("small", `{"feeling":5,"context":{"touchpoint":"front-door"},"lang":"en","more":true}`).Receipt
	body, _ := h.page(u, "en")
	if !strings.Contains(body, "What was it?") || strings.Index(body, `value="lovely"`) > strings.Index(body, `value="gone"`) {
		t.Error("after a good face the chips are asked, praise first")
	}
	h.call("PATCH", u, `{"topic":"gone"}`, "Content-Type", "application/json").want(200)
	body, _ = h.page(u, "en")
	if !strings.Contains(body, "Where was it?") || !strings.Contains(body, `name="place" value="south"`) || strings.Contains(body, `value="cellar"`) {
		t.Error("the listed places are asked")
	}
	near, _ := h.page(u+"?part&lat=40.381&long=-3.701", "en")
	if s, n := strings.Index(near, `value="south"`), strings.Index(near, `value="north"`); s < 0 || s > n || !strings.Contains(near, "100 m") {
		t.Errorf("the nearest comes first: %s", near)
	}
	h.call("PATCH", u, `{"context":{"place":{"id":"south"}}}`, "Content-Type", "application/json").want(200)
	body, _ = h.page(u, "en")
	if !strings.Contains(body, "Which one was it?") || !strings.Contains(body, `name="product" value="09506000134352"`) {
		t.Error("then the products")
	}
	h.call("PATCH", u, `{"context":{"product":"09506000134352"}}`, "Content-Type", "application/json").want(200)
	if body, _ = h.page(u, "en"); strings.Contains(body, `class="ask"`) {
		t.Error("then nothing more is asked")
	}
	// Many places are searched by name.
	u = h.said("sparkle", `{"topic":"cant-find-it","context":{"touchpoint":"front-door"},"lang":"en","more":true}`).Receipt
	body, _ = h.page(u, "en")
	if !strings.Contains(body, `name="q"`) || strings.Contains(body, `name="place" value=`) {
		t.Error("many places are not all shown")
	}
	if body, _ = h.page(u+"?q=CALLE+mayor", "en"); !strings.Contains(body, `name="place" value=`) {
		t.Error("a place is found by its name")
	}
	if body, _ = h.page(u+"?q=atlantis", "en"); !strings.Contains(body, "Nothing by that name") {
		t.Error("a name nobody has is not passed over in silence")
	}
}

// TestAnswerPage: the states of an answer, in people's words.
func TestAnswerPage(t *testing.T) {
	h := newHouse(t)
	h.add(small())
	u := h.said("small", `{"topic":"gone","context":{"touchpoint":"shelf"},"lang":"en","more":true,"text":"<b>none</b>"}`).Receipt
	says := func(wants ...string) {
		t.Helper()
		raw := string(h.call("GET", u, "", "Accept", "text/html", "Accept-Language", "en").want(200).body)
		for _, want := range wants {
			if !strings.Contains(html.UnescapeString(raw), want) {
				t.Errorf("the page does not say %q", want)
			}
		}
		if strings.Contains(raw, "<b>none</b>") {
			t.Error("an author's words became markup")
		}
	}
	says("With All of us.", "Somebody looks by", "Take it back", "Delete", "Whatever they do, you will read it here.", "Your answer: ")
	h.seen(u)
	says("All of us has seen it.", "Take it back")
	h.onIt(u)
	if body, _ := h.page(u, "en"); strings.Contains(body, "Take it back") || !strings.Contains(body, "Somebody is on it.") || !strings.Contains(body, "Delete it now") {
		t.Error("once somebody is on it, it can only be deleted")
	}
	h.reply(u, "On its way & soon.")
	says("Here is your answer.", "On its way & soon.", "Solved?", "Not yet")
	h.call("POST", u+"/messages", `{"solved":true}`, "Content-Type", "application/json").want(200)
	says("You said it is solved.", "And how does it feel now?")
	h.resolve(u, "done")
	says("Done.")
	h.call("POST", u+"/messages", `{"solved":false,"text":"no"}`, "Content-Type", "application/json").want(200)
	says("You said it isn’t solved yet.")
	if body, _ := h.page(u+"?lang=es", "en"); !strings.Contains(body, "Has dicho que aún no está resuelto.") {
		t.Error("the language can be changed")
	}
	thanks := h.said("small", `{"feeling":5,"lang":"en"}`).Receipt
	if body, _ := h.page(thanks, "en"); !strings.Contains(body, "Thank you for saying it.") || strings.Contains(body, `class="steps"`) {
		t.Error("what is nobody's work is thanked for and promises nothing")
	}
}

func TestNobodyOnDuty(t *testing.T) {
	h := newHouse(t)
	c := small()
	c.Teams[0].Members[0].Duty = false
	h.add(c)
	u := h.said("small", `{"topic":"gone","lang":"en"}`).Receipt
	if body, _ := h.page(u, "en"); !strings.Contains(body, "Nobody is on duty right now.") || strings.Contains(body, "Somebody looks") {
		t.Error("a promise is made that nobody can keep")
	}
}
