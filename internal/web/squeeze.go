package web

import (
	"regexp"
	"strings"
)

var cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)

// A comment behind code: after it no quote may follow, so it stands in no string.
var jsComment = regexp.MustCompile("\\s+// [^'\"`]*$")

// SqueezeJS takes indents, empty lines and comments out of a script. It does no
// more, so it needs no parser: a script must not hold a template literal of
// several lines, and a comment with quotes behind code stays.
func SqueezeJS(src string) string {
	var b strings.Builder
	for line := range strings.Lines(src) {
		line = jsComment.ReplaceAllString(strings.TrimSpace(line), "")
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}

var (
	cssGaps  = regexp.MustCompile(`\s*\n\s*`)
	cssTight = strings.NewReplacer(": ", ":", " {", "{", ", ", ",", ";}", "}")
)

// SqueezeCSS takes comments, line breaks and needless blanks out of a style sheet.
func SqueezeCSS(src string) string {
	src = cssGaps.ReplaceAllString(cssComment.ReplaceAllString(src, ""), "")
	return strings.TrimSpace(cssTight.Replace(src))
}
