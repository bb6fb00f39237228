package store

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Limits of what is searched by.
const (
	longestWord  = 32 // letters that count
	mostAsked    = 8  // words of one search
	mostIndexed  = 900
	shortestHead = 2 // letters from which the last word may still go on
)

// searchWords are the words of a text as they are searched: without case and
// marks, each once, in order. Scripts written without spaces are taken two
// signs at a time.
func searchWords(texts ...string) []string {
	w := wordList{seen: map[string]bool{}}
	for _, text := range texts {
		for _, r := range norm.NFKD.String(text) {
			w.take(unicode.ToLower(r))
		}
		w.end()
	}
	return w.words
}

// wordList gathers words, sign by sign.
type wordList struct {
	words []string
	seen  map[string]bool
	word  []rune
	run   []rune // of a script without spaces
}

func (w *wordList) take(r rune) {
	switch {
	case unicode.Is(unicode.Mn, r), r == '\'', r == '’', r == 'ـ': // written or not, it is the same word
	case unspaced(r):
		w.endWord()
		w.run = append(w.run, r)
	case unicode.IsLetter(r), unicode.IsDigit(r):
		w.endRun()
		if s, ok := sameLetter[r]; ok {
			w.word = append(w.word, []rune(s)...)
		} else {
			w.word = append(w.word, r)
		}
	default:
		w.end()
	}
}

// sameLetter are letters that people write one for the other and that Unicode
// does not take apart.
var sameLetter = map[rune]string{'ß': "ss", 'ø': "o", 'ł': "l", 'æ': "ae", 'œ': "oe", 'ı': "i", 'đ': "d", 'ى': "ي", 'ة': "ه"}

func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func (w *wordList) end() { w.endWord(); w.endRun() }

func (w *wordList) endWord() {
	w.add(w.word)
	w.word = w.word[:0]
}

func (w *wordList) endRun() {
	if len(w.run) == 1 {
		w.add(w.run)
	}
	for i := 0; i+1 < len(w.run); i++ {
		w.add(w.run[i : i+2])
	}
	w.run = w.run[:0]
}

func (w *wordList) add(word []rune) {
	word = word[:min(len(word), longestWord)]
	if s := string(word); s != "" && !w.seen[s] && len(w.words) < mostIndexed {
		w.seen[s] = true
		w.words = append(w.words, s)
	}
}

// asked is what a search asks for: all of the words; the last may go on.
type asked struct {
	words []string
	head  bool // the last word is only the beginning of one

	// heads are the words there are that begin with a word, where they are few: an
	// engine that can tell them looks them up, and so reads none of the others.
	heads map[string][]string
}

// askedFor reads what somebody typed. What ends in a blank has a last word that
// is whole.
func askedFor(text string) asked {
	a := asked{words: searchWords(text)}
	a.words = a.words[:min(len(a.words), mostAsked)]
	if n := len(a.words); n > 0 {
		last := []rune(a.words[n-1])
		a.head = len(last) >= shortestHead && !strings.HasSuffix(text, " ") || unspaced(last[0])
	}
	return a
}

// in says whether texts have all the words that are asked for.
func (a *asked) in(texts ...string) bool {
	words := searchWords(texts...)
	for i, want := range a.words {
		head := a.head && i == len(a.words)-1
		if !slices.ContainsFunc(words, func(w string) bool { return w == want || head && strings.HasPrefix(w, want) }) {
			return false
		}
	}
	return true
}

// Piece is a part of a text, and whether it was searched for.
type Piece struct {
	Text string
	Hit  bool
}

// Pieces cuts a text into what was searched for and what stands between, for who
// looks for the words among them.
func Pieces(text, typed string) []Piece {
	a := askedFor(typed)
	var list []Piece
	add := func(s string, hit bool) {
		if n := len(list); n > 0 && list[n-1].Hit == hit {
			list[n-1].Text += s
		} else if s != "" {
			list = append(list, Piece{s, hit})
		}
	}
	for text != "" {
		end := wordEnd(text)
		add(text[:end], a.asks(text[:end]))
		text = text[end:]
	}
	return list
}

// wordEnd is where the first word of a text, or what stands before it, ends.
func wordEnd(text string) int {
	begun := false
	for i, r := range text {
		letter := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '\'' || r == '’'
		if i > 0 && letter != begun || i > 0 && unspaced(r) {
			return i
		}
		begun = letter
	}
	return len(text)
}

// asks says whether a word is one of those asked for. Of a script without spaces
// a sign is, when it stands in one of them.
func (a *asked) asks(word string) bool {
	for _, w := range searchWords(word) {
		for i, want := range a.words {
			if w == want || a.head && i == len(a.words)-1 && strings.HasPrefix(w, want) || unspaced([]rune(w)[0]) && strings.Contains(want, w) {
				return true
			}
		}
	}
	return false
}
