package storetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/sayline/sayline"
)

var acceptBehaviours = []behaviour{
	{"a moment is kept byte for byte", keptByteForByte},
	{"a fresh moment opens a case with a step due after its pause", opensACase},
	{"the same key and body is the same moment", sameKeySameBody},
	{"the same key with another body is at fault", sameKeyOtherBody},
	{"a withdrawn key is gone for good", withdrawnKey},
	{"twenty parallel posts of one key are one moment", twentyParallel},
	{"keys belong to a brand", keysBelongToABrand},
	{"taps of one key join one case", joinsByKey},
	{"many parallel taps of one key open one case", oneCaseInParallel},
	{"words open a case of their own", ownCase},
	{"a bare good face is counted and nobody's work", nobodysWork},
	{"within the window a resolved case opens again", reopens},
	{"after the window a new case opens", newCaseAfterTheWindow},
	{"a more urgent moment starts a new episode", urgencyRises},
	{"a less urgent moment does not", urgencyStays},
	{"the third of one case raises it, whoever is on it", numberRaises},
	{"who was taken back does not count", takenBackDoesNotCount},
	{"a case that is raised opens again as urgent as it was", raisedAgain},
	{"many parallel taps raise a case once", raisedInParallel},
	{"an acknowledged case takes more taps quietly", joinsAcknowledged},
	{"what one moment causes is told in order", eventsOfAccept},
	{"a time more exact than the rows can hold is counted once", finerThanTheRows},
}

func keptByteForByte(w *world) {
	a := w.tap("", feeling(1), words("ñ 😀 \u202eabc e\u0301 '; DROP TABLE moment; -- \\ \" \r\n\t$1"), func(m *sayline.Moment) {
		m.Lang, m.Kind, m.Class, m.Publish = "pt-BR", "applause", sayline.Identified, true
		m.OccurredAt = m.ReceivedAt.Add(-5 * 24 * time.Hour)
		m.Contact = &sayline.MomentContact{Name: "Ana", Email: "ana@example.com", Phone: "+34", Member: "gold-1", Proof: "x.y.z"}
		m.Context = sayline.Context{Touchpoint: "k7f3", Place: "madrid", Product: "09506000134352", Lot: "AB-1", Serial: "S1", Expiry: "271231",
			GS1: "https://sparkle.example/cx/01/09506000134352", Ref: "room 412", Lat: 40.4, Long: -3.7, Located: true, Source: "qr"}
		m.Decision.Facts = []sayline.Fact{{Field: "topic", Value: "cant-find-it"}}
		m.Decision.Also = []string{"quality"}
	})
	w.must(w.Accept(w.ctx(), a))
	want := *a.Moment
	same(w, "moment by id", *w.moment(want.ID), want)
	got, err := w.MomentByReceipt(w.ctx(), w.brand, want.Receipt)
	w.must(err)
	same(w, "moment by receipt", *got, want)
	if got.Text != want.Text {
		w.Errorf("the words are %q, want %q", got.Text, want.Text)
	}
	_, err = w.MomentByReceipt(w.ctx(), w.brand, "")
	w.refused(err, sayline.NotFound)
	_, err = w.Moment(w.ctx(), w.brand, "no-such")
	w.refused(err, sayline.NotFound)
}

func opensACase(w *world) {
	m := w.say("k", func(m *sayline.Moment) {
		m.Decision.Pause, m.Decision.Urgency = 8*time.Second, sayline.Urgent
		m.Context.Product, m.Context.Lot, m.Context.Ref = "09506000134352", "L1", "seat 4"
	})
	now := w.clock.Now()
	same(w, "case", *w.theCase(m.Case), sayline.Case{
		Brand: w.brand, ID: m.Case, GroupKey: "k", Team: "crew", Place: "madrid", Topic: "cant-find-it", Product: "09506000134352", Lot: "L1", Ref: "seat 4", Kind: "problem",
		State: sayline.CaseOpen, Urgency: sayline.Urgent, Episode: 1, Version: 1, Moments: 1, Feelings: [6]int{2: 1},
		OpenedAt: now, LastAt: now, Since: now, AckBy: now.Add(15 * time.Minute), AnswerBy: now.Add(24 * time.Hour),
	})
	same(w, "steps", w.steps(m.Case), []sayline.Step{{Brand: w.brand, Case: m.Case, Episode: 1, N: 1, Moment: m.ID, DueAt: now.Add(8 * time.Second), State: sayline.StepWaiting}})
	if m.Episode != 1 {
		w.Errorf("joined episode %d", m.Episode)
	}
}

