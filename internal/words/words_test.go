package words_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/words"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

func catalogue(t *testing.T) *words.Catalogue {
	t.Helper()
	c, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

// facts are the placeholders of a catalogue's value, each once, sorted.
func facts(v any) []string {
	var all []string
	switch v := v.(type) {
	case string:
		all = placeholder.FindAllString(v, -1)
	case map[string]any:
		for _, form := range v {
			all = append(all, placeholder.FindAllString(form.(string), -1)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestLanguagesSayTheSame holds all languages of a part to the same keys, with
// the same facts, plural where English is, in every form their grammar has.
func TestLanguagesSayTheSame(t *testing.T) {
	english, err := filepath.Glob("*.en.json")
	if err != nil || len(english) == 0 {
		t.Fatal("no English catalogue", err)
	}
	read := func(name string) map[string]any {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return m
	}
	c := catalogue(t)
	for _, name := range english {
		part := strings.TrimSuffix(name, ".en.json")
		want := read(name)
		for _, lang := range expected(part) {
			if !slices.Contains(c.Languages(part), lang) {
				t.Errorf("there is no %s.%s.json", part, lang)
			}
		}
		for _, lang := range c.Languages(part) {
			other := part + "." + lang + ".json"
			got := read(other)
			for key, v := range want {
				if got[key] == nil {
					t.Errorf("%s lacks %q", other, key)
					continue
				}
				if a, b := facts(v), facts(got[key]); !slices.Equal(a, b) {
					t.Errorf("%s: %q has the facts %v, English %v", other, key, b, a)
				}
				if forms, plural := got[key].(map[string]any); plural {
					if need := categoriesOf(lang); !slices.Equal(sortedKeys(forms), need) {
						t.Errorf("%s: %q has the forms %v, expected %v", other, key, sortedKeys(forms), need)
					}
				} else if _, plural := v.(map[string]any); plural {
					t.Errorf("%s: %q needs plural forms", other, key)
				}
			}
			for key := range got {
				if want[key] == nil {
					t.Errorf("%s has %q, which English does not", other, key)
				}
			}
		}
	}
}

// expected are the languages a part must have: all nine where speakers and
// those who are called read it, three inside the house.
func expected(part string) []string {
	if part == "speaker" || part == "page" || part == "act" || part == "anywhere" || part == "kiosk" || part == "public" {
		return []string{"ar", "de", "en", "es", "fr", "it", "ja", "pt", "zh"}
	}
	return []string{"ar", "en", "es"}
}

// TestNothingIsLeftInEnglish: what reads in a language as in English was
// forgotten, unless it is listed here; and who doesn't write in Latin letters
// has letters of their own in everything but names of facts.
func TestNothingIsLeftInEnglish(t *testing.T) {
	same := map[string][]string{ // the same word in both
		"de": {"who_name", "media_pause", "month_4", "month_8", "month_9", "month_11"}, "fr": {"page_urgent", "page_lot", "photo", "media_pause"}, "it": {"policy", "who_email"}, "pt": {"who_email"},
	}
	own := map[string]*unicode.RangeTable{"ar": unicode.Arabic, "zh": unicode.Han, "ja": nil}
	units := regexp.MustCompile(`^\{n\} (m|km|min|h)$`)
	for _, part := range []string{"speaker", "page", "act"} {
		english := texts(t, part+".en.json")
		for _, lang := range expected(part) {
			if lang == "en" {
				continue
			}
			for key, said := range texts(t, part+"."+lang+".json") {
				bare := strings.TrimSpace(placeholder.ReplaceAllString(said, ""))
				if !strings.ContainsFunc(bare, unicode.IsLetter) || units.MatchString(said) {
					continue
				}
				name, _, _ := strings.Cut(key, "/")
				if said == english[key] && !slices.Contains(same[lang], name) {
					t.Errorf("%s.%s: %q is left in English: %q", part, lang, key, said)
				}
				if script, other := own[lang]; other && !strings.ContainsFunc(bare, func(r rune) bool {
					return script != nil && unicode.Is(script, r) || lang == "ja" && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
				}) {
					t.Errorf("%s.%s: %q has no letter of its language: %q", part, lang, key, said)
				}
			}
		}
	}
}

// texts are all the words of a file; plural forms under key/category.
func texts(t *testing.T, name string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	all := map[string]string{}
	for key, v := range m {
		switch v := v.(type) {
		case string:
			all[key] = v
		case map[string]any:
			for category, form := range v {
				all[key+"/"+category] = form.(string)
			}
		}
	}
	return all
}

// TestWithoutACatalogue: a language nobody has translated says so.
func TestWithoutACatalogue(t *testing.T) {
	c := catalogue(t)
	if got := c.Lacks("speaker", []string{"en-GB", "nl", "zh-Hant", "fi"}); !slices.Equal(got, []string{"nl", "fi"}) {
		t.Errorf("lacking: %v", got)
	}
	if got := c.Lacks("house", []string{"es", "fr"}); !slices.Equal(got, []string{"fr"}) {
		t.Errorf("the house lacks %v", got)
	}
}

func sortedKeys(m map[string]any) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// categoriesOf are the plural categories a language uses for whole numbers (CLDR).
func categoriesOf(lang string) []string {
	names := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}
	var list []string
	for _, n := range []int{0, 1, 2, 3, 5, 11, 21, 99, 100, 101, 102, 103, 111, 1000, 1_000_000} {
		list = append(list, names[plural.Cardinal.MatchPlural(language.MustParse(lang), n, 0, 0, 0, 0)])
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// TestLinesOfBrands: whatever a brand may word itself has words of ours.
func TestLinesOfBrands(t *testing.T) {
	c := catalogue(t)
	for _, key := range sayline.LineKeys {
		for _, l := range c.Languages("speaker") {
			if !c.In(l).Has(key) {
				t.Errorf("%s lacks %q", l, key)
			}
		}
	}
}

func TestSay(t *testing.T) {
	c := catalogue(t)
	en, ar := c.In("en-GB"), c.In("ar")
	if got := en.Say("sent", "team", "Distribution, Madrid"); got != "With Distribution, Madrid." {
		t.Error(got)
	}
	if got := ar.Say("sent", "team", "Distribution"); !strings.Contains(got, "\u2068Distribution\u2069") {
		t.Errorf("a Latin name is not isolated in %q", got)
	}
	if got := ar.Date(time.Date(2028, 11, 21, 0, 0, 0, 0, time.UTC)); got != "21 نوفمبر 2028" {
		t.Errorf("a date is torn apart: %q", got)
	}
	if ar.Dir != "rtl" || en.Dir != "ltr" || words.Direction("fa-IR") != "rtl" || words.Direction("az-Arab") != "rtl" || words.Direction("he-Latn") != "ltr" {
		t.Error("directions")
	}
	if c.In("fi").Tag != "en" {
		t.Error("a language without a catalogue speaks English")
	}
	if got := c.In("fr").Date(time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC)) + ", " + c.In("fr").Date(time.Date(2028, 3, 2, 0, 0, 0, 0, time.UTC)); got != "1er mars 2028, 2 mars 2028" {
		t.Error(got)
	}
	if got := c.In("ja").Date(time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC)); got != "2028年3月1日" {
		t.Error(got)
	}
	if got := en.Say("no such key"); got != "[no such key]" {
		t.Error(got)
	}
	for n, want := range map[int]string{1: "خلال دقيقة", 2: "خلال دقيقتين", 5: "خلال 5 دقائق", 15: "خلال 15 دقيقة"} {
		if got := ar.Count("within_minutes", n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestTimes(t *testing.T) {
	en := catalogue(t).In("en")
	for d, want := range map[time.Duration]string{30 * time.Second: "within a minute", 5 * time.Minute: "within 5 minutes", 2 * time.Hour: "within 2 hours", 24 * time.Hour: "by tomorrow", 72 * time.Hour: "within 3 days"} {
		if got := en.Within(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	if got := en.Span(100 * time.Minute); got != "2 h" {
		t.Error(got)
	}
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	// The evening before the clocks go back: the day after has 25 hours.
	now := time.Date(2026, 10, 24, 23, 30, 0, 0, madrid)
	for at, want := range map[time.Time]string{
		now.Add(10 * time.Minute):                       "at 23:40 by 23:40",
		now.Add(time.Hour):                              "tomorrow at 00:30 by tomorrow, 00:30",
		time.Date(2026, 10, 25, 23, 59, 0, 0, madrid):   "tomorrow at 23:59 by tomorrow, 23:59",
		time.Date(2026, 10, 27, 8, 0, 0, 0, madrid):     "on Tuesday at 08:00 by Tuesday, 08:00",
		time.Date(2027, 3, 3, 8, 0, 0, 0, time.UTC):     "on 3 March 2027 by 3 March 2027",
		time.Date(2026, 10, 24, 22, 30, 0, 0, time.UTC): "tomorrow at 00:30 by tomorrow, 00:30",
	} {
		if got := fmt.Sprint(en.When(now, at), " ", en.By(now, at)); got != want {
			t.Errorf("%v: %q, want %q", at, got, want)
		}
	}
	if got := en.Stamp(now, now.Add(-48*time.Hour)); got != "22 October, 23:30" {
		t.Error(got)
	}
}

func TestLoadRefuses(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	for name, fs := range map[string]fstest.MapFS{
		"a key in two parts":      {"speaker.en.json": file(`{"a":"x"}`), "house.en.json": file(`{"a":"y"}`)},
		"no English":              {"speaker.es.json": file(`{"a":"x"}`)},
		"no JSON":                 {"speaker.en.json": file(`{`)},
		"a name without language": {"speaker.json": file(`{}`), "speaker.en.json": file(`{}`)},
	} {
		if _, err := words.Load(fs); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
}
