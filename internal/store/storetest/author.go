package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

var authorBehaviours = []behaviour{
	{"the seal lets the alert go", seals},
	{"a sealed moment can't be changed", amendSealed},
	{"a moment that time has closed can't be changed", amendTooLate},
	{"a refused change leaves everything", amendRefused},
	{"an amendment within the key stays with its case", amendStays},
	{"an amendment that raises the urgency starts an episode with its own promise", amendRaises},
	{"an amendment that decides otherwise moves the moment, its words and its history", amendMoves},
	{"an amendment makes nobody's work somebody's, and back", amendNobodysWork},
	{"words added to a resolved case open it again", amendResolved},
	{"entering a protected lane leaves no trace in the open one", entersLane},
	{"taking it back erases everything", withdraws},
	{"words may give it to another team, and every count goes with it", wordsChangeTeam},
	{"taking it back erases who said it, and nobody else", withdrawsContact},
	{"taking one of many back leaves the others' case", withdrawsOneOfMany},
	{"a wrong receipt opens nothing", wrongReceipt},
	{"the author's words reach the case", authorSpeaks},
	{"a word in them makes a case more urgent, whoever is on it", authorSpeaksLouder},
	{"the author's words open a resolved case again", authorReopens},
	{"not solved opens a case whatever it was", notSolved},
	{"solved closes the case of one", solvedYes},
	{"what is solved is counted as its author says last", solvedIsCounted},
	{"solved by one of many does not", solvedByOneOfMany},
	{"words make nobody's work somebody's", wordsAreHeard},
	{"words said at once through many processes are heard by one team", wordsAtOnce},
	{"solved without words stays nobody's work", solvedNobodysWork},
	{"a case that comes back late does not double its key", lateReturn},
	{"an urgent case that comes back asks, whoever brings it", quietVoiceUrgentCase},
}

func seals(w *world) {
	m := w.say("k", func(m *sayline.Moment) { m.Decision.Pause = 8 * time.Second })
	w.clock.Move(3 * time.Second)
	before := len(w.events())
	w.must(w.amend(m, func(m *sayline.Moment) { m.SealedAt = w.clock.Now() }))
	if s := w.steps(m.Case)[0]; !s.DueAt.Equal(w.clock.Now()) {
		w.Errorf("the step is due at %s, sealed at %s", s.DueAt, w.clock.Now())
	}
	if got := w.moment(m.ID); !got.SealedAt.Equal(w.clock.Now()) || got.Case != m.Case {
		w.Errorf("the moment is %s", show(got))
	}
	same(w, "events", w.types(before), sayline.EventMomentUpdated)
}

func amendSealed(w *world) {
	m := w.say("k", sealed)
	w.refused(w.amend(m, func(m *sayline.Moment) { m.Feeling = 5 }), sayline.Conflict)
	if got := w.moment(m.ID); got.Feeling != 2 {
		w.Errorf("the moment is %s", show(got))
	}
}

func amendTooLate(w *world) {
	m := w.say("k")
	w.clock.Move(sayline.OpenFor - time.Microsecond)
	w.must(w.amend(m, func(m *sayline.Moment) { m.Feeling = 1 }))
	w.clock.Move(time.Microsecond)
	w.refused(w.amend(m, func(m *sayline.Moment) { m.Feeling = 5 }), sayline.Conflict)
}

func amendRefused(w *world) {
	m := w.say("k")
	events := len(w.events())
	err := w.amendOr(m, func(m *sayline.Moment) error {
		m.Feeling, m.Text = 5, "changed"
		return sayline.Errorf(sayline.AtFault, "no")
	})
	w.refused(err, sayline.AtFault)
	same(w, "moment", *w.moment(m.ID), *m)
	if len(w.events()) != events {
		w.Error("a refused change was told")
	}
}

func amendStays(w *world) {
	m := w.say("k")
	w.say("k")
	w.must(w.amend(m, func(m *sayline.Moment) { m.Feeling, m.Context.Place = 1, "sevilla" }))
	c, got := w.theCase(m.Case), w.moment(m.ID)
	if got.Case != m.Case || got.Episode != 1 || c.Moments != 2 || c.Feelings != [6]int{0, 1, 1} || c.Episode != 1 {
		w.Errorf("the moment is %s, the case %s", show(got), show(c))
	}
	w.must(w.amend(m, func(m *sayline.Moment) {
		m.Class, m.Contact = sayline.Identified, &sayline.MomentContact{Email: "ana@example.com"}
	}))
	if got := w.moment(m.ID); got.Contact == nil || got.Contact.Email != "ana@example.com" {
		w.Errorf("the moment is %s", show(got))
	}
	w.must(w.amend(m, func(m *sayline.Moment) { m.Text = "and a word" }))
	if got := w.moment(m.ID); got.Contact == nil {
		w.Error("a later amendment lost the contact")
	}
}

