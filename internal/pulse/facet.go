package pulse

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/words"
)

// facet is a link that narrows the page by a value, or where it is narrowed by
// it already, no longer.
type facet struct {
	Name string // the value in the reader's words
	Path string
	On   bool
}

// Facet is the link of a value of one of a [Filter]'s members.
func (b *board) Facet(name, value string) facet {
	return facet{Name: b.filterLabel(name, value), Path: b.path(query{b.Query.Toggle(name, value, b.Brand), b.Query.Show}),
		On: slices.Contains(b.Query.Chosen(name), value)}
}

// Face is the link of a feeling; 0 is none.
func (b *board) Face(feeling int) facet { return b.Facet(ByFeeling, strconv.Itoa(feeling)) }

func (b *board) path(q query) string { return b.Path("/"+b.room()) + q.String() }

// room is where the board hangs.
func (b *board) room() string {
	if b.Wall {
		return "wall"
	}
	return "pulse"
}

// chip is a value the page is narrowed by, and the page without it.
type chip struct{ Name, Without string }

// Chips are what the page is narrowed by, in the order in which it is said.
func (b *board) Chips() []chip {
	var list []chip
	for _, name := range members {
		for _, v := range b.Query.Chosen(name) {
			what := b.Say("filter_"+name, "what", b.filterLabel(name, v))
			if name == ByImported {
				what = b.Say("filter_imported_" + v)
			}
			list = append(list, chip{what, b.path(query{b.Query.Filter.Without(name, v, b.Brand), b.Query.Show})})
		}
	}
	return list
}

// Everything is the page of the same time, not narrowed.
func (b *board) Everything() string {
	return b.path(query{Filter{Period: b.Query.Period, From: b.Query.From, To: b.Query.To}, b.Query.Show})
}

// Partly says that not all was counted; "" where it was.
func (b *board) Partly() string {
	if b.Newest == 0 {
		return ""
	}
	return b.Say("pulse_newest", "n", b.Num(int64(b.Newest)))
}

// Guards says how what small audiences say is told, where the page is narrowed to one or to
// a touchpoint of theirs: else its 0 would be taken for their silence. "" elsewhere.
func (b *board) Guards() string {
	at := func(id string) bool { return b.Brand.GuardedAt(b.Brand.Index.Touchpoint(id)) }
	who := func(audience string) bool { return slices.Contains(b.Brand.Guarded(), audience) }
	if slices.ContainsFunc(b.Query.Audiences, who) || slices.ContainsFunc(b.Query.Touchpoints, at) {
		return b.Say("pulse_guarded")
	}
	return ""
}

// To is the page's query at another path of the brand.
func (b *board) To(path string) string { return b.Path(path) + b.Query.String() }

// tab is one of several ways to look.
type tab struct {
	Name, Path string
	Here       bool
}

// Periods are the periods to choose from; one of hours stands before them while
// it is looked at.
func (b *board) Periods() []tab {
	var list []tab
	if n := hoursIn(b.Query.Period); n > 0 {
		list = append(list, tab{b.Say("pulse_period_hours", "n", n), b.path(b.Query), true})
	}
	for _, name := range periods {
		q := b.Query
		q.Period, q.From, q.To = name, "", ""
		list = append(list, tab{b.Say("pulse_period_" + name), b.path(q), name == b.Query.Period})
	}
	return list
}

// Dated is the days the page is about, in words; "" where it is about another period.
func (b *board) Dated() string {
	if b.Query.Period != Dates {
		return ""
	}
	if b.Query.From == b.Query.To {
		day, _ := time.Parse(time.DateOnly, b.Query.From) // parsed before
		return b.Date(day)
	}
	return b.Say("pulse_dated", b.spanFacts(b.Query.Filter)...)
}

// Today is the brand's day, the last a form of days offers.
func (b *board) Today() string { return b.Now.Format(time.DateOnly) }

