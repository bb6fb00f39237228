package storetest

import (
	"fmt"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var calmBehaviours = []behaviour{
	{"what is urgent is leased before what can wait", urgentFirst},
	{"after three pages to a contact in two minutes the calm ones go together", bundles},
	{"an urgent case's page waits for nobody's", urgentUnbundled},
	{"a private lane's case is never put beside others", privateUnbundled},
	{"what is taken meanwhile is in no bundle", takenOutOfBundle},
	{"what waits for the end of quiet hours comes in one message", quietTogether},
	{"taken back, those it reached are told by the same ways", takenBack},
	{"decided away, the team that loses it is told", movedAway},
	{"of several one decided away, the team that loses it is told each time, and the rest asks on", oneMovedAway},
	{"handed over, those it reached are told", handedAway},
}

// asked fires a new case's step with a mail to lucia.
func (w *world) asked(edit ...func(*sayline.Moment)) (*sayline.Moment, sayline.Page) {
	w.Helper()
	m, p := w.say(w.id(), edit...), w.mail("lucia")
	w.fire(m.Case, p)
	return m, w.stateOf(p.ID)
}

func (w *world) leased(n int) []sayline.Page {
	w.Helper()
	list, err := w.LeasePages(w.ctx(), w.channel(), n)
	w.must(err)
	return list
}

func urgentFirst(w *world) {
	w.asked()
	w.clock.Move(time.Second)
	_, urgent := w.asked(urgency(sayline.Urgent))
	if got := w.leased(1); len(got) != 1 || got[0].ID != urgent.ID || got[0].Calm {
		w.Errorf("leased %s", show(got))
	}
}

func bundles(w *world) {
	for i := range 3 {
		if _, p := w.asked(); p.Bundled || !p.Calm || !p.NextAt.Equal(w.clock.Now()) {
			w.Errorf("page %d is %s", i+1, show(p))
		}
		w.clock.Move(time.Second)
	}
	for _, p := range w.leased(10) {
		w.report(p, sayline.PageAccepted, 0)
	}
	due := w.clock.Now().Add(2 * time.Minute)
	for i := range 4 {
		if _, p := w.asked(); !p.Bundled || !p.NextAt.Equal(due) {
			w.Errorf("page %d is %s", i+4, show(p))
		}
		w.clock.Move(time.Second)
	}
	w.leasesNothing()
	w.clock.Move(2*time.Minute - 4*time.Second)
	got := w.leased(1)
	if len(got) != 4 {
		w.Fatalf("%d pages go together", len(got))
	}
	for _, p := range got {
		w.report(p, sayline.PageAccepted, 0)
	}
	w.clock.Move(2 * time.Minute)
	if _, p := w.asked(); p.Bundled {
		w.Errorf("it is calm again, and the page is %s", show(p))
	}
}

func urgentUnbundled(w *world) {
	for range 5 {
		w.asked()
	}
	if _, p := w.asked(urgency(sayline.Urgent)); p.Bundled || p.Calm || !p.NextAt.Equal(w.clock.Now()) {
		w.Errorf("the page is %s", show(p))
	}
}

func privateUnbundled(w *world) {
	for range 5 {
		w.asked()
	}
	if _, p := w.asked(func(m *sayline.Moment) { m.Lane = "people" }); p.Bundled || !p.NextAt.Equal(w.clock.Now()) {
		w.Errorf("the page is %s", show(p))
	}
}

func takenOutOfBundle(w *world) {
	var cases []string
	for range 6 {
		m, _ := w.asked()
		cases = append(cases, m.Case)
	}
	w.leased(10)
	w.acknowledge(cases[4], "marco")
	w.clock.Move(2 * time.Minute)
	if got := w.leased(10); len(got) != 2 || got[0].Case == cases[4] || got[1].Case == cases[4] {
		w.Errorf("leased %s", show(got))
	}
}

func quietTogether(w *world) {
	morning := w.clock.Now().Add(8 * time.Hour)
	for range 2 {
		m, p := w.say(w.id()), w.mail("lucia")
		p.From = morning
		w.fire(m.Case, p)
	}
	w.leasesNothing()
	w.clock.Move(8 * time.Hour)
	if got := w.leased(1); len(got) != 2 {
		w.Errorf("leased %s", show(got))
	}
}

// reached is an urgent case of which lucia heard by mail; marco's page is queued.
func (w *world) reached() *sayline.Moment {
	w.Helper()
	m, p := w.say("k", urgency(sayline.Urgent)), w.mail("lucia")
	w.fire(m.Case, p, w.page("lucia", sayline.ByDesk))
	w.report(w.lease(), sayline.PageAccepted, 0)
	return m
}

// follows is what lucia is told after it; nobody else is told anything.
func (w *world) follows(caseID string) (says string) {
	w.Helper()
	for _, p := range w.pages(caseID) {
		if p.Says != "" {
			says += fmt.Sprint(p.Person, " ", p.Says, " ", p.State, " ")
		}
	}
	list := w.leased(10)
	if len(list) != 1 || list[0].Says == "" || list[0].Person != "lucia" {
		w.Errorf("leased %s", show(list))
		return says
	}
	clocks := show(w.bins(store.ClockReach))
	w.report(list[0], sayline.PageQueued, time.Second)
	w.clock.Move(time.Second)
	w.report(w.lease(), sayline.PageAccepted, 0)
	if got := w.stateOf(list[0].ID); got.State != sayline.PageAccepted || show(w.bins(store.ClockReach)) != clocks {
		w.Errorf("told, the page is %s", show(got))
	}
	return says
}

func takenBack(w *world) {
	m := w.reached()
	w.must(w.Withdraw(w.ctx(), w.brand, m.Receipt))
	if c := w.theCase(m.Case); c.State != sayline.CaseResolved || c.Reason != "withdrawn" {
		w.Errorf("the case is %s", show(c))
	}
	same(w, "what follows", w.follows(m.Case), "lucia taken_back queued ")
	unheard := w.say("unheard", urgency(sayline.Urgent))
	w.fire(unheard.Case, w.mail("lucia"))
	w.must(w.Withdraw(w.ctx(), w.brand, unheard.Receipt))
	if w.leasesNothing(); len(w.pages(unheard.Case)) != 1 {
		w.Errorf("nobody heard of it, and there are %s", show(w.pages(unheard.Case)))
	}
}

func movedAway(w *world) {
	m := w.reached()
	w.must(w.amend(m, func(m *sayline.Moment) { m.Decision.Team, m.Decision.GroupKey = "others", "k2" }))
	same(w, "what follows", w.follows(m.Case), "lucia moved queued ")
}

func oneMovedAway(w *world) {
	m := w.reached()
	a, b := w.say("k", urgency(sayline.Urgent)), w.say("k", urgency(sayline.Urgent))
	away := func(m *sayline.Moment) { m.Decision.Team, m.Decision.GroupKey = "others", "k2" }
	w.must(w.amend(a, away))
	same(w, "what follows the first", w.follows(m.Case), "lucia one_moved queued ")
	w.must(w.amend(b, away))
	same(w, "what follows the second", w.follows(m.Case), "lucia one_moved accepted lucia one_moved queued ")
	if c := w.theCase(m.Case); c.State != sayline.CaseOpen || c.Moments != 1 || c.Episode != 1 {
		w.Errorf("the case it left is %s", show(c))
	}
}

func handedAway(w *world) {
	m := w.reached()
	_, err := w.handOver(m.Case, "others", "k9")
	w.must(err)
	same(w, "what follows", w.follows(m.Case), "lucia moved queued ")
}
