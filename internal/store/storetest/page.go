package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var pageBehaviours = []behaviour{
	{"a due step turns into pages, once", firesOnce},
	{"firing writes the next step, and tells of escalation", escalates},
	{"a step that finds nobody is empty", firesEmpty},
	{"with nobody left to ask the case is stalled", stalls},
	{"a stalled case can be acknowledged", acknowledgesStalled},
	{"a step of a case that asks nobody any more is cancelled", firesTooLate},
	{"steps are due in order", dueInOrder},
	{"a page is leased by one at a time, when it is due", leases},
	{"an accepted page has reached somebody", reportsAccepted},
	{"a page that failed for now is tried again", reportsAgain},
	{"what failed after I'm on it is not tried again", failsAfterAcknowledgement},
	{"a lease that ran out gives the page back", expires},
	{"a lease that ran out after I'm on it does not", expiresAfterAcknowledgement},
	{"an old lease's bad news does not touch the new one", lateBadNews},
	{"an old lease's good news counts", lateGoodNews},
	{"a page of an old episode moves no clock", oldEpisodeReached},
	{"a page on the desk is there at once, and delivered when it shows", deskPage},
	{"one contact is asked once a step", oneContactOnce},
	{"a lease whose caller has gone gives nothing away", leaseAbandoned},
}

// page is a demand on one contact of a person.
func (w *world) page(person, channel string) sayline.Page {
	return sayline.Page{ID: w.id(), Person: person, Channel: channel, Address: person + "@sparkle.example", Role: sayline.ForDuty}
}

// mail is a page by a channel that only this test sends by.
func (w *world) mail(person string) sayline.Page { return w.page(person, w.channel()) }

func (w *world) channel() string { return "email-of-" + w.brand }

// fire turns the case's waiting step into pages.
func (w *world) fire(caseID string, pages ...sayline.Page) {
	w.Helper()
	w.must(w.FireSteps(w.ctx(), w.brand, []store.Firing{{Step: w.waiting(caseID), Found: "{}", Pages: pages}}))
}

// waiting is the case's waiting step.
func (w *world) waiting(caseID string) sayline.Step {
	w.Helper()
	for _, s := range w.steps(caseID) {
		if s.State == sayline.StepWaiting {
			return s
		}
	}
	w.Fatalf("no step of %s waits", caseID)
	return sayline.Step{}
}

// lease takes the one page that is due.
func (w *world) lease() sayline.Page {
	w.Helper()
	list, err := w.LeasePages(w.ctx(), w.channel(), 10)
	w.must(err)
	if len(list) != 1 {
		w.Fatalf("%d pages were leased, want 1", len(list))
	}
	return list[0]
}

func (w *world) leasesNothing() {
	w.Helper()
	list, err := w.LeasePages(w.ctx(), w.channel(), 10)
	w.must(err)
	if len(list) != 0 {
		w.Fatalf("leased %s", show(list))
	}
}

func (w *world) report(p sayline.Page, state string, again time.Duration) {
	w.Helper()
	w.must(w.ReportPages(w.ctx(), w.brand, []store.PageReport{{Page: p, State: state, Again: again, Outcome: state, Detail: "250", Provider: "id-1", Zone: madrid}}))
}

func firesOnce(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	step := w.waiting(m.Case)
	before := len(w.events())
	w.clock.Move(time.Second)
	w.together(8, func(int) error {
		return w.FireSteps(w.ctx(), w.brand, []store.Firing{{Step: step, Found: `{"person":"lucia"}`, Pages: []sayline.Page{w.mail("lucia"), w.mail("marco")}}})
	})
	steps, pages := w.steps(m.Case), w.pages(m.Case)
	if len(steps) != 1 || steps[0].State != sayline.StepFired || !steps[0].FiredAt.Equal(w.clock.Now()) || steps[0].Found != `{"person":"lucia"}` {
		w.Errorf("steps %s", show(steps))
	}
	if len(pages) != 2 {
		w.Fatalf("pages %s", show(pages))
	}
	slices.SortFunc(pages, func(a, b sayline.Page) int { return len(a.Person) - len(b.Person) })
	p := pages[0]
	same(w, "page", p, sayline.Page{Brand: w.brand, ID: p.ID, Case: m.Case, Episode: 1, N: 1, Person: pages[0].Person, Channel: w.channel(), Address: p.Address, Role: sayline.ForDuty,
		State: sayline.PageQueued, NextAt: w.clock.Now(), CreatedAt: w.clock.Now()})
	same(w, "events", w.types(before), sayline.EventPageMade+" "+sayline.EventPageMade)
	got, err := w.Page(w.ctx(), w.brand, p.ID)
	w.must(err)
	same(w, "page by id", got, p)
	_, err = w.Page(w.ctx(), w.brand, "no-such")
	w.refused(err, sayline.NotFound)
}

