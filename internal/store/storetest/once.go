package storetest

import (
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// What rings or writes twice is not sent twice.
var onceBehaviours = []behaviour{
	{"a call of which nothing came back is not made again, and the next step is due at once", ringsOnce},
	{"what is reported unknown hurries the next step, once", unknownHurries},
	{"while another way to the same person is open nobody else is hurried", anotherWayIsOpen},
	{"only who has to act is worth hurrying for, and a stalled case has no next contact", nothingToHurry},
	{"good news counts however late", latestGoodNews},
	{"what a provider took and could not deliver after all hurries the next step", notDelivered},
}

// rung is an urgent case with a number rung for whoever has to act, its page
// leased, and a step that waits for a minute.
func (w *world) rung(more ...sayline.Page) (m *sayline.Moment, leased sayline.Page) {
	w.Helper()
	m = w.say(w.id(), urgency(sayline.Urgent))
	p := w.page("lucia", sayline.ByVoice)
	w.must(w.FireSteps(w.ctx(), w.brand, []store.Firing{{Step: w.waiting(m.Case), Found: "{}", Pages: append(more, p),
		Next: &sayline.Step{N: 2, DueAt: w.clock.Now().Add(time.Minute)}}}))
	return m, w.leaseOf(p)
}

// leaseOf leases a page of a channel that other brands of this test use too.
func (w *world) leaseOf(p sayline.Page) sayline.Page {
	w.Helper()
	list, err := w.LeasePages(w.ctx(), p.Channel, 1000)
	w.must(err)
	for _, got := range list {
		if got.Brand == w.brand && got.ID == p.ID {
			return got
		}
	}
	w.Fatalf("%s was not leased", p.ID)
	return sayline.Page{}
}

func (w *world) dueIn(caseID string) time.Duration {
	w.Helper()
	return w.waiting(caseID).DueAt.Sub(w.clock.Now())
}

func ringsOnce(w *world) {
	m, p := w.rung()
	w.clock.Move(sayline.Lease + time.Microsecond)
	before := len(w.events())
	w.must(w.ExpireLeases(w.ctx()))
	if got := w.stateOf(p.ID); got.State != sayline.PageUnknown || got.Attempts != 1 || !got.DoneAt.Equal(w.clock.Now()) {
		w.Errorf("the page is %s", show(got))
	}
	if in := w.dueIn(m.Case); in != 0 {
		w.Errorf("the next step is due in %v", in)
	}
	same(w, "events", w.types(before), sayline.EventStepHastened)
	w.clock.Move(time.Hour)
	list, err := w.LeasePages(w.ctx(), sayline.ByVoice, 1000)
	w.must(err)
	for _, again := range list {
		if again.ID == p.ID {
			w.Error("it is rung again")
		}
	}
}

func unknownHurries(w *world) {
	m, p := w.rung()
	before := len(w.events())
	w.report(p, sayline.PageUnknown, 0)
	w.report(p, sayline.PageUnknown, 0)
	if in := w.dueIn(m.Case); in != 0 {
		w.Errorf("the next step is due in %v", in)
	}
	same(w, "events", w.types(before), sayline.EventStepHastened)
	if got := w.stateOf(p.ID); got.State != sayline.PageUnknown || got.DoneAt.IsZero() {
		w.Errorf("the page is %s", show(got))
	}
}

func anotherWayIsOpen(w *world) {
	mail := w.mail("lucia")
	m, p := w.rung(mail)
	w.report(p, sayline.PageUnknown, 0)
	if in := w.dueIn(m.Case); in != time.Minute {
		w.Errorf("the next step is due in %v", in)
	}
	m, p = w.rung(w.mail("marco"), w.page("lucia", sayline.ByDesk)) // another person's, and the desk, are none to her
	w.report(p, sayline.PageUnknown, 0)
	if in := w.dueIn(m.Case); in != 0 {
		w.Errorf("the next step is due in %v", in)
	}
}

func nothingToHurry(w *world) {
	m := w.say(w.id(), urgency(sayline.Urgent))
	team := w.page("marco", sayline.BySMS)
	team.Role = sayline.ForTeam
	w.must(w.FireSteps(w.ctx(), w.brand, []store.Firing{{Step: w.waiting(m.Case), Found: "{}", Pages: []sayline.Page{team}, Next: &sayline.Step{N: 2, DueAt: w.clock.Now().Add(time.Minute)}}}))
	w.report(w.leaseOf(team), sayline.PageUnknown, 0)
	if in := w.dueIn(m.Case); in != time.Minute {
		w.Errorf("of a colleague: the next step is due in %v", in)
	}

	m = w.say(w.id(), urgency(sayline.Urgent))
	last := w.page("ana", sayline.BySMS)
	w.must(w.FireSteps(w.ctx(), w.brand, []store.Firing{{Step: w.waiting(m.Case), Found: "{}", Pages: []sayline.Page{last}, Stalled: true, Next: &sayline.Step{Loop: 1, N: 1, DueAt: w.clock.Now().Add(time.Hour)}}}))
	w.report(w.leaseOf(last), sayline.PageUnknown, 0)
	if in := w.dueIn(m.Case); in != time.Hour {
		w.Errorf("of a stalled case: the next step is due in %v", in)
	}

	m, p := w.rung()
	w.acknowledge(m.Case, "marco")
	w.report(p, sayline.PageUnknown, 0)
	for _, s := range w.steps(m.Case) {
		if s.State == sayline.StepWaiting {
			w.Errorf("of one that somebody has taken: %s", show(s))
		}
	}
}

func latestGoodNews(w *world) {
	m, p := w.rung()
	w.clock.Move(sayline.Lease + time.Microsecond)
	w.must(w.ExpireLeases(w.ctx()))
	w.report(p, sayline.PageAccepted, 0)
	if got := w.stateOf(p.ID); got.State != sayline.PageAccepted {
		w.Errorf("the page is %s", show(got))
	}
	if w.theCase(m.Case).ReachedAt.IsZero() {
		w.Error("nobody was reached")
	}
}

func notDelivered(w *world) {
	m, p := w.rung()
	w.must(w.NotDelivered(w.ctx(), w.brand, p.ID)) // nobody has taken it yet: its call will tell
	if got := w.stateOf(p.ID); got.State != sayline.PageSending {
		w.Errorf("the page is %s", show(got))
	}
	w.report(p, sayline.PageAccepted, 0)
	for range 2 {
		w.must(w.NotDelivered(w.ctx(), w.brand, p.ID))
	}
	if got := w.stateOf(p.ID); got.State != sayline.PageFailed {
		w.Errorf("the page is %s", show(got))
	}
	if in := w.dueIn(m.Case); in != 0 {
		w.Errorf("the next step is due in %v", in)
	}
	w.refused(w.NotDelivered(w.ctx(), w.brand, "nothing"), sayline.NotFound)
}
