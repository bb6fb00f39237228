package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// wordsChangeTeam lets words give somebody's work to another team than the moment
// was counted for; the suite recounts it, also after it was taken back.
func wordsChangeTeam(w *world) {
	kept, gone := w.say("", urgency(sayline.None)), w.say("", urgency(sayline.None))
	for _, m := range []*sayline.Moment{kept, gone} {
		a := says(w, m, "somebody should look at this", "", 0)
		a.Decide = func(m *sayline.Moment) sayline.Decision {
			d := decideWords(m)
			d.Team = "others"
			return d
		}
		w.must(w.AuthorSays(w.ctx(), a))
	}
	w.must(w.Withdraw(w.ctx(), w.brand, gone.Receipt))
	same(w, "its team", w.moment(kept.ID).Decision.Team, "others")
}

// withdraws looks through every table for what an author said and took back.
func withdraws(w *world) {
	m := w.say("room 412", words("the blue suitcase"), func(m *sayline.Moment) {
		m.Class, m.Contact = sayline.Identified, &sayline.MomentContact{Email: "ana@example.com"}
		m.Context.Ref, m.Context.Lot, m.Context.Product = "room 412", "LOT-9", "09506000134352"
		m.Topic = "private-topic"
	})
	w.fire(m.Case, w.page("lucia", sayline.ByEmail))
	w.must(w.authorSays(m, "with a red ribbon", ""))
	w.reply(m.Case, m.ID, "dear ana")
	w.reply(m.Case, "", "dear all of 412")
	w.must(w.AddMessage(w.ctx(), w.act(m.Case, "lucia"), &sayline.Message{ID: w.id(), Direction: sayline.Note, Text: "ana of 412 has a red ribbon"}))
	w.must(w.amend(m, func(m *sayline.Moment) { m.Decision.GroupKey = "room 412 again" }))
	before := len(w.events())
	w.must(w.Withdraw(w.ctx(), w.brand, m.Receipt))

	_, err := w.Moment(w.ctx(), w.brand, m.ID)
	w.refused(err, sayline.NotFound)
	_, err = w.MomentByReceipt(w.ctx(), w.brand, m.Receipt)
	w.refused(err, sayline.NotFound)
	w.refused(w.Withdraw(w.ctx(), w.brand, m.Receipt), sayline.NotFound)
	for _, table := range allTables {
		for _, r := range w.everything(table) {
			text := fmt.Sprint(r)
			for _, trace := range []string{"blue suitcase", "red ribbon", "dear ana", "dear all", "ana@example.com", "of 412", "m 412", "LOT-9", m.Receipt} {
				if strings.Contains(text, trace) {
					w.Errorf("%s still holds %q: %v", table, trace, r)
				}
			}
			if table != "event" && strings.Contains(text, m.ID) { // events are numbered for good, and hold ids only
				w.Errorf("%s still holds the moment's id: %v", table, r)
			}
		}
	}
	if types := w.types(before); !strings.Contains(types, sayline.EventMomentWithdrawn) || !strings.Contains(types, sayline.EventCaseResolved) {
		w.Errorf("events %s", types)
	}
}

// withdrawsContact: what somebody said of themselves at once, what they added
// later and what was proved of them go with their moment; another's stays.
func withdrawsContact(w *world) {
	w = w.alone()
	known := func(email string) func(*sayline.Moment) {
		return func(m *sayline.Moment) {
			m.Class, m.Contact = sayline.Identified, &sayline.MomentContact{Name: "Ana", Email: email, Phone: "+34600123456", Member: "M-12",
				Proved: &sayline.Proved{By: "app", Tier: "gold"}}
		}
	}
	first, other, later := w.say("k", known("ana@example.com")), w.say("k", known("eva@example.com")), w.say("k")
	w.must(w.amend(later, known("zoe@example.com")))
	if rows := w.everything("moment_contact"); len(rows) != 3 {
		w.Fatalf("there are %d contacts: this test sees nothing", len(rows))
	}
	w.must(w.Withdraw(w.ctx(), w.brand, first.Receipt))
	w.must(w.Withdraw(w.ctx(), w.brand, later.Receipt))
	rows := w.everything("moment_contact")
	if len(rows) != 1 || rows[0].text("moment_id") != other.ID {
		w.Errorf("left are %v", rows)
	}
	if got := w.moment(other.ID); got.Contact == nil || got.Contact.Email != "eva@example.com" || !got.Contact.Proves() {
		w.Errorf("the other is %s", show(got))
	}
	for _, table := range allTables {
		for _, r := range w.everything(table) {
			if text := fmt.Sprint(r); strings.Contains(text, "ana@") || strings.Contains(text, "zoe@") {
				w.Errorf("%s still holds %v", table, r)
			}
		}
	}
}

