package store

import (
	"slices"
	"strings"

	"github.com/sayline/sayline"
)

// Part is a part of what was said in public: what is empty narrows nothing, of a
// list one is enough.
type Part struct {
	Touchpoints []string
	Places      []string // all that are meant, those below a place too
	Audiences   []string
	Kinds       []string // see [sayline.Kinds]
	Topics      []string
	Teams       []string
	Sources     []string // as [sayline.KnownSource] gives them
	Langs       []string // as [CountedLang] gives them
	Feelings    []int    // 0 is no feeling
	Imported    Imported
	Product     string
	Lot         string
	Words       string // all of them, as a search has them

	// Guarded are the audiences of whom nothing shows that is about fewer than
	// five moments: see guard.go.
	Guarded []string
}

// Imported says whether past feedback that was imported counts.
type Imported string

// The three ways.
const (
	ImportedToo  Imported = ""
	ImportedOnly Imported = "only"
	ImportedNot  Imported = "no"
)

// longestLang is that of the longest primary subtag (BCP 47, section 2.2.1).
const longestLang = 8

// CountedLang is the language a moment is counted under: the primary subtag of
// what was declared, "" where that is none.
func CountedLang(tag string) string {
	lang, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if len(lang) < 2 || len(lang) > longestLang || strings.Trim(lang, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return lang
}

// single says whether the part is of what no roll-up answers.
func (p *Part) single() bool { return p.Product+p.Lot+p.Words != "" }

// takes says whether what was said under these facets belongs to the part.
func (p *Part) takes(f *facets) bool {
	in := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
	return in(p.Touchpoints, f.touchpoint) && in(p.Places, f.place) && in(p.Audiences, f.audience) && in(p.Kinds, f.kind) && in(p.Topics, f.topic) &&
		in(p.Teams, f.team) && in(p.Sources, f.source) && in(p.Langs, f.lang) && p.Imported.takes(f.source)
}

// Has says whether a moment is of the part, as the part's stream would show it.
// Words are looked for in what the moment itself says; what was spoken is found by
// a search, once it is written down.
func (p *Part) Has(m *sayline.Moment) bool {
	f := facetsOf(m)
	return m.Lane == "" && !p.guards(m.Audience) && p.takes(&f) && (len(p.Feelings) == 0 || slices.Contains(p.Feelings, m.Feeling)) &&
		(p.Product == "" || p.Product == m.Context.Product) && (p.Lot == "" || p.Lot == m.Context.Lot) && p.says(m)
}

// says says whether a moment has all of the part's words, among those that everybody
// is shown (see wordsOf): a room or a reference finds nothing here.
func (p *Part) says(m *sayline.Moment) bool {
	if p.Words == "" {
		return true
	}
	a := askedFor(p.Words)
	return len(a.words) > 0 && a.in(m.Text, m.Context.Product, m.Context.Lot)
}

// of is what of a tally the part's feelings leave.
func (p *Part) of(t Tally) Tally {
	if len(p.Feelings) == 0 {
		return t
	}
	var left Tally
	for _, feeling := range p.Feelings {
		if feeling == 0 {
			left.N += t.N - t.Felt()
		} else {
			left.Feelings[feeling] = t.Feelings[feeling]
			left.N += t.Feelings[feeling]
		}
	}
	return left
}

// takes says which sources the answer takes.
func (i Imported) takes(source string) bool {
	return i == ImportedToo || (i == ImportedOnly) == (source == sayline.SourceImport)
}

// At says whether what is said at a touchpoint and its place may belong to the part.
func (p *Part) At(touchpoint, place string) bool {
	return (len(p.Touchpoints) == 0 || slices.Contains(p.Touchpoints, touchpoint)) && (len(p.Places) == 0 || slices.Contains(p.Places, place))
}
