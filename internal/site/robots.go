package site

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Agent is the name by which robots.txt speaks of this reader.
const Agent = "Sayline"

// wishes are what a site asks of machines: the rules of robots.txt that are meant
// for this reader (RFC 9309).
type wishes struct {
	rules []rule
	maps  []string
	pause time.Duration // that it asks for between two calls
}

// rule is one Allow or Disallow: the parts of its path between the stars.
type rule struct {
	allow bool
	parts []string
	ends  bool // the path ends with the last part
	long  int  // bytes, by which the more telling of two rules wins
}

// readWishes reads a robots.txt, line by line: a line that can't be read asks for
// nothing, and takes nothing from the others. Where no group names this reader,
// those for everybody are meant.
func readWishes(src string) *wishes {
	w := &wishes{}
	var ours, every group
	at, fresh := []*group(nil), false // the groups the lines belong to; whether only names were said of them
	for line := range strings.FieldsFuncSeq(strings.TrimPrefix(src, "\ufeff"), func(r rune) bool { return r == '\n' || r == '\r' }) {
		line, _, _ = strings.Cut(line, "#")
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch name {
		case "user-agent":
			if !fresh {
				at, fresh = nil, true
			}
			switch {
			case strings.HasPrefix(value, "*"):
				at = append(at, &every)
			case strings.EqualFold(product(value), Agent):
				ours.named = true
				at = append(at, &ours)
			}
		case "allow", "disallow":
			fresh = false
			for _, g := range at {
				if value != "" {
					g.rules = append(g.rules, newRule(name == "allow", value))
				}
			}
		case "crawl-delay":
			fresh = false
			if s, err := strconv.ParseFloat(value, 64); err == nil && s > 0 { // NaN is not
				for _, g := range at {
					g.pause = time.Duration(min(s, mostPause.Seconds()) * float64(time.Second))
				}
			}
		case "sitemap":
			if len(w.maps) < mostMaps {
				w.maps = append(w.maps, value)
			}
		}
	}
	if !ours.named {
		ours = every
	}
	w.rules, w.pause = ours.rules, ours.pause
	return w
}

// group is what is asked of one reader, wherever it stands in the file.
type group struct {
	named bool
	rules []rule
	pause time.Duration
}

// product is the name of a reader without its version: "Sayline/1" is Sayline.
func product(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool {
		return (r|0x20 < 'a' || r|0x20 > 'z') && r != '-' && r != '_'
	})
	if end < 0 {
		return s
	}
	return s[:end]
}

func newRule(allow bool, path string) rule {
	path, ends := strings.CutSuffix(path, "$")
	path = escaped(path)
	r := rule{allow: allow, long: len(path), ends: ends}
	for i, part := range strings.Split(path, "*") {
		if part != "" || i == 0 {
			r.parts = append(r.parts, part)
		}
	}
	if ends && strings.HasSuffix(path, "*") {
		r.ends = false // whatever follows, it ends
	}
	return r
}

// fits says whether a rule is about a path. Each part is looked for behind the one
// before, once: what a rule costs does not depend on how many stars it has.
func (r *rule) fits(path string) bool {
	rest, ok := strings.CutPrefix(path, r.parts[0])
	if !ok {
		return false
	}
	if len(r.parts) == 1 {
		return !r.ends || rest == ""
	}
	middle, last := r.parts[1:], ""
	if r.ends {
		middle, last = middle[:len(middle)-1], middle[len(middle)-1]
	}
	for _, part := range middle {
		if _, rest, ok = strings.Cut(rest, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(rest, last)
}

// lets says whether a page may be read: the longest rule about it says so, and of
// two as long the one that allows.
func (w *wishes) lets(u *url.URL) bool {
	path := u.EscapedPath()
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	path = escaped(path)
	best := rule{allow: true}
	for i := range w.rules {
		if r := &w.rules[i]; (r.long > best.long || r.long == best.long && r.allow) && r.fits(path) {
			best = *r
		}
	}
	return best.allow
}

// escaped is a path as paths are compared: what has to be escaped is, in capitals,
// and nothing else.
func escaped(path string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		c, was := path[i], false
		if c == '%' && i+2 < len(path) {
			if n, err := strconv.ParseUint(path[i+1:i+3], 16, 8); err == nil {
				c, was = byte(n), true
				i += 2
			}
		}
		plain := c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
		if plain || !was && c > ' ' && c < 0x7f {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