func sameKeySameBody(w *world) {
	first := w.tap("k")
	w.must(w.Accept(w.ctx(), first))
	before := w.moment(first.Moment.ID)
	w.clock.Move(time.Minute)
	again := w.tap("k", func(m *sayline.Moment) { m.Once, m.Receipt = first.Moment.Once, first.Moment.Receipt })
	w.must(w.Accept(w.ctx(), again))
	if !again.Replay || again.Moment.ID != first.Moment.ID {
		w.Fatalf("a repeat gave replay %v, moment %s; want true, %s", again.Replay, again.Moment.ID, first.Moment.ID)
	}
	if first.Replay {
		w.Error("the first was told to be a repeat")
	}
	same(w, "the first moment", *w.moment(first.Moment.ID), *before)
	if n := w.theCase(before.Case).Moments; n != 1 {
		w.Errorf("the case counts %d moments", n)
	}
	known, err := w.KnownKey(w.ctx(), w.brand, first.Moment.Once)
	w.must(err)
	unknown, err := w.KnownKey(w.ctx(), w.brand, "another")
	w.must(err)
	if !known || unknown {
		w.Errorf("known %v, unknown %v", known, unknown)
	}
}

func sameKeyOtherBody(w *world) {
	first := w.tap("k")
	w.must(w.Accept(w.ctx(), first))
	other := w.tap("other", func(m *sayline.Moment) { m.Once = first.Moment.Once })
	other.Digest = "another"
	w.refused(w.Accept(w.ctx(), other), sayline.AtFault)
	_, err := w.Moment(w.ctx(), w.brand, other.Moment.ID)
	w.refused(err, sayline.NotFound)
}

func withdrawnKey(w *world) {
	first := w.tap("k")
	w.must(w.Accept(w.ctx(), first))
	w.must(w.Withdraw(w.ctx(), w.brand, first.Moment.Receipt))
	for _, digest := range []string{first.Digest, "another", ""} {
		again := w.tap("k", func(m *sayline.Moment) { m.Once = first.Moment.Once })
		again.Digest = digest
		w.refused(w.Accept(w.ctx(), again), sayline.Gone)
	}
}

func twentyParallel(w *world) {
	once := w.secret()
	ids := make([]string, 20)
	fresh := make([]bool, 20)
	w.together(20, func(i int) error {
		a := w.tap("k", func(m *sayline.Moment) { m.Once = once })
		err := w.Accept(w.ctx(), a)
		ids[i], fresh[i] = a.Moment.ID, !a.Replay
		return err
	})
	news := 0
	for i := range ids {
		if ids[i] != ids[0] {
			w.Errorf("post %d got moment %s, the first %s", i, ids[i], ids[0])
		}
		if fresh[i] {
			news++
		}
	}
	if news != 1 {
		w.Errorf("%d of the posts were told to be the first", news)
	}
	if n := w.theCase(w.moment(ids[0]).Case).Moments; n != 1 {
		w.Errorf("the case counts %d moments", n)
	}
}

// together runs f n times at once, so that they fall into the same groups.
func (w *world) together(n int, f func(i int) error) {
	w.Helper()
	var all sync.WaitGroup
	errs := make([]error, n)
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	for i, err := range errs {
		if err != nil {
			w.Fatalf("%d: %v", i, err)
		}
	}
}

func keysBelongToABrand(w *world) {
	first := w.tap("k")
	w.must(w.Accept(w.ctx(), first))
	other := w.tap("k", func(m *sayline.Moment) { m.Brand, m.Once = w.brand+"-other", first.Moment.Once })
	w.must(w.Accept(w.ctx(), other))
	if other.Replay || other.Moment.ID == first.Moment.ID {
		w.Error("the other brand's moment was taken for this one's")
	}
}