// allTables are those that hold a brand's rows.
var allTables = []string{"brand", "config_version", "brand_seq", "event", "idempotency", "moment", "moment_contact", "author_way", "decision_before", "case_slot", "cases", "step", "page", "attempt", "ack",
	"duty_override", "duty_swap", "duty_calendar", "duty_feed",
	"message", "media", "media_erase", "history", "handover", "lesson", "system", "system_once", "alarm_now", "alarm", "endpoint", "delivery", "duty", "contact", "quiet", "contact_call", "phone", "hold", "pin", "mention", "presence", "ready", "speaker", "relay", "device", "count_hour", "count_day", "count_mark", "count_pack", "count_guard", "count_minute", "count_clock"}

func withdrawsOneOfMany(w *world) {
	first, second := w.say("k", feeling(1)), w.say("k", feeling(4))
	w.must(w.Withdraw(w.ctx(), w.brand, first.Receipt))
	c := w.theCase(first.Case)
	if c.State != sayline.CaseOpen || c.Moments != 1 || c.Feelings != [6]int{4: 1} || c.GroupKey != "k" {
		w.Errorf("the case is %s", show(c))
	}
	if steps := w.steps(c.ID); len(steps) != 1 || steps[0].State != sayline.StepWaiting {
		w.Errorf("the others' alert is %s", show(steps))
	}
	w.must(w.Withdraw(w.ctx(), w.brand, second.Receipt))
	if c := w.theCase(first.Case); c.State != sayline.CaseResolved || c.Reason != "withdrawn" || c.Moments != 0 {
		w.Errorf("the empty case is %s", show(c))
	}
	if again := w.say("k"); again.Case == first.Case {
		w.Error("a case that everybody took back came to life")
	}
}

func wrongReceipt(w *world) {
	w.say("k", func(m *sayline.Moment) { m.Receipt = "" })
	for _, receipt := range []string{"", "wrong"} {
		m := &sayline.Moment{Receipt: receipt}
		w.refused(w.amend(m, func(*sayline.Moment) {}), sayline.NotFound)
		w.refused(w.authorSays(m, "hello", ""), sayline.NotFound)
		w.refused(w.Withdraw(w.ctx(), w.brand, receipt), sayline.NotFound)
	}
}

func authorSpeaks(w *world) {
	m, other := w.say("k", sealed), w.say("k")
	w.clock.Move(time.Minute)
	before := len(w.events())
	w.must(w.authorSays(m, "it is still missing", ""))
	list := w.messagesTo(m)
	if len(list) != 1 || list[0].Direction != sayline.FromAuthor || list[0].Text != "it is still missing" || list[0].Moment != m.ID || list[0].Case != m.Case || list[0].Episode != 1 || !list[0].At.Equal(w.clock.Now()) {
		w.Errorf("the author's words are %s", show(list))
	}
	if got := w.messagesTo(other); len(got) != 0 {
		w.Errorf("another author reads %s", show(got))
	}
	c := w.theCase(m.Case)
	if c.State != sayline.CaseOpen || c.Episode != 1 || !c.LastAt.Equal(w.clock.Now()) {
		w.Errorf("the case is %s", show(c))
	}
	same(w, "events", w.types(before), sayline.EventAuthorSpoke)
}

func authorReopens(w *world) {
	m := w.say("k")
	w.resolve(m.Case)
	w.clock.Move(100 * time.Hour) // an author's word has no window
	before := len(w.events())
	w.must(w.authorSays(m, "it is missing again", ""))
	c := w.theCase(m.Case)
	if c.State != sayline.CaseOpen || c.Episode != 2 || c.Reason != "" || !c.ResolvedAt.IsZero() {
		w.Errorf("the case is %s", show(c))
	}
	if steps := w.steps(m.Case); len(steps) != 2 || steps[1].State != sayline.StepWaiting || steps[1].Episode != 2 {
		w.Errorf("steps %s", show(steps))
	}
	same(w, "events", w.types(before), sayline.EventAuthorSpoke+" "+sayline.EventCaseReopened)
	if !c.AckBy.Equal(w.clock.Now().Add(15*time.Minute)) || !c.AnswerBy.Equal(w.clock.Now().Add(24*time.Hour)) {
		w.Errorf("the promises are %s and %s", c.AckBy, c.AnswerBy)
	}
}

