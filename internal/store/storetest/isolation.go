package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

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
	Moment, Other, Case, Page, Receipt, OtherReceipt, Once, Override, Swap string
	Duty                                                                   sayline.OnDuty
	Device                                                                 *sayline.Device
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
	w.shown("k3", sayline.Photo, sayline.Voice)
	w.plan([]sayline.Media{{ID: "0123456789abcdef"}})
	w.must(w.askToBeTold(other, "pixel"))
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
	w.must(w.Mute(w.ctx(), w.mute(aMute, 2*time.Hour)))
	w.register(w.phone("lucia", "https://push.example/1"))
	w.must(w.SetQuiet(w.ctx(), w.brand, "lucia", sayline.QuietHours{From: 1, Until: 2}))
	o, asked := w.override(sayline.OverrideAdd, "lucia", ""), w.ask("", true)
	w.claim(aCalendar)
	w.must(w.KeepCalendar(w.ctx(), sayline.CalendarCopy{Brand: w.brand, ID: aCalendar.ID, URL: aCalendar.URL, Body: "BEGIN:VCALENDAR"}, false))
	w.must(w.RevokeFeed(w.ctx(), w.brand, "person", "ana"))
	w.leaseEndpoint("a")
	w.deliver("a", 1, store.Delivery{Endpoint: "erp", Seq: 1, State: store.DeliveryRetry, NextAt: w.clock.Now()})
	thing := w.device()
	thing.Brand = ""
	w.press(thing, 0)
	return lived{m.ID, other.ID, m.Case, p.ID, m.Receipt, other.Receipt, m.Once, o.ID, asked.ID, d, thing}
}

type deed struct {
	name string
	do   func() error
}

