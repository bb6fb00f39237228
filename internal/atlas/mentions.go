package atlas

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/sayline/sayline"
)

// folded is a text without case and marks, so that "Café" and "cafe" are one word.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || r == '\'' || r == '’' || r == 'ـ' {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
}

// wordsOf are the words of a text, folded, in order.
func wordsOf(s string) []string {
	return strings.FieldsFunc(folded(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// stem is what a word is compared by: without the endings of numbers, so that
// "recipes" mentions a recipe, and without the Arabic article, so that "في
// الموقف" speaks of a موقف. It is crude on purpose, and the same in all languages.
func stem(w string) string {
	for _, article := range []string{"وال", "بال", "ال", "لل"} {
		if cut, ok := strings.CutPrefix(w, article); ok && len([]rune(cut)) >= 3 {
			w = cut
			break
		}
	}
	for _, end := range []string{"s", "e"} {
		if cut, ok := strings.CutSuffix(w, end); ok && len([]rune(cut)) >= 3 {
			w = cut
		}
	}
	return w
}

// phrase is a name or words to be found in what people say, whole words only.
type phrase []string

func newPhrase(s string) phrase {
	var p phrase
	for _, w := range wordsOf(s) {
		p = append(p, stem(w))
	}
	return p
}

// in says whether the phrase stands in some words, one after the other.
func (p phrase) in(words []string) bool {
	if len(p) == 0 {
		return false
	}
	for i := 0; i+len(p) <= len(words); i++ {
		if slices.Equal(words[i:i+len(p)], p) {
			return true
		}
	}
	return false
}

// stems are the words of a text as they are compared.
func stems(s string) []string { return newPhrase(s) }

// telling are the words of a sentence that tell it from others: of five letters
// or more, two signs in scripts without spaces, and none of those that everybody
// says.
func telling(s string) []string {
	var list []string
	for _, w := range stems(s) {
		n, least := len([]rune(w)), 5
		if strings.ContainsFunc(w, func(r rune) bool { return r > 0x2e80 }) {
			least = 2
		}
		if n >= least && !common[w] && !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}

// common are words of five letters and more that tell nothing, in the languages
// of the house, as [stem] leaves them.
var common = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range wordsOf(`about after again always another anybody anything because before being below between could does doing during each else
every everybody everything first from have having here into itself just least more most much never nobody nothing often only other others ours
over people place really same shall should since some somebody something still such than thank thanks their theirs them then there these they thing
things think this those through today under until very want wanted wants were what when where which while whoever will with within without would your yours
ahora algo alguien algunos antes aquel aqui cada casi como cosa cosas cuando cualquier desde despues donde durante ellos entonces entre esta estaba estan este esto
estos gente gracias hace hacer hasta luego mejor menos mismo misma mucho muchos nada nadie nosotros nuestra nuestro nunca otra otro otros para pero poco porque
puede pueden quien quiere sido siempre sobre solamente solo tambien tanto tiene tienen todas todavia todos tras usted ustedes veces vuestra vuestro
الذي التي الذين هذا هذه ذلك لكن حتى عندما كانت يكون ليس لديكم عندكم شكرا`) {
		m[stem(w)] = true
	}
	return m
}()

// mentions is what people say of themselves in their words.
type mentions struct {
	Of       int // moments with words that were read
	OnlyHere int
	Rivals   []rival
}

// rival is a name people say instead of the brand's.
type rival struct {
	Name string
	N    int
}

// mentionsOf reads the words said at a touchpoint: how many mention what is only
// here, and which rivals people name. Only here is mentioned by one of the words
// given for it, or where none are by two telling words of its own sentence in one
// language.
func mentionsOf(t *sayline.Touchpoint, rivals []string, said []string) mentions {
	m := mentions{Of: len(said)}
	only := onlyHere(t)
	phrases := make([]phrase, len(rivals))
	for i, name := range rivals {
		phrases[i] = newPhrase(name)
		m.Rivals = append(m.Rivals, rival{Name: name})
	}
	for _, s := range said {
		words := stems(s)
		if only(words) {
			m.OnlyHere++
		}
		for i, p := range phrases {
			if p.in(words) {
				m.Rivals[i].N++
			}
		}
	}
	m.Rivals = slices.DeleteFunc(m.Rivals, func(r rival) bool { return r.N == 0 })
	slices.SortStableFunc(m.Rivals, func(a, b rival) int { return b.N - a.N })
	return m
}

// onlyHere is the test of whether some words mention what is only here.
func onlyHere(t *sayline.Touchpoint) func(words []string) bool {
	if len(t.OnlyHereWords) > 0 {
		var list []phrase
		for _, w := range t.OnlyHereWords {
			list = append(list, newPhrase(w))
		}
		return func(words []string) bool {
			return slices.ContainsFunc(list, func(p phrase) bool { return p.in(words) })
		}
	}
	var sentences [][]string
	for _, s := range t.OnlyHere {
		if list := telling(s); len(list) > 1 {
			sentences = append(sentences, list)
		}
	}
	return func(words []string) bool {
		return slices.ContainsFunc(sentences, func(list []string) bool {
			n := 0
			for _, w := range list {
				if slices.Contains(words, w) {
					n++
				}
			}
			return n > 1
		})
	}
}