// Shows are the tables to choose from.
func (b *board) Shows() []tab {
	var list []tab
	for _, name := range []string{showNeeds, showShines, showAll} {
		list = append(list, tab{b.Say("pulse_" + name), b.path(query{b.Query.Filter, name}), name == b.Query.Show})
	}
	return list
}

// hidden is a field of a form that nobody sees.
type hidden struct{ Name, Value string }

// Kept are the fields a form sends along so that the rest of the view stays; what
// it asks for itself it leaves out: "dates" for the period.
func (b *board) Kept(but string) []hidden {
	v := b.Query.Values()
	if but == Dates {
		for _, name := range []string{ByPeriod, ByFrom, ByTo} {
			v.Del(name)
		}
	}
	return fields(v)
}

func fields(v url.Values) []hidden {
	var list []hidden
	for _, name := range slices.Concat([]string{ByPeriod, ByFrom, ByTo}, members, []string{byShow}) {
		for _, value := range v[name] {
			list = append(list, hidden{name, value})
		}
	}
	return list
}

// choices is a list to narrow by.
type choices struct {
	Name, Label string
	Options     []hidden // value and name, what is chosen already left out
}

// Choices are the lists of the form with which a page is narrowed.
func (b *board) Choices() []choices {
	var lists []choices
	for _, name := range []string{ByTouchpoint, ByPlace, ByTopic, ByKind, ByFeeling, ByAudience, ByTeam, ByProduct, ByLang, BySource, ByImported} {
		l := choices{Name: name, Label: b.Say("pulse_by_" + name)}
		for _, v := range b.values(name) {
			if slices.Contains(b.Query.Chosen(name), v) {
				continue
			}
			label := b.filterLabel(name, v)
			if name == ByImported {
				label = b.Say("filter_imported_" + v)
			}
			l.Options = append(l.Options, hidden{v, label})
		}
		if len(l.Options) > 0 {
			lists = append(lists, l)
		}
	}
	return lists
}

// mostOptions is how long a list to choose from may be; a longer one is asked for
// in words.
const mostOptions = 200

// values are what a member can be, as far as everybody may look at it.
func (b *board) values(name string) (list []string) {
	c := b.Brand
	switch name {
	case ByTouchpoint:
		for i := range c.Touchpoints {
			if t := &c.Touchpoints[i]; !t.Silent && t.Lane == "" {
				list = append(list, t.ID)
			}
		}
	case ByTopic:
		for i := range c.Topics {
			if c.Topics[i].Lane == "" {
				list = append(list, c.Topics[i].ID)
			}
		}
	case ByPlace:
		for i := range c.Places {
			list = append(list, c.Places[i].ID)
		}
	case ByTeam:
		for i := range c.Teams {
			list = append(list, c.Teams[i].ID)
		}
	case ByProduct:
		for i := range c.Products {
			list = append(list, c.Products[i].GTIN)
		}
	case ByImported:
		list = []string{string(store.ImportedOnly), string(store.ImportedNot)}
	default:
		list = b.plainValues(name)
	}
	return list[:min(len(list), mostOptions)]
}

// plainValues are those of the members whose values are the product's own.
func (b *board) plainValues(name string) (list []string) {
	switch name {
	case ByKind:
		return sayline.Kinds
	case ByFeeling:
		for f := 5; f >= 0; f-- {
			if f == 0 || shown(b.Brand, f) {
				list = append(list, strconv.Itoa(f))
			}
		}
	case ByAudience:
		list = append(list, sayline.StandardAudiences...)
		for _, a := range b.Brand.Audiences {
			if !slices.Contains(list, a.ID) {
				list = append(list, a.ID)
			}
		}
	case ByLang:
		for _, tag := range b.Brand.Languages {
			if lang := store.CountedLang(words.Base(tag)); lang != "" && !slices.Contains(list, lang) {
				list = append(list, lang)
			}
		}
	case BySource:
		return append(slices.Clone(sayline.Sources), sayline.SourceImport)
	}
	return list
}
