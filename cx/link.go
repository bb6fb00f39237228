package cx

import (
	"html"
	"net/http"
	"net/url"
	"strings"
)

// headerLinks are the targets of a response's Link headers (RFC 8288) that have
// this relation, as absolute addresses.
func headerLinks(h http.Header, base *url.URL, rel string) (targets []string) {
	for _, value := range h.Values("Link") {
		for value != "" {
			begin := strings.IndexByte(value, '<')
			end := strings.IndexByte(value, '>')
			if begin < 0 || end < begin {
				break
			}
			target, params := value[begin+1:end], ""
			params, value = cutOutsideQuotes(value[end+1:], ',')
			for params != "" {
				var param string
				param, params = cutOutsideQuotes(params, ';')
				name, v, _ := strings.Cut(param, "=")
				if strings.EqualFold(strings.TrimSpace(name), "rel") && hasRel(strings.Trim(strings.TrimSpace(v), `"`), rel) {
					targets = appendResolved(targets, base, target)
				}
			}
		}
	}
	return targets
}

// cutOutsideQuotes cuts at the first separator that no quotes hold.
func cutOutsideQuotes(s string, sep byte) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

func hasRel(value, rel string) bool {
	for r := range strings.FieldsSeq(value) {
		if strings.EqualFold(r, rel) {
			return true
		}
	}
	return false
}

func appendResolved(list []string, base *url.URL, target string) []string {
	u, err := base.Parse(strings.TrimSpace(target))
	if err != nil || !webAddress(u.String()) {
		return list
	}
	return append(list, u.String())
}

// tag is one start tag of a page with its attributes, names in small letters.
type tag struct {
	name  string
	attrs map[string]string
}

// rawTags hold text that looks like tags and is none.
var rawTags = []string{"script", "style", "textarea", "title", "template", "noscript", "svg"}

// tags reads the start tags of a page, or of its beginning, one after another.
// It is no HTML parser: it finds <link> and <a> where a browser would, and gives
// up where a page is too broken to say.
func tags(page string, yield func(tag) bool) {
	for {
		begin := strings.IndexByte(page, '<')
		if begin < 0 {
			return
		}
		page = page[begin+1:]
		if strings.HasPrefix(page, "!--") {
			_, after, closed := strings.Cut(page, "-->")
			if !closed {
				return
			}
			page = after
			continue
		}
		if page == "" || !isLetter(page[0]) {
			continue
		}
		t, rest, closed := readTag(page)
		if !closed || !yield(t) {
			return
		}
		page = rest
		for _, raw := range rawTags {
			if t.name == raw {
				end := indexFold(page, "</"+raw)
				if end < 0 {
					return
				}
				page = page[end:]
			}
		}
	}
}

// readTag reads a tag after its "<"; closed is false where the page ends first.
func readTag(page string) (t tag, rest string, closed bool) {
	end := strings.IndexAny(page, " \t\r\n\f/>")
	if end < 0 {
		return t, "", false
	}
	t = tag{strings.ToLower(page[:end]), map[string]string{}}
	for page = page[end:]; ; {
		page = strings.TrimLeft(page, " \t\r\n\f/")
		if page == "" {
			return t, "", false
		}
		if page[0] == '>' {
			return t, page[1:], true
		}
		end := strings.IndexAny(page[1:], " \t\r\n\f/>=") + 1
		if end == 0 {
			return t, "", false
		}
		name, value := strings.ToLower(page[:end]), ""
		page = strings.TrimLeft(page[end:], " \t\r\n\f")
		if strings.HasPrefix(page, "=") {
			if value, page, closed = readValue(strings.TrimLeft(page[1:], " \t\r\n\f")); !closed {
				return t, "", false
			}
		}
		if _, twice := t.attrs[name]; !twice {
			t.attrs[name] = html.UnescapeString(value)
		}
	}
}

func readValue(page string) (value, rest string, closed bool) {
	if page == "" {
		return "", "", false
	}
	if q := page[0]; q == '"' || q == '\'' {
		end := strings.IndexByte(page[1:], q)
		if end < 0 {
			return "", "", false
		}
		return page[1 : end+1], page[end+2:], true
	}
	end := strings.IndexAny(page, " \t\r\n\f>")
	if end < 0 {
		return "", "", false
	}
	return page[:end], page[end:], true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// indexFold finds an ASCII word in small letters, whatever its case there.
func indexFold(s, word string) int {
	for i := 0; i+len(word) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(word)], word) {
			return i
		}
	}
	return -1
}
