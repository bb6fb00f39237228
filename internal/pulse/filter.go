package pulse

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/words"
)

// Filter is the part of everything said that a page tells of, and for how long.
// Every figure of a page, the stream, an export and a digest take the same one.
// What is empty narrows nothing. Of a list, one is enough; of the members, all
// must be so: "problems or ideas, at shelf 14".
type Filter struct {
	Period      string         // now, today, 7, 30, 90; 2h to 48h; or dates
	From, To    string         // YYYY-MM-DD, the first day and the last, both meant; only of dates
	Touchpoints []string       // each list sorted, nothing twice
	Audiences   []string       //
	Kinds       []string       //
	Topics      []string       //
	Sources     []string       //
	Feelings    []int          // 1 awful to 5 wonderful; 0 said no feeling
	Place       string         // and all below it
	Team        string         // whose work it is
	Product     string         // GTIN
	Lot         string         //
	Lang        string         // primary subtag: es for es-MX
	Imported    store.Imported //
	Words       string         // all of them, as a search has them
}

// Dates is the period from a day to a day.
const Dates = "dates"

const (
	longestDates = 400 // days
	mostChosen   = 50  // of one list
)

// Names of a filter's members in an address, in the order in which they are said.
const (
	ByPeriod     = "period"
	ByFrom       = "from"
	ByTo         = "to"
	ByKind       = "kind"
	ByFeeling    = "feeling"
	ByTopic      = "topic"
	ByWords      = "words"
	ByTouchpoint = "touchpoint"
	ByPlace      = "place"
	ByAudience   = "audience"
	ByTeam       = "team"
	ByProduct    = "product"
	ByLot        = "lot"
	ByLang       = "lang"
	BySource     = "source"
	ByImported   = "imported"
)

// members are those that narrow, in the order in which they are said.
var members = []string{ByKind, ByFeeling, ByTopic, ByWords, ByTouchpoint, ByPlace, ByAudience, ByTeam, ByProduct, ByLot, ByLang, BySource, ByImported}

// ParseFilter reads an address. What it does not know, or what nobody may look
// at here (a private topic or touchpoint), it leaves out, so that an old link
// still shows something.
func ParseFilter(q url.Values, b *brands.Snapshot) Filter {
	f := Filter{Period: today}
	if p := q.Get(ByPeriod); slices.Contains(periods, p) || hoursIn(p) > 0 {
		f.Period = p
	}
	if from, to, ok := parseDates(q.Get(ByFrom), q.Get(ByTo)); ok {
		f.Period, f.From, f.To = Dates, from, to
	}
	for _, name := range members {
		for _, v := range q[name] {
			f.add(name, v, b)
		}
	}
	return f
}

// parseDates reads the first day and the last; those the wrong way round are
// turned, and what is longer than 400 days loses its beginning.
func parseDates(first, last string) (from, to string, ok bool) {
	a, err := time.Parse(time.DateOnly, first)
	z, wrong := time.Parse(time.DateOnly, last)
	if err != nil || wrong != nil || a.Year() < 1970 || z.Year() < 1970 {
		return "", "", false
	}
	if z.Before(a) {
		a, z = z, a
	}
	if z.Sub(a) > (longestDates-1)*24*time.Hour {
		a = z.AddDate(0, 0, 1-longestDates)
	}
	return a.Format(time.DateOnly), z.Format(time.DateOnly), true
}

// add puts one value in, if it may be there.
func (f *Filter) add(name, v string, b *brands.Snapshot) {
	switch name {
	case ByTouchpoint:
		if t := b.Index.Touchpoint(v); t != nil && t.Lane == "" {
			choose(&f.Touchpoints, v)
		}
	case ByTopic:
		if t := b.Index.Topic(v); t != nil && t.Lane == "" {
			choose(&f.Topics, v)
		}
	case ByAudience:
		if b.Index.Audience(v) != nil {
			choose(&f.Audiences, v)
		}
	case ByKind:
		if slices.Contains(sayline.Kinds, v) {
			choose(&f.Kinds, v)
		}
	case BySource:
		if v != "" && sayline.KnownSource(v) == v {
			choose(&f.Sources, v)
		}
	case ByFeeling:
		if n, err := strconv.Atoi(v); err == nil && n >= 0 && n <= 5 {
			choose(&f.Feelings, n)
		}
	default:
		f.set(name, v, b)
	}
}

