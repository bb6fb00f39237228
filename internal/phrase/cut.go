package phrase

import (
	"embed"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed stop/*.txt feel/*.txt
var files embed.FS

// word is one word of a text: as it was written, and without case and accents.
type word struct {
	text string
	key  string
	stop bool // says nothing by itself
	gap  bool // something that parts sentences stands before it
}

// cut gives the words of a text in their order. A script without spaces is taken
// two signs at a time, Katakana and other scripts by their runs.
func cut(text, lang string) []word {
	stop := stopWords(lang)
	c := cutter{stop: stop}
	for _, r := range norm.NFC.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’', r == 'ـ':
			if len(c.run) > 0 {
				c.run = append(c.run, r)
			}
		case unicode.IsLetter(r), unicode.IsDigit(r):
			if pairs := paired(r); pairs != c.pairs {
				c.end()
				c.pairs = pairs
			}
			c.run = append(c.run, r)
		default:
			c.end()
			c.gap = c.gap || !unicode.IsSpace(r) && r != '-' && r != '/'
		}
	}
	c.end()
	return c.words
}

type cutter struct {
	stop  map[string]bool
	words []word
	run   []rune
	pairs bool
	gap   bool
}

// paired says whether a sign is of a script whose words are not parted.
func paired(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func (c *cutter) end() {
	if len(c.run) == 0 {
		return
	}
	if !c.pairs {
		c.add(string(c.run))
	}
	for i := 0; c.pairs && i+1 < len(c.run); i++ {
		c.add(string(c.run[i : i+2]))
		c.gap = true // what overlaps makes no phrase of two
	}
	c.run = c.run[:0]
}

// shortest is how many letters a word has that says something by itself.
const shortest = 3

func (c *cutter) add(text string) {
	key := fold(text)
	letters := []rune(key)
	says := len(letters) >= shortest || c.pairs
	if says && !c.pairs {
		says = strings.ContainsFunc(key, unicode.IsLetter)
	}
	if c.pairs { // grammar, not a thing, is written in Hiragana
		says = !(unicode.Is(unicode.Hiragana, letters[0]) && unicode.Is(unicode.Hiragana, letters[len(letters)-1]))
	}
	c.words = append(c.words, word{text, key, !says || c.stop[key], c.gap})
	c.gap = false
}

// fold takes case, accents and apostrophes away.
func fold(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’', r == 'ـ':
		case r == 'ى':
			b.WriteRune('ي')
		case r == 'ة':
			b.WriteRune('ه')
		case r == 'ß':
			b.WriteString("ss")
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// primary is the first part of a language tag.
func primary(lang string) string {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	return lang
}

// Languages are those whose stop words are known.
var Languages = []string{"ar", "de", "en", "es", "fr", "it", "ja", "pt", "zh"}

// stopWords are the words of a language that say nothing by themselves; of one
// that is not told or not known, those of all.
func stopWords(lang string) map[string]bool {
	lists := allStops()
	if list := lists[primary(lang)]; list != nil {
		return list
	}
	return lists[""]
}

var allStops = sync.OnceValue(func() map[string]map[string]bool {
	lists := map[string]map[string]bool{"": {}}
	for _, lang := range Languages {
		text, _ := files.ReadFile("stop/" + lang + ".txt") // embedded: a test reads them all
		lists[lang] = map[string]bool{}
		for _, w := range strings.Fields(string(text)) {
			lists[lang][fold(w)], lists[""][fold(w)] = true, true
		}
	}
	return lists
})
