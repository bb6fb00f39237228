package phrase

import (
	"math"
	"strconv"
	"strings"
	"sync"
)

// The rule, in figures: that of Hutto and Gilbert, VADER (ICWSM 2014), with a
// lexicon of our own that is small enough to be read.
const (
	reach   = 3    // words before one in which a negation turns it
	turned  = -0.7 // times what it weighs
	louder  = 1.4  // times, after "very"
	spread  = 15.0 // of the sum, so that long texts don't weigh more: s/√(s²+15)
	clearly = 0.25 // from here on words feel good or bad
	very    = 0.65 // from here on wonderful or awful
)

// Feel says how words feel: 1 awful, 2, 4, 5 wonderful; 0 where they don't say, and
// in languages without a lexicon. It is a guess, told as one: it never stands
// where somebody touched a face.
func Feel(text, lang string) int {
	l := lexicons()[primary(lang)]
	if l == nil {
		return 0
	}
	words := cut(text, lang)
	sum := 0.0
	for i := range words {
		weight := l.weight(words[i].key)
		if weight == 0 {
			continue
		}
		for back := 1; back <= reach && i-back >= 0 && !words[i-back+1].gap; back++ {
			switch before := words[i-back].key; {
			case l.not[before]:
				weight *= turned
			case back == 1 && l.very[before]:
				weight *= louder
			}
		}
		sum += weight
	}
	switch s := sum / math.Sqrt(sum*sum+spread); {
	case s <= -very:
		return 1
	case s <= -clearly:
		return 2
	case s >= very:
		return 5
	case s >= clearly:
		return 4
	}
	return 0
}

// lexicon is what the words of a language weigh.
type lexicon struct {
	whole     map[string]float64
	begun     map[string]float64 // any ending
	not, very map[string]bool
}

func (l *lexicon) weight(key string) float64 {
	if w, ok := l.whole[key]; ok {
		return w
	}
	for end := len(key); end >= shortest; end-- {
		if w, ok := l.begun[key[:end]]; ok {
			return w
		}
	}
	return 0
}

// Felt are the languages whose words are felt.
var Felt = []string{"en", "es"}

var lexicons = sync.OnceValue(func() map[string]*lexicon {
	all := map[string]*lexicon{}
	for _, lang := range Felt {
		text, _ := files.ReadFile("feel/" + lang + ".txt") // embedded: a test reads them all
		l := &lexicon{map[string]float64{}, map[string]float64{}, map[string]bool{}, map[string]bool{}}
		for line := range strings.Lines(string(text)) {
			l.read(strings.Fields(line))
		}
		all[lang] = l
	}
	return all
})

func (l *lexicon) read(line []string) {
	if len(line) == 0 || line[0] == "#" {
		return
	}
	weight, _ := strconv.ParseFloat(line[0], 64)
	for _, w := range line[1:] {
		switch begin, ok := strings.CutSuffix(w, "*"); {
		case line[0] == "not:":
			l.not[fold(w)] = true
		case line[0] == "very:":
			l.very[fold(w)] = true
		case ok:
			l.begun[fold(begin)] = weight
		default:
			l.whole[fold(w)] = weight
		}
	}
}