// set puts in what there is one of.
func (f *Filter) set(name, v string, b *brands.Snapshot) {
	if !utf8.ValidString(v) {
		return
	}
	switch name {
	case ByPlace:
		if b.Index.Place(v) != nil {
			f.Place = v
		}
	case ByTeam:
		if b.Index.Team(v) != nil {
			f.Team = v
		}
	case ByProduct:
		f.Product = short(v)
	case ByLot:
		f.Lot = short(v)
	case ByLang:
		f.Lang = store.CountedLang(v)
	case ByWords:
		f.Words = short(v)
	case ByImported:
		if i := store.Imported(v); i == store.ImportedOnly || i == store.ImportedNot {
			f.Imported = i
		}
	}
}

// choose puts a value into its place of a sorted list, once.
func choose[T string | int](list *[]T, v T) {
	if at, found := slices.BinarySearch(*list, v); !found && len(*list) < mostChosen {
		*list = slices.Insert(slices.Clip(*list), at, v)
	}
}

// short is what a person typed or pasted, without blanks around it, as long as
// a moment may have it.
func short(v string) string {
	v = strings.TrimSpace(strings.ReplaceAll(v, "\x00", ""))
	if r := []rune(v); len(r) > sayline.MaxShort {
		v = strings.TrimSpace(string(r[:sayline.MaxShort]))
	}
	return v
}

// Values are the filter as an address has it: each filter in one way only, and
// what is usual not at all.
func (f Filter) Values() url.Values {
	v := url.Values{}
	switch {
	case f.Period == Dates:
		v.Set(ByFrom, f.From)
		v.Set(ByTo, f.To)
	case f.Period != today && f.Period != "":
		v.Set(ByPeriod, f.Period)
	}
	for _, name := range members {
		if list := f.Chosen(name); len(list) > 0 {
			v[name] = list
		}
	}
	return v
}

// String is the filter as an address has it, with a ? before it, if anything.
func (f Filter) String() string {
	if v := f.Values(); len(v) > 0 {
		return "?" + v.Encode()
	}
	return ""
}

// Chosen are the values of one member, as an address has them.
func (f Filter) Chosen(name string) []string {
	one := func(v string) []string {
		if v == "" {
			return nil
		}
		return []string{v}
	}
	switch name {
	case ByTouchpoint:
		return f.Touchpoints
	case ByAudience:
		return f.Audiences
	case ByKind:
		return f.Kinds
	case ByTopic:
		return f.Topics
	case BySource:
		return f.Sources
	case ByFeeling:
		list := make([]string, len(f.Feelings))
		for i, n := range f.Feelings {
			list[i] = strconv.Itoa(n)
		}
		return list
	}
	return one(map[string]string{ByPlace: f.Place, ByTeam: f.Team, ByProduct: f.Product, ByLot: f.Lot, ByLang: f.Lang, ByWords: f.Words, ByImported: string(f.Imported)}[name])
}

// clear is the filter without any value of one member.
func (f Filter) clear(name string) Filter {
	switch name {
	case ByTouchpoint:
		f.Touchpoints = nil
	case ByAudience:
		f.Audiences = nil
	case ByKind:
		f.Kinds = nil
	case ByTopic:
		f.Topics = nil
	case BySource:
		f.Sources = nil
	case ByTeam:
		f.Team = ""
	case ByLang:
		f.Lang = ""
	}
	return f
}

// Narrows says whether it leaves anything out but by its period.
func (f Filter) Narrows() bool {
	return slices.ContainsFunc(members, func(name string) bool { return len(f.Chosen(name)) > 0 })
}

// Toggle is the filter with one value more, or, where it was there, without it;
// of what there is one of, the value takes the place of the one before. That is
// what a tap on a face, a topic or a place asks for.
func (f Filter) Toggle(name, value string, b *brands.Snapshot) Filter {
	v := f.Values()
	if slices.Contains(f.Chosen(name), value) {
		return f.Without(name, value, b)
	}
	if f.many(name) {
		v.Add(name, value)
	} else {
		v.Set(name, value)
	}
	if name == ByPeriod {
		v.Del(ByFrom)
		v.Del(ByTo)
	}
	return ParseFilter(v, b)
}

