package anywhere

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/sayline/sayline/cx"
)

// Brand is a brand that can be spoken to: it has a screen.
type Brand struct {
	Domain    string   // ASCII; the key
	Name      string   // as it calls itself
	Also      []string // other names it is found by
	Languages []string
	Color     string // #rrggbb; "" where it says none
	Screen    string // absolute
	Template  string // RFC 6570, "" where it has none
	Vouched   bool   // of this server, or listed by its operator
	Here      bool   // of this server
	Fallback  []string
	id        string // handle, of this server's
}

// brandOf is what a valid discovery document says, found at a domain.
func brandOf(domain string, d *cx.Discovery) *Brand {
	b := &Brand{Domain: domain, Name: cut(strings.TrimSpace(d.Brand.Name), maxName), Languages: d.Languages, Color: colourOf(d.Brand.Color), Fallback: d.Fallback}
	if u, ok := webAddress(d.Screen); ok {
		b.Screen = u.String()
	}
	if filled, err := cx.Expand(d.ScreenTemplate, nil); err == nil {
		if _, ok := webAddress(filled); ok {
			b.Template = d.ScreenTemplate
			b.Screen = cmp.Or(b.Screen, filled)
		}
	}
	if d.Brand.LegalName != "" {
		b.Also = append(b.Also, cut(d.Brand.LegalName, maxName))
	}
	b.Also = append(b.Also, firstLabel(domain))
	return b
}

func colourOf(s string) string {
	if len(s) != 7 || s[0] != '#' || strings.ContainsFunc(s[1:], func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) }) {
		return ""
	}
	return s
}

// firstLabel is what people call a site: "sparkle" of www.sparkle.example.
func firstLabel(domain string) string {
	shown, _ := spelled(strings.TrimPrefix(domain, "www."))
	label, _, _ := strings.Cut(shown, ".")
	return label
}

// Open is the brand's screen with words filled in. Nothing is sent by it.
func (b *Brand) Open(words, lang string) string {
	q := url.Values{}
	if words != "" {
		q.Set("text", words)
	}
	if slices.Contains(b.Languages, lang) {
		q.Set("lang", lang)
	}
	if b.Template != "" {
		if filled, err := cx.Expand(b.Template, q); err == nil {
			if _, ok := webAddress(filled); ok {
				return filled
			}
		}
	}
	u, err := url.Parse(b.Screen)
	if err != nil || len(q) == 0 {
		return b.Screen
	}
	have := u.Query()
	for k := range q {
		have.Set(k, q.Get(k))
	}
	u.RawQuery = strings.ReplaceAll(have.Encode(), "+", "%20") // some read a plus as a plus
	return u.String()
}

// directory finds brands by name and domain. It is only read once it is made.
type directory struct {
	all      []*Brand
	byDomain map[string]*Brand
	byName   map[string][]*Brand // by folded name; who is vouched for first
}

// newDirectory indexes brands. Of two with one domain the first wins, so those
// of this server come first.
func newDirectory(lists ...[]*Brand) *directory {
	d := &directory{byDomain: map[string]*Brand{}, byName: map[string][]*Brand{}}
	for _, list := range lists {
		for _, b := range list {
			if d.byDomain[b.Domain] != nil {
				continue
			}
			d.byDomain[b.Domain] = b
			d.all = append(d.all, b)
			for _, name := range append([]string{b.Name}, b.Also...) {
				key := foldName(name)
				if key != "" && !slices.Contains(d.byName[key], b) {
					d.byName[key] = append(d.byName[key], b)
				}
			}
		}
	}
	for _, same := range d.byName {
		slices.SortStableFunc(same, func(a, b *Brand) int { return cmp.Compare(rank(a), rank(b)) })
	}
	return d
}

func rank(b *Brand) int {
	switch {
	case b.Here:
		return 0
	case b.Vouched:
		return 1
	}
	return 2
}

// domain finds a brand by its domain, with or without www.
func (d *directory) domain(ascii string) *Brand {
	for _, name := range []string{ascii, strings.TrimPrefix(ascii, "www."), "www." + ascii} {
		if b := d.byDomain[name]; b != nil {
			return b
		}
	}
	return nil
}

// prefix finds who is named at the beginning of a sentence, by the longest name
// there is, and gives the rest.
func (d *directory) prefix(s string) (named []*Brand, rest string) {
	f := fold(s, maxName)
	named, n := d.longest(&f, 0)
	if named == nil {
		return nil, ""
	}
	return named, s[f.at[n-1]:]
}

// longest is the longest name that begins at a rune, and where it ends.
func (d *directory) longest(f *folded, from int) (named []*Brand, end int) {
	for to := min(len(f.text), from+maxName); to > from; to-- {
		if f.boundary(to) && f.text[to-1] != ' ' {
			if b := d.byName[string(f.text[from:to])]; b != nil {
				return b, to
			}
		}
	}
	return nil, 0
}

// within finds everybody named anywhere in a sentence.
func (d *directory) within(s string) []*Brand {
	f := fold(s, maxSentence)
	var all []*Brand
	for i := 0; i < len(f.text); i++ {
		if f.text[i] == ' ' || !f.boundary(i) {
			continue
		}
		named, end := d.longest(&f, i)
		if named == nil || end-i <= shortName {
			continue
		}
		for _, b := range named {
			if !slices.Contains(all, b) {
				all = append(all, b)
			}
		}
		i = end - 1
	}
	return all
}

// mostNear is how many are offered where nobody is called exactly that.
const mostNear = 4

// nearly finds who is called almost that: a letter misheard in a short name,
// two in a long one.
func (d *directory) nearly(said string) []*Brand {
	key := foldName(said)
	limit := 1
	switch n := len([]rune(key)); {
	case n <= shortName:
		return nil
	case n >= 7:
		limit = 2
	}
	type found struct {
		brand *Brand
		far   int
	}
	var list []found
	for _, b := range d.all {
		best := limit + 1
		for _, name := range append([]string{b.Name}, b.Also...) {
			best = min(best, distance(key, foldName(name), limit))
		}
		if best <= limit {
			list = append(list, found{b, best})
		}
	}
	slices.SortStableFunc(list, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(rank(a.brand), rank(b.brand)))
	})
	var near []*Brand
	for _, f := range list[:min(len(list), mostNear)] {
		near = append(near, f.brand)
	}
	return near
}