// deeds are what can be done to a brand's rows.
func (w *world) deeds(l lived) []deed {
	act := w.act(l.Case, "lucia")
	m, other := &sayline.Moment{Receipt: l.Receipt}, &sayline.Moment{Receipt: l.OtherReceipt}
	phone := w.phone("lucia", "https://push.example/1")
	duty := l.Duty
	duty.Brand = w.brand
	say := func(direction string) func() error {
		return func() error {
			return w.AddMessage(w.ctx(), act, &sayline.Message{ID: w.id(), Direction: direction, Text: "x"})
		}
	}
	return append(w.answering(l.Case), []deed{
		{"accept", func() error { return w.Accept(w.ctx(), w.tap("k", urgency(sayline.Critical))) }},
		{"seen", func() error { return w.Seen(w.ctx(), act) }},
		{"acknowledge", func() error { return w.Acknowledge(w.ctx(), act, 0) }},
		{"snooze", func() error { return w.Snooze(w.ctx(), act, w.clock.Now().Add(time.Hour)) }},
		{"bring back", func() error { return w.BringBack(w.ctx(), w.brand, []store.Comeback{{Brand: w.brand, Case: l.Case}}) }},
		{"reply", say(sayline.Reply)},
		{"note", say(sayline.Note)},
		{"amend", func() error { return w.amend(other, func(m *sayline.Moment) { m.Feeling = 5 }) }},
		{"author", func() error { return w.authorSays(other, "still", "no") }},
		{"hand over", func() error { _, err := w.handOver(l.Case, "others", "k9"); return err }},
		{"merge", func() error { return w.Merge(w.ctx(), w.act(w.moment(l.Other).Case, "lucia"), l.Case) }},
		{"split", func() error { return w.Split(w.ctx(), act, []string{l.Other}, w.id()) }},
		{"alarm", func() error {
			w.faces(6)
			a, p := w.alarming("k")
			if raised, err := w.RaiseAlarm(w.ctx(), a, p); err != nil || !raised {
				return fmt.Errorf("raised %v, %v", raised, err)
			}
			w.face()
			if err := w.FollowAlarm(w.ctx(), *a, p); err != nil {
				return err
			}
			return w.EndAlarm(w.ctx(), *a)
		}},
		{"system", func() error {
			y, _ := w.system(nil, nil)
			return w.RevokeSystem(w.ctx(), w.brand, y.ID)
		}},
		{"delivered", func() error { return w.Delivered(w.ctx(), w.brand, l.Page, "lucia", madrid) }},
		{"resolve", func() error { return w.Resolve(w.ctx(), act, "done") }},
		{"press", func() error { return w.AcceptPress(w.ctx(), w.pressing(l.Device, time.Second, feeling(5))) }},
		{"heard", func() error { return w.HearDevice(w.ctx(), w.brand, l.Device.ID, sayline.Beat{Queue: 3}) }},
		{"revoke", func() error { return w.RevokeDevice(w.ctx(), w.brand, l.Device.ID, "lucia") }},
		{"code", func() error { return w.VerifyContact(w.ctx(), w.brand, "lucia", phone.ID, "hash-1") }},
		{"health", func() error {
			return w.NoteContacts(w.ctx(), w.brand, []store.ContactNote{{Person: "lucia", Contact: phone.Contact, Told: sayline.ContactGone}})
		}},
		{"arrange", func() error { return w.ArrangeContacts(w.ctx(), w.brand, "lucia", []sayline.KnownContact{phone}) }},
		{"another code", func() error { return w.NewCode(w.ctx(), w.brand, "lucia", phone.ID, "hash-2", w.clock.Now()) }},
		{"contact", func() error { return w.RemoveContact(w.ctx(), w.brand, "lucia", phone.ID) }},
		{"quiet", func() error { return w.SetQuiet(w.ctx(), w.brand, "lucia", sayline.QuietHours{}) }},
		{"opened", func() error { return w.Opened(w.ctx(), w.brand, l.Page) }},
		{"unmute", func() error { return w.Unmute(w.ctx(), w.brand, aMute, "lucia") }},
		{"mute", func() error { return w.Mute(w.ctx(), w.mute(w.id(), time.Hour)) }},
		{"off", func() error { return w.GoOff(w.ctx(), duty) }},
		{"override", func() error {
			return w.MakeOverride(w.ctx(), sayline.Override{Brand: w.brand, ID: w.id(), Kind: sayline.OverrideAdd, Person: "marco"})
		}},
		{"override's end", func() error { return w.EndOverride(w.ctx(), w.brand, l.Override, "lucia") }},
		{"swap", func() error { return w.AcceptSwap(w.ctx(), w.brand, l.Swap, "lucia", [2]string{w.id(), w.id()}) }},
		{"calendar", func() error { return w.FailCalendar(w.ctx(), w.brand, aCalendar, "away") }},
		{"calendar's copy", func() error {
			return w.KeepCalendar(w.ctx(), sayline.CalendarCopy{Brand: w.brand, ID: aCalendar.ID, URL: aCalendar.URL, Body: "x"}, false)
		}},
		{"feed", func() error { return w.RevokeFeed(w.ctx(), w.brand, "person", "ana") }},
		{"config", func() error { _, err := w.SaveConfig(w.ctx(), shop(w.brand), 1, "marco"); return err }},
		{"deliveries", func() error {
			_, err := w.SaveDeliveries(w.ctx(), w.brand, "erp", "a", 5, true, []store.Delivery{{Endpoint: "erp", Seq: 1, State: store.DeliveryDone}})
			return err
		}},
		{"replay", func() error { return w.Replay(w.ctx(), w.brand, "erp", 1) }},
		{"withdraw", func() error { return w.Withdraw(w.ctx(), w.brand, m.Receipt) }},
		{"tidy", func() error { return w.Tidy(w.ctx(), w.brand) }},
	}...)
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
	contacts, err := w.Contacts(ctx, b)
	read("contacts", contacts, err)
	quiet, err := w.Quiets(ctx, b)
	read("quiet", quiet, err)
	over, err := w.Overrides(ctx, b, w.clock.Now())
	read("overrides", over, err)
	asked, err := w.Swaps(ctx, b, w.clock.Now())
	read("swaps", asked, err)
	copies, err := w.Calendars(ctx, b)
	read("calendars", copies, err)
	number, err := w.FeedNumber(ctx, b, "person", "ana")
	read("feed", number, err)
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
	things, err := w.Devices(ctx, b)
	read("devices", things, err)
	went, err := w.HandOvers(ctx, b, l.Case)
	read("hand-overs", went, err)
	joined, err := w.MergedInto(ctx, b, l.Case)
	read("joined", joined, err)
	heard, err := w.Unhappy(ctx, b, nil, w.clock.Now().Add(-10*time.Minute))
	read("unhappy", heard, err)
	alarms, err := w.AlarmsOn(ctx, b)
	read("alarms", alarms, err)
	of, err := w.AlarmOf(ctx, b, l.Case)
	read("alarm of the case", of, err)
	systems, err := w.Systems(ctx, b)
	read("systems", systems, err)
	known, err := w.KnownKey(ctx, b, l.Once)
	read("known key", known, err)
	return got
}

// answering are the deeds of who answers.
func (w *world) answering(caseID string) []deed {
	act := w.act(caseID, "lucia")
	return []deed{
		{"mention", func() error {
			note := &sayline.Message{ID: w.id(), Direction: sayline.Note, Text: "@Lucía?"}
			return w.Write(w.ctx(), act, store.Written{Message: note, Mentions: []string{"lucia"}, Pages: []sayline.Page{{ID: w.id(), Person: "lucia", Channel: sayline.ByDesk}}})
		}},
		{"here", func() error { return w.Here(w.ctx(), w.brand, caseID, "lucia", store.Beat{Page: "a", N: 1}, true) }},
		{"left", func() error { return w.Left(w.ctx(), w.brand, caseID, "lucia", store.Beat{Page: "a", N: 2}) }},
		{"keep a ready answer", func() error {
			return w.KeepReady(w.ctx(), sayline.KeptAnswer{Brand: w.brand, ID: w.id(), Person: "lucia", Text: "x"})
		}},
	}
}
