package route

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/sayline/sayline"
)

// alarm is a word or phrase that makes what is said more urgent.
type alarm struct {
	word   string   // as the brand wrote it
	words  []string // folded
	open   []bool   // which of them may have any ending
	inside bool     // of a script without spaces: found anywhere
}

// alarms compiles the words of a rule.
func alarms(words []string) []alarm {
	var list []alarm
	for _, w := range words {
		a := alarm{word: w, inside: strings.ContainsFunc(w, unspaced)}
		for part := range strings.FieldsSeq(w) {
			parts := folded(part)
			a.words = append(a.words, parts...)
			for range parts {
				a.open = append(a.open, false)
			}
			if n := len(parts); n > 0 {
				a.open[len(a.open)-1] = strings.HasSuffix(part, "*")
			}
		}
		if len(a.words) > 0 {
			list = append(list, a)
		}
	}
	return list
}

// heard finds the first alarm in words that are said.
func heard(list []alarm, said []string) (alarm, bool) {
	for _, a := range list {
		if a.in(said) {
			return a, true
		}
	}
	return alarm{}, false
}

func (a *alarm) in(said []string) bool {
	if a.inside {
		return strings.Contains(strings.Join(said, " "), strings.Join(a.words, " "))
	}
	for i := range max(0, len(said)-len(a.words)+1) {
		if a.at(said[i:]) {
			return true
		}
	}
	return false
}

// at says whether the phrase begins here.
func (a *alarm) at(said []string) bool {
	for i, w := range a.words {
		if said[i] != w && !(a.open[i] && strings.HasPrefix(said[i], w)) {
			return false
		}
	}
	return true
}

// folded are the words of a text without case, accents and marks.
func folded(text string) []string {
	if text == "" {
		return nil
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r), r == 'ـ': // marks, and the Arabic stretch
		case unicode.IsLetter(r), unicode.IsDigit(r):
			for _, l := range strings.ToLower(string(unicode.ToUpper(r))) { // by upper case: ſ is s, ς is σ
				b.WriteRune(l)
			}
		case r == '\'', r == '’':
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Fields(b.String())
}

func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer)
}

// raise makes a decision more urgent where a word of its rule is said, and keeps
// which: "why did I get this?"
func (r *Router) raise(d *sayline.Decision, m *sayline.Moment) {
	list := r.alarms[d.Rule]
	if len(list) == 0 || m.Text == "" || !sayline.MoreUrgent(d.Raise.To, d.Urgency) {
		return
	}
	if a, ok := heard(list, folded(m.Text)); ok {
		d.Urgency = d.Raise.To
		d.Facts = append(slices.Clone(d.Facts), sayline.Fact{Field: sayline.FactRaised, Value: a.word})
	}
}
