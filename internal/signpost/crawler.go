package signpost

import (
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/web"
)

// robots keeps crawlers to what is for everybody. Receipts are secrets and never
// linked to; the house is behind its door anyway.
func (s *Signposts) robots(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	var b strings.Builder
	b.WriteString("User-agent: *\n")
	if site != nil {
		b.WriteString("Disallow: /cx/r/\nDisallow: /cx/gone\nDisallow: /cx/moments\nAllow: /cx\n\nSitemap: " + site.URL("/sitemap.xml") + "\n")
	} else {
		b.WriteString("Disallow: /b/\nDisallow: /@*/cx/r/\nDisallow: /@*/cx/gone\nDisallow: /@*/cx/moments\nDisallow: /say/find\nAllow: /say\n")
		base := s.Operator(r)
		for _, brand := range s.Brands.All() {
			if at := s.BrandURL(base, brand.ID); strings.HasPrefix(at, base+"/") {
				b.WriteString("\nSitemap: " + at + "/sitemap.xml")
			}
		}
		b.WriteString("\n")
	}
	web.SendTagged(w, r, "text/plain; charset=utf-8", []byte(b.String()))
	return nil
}

// A sitemap with the same page in each language (sitemaps.org 0.9, xhtml:link).
type sitemap struct {
	XMLName xml.Name  `xml:"urlset"`
	NS      string    `xml:"xmlns,attr"`
	XHTML   string    `xml:"xmlns:xhtml,attr"`
	Pages   []mapPage `xml:"url"`
}

type mapPage struct {
	Loc   string    `xml:"loc"`
	Other []mapLink `xml:"xhtml:link"`
}

type mapLink struct {
	Rel  string `xml:"rel,attr"`
	Lang string `xml:"hreflang,attr"`
	Href string `xml:"href,attr"`
}

// sitemap lists the front door and the touchpoints that may be told to anybody.
func (s *Signposts) sitemap(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	m := sitemap{NS: "http://www.sitemaps.org/schemas/sitemap/0.9", XHTML: "http://www.w3.org/1999/xhtml"}
	paths := []string{"/cx"}
	if site.PublicPage {
		paths = append(paths, "/cx/done")
	}
	for i := range site.Touchpoints {
		if t := &site.Touchpoints[i]; t.Listed && site.Public(t) {
			paths = append(paths, "/cx/t/"+t.ID)
		}
	}
	for _, p := range paths {
		page := mapPage{Loc: site.URL(p)}
		for _, l := range site.Languages {
			page.Other = append(page.Other, mapLink{"alternate", l, site.URL(p) + "?lang=" + l})
		}
		m.Pages = append(m.Pages, page)
	}
	body, err := xml.Marshal(m)
	if err != nil {
		return err
	}
	web.SendTagged(w, r, "application/xml; charset=utf-8", append([]byte(xml.Header), body...))
	return nil
}
