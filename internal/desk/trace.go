package desk

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
)

// why says why a case is here: the rule, what matched, whom it asked for.
type why struct {
	Rule    string // "Rule 3", or that no rule matched
	Facts   []fact
	Team    string
	Urgency string
	Within  string
	Version int
	Mine    bool // the viewer is responsible now
	OnDuty  string
}

// fact is one thing that matched, in people's words.
type fact struct{ Field, Value string }

// why explains the decision in force for a moment of the case.
func (w *work) why(v *house.View, m *sayline.Moment) why {
	d := &m.Decision
	y := why{Team: v.Names.Team(w.Team, w.Place), Urgency: v.Say("urgency_" + cmp.Or(w.Urgency, sayline.Normal)), Version: d.Version}
	if d.Within > 0 {
		y.Within = v.Say("why_within", "span", v.Span(d.Within))
	}
	switch {
	case d.Rule > 0:
		y.Rule = v.Say("why_rule", "n", d.Rule)
	case d.Rule == 0:
		y.Rule = v.Say("why_catch_all")
	default:
		y.Rule = v.Say("why_undecided")
	}
	for _, f := range d.Facts {
		y.Facts = append(y.Facts, fact{fieldName(v, f.Field), factValue(v, f)})
	}
	on := v.Viewer.Brand.Roster.Who(w.Team, w.Place, v.Now)
	y.Mine = on.Person == v.Viewer.Person.ID
	if on.Person != "" {
		y.OnDuty = v.Names.Person(on.Person)
	}
	return y
}

func fieldName(v *house.View, field string) string {
	if key := "field_" + field; v.Has(key) {
		return v.Say(key)
	}
	return field
}

// factValue is what matched as the brand calls it.
func factValue(v *house.View, f sayline.Fact) string {
	switch f.Field {
	case "topic":
		return v.Names.Topic(f.Value)
	case "place":
		return v.Names.Place(f.Value)
	case "touchpoint":
		return v.Names.Touchpoint(f.Value)
	case "product":
		return v.Names.Product(f.Value)
	case "kind":
		return v.Names.Kind(f.Value)
	case "audience":
		return cmp.Or(v.Names.Audience(f.Value), v.Say("audience_customer"))
	case "feeling":
		if n, err := strconv.Atoi(f.Value); err == nil {
			return v.FaceName(n)
		}
	}
	return f.Value
}

// mark is one step of the trace.
type mark struct {
	State string // done, next or late
	Label string
	Time  string    // a time of day, or the gap since the tap
	At    time.Time // zero where no time is told
	sort  time.Time
}

// trace tells the alert's way through this episode: tapped, decided, sent to
// whom by which way, delivered, seen, on it, answered; and what comes next.
func (d *Desk) trace(ctx context.Context, v *house.View, w *work, first *sayline.Moment) error {
	steps, err := d.Store.StepsOf(ctx, w.Brand, w.ID)
	if err != nil {
		return err
	}
	pages, err := d.Store.PagesOf(ctx, w.Brand, w.ID)
	if err != nil {
		return err
	}
	attempts, err := d.Store.AttemptsOf(ctx, w.Brand, w.ID)
	if err != nil {
		return err
	}
	history, err := d.Store.History(ctx, w.Brand, w.ID)
	if err != nil {
		return err
	}
	cause, err := d.cause(ctx, w, steps, first)
	if err != nil {
		return err
	}
	t := tracer{v: v, w: w}
	if cause != nil {
		w.Why = w.why(v, cause)
		t.begin(cause)
	}
	t.alerts(steps, pages, attempts)
	t.people(history)
	slices.SortStableFunc(t.marks, func(a, b mark) int { return a.sort.Compare(b.sort) })
	t.ahead(steps)
	w.Trace = t.marks
	return nil
}

// cause is the moment that made this episode, else the case's first.
func (d *Desk) cause(ctx context.Context, w *work, steps []sayline.Step, first *sayline.Moment) (*sayline.Moment, error) {
	for _, s := range slices.Backward(steps) {
		if s.Episode != w.Episode || s.N+s.Loop != 1 || s.Moment == "" || first != nil && s.Moment == first.ID {
			continue
		}
		m, err := d.Store.Moment(ctx, w.Brand, s.Moment)
		if err == nil && m.Case == w.ID {
			return m, nil
		}
		if err != nil && sayline.KindOf(err) != sayline.NotFound {
			return nil, err
		}
	}
	return first, nil
}

// tracer gathers the marks of a trace.
type tracer struct {
	v     *house.View
	w     *work
	base  time.Time // of the gaps
	marks []mark
}

