package desk

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
)

// momentsShown is how many of a case's moments its page shows at once.
const momentsShown = 60

// work is one case, open.
type work struct {
	*sayline.Case
	Title   string
	Facts   []string // product, lot, where: what everybody asks first
	Lane    string   // name of the private lane; "" in the open
	Private bool     // only the day is told of when anything happened
	May     bool     // act on it; else only read and note
	How     string   // it stands, in words
	Due     time.Time
	Mine    bool // I'm on it
	Open    bool // nobody is on it yet
	Promise string
	Tone    string
	Only    string // what the brand does here that others don't
	Entries []entry
	Earlier string // address of the moments before; "" when all are shown
	To      *entry // the one author an answer is for; nil for all
	Why     why
	Trace   []mark
	Reasons []reason
	Unseen  bool // nobody has opened it yet
	Query   string
}

// reason is a way to close a case.
type reason struct{ ID, Label string }

// work reads everything about a case that its page shows.
func (d *Desk) work(ctx context.Context, v *house.View, q url.Values, c *sayline.Case) (*work, error) {
	w := &work{Case: c, Private: c.Lane != "", May: v.Viewer.MayAct(c), Mine: c.State == sayline.CaseAcknowledged && c.Owner == v.Viewer.Person.ID,
		Open: c.State == sayline.CaseOpen || c.State == sayline.CaseStalled, Unseen: c.SeenAt.IsZero()}
	if w.Private {
		w.Lane = v.Names.Lane(c.Lane)
	}
	first, err := d.Store.FirstMoment(ctx, c.Brand, c.ID)
	if sayline.KindOf(err) == sayline.NotFound {
		first, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	w.Title = v.Names.Title(c, first)
	w.describe(v, first)
	if err := d.thread(ctx, v, q, w); err != nil {
		return nil, err
	}
	if err := d.trace(ctx, v, w, first); err != nil {
		return nil, err
	}
	for _, id := range sayline.Reasons {
		w.Reasons = append(w.Reasons, reason{id, v.Say("resolve_" + id)})
	}
	keep := url.Values{}
	for _, k := range []string{"show", "done"} {
		if q.Get(k) != "" {
			keep.Set(k, q.Get(k))
		}
	}
	if len(keep) > 0 {
		w.Query = "?" + keep.Encode()
	}
	return w, nil
}

// describe says what it is about, how it stands, and what was promised where it was said.
func (w *work) describe(v *house.View, first *sayline.Moment) {
	c := w.Case
	if first != nil {
		if product := v.Names.Product(first.Context.Product); !strings.Contains(w.Title, product) {
			w.Facts = append(w.Facts, product)
		}
		if first.Context.Expiry != "" && c.Lot != "" {
			w.Facts = append(w.Facts, v.Say("best_before", "date", expiry(first.Context.Expiry)))
		}
	}
	w.Facts = append(w.Facts, v.Names.Place(c.Place), v.Count("moments", max(c.Moments, 0)))
	switch {
	case c.State == sayline.CaseResolved:
		w.How = v.Say("case_resolved", "reason", w.reasonLabel(v))
	case c.State == sayline.CaseStalled:
		w.How = v.Say("case_stalled")
	case w.Open:
		w.How = v.Say("case_open")
	case w.Mine:
		w.How = v.Say("case_mine")
	default:
		w.How = v.Say("case_taken", "name", v.Names.Person(c.Owner))
	}
	if w.Open && !w.Private && c.Urgency != sayline.Quiet {
		w.Due = c.AckBy
	}
	if first == nil {
		return
	}
	if t := v.Viewer.Brand.Index.Touchpoint(first.Context.Touchpoint); t != nil {
		w.Promise, w.Tone, w.Only = v.Names.Text(t.Promise), v.Names.Text(t.Tone), v.Names.Text(t.OnlyHere)
	}
	if w.Promise == "" {
		w.Promise = v.Names.Text(v.Viewer.Brand.Promise)
	}
}

// reasonLabel says why a case was closed; some reasons only the house has.
func (w *work) reasonLabel(v *house.View) string {
	if key := "resolve_" + w.Reason; v.Has(key) {
		return v.Say(key)
	}
	return w.Reason
}

// expiry writes a GS1 date, YYMMDD with day 00 for the whole month, as it
// stands on packages: 02/27 (GS1 General Specifications, section 3.4.7).
func expiry(s string) string {
	if len(s) != 6 {
		return s
	}
	short := s[2:4] + "/" + s[0:2]
	if s[4:6] == "00" {
		return short
	}
	return s[4:6] + "/" + short
}

// AnswerDue is when an answer is promised, for who writes it; zero once there is one.
func (w *work) AnswerDue() time.Time {
	if w.Private || !w.AnsweredAt.IsZero() || w.State == sayline.CaseResolved {
		return time.Time{}
	}
	return w.Case.AnswerBy
}
