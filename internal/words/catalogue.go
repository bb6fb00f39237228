package words

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

//go:embed *.json
var files embed.FS

// fallback is spoken where a language has no catalogue.
const fallback = "en"

// Catalogue is all words in all languages there are. It is only read.
type Catalogue struct {
	tongues map[string]*Tongue
	parts   map[string][]string // part → the languages it has, sorted
}

// New reads the catalogues that are built in.
func New() (*Catalogue, error) { return Load(files) }

// Load reads every PART.LANGUAGE.json of a folder. A key that stands in two
// parts of one language is an error.
func Load(fsys fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return nil, err
	}
	c := &Catalogue{map[string]*Tongue{}, map[string][]string{}}
	for _, name := range names {
		parts := strings.Split(name, ".")
		if len(parts) != 3 {
			return nil, fmt.Errorf("words: expected PART.LANGUAGE.json, got %s", name)
		}
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		if err := c.add(parts[0], parts[1], b); err != nil {
			return nil, fmt.Errorf("words: %s: %w", name, err)
		}
	}
	for _, languages := range c.parts {
		slices.Sort(languages)
	}
	if c.tongues[fallback] == nil {
		return nil, fmt.Errorf("words: no catalogue in %s", fallback)
	}
	return c, nil
}

func (c *Catalogue) add(part, lang string, src []byte) error {
	t := c.tongues[lang]
	if t == nil {
		tag, err := language.Parse(lang)
		if err != nil {
			return err
		}
		t = &Tongue{Tag: lang, Dir: Direction(lang), tag: tag, entries: map[string]entry{}}
		c.tongues[lang] = t
	}
	var m map[string]entry
	if err := json.Unmarshal(src, &m); err != nil {
		return err
	}
	for key, e := range m {
		if _, twice := t.entries[key]; twice {
			return fmt.Errorf("%q stands in two files", key)
		}
		e.part = part
		t.entries[key] = e
	}
	c.parts[part] = append(c.parts[part], lang)
	return nil
}

// Languages are the tags a part has catalogues for, sorted: who speaks to a
// brand may do so in more languages than its house is written in.
func (c *Catalogue) Languages(part string) []string { return slices.Clone(c.parts[part]) }

// Parts are the parts there are catalogues for, sorted.
func (c *Catalogue) Parts() []string { return slices.Sorted(maps.Keys(c.parts)) }

// PartOf is the part a key stands in; "" for a key that nobody knows.
func (c *Catalogue) PartOf(key string) string { return c.tongues[fallback].entries[key].part }

// Lacks are those of the languages that a part has no catalogue for: there its
// words are said in English.
func (c *Catalogue) Lacks(part string, languages []string) []string {
	var list []string
	for _, l := range languages {
		if t := c.In(l); !slices.Contains(c.parts[part], t.Tag) || Base(t.Tag) != Base(l) {
			list = append(list, l)
		}
	}
	return list
}

// In is the tongue of a BCP 47 language: its own, its base's, else English.
// A language with fewer parts than English is no different here: whoever needs
// a part asks [Catalogue.Languages] first.
func (c *Catalogue) In(lang string) *Tongue {
	for _, l := range []string{lang, Base(lang)} {
		if t := c.tongues[l]; t != nil {
			return t
		}
	}
	return c.tongues[fallback]
}

// NameOf is a language's name in itself, "Español", also of languages that have
// no catalogue here: "Nederlands".
func (c *Catalogue) NameOf(lang string) string { return NameOf(c.In(lang), lang) }

// NameOf is a language's name in itself, said by its tongue.
func NameOf(t *Tongue, lang string) string {
	if t.Tag == lang {
		return t.Say("language")
	}
	tag, err := language.Parse(lang)
	if err != nil {
		return strings.ToUpper(lang)
	}
	if name := display.Self.Name(tag); name != "" {
		name = cases.Title(tag, cases.NoLower).String(name)
		base, _ := tag.Base()
		if region, sure := tag.Region(); sure == language.Exact && display.Self.Name(language.Make(base.String())) == display.Self.Name(tag) {
			name += " (" + display.Regions(tag).Name(region) + ")" // Português (Brasil)
		}
		return name
	}
	if Base(t.Tag) == Base(lang) {
		return t.Say("language")
	}
	return strings.ToUpper(lang)
}

// Base is a language without region and script: "es" of "es-MX".
func Base(lang string) string {
	b, _, _ := strings.Cut(lang, "-")
	return b
}

// Direction is "rtl" for languages written from right to left, else "ltr". The
// script decides: Azerbaijani in Arabic letters runs from the right, Hebrew in
// Latin ones from the left.
func Direction(lang string) string {
	tag, err := language.Parse(lang)
	if err != nil {
		return "ltr"
	}
	switch script, _ := tag.Script(); script.String() {
	case "Adlm", "Arab", "Aran", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi":
		return "rtl"
	}
	return "ltr"
}

// Tongue is the words of one language.
type Tongue struct {
	Tag     string // BCP 47
	Dir     string // ltr or rtl
	tag     language.Tag
	entries map[string]entry
}

// entry is words as they are, or by plural category.
type entry struct {
	part  string
	one   string
	forms map[string]string
}

func (e *entry) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &e.one) == nil {
		return nil
	}
	return json.Unmarshal(b, &e.forms)
}

// Has says whether the catalogue has the key.
func (t *Tongue) Has(key string) bool { _, ok := t.entries[key]; return ok }

// Say gives the words of a key with its facts: name, value, name, value…
// A key that is missing shows as itself, so that nobody overlooks it.
func (t *Tongue) Say(key string, facts ...any) string {
	e, ok := t.entries[key]
	if !ok || e.forms != nil {
		return "[" + key + "]"
	}
	return t.Fill(e.one, facts...)
}

// Count gives the words of a key for a number, which fills {n}.
func (t *Tongue) Count(key string, n int, facts ...any) string {
	form, ok := t.entries[key].forms[categories[plural.Cardinal.MatchPlural(t.tag, n, 0, 0, 0, 0)]]
	if !ok {
		return "[" + key + "]"
	}
	return t.Fill(form, append([]any{"n", n}, facts...)...)
}

var categories = map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other"}

// Fill puts facts into words, the brand's own ones too. In a language written
// from right to left a fact with letters of the other direction is isolated
// (U+2068, U+2069), so that a Latin name doesn't turn its neighbours around.
func (t *Tongue) Fill(words string, facts ...any) string {
	if len(facts) < 2 || !strings.Contains(words, "{") {
		return words
	}
	var b strings.Builder
	for {
		before, rest, _ := strings.Cut(words, "{")
		b.WriteString(before)
		if len(before) == len(words) {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		value, known := t.fact(name, facts)
		if !closed || !known {
			b.WriteByte('{')
			words = rest
			continue
		}
		b.WriteString(value)
		words = after
	}
}

// fact is the value of a name among facts.
func (t *Tongue) fact(name string, facts []any) (value string, known bool) {
	for i := 0; i+1 < len(facts); i += 2 {
		if facts[i].(string) != name {
			continue
		}
		value = text(facts[i+1])
		if t.Dir == "rtl" && strings.ContainsFunc(value, leftToRight) {
			value = "\u2068" + value + "\u2069"
		}
		return value, true
	}
	return "", false
}

func leftToRight(r rune) bool {
	return unicode.IsLetter(r) && !unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana)
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	}
	return fmt.Sprint(v)
}
