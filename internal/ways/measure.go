package ways

import (
	"math"
	"strings"
	"unicode"

	"github.com/sayline/sayline/internal/words"
)

// Words is a text with the size at which it fits its box.
type Words struct {
	Text string
	Pt   int // the class s12 is 12 points
}

// box is a place for words on paper, in millimetres, and the sizes they may have
// there, in points.
type box struct {
	width, height float64
	least, most   int
	leading       float64 // of a line, in ems
}

// in is the box for a language whose letters stand higher and hang lower.
func (b box) in(lang string) box {
	switch words.Base(lang) {
	case "ar", "fa", "ur":
		b.leading = max(b.leading, tall)
	case "zh", "ja":
		b.leading = max(b.leading, square)
	}
	return b
}

// Least leading of Arabic and of ideographs, as in the style sheet.
const tall, square = 1.36, 1.2

// fit finds the largest size at which a text fits a box without a word being
// broken, whatever sans-serif the printer's machine has; at the least size words
// may break, and what still does not fit is cut.
func (b box) fit(text string) Words {
	text = strings.Join(strings.Fields(text), " ")
	for pt := b.most; pt > b.least; pt-- {
		if lines, broken := wrapped(text, b.ems(pt)); !broken && float64(lines)*b.leading*float64(pt)/pointsPerMM <= b.height {
			return Words{text, pt}
		}
	}
	most := max(1, int(b.height*pointsPerMM/(b.leading*float64(b.least))))
	for runes := []rune(text); ; runes = runes[:len(runes)*9/10] {
		cut := text
		if len(runes) < len([]rune(text)) {
			cut = strings.TrimRight(string(runes), " ,.;:") + "…"
		}
		if lines, _ := wrapped(cut, b.ems(b.least)); lines <= most || len(runes) == 0 {
			return Words{cut, b.least}
		}
	}
}

// ems is the box's width at a size.
func (b box) ems(pt int) float64 { return b.width * pointsPerMM / float64(pt) }

// wrapped is how many lines a text takes in a width, in ems, and whether a word
// had to be broken for it.
func wrapped(text string, width float64) (lines int, broken bool) {
	lines = 1
	used := 0.0
	for i, word := range strings.Split(text, " ") {
		gap := 0.0
		if i > 0 {
			gap = blank
		}
		for j, part := range unbreakable(word) {
			if j > 0 {
				gap = 0
			}
			w := widthOf(part)
			if used > 0 && used+gap+w > width {
				lines++
				used, gap = 0, 0
			}
			if w > width {
				broken = true
				lines += int(math.Ceil(w/(width*0.9))) - 1
				w = math.Mod(w, width)
			}
			used += gap + w
		}
	}
	return lines, broken
}

// unbreakable cuts a word where a line may end in it: between the characters of
// Chinese and Japanese, which have no blanks.
func unbreakable(word string) []string {
	if !strings.ContainsFunc(word, ideographic) {
		return []string{word}
	}
	return strings.Split(word, "")
}

func ideographic(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff60
}

// Widths of a bold sans-serif's characters, in ems: those of a wide one (DejaVu
// Sans Bold), so that words fit in a narrower one too.
const blank = 0.35

func widthOf(s string) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case r == 'm', r == 'w', r == 'M', r == 'W', r == '@', r == '%', r == '…', r == '—':
			w += 1.12
		case strings.ContainsRune("iljI.,:;'|!’‘", r):
			w += 0.42
		case strings.ContainsRune("ftr()[]-/\"¡", r):
			w += 0.52
		case unicode.IsUpper(r):
			w += 0.86
		case r < 0x250:
			w += 0.74
		case unicode.In(r, unicode.Arabic, unicode.Hebrew):
			w += 0.72
		case ideographic(r), r > 0xffff:
			w += 1.06
		case unicode.In(r, unicode.Hangul):
			w += 1
		default:
			w += 0.95
		}
	}
	return w
}
