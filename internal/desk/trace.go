package desk

import (
	"context"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/pager"
)

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
	w.Unseen = w.Unseen || slices.ContainsFunc(pages, func(p sayline.Page) bool {
		return p.Person == v.Viewer.Person.ID && p.Episode == w.Episode && p.Unopened()
	})
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
		if w.Why, err = d.why(ctx, v, w, cause); err != nil {
			return err
		}
		t.begin(cause)
	}
	t.alerts(steps, pages, attempts)
	t.people(history)
	w.steps(v, history)
	slices.SortStableFunc(t.marks, func(a, b mark) int { return a.sort.Compare(b.sort) })
	if err := t.ahead(ctx, d, steps, cause); err != nil {
		return err
	}
	w.Trace = t.marks
	w.Climb = climbed(v, w, steps, pages, attempts)
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
	case p.State == sayline.PageUnknown && sayline.SentOnce(p.Channel):
		t.late(say("trace_unknown"), p.DoneAt)
	case p.State == sayline.PageAccepted && p.Channel != sayline.ByDesk:
		t.add(say("trace_accepted"), p.DoneAt)
	}
	if !p.OpenedAt.IsZero() {
		t.add(say("trace_opened"), p.OpenedAt)
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
		if h.Status == sayline.StatusInProgress && h.Episode == t.w.Episode {
			t.add(t.v.Say("trace_step", "name", t.v.Names.Person(h.By), "step", t.v.Names.WorkStep(t.w.Topic, h.Label)), h.At)
			continue
		}
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
func (t *tracer) ahead(ctx context.Context, d *Desk, steps []sayline.Step, cause *sayline.Moment) error {
	w := t.w
	if w.Private || !w.Open {
		return nil
	}
	done := len(t.marks)
	for _, s := range steps {
		if s.Episode == w.Episode && s.State == sayline.StepWaiting && s.N+s.Loop > 1 {
			next, err := t.next(ctx, d, &s, cause)
			if err != nil {
				return err
			}
			t.marks = append(t.marks, next)
		}
	}
	next := mark{State: "next", Label: t.v.Say("trace_by"), Time: t.v.At(w.AckBy), At: w.AckBy}
	if t.v.Now.After(w.AckBy) {
		next.State = "late"
	}
	t.marks = append(t.marks, next)
	slices.SortStableFunc(t.marks[done:], func(a, b mark) int { return a.At.Compare(b.At) })
	return nil
}

// next says whom a step that waits would ask, and when: as the roster and the
// mutes are now, by the policy it climbs by.
func (t *tracer) next(ctx context.Context, d *Desk, s *sayline.Step, cause *sayline.Moment) (mark, error) {
	m := mark{State: "next", Label: t.v.Say("trace_again"), Time: t.v.At(s.DueAt), At: s.DueAt}
	if cause == nil {
		return m, nil
	}
	f, err := pager.Ahead(ctx, d.Store, t.v.Viewer.Brand, t.w.Case, cause, s)
	if err != nil {
		return m, err
	}
	m.Time, m.At = t.v.At(f.At), f.At
	if i := slices.IndexFunc(f.Asked, func(a pager.Asked) bool { return a.Role == sayline.ForDuty }); i >= 0 {
		m.Label = t.v.Say("trace_next", "name", t.v.Names.Person(f.Asked[i].Person))
	}
	return m, nil
}
