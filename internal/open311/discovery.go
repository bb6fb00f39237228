package open311

import (
	"cmp"
	"encoding/xml"
	"time"
)

// specification names what the endpoint speaks, as clients look for it.
const specification = "http://wiki.open311.org/GeoReport_v2"

// discoveryDoc is the service discovery document. A changeset is when the
// brand's configuration, and with it the list of services, last changed.
type discoveryDoc struct {
	XMLName    xml.Name   `xml:"discovery" json:"-"`
	Changeset  string     `xml:"changeset" json:"changeset"`
	Contact    string     `xml:"contact" json:"contact"`
	KeyService string     `xml:"key_service" json:"key_service"`
	Endpoints  []endpoint `xml:"endpoints>endpoint" json:"endpoints"`
}

type endpoint struct {
	Specification string   `xml:"specification" json:"specification"`
	URL           string   `xml:"url" json:"url"`
	Changeset     string   `xml:"changeset" json:"changeset"`
	Type          string   `xml:"type" json:"type"`
	Formats       []string `xml:"formats>format" json:"formats"`
}

func (d *discoveryDoc) inJSON() any { return d }

func (b *Bridge) discovery(a *asking, _ string) error {
	s := a.site
	contact := cmp.Or(s.Operator.Name, s.LegalName, s.Name)
	for _, way := range append([]string{s.Operator.PrivacyContact}, s.Fallback...) {
		if way != "" {
			contact += ", " + way
		}
	}
	at := stamp(s.At)
	return a.send("public, max-age=300", &discoveryDoc{
		Changeset: at, Contact: contact, KeyService: a.words.Say("open311_key", "brand", s.Name),
		Endpoints: []endpoint{{specification, s.URL(Path), at, "production", mediaTypes}},
	})
}

// stamp is a time as the format has it, to the second.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