func joinsByKey(w *world) {
	var cases []string
	for i := range 5 {
		w.clock.Move(time.Second)
		cases = append(cases, w.say("k", feeling(i+1)).Case)
	}
	other := w.say("another key")
	for _, c := range cases {
		if c != cases[0] || c == other.Case {
			w.Fatalf("taps of one key went to %v, of another to %s", cases, other.Case)
		}
	}
	c := w.theCase(cases[0])
	if c.Moments != 5 || c.Feelings != [6]int{0, 1, 1, 1, 1, 1} || !c.LastAt.Equal(w.clock.Now()) || !c.OpenedAt.Equal(w.clock.Now().Add(-4*time.Second)) {
		w.Errorf("the case is %+v", c)
	}
	if n := len(w.steps(c.ID)); n != 1 {
		w.Errorf("%d steps: a joining moment writes none", n)
	}
	list, err := w.MomentsOf(w.ctx(), w.brand, c.ID, 3)
	w.must(err)
	if len(list) != 3 || list[0].Feeling != 5 || list[2].Feeling != 3 {
		w.Errorf("newest first, at most 3: got %s", show(list))
	}
}

func oneCaseInParallel(w *world) {
	const n = 90
	cases := make([]string, n)
	w.together(n, func(i int) error {
		a := w.tap(fmt.Sprint("key-", i%3), urgency(sayline.Urgencies[i%4]))
		err := w.Accept(w.ctx(), a)
		cases[i] = a.Moment.Case
		return err
	})
	for i, c := range cases {
		if c != cases[i%3] {
			w.Fatalf("tap %d of key %d went to %s, the first to %s", i, i%3, c, cases[i%3])
		}
	}
}

func ownCase(w *world) {
	a, b := w.say("", words("my passport is gone")), w.say("", words("mine too"))
	if a.Case == "" || a.Case == b.Case {
		w.Fatalf("words went to cases %q and %q", a.Case, b.Case)
	}
	if key := w.theCase(a.Case).GroupKey; key != "" {
		w.Errorf("a case of its own has the key %q", key)
	}
	if n := len(w.steps(b.Case)); n != 1 {
		w.Errorf("%d steps", n)
	}
}

func nobodysWork(w *world) {
	m := w.say("k", feeling(5), urgency(sayline.None), func(m *sayline.Moment) { m.Topic = "" })
	if m.Case != "" || m.Episode != 0 {
		w.Errorf("it went to case %q, episode %d", m.Case, m.Episode)
	}
	same(w, "events", w.types(0), sayline.EventMomentReceived)
}

func reopens(w *world) {
	m := w.say("k")
	w.acknowledge(m.Case, "lucia")
	w.resolve(m.Case)
	w.clock.Move(sayline.ReopenWindow)
	before := len(w.events())
	again := w.say("k", feeling(1))
	c, now := w.theCase(m.Case), w.clock.Now()
	if again.Case != m.Case || again.Episode != 2 || c.Episode != 2 || c.State != sayline.CaseOpen || c.Moments != 2 {
		w.Fatalf("the tap went to %s, episode %d; the case is %s", again.Case, again.Episode, show(c))
	}
	for what, at := range map[string]time.Time{"reached": c.ReachedAt, "seen": c.SeenAt, "acknowledged": c.AcknowledgedAt, "answered": c.AnsweredAt, "resolved": c.ResolvedAt, "deadline": c.AckDeadline} {
		if !at.IsZero() {
			w.Errorf("%s is of the episode before", what)
		}
	}
	if !c.Since.Equal(now) || !c.AckBy.Equal(now.Add(15*time.Minute)) || c.Reason != "" {
		w.Errorf("the clocks do not start anew: %s", show(c))
	}
	steps := w.steps(m.Case)
	if len(steps) != 2 || steps[0].State != sayline.StepCancelled || steps[1].State != sayline.StepWaiting || steps[1].Episode != 2 || steps[1].Moment != again.ID {
		w.Errorf("steps %s", show(steps))
	}
	same(w, "events", w.types(before), sayline.EventCaseReopened+" "+sayline.EventMomentReceived)
}

