package signpost

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/gs1"
	"github.com/sayline/sayline/internal/web"
)

// Names of the GS1 Web Vocabulary, and of the standard's own files.
const (
	vocabulary  = "https://gs1.org/voc/"
	contextFile = "https://ref.gs1.org/standards/resolver/linkset-context"
	contextRel  = "http://www.w3.org/ns/json-ld#context"
	linksetType = "application/linkset+json"
	root        = "/gs1"
)

// Link types this resolver has.
const (
	support      = "support" // where something can be said about it
	defaultLink  = "defaultLink"
	defaultMulti = "defaultLinkMulti"
	wholeSet     = "linkset"
)

// describe is the resolver description file.
func (s *Signposts) describe(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	if !site.Resolvable() {
		return nothingHere()
	}
	web.SendTagged(w, r, "application/json", web.JSON(map[string]any{
		"name": site.Name, "resolverRoot": site.URL(root), "supportedPrimaryKeys": []string{"01", "414"},
		"supportedLinkType":           []map[string]string{{"namespace": vocabulary, "prefix": "gs1:"}},
		"linkTypeDefaultCanBeLinkset": false,
	}))
	return nil
}

func nothingHere() error {
	return sayline.Errorf(sayline.NotFound, "Nothing is known here by this key.")
}

// resolve answers for one GS1 Digital Link: a redirect to what was asked for
// (307), a choice (300), all there is as a linkset, 400 for a key that can't be
// right and 404 where there is nothing.
func (s *Signposts) resolve(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	if !site.Resolvable() {
		return nothingHere()
	}
	path, err := cutThirdParty(strings.TrimPrefix(r.URL.EscapedPath(), root))
	if err != nil {
		return err
	}
	query := r.URL.Query()
	asked, err := gs1.Parse(path, query)
	if err != nil {
		return err
	}
	item := s.item(site, asked)
	if item == nil {
		return nothingHere()
	}
	h := w.Header()
	h.Set("Vary", "Accept, Accept-Language, Accept-Encoding")
	h.Add("Link", "<"+item.anchor(asked.WithoutSerial())+`?linkType=linkset>; rel="linkset"; type="`+linksetType+`"`)
	h.Add("Link", "<"+contextFile+`>; rel="`+contextRel+`"; type="application/ld+json"`)
	switch kind := linkType(query); {
	case kind == wholeSet, kind == "" && wantsLinkset(r):
		web.SendTagged(w, r, linksetType, web.JSON(item.linkset()))
	case kind == "", kind == defaultLink, kind == defaultMulti:
		lang, ok := preferred(r, site.Languages)
		if !ok {
			lang = ""
		}
		redirect(w, r, item.say(asked, lang), query)
	case kind == support:
		lang, ok := preferred(r, site.Languages)
		if !ok {
			web.Send(w, r, http.StatusMultipleChoices, linksetType, web.JSON(item.linkset()))
			return nil
		}
		redirect(w, r, item.say(asked, lang), query)
	default:
		return sayline.Errorf(sayline.NotFound, "There is no link of this type for it.")
	}
	return nil
}

// linkType reads ?linkType= as a name with its prefix, as the whole address of
// the vocabulary (of whichever of its two hosts), or bare; "all" is what linkset was called.
func linkType(query url.Values) string {
	kind := query.Get("linkType")
	for _, prefix := range []string{"gs1:", vocabulary, "https://www.gs1.org/voc/", "https://ref.gs1.org/voc/"} {
		if name, ok := strings.CutPrefix(kind, prefix); ok {
			return name
		}
	}
	if kind == "all" {
		return wholeSet
	}
	return kind
}

func wantsLinkset(r *http.Request) bool {
	best := web.Wants(r, "text/html", linksetType, "application/json", "application/ld+json")
	return best != "" && best != "text/html"
}

// preferred is the language to lead to: what the reader wants, else, for who
// says nothing of it, the brand's first. ok is false where the reader wants only
// others.
func preferred(r *http.Request, offered []string) (lang string, ok bool) {
	header := r.Header.Get("Accept-Language")
	if strings.TrimSpace(header) == "" || strings.Contains(header, "*") {
		return web.Language(r, offered), true
	}
	lang = web.Language(r, offered)
	for part := range strings.SplitSeq(header, ",") {
		want, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		if match, found := web.MatchLanguage(want, offered); found && match == lang {
			return lang, true
		}
	}
	return "", false
}

