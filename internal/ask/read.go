package ask

import (
	"slices"
	"strings"
	"time"
)

// Part is some words of a sentence and what they mean.
type Part struct {
	Text   string // as it was typed
	Values []Value
}

// Reading is what a sentence means. Every word of it is in one of the parts or
// left over.
type Reading struct {
	Parts   []Part
	Rest    string  // what was not understood, to be searched for
	Guesses []Guess // words with a slip, and what they were taken for; they are in the parts
}

// mostMeant is how many things one word may mean; of more it means none.
const mostMeant = 12

// longestRead is how many letters of a sentence are read; what is longer is left
// over.
const longestRead = 400

// span is what some tokens of a sentence mean.
type span struct {
	from, to int // tokens
	values   []Value
}

// Read reads a sentence at a time in the brand's zone.
func (k *Book) Read(sentence string, now time.Time) Reading {
	typed, after := sentence, ""
	if r := []rune(sentence); len(r) > longestRead {
		typed, after = string(r[:longestRead]), string(r[longestRead:])
	}
	words := tokens(typed)
	spans := k.spans(typed, words, now)
	guessed, as := k.guess(typed, words, spans)
	if len(as) == 0 {
		return k.reading(typed, after, words, spans)
	}
	spans = k.spans(typed, guessed, now)
	reading := k.reading(typed, after, words, spans)
	for _, s := range spans {
		for i := s.from; i < s.to; i++ {
			if shown, ok := as[i]; ok {
				reading.Guesses = append(reading.Guesses, Guess{typed[words[i].start:words[i].end], shown})
			}
		}
	}
	return reading
}

// spans finds what the words mean, from the first to the last.
func (k *Book) spans(typed string, words []token, now time.Time) (spans []span) {
	timed := false
	for i := 0; i < len(words); {
		s, ok := k.at(typed, words, i, now, timed)
		if !ok {
			i++
			continue
		}
		timed = timed || isTime(s.values)
		spans = append(spans, s)
		i = s.to
	}
	return spans
}

func isTime(values []Value) bool {
	return slices.ContainsFunc(values, func(v Value) bool { return v.Name == Period || v.Name == From })
}

// at reads what begins at a word: a time, then the longest of all names and words.
func (k *Book) at(typed string, words []token, i int, now time.Time, timed bool) (span, bool) {
	if quoted(typed, words[i]) {
		return span{}, false
	}
	if !timed {
		if n, values := k.times.read(words[i:], now); n > 0 {
			return span{i, i + n, values}, true
		}
	}
	if s, ok := k.marked(typed, words, i); ok {
		return s, true
	}
	for n := min(k.longest, len(words)-i); n > 0; n-- {
		run := words[i : i+n]
		if values := k.phrases[joined(run)]; len(values) > 0 { // a name may have a comma: "Restroom, T1 departures"
			return span{i, i + n, values}, true
		}
		if values := k.partly(run); len(values) > 0 && together(run) {
			return span{i, i + n, values}, true
		}
	}
	return span{}, false
}

// quoted says whether a word stands in quotation marks: then it is meant as a word.
func quoted(s string, t token) bool {
	before := strings.Count(s[:t.start], `"`) + strings.Count(s[:t.start], "“") + strings.Count(s[:t.start], "”") + strings.Count(s[:t.start], "«") + strings.Count(s[:t.start], "»")
	return before%2 == 1
}

func joined(run []token) string {
	list := make([]string, len(run))
	for i, t := range run {
		list[i] = t.text
	}
	return strings.Join(list, " ")
}

// together says whether no comma parts the words.
func together(run []token) bool {
	return !slices.ContainsFunc(run[1:], func(t token) bool { return t.breaks })
}

