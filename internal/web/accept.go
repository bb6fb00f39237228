package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

// maxRanges bounds how much of an Accept header is read.
const maxRanges = 32

// ranked is one range of an Accept header, with its weight in thousandths.
type ranked struct {
	name string
	q    int
}

// ranges reads an Accept-like header, best first; what is refused (q=0) stays, last.
func ranges(header string) []ranked {
	var list []ranked
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if name = strings.ToLower(strings.TrimSpace(name)); name == "" || len(list) == maxRanges {
			continue
		}
		q := 1000
		for p := range strings.SplitSeq(params, ";") {
			if v, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(p)), "q="); ok {
				f, err := strconv.ParseFloat(v, 64)
				if err != nil || !(f >= 0 && f <= 1) {
					f = 0
				}
				q = int(f * 1000)
			}
		}
		list = append(list, ranked{name, q})
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return b.q - a.q })
	return list
}

// Language picks from the offered BCP 47 languages the one a person wants most:
// exactly, else the nearest of the same language ("es" for "es-MX", "pt-BR" for
// "pt", "zh-Hant" for "zh-TW"), else the first. offered must not be empty.
func Language(r *http.Request, offered []string) string {
	for _, want := range ranges(r.Header.Get("Accept-Language")) {
		if want.q == 0 {
			break
		}
		if l, ok := MatchLanguage(want.name, offered); ok {
			return l
		}
	}
	return offered[0]
}

// maxTag is how long a language tag is read, bytes.
const maxTag = 35

// MatchLanguage finds a language among the offered ones as [Language] does.
// Another language is never an answer, however near: who reads Catalan and is
// offered Spanish is asked for their second wish first.
func MatchLanguage(want string, offered []string) (string, bool) {
	if len(want) > maxTag {
		return "", false
	}
	for _, o := range offered {
		if strings.EqualFold(o, want) {
			return o, true
		}
	}
	tag, err := language.Parse(want)
	if err != nil {
		return "", false
	}
	var same []string
	var tags []language.Tag
	for _, o := range offered {
		if t, err := language.Parse(o); err == nil && base(t) == base(tag) {
			same, tags = append(same, o), append(tags, t)
		}
	}
	switch len(same) {
	case 0:
		return "", false
	case 1:
		return same[0], true
	}
	_, i, _ := language.NewMatcher(tags).Match(tag) // by script and region
	return same[i], true
}

// base is the language without script and region; old codes (iw, cmn) count as
// what they are called now.
func base(t language.Tag) language.Base {
	if c, err := language.All.Canonicalize(t); err == nil {
		t = c
	}
	b, _ := t.Base()
	return b
}

// Wants picks from the offered media types the one the Accept header ranks
// highest; on a tie, or without the header, the first offered. "" when none is
// accepted.
func Wants(r *http.Request, offered ...string) string {
	header := r.Header.Get("Accept")
	if strings.TrimSpace(header) == "" {
		return offered[0]
	}
	list := ranges(header)
	best, bestQ := "", 0
	for _, o := range offered {
		if q := weight(list, o); q > bestQ {
			best, bestQ = o, q
		}
	}
	return best
}

// weight is what a header gives a media type, by its most exact range.
func weight(list []ranked, mediaType string) int {
	major, _, _ := strings.Cut(mediaType, "/")
	for _, name := range []string{mediaType, major + "/*", "*/*"} {
		for _, r := range list {
			if r.name == name {
				return r.q
			}
		}
	}
	return 0
}

// WantsPage says whether this is a person's browser, which gets a page, and
// not a client, which gets JSON.
func WantsPage(r *http.Request) bool {
	return Wants(r, "application/json", "application/problem+json", "text/html") == "text/html"
}

// AcceptsGzip says whether the answer may be compressed.
func AcceptsGzip(r *http.Request) bool {
	list := ranges(r.Header.Get("Accept-Encoding"))
	for _, name := range []string{"gzip", "*"} {
		for _, one := range list {
			if one.name == name {
				return one.q > 0
			}
		}
	}
	return false
}
