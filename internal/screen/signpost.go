package screen

import (
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/gs1"
	"github.com/sayline/sayline/internal/web"
)

// resolver is where a barcode's address is answered for who asks for its links
// (?linkType=, or Accept of a linkset) and not for a screen; "" for everybody else.
func (s *Screen) resolver(r *http.Request, site *brands.Site) string {
	path, scanned := strings.CutPrefix(r.URL.EscapedPath(), "/cx/")
	scanned = scanned && (strings.HasPrefix(path, "01/") || strings.HasPrefix(path, "414/"))
	if s.Resolver == "" || !scanned || !site.Resolvable() {
		return ""
	}
	if !r.URL.Query().Has("linkType") && web.Wants(r, "text/html", "application/linkset+json") != "application/linkset+json" {
		return ""
	}
	to := site.URL(s.Resolver) + "/" + path
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	return to
}

// signpost tells search engines and assistants what this page is: the way to say
// something to the brand. What is not for everybody is not to be listed at all.
func (v *touchView) signpost(r *http.Request, p *spot) {
	if p.status != http.StatusOK || !p.site.Public(p.touchpoint) || p.place != "" {
		return
	}
	switch {
	case p.link.GTIN != "": // of every lot of it
		v.Canonical = gs1.Link{GTIN: p.link.GTIN}.Canonical(p.site.URL("/cx"))
	case p.bare:
		v.Canonical = p.site.URL("/cx")
	default:
		v.Canonical = p.site.URL(r.URL.EscapedPath())
	}
	v.Structured = v.structured()
}

// object is a thing of schema.org.
type object map[string]any

// structured is the brand as schema.org knows it: an organization, where to
// contact it, and the one thing to do here. It says no more than that: it stands
// in the first flight.
func (v *touchView) structured() template.HTML {
	contact := object{"@type": "ContactPoint", "url": v.site.URL("/cx")}
	for _, way := range v.site.Fallback {
		if number, ok := strings.CutPrefix(way, "tel:"); ok && contact["telephone"] == nil {
			contact["telephone"] = number
		} else if address, ok := strings.CutPrefix(way, "mailto:"); ok && contact["email"] == nil {
			contact["email"] = address
		}
	}
	brand := object{
		"@context": "https://schema.org", "@type": "Organization", "name": v.site.Name, "contactPoint": contact,
		"potentialAction": object{"@type": "CommunicateAction", "target": v.Canonical + "{?text,lang}"},
	}
	if len(v.site.Domains) > 0 { // else the brand's own site isn't known
		brand["url"] = "https://" + v.site.Domains[0] + "/"
	}
	text, err := json.Marshal(brand) // with < > & escaped, so that nothing ends the element
	if err != nil {
		return ""
	}
	return template.HTML(`<script type="application/ld+json">` + string(text) + `</script>`)
}
