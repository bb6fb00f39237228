package ask

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// token is a word of a sentence.
type token struct {
	text       string // without case, marks and endings: what is compared
	plain      string // the same with its ending
	start, end int    // bytes of the sentence
	breaks     bool   // a comma or the like stands before it
}

// tokens are the words of a sentence, in order.
func tokens(s string) []token {
	var list []token
	start, breaks := -1, false
	end := func(at int) {
		if start >= 0 {
			plain := plainWord(s[start:at])
			list = append(list, token{stem(plain), plain, start, at, breaks})
			start, breaks = -1, false
		}
	}
	for i, r := range s {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.M, r) && start >= 0, (r == '\'' || r == '’' || r == 'ـ') && start >= 0:
			if start < 0 {
				start = i
			}
		default:
			end(i)
			breaks = breaks || !unicode.IsSpace(r)
		}
	}
	end(len(s))
	return list
}

// sameLetter are letters that people write one for the other and that Unicode
// does not take apart.
var sameLetter = strings.NewReplacer("ß", "ss", "ø", "o", "ł", "l", "æ", "ae", "œ", "oe", "ى", "ي", "ة", "ه", "'", "", "’", "", "ـ", "")

// plainWord is a word without case and marks; digits are ASCII ones.
func plainWord(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.M, r):
		case r >= '٠' && r <= '٩':
			b.WriteRune('0' + r - '٠')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return withoutArticle(sameLetter.Replace(b.String()))
}

// shortestStem is how many letters a word keeps whatever is taken off it.
const shortestStem = 3

// withoutArticle takes off what Arabic writes in one with the word.
func withoutArticle(s string) string {
	for _, article := range []string{"وال", "بال", "لل", "ال"} {
		if rest, ok := strings.CutPrefix(s, article); ok && len([]rune(rest)) >= shortestStem {
			return rest
		}
	}
	return s
}

// stem takes off the plural of English and Spanish, so that "queues" is "queue"
// and "camiones" is "camión".
func stem(s string) string {
	if len(s) <= shortestStem || s[len(s)-1] != 's' && s[len(s)-1] != 'e' {
		return s
	}
	return strings.TrimSuffix(strings.TrimSuffix(s, "s"), "e")
}

// texts are the compared words of a text.
func texts(s string) []string {
	var list []string
	for _, t := range tokens(s) {
		list = append(list, t.text)
	}
	return list
}
