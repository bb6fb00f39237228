package sayline

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Text is the brand's words in its languages: BCP 47 tag → words. The tag ""
// holds words given without a language; they are in the brand's first one.
// In JSON and YAML a Text with only those is a plain string.
type Text map[string]string

// Plain makes a Text in the brand's first language.
func Plain(s string) Text { return Text{"": s} }

// In gives the words in the first of langs there is, else in the language
// without a tag, else in the alphabetically first. "" when there are none.
func (t Text) In(langs ...string) string {
	for _, l := range langs {
		if s, ok := t[l]; ok && s != "" {
			return s
		}
		if base, _, cut := strings.Cut(l, "-"); cut {
			if s, ok := t[base]; ok && s != "" {
				return s
			}
		}
	}
	if s, ok := t[""]; ok {
		return s
	}
	first := ""
	for l := range t {
		if first == "" || l < first {
			first = l
		}
	}
	return t[first]
}

// Empty says whether there are no words at all.
func (t Text) Empty() bool {
	for _, s := range t {
		if s != "" {
			return false
		}
	}
	return true
}

func (t Text) MarshalJSON() ([]byte, error) {
	if s, ok := t[""]; ok && len(t) == 1 {
		return json.Marshal(s)
	}
	return json.Marshal(map[string]string(t))
}

func (t *Text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = Plain(s)
		return nil
	}
	var m map[string]string
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("expected words, or words by language: %w", err)
	}
	*t = m
	return nil
}

// require puts a text without words at fault: expected what.
func (t Text) require(f *faults, pointer, what string) {
	if t.Empty() {
		f.add(pointer, "expected %s", what)
	}
}

// validate checks that every language is one of the brand's and no words are
// longer than max characters.
func (t Text) validate(f *faults, pointer string, languages []string, max int) {
	for lang, s := range t {
		if lang != "" && !slices.Contains(languages, lang) {
			f.add(pointer+"/"+lang, "expected one of the brand's languages (%s)", strings.Join(languages, ", "))
		}
		if n := len([]rune(s)); n > max {
			f.add(pointer, "expected at most %d characters, got %d", max, n)
		}
	}
}
