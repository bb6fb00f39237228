package storetest

import (
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// fired is an urgent case with one page queued.
func (w *world) fired() (*sayline.Moment, sayline.Page) {
	w.Helper()
	m := w.say(w.id(), urgency(sayline.Urgent))
	p := w.mail("lucia")
	w.fire(m.Case, p)
	return m, p
}

func (w *world) stateOf(id string) sayline.Page {
	w.Helper()
	p, err := w.Page(w.ctx(), w.brand, id)
	w.must(err)
	return p
}

func reportsAccepted(w *world) {
	m, p := w.fired()
	w.clock.Move(2 * time.Second)
	leased := w.lease()
	w.clock.Move(time.Second)
	before := len(w.events())
	w.report(leased, sayline.PageAccepted, 0)
	w.report(leased, sayline.PageAccepted, 0)
	if got := w.stateOf(p.ID); got.State != sayline.PageAccepted || !got.DoneAt.Equal(w.clock.Now()) || !got.LeaseUntil.IsZero() {
		w.Errorf("the page is %s", show(got))
	}
	c := w.theCase(m.Case)
	if !c.ReachedAt.Equal(w.clock.Now()) || !c.SeenAt.IsZero() {
		w.Errorf("the case is %s", show(c))
	}
	same(w, "events", w.types(before), sayline.EventCaseReached)
	same(w, "history", w.history(m.Case), "received")
	w.clock.Move(time.Hour)
	w.must(w.ExpireLeases(w.ctx()))
	w.leasesNothing()
	attempts, err := w.AttemptsOf(w.ctx(), w.brand, m.Case)
	w.must(err)
	if len(attempts) != 1 || attempts[0].Outcome != sayline.PageAccepted || attempts[0].Provider != "id-1" || attempts[0].EndAt.Sub(attempts[0].BegunAt) != time.Second {
		w.Errorf("attempts %s", show(attempts))
	}
}

func reportsAgain(w *world) {
	_, p := w.fired()
	w.report(w.lease(), sayline.PageQueued, time.Minute)
	w.leasesNothing()
	w.clock.Move(time.Minute - time.Microsecond)
	w.leasesNothing()
	w.clock.Move(time.Microsecond)
	second := w.lease()
	if second.Attempts != 2 || second.ID != p.ID {
		w.Errorf("leased %s", show(second))
	}
	w.report(second, sayline.PageFailed, 0)
	if got := w.stateOf(p.ID); got.State != sayline.PageFailed || got.DoneAt.IsZero() {
		w.Errorf("the page is %s", show(got))
	}
	w.leasesNothing()
}

// Whatever was in the air when somebody took the case must not ring again.
func failsAfterAcknowledgement(w *world) {
	for _, take := range []func(string){
		func(id string) { w.acknowledge(id, "marco") }, w.resolve, func(id string) { w.reply(id, "", "on it") },
	} {
		m, p := w.fired()
		leased := w.lease()
		take(m.Case)
		w.report(leased, sayline.PageQueued, 0)
		if got := w.stateOf(p.ID); got.State != sayline.PageCancelled || got.DoneAt.IsZero() {
			w.Errorf("the page is %s", show(got))
		}
		w.leasesNothing()
	}
}

func expires(w *world) {
	_, p := w.fired()
	w.lease()
	w.clock.Move(sayline.Lease)
	w.must(w.ExpireLeases(w.ctx()))
	w.leasesNothing() // to the microsecond it still holds
	w.clock.Move(time.Microsecond)
	w.must(w.ExpireLeases(w.ctx()))
	if again := w.lease(); again.ID != p.ID || again.Attempts != 2 {
		w.Errorf("leased %s", show(again))
	}
	rows := w.everything("attempt")
	if len(rows) != 2 {
		w.Fatalf("attempts %v", rows)
	}
	for _, r := range rows {
		if r.n("n") == 1 && (r.text("outcome") != sayline.PageUnknown || r.n("end_at") == 0) {
			w.Errorf("the first call is %v", r)
		}
	}
}

func expiresAfterAcknowledgement(w *world) {
	m, p := w.fired()
	w.lease()
	w.acknowledge(m.Case, "marco")
	w.clock.Move(sayline.Lease + time.Second)
	w.must(w.ExpireLeases(w.ctx()))
	if got := w.stateOf(p.ID); got.State != sayline.PageCancelled {
		w.Errorf("the page is %s", show(got))
	}
	w.leasesNothing()
}

// overtaken is a page whose first caller was so slow that a second one has it.
func (w *world) overtaken() (first, second sayline.Page) {
	w.Helper()
	w.fired()
	first = w.lease()
	w.clock.Move(sayline.Lease + time.Second)
	w.must(w.ExpireLeases(w.ctx()))
	return first, w.lease()
}

func lateBadNews(w *world) {
	for _, news := range []string{sayline.PageQueued, sayline.PageFailed, sayline.PageUnknown} {
		first, second := w.overtaken()
		w.report(first, news, 0)
		if got := w.stateOf(first.ID); got.State != sayline.PageSending || got.Attempts != 2 {
			w.Errorf("while the second calls, the page is %s", show(got))
		}
		w.leasesNothing()
		w.report(second, sayline.PageAccepted, 0)
		if got := w.stateOf(first.ID); got.State != sayline.PageAccepted {
			w.Errorf("the page is %s", show(got))
		}
	}
}

func lateGoodNews(w *world) {
	first, second := w.overtaken()
	w.report(first, sayline.PageAccepted, 0)
	if c := w.theCase(first.Case); c.ReachedAt.IsZero() {
		w.Errorf("it reached somebody, and the case is %s", show(c))
	}
	w.report(second, sayline.PageFailed, 0)
	if got := w.stateOf(first.ID); got.State != sayline.PageAccepted {
		w.Errorf("the page is %s", show(got))
	}
}

func oldEpisodeReached(w *world) {
	m, _ := w.fired()
	leased := w.lease()
	w.say(w.theCase(m.Case).GroupKey, urgency(sayline.Critical))
	w.report(leased, sayline.PageAccepted, 0)
	if c := w.theCase(m.Case); !c.ReachedAt.IsZero() || c.Episode != 2 {
		w.Errorf("the case is %s", show(c))
	}
}

func deskPage(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	p := w.page("lucia", sayline.ByDesk)
	w.fire(m.Case, p)
	if got := w.stateOf(p.ID); got.State != sayline.PageAccepted || got.DoneAt.IsZero() || !w.theCase(m.Case).ReachedAt.IsZero() {
		w.Errorf("before it shows, the page is %s", show(got))
	}
	if list, err := w.LeasePages(w.ctx(), sayline.ByDesk, 10); err != nil || len(list) != 0 {
		w.Errorf("leased %s, %v", show(list), err)
	}
	unshown, err := w.Unshown(w.ctx(), w.brand, "lucia", 10)
	w.must(err)
	if len(unshown) != 1 || unshown[0].ID != p.ID {
		w.Errorf("not shown yet: %s", show(unshown))
	}
	w.clock.Move(time.Second)
	w.refused(w.Delivered(w.ctx(), w.brand, p.ID, "marco", madrid), sayline.NotFound)
	w.must(w.Delivered(w.ctx(), w.brand, p.ID, "lucia", madrid))
	shown := w.clock.Now()
	w.clock.Move(time.Second)
	w.must(w.Delivered(w.ctx(), w.brand, p.ID, "lucia", madrid))
	if got := w.stateOf(p.ID); got.State != sayline.PageDelivered || !got.DeliveredAt.Equal(shown) {
		w.Errorf("the page is %s", show(got))
	}
	if c := w.theCase(m.Case); !c.ReachedAt.Equal(shown) {
		w.Errorf("the case is %s", show(c))
	}
	if unshown, err := w.Unshown(w.ctx(), w.brand, "lucia", 10); err != nil || len(unshown) != 0 {
		w.Errorf("not shown yet: %s, %v", show(unshown), err)
	}
	for person, want := range map[string]bool{"lucia": true, "marco": false} {
		if paged, err := w.WasPaged(w.ctx(), w.brand, m.Case, person, 0); err != nil || paged != want {
			w.Errorf("%s was paged: %v, %v", person, paged, err)
		}
	}
}

func oneContactOnce(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.must(w.FireSteps(w.ctx(), w.brand, []store.Firing{{Step: w.waiting(m.Case), Pages: []sayline.Page{w.mail("lucia"), w.mail("lucia"), w.page("lucia", "other-"+w.channel())}}}))
	if n := len(w.pages(m.Case)); n != 2 {
		w.Errorf("%d pages for two contacts", n)
	}
	made := 0
	for _, e := range w.events() {
		if e.Type == sayline.EventPageMade {
			made++
			w.stateOf(e.Page)
		}
	}
	if made != 2 {
		w.Errorf("%d pages were told of", made)
	}
}
