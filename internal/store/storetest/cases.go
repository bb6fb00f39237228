package storetest

import (
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var caseBehaviours = []behaviour{
	{"I'm on it takes the demand off everybody", acknowledges},
	{"twice by the same person is once", acknowledgesTwice},
	{"a second person becomes its owner too", secondOwner},
	{"an old episode's acknowledgement is told so", oldEpisode},
	{"a resolved case can't be acknowledged", acknowledgeResolved},
	{"opening it is seen, once an episode", seenOnce},
	{"the clocks are counted once an episode, in the hour and bin they fell", clocks},
	{"a promise that was not kept is counted so", lateClocks},
	{"of a case that a small audience spoke in no figure tells", guardedClocks},
	{"who is guarded is what the brand's file says now", guardedSince},
	{"an act that names no zone counts in UTC", noZone},
	{"a reply to all acknowledges and answers", replyToAll},
	{"a reply to one is read by one", replyToOne},
	{"a reply to a moment of another case is refused", replyElsewhere},
	{"a note is work, and no answer", note},
	{"a step of the work is told, and the last one fulfils it", fulfils},
	{"a step on a closed case is told so", stepOnClosed},
	{"resolving cancels what is queued", resolves},
	{"resolving for a reason closes", resolvesForAReason},
	{"an unknown case is not found", unknownCase},
}

func acknowledges(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.fire(m.Case, w.page("lucia", sayline.ByEmail))
	w.clock.Move(2 * time.Minute)
	before := len(w.events())
	w.must(w.Acknowledge(w.ctx(), w.act(m.Case, "lucia"), 1))
	c, now := w.theCase(m.Case), w.clock.Now()
	if c.State != sayline.CaseAcknowledged || c.Owner != "lucia" || !c.AcknowledgedAt.Equal(now) || !c.SeenAt.Equal(now) || !c.ReachedAt.Equal(now) || !c.AckDeadline.Equal(now.Add(sayline.AckTimeout)) {
		w.Errorf("the case is %s", show(c))
	}
	for _, p := range w.pages(m.Case) {
		if p.State != sayline.PageCancelled {
			w.Errorf("a page is still %s", p.State)
		}
	}
	same(w, "events", w.types(before), sayline.EventCaseReached+" "+sayline.EventCaseSeen+" "+sayline.EventCaseAcknowledged)
	same(w, "history", w.history(m.Case), "received seen acknowledged")
	if last := w.events()[before+2]; last.Person != "lucia" || last.Case != m.Case || last.Team != "crew" {
		w.Errorf("the event is %s", show(last))
	}
}

// history is the statuses of a case or a moment.
func (w *world) history(subject string) string {
	w.Helper()
	lines, err := w.History(w.ctx(), w.brand, subject)
	w.must(err)
	text := ""
	for i, h := range lines {
		if h.N != i+1 || h.Subject != subject {
			w.Fatalf("line %d is %s", i, show(h))
		}
		text += " " + h.Status
	}
	return text[min(1, len(text)):]
}

func acknowledgesTwice(w *world) {
	m := w.say("k")
	w.acknowledge(m.Case, "lucia")
	before, history := w.theCase(m.Case), w.history(m.Case)
	events := len(w.events())
	w.clock.Move(time.Minute)
	w.acknowledge(m.Case, "lucia")
	c := w.theCase(m.Case)
	if !c.AcknowledgedAt.Equal(before.AcknowledgedAt) || w.history(m.Case) != history || len(w.events()) != events {
		w.Errorf("the second time changed %s to %s", show(before), show(c))
	}
}

func secondOwner(w *world) {
	m := w.say("k")
	w.acknowledge(m.Case, "lucia")
	first := w.theCase(m.Case).AcknowledgedAt
	w.clock.Move(time.Minute)
	w.acknowledge(m.Case, "marco")
	c := w.theCase(m.Case)
	if c.Owner != "marco" || !c.AcknowledgedAt.Equal(first) {
		w.Errorf("the case is %s", show(c))
	}
	same(w, "history", w.history(m.Case), "received seen acknowledged acknowledged")
}

func oldEpisode(w *world) {
	m := w.say("k")
	w.say("k", urgency(sayline.Urgent))
	w.refused(w.Acknowledge(w.ctx(), w.act(m.Case, "lucia"), 1), sayline.Conflict)
	if c := w.theCase(m.Case); c.State != sayline.CaseOpen || !c.SeenAt.IsZero() {
		w.Errorf("an old link did %s", show(c))
	}
	if steps := w.steps(m.Case); steps[1].State != sayline.StepWaiting {
		w.Errorf("an old link silenced the new episode: %s", show(steps))
	}
	w.must(w.Acknowledge(w.ctx(), w.act(m.Case, "lucia"), 2))
	w.refused(w.Acknowledge(w.ctx(), w.act(m.Case, "lucia"), 3), sayline.Conflict)
}

func acknowledgeResolved(w *world) {
	m := w.say("k")
	w.resolve(m.Case)
	for episode := range 2 {
		w.refused(w.Acknowledge(w.ctx(), w.act(m.Case, "lucia"), episode), sayline.Conflict)
	}
}

func seenOnce(w *world) {
	m := w.say("k")
	w.clock.Move(time.Second)
	w.must(w.Seen(w.ctx(), w.act(m.Case, "lucia")))
	first := w.clock.Now()
	w.clock.Move(time.Second)
	w.must(w.Seen(w.ctx(), w.act(m.Case, "marco")))
	c := w.theCase(m.Case)
	if !c.SeenAt.Equal(first) || !c.ReachedAt.Equal(first) || c.State != sayline.CaseOpen {
		w.Errorf("the case is %s", show(c))
	}
	same(w, "history", w.history(m.Case), "received seen")
	w.say("k", urgency(sayline.Urgent))
	w.must(w.Seen(w.ctx(), w.act(m.Case, "marco")))
	if c := w.theCase(m.Case); !c.SeenAt.Equal(w.clock.Now()) {
		w.Errorf("in the next episode the case is %s", show(c))
	}
}

// bins are a clock's counts: bucket and bin to how many, and how many were kept.
func (w *world) bins(clock string) map[[2]int64][2]int64 {
	w.Helper()
	rows, err := readRows(w.ctx(), w.plain, "SELECT * FROM count_clock WHERE brand_id = $1 AND clock = $2", w.brand, clock)
	w.must(err)
	got := map[[2]int64][2]int64{}
	for _, r := range rows {
		if r.text("team") != "crew" {
			w.Errorf("a clock of team %q", r.text("team"))
		}
		got[[2]int64{r.n("bucket"), r.n("bin")}] = [2]int64{r.n("n"), r.n("kept")}
	}
	return got
}

func clocks(w *world) {
	m := w.say("k")
	since := w.clock.Now()
	w.clock.Move(3 * time.Second)
	w.must(w.Seen(w.ctx(), w.act(m.Case, "lucia")))
	w.clock.Move(57 * time.Second)
	w.acknowledge(m.Case, "lucia")
	w.clock.Move(9 * time.Minute)
	w.reply(m.Case, "", "on its way")
	w.reply(m.Case, "", "here it is")
	hour := slowHour(since.UnixMicro(), madrid)
	for clock, took := range map[string]time.Duration{store.ClockReach: 3 * time.Second, store.ClockSeen: 3 * time.Second, store.ClockAcknowledge: time.Minute, store.ClockAnswer: 10 * time.Minute} {
		got := w.bins(clock)
		want := map[[2]int64][2]int64{{hour, int64(store.ClockBin(took))}: {1, 1}}
		if len(got) != 1 || got[[2]int64{hour, int64(store.ClockBin(took))}] != [2]int64{1, 1} {
			w.Errorf("%s: %v, want %v", clock, got, want)
		}
		if middle := store.BinSpan(store.ClockBin(took)); middle < took*4/5 || middle > took*5/4 {
			w.Errorf("%s lies in the bin of %s", took, middle)
		}
	}
	w.say("k", urgency(sayline.Urgent)) // the next episode
	w.acknowledge(m.Case, "lucia")
	if got := w.bins(store.ClockAcknowledge); len(got) != 2 {
		w.Errorf("two episodes were acknowledged: %v", got)
	}
}

// guardedClocks: neither how soon nor what became of it, also once it went into
// another case, and though what was said is taken back.
func guardedClocks(w *world) {
	colleague := func(m *sayline.Moment) { m.Audience = "employee" }
	m, other := w.say("k", colleague), w.say("other")
	w.acknowledge(m.Case, "lucia")
	w.reply(m.Case, "", "thank you")
	w.must(w.Resolve(w.ctx(), w.act(m.Case, "lucia"), "done"))
	w.say("k") // it is open again
	w.acknowledge(m.Case, "lucia")
	w.must(w.Withdraw(w.ctx(), w.brand, m.Receipt))
	w.must(w.Merge(w.ctx(), w.act(m.Case, "lucia"), other.Case))
	w.reply(other.Case, "", "and to you")
	w.must(w.Resolve(w.ctx(), w.act(other.Case, "lucia"), "done"))
	for _, clock := range []string{store.ClockReach, store.ClockSeen, store.ClockAcknowledge, store.ClockAnswer, store.ClockResolved, store.ClockReopened} {
		if got := w.bins(clock); len(got) != 0 {
			w.Errorf("%s tells of it: %v", clock, got)
		}
	}
}

// guardedSince: an audience that is guarded from now on is in no figure from now on, in
// whatever case it spoke or goes to, and what it takes back is told by nobody; who is
// guarded no more may be told of.
func guardedSince(w *world) {
	c := shop(w.brand)
	_, err := w.SaveConfig(w.ctx(), c, 0, "lucia")
	w.must(err)
	vendor := func(m *sayline.Moment) { m.Audience = "vendor" }
	early, stays, goes, moves, other := w.say("early", vendor), w.say("k", vendor), w.say("k2", vendor), w.say("k3", vendor), w.say("k4")
	w.must(w.Withdraw(w.ctx(), w.brand, early.Receipt))
	joined, took := w.say("k8", vendor), w.say("k9")
	w.merge(joined.Case, took.Case)
	c.Audiences = []sayline.Audience{{ID: "vendor", Label: sayline.Text{"en": "Drivers"}, Guarded: true}}
	_, err = w.SaveConfig(w.ctx(), c, 1, "lucia")
	w.must(err)
	w.acknowledge(stays.Case, "lucia")
	if got := w.bins(store.ClockAcknowledge); len(got) != 0 {
		w.Errorf("a clock tells of it: %v", got)
	}
	w.must(w.Withdraw(w.ctx(), w.brand, goes.Receipt))
	gone, err := w.GuardedGone(w.ctx(), w.brand, []string{early.ID, goes.ID})
	w.must(err)
	same(w, "taken back, told by nobody", gone, map[string]bool{goes.ID: true})
	cases, err := w.GuardedCases(w.ctx(), w.brand, []string{"vendor"}, []string{goes.Case, stays.Case, other.Case})
	w.must(err)
	same(w, "the cases they spoke in", cases, map[string]bool{goes.Case: true, stays.Case: true})
	erased, keeps := w.say("k6", vendor), w.say("k7")
	w.say("k6")
	w.must(w.Withdraw(w.ctx(), w.brand, erased.Receipt))
	w.merge(erased.Case, keeps.Case)
	cases, err = w.GuardedCases(w.ctx(), w.brand, []string{"vendor"}, []string{joined.Case, took.Case, erased.Case, keeps.Case})
	w.must(err)
	same(w, "cases that were joined with others, and where they went", cases, map[string]bool{joined.Case: true, took.Case: true, erased.Case: true, keeps.Case: true})
	w.resolve(keeps.Case)
	did, err := w.Did(w.ctx(), w.brand, []string{"vendor"}, w.clock.Now().Add(-time.Hour), w.clock.Now().Add(time.Hour), 100)
	w.must(err)
	for _, c := range did {
		if c.ID == keeps.Case {
			w.Errorf("what was done of it is told: %s", show(c))
		}
	}
	w.must(w.amend(moves, func(m *sayline.Moment) { m.Decision.GroupKey = other.Decision.GroupKey }))
	if got := w.theCase(other.Case); got.Moments != 2 || !got.Guarded {
		w.Errorf("the case one of them went to: %s", show(got))
	}
	c.Audiences[0].Guarded = false
	_, err = w.SaveConfig(w.ctx(), c, 2, "lucia")
	w.must(err)
	told := w.say("k5", vendor)
	w.must(w.Withdraw(w.ctx(), w.brand, told.Receipt))
	gone, err = w.GuardedGone(w.ctx(), w.brand, []string{told.ID})
	w.must(err)
	same(w, "guarded no more, told", gone, map[string]bool{})
}

func lateClocks(w *world) {
	m := w.say("k")
	w.clock.Move(15*time.Minute + time.Microsecond)
	w.acknowledge(m.Case, "lucia")
	w.clock.Move(24 * time.Hour)
	w.reply(m.Case, "", "sorry")
	for _, clock := range []string{store.ClockReach, store.ClockSeen, store.ClockAcknowledge, store.ClockAnswer} {
		for at, n := range w.bins(clock) {
			if n != [2]int64{1, 0} {
				w.Errorf("%s at %v: %v, want one that was not kept", clock, at, n)
			}
		}
	}
	kept := w.say("on time")
	w.clock.Move(15 * time.Minute)
	w.acknowledge(kept.Case, "lucia")
	var sum int64
	for _, n := range w.bins(store.ClockAcknowledge) {
		sum += n[1]
	}
	if sum != 1 {
		w.Errorf("to the microsecond on time was counted as %d kept", sum)
	}
}

func noZone(w *world) {
	m := w.say("k")
	a := w.act(m.Case, "lucia")
	a.Zone = nil
	w.must(w.Acknowledge(w.ctx(), a, 0))
	for at := range w.bins(store.ClockAcknowledge) {
		if at[0] != slowHour(w.clock.Now().UnixMicro(), time.UTC) {
			w.Errorf("counted in the hour %d", at[0])
		}
	}
}

func replyToAll(w *world) {
	first, second := w.say("k"), w.say("k")
	w.clock.Move(time.Minute)
	before := len(w.events())
	sent := w.reply(first.Case, "", "restocked tomorrow 8:00")
	now := w.clock.Now()
	want := sayline.Message{Brand: w.brand, ID: sent.ID, Case: first.Case, Episode: 1, Direction: sayline.Reply, Text: "restocked tomorrow 8:00", By: "lucia", At: now}
	for _, m := range []*sayline.Moment{first, second} {
		same(w, "messages to the author", w.messagesTo(m), []sayline.Message{want})
	}
	c := w.theCase(first.Case)
	if c.State != sayline.CaseAcknowledged || c.Owner != "lucia" || !c.AnsweredAt.Equal(now) || !c.AckDeadline.IsZero() {
		w.Errorf("the case is %s", show(c))
	}
	same(w, "history", w.history(first.Case), "received seen acknowledged answered")
	same(w, "events", w.types(before), sayline.EventCaseReached+" "+sayline.EventCaseSeen+" "+sayline.EventCaseAcknowledged+" "+sayline.EventCaseAnswered)
	if steps := w.steps(first.Case); steps[0].State != sayline.StepCancelled {
		w.Errorf("an answered case still asks: %s", show(steps))
	}
	w.resolve(first.Case)
	w.clock.Move(time.Minute)
	w.reply(first.Case, "", "it is there now")
	if c := w.theCase(first.Case); c.State != sayline.CaseResolved || !c.AnsweredAt.Equal(now) {
		w.Errorf("a late reply made it %s", show(c))
	}
}

func (w *world) messagesTo(m *sayline.Moment) []sayline.Message {
	w.Helper()
	list, err := w.MessagesTo(w.ctx(), w.brand, m.ID, m.Case)
	w.must(err)
	return list
}

func replyToOne(w *world) {
	first, second := w.say("k"), w.say("k")
	w.reply(first.Case, second.ID, "only for you")
	if got := w.messagesTo(first); len(got) != 0 {
		w.Errorf("the other author reads %s", show(got))
	}
	if got := w.messagesTo(second); len(got) != 1 || got[0].Moment != second.ID {
		w.Errorf("the author reads %s", show(got))
	}
	same(w, "history of the moment", w.history(second.ID), "answered")
	same(w, "history of the case", w.history(first.Case), "received seen acknowledged")
	if e := w.events()[len(w.events())-1]; e.Type != sayline.EventCaseAnswered || e.Moment != second.ID {
		w.Errorf("the event is %s", show(e))
	}
	all, err := w.Messages(w.ctx(), w.brand, first.Case)
	w.must(err)
	if len(all) != 1 {
		w.Errorf("the team reads %s", show(all))
	}
}

func replyElsewhere(w *world) {
	m, other := w.say("k"), w.say("other")
	for _, moment := range []string{other.ID, "no-such"} {
		err := w.AddMessage(w.ctx(), w.act(m.Case, "lucia"), &sayline.Message{ID: w.id(), Moment: moment, Direction: sayline.Reply, Text: "hello"})
		w.refused(err, sayline.NotFound)
	}
	if c := w.theCase(m.Case); c.State != sayline.CaseOpen || !c.SeenAt.IsZero() {
		w.Errorf("a refused reply did %s", show(c))
	}
}

func note(w *world) {
	m := w.say("k")
	w.must(w.AddMessage(w.ctx(), w.act(m.Case, "lucia"), &sayline.Message{ID: w.id(), Direction: sayline.Note, Text: "who has the key?"}))
	if got := w.messagesTo(m); len(got) != 0 {
		w.Errorf("the author reads a note: %s", show(got))
	}
	c := w.theCase(m.Case)
	if c.State != sayline.CaseOpen || c.SeenAt.IsZero() || !c.AnsweredAt.IsZero() || !c.AckDeadline.IsZero() {
		w.Errorf("the case is %s", show(c))
	}
	w.acknowledge(m.Case, "lucia")
	w.clock.Move(10 * time.Minute)
	w.must(w.AddMessage(w.ctx(), w.act(m.Case, "lucia"), &sayline.Message{ID: w.id(), Direction: sayline.Note, Text: "found"}))
	if c := w.theCase(m.Case); !c.AckDeadline.IsZero() {
		w.Errorf("something was done, and it may still run out: %s", show(c))
	}
	if n := len(w.bins(store.ClockAnswer)); n != 0 {
		w.Errorf("a note was counted as an answer")
	}
}

func fulfils(w *world) {
	m := w.say("k", urgency(sayline.Urgent), func(m *sayline.Moment) { m.Kind = "request" })
	since := w.clock.Now()
	w.fire(m.Case, w.page("lucia", sayline.ByEmail))
	before := len(w.events())
	w.clock.Move(2 * time.Minute)
	for range 2 { // the button twice
		w.must(w.Progress(w.ctx(), w.act(m.Case, "lucia"), "on-the-way", false))
	}
	c := w.theCase(m.Case)
	if c.State != sayline.CaseAcknowledged || c.Owner != "lucia" || !c.AckDeadline.IsZero() || !c.AnsweredAt.IsZero() {
		w.Errorf("on the way, the case is %s", show(c))
	}
	for _, p := range w.pages(m.Case) {
		if p.State != sayline.PageCancelled {
			w.Errorf("a page is still %s", p.State)
		}
	}
	w.clock.Move(10 * time.Minute)
	w.must(w.Progress(w.ctx(), w.act(m.Case, "marco"), "brought", true))
	now := w.clock.Now()
	c = w.theCase(m.Case)
	if c.State != sayline.CaseResolved || c.Reason != "done" || c.Owner != "marco" || !c.AnsweredAt.Equal(now) || !c.ResolvedAt.Equal(now) {
		w.Errorf("brought, the case is %s", show(c))
	}
	w.must(w.Progress(w.ctx(), w.act(m.Case, "marco"), "brought", true))
	same(w, "history", w.history(m.Case), "received seen acknowledged in_progress acknowledged in_progress resolved")
	lines, err := w.History(w.ctx(), w.brand, m.Case)
	w.must(err)
	if lines[3].Label != "on-the-way" || lines[3].By != "lucia" || lines[5].Label != "brought" || lines[5].By != "marco" {
		w.Errorf("the history is %s", show(lines))
	}
	same(w, "events", w.types(before), sayline.EventCaseReached+" "+sayline.EventCaseSeen+" "+sayline.EventCaseAcknowledged+" "+sayline.EventCaseStep+" "+
		sayline.EventCaseAcknowledged+" "+sayline.EventCaseStep+" "+sayline.EventCaseResolved)
	hour := slowHour(since.UnixMicro(), madrid)
	same(w, "the answer's clock", w.bins(store.ClockAnswer), map[[2]int64][2]int64{{hour, int64(store.ClockBin(12 * time.Minute))}: {1, 1}})
}

func stepOnClosed(w *world) {
	m := w.say("k")
	w.resolve(m.Case)
	w.refused(w.Progress(w.ctx(), w.act(m.Case, "lucia"), "on-the-way", false), sayline.Conflict)
	w.refused(w.Progress(w.ctx(), w.act("no-such", "lucia"), "on-the-way", false), sayline.NotFound)
}

func resolves(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.fire(m.Case, w.page("lucia", sayline.ByEmail))
	w.must(w.Resolve(w.ctx(), w.act(m.Case, "lucia"), "done"))
	c := w.theCase(m.Case)
	if c.State != sayline.CaseResolved || c.Reason != "done" || !c.ResolvedAt.Equal(w.clock.Now()) || c.SeenAt.IsZero() {
		w.Errorf("the case is %s", show(c))
	}
	same(w, "history", w.history(m.Case), "received seen resolved")
	if p := w.pages(m.Case)[0]; p.State != sayline.PageCancelled {
		w.Errorf("a page is still %s", p.State)
	}
	events := len(w.events())
	w.clock.Move(time.Minute)
	w.must(w.Resolve(w.ctx(), w.act(m.Case, "marco"), "duplicate"))
	if again := w.theCase(m.Case); show(again) != show(c) || len(w.events()) != events {
		w.Errorf("resolving twice made it %s", show(again))
	}
}

func resolvesForAReason(w *world) {
	m := w.say("k")
	w.must(w.Resolve(w.ctx(), w.act(m.Case, "lucia"), "duplicate"))
	same(w, "history", w.history(m.Case), "received seen closed")
	if c := w.theCase(m.Case); c.Reason != "duplicate" {
		w.Errorf("the reason is %q", c.Reason)
	}
}

func unknownCase(w *world) {
	_, err := w.Case(w.ctx(), w.brand, "no-such")
	w.refused(err, sayline.NotFound)
	a := w.act("no-such", "lucia")
	w.refused(w.Acknowledge(w.ctx(), a, 0), sayline.NotFound)
	w.refused(w.Seen(w.ctx(), a), sayline.NotFound)
	w.refused(w.Resolve(w.ctx(), a, "done"), sayline.NotFound)
	w.refused(w.AddMessage(w.ctx(), a, &sayline.Message{ID: w.id(), Direction: sayline.Reply, Text: "x"}), sayline.NotFound)
	same(w, "events", w.types(0), "")
}