func newCaseAfterTheWindow(w *world) {
	m := w.say("k")
	w.resolve(m.Case)
	w.clock.Move(sayline.ReopenWindow + time.Microsecond)
	again, third := w.say("k"), w.say("k")
	if again.Case == m.Case || again.Episode != 1 || third.Case != again.Case {
		w.Fatalf("first %s, then %s in episode %d, then %s", m.Case, again.Case, again.Episode, third.Case)
	}
	if old := w.theCase(m.Case); old.State != sayline.CaseResolved || old.Moments != 1 {
		w.Errorf("the old case is %s", show(old))
	}
	if c := w.theCase(again.Case); c.GroupKey != "k" || c.Moments != 2 {
		w.Errorf("the new case is %s", show(c))
	}
}

func urgencyRises(w *world) {
	m := w.say("k")
	w.acknowledge(m.Case, "lucia")
	w.clock.Move(time.Minute)
	rise := w.say("k", urgency(sayline.Critical))
	c := w.theCase(m.Case)
	if rise.Case != m.Case || rise.Episode != 2 || c.State != sayline.CaseOpen || c.Urgency != sayline.Critical || !c.AcknowledgedAt.IsZero() {
		w.Fatalf("after the rise the case is %s", show(c))
	}
	steps := w.steps(m.Case)
	if len(steps) != 2 || steps[1].Episode != 2 || steps[1].State != sayline.StepWaiting {
		w.Errorf("steps %s", show(steps))
	}
	quiet := w.say("q", urgency(sayline.Quiet))
	if n := len(w.steps(quiet.Case)); n != 0 {
		w.Errorf("a quiet case has %d steps", n)
	}
	w.say("q", urgency(sayline.Normal))
	if steps := w.steps(quiet.Case); len(steps) != 1 || steps[0].Episode != 2 {
		w.Errorf("a risen case has the steps %s", show(steps))
	}
}

// third is a rule by which the third moment of a case makes it critical.
func third(m *sayline.Moment) { m.Decision.Raise = sayline.Raise{At: 3, To: sayline.Critical} }

func numberRaises(w *world) {
	m := w.say("k", urgency(sayline.Urgent), third)
	w.clock.Move(time.Minute)
	w.say("k", urgency(sayline.Urgent), third)
	w.acknowledge(m.Case, "lucia")
	if c := w.theCase(m.Case); c.Urgency != sayline.Urgent || c.Episode != 1 || c.Raised != 0 {
		w.Errorf("after the second the case is %s", show(c))
	}
	w.clock.Move(time.Minute)
	rise := w.say("k", urgency(sayline.Urgent), third)
	c, now := w.theCase(m.Case), w.clock.Now()
	if rise.Case != m.Case || rise.Episode != 2 || c.State != sayline.CaseOpen || c.Urgency != sayline.Critical || c.Raised != 3 || c.Episode != 2 || c.Owner != "" || !c.AcknowledgedAt.IsZero() || !c.AckBy.Equal(now.Add(15*time.Minute)) {
		w.Errorf("after the third the case is %s", show(c))
	}
	if rise.Decision.Urgency != sayline.Urgent {
		w.Errorf("the moment itself was decided %s", rise.Decision.Urgency)
	}
	steps := w.steps(m.Case)
	if len(steps) != 2 || steps[1].Episode != 2 || steps[1].State != sayline.StepWaiting || steps[1].Moment != rise.ID || !steps[1].DueAt.Equal(now) {
		w.Errorf("the steps are %s", show(steps))
	}
	w.acknowledge(m.Case, "lucia")
	w.say("k", urgency(sayline.Urgent), third)
	if c := w.theCase(m.Case); c.State != sayline.CaseAcknowledged || c.Raised != 3 || c.Moments != 4 {
		w.Errorf("after the fourth the case is %s", show(c))
	}
	quiet := w.say("q", urgency(sayline.Quiet))
	w.say("q", urgency(sayline.Quiet))
	w.say("q", urgency(sayline.Quiet), third)
	if steps := w.steps(quiet.Case); len(steps) != 1 || steps[0].State != sayline.StepWaiting {
		w.Errorf("what was quiet until its third has the steps %s", show(steps))
	}
}