func authorSpeaksLouder(w *world) {
	m := w.say("k", sealed)
	w.must(w.Acknowledge(w.ctx(), w.act(m.Case, "lucia"), 0))
	loud := func(text, solved string) store.AuthorSays {
		a := says(w, m, text, solved, 0)
		a.Decide = func(m *sayline.Moment) sayline.Decision {
			d := m.Decision
			if m.Text == "somebody is injured" {
				d.Urgency, d.Policy = sayline.Critical, "all-hands"
				d.Facts = []sayline.Fact{{Field: sayline.FactRaised, Value: "injured"}}
			}
			return d
		}
		return a
	}
	w.must(w.AuthorSays(w.ctx(), loud("it is still here", "")))
	if c := w.theCase(m.Case); c.State != sayline.CaseAcknowledged || c.Episode != 1 {
		w.Errorf("after other words the case is %s", show(c))
	}
	w.must(w.AuthorSays(w.ctx(), loud("somebody is injured", "")))
	c := w.theCase(m.Case)
	if c.State != sayline.CaseOpen || c.Episode != 2 || c.Urgency != sayline.Critical || c.Policy != "all-hands" {
		w.Errorf("the case is %s", show(c))
	}
	if st := w.waiting(m.Case); st.Episode != 2 || st.N != 1 || st.DueAt.After(w.clock.Now()) {
		w.Errorf("its step is %s", show(st))
	}
	w.must(w.AuthorSays(w.ctx(), loud("somebody is injured", ""))) // no more urgent than it is
	if c := w.theCase(m.Case); c.Episode != 2 {
		w.Errorf("said again: %s", show(c))
	}
}

func notSolved(w *world) {
	m := w.say("k")
	w.fire(m.Case, w.page("lucia", sayline.ByEmail))
	w.acknowledge(m.Case, "lucia")
	w.must(w.authorSays(m, "", "no"))
	c, got := w.theCase(m.Case), w.moment(m.ID)
	if c.State != sayline.CaseOpen || c.Episode != 2 || got.Solved != "no" {
		w.Errorf("the case is %s, the moment %s", show(c), show(got))
	}
	w.fire(m.Case, w.page("lucia", sayline.ByEmail))
	w.must(w.authorSays(m, "still not", "no"))
	if c := w.theCase(m.Case); c.Episode != 3 {
		w.Errorf("the case is %s", show(c))
	}
}

func solvedYes(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.must(w.AuthorSays(w.ctx(), says(w, m, "", "yes", 5)))
	c, got := w.theCase(m.Case), w.moment(m.ID)
	if c.State != sayline.CaseResolved || c.Reason != "done" || got.Solved != "yes" || got.After != 5 || got.Feeling != m.Feeling {
		w.Errorf("the case is %s, the moment %s", show(c), show(got))
	}
	w.must(w.authorSays(m, "", "yes"))
	if again := w.theCase(m.Case); again.State != sayline.CaseResolved {
		w.Errorf("twice solved is %s", show(again))
	}
}

// solvedIsCounted: by what an author says last, by the team it is with, until it is
// taken back; and how often what was resolved had to be opened again.
func solvedIsCounted(w *world) {
	outcome := func(clock string) (n, kept int64) {
		for _, x := range w.bins(clock) {
			n, kept = n+x[0], kept+x[1]
		}
		return n, kept
	}
	want := func(when, clock string, n, kept int64) {
		w.Helper()
		if a, b := outcome(clock); a != n || b != kept {
			w.Errorf("%s %s counts %d, of them %d kept; want %d and %d", when, clock, a, b, n, kept)
		}
	}
	m := w.say("k", urgency(sayline.Urgent))
	w.must(w.authorSays(m, "", "yes"))
	want("solved", store.ClockSolved, 1, 1)
	want("solved", store.ClockResolved, 1, 0)
	w.clock.Move(40 * time.Minute)
	w.must(w.authorSays(m, "", "no"))
	want("not after all", store.ClockSolved, 1, 0)
	want("not after all", store.ClockReopened, 1, 0)
	w.must(w.authorSays(m, "", "no"))
	want("said again", store.ClockReopened, 1, 0)
	w.must(w.Resolve(w.ctx(), w.act(m.Case, "lucia"), "done"))
	w.say("k", urgency(sayline.Urgent)) // another joins it
	want("said by another", store.ClockReopened, 2, 0)
	w.must(w.Withdraw(w.ctx(), w.brand, w.moment(m.ID).Receipt))
	want("taken back", store.ClockSolved, 0, 0)
}

