package site

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"github.com/sayline/sayline/cx"
)

// found is what a page says of itself.
type found struct {
	Title   string
	Changed time.Time // as the page says (schema.org, or its meta elements); zero where it does not
	Issued  time.Time // when it was published, as it says
	WayIn   bool
	Links   []*url.URL // where it leads, tidied, each once; none where the page asks not to follow
}

const (
	mostTitle = 200       // characters
	mostLinks = 2000      // of a page
	mostData  = 256 << 10 // bytes of one element of data
)

// readPage reads a page, in whatever character set it is; at is its address.
func readPage(at *url.URL, contentType string, body []byte) *found {
	text, err := charset.NewReader(bytes.NewReader(body), contentType)
	if err != nil {
		text = bytes.NewReader(body)
	}
	r := &pageReader{found: &found{}, at: at, seen: map[string]bool{}}
	z := html.NewTokenizer(text)
	z.SetMaxBuf(4 << 20)
	for {
		switch z.Next() {
		case html.ErrorToken: // the end, or what can't be read any further
			r.end()
			return r.found
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start(z.Token())
		case html.TextToken:
			if r.inside != "" && r.text.Len() < mostData {
				r.text.Write(z.Text())
			}
		case html.EndTagToken:
			r.end()
		}
	}
}

// pageReader is a page on the way through its elements.
type pageReader struct {
	*found
	at     *url.URL
	seen   map[string]bool
	inside string // an element whose text is wanted: title or data
	text   bytes.Buffer
	silent bool // it asks not to follow
}

func (r *pageReader) start(t html.Token) {
	r.end()
	a := map[string]string{}
	for _, x := range t.Attr {
		a[x.Key] = x.Val
	}
	switch t.Data {
	case "title":
		if r.Title == "" {
			r.inside = "title"
		}
	case "script":
		if strings.EqualFold(strings.TrimSpace(a["type"]), "application/ld+json") {
			r.inside = "data"
		}
		r.leads(a["src"], "")
	case "base":
		if u := resolve(r.at, a["href"]); u != nil {
			r.at = u
		}
	case "meta":
		r.meta(a)
	case "a", "area", "link", "form":
		link := a["href"]
		if t.Data == "form" {
			link = a["action"]
		}
		_, button := a["data-cx"]
		r.WayIn = r.WayIn || button
		r.leads(link, a["rel"])
		if t.Data == "a" || t.Data == "area" {
			r.follow(link, a["rel"])
		}
	}
	if a["itemprop"] == "dateModified" {
		r.Changed = later(r.Changed, when(a["datetime"]), when(a["content"]))
	}
}

// end takes the text of the element that ends.
func (r *pageReader) end() {
	switch r.inside {
	case "title":
		r.Title = strings.Join(strings.Fields(strings.ToValidUTF8(html.UnescapeString(r.text.String()), "")), " ")
		if utf8.RuneCountInString(r.Title) > mostTitle {
			r.Title = string([]rune(r.Title)[:mostTitle])
		}
	case "data":
		var data any
		if json.Unmarshal(r.text.Bytes(), &data) == nil {
			r.dates(data, 0)
		}
	}
	r.inside = ""
	r.text.Reset()
}

// meta reads what a page says of itself in its head.
func (r *pageReader) meta(a map[string]string) {
	switch strings.ToLower(a["name"] + a["property"] + a["itemprop"]) {
	case "article:modified_time", "og:updated_time", "last-modified", "datemodified":
		r.Changed = later(r.Changed, when(a["content"]))
	case "article:published_time", "datepublished":
		r.Issued = later(r.Issued, when(a["content"]))
	case "robots", "sayline":
		if slices.ContainsFunc(strings.FieldsFunc(a["content"], func(r rune) bool { return r == ',' || r == ' ' }), nofollow) {
			r.silent, r.Links = true, nil
		}
	}
}

// dates finds the dates in schema.org's data, however deep they stand.
func (r *pageReader) dates(data any, depth int) {
	if depth > 12 {
		return
	}
	switch x := data.(type) {
	case []any:
		for _, y := range x {
			r.dates(y, depth+1)
		}
	case map[string]any:
		for name, y := range x {
			says, _ := y.(string)
			switch name {
			case "dateModified":
				r.Changed = later(r.Changed, when(says))
			case "datePublished":
				r.Issued = later(r.Issued, when(says))
			default:
				r.dates(y, depth+1)
			}
		}
	}
}

// leads notes a way in: the relation of the protocol, or an address that is a touch screen's.
func (r *pageReader) leads(link, rel string) {
	if rels := strings.Fields(strings.ToLower(rel)); slices.Contains(rels, strings.ToLower(cx.Rel)) || slices.Contains(rels, "cx") {
		r.WayIn = true
	}
	if u := resolve(r.at, link); link != "" && u != nil && toScreen(u) {
		r.WayIn = true
	}
}

func (r *pageReader) follow(link, rel string) {
	if r.silent || link == "" || len(r.Links) >= mostLinks || slices.Contains(strings.Fields(strings.ToLower(rel)), "nofollow") {
		return
	}
	if u := resolve(r.at, link); u != nil && !r.seen[u.String()] {
		r.seen[u.String()] = true
		r.Links = append(r.Links, u)
	}
}

// changed says when a page changed and who says so: the page itself, else the
// sitemap, else the header, else when the page was published. What lies in the
// future says nothing.
func (f *found) changed(sitemap time.Time, header http.Header, now time.Time) (at time.Time, how string) {
	sent, _ := http.ParseTime(header.Get("Last-Modified"))
	for _, x := range []struct {
		at  time.Time
		how string
	}{{f.Changed, "schema"}, {sitemap, "sitemap"}, {sent, "header"}, {f.Issued, "schema"}} {
		if !x.at.IsZero() && !x.at.After(now) {
			return x.at, x.how
		}
	}
	return time.Time{}, ""
}

// when reads a date as sitemaps and schema.org write it (W3C's note on ISO 8601);
// zero where it is none.
func when(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1990 && t.Year() < 3000 {
			return t
		}
	}
	return time.Time{}
}

// later is the last of some times.
func later(times ...time.Time) time.Time {
	return slices.MaxFunc(times, time.Time.Compare)
}

// linksToScreen says whether a page's headers lead to a touch screen.
func linksToScreen(h http.Header) bool {
	return slices.ContainsFunc(h.Values("Link"), func(l string) bool { return strings.Contains(l, cx.Rel) })
}
