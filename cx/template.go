package cx

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// operators are RFC 6570's: what begins an expression, parts its values,
// whether they are named, what a name without a value ends with, and whether
// reserved characters stay.
var operators = map[byte]struct {
	first, sep string
	named      bool
	ifEmpty    string
	reserved   bool
}{
	0:   {"", ",", false, "", false},
	'+': {"", ",", false, "", true},
	'#': {"#", ",", false, "", true},
	'.': {".", ".", false, "", false},
	'/': {"/", "/", false, "", false},
	';': {";", ";", true, "", false},
	'?': {"?", "&", true, "=", false},
	'&': {"&", "&", true, "=", false},
}

var errTemplate = errors.New("cx: this is not a URI template")

// Expand fills in a URI template (RFC 6570, all four levels but for associative
// arrays). A variable with several values is a list; one with none is undefined
// and leaves nothing behind.
func Expand(template string, values url.Values) (string, error) {
	var out strings.Builder
	for rest := template; rest != ""; {
		literal, after, found := strings.Cut(rest, "{")
		if strings.Contains(literal, "}") {
			return "", errTemplate
		}
		out.WriteString(escape(literal, true))
		if !found {
			break
		}
		expression, more, closed := strings.Cut(after, "}")
		if !closed || expression == "" {
			return "", errTemplate
		}
		if err := expand(&out, expression, values); err != nil {
			return "", err
		}
		rest = more
	}
	return out.String(), nil
}

func expand(out *strings.Builder, expression string, values url.Values) error {
	op, ok := operators[expression[0]]
	if ok {
		expression = expression[1:]
	} else {
		op = operators[0]
	}
	var parts []string
	for spec := range strings.SplitSeq(expression, ",") {
		name, explode := strings.CutSuffix(spec, "*")
		name, prefix, cut := strings.Cut(name, ":")
		if name == "" || strings.Trim(name, nameLetters) != "" {
			return errTemplate
		}
		most := -1
		if n, err := strconv.Atoi(prefix); cut && (err != nil || n < 1 || n > 9999 || explode) {
			return errTemplate
		} else if cut {
			most = n
		}
		list := values[name]
		if len(list) == 0 {
			continue
		}
		escaped := make([]string, len(list))
		for i, v := range list {
			if r := []rune(v); most >= 0 && len(r) > most {
				v = string(r[:most])
			}
			escaped[i] = escape(v, op.reserved)
		}
		if !explode {
			escaped = []string{strings.Join(escaped, ",")}
		}
		for _, v := range escaped {
			switch {
			case op.named && v == "":
				v = name + op.ifEmpty
			case op.named:
				v = name + "=" + v
			}
			parts = append(parts, v)
		}
	}
	if len(parts) > 0 {
		out.WriteString(op.first + strings.Join(parts, op.sep))
	}
	return nil
}

const (
	letters     = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	nameLetters = letters + "_.%"
	unreserved  = letters + "-._~"
	reserved    = ":/?#[]@!$&'()*+,;="
)

// escape percent-encodes all but the unreserved characters; with keep, what is
// reserved or percent-encoded already stays.
func escape(s string, keep bool) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case strings.IndexByte(unreserved, c) >= 0,
			keep && strings.IndexByte(reserved, c) >= 0,
			keep && c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b.WriteByte(c)
		default:
			b.WriteString("%" + strings.ToUpper(string("0123456789abcdef"[c>>4])+string("0123456789abcdef"[c&15])))
		}
	}
	return b.String()
}

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }
