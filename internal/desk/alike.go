package desk

import (
	"strings"
	"unicode"
)

// alikeFrom is the likeness from which a person is asked whether two cases are
// one: by it two sentences share about half of their letters' neighbourhoods.
const alikeFrom = 0.45

// likeness says how much two texts have in common, from 0 to 1: the share of
// their words' three-letter pieces that both have (Dice's coefficient on
// trigrams, each word padded by a blank on either side). It knows no language
// and looks nothing up; a person decides what it is worth.
func likeness(a, b string) float64 {
	x, y := trigrams(a), trigrams(b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	both := 0
	for piece := range x {
		if y[piece] {
			both++
		}
	}
	return 2 * float64(both) / float64(len(x)+len(y))
}

func trigrams(text string) map[string]bool {
	pieces := map[string]bool{}
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, word := range words {
		padded := []rune(" " + word + " ")
		for i := 0; i+3 <= len(padded); i++ {
			pieces[string(padded[i:i+3])] = true
		}
	}
	return pieces
}