// redirect leads to a target with everything the request's query said, but for
// what was said to the resolver.
func redirect(w http.ResponseWriter, r *http.Request, to string, query url.Values) {
	u, err := url.Parse(to)
	if err == nil {
		q := u.Query()
		for name, values := range query {
			if name != "linkType" && name != "context" && !q.Has(name) {
				q[name] = values
			}
		}
		u.RawQuery = q.Encode()
		to = u.String()
	}
	w.Header().Set("Cache-Control", "no-cache")
	http.Redirect(w, r, to, http.StatusTemporaryRedirect)
}

// item is a product or a place of the brand.
type item struct {
	site  *brands.Site
	name  sayline.Text
	asked gs1.Link // without its serial
	title func(lang string) string
}

// item finds what a link names; nil where the brand has nothing of it. What
// comes after the key never matters here: an unknown lot has the product's links.
func (s *Signposts) item(site *brands.Site, l gs1.Link) *item {
	i := &item{site: site, asked: l.WithoutSerial()}
	i.title = func(lang string) string { return s.Words.In(lang).Say("title", "brand", site.Name) }
	if p := site.Index.Product(l.GTIN); l.GTIN != "" && p != nil {
		i.name = p.Name
		return i
	}
	if p := site.Index.PlaceByGLN(l.GLN); l.GLN != "" && p != nil {
		i.name = p.Name
		return i
	}
	return nil
}

func (i *item) anchor(l gs1.Link) string {
	l.Expiry = ""
	return l.Canonical(i.site.URL(root))
}

// say is the touch screen for the thing, in a language; "" leaves it to the reader's browser.
func (i *item) say(l gs1.Link, lang string) string {
	l.Expiry = ""
	to := l.Canonical(i.site.URL("/cx"))
	if lang != "" {
		to += "?lang=" + url.QueryEscape(lang)
	}
	return to
}

// linkset is everything there is for the thing and for each level above it, up
// to its key.
func (i *item) linkset() linkset {
	var set linkset
	for _, l := range levels(i.asked) {
		var each []link
		for _, lang := range i.site.Languages {
			each = append(each, link{i.say(l, lang), i.title(lang), "text/html", []string{lang}})
		}
		c := context{"anchor": i.anchor(l), vocabulary + defaultLink: []link{{i.say(l, ""), each[0].Title, "text/html", nil}}, vocabulary + support: each}
		if name := i.name.In(i.site.Language()); name != "" {
			c["itemDescription"], c["description"] = name, name
		}
		if len(each) > 1 {
			c[vocabulary+defaultMulti] = each
		}
		set.add(c)
	}
	return set
}

// levels are a link and those above it: lot, variant, product.
func levels(l gs1.Link) []gs1.Link {
	list := []gs1.Link{l}
	for _, cut := range []func(*gs1.Link){
		func(l *gs1.Link) { l.Lot = "" }, func(l *gs1.Link) { l.Variant = "" }, func(l *gs1.Link) { l.Extension = "" },
	} {
		cut(&l)
		if !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	return list
}

// cutThirdParty takes the qualifiers out of a path that name nothing of ours: a
// serial number that somebody else controls (235) and a place's issuer code
// (7040). They are checked, and what is asked for is what stands above them.
func cutThirdParty(path string) (string, error) {
	segments := strings.Split(strings.TrimSuffix(path, "/"), "/")
	for at := 3; at < len(segments); at += 2 { // "", key, value, then qualifiers by turns
		key := segments[at]
		if key != "235" && key != "7040" {
			continue
		}
		value := ""
		if at+1 < len(segments) {
			value, _ = url.PathUnescape(segments[at+1])
		}
		product := segments[1] == "01"
		if value == "" || len(value) > 28 || key == "7040" && len(value) != 4 || product != (key == "235") || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return "", sayline.Errorf(sayline.Invalid, "Key %s can't stand here like this.", key)
		}
		segments = slices.Delete(segments, at, min(at+2, len(segments)))
		break
	}
	return strings.Join(segments, "/"), nil
}