// add notes something that happened. In a private lane no time is told.
func (t *tracer) add(label string, at time.Time) {
	m := mark{State: "done", Label: label, At: at, sort: at}
	switch {
	case t.w.Private:
		m.Time, m.At = t.v.Day(at), time.Time{}
	case t.base.IsZero() || at.Sub(t.base) > time.Hour:
		m.Time = t.v.At(at)
	default:
		m.Time = t.v.Gap(at.Sub(t.base))
	}
	t.marks = append(t.marks, m)
}

// begin notes the tap, and when it was on disk and decided.
func (t *tracer) begin(m *sayline.Moment) {
	if t.w.Private {
		t.add(t.v.Say("trace_said"), m.ReceivedAt)
		return
	}
	t.marks = append(t.marks, mark{State: "done", Label: t.v.Say("trace_said"), Time: t.v.Precise(m.ReceivedAt), At: m.ReceivedAt, sort: m.ReceivedAt})
	t.base = m.ReceivedAt
	t.add(t.v.Say("trace_stored"), maxTime(t.w.Since, m.ReceivedAt))
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// alerts notes each step that fired: whom it asked by which way, and what came of it.
func (t *tracer) alerts(steps []sayline.Step, pages []sayline.Page, attempts []sayline.Attempt) {
	begun := map[string]time.Time{}
	for _, a := range attempts {
		if begun[a.Page].IsZero() {
			begun[a.Page] = a.BegunAt
		}
	}
	others, last := 0, t.w.Since
	for _, s := range steps {
		if s.Episode == t.w.Episode && s.State == sayline.StepEmpty {
			t.add(t.v.Say("trace_nobody"), s.FiredAt)
		}
	}
	for i := range pages {
		p := &pages[i]
		if p.Episode != t.w.Episode {
			continue
		}
		if p.Role != sayline.ForDuty && p.Person != t.v.Viewer.Person.ID {
			others, last = others+1, p.CreatedAt
			continue
		}
		t.page(p, begun[p.ID])
	}
	if others > 0 {
		t.marks = append(t.marks, mark{State: "done", Label: t.v.Count("trace_others", others), sort: last})
	}
}

// page notes one alert to one person.
func (t *tracer) page(p *sayline.Page, begun time.Time) {
	way := t.v.Say("way_" + p.Channel)
	say := func(key string) string { return t.v.Say(key, "name", t.v.Names.Person(p.Person), "way", way) }
	if p.Person == t.v.Viewer.Person.ID {
		say = func(key string) string { return t.v.Say(key+"_you", "way", way) }
	}
	sent := p.CreatedAt
	if !begun.IsZero() {
		sent = begun
	}
	t.add(say("trace_sent"), sent)
	switch {
	case !p.DeliveredAt.IsZero():
		t.add(say("trace_delivered"), p.DeliveredAt)
	case p.State == sayline.PageFailed:
		t.late(say("trace_failed"), p.DoneAt)
	case p.State == sayline.PageAccepted && p.Channel != sayline.ByDesk:
		t.add(say("trace_accepted"), p.DoneAt)
	}
}

func (t *tracer) late(label string, at time.Time) {
	t.marks = append(t.marks, mark{State: "late", Label: label, sort: at})
}

// people notes what was done by whom, from the case's history.
func (t *tracer) people(history []sayline.HistoryEntry) {
	keys := map[string]string{sayline.StatusSeen: "trace_seen", sayline.StatusAcknowledged: "trace_on_it", sayline.StatusAnswered: "trace_answered",
		sayline.StatusResolved: "trace_resolved", sayline.StatusClosed: "trace_resolved"}
	for _, h := range history {
		key, known := keys[h.Status]
		if h.Episode != t.w.Episode || !known {
			continue
		}
		label := t.v.Say(key + "_self")
		if h.By != "" {
			label = t.v.Say(key, "name", t.v.Names.Person(h.By))
		}
		t.add(label, h.At)
	}
}

// ahead notes what was promised and what happens if nobody comes.
func (t *tracer) ahead(steps []sayline.Step) {
	w := t.w
	if w.Private || !w.Open {
		return
	}
	done := len(t.marks)
	for _, s := range steps {
		if s.Episode == w.Episode && s.State == sayline.StepWaiting && s.N+s.Loop > 1 {
			t.marks = append(t.marks, mark{State: "next", Label: t.v.Say("trace_again"), Time: t.v.At(s.DueAt), At: s.DueAt})
		}
	}
	next := mark{State: "next", Label: t.v.Say("trace_by"), Time: t.v.At(w.AckBy), At: w.AckBy}
	if t.v.Now.After(w.AckBy) {
		next.State = "late"
	}
	t.marks = append(t.marks, next)
	slices.SortStableFunc(t.marks[done:], func(a, b mark) int { return a.At.Compare(b.At) })
}
