package anywhere

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// folded is text as names are compared: letters and digits without case and
// marks, everything else one space. at[i] is where in the original the i-th
// rune of text ends, in bytes.
type folded struct {
	text []rune
	at   []int
}

// fold folds at most the first most runes of a text.
func fold(s string, most int) folded {
	var f folded
	for i, r := range s {
		end := i + len(string(r))
		for _, d := range norm.NFKD.String(string(r)) {
			d = unicode.ToLower(d)
			switch {
			case unicode.Is(unicode.Mn, d), d == '\'', d == '’', d == 'ـ':
				if n := len(f.at); n > 0 {
					f.at[n-1] = end
				}
			case unicode.IsLetter(d), unicode.IsDigit(d):
				f.text, f.at = append(f.text, d), append(f.at, end)
			case len(f.text) > 0 && f.text[len(f.text)-1] != ' ':
				f.text, f.at = append(f.text, ' '), append(f.at, end)
			}
		}
		if len(f.text) >= most {
			break
		}
	}
	return f
}

// foldName is a name's key in the directory.
func foldName(s string) string { return strings.TrimSpace(string(fold(s, maxName).text)) }

// boundary says whether a name may end (or begin) between the runes i-1 and i.
// Scripts written without spaces have boundaries everywhere.
func (f *folded) boundary(i int) bool {
	if i <= 0 || i >= len(f.text) || f.text[i] == ' ' || f.text[i-1] == ' ' {
		return true
	}
	return unspaced(f.text[i-1]) || unspaced(f.text[i])
}

func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer)
}

// distance is how many letters two names differ by (Levenshtein), at most limit+1.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > limit || len(y)-len(x) > limit {
		return limit + 1
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before := row[0]
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			before, row[j+1] = row[j+1], min(before+cost, row[j]+1, row[j+1]+1)
		}
	}
	return min(row[len(y)], limit+1)
}
