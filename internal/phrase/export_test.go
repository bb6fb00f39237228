package phrase

import (
	"maps"
	"math"
	"slices"
)

// StopWords are the stop words of a language as they are kept.
func StopWords(lang string) []string { return slices.Collect(maps.Keys(allStops()[lang])) }

// Lexicon gives how many words a language's has, how many negate, and the heaviest weight.
func Lexicon(lang string) (words, not int, heaviest float64) {
	l := lexicons()[lang]
	for _, list := range []map[string]float64{l.whole, l.begun} {
		for _, w := range list {
			heaviest = math.Max(heaviest, math.Abs(w))
		}
	}
	return len(l.whole) + len(l.begun), len(l.not), heaviest
}
