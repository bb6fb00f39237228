package screen

import (
	"cmp"
	"net/http"
	"net/url"
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
	web.SendTagged(w, r, "application/json", web.JSON(s.Document(site)))
	return nil
}

// Document is the discovery document of a brand, for whoever addresses it so.
func (s *Screen) Document(site *brands.Site) *cx.Discovery {
	d := &cx.Discovery{
		CX: cx.Version, Brand: cx.Brand{Name: site.Name, LegalName: site.LegalName, Color: site.Look.Color},
		Domains: domains(site), Canonical: site.URL(cx.WellKnown), Expires: expires(s.Now()), Languages: site.Languages,
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
	if s.PushKey != "" {
		d.ReplyChannels, d.PushKey = append(d.ReplyChannels, "webpush"), s.PushKey
	}
	if s.Mail {
		d.ReplyChannels = append(d.ReplyChannels, "email")
	}
	if s.Spool != nil {
		d.Accepts = append(d.Accepts,
			cx.Accepts{Media: sayline.Photo, Types: sayline.MediaTypes[sayline.Photo], MaxBytes: sayline.MaxPhotoBytes, MaxCount: sayline.MaxPhotos},
			cx.Accepts{Media: sayline.Voice, Types: sayline.MediaTypes[sayline.Voice], MaxBytes: sayline.MaxVoiceBytes, MaxCount: sayline.MaxVoices, MaxSeconds: int(sayline.MaxVoice / time.Second)})
		d.Conformance = append(d.Conformance, "media")
	}
	d.Identifiers, d.Conformance = s.identifiers(site, d.Conformance)
	if s.limit != nil {
		d.Limits = &cx.Limits{MomentsPerMinute: s.RatePerMinute}
	}
	return d
}

// identifiers are the neighbours' formats the brand answers in, each with its class.
func (s *Screen) identifiers(site *brands.Site, classes []string) (*cx.Identifiers, []string) {
	var ids cx.Identifiers
	if s.Resolver != "" && site.Resolvable() {
		ids.GS1Resolver, classes = site.URL(s.Resolver), append(classes, "gs1")
	}
	if s.Open311 != "" && len(site.OpenTopics()) > 0 {
		ids.Open311, classes = site.URL(s.Open311), append(classes, "open311")
	}
	if ids == (cx.Identifiers{}) {
		return nil, classes
	}
	return &ids, classes
}

// domains are the brand's own, and the one by which it was asked: a client
// believes a document that names the domain it was reached for. A place under
// the operator's host is none; there the document's canonical address counts.
func domains(site *brands.Site) []string {
	list := append([]string{}, site.Domains...)
	u, err := url.Parse(site.Base)
	if err == nil && u.Path == "" && !slices.Contains(list, u.Hostname()) {
		list = append(list, u.Hostname())
	}
	if len(list) == 0 && err == nil {
		list = append(list, u.Hostname()) // a brand that has no domain yet is known by its operator's
	}
	return list
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
			return site.Public(&p) && slices.Contains(p.Topics, t.ID)
		})
		if shown {
			list = append(list, cx.Topic{ID: t.ID, Kind: t.Kind, Label: byLanguage(t.Label, site.Language())})
		}
	}
	return list
}

// byLanguage names the language of words that have none: the brand's first.
func byLanguage(t sayline.Text, first string) map[string]string {
	m := make(map[string]string, len(t))
	for l, words := range t {
		m[cmp.Or(l, first)] = words
	}
	return m
}
