package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/atlas"
)

// wish is an opportunity that a brand's people saw at a touchpoint, and how far
// they have come with it.
type wish struct {
	touchpoint, by, text, owner string
	state                       string
	ago                         int // days since they came that far
	due                         int // days until it is to be done; of what is planned or done
}

var wishes = map[string][]wish{
	"sparkle": {
		{"help", "elena", "Offer the call-back before the queue, not after it.", "service", sayline.Planned, 3, 6},
		{"vending", "elena", "The code for a free can on the machine's own screen.", "machines", sayline.Done, 5, -5},
		{"invoice", "tomas", "Empties on a line of their own, with the date they came back.", "accounts", sayline.Accepted, 2, 0},
		{"price-label", "tomas", "A smaller bottle beside the litre, for one.", "", sayline.Declined, 4, 0},
	},
	"granvia": {
		{"bill", "ignacio", "Go through the bill together the evening before.", "reception", sayline.Planned, 2, 9},
		{"reception-madrid", "ignacio", "A fourth colleague from three to six on Fridays.", "reception", sayline.Done, 5, -5},
	},
	"northgate": {
		{"gate-b12", "ruth", "Walking minutes to the next free gate, on the screen.", "terminals", sayline.Planned, 1, 12},
		{"security-t1", "ruth", "Open lane 6 at 14 min, not at 20.", "security", sayline.Done, 5, -5},
	},
}

// wish puts what a brand's people decided on the agenda, step by step.
func (p *past) wish(w *people) {
	for i, x := range wishes[w.brand.ID] {
		from := p.end.AddDate(0, 0, -x.ago).Add(-time.Duration(i+1) * time.Hour)
		o := &sayline.Opportunity{Brand: w.brand.ID, Touchpoint: x.touchpoint, Source: sayline.FromUs, Text: x.text, State: sayline.Proposed, By: x.by}
		p.at(from.Add(-3*time.Hour), func(ctx context.Context) error {
			o.ID = sayline.NewID(p.now(), p.random)
			return p.store.AddOpportunity(ctx, o)
		})
		for n, state := range waysTo[x.state] {
			p.at(from.Add(time.Duration(n-3)*time.Minute), func(ctx context.Context) error {
				_, err := p.store.ChangeOpportunity(ctx, w.brand.ID, o.ID, n+1, x.by, func(o *sayline.Opportunity) error {
					if o.Owner = x.owner; state == sayline.Planned {
						o.Due = p.end.In(w.brand.Location()).AddDate(0, 0, x.due).Format(time.DateOnly)
					}
					return o.Become(state, p.now())
				})
				return err
			})
		}
	}
}

// refresh is what a brand's people called the map that they kept, before they did what
// they had planned; and who did, with how many days ago.
var refresh = map[string]struct {
	by, name string
	ago      int
}{
	"sparkle":   {"elena", "before the refresh", 6},
	"granvia":   {"ignacio", "before the winter season", 6},
	"northgate": {"ruth", "before the new lanes", 6},
}

// keepMap puts on the agenda that somebody keeps the map as it is.
func (p *past) keepMap(w *people) {
	x, b := refresh[w.brand.ID], w.brand
	p.at(p.end.AddDate(0, 0, -x.ago), func(ctx context.Context) error {
		then, days, err := atlas.Then(ctx, p.store, b, p.now())
		if err != nil {
			return err
		}
		return p.store.KeepSnapshot(ctx, &sayline.MapSnapshot{Brand: b.ID, ID: sayline.NewID(p.now(), p.random), Name: x.name, By: x.by, At: p.now(), Version: b.Version, Days: days, MapThen: then})
	})
}

// waysTo are the states an opportunity comes through to one.
var waysTo = map[string][]string{
	sayline.Accepted: {sayline.Accepted},
	sayline.Declined: {sayline.Declined},
	sayline.Planned:  {sayline.Accepted, sayline.Planned},
	sayline.Done:     {sayline.Accepted, sayline.Planned, sayline.Done},
}

// checkWishes refuses wishes for what a brand does not have.
func (p *people) checkWishes() error {
	if p.brand.Index.Person(refresh[p.brand.ID].by) == nil {
		return fmt.Errorf("refresh of %s: expected a person, got %q", p.brand.ID, refresh[p.brand.ID].by)
	}
	for _, x := range wishes[p.brand.ID] {
		if p.brand.Index.Touchpoint(x.touchpoint) == nil || p.brand.Index.Person(x.by) == nil || x.owner != "" && p.brand.Index.Team(x.owner) == nil {
			return fmt.Errorf("wishes of %s: expected a touchpoint, a person and a team, got %q, %q and %q", p.brand.ID, x.touchpoint, x.by, x.owner)
		}
	}
	return nil
}
