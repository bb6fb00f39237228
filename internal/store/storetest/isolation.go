package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var isolationBehaviours = []behaviour{
	{"two brands with the same ids never touch each other's rows", twins},
}

// twins plays the same life in two brands, with the very same ids, keys and
// secrets; then everything one brand can do is done in the second, while the
// first must stay as it is, row by row (invariant 20).
func twins(old *world) {
	w := old.alone()
	first := w.twin("first")
	kept := first.life()
	before, reads := first.dump(), first.reads(kept)
	second := w.twin("second")
	lived := second.life()
	same(second, "the ids of the twin", lived, kept)
	same(first, "the first brand's rows", first.dump(), before)
	for _, d := range second.deeds(lived) {
		if err := d.do(); err != nil {
			w.Errorf("%s: %v", d.name, err)
		}
		same(first, "the first brand's rows after the second's "+d.name, first.dump(), before)
	}
	same(first, "what the first brand reads", first.reads(kept), reads)
	first.whole()
	second.whole()
	for _, r := range second.everything("moment") {
		if r.text("moment_id") == kept.Moment {
			w.Error("what the second brand took back is still there")
		}
	}
}

// twin is a brand whose ids are those of every other twin.
func (w *world) twin(brand string) *world {
	return &world{tester: w.T, T: w.T, house: w.house, brand: brand, random: rand.NewChaCha8([32]byte{1})}
}

// lived are the ids of a life.
type lived struct {
	Moment, Other, Case, Page, Receipt, OtherReceipt, Once string
	Duty                                                   sayline.OnDuty
}

// life is a little of everything.
func (w *world) life() lived {
	w.Helper()
	c := shop(w.brand)
	c.Webhooks = []sayline.Webhook{{ID: "erp", URL: "https://erp.example/in"}}
	_, err := w.SaveConfig(w.ctx(), c, 0, "lucia")
	w.must(err)
	m := w.say("k", urgency(sayline.Urgent), words("words"), func(m *sayline.Moment) {
		m.Class, m.Contact = sayline.Identified, &sayline.MomentContact{Email: "ana@example.com"}
	})
	other := w.say("k", feeling(1))
	w.must(w.amend(other, func(m *sayline.Moment) { m.Decision.GroupKey = "k2" }))
	p := w.mail("lucia")
	p.Channel = "email-of-twins"
	w.fire(m.Case, p, w.page("lucia", sayline.ByDesk))
	list, err := w.LeasePages(w.ctx(), "email-of-twins", 1)
	w.must(err)
	w.report(list[0], sayline.PageAccepted, 0)
	w.must(w.authorSays(m, "more words", ""))
	w.acknowledge(m.Case, "lucia")
	w.reply(m.Case, m.ID, "an answer")
	d := w.on("lucia", "madrid")
	d.Brand = ""
	w.leaseEndpoint("a")
	w.deliver("a", 1, store.Delivery{Endpoint: "erp", Seq: 1, State: store.DeliveryRetry, NextAt: w.clock.Now()})
	return lived{m.ID, other.ID, m.Case, p.ID, m.Receipt, other.Receipt, m.Once, d}
}

type deed struct {
	name string
	do   func() error
}

