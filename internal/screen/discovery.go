package screen

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/web"
)

// fulfilled are the protocol's classes this package does by itself.
var fulfilled = []string{"discovery", "core", "reply", "privacy", "screen"}

// discovery is what a brand says of itself. It names only what really works.
func (s *Screen) discovery(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	w.Header().Set("Cache-Control", "public, max-age=300")
	web.SendTagged(w, r, "application/json", web.JSON(s.discoveryDoc(site)))
	return nil
}

func (s *Screen) discoveryDoc(site *brands.Site) *cx.Discovery {
	d := &cx.Discovery{
		CX: cx.Version, Brand: cx.Brand{Name: site.Name, LegalName: site.LegalName, Color: site.Look.Color},
		Domains: site.Domains, Canonical: site.URL(cx.WellKnown), Expires: expires(s.Now()), Languages: site.Languages,
		Operator: &cx.Operator{Name: cmp.Or(site.Operator.Name, site.LegalName, site.Name), PrivacyContact: site.Operator.PrivacyContact},
		Screen:   site.URL("/cx"), ScreenTemplate: site.URL("/cx") + "{/path*}{?topic,lang,text,ref}",
		API:   &cx.API{Submit: site.URL("/cx/moments"), Touchpoints: site.URL("/cx/touchpoints") + "{?q,lat,long,product}", OpenAPI: site.URL("/cx/openapi.json")},
		Kinds: sayline.Kinds, Feelings: &cx.Feelings{Min: 1, Max: 5, Shown: site.Shown()}, Topics: publicTopics(site),
		Accepts: []cx.Accepts{{Media: "text", MaxLength: sayline.MaxText}},
		Privacy: &cx.Privacy{Classes: []string{sayline.Unidentified, sayline.Identified}, Policy: site.Privacy.Policy, RetentionDays: map[string]int{
			sayline.Unidentified: days(site.RetainFor(sayline.Unidentified)), sayline.Identified: days(site.RetainFor(sayline.Identified))}},
		Response:      &cx.Response{AcknowledgeWithin: site.AcknowledgeWithin().String(), AnswerWithin: site.AnswerWithin().String()},
		ReplyChannels: []string{"receipt"}, Challenge: &cx.Challenge{Type: "none"}, Fallback: site.Fallback,
		Conformance: append(slices.Clone(fulfilled), s.Conformance...),
	}
	if d.Domains == nil {
		d.Domains = []string{}
	}
	if s.limit != nil {
		d.Limits = &cx.Limits{MomentsPerMinute: s.RatePerMinute}
	}
	return d
}

// expires is a year on from the beginning of the month, so that the document
// stays the same for a while.
func expires(now time.Time) time.Time {
	y, m, _ := now.UTC().Date()
	return time.Date(y+1, m, 1, 0, 0, 0, 0, time.UTC)
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

// publicTopics are those of the touchpoints anybody may be shown: what employees
// and vendors can say is not told to everybody.
func publicTopics(site *brands.Site) []cx.Topic {
	list := []cx.Topic{}
	for i := range site.Topics {
		t := &site.Topics[i]
		shown := slices.ContainsFunc(site.Touchpoints, func(p sayline.Touchpoint) bool {
			return public(site, &p) && slices.Contains(p.Topics, t.ID)
		})
		if shown {
			list = append(list, cx.Topic{ID: t.ID, Kind: t.Kind, Label: byLanguage(t.Label, site.Language())})
		}
	}
	return list
}

// public says whether a touchpoint may be told to anybody: it is listed, or the
// front door, and is not for the brand's own people, its vendors or a private lane.
func public(site *brands.Site, t *sayline.Touchpoint) bool {
	own := slices.ContainsFunc(t.Audiences, func(a string) bool { return a == "employee" || a == "vendor" || a == "partner" })
	return (t.Listed || t == site.Index.FrontDoor() || t.ID == site.Index.FrontDoor().ID) && t.Lane == "" && !own
}

// byLanguage names the language of words that have none: the brand's first.
func byLanguage(t sayline.Text, first string) map[string]string {
	m := make(map[string]string, len(t))
	for l, words := range t {
		m[cmp.Or(l, first)] = words
	}
	return m
}