// marked reads what has a word before it that says what it is: lot AB-123; and a
// barcode's number, which has none.
func (k *Book) marked(typed string, words []token, i int) (span, bool) {
	if digits := words[i].plain; len(digits) >= 12 && len(digits) <= 14 && strings.Trim(digits, "0123456789") == "" {
		return span{i, i + 1, []Value{{Product, strings.Repeat("0", 14-len(digits)) + digits}}}, true
	}
	if !slices.Contains(k.times.lot, words[i].text) || i+1 >= len(words) || words[i+1].breaks {
		return span{}, false
	}
	end := i + 2
	for end < len(words) && !strings.ContainsAny(typed[words[end-1].end:words[end].start], " \t\n,;") && words[end].start > words[end-1].end {
		end++
	}
	lot := strings.ToUpper(typed[words[i+1].start:words[end-1].end])
	if !strings.ContainsAny(lot, "0123456789") {
		return span{}, false
	}
	return span{i, end, []Value{{Lot, lot}}}, true
}

// partOrder is in which order parts of names are looked for.
var partOrder = []string{Touchpoint, Topic, Place, Product, Team, Audience}

// shortestPart is how many letters a part of a name has at least.
const shortestPart = 3

// partly finds the things in whose names the words stand side by side: all
// restrooms by "restroom". Too many, or nothing but filler, mean nothing.
func (k *Book) partly(run []token) []Value {
	strong := false
	for _, t := range run {
		strong = strong || len([]rune(t.plain)) >= shortestPart && !k.filler[t.text] && strings.Trim(t.plain, "0123456789") != ""
	}
	if !strong || k.filler[run[0].text] || k.filler[run[len(run)-1].text] {
		return nil
	}
	found := map[string][]Value{}
	for _, at := range k.byWord[run[0].text] {
		n := &k.names[at]
		if holds(n.words, run) && !slices.Contains(found[n.Name], n.Value) {
			found[n.Name] = append(found[n.Name], n.Value)
		}
	}
	for _, name := range partOrder {
		if values := found[name]; len(values) > 0 && (many(name) || len(values) == 1) && len(values) <= mostMeant {
			return values
		}
	}
	return nil
}

// holds says whether words stand side by side in a name.
func holds(name []string, run []token) bool {
	for i := 0; i+len(run) <= len(name); i++ {
		if slices.EqualFunc(name[i:i+len(run)], run, func(s string, t token) bool { return s == t.text }) {
			return true
		}
	}
	return false
}

// reading puts each word where it belongs: filler goes with what was understood
// beside it, all else that was not understood is left over.
func (k *Book) reading(typed, after string, words []token, spans []span) Reading {
	owner := make([]int, len(words)) // the span a word goes with; -1 for none
	for i := range owner {
		owner[i] = -1
	}
	for n, s := range spans {
		for i := s.from; i < s.to; i++ {
			owner[i] = n
		}
	}
	for n := len(spans) - 1; n >= 0; n-- { // "in", "at the" before what they say
		for i := spans[n].from - 1; i >= 0 && owner[i] < 0 && k.filler[words[i].text] && !quoted(typed, words[i]); i-- {
			owner[i] = n
			spans[n].from = i
		}
	}
	for i := 1; i < len(words); i++ { // "of" after them
		if owner[i] < 0 && owner[i-1] >= 0 && k.filler[words[i].text] && !quoted(typed, words[i]) {
			owner[i] = owner[i-1]
		}
	}
	var r Reading
	for n := range spans {
		r.Parts = append(r.Parts, Part{said(typed, words, owner, n), spans[n].values})
	}
	r.Rest = strings.TrimSpace(strings.Join(slices.DeleteFunc([]string{said(typed, words, owner, -1), after}, func(s string) bool { return s == "" }), " "))
	return r
}

// said are the words of an owner as they were typed, with one blank where others
// stood between them.
func said(typed string, words []token, owner []int, n int) string {
	var list []string
	for i := 0; i < len(words); i++ {
		if owner[i] != n {
			continue
		}
		start := words[i].start
		for i+1 < len(words) && owner[i+1] == n {
			i++
		}
		list = append(list, typed[start:words[i].end])
	}
	return strings.Join(list, " ")
}
