package desk

import (
	"context"
	"net/url"
	"slices"
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
	Raised  string   // which moment made it more urgent by its number, or which alarm
	Alarm   *house.Alarming
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
	Climb   []climbStep // the same in full
	Steps   []stepView  // of the work on a request
	Reasons []reason
	Shape   shape // how people may change what it is
	Later   later
	Unseen  bool   // nobody has opened it yet, or not the viewer since they were told of it
	Known   *known // who speaks, where they said who they are; nil for nobody
	Verdict verdict
	Compose compose
	Query   string

	authors []*sayline.Moment // those shown, the newest first
}

// reason is a way to close a case.
type reason struct{ ID, Label string }

// stepView is a step of the work on a request, as a button.
type stepView struct {
	ID, Label string
	Done      bool // in this episode
	Next      bool // the first that is not
}

// steps are those of the case, with what was done of them.
func (w *work) steps(v *house.View, history []sayline.HistoryEntry) {
	next := w.May && w.Case.State != sayline.CaseResolved
	for _, s := range v.Viewer.Brand.WorkSteps(v.Viewer.Brand.Index.Topic(w.Topic), w.Case.Kind) {
		p := stepView{ID: s.ID, Label: v.Names.WorkStep(w.Topic, s.ID)}
		p.Done = slices.ContainsFunc(history, func(h sayline.HistoryEntry) bool {
			return h.Status == sayline.StatusInProgress && h.Episode == w.Episode && h.Label == s.ID
		})
		p.Next = next && !p.Done
		next = next && p.Done
		w.Steps = append(w.Steps, p)
	}
}

// work reads everything about a case that its page shows.
func (d *Desk) work(ctx context.Context, v *house.View, q url.Values, c *sayline.Case) (*work, error) {
	w := &work{Case: c, Private: c.Lane != "", May: v.Viewer.MayTake(c), Mine: c.State == sayline.CaseAcknowledged && c.Owner == v.Viewer.Person.ID,
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
	alarm, err := d.Store.AlarmOf(ctx, c.Brand, c.ID)
	if err != nil {
		return nil, err
	}
	if alarm != nil {
		if w.Alarm, err = d.Alarming(ctx, v.Voice, v.Names, alarm); err != nil {
			return nil, err
		}
		w.Raised = w.Alarm.Said
	}
	if err := d.thread(ctx, v, q, w); err != nil {
		return nil, err
	}
	if w.Known, err = d.known(ctx, v, w); err != nil {
		return nil, err
	}
	if w.Compose, err = d.compose(ctx, v, q, w); err != nil {
		return nil, err
	}
	w.Verdict = w.verdict()
	if err := d.trace(ctx, v, w, first); err != nil {
		return nil, err
	}
	if w.Shape, err = d.shape(ctx, v, w, first); err != nil {
		return nil, err
	}
	if w.Later, err = d.later(ctx, v, w, first); err != nil {
		return nil, err
	}
	for _, id := range sayline.Reasons {
		w.Reasons = append(w.Reasons, reason{id, v.Say("resolve_" + id)})
	}
	if keep := kept(q); len(keep) > 0 {
		w.Query = "?" + keep.Encode()
	}
	return w, nil
}

// describe says what it is about, how it stands, and what was promised where it was said.
func (w *work) describe(v *house.View, first *sayline.Moment) {
	c := w.Case
	w.Raised = v.Names.Raised(c)
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
	case c.State == sayline.CaseSnoozed:
		w.How = v.Say("case_snoozed", "name", v.Names.Person(c.Owner), "time", v.When(v.Now, c.SnoozedUntil))
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
