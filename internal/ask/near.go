package ask

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sayline/sayline/internal/words"
)

// Guess is a word that means nothing as it was typed, and what it was taken for.
type Guess struct{ Typed, Read string }

const (
	shortestSlip = 5 // letters of a word that may have a slip
	longerSlip   = 8 // and two
	mostSlips    = 8 // of a sentence
)

// knownWord is a word of the book, as it is compared and as it is written.
type knownWord struct {
	letters []rune
	shown   string
}

// timeKeys are the keys of the words of times.
var timeKeys = []string{"ask_unit_hour", "ask_unit_day", "ask_unit_week", "ask_unit_month", "ask_unit_year", "ask_dual", "ask_last", "ask_since", "ask_to", "ask_numbers", "ask_weekdays", "ask_months", "ask_lot"}

// learnTimes learns the words of times in a language.
func (k *Book) learnTimes(t *words.Tongue) {
	for _, name := range fixedTimes {
		k.learn(strings.Join(list(t, "ask_time_"+name), ", "))
	}
	for _, key := range timeKeys {
		k.learn(strings.Join(list(t, key), ", "))
	}
}

// learn keeps each word of a text as one that may be meant by another that is
// nearly the same.
func (k *Book) learn(text string) {
	for _, t := range tokens(text) {
		if _, known := k.known[t.text]; known {
			continue
		}
		k.known[t.text] = struct{}{}
		if letters := []rune(t.text); !k.filler[t.text] && !strings.ContainsAny(t.plain, "0123456789") {
			k.byLength[len(letters)] = append(k.byLength[len(letters)], knownWord{letters, text[t.start:t.end]})
		}
	}
}

// guess are the words with each that is in no span and not in the book taken for
// the one it is nearest to; nothing where two are as near. What stands in quotation
// marks is meant as it is.
func (k *Book) guess(typed string, words []token, spans []span) (list []token, as map[int]string) {
	as = map[int]string{}
	for i, t := range words {
		n := utf8.RuneCountInString(t.plain)
		if _, known := k.known[t.text]; known || n < shortestSlip || len(as) == mostSlips || quoted(typed, t) || strings.ContainsAny(t.plain, "0123456789") ||
			slices.ContainsFunc(spans, func(s span) bool { return s.from <= i && i < s.to }) {
			continue
		}
		slips := 1
		if n >= longerSlip {
			slips = 2
		}
		near, ok := k.nearest([]rune(t.text), slips)
		if !ok {
			continue
		}
		if len(as) == 0 {
			list = slices.Clone(words)
		}
		as[i] = near.shown
		list[i].text = string(near.letters)
		list[i].plain = plainWord(near.shown)
	}
	return list, as
}

// nearest is the word of the book with the fewest slips from one, up to so many.
func (k *Book) nearest(word []rune, slips int) (best knownWord, ok bool) {
	fewest := slips + 1
	for n := len(word) - slips; n <= len(word)+slips; n++ {
		for _, w := range k.byLength[n] {
			// People seldom miss the first letter, and two slips find too much.
			if slips > 1 && w.letters[0] != word[0] {
				continue
			}
			switch d := apart(word, w.letters, fewest); {
			case d < fewest:
				best, fewest, ok = w, d, true
			case d == fewest && d <= slips:
				ok = false
			}
		}
	}
	return best, ok
}

// apart counts the slips between two words: a letter too many, too few, another, or
// two that changed places (the restricted Damerau–Levenshtein distance). Beyond a
// limit it says no more than that.
func apart(a, b []rune, limit int) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			other := 1
			if a[i-1] == b[j-1] {
				other = 0
			}
			d := min(last[j]+1, row[j-1]+1, last[j-1]+other)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j], least = d, min(least, d)
		}
		if least > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