func amendRaises(w *world) {
	m := w.say("k")
	w.acknowledge(m.Case, "lucia")
	w.clock.Move(time.Minute)
	raise := func(m *sayline.Moment) {
		urgency(sayline.Urgent)(m)
		m.Decision.Within, m.Decision.Answer = 5*time.Minute, time.Hour
	}
	w.must(w.amend(m, raise))
	c, now := w.theCase(m.Case), w.clock.Now()
	if c.Episode != 2 || c.State != sayline.CaseOpen || c.Urgency != sayline.Urgent || w.moment(m.ID).Episode != 1 || c.Moments != 1 {
		w.Fatalf("the case is %s", show(c))
	}
	if !c.AckBy.Equal(now.Add(5*time.Minute)) || !c.AnswerBy.Equal(now.Add(time.Hour)) {
		w.Errorf("it promises to look by %s and answer by %s, at %s", c.AckBy, c.AnswerBy, now)
	}
	if steps := w.steps(m.Case); len(steps) != 2 || steps[1].State != sayline.StepWaiting || steps[1].Moment != m.ID {
		w.Errorf("steps %s", show(steps))
	}
}

func amendMoves(w *world) {
	m := w.say("k", feeling(4))
	w.must(w.authorSays(m, "it is the blue one", ""))
	w.must(w.Seen(w.ctx(), w.act(m.Case, "lucia")))
	w.clock.Move(time.Second)
	w.reply(m.Case, m.ID, "which blue one?")
	w.clock.Move(time.Second)
	w.reply(m.Case, "", "we look for all of you")
	w.clock.Move(time.Minute)
	before := len(w.events())
	w.must(w.amend(m, func(m *sayline.Moment) { m.Decision.GroupKey, m.Decision.Team = "other", "quality" }))
	types, amended := w.types(before), w.clock.Now()
	w.clock.Move(time.Second)
	w.reply(m.Case, "", "said after they had left")
	got, old := w.moment(m.ID), w.theCase(m.Case)
	if got.Case == m.Case || got.Case == "" || got.Decision.Team != "quality" || got.Episode != 1 {
		w.Fatalf("the moment is %s", show(got))
	}
	if old.State != sayline.CaseResolved || old.Reason != "moved" || old.Moments != 0 || old.Feelings[4] != 0 {
		w.Errorf("the case it left is %s", show(old))
	}
	c := w.theCase(got.Case)
	if c.GroupKey != "other" || c.Team != "quality" || c.Moments != 1 || c.Feelings[4] != 1 {
		w.Errorf("its new case is %s", show(c))
	}
	team, err := w.Messages(w.ctx(), w.brand, got.Case)
	w.must(err)
	if len(team) != 2 || team[0].Text != "it is the blue one" {
		w.Errorf("the new team reads %s", show(team))
	}
	if list := w.messagesTo(got); len(list) != 3 || list[2].Text != "we look for all of you" {
		w.Errorf("the author reads %s", show(list))
	}
	same(w, "the author's history", w.history(m.ID), "answered received seen acknowledged answered")
	if !strings.Contains(types, sayline.EventCaseMoved) || !strings.HasSuffix(types, sayline.EventMomentUpdated) {
		w.Errorf("events %s", types)
	}
	if steps := w.steps(got.Case); len(steps) != 1 || steps[0].Moment != m.ID {
		w.Errorf("steps %s", show(steps))
	}
	rows, err := readRows(w.ctx(), w.plain, "SELECT * FROM decision_before WHERE brand_id = $1", w.brand)
	w.must(err)
	if len(rows) != 1 || rows[0].text("team") != "crew" || rows[0].text("case_id") != m.Case {
		w.Errorf("earlier decisions %v", rows)
	}
	replaced, err := w.DecisionsBefore(w.ctx(), w.brand, m.ID)
	w.must(err)
	if len(replaced) != 1 || replaced[0].Team != "crew" || replaced[0].Case != m.Case || replaced[0].By != "" || !replaced[0].At.Equal(amended) {
		w.Errorf("earlier decisions are %s", show(replaced))
	}
	if other, err := w.DecisionsBefore(w.ctx(), "nobody", m.ID); err != nil || len(other) != 0 {
		w.Errorf("another brand reads %s, %v", show(other), err)
	}
}

