package screen

import (
	"maps"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/words"
)

// voice says things as the brand does: a line of the touchpoint's own, else of
// the brand's, else ours. Only words in the reader's language count.
type voice struct {
	W          *words.Tongue
	Lang       string
	site       *brands.Site
	touchpoint *sayline.Touchpoint
	now        time.Time // in the brand's zone
}

// Line says one of [sayline.LineKeys], with facts (name, value, …) beside {brand}.
func (v *voice) Line(key string, facts ...any) string {
	facts = append([]any{"brand", v.site.Name}, facts...)
	for _, lines := range []map[string]sayline.Text{v.touchpoint.Lines, v.site.Lines} {
		if own := inLanguage(lines[key], v.Lang, v.site.Language()); own != "" {
			return v.W.Fill(own, facts...)
		}
	}
	return v.W.Say(key, facts...)
}

// inLanguage is a text in exactly this language (or its base); words without a
// language are in the brand's first. "" when there are none.
func inLanguage(t sayline.Text, lang, first string) string {
	if s := t[lang]; s != "" {
		return s
	}
	for _, l := range slices.Sorted(maps.Keys(t)) {
		if l != "" && words.Base(l) == words.Base(lang) {
			return t[l]
		}
	}
	if words.Base(lang) == words.Base(first) {
		return t[""]
	}
	return ""
}

// name is a brand's word for something, in the reader's language if it can be.
func (v *voice) name(t sayline.Text) string { return t.In(v.Lang, v.site.Language()) }

// team is whom a decision goes to, as people say it: "Distribution, Madrid".
func (v *voice) team(d sayline.Decision) string {
	t := v.site.Index.Team(d.Team)
	if t == nil {
		return v.site.Name
	}
	name := v.name(t.Name)
	if name == "" {
		name = t.ID
	}
	if place := v.site.Index.Place(d.Place); place != nil && t.Covers != "" {
		if at := v.name(place.Name); at != "" {
			name += v.W.Say("list_comma") + at
		}
	}
	return name
}