func solvedByOneOfMany(w *world) {
	m := w.say("k")
	w.say("k")
	w.must(w.authorSays(m, "", "yes"))
	if c := w.theCase(m.Case); c.State != sayline.CaseOpen || w.moment(m.ID).Solved != "yes" {
		w.Errorf("the case is %s", show(c))
	}
}

func wordsAreHeard(w *world) {
	m := w.say("k", urgency(sayline.None), feeling(5))
	w.must(w.authorSays(m, "thank Eva for me", ""))
	got := w.moment(m.ID)
	if got.Case == "" || got.Episode != 1 || got.Decision.Urgency != sayline.Quiet {
		w.Fatalf("nobody reads it: %s", show(got))
	}
	c := w.theCase(got.Case)
	if c.State != sayline.CaseOpen || c.Moments != 1 || c.Feelings[5] != 1 {
		w.Errorf("the case is %s", show(c))
	}
	team, err := w.Messages(w.ctx(), w.brand, c.ID)
	w.must(err)
	if len(team) != 1 || team[0].Text != "thank Eva for me" {
		w.Errorf("the team reads %s", show(team))
	}
	if got.Text != "" {
		w.Errorf("the words became the moment's: %q", got.Text)
	}
	w.must(w.authorSays(m, "and Tom", ""))
	if again := w.moment(m.ID); again.Case != got.Case || w.theCase(got.Case).Moments != 1 {
		w.Errorf("more words made it %s", show(again))
	}
}

func wordsAtOnce(w *world) {
	stores := []*store.Store{w.Store, OpenStore(w.T, w.url, w.clock.Now), OpenStore(w.T, w.url, w.clock.Now)}
	m := w.say("k", urgency(sayline.None), feeling(5))
	w.together(12, func(i int) error {
		return stores[i%len(stores)].AuthorSays(w.ctx(), says(w, m, fmt.Sprint("thank you ", i), "", 0))
	})
	got := w.moment(m.ID)
	team, err := w.Messages(w.ctx(), w.brand, got.Case)
	w.must(err)
	if len(team) != 12 {
		w.Errorf("the team reads %s", show(team))
	}
	if cases := w.everything("cases"); len(cases) != 1 {
		w.Errorf("there are %d cases", len(cases))
	}
}

func solvedNobodysWork(w *world) {
	m := w.say("k", urgency(sayline.None), feeling(5))
	w.must(w.authorSays(m, "", "yes"))
	if got := w.moment(m.ID); got.Case != "" || got.Solved != "yes" {
		w.Errorf("the moment is %s", show(got))
	}
}

// lateReturn: an author brings back a case whose key another case has since.
func lateReturn(w *world) {
	old := w.say("k")
	w.resolve(old.Case)
	w.clock.Move(sayline.ReopenWindow + time.Second)
	current := w.say("k")
	w.must(w.authorSays(old, "the first is not solved either", "no"))
	if c := w.theCase(old.Case); c.State != sayline.CaseOpen || c.Episode != 2 {
		w.Errorf("the author is not heard: %s", show(c))
	}
	w.whole()
	w.resolve(current.Case)
	w.must(w.authorSays(old, "", "no"))
	next := w.say("k")
	if next.Case != current.Case {
		w.Errorf("a tap within the window of %s went to %s", current.Case, next.Case)
	}
}

// quietVoiceUrgentCase: a case is as urgent as its most urgent moment, also
// when the one who brings it back was not.
func quietVoiceUrgentCase(w *world) {
	w.say("k", urgency(sayline.Urgent))
	quiet := w.say("k", urgency(sayline.Quiet))
	w.resolve(quiet.Case)
	w.must(w.authorSays(quiet, "", "no"))
	steps := w.steps(quiet.Case)
	if len(steps) != 2 || steps[1].State != sayline.StepWaiting {
		w.Errorf("the urgent case came back and asks nobody: %s", show(steps))
	}
}
