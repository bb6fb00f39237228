package ask

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/words"
)

// Value is one value of a facet: {"topic", "cant-find-it"}. The names are those
// of an address of the pulse.
type Value struct{ Name, Value string }

// Names of what is asked for.
const (
	Period     = "period" // now, today, 7, 30, 90, 2h to 48h
	From       = "from"   // YYYY-MM-DD
	To         = "to"
	Kind       = "kind"
	Feeling    = "feeling"
	Topic      = "topic"
	Touchpoint = "touchpoint"
	Place      = "place"
	Audience   = "audience"
	Team       = "team"
	Product    = "product"
	Lot        = "lot"
	Lang       = "lang"
	Source     = "source"
)

// name is one of the brand's names for something.
type name struct {
	Value
	words []string
	label string
}

// Book is all that can be asked for at one brand. It is only read.
type Book struct {
	phrases map[string][]Value // by words, one blank between them
	longest int                // words of the longest
	names   []name
	byWord  map[string][]int // of names, those that have the word
	filler  map[string]bool

	known    map[string]struct{}
	byLength map[int][]knownWord // of those that may be meant by a word with a slip in it
	times    timeWords
}

// spoken are the languages whose words are understood, whatever the reader's own.
var spoken = []string{"en", "es", "ar"}

// NewBook makes the book of a brand.
func NewBook(b *brands.Snapshot, c *words.Catalogue) *Book {
	k := &Book{phrases: map[string][]Value{}, byWord: map[string][]int{}, filler: map[string]bool{}, known: map[string]struct{}{}, byLength: map[int][]knownWord{}}
	for _, lang := range spoken {
		k.ours(c.In(lang))
		k.learnTimes(c.In(lang))
		k.languages(b, lang)
	}
	k.theirs(b)
	k.times = newTimeWords(c)
	return k
}

// ours are the product's own words: those for feelings, kinds, audiences, ways.
func (k *Book) ours(t *words.Tongue) {
	for _, w := range list(t, "ask_filler") {
		for _, word := range texts(w) {
			k.filler[word] = true
		}
		k.learn(w)
	}
	put := func(key string, values ...Value) {
		for _, w := range list(t, key) {
			k.phrase(texts(w), values...)
			k.learn(w)
		}
	}
	for f := range 6 {
		put("ask_feeling_"+strconv.Itoa(f), Value{Feeling, strconv.Itoa(f)})
	}
	put("ask_unhappy", Value{Feeling, "1"}, Value{Feeling, "2"})
	put("ask_happy", Value{Feeling, "4"}, Value{Feeling, "5"})
	for _, kind := range sayline.Kinds {
		put("ask_kind_"+kind, Value{Kind, kind})
	}
	for _, a := range sayline.StandardAudiences {
		put("ask_audience_"+a, Value{Audience, a})
	}
	for _, s := range append(slices.Clone(sayline.Sources), sayline.SourceImport) {
		put("ask_source_"+s, Value{Source, s})
	}
}

// list are the words of a key, parted by a bar.
func list(t *words.Tongue, key string) []string {
	if !t.Has(key) {
		return nil
	}
	return strings.Split(t.Say(key), "|")
}

// languages are the brand's languages by their names.
func (k *Book) languages(b *brands.Snapshot, in string) {
	for _, tag := range b.Languages {
		base := words.Base(tag)
		for _, n := range []string{display.Languages(language.Make(in)).Name(language.Make(base)), display.Self.Name(language.Make(base))} {
			k.phrase(texts(n), Value{Lang, base})
			k.learn(n)
		}
	}
}

// theirs are the brand's own names, which mean what the brand says wherever the
// product has another meaning for them.
func (k *Book) theirs(b *brands.Snapshot) {
	for i := range b.Topics {
		if t := &b.Topics[i]; t.Lane == "" {
			k.named(Value{Topic, t.ID}, t.Label, b)
		}
	}
	for i := range b.Touchpoints {
		if t := &b.Touchpoints[i]; t.Lane == "" {
			k.named(Value{Touchpoint, t.ID}, t.Name, b)
		}
	}
	for i := range b.Places {
		k.named(Value{Place, b.Places[i].ID}, b.Places[i].Name, b)
	}
	for i := range b.Products {
		k.named(Value{Product, b.Products[i].GTIN}, b.Products[i].Name, b)
	}
	for i := range b.Teams {
		k.named(Value{Team, b.Teams[i].ID}, b.Teams[i].Name, b)
	}
	for i := range b.Audiences {
		k.named(Value{Audience, b.Audiences[i].ID}, b.Audiences[i].Label, b)
	}
}

// named puts a name in, in each of its languages.
func (k *Book) named(v Value, text sayline.Text, b *brands.Snapshot) {
	var known []string
	for _, lang := range b.Languages {
		label := text.In(lang, b.Language())
		if label == "" || slices.Contains(known, label) {
			continue
		}
		known = append(known, label)
		k.learn(label)
		n := name{v, texts(label), label}
		for _, w := range n.words {
			if at := k.byWord[w]; len(at) == 0 || at[len(at)-1] != len(k.names) {
				k.byWord[w] = append(at, len(k.names))
			}
		}
		k.names = append(k.names, n)
		k.own(n.words, v)
	}
}

// own puts a brand's name in the place of the product's words that are the same.
// Two things of one name are both meant, where they are of a kind.
func (k *Book) own(words []string, v Value) {
	key := strings.Join(words, " ")
	if there := k.phrases[key]; len(there) > 0 && there[0].Name == v.Name && many(v.Name) && len(there) < mostMeant {
		if !slices.Contains(there, v) {
			k.phrases[key] = append(slices.Clone(there), v)
		}
		return
	} else if len(there) > 0 && slices.ContainsFunc(k.names, func(n name) bool { return n.Value == there[0] }) {
		return // the first of the brand's own names
	}
	k.phrases[key] = nil
	k.phrase(words, v)
}

func (k *Book) phrase(words []string, values ...Value) {
	key := strings.Join(words, " ")
	if key == "" || len(k.phrases[key]) > 0 {
		return
	}
	k.phrases[key] = values
	k.longest = max(k.longest, len(words))
}

// many says whether several values of a facet can be asked for at once.
func many(name string) bool {
	return slices.Contains([]string{Touchpoint, Topic, Audience, Kind, Feeling, Source}, name)
}
