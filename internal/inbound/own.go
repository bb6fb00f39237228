package inbound

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	// divider is what mail programs put above the letter they answer, whatever
	// their language: "-----Original Message-----", a long line.
	divider = regexp.MustCompile(`^(?:[-_]{20,}|-{3,}\s*\p{L}[^-]*-{3,})$`)
	// head is a line such as "From: Sparkle <house@cx.example>", in any language.
	head = regexp.MustCompile(`^\*?\p{L}[\p{L}\p{M} ]{0,20}\*?\s?[:：]`)
	// dated is a line with a year or a time of day.
	dated = regexp.MustCompile(`\b(?:19|20)\d\d\b|\d{1,2}[:.h]\d\d|\d年`)
)

// maxHead is how many lines a letter's head has at most, where it is quoted.
const maxHead = 10

// ownWords are those of a letter that its author wrote: without what it quotes,
// the line that says whose that is, and a signature. They may stand above, below
// or between what is quoted. from is the address our letters come from, to the
// one they are answered to: what stands under one of them in a head is ours.
func ownWords(text, from, to string) string {
	lines := strings.Split(clean(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimRightFunc(lines[i], unicode.IsSpace)
	}
	lines = lines[:end(lines, from, to)]
	var own []string
	within := false
	for _, line := range lines {
		switch {
		case strings.HasPrefix(line, ">"):
			if !within {
				own = unattributed(own)
			}
			within = true
		case line == "" && within:
		default:
			within = false
			own = append(own, line)
		}
	}
	return strings.TrimSpace(strings.Join(own, "\n"))
}

// end is the line where nothing of the author's follows any more.
func end(lines []string, from, to string) int {
	local, host, _ := strings.Cut(to, "@")
	ours := func(line string) bool {
		line = strings.ToLower(line)
		return from != "" && strings.Contains(line, strings.ToLower(from)) || to != "" && strings.Contains(line, strings.ToLower(local)+"+") && strings.Contains(line, "@"+strings.ToLower(host))
	}
	quoted := len(lines)
	for quoted > 0 && !strings.HasPrefix(lines[quoted-1], ">") {
		quoted--
	}
	for i, line := range lines {
		switch {
		case line == "--" || divider.MatchString(line): // a signature's own line loses its space
			return i
		case i >= quoted && ours(line) && (endsInColon(line) || i+1 < len(lines) && endsInColon(lines[i+1])): // quoted without a mark
			return i
		case head.MatchString(line) && header(lines[i:], ours):
			return i
		}
	}
	return len(lines)
}

// header says whether lines begin with the head of a letter of ours.
func header(lines []string, ours func(string) bool) bool {
	n, found := 0, false
	for n < min(len(lines), maxHead) && head.MatchString(lines[n]) {
		found = found || ours(lines[n])
		n++
	}
	return n >= 3 && found
}

// unattributed takes off the lines that say who wrote what is quoted next: at
// most three, the last of which ends in a colon, with an address or a time.
func unattributed(own []string) []string {
	last := len(own)
	for last > 0 && own[last-1] == "" {
		last--
	}
	if last == 0 || !endsInColon(own[last-1]) {
		return own
	}
	for first := last - 1; first >= max(0, last-3) && own[first] != ""; first-- {
		switch {
		case strings.Contains(own[first], "@") && first > 0 && !dated.MatchString(own[first]) && dated.MatchString(own[first-1]):
			return own[:first-1] // the day did not fit on the address's line
		case strings.Contains(own[first], "@"), dated.MatchString(own[first]):
			return own[:first]
		}
	}
	return own
}

func endsInColon(line string) bool {
	return strings.HasSuffix(line, ":") || strings.HasSuffix(line, "：")
}

// clean takes out of words what is not text, and makes line ends one kind.
func clean(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u00a0", " ").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s))
}