func escalates(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	next := &sayline.Step{N: 2, Moment: m.ID, DueAt: w.clock.Now().Add(time.Minute)}
	w.must(w.FireSteps(w.ctx(), w.brand, []store.Firing{{Step: w.waiting(m.Case), Pages: []sayline.Page{w.mail("lucia")}, Next: next}}))
	steps := w.steps(m.Case)
	if len(steps) != 2 || steps[1].N != 2 || steps[1].State != sayline.StepWaiting || steps[1].Episode != 1 || !steps[1].DueAt.Equal(w.clock.Now().Add(time.Minute)) {
		w.Fatalf("steps %s", show(steps))
	}
	before := len(w.events())
	w.fire(m.Case, w.mail("boss"))
	same(w, "events", w.types(before), sayline.EventPageMade+" "+sayline.EventCaseEscalated)
	if n := len(w.pages(m.Case)); n != 2 {
		w.Errorf("%d pages", n)
	}
}

func firesEmpty(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.fire(m.Case)
	if steps := w.steps(m.Case); steps[0].State != sayline.StepEmpty || steps[0].FiredAt.IsZero() {
		w.Errorf("steps %s", show(steps))
	}
}

func stalls(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.must(w.FireSteps(w.ctx(), w.brand, []store.Firing{{Step: w.waiting(m.Case), Stalled: true}}))
	if c := w.theCase(m.Case); c.State != sayline.CaseStalled || c.Episode != 1 {
		w.Errorf("the case is %s", show(c))
	}
	joined := w.say("k", urgency(sayline.Urgent))
	if c := w.theCase(m.Case); joined.Case != m.Case || c.State != sayline.CaseStalled || c.Moments != 2 {
		w.Errorf("after a tap more it is %s", show(c))
	}
	w.say("k", urgency(sayline.Critical))
	if c := w.theCase(m.Case); c.State != sayline.CaseOpen || c.Episode != 2 {
		w.Errorf("after a more urgent one it is %s", show(c))
	}
}

func acknowledgesStalled(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.must(w.FireSteps(w.ctx(), w.brand, []store.Firing{{Step: w.waiting(m.Case), Stalled: true, Next: &sayline.Step{N: 2, DueAt: w.clock.Now()}}}))
	w.acknowledge(m.Case, "lucia")
	if c := w.theCase(m.Case); c.State != sayline.CaseAcknowledged {
		w.Errorf("the case is %s", show(c))
	}
}

func firesTooLate(w *world) {
	for name, end := range map[string]func(string){
		"acknowledged": func(id string) { w.acknowledge(id, "lucia") },
		"resolved":     w.resolve,
		"risen":        func(string) { w.say("risen", urgency(sayline.Critical)) },
	} {
		m := w.say(name, urgency(sayline.Urgent))
		step := w.waiting(m.Case)
		end(m.Case)
		w.must(w.FireSteps(w.ctx(), w.brand, []store.Firing{{Step: step, Pages: []sayline.Page{w.mail("lucia")}, Next: &sayline.Step{N: 2, DueAt: w.clock.Now()}, Stalled: true}}))
		steps := w.steps(m.Case)
		if steps[0].State != sayline.StepCancelled || len(steps) > 1 && steps[1].Episode == 1 || len(w.pages(m.Case)) != 0 {
			w.Errorf("%s, and then steps %s, pages %s", name, show(steps), show(w.pages(m.Case)))
		}
		if c := w.theCase(m.Case); c.State == sayline.CaseStalled {
			w.Errorf("%s, and then stalled", name)
		}
	}
}

