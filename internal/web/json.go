package web

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sayline/sayline"
)

// MaxDepth is how deep arrays and objects may nest.
const MaxDepth = 16

// value is one JSON value (RFC 8259) as it was sent.
type value struct {
	kind  byte // one of n b 0 " [ {
	text  string
	yes   bool
	items []value  // of an array or an object
	names []string // of an object's members, beside items
}

// parseJSON reads a whole document. What JSON leaves open is closed here:
// invalid UTF-8, U+0000, lone surrogates (written as escapes too), a member
// standing twice and more than [MaxDepth] levels are refused, never repaired.
func parseJSON(src []byte) (*value, error) {
	if i := invalidUTF8(src); i >= 0 {
		return nil, sayline.Errorf(sayline.Invalid, "This isn't UTF-8 (byte %d).", i)
	}
	p := &parser{src: src}
	v, ok := p.value()
	if ok {
		p.space()
		if p.at == len(p.src) {
			return &v, nil
		}
		p.fail("expected nothing after the document")
	}
	err := sayline.Errorf(sayline.Invalid, "This isn't JSON we can read (byte %d).", p.at)
	err.Fields = []sayline.Fault{{Pointer: p.pointer(), Detail: p.fault}}
	return nil, err
}

func invalidUTF8(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

type parser struct {
	src   []byte
	at    int
	path  []string // where we are, for the pointer
	fault string
}

func (p *parser) fail(format string, args ...any) {
	if p.fault == "" {
		p.fault = fmt.Sprintf(format, args...)
	}
}

// pointer is the place of the fault (RFC 6901).
func (p *parser) pointer() string {
	var b strings.Builder
	for _, name := range p.path {
		b.WriteString("/" + escapePointer(name))
	}
	return b.String()
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func escapePointer(name string) string { return pointerEscapes.Replace(name) }

func (p *parser) space() {
	for p.at < len(p.src) {
		switch p.src[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// next is the next byte that is not blank; 0 at the end.
func (p *parser) next() byte {
	p.space()
	if p.at == len(p.src) {
		return 0
	}
	return p.src[p.at]
}

func (p *parser) value() (value, bool) {
	switch c := p.next(); {
	case c == '{':
		return p.object()
	case c == '[':
		return p.array()
	case c == '"':
		s, ok := p.str()
		return value{kind: '"', text: s}, ok
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	case c == 't':
		return value{kind: 'b', yes: true}, p.word("true")
	case c == 'f':
		return value{kind: 'b'}, p.word("false")
	case c == 'n':
		return value{kind: 'n'}, p.word("null")
	case c == 0 && p.at == len(p.src):
		p.fail("it ends too early")
	default:
		p.fail("expected a value")
	}
	return value{}, false
}

func (p *parser) word(w string) bool {
	if strings.HasPrefix(string(p.src[p.at:min(len(p.src), p.at+len(w))]), w) {
		p.at += len(w)
		return true
	}
	p.fail("expected %s", w)
	return false
}

func (p *parser) enter(name string) { p.path = append(p.path, name) }

func (p *parser) leave() { p.path = p.path[:len(p.path)-1] }

func (p *parser) deep() bool {
	if len(p.path) >= MaxDepth {
		p.fail("expected at most %d levels", MaxDepth)
		return true
	}
	return false
}

func (p *parser) object() (v value, ok bool) {
	v.kind = '{'
	if p.deep() {
		return v, false
	}
	p.at++
	if p.next() == '}' {
		p.at++
		return v, true
	}
	seen := map[string]bool(nil)
	for {
		if p.next() != '"' {
			p.fail("expected a member's name in quotes")
			return v, false
		}
		name, ok := p.str()
		if !ok {
			return v, false
		}
		p.enter(name)
		if seen == nil {
			seen = map[string]bool{}
		}
		if seen[name] {
			p.fail("expected each member once; this one stands twice")
			return v, false
		}
		seen[name] = true
		if p.next() != ':' {
			p.fail("expected a colon")
			return v, false
		}
		p.at++
		item, ok := p.value()
		if !ok {
			return v, false
		}
		p.leave()
		v.names, v.items = append(v.names, name), append(v.items, item)
		if done, ok := p.more('}'); done || !ok {
			return v, ok
		}
	}
}

func (p *parser) array() (v value, ok bool) {
	v.kind = '['
	if p.deep() {
		return v, false
	}
	p.at++
	if p.next() == ']' {
		p.at++
		return v, true
	}
	for {
		p.enter(strconv.Itoa(len(v.items)))
		item, ok := p.value()
		if !ok {
			return v, false
		}
		p.leave()
		v.items = append(v.items, item)
		if done, ok := p.more(']'); done || !ok {
			return v, ok
		}
	}
}

// more reads what stands between items: a comma, or the end.
func (p *parser) more(end byte) (done, ok bool) {
	switch p.next() {
	case end:
		p.at++
		return true, true
	case ',':
		p.at++
		return false, true
	}
	p.fail("expected a comma or %q", end)
	return false, false
}

func (p *parser) number() (value, bool) {
	from := p.at
	digits := func() bool {
		start := p.at
		for p.at < len(p.src) && p.src[p.at] >= '0' && p.src[p.at] <= '9' {
			p.at++
		}
		return p.at > start
	}
	is := func(set string) bool {
		if p.at < len(p.src) && strings.IndexByte(set, p.src[p.at]) >= 0 {
			p.at++
			return true
		}
		return false
	}
	is("-")
	ok := is("0") || digits()
	if ok && is(".") {
		ok = digits()
	}
	if ok && is("eE") {
		is("+-")
		ok = digits()
	}
	if !ok {
		p.fail("expected a number")
	}
	return value{kind: '0', text: string(p.src[from:p.at])}, ok
}

// str reads a string. The common one has no escapes and is one copy.
func (p *parser) str() (string, bool) {
	p.at++
	from := p.at
	for p.at < len(p.src) {
		switch c := p.src[p.at]; {
		case c == '"':
			s := string(p.src[from:p.at])
			p.at++
			return s, true
		case c == '\\':
			return p.escaped(from)
		case c < 0x20:
			p.fail("expected control characters to be escaped")
			return "", false
		}
		p.at++
	}
	p.fail("the string does not end")
	return "", false
}

// escaped reads on from the first escape of a string that began at from.
func (p *parser) escaped(from int) (string, bool) {
	b := append([]byte(nil), p.src[from:p.at]...)
	for p.at < len(p.src) {
		c := p.src[p.at]
		switch {
		case c == '"':
			p.at++
			return string(b), true
		case c < 0x20:
			p.fail("expected control characters to be escaped")
			return "", false
		case c != '\\':
			b = append(b, c)
			p.at++
		default:
			r, ok := p.escape()
			if !ok {
				return "", false
			}
			b = utf8.AppendRune(b, r)
		}
	}
	p.fail("the string does not end")
	return "", false
}

const shortEscapes = `"\/bfnrt`
const shortMeanings = "\"\\/\b\f\n\r\t"

// escape reads one escape, two where they are a pair of surrogates.
func (p *parser) escape() (rune, bool) {
	if p.at+1 < len(p.src) {
		if i := strings.IndexByte(shortEscapes, p.src[p.at+1]); i >= 0 {
			p.at += 2
			return rune(shortMeanings[i]), true
		}
	}
	r, ok := p.hex()
	if !ok {
		p.fail("expected an escape of JSON")
		return 0, false
	}
	if utf16.IsSurrogate(r) {
		low, ok := p.hex()
		if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
			p.fail("expected no lone surrogate")
			return 0, false
		}
	}
	if r == 0 {
		p.fail("expected no U+0000")
		return 0, false
	}
	return r, true
}

// hex reads \uXXXX.
func (p *parser) hex() (rune, bool) {
	if p.at+6 > len(p.src) || p.src[p.at] != '\\' || p.src[p.at+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.src[p.at+2:p.at+6]), 16, 32)
	if err != nil {
		return 0, false
	}
	p.at += 6
	return rune(n), true
}
