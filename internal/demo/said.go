package demo

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
)

//go:embed said/*.json
var saidFiles embed.FS

// utterance is something people of a demo brand say now and then.
type utterance struct {
	Touchpoint string                 `json:"touchpoint"`
	Topic      string                 `json:"topic,omitempty"`
	Kind       string                 `json:"kind,omitempty"`
	Feeling    int                    `json:"feeling,omitempty"`
	Text       string                 `json:"text,omitempty"`
	Lang       string                 `json:"lang,omitempty"`
	Ref        string                 `json:"ref,omitempty"`
	Product    string                 `json:"product,omitempty"`
	Lot        string                 `json:"lot,omitempty"` // on a package whose product is known
	Place      string                 `json:"place,omitempty"`
	Contact    *sayline.MomentContact `json:"contact,omitempty"` // who says who they are
	Publish    bool                   `json:"publish,omitempty"`
	Weight     int                    `json:"weight,omitempty"` // how often, against the others; default 1
	Crowd      int                    `json:"crowd,omitempty"`  // now and then so many say it, one after the other
	Reply      string                 `json:"reply,omitempty"`  // what the brand's people answer, if they do
}

// people are one brand's speakers and staff.
type people struct {
	brand  *brands.Snapshot
	said   []utterance
	weight int
	rand   *rand.Rand
}

// newPeople reads what is said at a brand. The same seed gives the same people.
func newPeople(b *brands.Snapshot, seed uint64) (*people, error) {
	text, err := saidFiles.ReadFile("said/" + b.ID + ".json")
	if err != nil {
		return nil, err
	}
	p := &people{brand: b, rand: rand.New(rand.NewPCG(seed, 1))}
	if err := json.Unmarshal(text, &p.said); err != nil {
		return nil, fmt.Errorf("said/%s.json: %w", b.ID, err)
	}
	for i := range p.said {
		if err := p.said[i].check(b.Index); err != nil {
			return nil, fmt.Errorf("said/%s.json: entry %d: %w", b.ID, i+1, err)
		}
		p.weight += cmp.Or(p.said[i].Weight, 1)
	}
	return p, p.checkWishes()
}

// check refuses what the brand does not have.
func (u *utterance) check(ix *sayline.Index) error {
	t := ix.Touchpoint(u.Touchpoint)
	switch {
	case t == nil || t.Silent:
		return fmt.Errorf("expected a touchpoint that listens, got %q", u.Touchpoint)
	case u.Topic != "" && ix.Topic(u.Topic) == nil:
		return fmt.Errorf("expected a topic, got %q", u.Topic)
	case u.Place != "" && ix.Place(u.Place) == nil:
		return fmt.Errorf("expected a place, got %q", u.Place)
	case u.Product != "" && ix.Product(u.Product) == nil:
		return fmt.Errorf("expected a product, got %q", u.Product)
	case u.Lot != "" && t.Product == "":
		return fmt.Errorf("expected a lot only where the touchpoint has a product")
	}
	m := u.moment(t)
	return m.Validate()
}

// next is what somebody says next.
func (p *people) next() *utterance {
	n := p.rand.IntN(p.weight)
	for i := range p.said {
		if n -= cmp.Or(p.said[i].Weight, 1); n < 0 {
			return &p.said[i]
		}
	}
	return &p.said[0]
}

// moment is the utterance as it is said at its touchpoint.
func (u *utterance) moment(t *sayline.Touchpoint) sayline.Moment {
	m := sayline.Moment{Kind: u.Kind, Feeling: u.Feeling, Topic: u.Topic, Text: u.Text, Lang: u.Lang, Publish: u.Publish,
		Class: sayline.Unidentified, Contact: u.Contact,
		Context: sayline.Context{Touchpoint: u.Touchpoint, Ref: u.Ref, Product: u.Product, Place: u.Place, Source: source(t.Channel)}}
	if u.Contact != nil {
		m.Class = sayline.Identified
	}
	if u.Lot != "" {
		m.Context.GS1 = "https://id.example/cx/01/" + t.Product + "/10/" + u.Lot
		m.Context.Source = "gs1"
	}
	return m
}

// source is by which way people speak at a channel.
func source(channel string) string {
	switch channel {
	case "kiosk":
		return "kiosk"
	case "package":
		return "gs1"
	case "web", "app", "email", "social":
		return "link"
	}
	return "qr"
}

// replyTo is what the brand's people answer to a moment: what is written for
// these words or this tap, else what is written for the same tap somewhere else.
// Words nobody foresaw have none.
func (p *people) replyTo(m *sayline.Moment) (text, lang string) {
	best, found := 0, (*utterance)(nil)
	for i := range p.said {
		u := &p.said[i]
		here := u.Touchpoint == m.Context.Touchpoint
		switch {
		case u.Reply == "" || u.Topic != m.Topic || u.Text != m.Text:
			continue
		case u.Topic == "" && (!here || (u.Feeling < 3) != (m.Feeling < 3)):
			continue // a face says too little to be answered alike everywhere
		}
		likeness := 1
		if here {
			likeness += 2
		}
		if u.Lang == m.Lang {
			likeness += 4
		}
		if likeness > best {
			best, found = likeness, u
		}
	}
	if found == nil {
		return "", ""
	}
	return found.Reply, cmp.Or(found.Lang, p.brand.Language())
}

// hour is a time of day from 0 to 1: two humps, one at half past twelve, one at
// seven, and now and then any time at all.
func (p *people) hour() float64 {
	mean, spread := 12.5, 2.6
	switch r := p.rand.Float64(); {
	case r < 0.1:
		return p.rand.Float64()
	case r < 0.5:
		mean, spread = 19, 1.9
	}
	return math.Mod(mean+spread*p.rand.NormFloat64()+24, 24) / 24
}

// busy is how much is said at a time of the brand's day, against the busiest: 0.15 to 1.
func (p *people) busy(t time.Time) float64 {
	local := t.In(p.brand.Location())
	h := float64(local.Hour()) + float64(local.Minute())/60
	hump := func(mean, spread float64) float64 { return math.Exp(-(h - mean) * (h - mean) / (2 * spread * spread)) }
	return 0.15 + 0.85*min(1, hump(12.5, 2.6)+0.9*hump(19, 1.9))
}

// span is a time people take: half of them less than median, few much more.
func (p *people) span(median time.Duration) time.Duration {
	return time.Duration(float64(median) * math.Exp(0.7*p.rand.NormFloat64()))
}

// someone is who of the team deals with a case: the person on duty.
func (p *people) someone(team, place string, t time.Time) string {
	return p.brand.Roster.Who(team, place, t).Person
}
