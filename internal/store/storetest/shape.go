package storetest

import (
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var shapeBehaviours = []behaviour{
	{"a case joined with another gives it its moments, and each author what was said to them", merges},
	{"who was joined reads what is said from then on, and nothing said before", mergedReads},
	{"a more urgent case that is joined makes the other as urgent, in a new episode", mergeRaises},
	{"the third of one case raises it, also when people join them", mergeNumberRaises},
	{"only open cases of one lane are joined, and never with themselves", mergeRefused},
	{"what is said next by the key of a joined case joins where it went, or opens a case", mergedKey},
	{"cases joined twice lead to the last", mergedTwice},
	{"who takes back what was joined leaves the others what they read", mergedWithdrawn},
	{"chosen moments go into a case of their own, which asks anew", splits},
	{"something stays in a case that is split, and only its own goes", splitRefused},
	{"what a person put somewhere stays there, whatever its author adds", putStays},
	{"a case handed over asks the new team in a new episode, under its promise", handsOver},
	{"a case handed over onto an occupied key is joined with what is there", handsOverOccupied},
	{"a hand-over of what is closed, or theirs, is told so", handOverRefused},
	{"a case handed there and back is where it was", handsBack},
	{"hand-overs of the same are counted, until somebody answers", handOversTeach},
}

func (w *world) merge(from, into string) {
	w.Helper()
	w.must(w.Merge(w.ctx(), w.act(from, "lucia"), into))
}

func merges(w *world) {
	first, second, third := w.say("k", feeling(1)), w.say("k", feeling(4)), w.say("other", feeling(2))
	w.clock.Move(time.Minute)
	w.reply(first.Case, first.ID, "to you alone")
	w.reply(first.Case, "", "to both of you")
	w.must(w.AddMessage(w.ctx(), w.act(first.Case, "lucia"), &sayline.Message{ID: w.id(), Direction: sayline.Note, Text: "the same shelf"}))
	w.clock.Move(time.Minute)
	w.merge(first.Case, third.Case)
	from, to := w.theCase(first.Case), w.theCase(third.Case)
	if from.State != sayline.CaseResolved || from.Reason != "merged" || from.Merged != to.ID || from.Moments != 0 || from.Feelings != [6]int{} || from.GroupKey != "" {
		w.Errorf("the case that was joined is %s", show(from))
	}
	if to.Moments != 3 || to.Feelings != [6]int{1: 1, 2: 1, 4: 1} || to.State != sayline.CaseOpen || to.Episode != 1 {
		w.Errorf("the case is %s", show(to))
	}
	for _, m := range []*sayline.Moment{first, second} {
		if got := w.moment(m.ID); got.Case != to.ID || got.Episode != 1 {
			w.Errorf("a moment is %s", show(got))
		}
	}
	list, err := w.MomentsOf(w.ctx(), w.brand, to.ID, 10)
	w.must(err)
	all, err := w.Messages(w.ctx(), w.brand, to.ID)
	w.must(err)
	if len(list) != 3 || len(all) != 3 {
		w.Errorf("the team reads %d moments and %d messages", len(list), len(all))
	}
	merged, err := w.MergedInto(w.ctx(), w.brand, to.ID)
	w.must(err)
	if len(merged) != 1 || merged[0].ID != from.ID {
		w.Errorf("joined with it are %s", show(merged))
	}
	same(w, "history of the case that was joined", w.history(from.ID), "received seen acknowledged answered closed")
	same(w, "history of a moment", w.history(second.ID), "received seen acknowledged answered")
}

func mergedReads(w *world) {
	ana, ben := w.say("k"), w.say("other")
	w.reply(ana.Case, "", "to Ana, before")
	w.reply(ben.Case, "", "to Ben, before")
	w.clock.Move(time.Minute)
	w.merge(ana.Case, ben.Case)
	w.clock.Move(time.Minute)
	w.reply(ben.Case, "", "to both")
	w.clock.Move(time.Minute)
	w.reply(ben.Case, ana.ID, "to Ana alone")
	texts := func(m *sayline.Moment) (list []string) {
		for _, x := range w.messagesTo(w.moment(m.ID)) {
			list = append(list, x.Text)
		}
		return list
	}
	same(w, "Ana reads", texts(ana), []string{"to Ana, before", "to both", "to Ana alone"})
	same(w, "Ben reads", texts(ben), []string{"to Ben, before", "to both"})
}

func mergeRaises(w *world) {
	calm := w.say("k")
	w.acknowledge(calm.Case, "marco")
	hot := w.say("hot", urgency(sayline.Critical), func(m *sayline.Moment) { m.Decision.Within = 5 * time.Minute })
	w.clock.Move(time.Minute)
	w.merge(hot.Case, calm.Case)
	c := w.theCase(calm.Case)
	if c.State != sayline.CaseOpen || c.Urgency != sayline.Critical || c.Episode != 2 || !c.AckBy.Equal(w.clock.Now().Add(5*time.Minute)) {
		w.Errorf("the case is %s", show(c))
	}
	if s := w.steps(hot.Case); s[0].State != sayline.StepCancelled {
		w.Errorf("the joined case still asks: %s", show(s))
	}
	quiet := w.say("quiet", urgency(sayline.Quiet))
	w.acknowledge(calm.Case, "marco")
	w.merge(quiet.Case, calm.Case)
	if c := w.theCase(calm.Case); c.State != sayline.CaseAcknowledged || c.Episode != 2 || c.Moments != 3 {
		w.Errorf("a quiet one made it %s", show(c))
	}
}

func mergeNumberRaises(w *world) {
	first, second := w.say("k", third), w.say("k", third)
	w.acknowledge(first.Case, "marco")
	own := w.say("", words("mould under the lid"))
	w.clock.Move(time.Minute)
	w.merge(own.Case, first.Case)
	c := w.theCase(second.Case)
	if c.State != sayline.CaseOpen || c.Urgency != sayline.Critical || c.Raised != 3 || c.Moments != 3 || c.Episode != 2 || !c.AcknowledgedAt.IsZero() || !c.AckBy.Equal(w.clock.Now().Add(15*time.Minute)) {
		w.Errorf("the third, by hand, made it %s", show(c))
	}
	if steps := w.steps(c.ID); steps[len(steps)-1].State != sayline.StepWaiting || steps[len(steps)-1].Episode != 2 {
		w.Errorf("it asks %s", show(steps))
	}
	w.acknowledge(c.ID, "marco")
	w.merge(w.say("", words("again")).Case, c.ID)
	if c := w.theCase(c.ID); c.State != sayline.CaseAcknowledged || c.Raised != 3 || c.Moments != 4 || c.Episode != 2 {
		w.Errorf("the fourth made it %s", show(c))
	}
	// The rule may be that of the case that is joined, and what is left of a case
	// that others were taken from counts what it has.
	few, pair := w.say("other"), w.say("j", third)
	w.say("j", third)
	w.merge(pair.Case, few.Case)
	if c := w.theCase(few.Case); c.Urgency != sayline.Critical || c.Raised != 3 || c.Episode != 2 {
		w.Errorf("joined by two that count, it is %s", show(c))
	}
	lone, next := w.say("l", third), w.say("", words("one more"))
	w.merge(next.Case, lone.Case)
	if c := w.theCase(lone.Case); c.Urgency != sayline.Normal || c.Raised != 0 || c.Episode != 1 {
		w.Errorf("two are %s", show(c))
	}
}

func mergeRefused(w *world) {
	a, b, private := w.say("a"), w.say("b"), w.say("c", func(m *sayline.Moment) { m.Lane = "staff" })
	w.refused(w.Merge(w.ctx(), w.act(a.Case, "lucia"), a.Case), sayline.AtFault)
	w.refused(w.Merge(w.ctx(), w.act(a.Case, "lucia"), private.Case), sayline.Conflict)
	w.refused(w.Merge(w.ctx(), w.act(private.Case, "lucia"), a.Case), sayline.Conflict)
	w.refused(w.Merge(w.ctx(), w.act(a.Case, "lucia"), "no-such"), sayline.NotFound)
	w.resolve(b.Case)
	w.refused(w.Merge(w.ctx(), w.act(a.Case, "lucia"), b.Case), sayline.Conflict)
	w.refused(w.Merge(w.ctx(), w.act(b.Case, "lucia"), a.Case), sayline.Conflict)
	if c := w.theCase(a.Case); c.Moments != 1 || !c.SeenAt.IsZero() {
		w.Errorf("a refusal did %s", show(c))
	}
}

func mergedKey(w *world) {
	own, tapped := w.say("", words("no lemon left")), w.say("k")
	w.merge(tapped.Case, own.Case)
	if next := w.say("k"); next.Case != own.Case {
		w.Errorf("the next of its key went to %s", next.Case)
	}
	other := w.say("other")
	w.merge(own.Case, other.Case) // both have a key
	next := w.say("k")
	if next.Case == own.Case || next.Case == other.Case || w.theCase(next.Case).Episode != 1 {
		w.Errorf("the next went to %s", next.Case)
	}
}

func mergedTwice(w *world) {
	a, b, c := w.say("a"), w.say("b"), w.say("c")
	w.reply(a.Case, "", "hello")
	w.merge(a.Case, b.Case)
	w.merge(b.Case, c.Case)
	for _, id := range []string{a.Case, b.Case} {
		if got := w.theCase(id); got.Merged != c.Case {
			w.Errorf("it leads to %q", got.Merged)
		}
	}
	all, err := w.Messages(w.ctx(), w.brand, c.Case)
	w.must(err)
	if len(all) != 1 || w.theCase(c.Case).Moments != 3 {
		w.Errorf("the last case reads %s", show(all))
	}
}

func mergedWithdrawn(w *world) {
	ana, ben, other := w.say("k"), w.say("k"), w.say("other")
	w.reply(ana.Case, "", "to Ana and Ben")
	w.clock.Move(time.Minute)
	w.merge(ana.Case, other.Case)
	w.must(w.Withdraw(w.ctx(), w.brand, ana.Receipt))
	if got := w.messagesTo(w.moment(ben.ID)); len(got) != 1 {
		w.Errorf("Ben reads %s", show(got))
	}
	w.must(w.Withdraw(w.ctx(), w.brand, ben.Receipt))
	if all, err := w.Messages(w.ctx(), w.brand, other.Case); err != nil || len(all) != 0 {
		w.Errorf("what was said to nobody is still there: %s %v", show(all), err)
	}
	if c := w.theCase(other.Case); c.Moments != 1 {
		w.Errorf("the case is %s", show(c))
	}
}

func splits(w *world) {
	stays, goes := w.say("k", feeling(1)), w.say("k", feeling(4))
	w.reply(stays.Case, "", "to both")
	w.clock.Move(time.Minute)
	w.reply(stays.Case, goes.ID, "to you")
	w.clock.Move(time.Minute)
	id := w.id()
	w.must(w.Split(w.ctx(), w.act(stays.Case, "lucia"), []string{goes.ID}, id))
	before, c := w.theCase(stays.Case), w.theCase(id)
	if before.Moments != 1 || before.Feelings != [6]int{1: 1} || before.State != sayline.CaseAcknowledged {
		w.Errorf("the case before is %s", show(before))
	}
	if c.State != sayline.CaseOpen || c.Moments != 1 || c.Feelings != [6]int{4: 1} || c.GroupKey != "" || c.Team != "crew" || c.Topic != "cant-find-it" || !c.AckBy.Equal(w.clock.Now().Add(15*time.Minute)) {
		w.Errorf("the new case is %s", show(c))
	}
	if s := w.steps(id); len(s) != 1 || s[0].State != sayline.StepWaiting || s[0].Moment != goes.ID {
		w.Errorf("it asks %s", show(s))
	}
	w.clock.Move(time.Minute)
	w.reply(stays.Case, "", "to who stayed")
	if got := w.messagesTo(w.moment(goes.ID)); len(got) != 2 || got[0].Text != "to both" || got[1].Text != "to you" {
		w.Errorf("who went reads %s", show(got))
	}
	if next := w.say("k"); next.Case != stays.Case {
		w.Errorf("the next of the key went to %s", next.Case)
	}
	w.must(w.Withdraw(w.ctx(), w.brand, goes.Receipt))
	if c := w.theCase(id); c.State != sayline.CaseResolved {
		w.Errorf("empty, it is %s", show(c))
	}
}

func splitRefused(w *world) {
	a, b, other := w.say("k"), w.say("k"), w.say("other")
	for _, list := range [][]string{nil, {a.ID, b.ID}} {
		w.refused(w.Split(w.ctx(), w.act(a.Case, "lucia"), list, w.id()), sayline.Conflict)
	}
	w.refused(w.Split(w.ctx(), w.act(a.Case, "lucia"), []string{other.ID}, w.id()), sayline.NotFound)
	if c := w.theCase(a.Case); c.Moments != 2 {
		w.Errorf("a refusal left %s", show(c))
	}
}

func putStays(w *world) {
	m, other := w.say("k"), w.say("other")
	w.merge(m.Case, other.Case)
	w.must(w.amend(w.moment(m.ID), func(m *sayline.Moment) {
		m.Text, m.Decision.GroupKey, m.Decision.Team = "and more", "elsewhere", "others"
		urgency(sayline.Urgent)(m)
	}))
	got, c := w.moment(m.ID), w.theCase(other.Case)
	if got.Case != other.Case || got.Decision.Team != "crew" || got.Text != "and more" {
		w.Errorf("the moment is %s", show(got))
	}
	if c.Urgency != sayline.Urgent || c.Episode != 2 || c.Moments != 2 {
		w.Errorf("the case is %s", show(c))
	}
}

// handOver gives a case to the others, by their key.
func (w *world) handOver(id, team, key string) (string, error) {
	return w.HandOver(w.ctx(), store.HandOver{Act: w.act(id, "lucia"), To: sayline.Decision{Version: 2, Team: team, Place: "madrid", GroupKey: key, Within: 5 * time.Minute, Answer: time.Hour}})
}

func handsOver(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.fire(m.Case, w.page("lucia", sayline.ByEmail))
	w.reply(m.Case, "", "one moment")
	w.clock.Move(time.Minute)
	before := len(w.events())
	id, err := w.handOver(m.Case, "others", "k2")
	w.must(err)
	c, now := w.theCase(m.Case), w.clock.Now()
	if id != m.Case || c.Team != "others" || c.GroupKey != "k2" || c.State != sayline.CaseOpen || c.Episode != 2 || c.Owner != "" || c.Urgency != sayline.Urgent || c.Version != 2 ||
		!c.AckBy.Equal(now.Add(5*time.Minute)) || !c.AnswerBy.Equal(now.Add(time.Hour)) {
		w.Errorf("the case is %s", show(c))
	}
	if got := w.moment(m.ID); got.Decision.Team != "others" || got.Case != m.Case || got.Episode != 1 {
		w.Errorf("the moment is %s", show(got))
	}
	if s := w.steps(m.Case); len(s) != 2 || s[1].State != sayline.StepWaiting || s[1].Episode != 2 {
		w.Errorf("it asks %s", show(s))
	}
	if had, err := w.DecisionsBefore(w.ctx(), w.brand, m.ID); err != nil || len(had) != 1 || had[0].Team != "crew" || had[0].By != "lucia" {
		w.Errorf("before it was decided %s, %v", show(had), err)
	}
	list := w.events()[before:]
	if len(list) != 2 || list[0].Type != sayline.EventCaseMoved || list[0].Team != "crew" || list[1].Type != sayline.EventCaseReopened || list[1].Team != "others" {
		w.Errorf("both sides were told %s", show(list))
	}
	if got := w.messagesTo(w.moment(m.ID)); len(got) != 1 {
		w.Errorf("the author reads %s", show(got))
	}
	went, err := w.HandOvers(w.ctx(), w.brand, m.Case)
	w.must(err)
	if len(went) != 1 || went[0].From != "crew" || went[0].To != "others" || went[0].By != "lucia" || went[0].Episode != 1 || !went[0].At.Equal(now) {
		w.Errorf("it went %s", show(went))
	}
	if next := w.say("k"); next.Case == m.Case {
		w.Error("the next of the old key went along")
	}
	if next := w.say("k2", func(m *sayline.Moment) { m.Decision.Team = "others" }); next.Case != m.Case {
		w.Error("the next of the new key did not join")
	}
}

func handsOverOccupied(w *world) {
	there := w.say("k2", func(m *sayline.Moment) { m.Decision.Team = "others" })
	m := w.say("k")
	id, err := w.handOver(m.Case, "others", "k2")
	w.must(err)
	from, to := w.theCase(m.Case), w.theCase(there.Case)
	if id != there.Case || from.Merged != there.Case || to.Moments != 2 || w.moment(m.ID).Case != there.Case || w.moment(m.ID).Decision.Team != "others" {
		w.Errorf("it went to %s: %s and %s", id, show(from), show(to))
	}
	if next := w.say("k"); next.Case == m.Case || next.Case == there.Case {
		w.Errorf("the next of the old key went to %s", next.Case)
	}
	w.resolve(there.Case)
	m = w.say("k3")
	id, err = w.handOver(m.Case, "others", "k2")
	w.must(err)
	if c := w.theCase(id); id != m.Case || c.GroupKey != "k2" {
		w.Errorf("onto a closed one it became %s", show(c))
	}
}

func handOverRefused(w *world) {
	m := w.say("k")
	_, err := w.handOver(m.Case, "crew", "k")
	w.refused(err, sayline.Conflict)
	w.resolve(m.Case)
	_, err = w.handOver(m.Case, "others", "k2")
	w.refused(err, sayline.Conflict)
	_, err = w.handOver("no-such", "others", "k2")
	w.refused(err, sayline.NotFound)
	if next := w.say("k2"); next.Case == m.Case {
		w.Error("a refusal left its mark on the key")
	}
}

func handsBack(w *world) {
	m := w.say("k")
	for range 2 {
		_, err := w.handOver(m.Case, "others", "k2")
		w.must(err)
		w.clock.Move(time.Minute)
		_, err = w.handOver(m.Case, "crew", "k")
		w.must(err)
		w.clock.Move(time.Minute)
	}
	if c := w.theCase(m.Case); c.Episode != 5 || c.Team != "crew" || c.GroupKey != "k" || c.Moments != 1 {
		w.Errorf("the case is %s", show(c))
	}
	own := w.say("", words("my passport"))
	_, err := w.handOver(own.Case, "others", "")
	w.must(err)
	if c := w.theCase(own.Case); c.Team != "others" || c.GroupKey != "" {
		w.Errorf("the case is %s", show(c))
	}
}

func handOversTeach(w *world) {
	since := w.clock.Now().Add(-time.Hour)
	learned := func() []store.Lesson {
		list, err := w.Lessons(w.ctx(), w.brand, since, 3)
		w.must(err)
		return list
	}
	give := func(n int, edit ...func(*sayline.Moment)) {
		for range n {
			m := w.say("", edit...)
			_, err := w.handOver(m.Case, "others", "")
			w.must(err)
			w.clock.Move(time.Minute)
		}
	}
	give(2)
	give(3, func(m *sayline.Moment) { m.Lane = "staff" })
	if got := learned(); len(got) != 0 {
		w.Errorf("two, and three private ones, teach %s", show(got))
	}
	give(1)
	w.say("")
	want := []store.Lesson{{From: "crew", To: "others", Topic: "cant-find-it", Touchpoint: "k7f3", Times: 3, Of: 4}}
	same(w, "lessons", learned(), want)
	give(4, func(m *sayline.Moment) { m.Topic, m.Kind = "", "question" })
	same(w, "lessons", learned(), append([]store.Lesson{{From: "crew", To: "others", Kind: "question", Touchpoint: "k7f3", Times: 4, Of: 4}}, want...))
	for range 2 {
		w.must(w.AnswerLesson(w.ctx(), w.brand, want[0], "elena", false))
	}
	if got := learned(); len(got) != 1 || got[0].Kind != "question" {
		w.Errorf("answered, it teaches %s", show(got))
	}
	w.clock.Move(time.Minute)
	give(3)
	if got := learned(); len(got) != 2 || got[1].Times != 3 {
		w.Errorf("three more teach %s", show(got))
	}
}
