package studio

import (
	"cmp"
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/pager"
	"github.com/sayline/sayline/internal/route"
	"github.com/sayline/sayline/internal/store"
)

// try is what the route would do with a moment at a time. Nothing is written.
type try struct {
	Rule    int
	Said    string
	When    string
	Team    string
	Urgency string
	Within  string
	Key     []side // what its case is grouped by; none for a case of its own
	Joins   *named
	Silent  bool // nobody is asked
	Steps   []tryStep
	missed  []route.Miss
}

// tryStep is a step that would be climbed, and whom it would ask.
type tryStep struct {
	Time, After string
	Held        string // what it waited for; "" for nothing
	Stalled     bool
	Hops        []string
	People      []tryPerson
}

type tryPerson struct{ Name, Ways, Quiet string }

// fieldTime is how a form writes a time of day.
const fieldTime = "2006-01-02T15:04"

// try decides for a past moment, found by its reference, or for a written one.
func (s *Studio) try(ctx context.Context, v *house.View, q url.Values) (*try, error) {
	m, err := s.triedMoment(ctx, v, q)
	if err != nil {
		return nil, err
	}
	at := v.Now
	if t, err := time.ParseInLocation(fieldTime, q.Get("at"), v.Now.Location()); err == nil {
		at = t
	}
	b := v.Viewer.Brand
	b.Router.Place(m)
	if !v.Viewer.SeesLane(m.Lane) && m.ID != "" {
		return nil, errNoMoment
	}
	m.SealedAt = at
	d, missed := b.Router.Explain(m)
	t := &try{Rule: d.Rule, Said: v.Names.Said(m), When: v.Stamp(v.Now, at), Team: v.Names.Team(d.Team, d.Place), Urgency: v.Say("urgency_" + d.Urgency), Silent: !d.Pages, missed: missed}
	if d.Within > 0 && d.Pages {
		t.Within = v.Say("why_within", "span", v.Span(d.Within))
	}
	if err := s.tryCase(ctx, v, t, &d, at); err != nil {
		return nil, err
	}
	steps, err := pager.Foresee(ctx, s.Store, b, m, &d, at)
	if err != nil {
		return nil, err
	}
	for _, f := range steps {
		t.Steps = append(t.Steps, foreseen(v, f, at))
	}
	return t, nil
}

var errNoMoment = &sayline.Error{Kind: sayline.NotFound, Key: "routes_no_moment", Message: "There is no such moment that you may see."}

// mostSame is among how many moments that speak of a reference the one is looked for that has it.
const mostSame = 20

// plain is a reference as people compare it.
func plain(reference string) string { return strings.ToUpper(strings.ReplaceAll(reference, "-", "")) }

func (s *Studio) triedMoment(ctx context.Context, v *house.View, q url.Values) (*sayline.Moment, error) {
	if ref := strings.TrimSpace(q.Get("ref")); ref != "" {
		found, err := s.Store.SearchMoments(ctx, store.Search{Brand: v.Viewer.Brand.ID, Scope: v.Viewer.All(), Text: ref + " ", Limit: mostSame})
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			m, err := s.Store.Moment(ctx, v.Viewer.Brand.ID, f.Moment)
			if err == nil && plain(m.Reference) == plain(ref) {
				return m, nil
			}
		}
		return nil, errNoMoment
	}
	m := &sayline.Moment{Brand: v.Viewer.Brand.ID, Topic: q.Get("topic"), Kind: q.Get("kind"), Audience: q.Get("audience"), Text: strings.TrimSpace(q.Get("words")), Context: sayline.Context{
		Touchpoint: q.Get("touchpoint"), Place: q.Get("place"), Product: q.Get("product"), Lot: strings.TrimSpace(q.Get("lot")), Source: cmp.Or(q.Get("source"), "qr")}}
	m.Feeling, _ = strconv.Atoi(q.Get("feeling"))
	if tier := strings.TrimSpace(q.Get("tier")); tier != "" {
		m.Class, m.Contact = sayline.Identified, &sayline.MomentContact{Proved: &sayline.Proved{Tier: tier}}
	}
	if m.Topic == "" && m.Text == "" && m.Feeling == 0 {
		return nil, &sayline.Error{Kind: sayline.AtFault, Key: "routes_say_something", Message: "Say something: a topic, a face or words."}
	}
	return m, nil
}

// tryCase says what its case is grouped by, and which one it would join.
func (s *Studio) tryCase(ctx context.Context, v *house.View, t *try, d *sayline.Decision, at time.Time) error {
	if d.GroupKey == "" || !d.OpensCase {
		return nil
	}
	for _, f := range route.KeyParts(d.GroupKey) {
		t.Key = append(t.Key, side{Field: v.Field(f.Field), Want: v.FieldValue(f.Field, f.Value)})
	}
	c, err := s.Store.CaseOfKey(ctx, v.Viewer.Brand.ID, d.GroupKey, at)
	if sayline.KindOf(err) == sayline.NotFound || err == nil && !v.Viewer.MayAct(c) {
		return nil
	}
	if err != nil {
		return err
	}
	t.Joins = &named{c.ID, v.Names.Title(c, nil)}
	return nil
}

// foreseen is a step in the reader's words.
func foreseen(v *house.View, f pager.Foreseen, at time.Time) tryStep {
	st := tryStep{Time: v.Stamp(v.Now, f.At), After: v.Gap(f.At.Sub(at)), Stalled: f.Stalled, Hops: v.Hops(f.Duty.Hops)}
	switch f.Held {
	case store.HeldHours:
		st.Held = v.Say("routes_held")
	case store.HeldMute:
		st.Held = v.Say("routes_muted")
	}
	for _, a := range f.Asked {
		p := tryPerson{Name: v.Names.Person(a.Person)}
		ways := []string{v.Say("way_desk")}
		for _, w := range a.Ways {
			label := w
			if key := "way_" + w; v.Has(key) {
				label = v.Say(key)
			}
			ways = append(ways, label)
		}
		p.Ways = strings.Join(ways, v.Say("list_comma"))
		if !a.From.IsZero() {
			p.Quiet = v.Say("routes_quiet", "time", v.Stamp(v.Now, a.From))
		} else if !a.Together.IsZero() {
			p.Quiet = v.Say("routes_together", "time", v.Stamp(v.Now, a.Together))
		}
		st.People = append(st.People, p)
	}
	return st
}

// named is one thing to lead to.
type named struct{ ID, Label string }
