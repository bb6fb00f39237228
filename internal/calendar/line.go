package calendar

import (
	"strings"
)

// line is a content line: NAME;PARAM=value;PARAM=value:value.
type line struct {
	name   string // in capitals
	params []param
	value  string // as it stands there; see unescape
}

type param struct{ name, value string }

// param gives a parameter's value, without quotes; "" for none.
func (l *line) param(name string) string {
	for _, p := range l.params {
		if p.name == name {
			return p.value
		}
	}
	return ""
}

// unfolded are the lines of a feed as they were before folding (RFC 5545, 3.1):
// one that begins with a space or a tab goes on with the one before.
func unfolded(body string) []string {
	var lines []string
	var last strings.Builder // one line may be folded a great many times
	end := func() {
		if last.Len() > 0 {
			lines = append(lines, last.String())
			last.Reset()
		}
	}
	for text := range strings.SplitSeq(body, "\n") {
		text = strings.TrimSuffix(text, "\r")
		switch {
		case text == "":
		case (text[0] == ' ' || text[0] == '\t') && last.Len() > 0:
			last.WriteString(text[1:])
		default:
			end()
			last.WriteString(text)
		}
	}
	end()
	return lines
}

// parseLine reads a line; false when it is none.
func parseLine(text string) (line, bool) {
	var l line
	name, rest := cut(text, ";:")
	if name == "" || rest == "" {
		return l, false
	}
	l.name = strings.ToUpper(name)
	for rest[0] == ';' {
		var p param
		p.name, rest = cut(rest[1:], "=;:")
		if rest == "" {
			return l, false
		}
		if rest[0] == '=' {
			p.value, rest = cut(rest[1:], ";:")
		}
		p.name, p.value = strings.ToUpper(p.name), strings.ReplaceAll(p.value, `"`, "")
		l.params = append(l.params, p)
		if rest == "" {
			return l, false
		}
	}
	l.value = rest[1:]
	return l, true
}

// cut takes what stands before the first of some characters that is not between
// double quotes; rest begins with it, or is "".
func cut(s, at string) (before, rest string) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case !quoted && strings.IndexByte(at, s[i]) >= 0:
			return s[:i], s[i:]
		}
	}
	return s, ""
}

var unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";")
