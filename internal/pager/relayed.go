package pager

import (
	"context"

	"github.com/sayline/sayline"
)

// news is what a relay is told: which of the moments it handed in have come
// further, and how far. Nothing anybody wrote is in it but the relay's own ref;
// nothing of moments that others handed in, not even how many there are.
type news struct {
	Brand   string    `json:"brand"`
	Seq     int64     `json:"seq"`
	Status  string    `json:"status,omitempty"`
	Relayed []relayed `json:"relayed"`
}

type relayed struct {
	ID        string `json:"id"`
	Reference string `json:"reference"`
	Ref       string `json:"ref,omitempty"`
}

// told are the events that bring an author's moment further: the status it then
// has, and the type under which a relay hears of it. Those that are the house's
// own are to the relay an update of its moments.
var told = map[string]struct{ kind, status string }{
	sayline.EventCaseReached:      {sayline.EventMomentUpdated, sayline.StatusReceived},
	sayline.EventCaseSeen:         {sayline.EventMomentUpdated, sayline.StatusSeen},
	sayline.EventCaseAcknowledged: {sayline.EventCaseAcknowledged, sayline.StatusAcknowledged},
	sayline.EventCaseStep:         {sayline.EventMomentUpdated, sayline.StatusInProgress},
	sayline.EventCaseAnswered:     {sayline.EventCaseAnswered, sayline.StatusAnswered},
	sayline.EventCaseResolved:     {sayline.EventCaseResolved, sayline.StatusResolved},
	sayline.EventCaseReopened:     {sayline.EventMomentUpdated, sayline.StatusReceived},
}

// tells says whether an event may be news for a relay. What is private never is.
func tells(e *sayline.Event) bool {
	_, ok := told[e.Type]
	return ok && e.Lane == "" && e.Case != ""
}

// renderRelayed writes events as news for a relay, and leaves out those that are
// none: no moment of it is concerned, or all that were are erased.
func (p *Pager) renderRelayed(ctx context.Context, h *hook, events []sayline.Event) ([]rendered, error) {
	var ids []string
	for i := range events {
		ids = append(ids, events[i].Case)
	}
	moments, err := p.Store.Relayed(ctx, h.brand.ID, ids)
	if err != nil || len(moments) == 0 {
		return nil, err
	}
	cases, err := p.Store.CasesByID(ctx, h.brand.ID, ids)
	if err != nil {
		return nil, err
	}
	var list []rendered
	for i := range events {
		e := &events[i]
		n := news{Brand: e.Brand, Seq: e.Seq, Status: told[e.Type].status}
		for _, m := range moments[e.Case] {
			if m.Context.Relay == h.relay && concerns(e, m) {
				n.Relayed = append(n.Relayed, relayed{m.ID, m.Reference, m.Context.Ref})
			}
		}
		if len(n.Relayed) == 0 {
			continue
		}
		if c := cases[e.Case]; e.Type == sayline.EventCaseResolved {
			n.Status = howResolved(c)
		}
		list = append(list, h.envelope(e, told[e.Type].kind, e.Case, n))
	}
	return list, nil
}

// concerns says whether an event is about a moment of its case: it was there
// already, and where one author alone was answered, it is theirs.
func concerns(e *sayline.Event, m *sayline.Moment) bool {
	if e.Type == sayline.EventCaseAnswered && e.Moment != "" {
		return e.Moment == m.ID
	}
	return !m.ReceivedAt.After(e.At)
}

// howResolved is the status of a resolved case's moments; "" when it is open
// again by now.
func howResolved(c *sayline.Case) string {
	switch {
	case c == nil || c.State != sayline.CaseResolved:
		return ""
	case c.Reason == "done":
		return sayline.StatusResolved
	}
	return sayline.StatusClosed
}
