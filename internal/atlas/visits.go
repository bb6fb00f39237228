package atlas

import (
	"context"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// came is how many came to a touchpoint, counted in one way, and what was said
// there on the same days.
type came struct {
	Kind       string
	Came, Said int64
}

// saidOf is what was said of those who came to a touchpoint in the map's whole
// days, where the brand brings how many: the measure of the page of measures,
// over the same days and counts (docs/measures.md).
func (a *Atlas) saidOf(ctx context.Context, p *mapPage, t *sayline.Touchpoint) ([]string, error) {
	b := p.Brand()
	if !b.TellsVisits(t) {
		return nil, nil
	}
	zone := b.Location()
	until := dayAfter(p.Now.In(zone), 0)
	from := dayAfter(until, 1-p.Query.Days)
	brought, err := a.Store.Visits(ctx, b.ID, from.Format(time.DateOnly), until.Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	by := map[string]map[string]int64{} // kind, day
	for _, v := range brought {
		if v.About != sayline.VisitsAtTouchpoint || v.Subject != t.ID {
			continue
		}
		if by[v.Kind] == nil {
			by[v.Kind] = map[string]int64{}
		}
		by[v.Kind][v.Day] += v.N
	}
	if len(by) == 0 {
		return nil, nil
	}
	q := store.CountsQuery{Brand: b.ID, Level: store.ByDay, From: from, Until: until, Zone: zone, Touchpoint: t.ID, Of: store.Part{Guarded: b.Guarded()}}
	said, err := a.Store.Counts(ctx, q, store.Split{Time: true, Touchpoint: true, Topic: true}) // by topic, for that has none of what small audiences say
	if err != nil {
		return nil, err
	}
	var list []string
	for _, kind := range sayline.VisitKinds {
		c := came{Kind: kind}
		for _, n := range by[kind] {
			c.Came += n
		}
		for _, x := range said.List {
			if _, known := by[kind][x.Bucket.In(zone).Format(time.DateOnly)]; known {
				c.Said += x.N
			}
		}
		if c.Came >= fewest {
			list = append(list, p.saidOf1000(c))
		}
	}
	return list, nil
}

func (p *mapPage) saidOf1000(c came) string {
	rate, low, high := sayline.SaidOf1000(c.Said, c.Came)
	return p.Say("map_of_1000", "rate", tenths(p, rate), "kind", p.Say("visits_"+c.Kind), "low", tenths(p, low), "high", tenths(p, high), "came", p.Num(c.Came))
}
