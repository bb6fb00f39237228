package storetest

import (
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var comebackBehaviours = []behaviour{
	{"acknowledged and nothing done, it comes back and climbs again", comesBack},
	{"a reply, a note or a step of work ends the time-out", workEndsTimeout},
	{"I'm on it again holds it longer, unless something was done", holdsLonger},
	{"an idea that somebody took stays theirs", ideasStay},
	{"a case's own time-out goes before the usual one", ownTimeout},
	{"put off, it asks nobody until its time, then comes back", snoozes},
	{"something more urgent ends a snooze", risesFromSnooze},
	{"I'm on it, an answer and resolving end a snooze", endsSnooze},
	{"an answered case comes back only when it was put off until then", answeredComesBack},
	{"nobody is put off into the past, nor for ever", snoozeLimits},
	{"two processes bring a case back once", bringsBackOnce},
}

// comebacks brings back what is due of the brand and says how many there were.
func (w *world) comebacks() int {
	w.Helper()
	list, err := w.Comebacks(w.ctx(), w.clock.Now(), 1000)
	w.must(err)
	list = slices.DeleteFunc(list, func(b store.Comeback) bool { return b.Brand != w.brand })
	w.must(w.BringBack(w.ctx(), w.brand, list))
	return len(list)
}

func (w *world) comesBackNever(what string) {
	w.Helper()
	w.clock.Move(24 * time.Hour)
	if n := w.comebacks(); n != 0 {
		w.Errorf("%s, and %d cases came back", what, n)
	}
}

func comesBack(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	promised := w.theCase(m.Case).AnswerBy
	w.acknowledge(m.Case, "lucia")
	w.clock.Move(sayline.AckTimeout - time.Microsecond)
	if n := w.comebacks(); n != 0 {
		w.Fatalf("%d cases came back too early", n)
	}
	w.clock.Move(time.Microsecond)
	before := len(w.events())
	if n := w.comebacks(); n != 1 {
		w.Fatalf("%d cases came back", n)
	}
	c := w.theCase(m.Case)
	if c.State != sayline.CaseOpen || c.Episode != 2 || c.Owner != "" || !c.AcknowledgedAt.IsZero() || !c.AckDeadline.IsZero() || !c.AnswerBy.Equal(promised) || !c.AckBy.Equal(w.clock.Now().Add(15*time.Minute)) {
		w.Errorf("the case is %s", show(c))
	}
	last := w.steps(m.Case)[1]
	if last.Episode != 2 || last.Loop != 0 || last.N != 1 || last.State != sayline.StepWaiting || last.Moment != m.ID || !last.DueAt.Equal(w.clock.Now()) {
		w.Errorf("it climbs from %s", show(last))
	}
	same(w, "events", w.types(before), sayline.EventCaseReopened)
	w.comesBackNever("it is open")
}

func workEndsTimeout(w *world) {
	for what, do := range map[string]func(string){
		"a reply": func(id string) { w.reply(id, "", "on its way") },
		"a note": func(id string) {
			w.must(w.AddMessage(w.ctx(), w.act(id, "lucia"), &sayline.Message{ID: w.id(), Direction: sayline.Note, Text: "looked"}))
		},
		"a step":   func(id string) { w.must(w.Progress(w.ctx(), w.act(id, "lucia"), "on-the-way", false)) },
		"resolved": w.resolve,
	} {
		m := w.say(what, urgency(sayline.Urgent))
		w.acknowledge(m.Case, "lucia")
		do(m.Case)
		w.comesBackNever(what)
	}
}

func holdsLonger(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.acknowledge(m.Case, "lucia")
	w.clock.Move(15 * time.Minute)
	w.acknowledge(m.Case, "lucia")
	w.clock.Move(15 * time.Minute)
	if n := w.comebacks(); n != 0 {
		w.Errorf("%d came back although she said so again", n)
	}
	w.reply(m.Case, "", "on its way")
	w.acknowledge(m.Case, "lucia")
	w.acknowledge(m.Case, "marco")
	w.comesBackNever("it is answered")
}

func ideasStay(w *world) {
	for what, edit := range map[string]func(*sayline.Moment){
		"an idea": urgency(sayline.Quiet),
		"praise":  func(m *sayline.Moment) { m.Kind = "praise" },
	} {
		m := w.say(what, edit)
		w.acknowledge(m.Case, "lucia")
		w.comesBackNever(what)
	}
}

func ownTimeout(w *world) {
	m := w.say("k", urgency(sayline.Urgent), func(m *sayline.Moment) { m.Decision.AckTime = 5 * time.Minute })
	w.acknowledge(m.Case, "lucia")
	w.clock.Move(5 * time.Minute)
	if n := w.comebacks(); n != 1 {
		w.Errorf("%d cases came back after five minutes", n)
	}
}

func snoozes(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.fire(m.Case, w.page("lucia", sayline.ByEmail))
	until, before := w.clock.Now().Add(3*time.Hour), len(w.events())
	w.must(w.Snooze(w.ctx(), w.act(m.Case, "lucia"), until))
	if c := w.theCase(m.Case); c.State != sayline.CaseSnoozed || !c.SnoozedUntil.Equal(until) || c.Owner != "lucia" || c.SeenAt.IsZero() {
		w.Errorf("the case is %s", show(c))
	}
	for _, p := range w.pages(m.Case) {
		if p.State != sayline.PageCancelled {
			w.Errorf("a page is still %s", p.State)
		}
	}
	same(w, "events", w.types(before), sayline.EventCaseReached+" "+sayline.EventCaseSeen+" "+sayline.EventCaseSnoozed)
	joined := w.say("k", urgency(sayline.Urgent))
	if c := w.theCase(m.Case); joined.Case != m.Case || c.State != sayline.CaseSnoozed || c.Moments != 2 {
		w.Errorf("one more made it %s", show(c))
	}
	w.clock.Move(3*time.Hour - time.Microsecond)
	if n := w.comebacks(); n != 0 {
		w.Errorf("%d came back too early", n)
	}
	w.clock.Move(time.Microsecond)
	w.comebacks()
	c := w.theCase(m.Case)
	if c.State != sayline.CaseOpen || c.Episode != 2 || !c.SnoozedUntil.IsZero() || c.Owner != "lucia" {
		w.Errorf("at its time it is %s", show(c))
	}
}

func risesFromSnooze(w *world) {
	m := w.say("k")
	w.must(w.Snooze(w.ctx(), w.act(m.Case, "lucia"), w.clock.Now().Add(time.Hour)))
	w.say("k", urgency(sayline.Critical))
	if c := w.theCase(m.Case); c.State != sayline.CaseOpen || c.Episode != 2 || !c.SnoozedUntil.IsZero() {
		w.Errorf("the case is %s", show(c))
	}
	w.comesBackNever("it is open already")
}

func endsSnooze(w *world) {
	for what, c := range map[string]struct {
		do    func(string)
		state string
	}{
		"on it":    {func(id string) { w.acknowledge(id, "marco") }, sayline.CaseAcknowledged},
		"answered": {func(id string) { w.reply(id, "", "here") }, sayline.CaseAcknowledged},
		"resolved": {w.resolve, sayline.CaseResolved},
	} {
		m := w.say(what)
		w.must(w.Snooze(w.ctx(), w.act(m.Case, "lucia"), w.clock.Now().Add(time.Hour)))
		c.do(m.Case)
		if got := w.theCase(m.Case); got.State != c.state || !got.SnoozedUntil.IsZero() {
			w.Errorf("%s, and it is %s", what, show(got))
		}
	}
	m := w.say("an old link")
	w.must(w.Snooze(w.ctx(), w.act(m.Case, "lucia"), w.clock.Now().Add(time.Hour)))
	w.refused(w.Acknowledge(w.ctx(), w.act(m.Case, "marco"), 2), sayline.Conflict)
	if c := w.theCase(m.Case); c.State != sayline.CaseSnoozed {
		w.Errorf("a link of another episode made it %s", c.State)
	}
}

func answeredComesBack(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.reply(m.Case, "", "restocked tomorrow")
	w.must(w.Snooze(w.ctx(), w.act(m.Case, "lucia"), w.clock.Now().Add(time.Hour)))
	w.clock.Move(time.Hour)
	w.comebacks()
	if c := w.theCase(m.Case); c.State != sayline.CaseOpen || c.Episode != 2 || !c.AnswerBy.Equal(w.clock.Now().Add(24*time.Hour)) {
		w.Errorf("looked at again, it is %s", show(c))
	}
}

func snoozeLimits(w *world) {
	m := w.say("k")
	for _, until := range []time.Time{w.clock.Now(), w.clock.Now().Add(-time.Hour), w.clock.Now().Add(sayline.LongestSnooze + time.Second), {}} {
		w.refused(w.Snooze(w.ctx(), w.act(m.Case, "lucia"), until), sayline.AtFault)
	}
	w.resolve(m.Case)
	w.refused(w.Snooze(w.ctx(), w.act(m.Case, "lucia"), w.clock.Now().Add(time.Hour)), sayline.Conflict)
	w.refused(w.Snooze(w.ctx(), w.act("no-such", "lucia"), w.clock.Now().Add(time.Hour)), sayline.NotFound)
}

func bringsBackOnce(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.acknowledge(m.Case, "lucia")
	w.clock.Move(sayline.AckTimeout)
	if late, err := w.Late(w.ctx(), w.clock.Now().Add(time.Second)); err != nil || late.Comebacks == 0 {
		w.Errorf("it should be open by now, and what is late is %s (%v)", show(late), err)
	}
	list := []store.Comeback{{Brand: w.brand, Case: m.Case}}
	w.must(w.BringBack(w.ctx(), w.brand, list))
	w.acknowledge(m.Case, "marco")
	w.must(w.BringBack(w.ctx(), w.brand, list))
	if c := w.theCase(m.Case); c.State != sayline.CaseAcknowledged || c.Episode != 2 || c.Owner != "marco" {
		w.Errorf("the case is %s", show(c))
	}
}