func dueInOrder(old *world) {
	w := old.alone()
	if at, err := w.NextStep(w.ctx()); err != nil || !at.IsZero() {
		w.Fatalf("with no steps the next is at %s, %v", at, err)
	}
	begin := w.clock.Now()
	var cases []string
	for _, pause := range []time.Duration{3, 1, 2} {
		cases = append(cases, w.say("", func(m *sayline.Moment) { m.Decision.Pause = pause * time.Second; m.Decision.Also = []string{"quality"} }).Case)
	}
	at, err := w.NextStep(w.ctx())
	w.must(err)
	if !at.Equal(begin.Add(time.Second)) {
		w.Errorf("the next step is due at %s", at)
	}
	due, err := w.Due(w.ctx(), begin.Add(2*time.Second), 10)
	w.must(err)
	if len(due) != 2 || due[0].Step.Case != cases[1] || due[1].Step.Case != cases[2] || due[0].Case.ID != cases[1] || due[0].Case.Urgency != sayline.Normal || len(due[0].Also) != 1 {
		w.Errorf("due %s", show(due))
	}
	same(w, "the due step", due[0].Step, w.steps(cases[1])[0])
	if one, err := w.Due(w.ctx(), begin.Add(time.Hour), 1); err != nil || len(one) != 1 {
		w.Errorf("at most one: %s, %v", show(one), err)
	}
	late, err := w.Late(w.ctx(), begin.Add(2500*time.Millisecond))
	w.must(err)
	if late.Steps != 2 || late.Pages != 0 || late.Comebacks != 0 || !late.Since.Equal(begin.Add(time.Second)) {
		w.Errorf("late %s", show(late))
	}
}

func leases(old *world) {
	w := old.alone()
	var pages []sayline.Page
	for i := range 20 {
		m := w.say("", urgency(sayline.Urgent))
		pages = append(pages, w.mail("lucia"))
		w.fire(m.Case, pages[i])
	}
	begin := w.clock.Now()
	due, lease, err := w.NextPage(w.ctx(), w.channel())
	w.must(err)
	if !due.Equal(begin) || !lease.IsZero() {
		w.Errorf("the next page is due at %s, the next lease ends at %s", due, lease)
	}
	got := make([][]sayline.Page, 10)
	w.together(10, func(i int) (err error) {
		got[i], err = w.LeasePages(w.ctx(), w.channel(), 3)
		return err
	})
	seen := map[string]bool{}
	for _, lot := range got {
		if len(lot) > 3 {
			w.Errorf("%d pages in a lot of 3", len(lot))
		}
		for _, p := range lot {
			if seen[p.ID] {
				w.Errorf("page %s was leased twice", p.ID)
			}
			seen[p.ID] = true
			if p.State != sayline.PageSending || p.Attempts != 1 || !p.LeaseUntil.Equal(begin.Add(sayline.Lease)) {
				w.Errorf("leased %s", show(p))
			}
		}
	}
	if len(seen) != 20 {
		w.Errorf("%d of 20 pages were leased", len(seen))
	}
	w.leasesNothing()
	due, lease, err = w.NextPage(w.ctx(), w.channel())
	w.must(err)
	if !due.IsZero() || !lease.Equal(begin.Add(sayline.Lease)) {
		w.Errorf("the next page is due at %s, the next lease ends at %s", due, lease)
	}
	if due, _, err := w.NextPage(w.ctx(), "another channel"); err != nil || !due.IsZero() {
		w.Errorf("another channel's page is due at %s, %v", due, err)
	}
}

func leaseAbandoned(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.fire(m.Case, w.mail("lucia"))
	gone, cancel := context.WithCancel(w.ctx())
	cancel()
	list, err := w.LeasePages(gone, w.channel(), 10)
	if err != nil { // given up before the writer took it: it never happened
		if list != nil {
			w.Errorf("%v, and yet leased %s", err, show(list))
		}
		w.lease()
		return
	}
	w.leasesNothing() // taken already: its outcome was awaited
	w.clock.Move(sayline.Lease + time.Second)
	w.must(w.ExpireLeases(w.ctx()))
	w.lease()
}
