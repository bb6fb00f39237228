package brandfile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"go.yaml.in/yaml/v3"
)

// check finds a text that no YAML file can hold.
func check(value any, at string) error {
	switch v := value.(type) {
	case leaf:
		if !utf8.ValidString(v.text) || strings.ContainsRune(v.text, 0) {
			return sayline.Errorf(sayline.Invalid, "The brand can't be written: %s is not text.", at)
		}
	case list:
		for i, e := range v {
			if err := check(e, element(at, i)); err != nil {
				return err
			}
		}
	case words:
		return check(mapping(v), at)
	case mapping:
		for _, e := range v {
			if err := check(e.value, member(at, e.name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// lineWidth is how far a list of ids may reach before it gets a line for each.
const lineWidth = 110

// oneLine writes a list of leaves as [a, b], if it fits behind the column.
func oneLine(l list, column int) (string, bool) {
	items := make([]string, len(l))
	for i, e := range l {
		v, ok := e.(leaf)
		if !ok {
			return "", false
		}
		items[i] = v.text
		if !v.bare && (strings.ContainsAny(v.text, ",[]{}") || !plain(v.text)) {
			items[i] = quoted(v.text)
		}
	}
	line := "[" + strings.Join(items, ", ") + "]"
	return line, column+utf8.RuneCountInString(line) <= lineWidth
}

// leaf writes one value and ends the line: bare, in quotes, or as a block of
// lines indented by so much.
func (p *printer) leaf(v leaf, indent int) {
	switch {
	case v.bare || plain(v.text):
		p.WriteString(v.text + "\n")
	case block(v.text):
		body, end := strings.CutSuffix(v.text, "\n")
		p.WriteString(map[bool]string{true: "|\n", false: "|-\n"}[end])
		for line := range strings.SplitSeq(body, "\n") {
			if line != "" {
				p.indent(indent)
			}
			p.WriteString(line + "\n")
		}
	default:
		p.WriteString(quoted(v.text) + "\n")
	}
}

func keyText(name string) string {
	if plain(name) {
		return name
	}
	return quoted(name)
}

// oldBools are true or false to YAML 1.1, which many tools still read.
var oldBools = []string{"y", "yes", "n", "no", "on", "off", "true", "false", "null"}

// numberLike is everything some reader of YAML might take for a number or a time.
var numberLike = regexp.MustCompile(`^[-+.]?[0-9][0-9a-fA-FxoO_:.+-]*$`)

// plain says whether a text may stand without quotes, for every reader of YAML.
func plain(s string) bool {
	if s == "" || strings.TrimSpace(s) != s || strings.ContainsFunc(s, special) || strings.ContainsAny(s, "\n\t") {
		return false
	}
	if strings.ContainsAny(s[:1], "-?:,[]{}#&*!|>'\"%@`~=<.+") || strings.Contains(s, ": ") || strings.Contains(s, " #") || strings.HasSuffix(s, ":") {
		return false
	}
	if numberLike.MatchString(s) || slices.Contains(oldBools, strings.ToLower(s)) {
		return false
	}
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(s), &n); err != nil || len(n.Content) != 1 {
		return false
	}
	return n.Content[0].ShortTag() == "!!str" && n.Content[0].Value == s
}

// block says whether a text of several lines may stand as a block of them.
func block(s string) bool {
	if !strings.Contains(s, "\n") || strings.ContainsFunc(s, special) || strings.ContainsRune(s, '\t') {
		return false
	}
	body := strings.TrimSuffix(s, "\n")
	if body == "" || body[0] == ' ' || body[0] == '\n' || strings.HasSuffix(body, "\n") {
		return false
	}
	for line := range strings.SplitSeq(body, "\n") {
		if strings.HasSuffix(line, " ") {
			return false
		}
	}
	return true
}

// special are the characters that may not stand in YAML as themselves, or that
// some reader takes for the end of a line.
func special(c rune) bool {
	return control(c) || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029 || c == 0xfeff
}

// quoted writes a text between double quotes, on one line.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(c))
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case special(c):
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
