package signpost

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/web"
)

const (
	catalogPath = "/.well-known/api-catalog"
	// catalogType is that of a catalogue: a linkset with the profile of RFC 9727.
	catalogType = `application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"`
)

// catalog tells which interfaces there are: a brand's protocol, and what it
// answers in Open311; of the operator,
// each brand's catalogue.
func (s *Signposts) catalog(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	var set linkset
	if site != nil {
		items := []link{{Href: site.URL("/cx/moments")}}
		civic := s.Open311 != "" && len(site.OpenTopics()) > 0
		if civic {
			items = append(items, link{Href: site.URL(s.Open311)})
		}
		set.add(context{"anchor": site.URL(catalogPath), "item": items})
		api := context{
			"anchor":       site.URL("/cx/moments"),
			"service-desc": []link{{Href: site.URL("/cx/openapi.json"), Type: "application/vnd.oai.openapi+json"}, {Href: site.URL("/cx/asyncapi.json"), Type: "application/vnd.aai.asyncapi+json"}},
			"service-meta": []link{{Href: site.URL(cx.WellKnown), Type: "application/json"}},
			"service-doc":  []link{{Href: site.URL("/cx"), Type: "text/html"}},
		}
		if policy := site.Privacy.Policy; policy != "" {
			api["privacy-policy"] = []link{{Href: policy}}
		}
		set.add(api)
		if civic {
			set.add(context{
				"anchor":       site.URL(s.Open311),
				"service-meta": []link{{Href: site.URL(s.Open311) + "/discovery.json", Type: "application/json"}, {Href: site.URL(s.Open311) + "/discovery.xml", Type: "text/xml"}},
				"service-doc":  []link{{Href: "http://wiki.open311.org/GeoReport_v2", Type: "text/html"}},
			})
		}
	} else {
		base := s.Operator(r)
		var each []link
		for _, b := range s.Brands.All() {
			each = append(each, link{Href: s.BrandURL(base, b.ID) + catalogPath, Title: b.Name, Type: "application/linkset+json"})
		}
		set.add(context{"anchor": base + catalogPath, "api-catalog": each})
	}
	w.Header().Set("Link", "<"+set.Linkset[0]["anchor"].(string)+`>; rel="api-catalog"`)
	web.SendTagged(w, r, catalogType, web.JSON(set))
	return nil
}

// security says whom to tell of a weakness. It expires, so that nobody writes to
// an address that was forgotten: half a year on from the beginning of the month.
func (s *Signposts) security(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	if s.SecurityContact == "" {
		return sayline.Errorf(sayline.NotFound, "Nobody is named here for reports of weaknesses.")
	}
	y, m, _ := s.Now().UTC().Date()
	base := ""
	if site == nil {
		base = s.Operator(r)
	} else {
		base = site.Base
	}
	text := fmt.Sprintf("Contact: %s\nExpires: %s\nPreferred-Languages: %s\nCanonical: %s\n", s.SecurityContact,
		time.Date(y, m+6, 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339), strings.Join(s.Words.Languages("house"), ", "), base+"/.well-known/security.txt")
	web.SendTagged(w, r, "text/plain; charset=utf-8", []byte(text))
	return nil
}