func amendNobodysWork(w *world) {
	m := w.say("k", urgency(sayline.None), feeling(5))
	w.must(w.amend(m, urgency(sayline.Normal)))
	got := w.moment(m.ID)
	if got.Case == "" || got.Episode != 1 {
		w.Fatalf("the moment is %s", show(got))
	}
	w.must(w.amend(m, urgency(sayline.None)))
	if again := w.moment(m.ID); again.Case != "" || again.Episode != 0 {
		w.Errorf("the moment is %s", show(again))
	}
	if c := w.theCase(got.Case); c.State != sayline.CaseResolved || c.Moments != 0 {
		w.Errorf("its case is %s", show(c))
	}
}

func amendResolved(w *world) {
	m := w.say("k")
	w.resolve(m.Case)
	w.must(w.amend(m, func(m *sayline.Moment) { m.SealedAt = w.clock.Now() }))
	if c := w.theCase(m.Case); c.State != sayline.CaseResolved {
		w.Fatalf("the seal alone made it %s", show(c))
	}
	other := w.say("")
	w.resolve(other.Case)
	w.must(w.amend(other, words("it smells of gas")))
	c := w.theCase(other.Case)
	if c.State != sayline.CaseOpen || c.Episode != 2 || w.moment(other.ID).Episode != 1 {
		w.Errorf("nobody hears of the gas: %s", show(c))
	}
}

// entersLane: what was said in the open becomes private, and nothing that
// stays open leads to it.
func entersLane(w *world) {
	m := w.say("k")
	w.must(w.authorSays(m, "the receptionist, you know her", ""))
	w.must(w.Seen(w.ctx(), w.act(m.Case, "lucia")))
	day := m.ReceivedAt.Truncate(24 * time.Hour)
	id := w.id()
	w.clock.Move(time.Minute)
	w.must(w.amend(m, func(m *sayline.Moment) {
		m.ID, m.Lane, m.ReceivedAt, m.OccurredAt = id, "people", day, day
		m.Decision.GroupKey = "k|people"
	}))
	_, err := w.Moment(w.ctx(), w.brand, m.ID)
	w.refused(err, sayline.NotFound)
	got := w.moment(id)
	if got.Lane != "people" || !got.ReceivedAt.Equal(day) || got.Case == m.Case {
		w.Fatalf("the moment is %s", show(got))
	}
	if list := w.messagesTo(got); len(list) != 1 {
		w.Errorf("the author reads %s", show(list))
	}
	left, err := w.Messages(w.ctx(), w.brand, m.Case)
	w.must(err)
	if len(left) != 0 {
		w.Errorf("the open case still shows %s", show(left))
	}
	for _, table := range []string{"moment", "cases", "step", "page", "message", "event", "ack"} {
		for _, r := range w.everything(table) {
			private := r.text("lane") == "people" || r.text("case_id") == got.Case || table == "moment"
			if text := fmt.Sprint(r); !private && strings.Contains(text, id) {
				w.Errorf("the open row of %s leads to the private moment: %v", table, r)
			}
		}
	}
	told := false
	for _, e := range w.events() {
		told = told || e.Type == sayline.EventMomentWithdrawn && e.Moment == m.ID && e.Lane == ""
	}
	if !told {
		w.Error("who watches the open stream was not told that the moment is gone from it")
	}
	again := w.tap("k", func(m *sayline.Moment) { m.Once = got.Once })
	w.must(w.Accept(w.ctx(), again))
	if !again.Replay || again.Moment.ID != id {
		w.Errorf("its key stands for %s", again.Moment.ID)
	}
}

// everything is a table's rows of the brand.
func (w *world) everything(table string) []row {
	w.Helper()
	rows, err := readRows(w.ctx(), w.plain, "SELECT * FROM "+table+" WHERE brand_id = $1", w.brand)
	w.must(err)
	return rows
}

// amendOr is amend with a change that may be refused.
func (w *world) amendOr(m *sayline.Moment, change func(*sayline.Moment) error) error {
	return w.Amend(w.ctx(), amendment(w, m, change))
}