func takenBackDoesNotCount(w *world) {
	m := w.say("k", third)
	gone := w.say("k", third)
	w.must(w.Withdraw(w.ctx(), w.brand, gone.Receipt))
	w.say("k", third)
	if c := w.theCase(m.Case); c.Urgency != sayline.Normal || c.Moments != 2 {
		w.Errorf("two of three are left, the case is %s", show(c))
	}
	w.say("k", third)
	if c := w.theCase(m.Case); c.Urgency != sayline.Critical || c.Raised != 3 {
		w.Errorf("with the third the case is %s", show(c))
	}
}

func raisedAgain(w *world) {
	m := w.say("k", third)
	w.say("k", third)
	w.say("k", third)
	w.resolve(m.Case)
	w.clock.Move(time.Hour)
	w.say("k", third)
	if c := w.theCase(m.Case); c.State != sayline.CaseOpen || c.Urgency != sayline.Critical || c.Raised != 4 {
		w.Errorf("opened again the case is %s", show(c))
	}
	w.resolve(m.Case)
	w.clock.Move(3 * time.Hour)
	if c := w.theCase(w.say("k", third).Case); c.ID == m.Case || c.Urgency != sayline.Normal || c.Raised != 0 {
		w.Errorf("the new case is %s", show(c))
	}
}

func raisedInParallel(w *world) {
	var all sync.WaitGroup
	for range 30 {
		a := w.tap("k", third)
		all.Go(func() {
			if err := w.Accept(w.ctx(), a); err != nil {
				w.Error(err)
			}
		})
	}
	all.Wait()
	slot := w.say("k", third)
	c := w.theCase(slot.Case)
	if c.Urgency != sayline.Critical || c.Raised != 3 || c.Moments != 31 || c.Episode > 2 {
		w.Errorf("the case is %s", show(c))
	}
}

func urgencyStays(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.say("k", urgency(sayline.Quiet))
	c := w.theCase(m.Case)
	if c.Urgency != sayline.Urgent || c.Episode != 1 || c.Moments != 2 {
		w.Errorf("the case is %s", show(c))
	}
}

func joinsAcknowledged(w *world) {
	m := w.say("k")
	w.acknowledge(m.Case, "lucia")
	w.say("k")
	c := w.theCase(m.Case)
	if c.State != sayline.CaseAcknowledged || c.Owner != "lucia" || c.Moments != 2 || c.Episode != 1 {
		w.Errorf("the case is %s", show(c))
	}
}

func eventsOfAccept(w *world) {
	m := w.say("k", func(m *sayline.Moment) { m.Lane = "people" })
	events := w.events()
	same(w, "events", w.types(0), sayline.EventCaseOpened+" "+sayline.EventMomentReceived)
	for i, e := range events {
		if e.Seq != int64(i+1) || e.Lane != "people" || e.Case != m.Case || e.Team != "crew" || !e.At.Equal(w.clock.Now()) {
			w.Errorf("event %d is %s", i, show(e))
		}
	}
	last, err := w.LastEvent(w.ctx(), w.brand)
	w.must(err)
	if last != 2 {
		w.Errorf("the last event is %d", last)
	}
	none, err := w.LastEvent(w.ctx(), w.brand+"-without")
	w.must(err)
	if none != 0 {
		w.Errorf("a brand without events has the last event %d", none)
	}
}

// The rows hold microseconds. A time just past a limit must not be counted on
// one side of it now and on the other when it is read again.
func finerThanTheRows(w *world) {
	w.clock.Move(time.Hour - time.Duration(w.clock.Now().Minute())*time.Minute - 3*time.Minute) // the limit lies in the next hour
	m := w.say("k", func(m *sayline.Moment) {
		m.OccurredAt = m.ReceivedAt.Add(sayline.EarlyLimit + 500*time.Nanosecond)
	})
	w.whole()
	w.must(w.Withdraw(w.ctx(), w.brand, m.Receipt))
}