// deeds are what can be done to a brand's rows.
func (w *world) deeds(l lived) []deed {
	act := w.act(l.Case, "lucia")
	m, other := &sayline.Moment{Receipt: l.Receipt}, &sayline.Moment{Receipt: l.OtherReceipt}
	duty := l.Duty
	duty.Brand = w.brand
	say := func(direction string) func() error {
		return func() error {
			return w.AddMessage(w.ctx(), act, &sayline.Message{ID: w.id(), Direction: direction, Text: "x"})
		}
	}
	return []deed{
		{"accept", func() error { return w.Accept(w.ctx(), w.tap("k", urgency(sayline.Critical))) }},
		{"seen", func() error { return w.Seen(w.ctx(), act) }},
		{"acknowledge", func() error { return w.Acknowledge(w.ctx(), act, 0) }},
		{"reply", say(sayline.Reply)},
		{"note", say(sayline.Note)},
		{"amend", func() error { return w.amend(other, func(m *sayline.Moment) { m.Feeling = 5 }) }},
		{"author", func() error { return w.authorSays(other, "still", "no") }},
		{"delivered", func() error { return w.Delivered(w.ctx(), w.brand, l.Page, "lucia", madrid) }},
		{"resolve", func() error { return w.Resolve(w.ctx(), act, "done") }},
		{"off", func() error { return w.GoOff(w.ctx(), duty) }},
		{"config", func() error { _, err := w.SaveConfig(w.ctx(), shop(w.brand), 1, "marco"); return err }},
		{"deliveries", func() error {
			_, err := w.SaveDeliveries(w.ctx(), w.brand, "erp", "a", 5, true, []store.Delivery{{Endpoint: "erp", Seq: 1, State: store.DeliveryDone}})
			return err
		}},
		{"replay", func() error { return w.Replay(w.ctx(), w.brand, "erp", 1) }},
		{"withdraw", func() error { return w.Withdraw(w.ctx(), w.brand, m.Receipt) }},
		{"tidy", func() error { return w.Tidy(w.ctx(), w.brand) }},
	}
}

// dump is every row of the brand, of every table.
func (w *world) dump() map[string][]string {
	w.Helper()
	all := map[string][]string{}
	for _, table := range allTables {
		for _, r := range w.everything(table) {
			all[table] = append(all[table], fmt.Sprint(r))
		}
		slices.Sort(all[table])
	}
	return all
}

// reads is what the brand reads through the store.
func (w *world) reads(l lived) map[string]any {
	w.Helper()
	got := map[string]any{}
	read := func(name string, v any, err error) {
		if err != nil {
			w.Fatalf("%s: %v", name, err)
		}
		got[name] = v
	}
	ctx, b := w.ctx(), w.brand
	m, err := w.Moment(ctx, b, l.Moment)
	read("moment", m, err)
	m, err = w.MomentByReceipt(ctx, b, l.Receipt)
	read("receipt", m, err)
	c, err := w.Case(ctx, b, l.Case)
	read("case", c, err)
	list, err := w.MomentsOf(ctx, b, l.Case, 10)
	read("moments", list, err)
	list, err = w.LastAt(ctx, b, "k7f3", 10)
	read("last", list, err)
	msgs, err := w.Messages(ctx, b, l.Case)
	read("messages", msgs, err)
	msgs, err = w.MessagesTo(ctx, b, l.Moment, l.Case)
	read("messages to", msgs, err)
	lines, err := w.History(ctx, b, l.Case)
	read("history", lines, err)
	events, err := w.Events(ctx, b, 0, 100)
	read("events", events, err)
	on, err := w.OnDuty(ctx, b, w.clock.Now())
	read("duty", on, err)
	conf, err := w.Config(ctx, b)
	read("config", conf, err)
	sent, err := w.Deliveries(ctx, b, "erp", 10)
	read("deliveries", sent, err)
	due, err := w.DueDeliveries(ctx, b, "erp", w.clock.Now(), 10)
	read("due deliveries", due, err)
	read("steps", w.steps(l.Case), nil)
	read("pages", w.pages(l.Case), nil)
	at, err := w.EventsAt(ctx, b, []int64{1, 2, 3})
	read("events at", at, err)
	byID, err := w.MomentsByID(ctx, b, []string{l.Moment, l.Other})
	read("moments by id", byID, err)
	cases, err := w.CasesByID(ctx, b, []string{l.Case})
	read("cases by id", cases, err)
	tries, err := w.AttemptsOf(ctx, b, l.Case)
	read("attempts", tries, err)
	known, err := w.KnownKey(ctx, b, l.Once)
	read("known key", known, err)
	return got
}
