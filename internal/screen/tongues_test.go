package screen_test

import (
	"strings"
	"testing"

	"github.com/sayline/sayline/internal/testkit"
	"github.com/sayline/sayline/internal/words"
)

var nine = []string{"en", "es", "fr", "de", "pt", "it", "ar", "zh", "ja"}

// cutOff finds what is wider than the screen or than its own box.
const cutOff = `[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !e.closest('.vh,svg') && (e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1 ||
	getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1)).map(e => e.outerHTML.slice(0, 90)).join('\n')`

// TestNineLanguages: from the first screen to the answer, every language has its
// own words, its direction, and room on the narrowest phone.
func TestNineLanguages(t *testing.T) {
	h := newHouse(t)
	c := small()
	c.ID, c.Languages = "babel", nine
	h.add(c)
	catalogue, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	p := testkit.Browser(t).Page(small360)
	for _, lang := range nine {
		w := catalogue.In(lang)
		fits := func(at string) {
			t.Helper()
			if wide := testkit.Eval[string](p, cutOff); wide != "" {
				t.Errorf("%s in %s, cut off:\n%s", at, lang, wide)
			}
			if got, want := testkit.Eval[string](p, `document.documentElement.lang + ' ' + getComputedStyle(document.body).direction`), lang+" "+words.Direction(lang); got != want {
				t.Errorf("%s is in %q, want %q", at, got, want)
			}
		}
		p.Show(small360.In(lang))
		p.Open(h.url + "/@babel/cx/t/front-door?ref=412")
		fits("the screen")
		p.Click(".lang summary")
		names := testkit.Eval[string](p, `[...document.querySelectorAll('.lang li')].map(e => e.innerText).join()`)
		for _, other := range nine {
			if name := catalogue.In(other).Say("language"); other != lang && !strings.Contains(names, name) {
				t.Errorf("in %s one can't change to %s: %s", lang, name, names)
			}
		}
		fits("the switch")
		p.Click(".lang summary")
		p.Click(".chip")
		p.Until(`document.querySelectorAll('.steps .on').length >= 1`)
		fits("what was sent")
		u := testkit.Eval[string](p, `document.querySelector('.answer').dataset.receipt`)
		h.onIt(u)
		h.reply(u, "Restocked.")
		p.Until(`document.querySelector('.theirs')`)
		fits("the answer")
		if said := p.Text(".answer"); !strings.Contains(said, w.Say("solved_ask")) || !strings.Contains(said, w.Say("step_on_it")) {
			t.Errorf("the answer in %s: %s", lang, said)
		}
	}
	mustBeAllButClean(t, p)
}

// mustBeAllButClean is for a page that was left: who leaves closes what may be
// closed already.
func mustBeAllButClean(t *testing.T, p *testkit.Page) {
	t.Helper()
	for _, problem := range p.Problems() {
		if !strings.Contains(problem, "answered 409") {
			t.Error(problem)
		}
	}
}

// TestRefusedInOnesOwnWords: an error is said in the reader's language, title and
// sentence, and leaves out what exists in English only.
func TestRefusedInOnesOwnWords(t *testing.T) {
	h := newHouse(t)
	c := small()
	c.ID, c.Languages = "babel", nine
	h.add(c)
	catalogue, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range nine {
		w := catalogue.In(lang)
		p := h.post("babel", newKey(), `{"feeling":9}`, "Accept-Language", lang).problem(422)
		if p.Title != w.Say("problem_at_fault") || lang != "en" && p.Detail != w.Say("detail_keep") || len(p.Errors) != 1 {
			t.Errorf("%s: %+v", lang, p)
		}
		p = h.post("babel", "short", `{"feeling":1}`, "Accept-Language", lang).problem(400)
		if p.Title != w.Say("problem_invalid") || (p.Detail == "") != (lang != "en") {
			t.Errorf("%s: %+v", lang, p)
		}
	}
}
