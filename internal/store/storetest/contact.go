package storetest

import (
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var contactBehaviours = []behaviour{
	{"a registered contact is used once its code came back", verifiesContact},
	{"a code that is wrong five times, or old, is void", voidsCode},
	{"a contact registered again keeps what is known of it", registersAgain},
	{"a person has at most ten of their own", tooManyContacts},
	{"one browser rings for one person", takesBrowserOver},
	{"a browser's new subscription takes the place of its old one, by its keys", renewsBrowser},
	{"two failures make a contact suspect, a lasting one breaks it, success heals", healthOfContact},
	{"what a call tells of a contact is kept with its page", healthWithPage},
	{"health is kept of the brand file's contacts, not of those taken away", healthOfListed},
	{"a contact that broke is given to be told of once", tellsOfBroken},
	{"contacts are arranged by their person", arrangesContacts},
	{"so many codes and tests go out in a day", countsContactCalls},
	{"quiet hours are set and ended", setsQuiet},
	{"a page is opened, and acted by", opensAndActs},
	{"who opens the case has opened what told them of it", opensOnTheDesk},
	{"who is on it is taken over from on purpose only", takesOver},
	{"what stands on phones is replaced once for what happened", takesShown},
}

// phone is a browser of a person's.
func (w *world) phone(person, endpoint string) sayline.KnownContact {
	id := sayline.ContactID(sayline.ByPush, endpoint)
	return sayline.KnownContact{Brand: w.brand, Person: person, ID: id, Contact: sayline.Contact{Channel: sayline.ByPush, Address: id},
		Keys: `{"endpoint":"` + endpoint + `"}`, Label: "Pixel", Account: person + "@sparkle.example", State: sayline.ContactOK}
}

// own is an e-mail address a person registers.
func (w *world) own(person, address string) sayline.KnownContact {
	return sayline.KnownContact{Brand: w.brand, Person: person, ID: sayline.ContactID(sayline.ByEmail, address), Contact: sayline.Contact{Channel: sayline.ByEmail, Address: address},
		Account: person + "@sparkle.example", State: sayline.ContactOK}
}

func (w *world) register(k sayline.KnownContact) {
	w.Helper()
	w.must(w.AddContact(w.ctx(), k, "hash-1", w.clock.Now().Add(time.Hour)))
}

func (w *world) contacts() []sayline.KnownContact {
	w.Helper()
	list, err := w.Contacts(w.ctx(), w.brand)
	w.must(err)
	return list
}

// note tells something of a contact.
func (w *world) note(k sayline.KnownContact, told, detail string) sayline.KnownContact {
	w.Helper()
	w.must(w.NoteContacts(w.ctx(), w.brand, []store.ContactNote{{Person: k.Person, Contact: k.Contact, Told: told, Detail: detail, Listed: !k.Own()}}))
	got, err := w.Contact(w.ctx(), w.brand, k.Person, k.ID)
	w.must(err)
	return got
}

func verifiesContact(w *world) {
	k := w.own("lucia", "lucia@home.example")
	w.register(k)
	k.MadeAt = w.clock.Now()
	same(w, "registered", w.contacts(), []sayline.KnownContact{k})
	if k.Usable() {
		w.Error("it is used before it is verified")
	}
	w.clock.Move(time.Minute)
	w.refused(w.VerifyContact(w.ctx(), w.brand, "lucia", k.ID, "wrong"), sayline.AtFault)
	w.refused(w.VerifyContact(w.ctx(), w.brand, "marco", k.ID, "hash-1"), sayline.NotFound)
	w.refused(w.VerifyContact(w.ctx(), w.brand, "lucia", "no-such", "hash-1"), sayline.NotFound)
	before := len(w.events())
	w.must(w.VerifyContact(w.ctx(), w.brand, "lucia", k.ID, "hash-1"))
	k.VerifiedAt, k.OKAt = w.clock.Now(), w.clock.Now()
	same(w, "verified", w.contacts(), []sayline.KnownContact{k})
	if !k.Usable() {
		w.Error("it is not used though it is verified")
	}
	same(w, "events", w.types(before), sayline.EventContactChanged)
	w.refused(w.VerifyContact(w.ctx(), w.brand, "lucia", k.ID, "hash-1"), sayline.AtFault) // used up
	w.must(w.RemoveContact(w.ctx(), w.brand, "marco", k.ID))
	same(w, "taken away by somebody else", len(w.contacts()), 1)
	w.must(w.RemoveContact(w.ctx(), w.brand, "lucia", k.ID))
	w.must(w.RemoveContact(w.ctx(), w.brand, "lucia", k.ID))
	same(w, "taken away", len(w.contacts()), 0)
	_, err := w.Contact(w.ctx(), w.brand, "lucia", k.ID)
	w.refused(err, sayline.NotFound)
}

func voidsCode(w *world) {
	k := w.own("lucia", "lucia@home.example")
	w.register(k)
	for range 5 {
		w.refused(w.VerifyContact(w.ctx(), w.brand, "lucia", k.ID, "wrong"), sayline.AtFault)
	}
	w.refused(w.VerifyContact(w.ctx(), w.brand, "lucia", k.ID, "hash-1"), sayline.AtFault)
	w.must(w.NewCode(w.ctx(), w.brand, "lucia", k.ID, "hash-2", w.clock.Now().Add(time.Minute)))
	w.refused(w.NewCode(w.ctx(), w.brand, "marco", k.ID, "hash-2", w.clock.Now().Add(time.Minute)), sayline.NotFound)
	w.clock.Move(time.Minute)
	w.refused(w.VerifyContact(w.ctx(), w.brand, "lucia", k.ID, "hash-2"), sayline.AtFault)
	w.must(w.NewCode(w.ctx(), w.brand, "lucia", k.ID, "hash-3", w.clock.Now().Add(time.Minute)))
	w.must(w.VerifyContact(w.ctx(), w.brand, "lucia", k.ID, "hash-3"))
}

func registersAgain(w *world) {
	k := w.phone("lucia", "https://push.example/1")
	w.register(k)
	w.must(w.VerifyContact(w.ctx(), w.brand, "lucia", k.ID, "hash-1"))
	w.clock.Move(time.Minute)
	again := k
	again.Label, again.Keys = "another name", "other keys"
	w.register(again)
	list := w.contacts()
	if len(list) != 1 || list[0].Label != "Pixel" || list[0].Keys != "other keys" || list[0].VerifiedAt.IsZero() {
		w.Errorf("registered again it is %s", show(list))
	}
}

func tooManyContacts(w *world) {
	var last sayline.KnownContact
	for i := range sayline.MaxContacts {
		last = w.own("lucia", string(rune('a'+i))+"@home.example")
		w.register(last)
	}
	until := w.clock.Now().Add(time.Hour)
	w.refused(w.AddContact(w.ctx(), w.own("lucia", "z@home.example"), "h", until), sayline.Conflict)
	w.must(w.AddContact(w.ctx(), last, "h", until)) // it is there
	w.must(w.AddContact(w.ctx(), w.own("marco", "z@home.example"), "h", until))
}

func takesBrowserOver(w *world) {
	w.register(w.phone("lucia", "https://push.example/1"))
	other := &world{tester: w.tester, T: w.T, house: w.house, brand: w.brand + "-other", random: w.random}
	other.register(other.phone("lucia", "https://push.example/1")) // the same account, another brand
	same(w, "here", len(w.contacts()), 1)
	before := len(w.events())
	other.register(other.phone("marco", "https://push.example/1"))
	same(w, "here, once it is somebody else's", len(w.contacts()), 0)
	same(w, "events", w.types(before), sayline.EventContactChanged)
	if list := other.contacts(); len(list) != 1 || list[0].Person != "marco" {
		w.Errorf("there it is %s", show(list))
	}
	id := sayline.ContactID(sayline.ByPush, "https://push.example/1")
	w.must(w.RemoveBrowser(w.ctx(), "lucia@sparkle.example", id))
	same(w, "after somebody else signed out", len(other.contacts()), 1)
	w.must(w.RemoveBrowser(w.ctx(), "marco@sparkle.example", id))
	same(w, "after signing out", len(other.contacts()), 0)
}

func healthOfContact(w *world) {
	k := w.phone("lucia", "https://push.example/1")
	w.register(k)
	before := len(w.events())
	if got := w.note(k, sayline.ContactFailed, "time-out"); got.State != sayline.ContactOK || got.Failures != 1 || got.Detail != "time-out" || !got.FailedAt.Equal(w.clock.Now()) {
		w.Errorf("after one failure it is %s", show(got))
	}
	if got := w.note(k, sayline.ContactFailed, "answered 500"); got.State != sayline.ContactSuspect || got.Failures != 2 {
		w.Errorf("after two failures it is %s", show(got))
	}
	w.clock.Move(time.Second)
	if got := w.note(k, sayline.ContactReached, ""); got.State != sayline.ContactOK || got.Failures != 0 || got.Detail != "" || !got.OKAt.Equal(w.clock.Now()) {
		w.Errorf("after a success it is %s", show(got))
	}
	ok := w.clock.Now()
	w.clock.Move(time.Second)
	if got := w.note(k, sayline.ContactReached, ""); !got.OKAt.Equal(ok) {
		w.Errorf("well again within a minute is written down: %s", show(got))
	}
	if got := w.note(k, sayline.ContactGone, "answered 410"); got.State != sayline.ContactBroken || got.Usable() {
		w.Errorf("gone it is %s", show(got))
	}
	if got := w.note(k, sayline.ContactFailed, "time-out"); got.State != sayline.ContactBroken {
		w.Errorf("gone and failed it is %s", show(got))
	}
	if got := w.note(k, "", "nothing"); got.Failures != 2 {
		w.Errorf("told nothing it is %s", show(got))
	}
	if got := w.note(k, sayline.ContactReached, ""); got.State != sayline.ContactOK {
		w.Errorf("healed it is %s", show(got))
	}
	c := sayline.EventContactChanged
	same(w, "events", w.types(before), c+" "+c+" "+c+" "+c)
}

func healthWithPage(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.fire(m.Case, w.mail("lucia"))
	p := w.lease()
	note := store.ContactNote{Person: "lucia", Contact: sayline.Contact{Channel: p.Channel, Address: p.Address}, Told: sayline.ContactGone, Detail: "no such mailbox", Listed: true}
	w.must(w.ReportPages(w.ctx(), w.brand, []store.PageReport{{Page: p, State: sayline.PageFailed, Outcome: "gone", Zone: madrid, Contact: note}}))
	list := w.contacts()
	if len(list) != 1 || list[0].State != sayline.ContactBroken || list[0].Person != "lucia" || list[0].Address != p.Address || list[0].Detail != "no such mailbox" || list[0].Own() {
		w.Errorf("the contact is %s", show(list))
	}
}

func healthOfListed(w *world) {
	listed := w.own("lucia", "lucia@sparkle.example")
	listed.Account = ""
	w.note(listed, sayline.ContactReached, "")
	same(w, "listed", len(w.contacts()), 1)
	gone := w.phone("lucia", "https://push.example/1")
	w.must(w.NoteContacts(w.ctx(), w.brand, []store.ContactNote{{Person: "lucia", Contact: gone.Contact, Told: sayline.ContactReached}}))
	same(w, "with one taken away", len(w.contacts()), 1)
	w.must(w.RemoveContact(w.ctx(), w.brand, "lucia", listed.ID)) // the brand file's stay
	same(w, "after taking that of the brand file away", len(w.contacts()), 1)
	w.refused(w.NewCode(w.ctx(), w.brand, "lucia", listed.ID, "h", w.clock.Now().Add(time.Hour)), sayline.NotFound)
}

func tellsOfBroken(old *world) {
	w := old.alone()
	k, fine := w.phone("lucia", "https://push.example/1"), w.own("marco", "marco@home.example")
	w.register(k)
	w.register(fine)
	take := func() []sayline.KnownContact {
		list, err := w.TakeBroken(w.ctx())
		w.must(err)
		return list
	}
	same(w, "none broke", len(take()), 0)
	w.note(k, sayline.ContactGone, "answered 410")
	if list := take(); len(list) != 1 || list[0].Brand != w.brand || list[0].ID != k.ID || list[0].Person != "lucia" {
		w.Errorf("broke: %s", show(list))
	}
	w.note(k, sayline.ContactGone, "answered 410")
	same(w, "told once", len(take()), 0)
	w.note(k, sayline.ContactReached, "")
	w.note(k, sayline.ContactGone, "answered 404")
	same(w, "broke again", len(take()), 1)
}

func arrangesContacts(w *world) {
	listed, own := w.own("lucia", "lucia@sparkle.example"), w.phone("lucia", "https://push.example/1")
	listed.Account = ""
	w.register(own)
	listed.Rank, listed.Urgent, own.Rank = 2, true, 1
	gone := w.own("lucia", "taken@away.example")
	w.must(w.ArrangeContacts(w.ctx(), w.brand, "lucia", []sayline.KnownContact{own, listed, gone}))
	list := w.contacts()
	if len(list) != 2 || list[0].Channel != sayline.ByEmail || list[0].Rank != 2 || !list[0].Urgent || list[1].Rank != 1 || list[1].Urgent {
		w.Errorf("arranged they are %s", show(list))
	}
}

func setsQuiet(w *world) {
	read := func() map[string]sayline.QuietHours {
		q, err := w.Quiets(w.ctx(), w.brand)
		w.must(err)
		return q
	}
	night := sayline.QuietHours{From: 22 * 60, Until: 7 * 60, Zone: "Europe/Madrid"}
	w.must(w.SetQuiet(w.ctx(), w.brand, "lucia", night))
	same(w, "quiet", read(), map[string]sayline.QuietHours{"lucia": night})
	night.Until = 8 * 60
	w.must(w.SetQuiet(w.ctx(), w.brand, "lucia", night))
	same(w, "quiet, changed", read(), map[string]sayline.QuietHours{"lucia": night})
	w.must(w.SetQuiet(w.ctx(), w.brand, "lucia", sayline.QuietHours{}))
	same(w, "quiet, ended", read(), map[string]sayline.QuietHours{})
	c := sayline.EventContactChanged
	same(w, "events", w.types(0), c+" "+c+" "+c)
}

func opensAndActs(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.fire(m.Case, w.mail("lucia"))
	p := w.lease()
	w.report(p, sayline.PageAccepted, 0)
	read := func() sayline.Page {
		got, err := w.Page(w.ctx(), w.brand, p.ID)
		w.must(err)
		return got
	}
	shown := w.clock.Now()
	w.must(w.Delivered(w.ctx(), w.brand, p.ID, "lucia", madrid))
	w.clock.Move(time.Second)
	opened := w.clock.Now()
	w.must(w.Opened(w.ctx(), w.brand, p.ID))
	if got := read(); got.State != sayline.PageOpened || !got.OpenedAt.Equal(opened) || !got.DeliveredAt.Equal(shown) {
		w.Errorf("opened it is %s", show(got))
	}
	w.clock.Move(time.Second)
	w.must(w.Opened(w.ctx(), w.brand, p.ID)) // again
	act := w.act(m.Case, "lucia")
	act.Way, act.Page = "push", p.ID
	w.must(w.Acknowledge(w.ctx(), act, 1))
	acted := w.clock.Now()
	w.clock.Move(time.Second)
	w.must(w.Acknowledge(w.ctx(), act, 1))
	w.must(w.Opened(w.ctx(), w.brand, p.ID))
	if got := read(); got.State != sayline.PageActed || !got.ActedAt.Equal(acted) || !got.OpenedAt.Equal(opened) {
		w.Errorf("acted by it is %s", show(got))
	}
	other := w.say("k2", urgency(sayline.Urgent))
	w.fire(other.Case, w.mail("lucia"))
	wrong := w.act(other.Case, "marco")
	wrong.Page = w.pages(other.Case)[0].ID
	w.must(w.Acknowledge(w.ctx(), wrong, 1))
	if got := w.pages(other.Case)[0]; !got.ActedAt.IsZero() {
		w.Errorf("somebody else acted by it: %s", show(got))
	}
}

func renewsBrowser(old *world) {
	w := old.alone()
	sub := func(n, auth string) sayline.Subscription {
		return sayline.Subscription{Endpoint: "https://push.example/" + w.brand + n, Keys: sayline.SubscriptionKeys{Auth: auth, P256dh: "point"}}
	}
	first, second := sub("1", "secret"), sub("2", "other")
	k := w.phone("lucia", first.Endpoint)
	k.Keys, k.Rank, k.Urgent = `{"endpoint":"`+first.Endpoint+`","keys":{"auth":"secret","p256dh":"point"}}`, 3, true
	w.register(k)
	m := w.say("k", urgency(sayline.Urgent))
	p := w.page("lucia", sayline.ByPush)
	p.Address = k.Address
	w.fire(m.Case, p)
	for _, wrong := range []sayline.Subscription{sub("1", "guess"), sub("1", ""), sub("3", "secret")} {
		_, err := w.RenewBrowser(w.ctx(), wrong, &second)
		w.refused(err, sayline.NotFound)
		_, err = w.RenewBrowser(w.ctx(), wrong, nil)
		w.refused(err, sayline.NotFound)
	}
	same(w, "by wrong keys", w.contacts()[0].Address, k.Address)
	got, err := w.RenewBrowser(w.ctx(), first, &second)
	w.must(err)
	list := w.contacts()
	if id := sayline.ContactID(sayline.ByPush, second.Endpoint); len(got) != 1 || got[0].ID != id || len(list) != 1 || list[0].ID != id || list[0].Address != id || !strings.Contains(list[0].Keys, second.Endpoint) ||
		list[0].Rank != 3 || !list[0].Urgent || list[0].Label != k.Label || list[0].Account != k.Account || w.pages(m.Case)[0].Address != id {
		w.Errorf("it is %s, its page %s", show(list), show(w.pages(m.Case)))
	}
	_, err = w.RenewBrowser(w.ctx(), first, &second)
	w.refused(err, sayline.NotFound)
	_, err = w.RenewBrowser(w.ctx(), second, &second) // told twice
	w.must(err)
	_, err = w.RenewBrowser(w.ctx(), second, nil)
	w.must(err)
	if list := w.contacts(); len(list) != 1 || list[0].State != sayline.ContactBroken {
		w.Errorf("without another it is %s", show(list))
	}
}

// opensOnTheDesk: who has opened the case has opened what told them of it, not
// what is still on its way, and not what told others.
func opensOnTheDesk(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	const slow = "slow"
	w.fire(m.Case, w.mail("lucia"), w.mail("marco"), w.page("lucia", slow))
	for _, p := range w.leased(2) {
		w.report(p, sayline.PageAccepted, 0)
	}
	read := func(person, channel string) (opened []time.Time) {
		for _, p := range w.pages(m.Case) {
			if p.Person == person && p.Channel == channel {
				opened = append(opened, p.OpenedAt)
			}
		}
		return opened
	}
	w.clock.Move(time.Second)
	at := w.clock.Now()
	w.must(w.Seen(w.ctx(), w.act(m.Case, "lucia")))
	w.clock.Move(time.Second)
	w.must(w.Seen(w.ctx(), w.act(m.Case, "lucia")))
	same(w, "hers", read("lucia", w.channel()), []time.Time{at})
	same(w, "hers that is on its way", read("lucia", slow), []time.Time{{}})
	same(w, "his", read("marco", w.channel()), []time.Time{{}})
	w.must(w.Seen(w.ctx(), w.act(m.Case, "marco"))) // the case is seen long since
	same(w, "his, a second later", read("marco", w.channel()), []time.Time{w.clock.Now()})
}

func takesOver(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	act := func(person string, over bool) {
		a := w.act(m.Case, person)
		a.Over = over
		w.must(w.Acknowledge(w.ctx(), a, 1))
	}
	act("lucia", false)
	act("marco", true)
	act("lucia", false) // the same button, pressed again late
	if c := w.theCase(m.Case); c.Owner != "marco" {
		w.Errorf("it is with %s", c.Owner)
	}
	act("lucia", true)
	act("lucia", true)
	if c := w.theCase(m.Case); c.Owner != "lucia" || c.State != sayline.CaseAcknowledged {
		w.Errorf("it is %s", show(c))
	}
}

func takesShown(old *world) {
	w := old.alone() // others may push, too
	m := w.say("k", urgency(sayline.Urgent))
	push := w.page("lucia", sayline.ByPush)
	w.fire(m.Case, push, w.page("marco", sayline.ByPush), w.mail("lucia"))
	list, err := w.LeasePages(w.ctx(), sayline.ByPush, 1)
	w.must(err)
	w.report(list[0], sayline.PageAccepted, 0)
	take := func() []sayline.Page {
		list, err := w.TakeShown(w.ctx(), w.brand, m.Case, w.clock.Now())
		w.must(err)
		return list
	}
	if got := take(); len(got) != 1 || got[0].ID != list[0].ID {
		w.Errorf("shown are %s", show(got))
	}
	same(w, "taken again", len(take()), 0)
	w.clock.Move(time.Second)
	same(w, "once somebody else is on it", len(take()), 1)
}

// countsContactCalls: of an account, to an address and at a brand, each by itself,
// for a day from each call on; one that is too many is not counted.
func countsContactCalls(old *world) {
	w, most := old.alone(), store.ContactCalls{Account: 3, Address: 2, Brand: 5}
	call := func(account, address, want string) time.Duration {
		w.Helper()
		over, wait, err := w.CountContactCall(w.ctx(), store.ContactCall{Brand: w.brand, ID: w.id(), Account: w.address(account), Address: w.address(address)}, most)
		w.must(err)
		if over != want || (wait > 0) != (want != "") {
			w.Errorf("%s to %s: over %q, wait %s; want %q", account, address, over, wait, want)
		}
		return wait
	}
	call("lucia", "one", "")
	w.clock.Move(time.Hour)
	call("marco", "one", "")
	if wait := call("ana", "one", store.MostOfAddress); wait != 23*time.Hour {
		w.Errorf("to one address again after %s", wait)
	}
	call("lucia", "two", "")
	call("lucia", "three", "")
	call("lucia", "four", store.MostOfAccount)
	call("ana", "four", "")
	call("ana", "five", store.MostOfBrand)
	w.clock.Move(23 * time.Hour)
	call("lucia", "one", "")
	call("lucia", "two", store.MostOfAccount)
	w.clock.Move(25 * time.Hour)
	w.must(w.Tidy(w.ctx(), w.brand))
	if rows := w.everything("contact_call"); len(rows) != 0 {
		w.Errorf("two days later there is %v", rows)
	}
}
