package api

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// momentDoc is a moment with what came of it.
type momentDoc struct {
	saidDoc
	OccurredAt time.Time `json:"occurred_at,omitzero"` // where it is another time
	Audience   string    `json:"audience,omitempty"`
	Source     string    `json:"source,omitempty"`
	Lane       string    `json:"lane,omitempty"`
	Photos     int       `json:"photos,omitempty"`
	Voices     int       `json:"voices,omitempty"`
	Case       string    `json:"case,omitempty"`
	Team       string    `json:"team,omitempty"`
	State      string    `json:"state,omitempty"` // of the case
}

func (c *call) momentDoc(m *sayline.Moment, k *sayline.Case) *momentDoc {
	d := &momentDoc{saidDoc: c.saidDoc(m), Audience: m.Audience, Source: m.Context.Source, Lane: m.Lane, Photos: m.Photos, Voices: m.Voices, Case: m.Case}
	if m.Lane == "" && !m.OccurredAt.Equal(m.ReceivedAt) {
		d.OccurredAt = m.OccurredAt
	}
	if k != nil && (k.Lane == "" || slices.Contains(c.system.Lanes, k.Lane)) {
		d.Team, d.State = k.Team, k.State
	}
	if k == nil || !c.system.MayAct(k) {
		d.Ref = "" // who works on it knows the room
	}
	return d
}

// momentsPage is a part of what was said, the newest first.
type momentsPage struct {
	Moments []*momentDoc `json:"moments"`
	Next    string       `json:"next,omitempty"`
}

// filter reads the pulse's filter. What the pulse would leave out without a word is
// refused here: a system has nobody who would see it.
func (c *call) filter(more ...string) (pulse.Filter, error) {
	q := c.r.URL.Query()
	f := pulse.ParseFilter(q, c.brand)
	for name, values := range q {
		if slices.Contains(more, name) {
			continue
		}
		slices.Sort(values)
		kept := f.Chosen(name)
		switch {
		case name == pulse.ByPeriod && f.Period == values[0]:
		case name == pulse.ByFrom && f.From == values[0], name == pulse.ByTo && f.To == values[0]:
		case len(kept) == len(slices.Compact(values)) && len(kept) > 0:
		default:
			return f, fault(name, "expected what the pulse's filter knows here")
		}
	}
	return f, nil
}

// moments gives a page of what was said, of the filter's part; without a period, of
// all that is kept.
func (a *API) moments(c *call) error {
	f, err := c.filter("limit", "after")
	if err != nil {
		return err
	}
	limit, err := limitOf(c.r.URL.Query(), mostPage)
	if err != nil {
		return err
	}
	q := store.SaidQuery{Brand: c.brand.ID, Lanes: c.system.Lanes, Part: f.Part(c.brand), After: c.r.URL.Query().Get("after"), Limit: limit + 1}
	if len(q.After) > 64 || strings.ContainsRune(q.After, 0) {
		return fault("after", "expected the value of next of a page before")
	}
	if timed(c.r.URL.Query()) {
		q.From, q.Until, _ = f.Span(a.Now().In(c.brand.Location()))
	}
	list, err := a.Store.SaidBefore(c.r.Context(), q)
	if err != nil {
		return err
	}
	p := momentsPage{Moments: []*momentDoc{}}
	if len(list) > limit {
		list = list[:limit]
		p.Next = list[limit-1].ID
	}
	var ids []string
	for _, m := range list {
		ids = append(ids, m.Case)
	}
	cases, err := a.Store.CasesByID(c.r.Context(), c.brand.ID, ids)
	if err != nil {
		return err
	}
	for _, m := range list {
		p.Moments = append(p.Moments, c.momentDoc(m, cases[m.Case]))
	}
	c.link(p.Next)
	web.SendTagged(c.w, c.r, "application/json", web.JSON(p))
	return nil
}

// timed says whether a query is of a time.
func timed(q url.Values) bool { return q.Has(pulse.ByPeriod) || q.Has(pulse.ByFrom) }
