package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// How authors are told of an answer.
var tellBehaviours = []behaviour{
	{"who asked on their receipt is told of an answer, once", toldOfAnAnswer},
	{"a reply to one author tells nobody else", toldAlone},
	{"who left an address is told by a letter, and only of words", toldByLetter},
	{"what becomes of it while somebody is being told is told too", toldMeanwhile},
	{"what failed is told again, what is gone is forgotten", toldAgain},
	{"a lease that ran out is taken anew", toldAfterACrash},
	{"only who holds the receipt may ask, and not with any number of browsers", askedRightly},
	{"who takes back what they said is told nothing any more", toldNothing},
}

func (w *world) askToBeTold(m *sayline.Moment, id string) error {
	return w.AskToBeTold(w.ctx(), w.brand, m.Receipt, id, `{"endpoint":"https://push.example/`+id+`"}`)
}

// tellings leases what this brand's authors are to be told: "ID status".
func (w *world) tellings() (list []sayline.Telling, says string) {
	w.Helper()
	all, err := w.LeaseTellings(w.ctx(), 1000)
	w.must(err)
	var short []string
	for _, t := range all {
		if t.Brand == w.brand {
			list, short = append(list, t), append(short, t.ID+" "+t.Status)
		}
	}
	return list, strings.Join(short, ", ")
}

func (w *world) told(t sayline.Telling) {
	w.Helper()
	w.must(w.ReportTelling(w.ctx(), store.TellingReport{Telling: t, Told: w.clock.Now(), Outcome: "accepted"}))
}

func toldOfAnAnswer(w *world) {
	m := w.say("k", feeling(1))
	w.must(w.askToBeTold(m, "pixel"))
	w.must(w.askToBeTold(m, "pixel"))
	w.acknowledge(m.Case, "lucia")
	if _, says := w.tellings(); says != "" {
		w.Errorf("told of no answer: %s", says)
	}
	w.reply(m.Case, "", "restocked tomorrow")
	list, says := w.tellings()
	if says != "pixel answered" || list[0].Moment != m.ID || !strings.Contains(list[0].Keys, "push.example") || list[0].Attempts != 1 {
		w.Fatalf("to be told: %s", show(list))
	}
	if _, again := w.tellings(); again != "" {
		w.Errorf("leased twice: %s", again)
	}
	w.told(list[0])
	w.clock.Move(time.Hour)
	if _, again := w.tellings(); again != "" {
		w.Errorf("told twice: %s", again)
	}
	w.resolve(m.Case)
	if _, says := w.tellings(); says != "pixel resolved" && says != "pixel closed" {
		w.Errorf("when it is closed: %s", says)
	}
}

func toldAlone(w *world) {
	first, second := w.say("k", feeling(1)), w.say("k", feeling(2))
	w.must(w.askToBeTold(first, "one"))
	w.must(w.askToBeTold(second, "two"))
	w.reply(first.Case, second.ID, "only you")
	if _, says := w.tellings(); says != "two answered" {
		w.Errorf("to be told: %s", says)
	}
}

func toldByLetter(w *world) {
	m := w.say("k", words("words"), func(m *sayline.Moment) {
		m.Class, m.Contact = sayline.Identified, &sayline.MomentContact{Email: "zoe@example.com"}
	})
	w.say("k", words("of nobody"))
	w.reply(m.Case, "", "an answer")
	list, says := w.tellings()
	if says != "email answered" || list[0].Moment != m.ID || !list[0].ToldAt.IsZero() {
		w.Fatalf("to be told: %s", show(list))
	}
	w.told(list[0])
	w.resolve(m.Case)
	if _, says := w.tellings(); says != "" {
		w.Errorf("a letter without words: %s", says)
	}
	w.clock.Move(time.Second)
	w.reply(m.Case, "", "one more thing")
	if list, says := w.tellings(); says != "email answered" || list[0].ToldAt.IsZero() {
		w.Errorf("the second answer: %s", show(list))
	}
}

func toldMeanwhile(w *world) {
	m := w.say("k", feeling(1))
	w.must(w.askToBeTold(m, "pixel"))
	w.reply(m.Case, "", "first")
	list, _ := w.tellings()
	w.clock.Move(time.Second)
	w.reply(m.Case, "", "second")
	w.told(list[0])
	if list, says := w.tellings(); says != "pixel answered" || list[0].Attempts != 1 {
		w.Errorf("to be told: %s", show(list))
	}
}

func toldAgain(w *world) {
	m := w.say("k", feeling(1))
	w.must(w.askToBeTold(m, "pixel"))
	w.reply(m.Case, "", "first")
	list, _ := w.tellings()
	w.must(w.ReportTelling(w.ctx(), store.TellingReport{Telling: list[0], Again: time.Minute, Outcome: "failed_for_now"}))
	if at, err := w.NextTelling(w.ctx()); err != nil || at.After(w.clock.Now().Add(time.Minute)) || at.IsZero() {
		w.Errorf("the next is due at %v, %v", at, err)
	}
	if _, says := w.tellings(); says != "" {
		w.Errorf("too soon: %s", says)
	}
	w.clock.Move(time.Minute)
	list, says := w.tellings()
	if says != "pixel answered" || list[0].Attempts != 2 {
		w.Fatalf("a minute later: %s", show(list))
	}
	w.must(w.ReportTelling(w.ctx(), store.TellingReport{Telling: list[0], Gone: true}))
	w.reply(m.Case, "", "second")
	if _, says := w.tellings(); says != "" {
		w.Errorf("told by what is gone: %s", says)
	}
}

func toldAfterACrash(w *world) {
	m := w.say("k", feeling(1))
	w.must(w.askToBeTold(m, "pixel"))
	w.reply(m.Case, "", "first")
	w.tellings()
	w.clock.Move(sayline.Lease + time.Microsecond)
	if list, says := w.tellings(); says != "pixel answered" || list[0].Attempts != 2 {
		w.Errorf("to be told: %s", show(list))
	}
}

func askedRightly(w *world) {
	m := w.say("k", feeling(1))
	w.refused(w.AskToBeTold(w.ctx(), w.brand, "nobody's", "x", "{}"), sayline.NotFound)
	for i := range sayline.MaxTellings {
		w.must(w.askToBeTold(m, fmt.Sprint(i)))
	}
	w.refused(w.askToBeTold(m, "one more"), sayline.Conflict)
	w.must(w.askToBeTold(m, "0"))
}

func toldNothing(w *world) {
	m, other := w.say("k", feeling(1)), w.say("k", feeling(2))
	w.must(w.askToBeTold(m, "pixel"))
	w.must(w.askToBeTold(other, "nokia"))
	w.must(w.Withdraw(w.ctx(), w.brand, m.Receipt))
	for _, r := range w.everything("author_way") {
		if r.text("way_id") == "pixel" {
			w.Error("the way is kept")
		}
	}
	w.reply(other.Case, "", "still there")
	if _, says := w.tellings(); says != "nokia answered" {
		w.Errorf("to be told: %s", says)
	}
}