// Without is the filter with one value less.
func (f Filter) Without(name, value string, b *brands.Snapshot) Filter {
	v := f.Values()
	v[name] = slices.DeleteFunc(slices.Clone(v[name]), func(s string) bool { return s == value })
	return ParseFilter(v, b)
}

func (f Filter) many(name string) bool {
	return slices.Contains([]string{ByTouchpoint, ByAudience, ByKind, ByTopic, BySource, ByFeeling}, name)
}

// between is the filter's period cut into buckets, at a time in the brand's zone.
func (f Filter) between(at time.Time) period {
	if f.Period == Dates {
		return datesPeriod(f.From, f.To, at)
	}
	return newPeriod(f.Period, at)
}

// Part is what the filter asks the store for: its places with all below them,
// and none of whom no single moment may show.
func (f Filter) Part(b *brands.Snapshot) store.Part {
	p := store.Part{Touchpoints: f.Touchpoints, Audiences: f.Audiences, Kinds: f.Kinds, Topics: f.Topics, Sources: f.Sources, Feelings: f.Feelings,
		Product: f.Product, Lot: f.Lot, Words: f.Words, Imported: f.Imported, Guarded: b.Guarded()}
	if f.Team != "" {
		p.Teams = []string{f.Team}
	}
	if f.Lang != "" {
		p.Langs = []string{f.Lang}
	}
	if f.Place != "" {
		for i := range b.Places {
			if b.Index.Under(b.Places[i].ID, f.Place) {
				p.Places = append(p.Places, b.Places[i].ID)
			}
		}
	}
	return p
}

// filterLabel is a value of a member in the reader's words.
func (b *board) filterLabel(name, value string) string {
	switch name {
	case ByTouchpoint:
		return b.Names.Touchpoint(value)
	case ByTopic:
		return b.Names.Topic(value)
	case ByPlace:
		return b.Names.Place(value)
	case ByTeam:
		return b.Names.Team(value, "")
	case ByProduct:
		return b.Names.Product(value)
	case ByKind:
		return b.Names.Kind(value)
	case ByAudience:
		if value == sayline.StandardAudiences[0] {
			return b.Say("audience_customer")
		}
		return b.Names.Audience(value)
	case ByFeeling:
		n, _ := strconv.Atoi(value) // parsed before
		return b.FaceName(n)
	case ByLang:
		return words.NameOf(b.Tongue, value)
	case BySource:
		return b.Say("source_" + value)
	}
	return value
}

// Sentence says a filter to people: "What was said today: Problem; at Shelf 14
// or Front door; in Madrid".
func (b *board) Sentence(f Filter) string {
	said := b.Say("filter_"+f.key(), b.spanFacts(f)...)
	var parts []string
	for _, name := range members {
		var list []string
		for _, v := range f.Chosen(name) {
			list = append(list, b.filterLabel(name, v))
		}
		switch {
		case name == ByImported && f.Imported != store.ImportedToo:
			parts = append(parts, b.Say("filter_imported_"+string(f.Imported)))
		case len(list) > 0:
			parts = append(parts, b.Say("filter_"+name, "what", strings.Join(list, b.Say("filter_or"))))
		}
	}
	if len(parts) == 0 {
		return said
	}
	return b.Say("filter_said", "when", said, "what", strings.Join(parts, b.Say("filter_and")))
}

// key is the end of the catalogue keys that say the filter's period.
func (f Filter) key() string {
	switch {
	case f.Period == Dates && f.From == f.To:
		return "day"
	case hoursIn(f.Period) > 0:
		return "hours"
	}
	return f.Period
}

// spanFacts are what is said of the filter's period: its days, or how many hours.
func (b *board) spanFacts(f Filter) []any {
	if f.Period != Dates {
		return []any{"n", hoursIn(f.Period)}
	}
	from, _ := time.Parse(time.DateOnly, f.From) // parsed before
	to, _ := time.Parse(time.DateOnly, f.To)
	return []any{"n", int(to.Sub(from).Hours()/24) + 1, "from", b.Date(from), "to", b.Date(to), "day", b.Date(from)}
}
