package store

import (
	"slices"
	"strings"
)

// Every moment has words that no person can say, for they begin with a sign that
// is no letter: one for where it may be found, one for who said it in the open,
// and those of its own that only who works on it reads.

// scopeWord is the word of all moments of a brand's lane that are somebody's work.
func scopeWord(brand, lane string) string { return "=" + brand + "/" + lane }

// looseWord is the word of those in the open that are nobody's work.
func looseWord(brand string) string { return "=" + brand + "//" }

// audienceWord is the word of what an audience said in the open.
func audienceWord(brand, audience string) string { return "=" + brand + "//" + audience }

// insideWord is a word that is not shown to everybody who may see the moment: of a
// name, a reference, a voice, a conversation.
func insideWord(word string) string { return "-" + word }

// words are the scope words of a scope, sorted.
func (sc Scope) words(brand string) []string {
	var list []string
	for _, l := range sc {
		if l.All || len(l.Teams) > 0 {
			list = append(list, scopeWord(brand, l.Lane))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// clause is one way to be found: by one of some scopes, or of the open ones if by
// none of the words of not, and by all that is asked for. Inside says whether words
// count that not everybody is shown.
type clause struct {
	scopes, open, not []string
	inside            bool
}

// openly is the way of who may see all that is said in public, but nothing single
// of guarded audiences.
func openly(brand string, guarded []string, open ...string) clause {
	c := clause{open: open, not: []string{audienceWord(brand, alwaysGuarded)}}
	for _, audience := range guarded {
		c.not = append(c.not, audienceWord(brand, audience))
	}
	slices.Sort(c.not)
	c.not = slices.Compact(c.not)
	return c
}

// handle says whether a word can stand behind a sign: letters, digits, hyphens.
func handle(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// signs are how an engine writes a query.
type signs struct{ quote, and, or, but, head string }

// write writes a query, every word quoted: none has a quote in it.
func (s signs) write(ways []clause, a asked) string {
	any := make([]string, len(ways))
	for i, c := range ways {
		all := []string{s.where(c)}
		for n, w := range a.words {
			words := []string{w}
			if c.inside {
				words = append(words, insideWord(w))
			}
			if a.head && n == len(a.words)-1 {
				all = append(all, s.begun(words, a.heads))
			} else {
				all = append(all, s.either(words...))
			}
		}
		any[i] = "(" + strings.Join(all, s.and) + ")"
	}
	return strings.Join(any, s.or)
}

// less writes a query of what is found by some ways and not by others.
func (s signs) less(ways, less []clause, a asked) string {
	if len(less) == 0 {
		return s.write(ways, a)
	}
	return "(" + s.write(ways, a) + ")" + s.but + "(" + s.write(less, a) + ")"
}

// where is in which scopes.
func (s signs) where(c clause) string {
	open := ""
	if len(c.open) > 0 {
		open = "(" + s.either(c.open...) + s.but + s.either(c.not...) + ")"
	}
	switch {
	case open == "":
		return s.either(c.scopes...)
	case len(c.scopes) == 0:
		return open
	}
	return "(" + s.either(c.scopes...) + s.or + open + ")"
}

// begun are words that may go on: as those they are known to begin, else as heads.
func (s signs) begun(words []string, known map[string][]string) string {
	var list []string
	for _, w := range words {
		if whole, ok := known[w]; ok {
			for _, k := range whole {
				list = append(list, s.quote+k+s.quote)
			}
		} else {
			list = append(list, s.quote+w+s.quote+s.head)
		}
	}
	return "(" + strings.Join(list, s.or) + ")"
}

func (s signs) either(words ...string) string {
	return "(" + s.quote + strings.Join(words, s.quote+s.or+s.quote) + s.quote + ")"
}
