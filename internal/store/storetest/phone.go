package storetest

import (
	"sync/atomic"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var phoneBehaviours = []behaviour{
	{"a phone is enrolled once, in its time", enrols},
	{"a new code takes the phone from the device that was it", enrolsAnew},
	{"one person has a phone at a time, and is on duty as long", takes},
	{"of many who take it at once, one has it", takesTogether},
	{"a revoked phone is in nobody's hand", revokesPhone},
	{"a PIN is tried so often, and each try waits longer", triesPIN},
	{"many tries at once are counted one by one", triesPINTogether},
	{"a new PIN forgives, and takes the phone away", setsPIN},
	{"who signed in on a phone is signed out with it", signsOutWithPhone},
	{"who had a phone, and whose PIN it was, is forgotten in time", forgetsHolds},
}

// shared makes a phone of the crew in Madrid and enrols it.
func (w *world) shared() sayline.Phone {
	w.Helper()
	p := sayline.Phone{Brand: w.brand, ID: w.id(), Name: "Front desk", Team: "crew", Place: "madrid", MadeBy: "elena"}
	w.must(w.MakePhone(w.ctx(), p, "code of "+p.ID))
	enrolled, err := w.EnrolPhone(w.ctx(), w.brand, "code of "+p.ID, "token of "+p.ID)
	w.must(err)
	return *enrolled
}

func (w *world) take(p sayline.Phone, person string, on bool) sayline.Hold {
	w.Helper()
	h := sayline.Hold{Brand: w.brand, ID: w.id(), Phone: p.ID, Person: person, On: on, Until: w.clock.Now().Add(sayline.HoldMost)}
	w.must(w.TakePhone(w.ctx(), h, "madrid", "held "+h.ID))
	h.From = w.clock.Now()
	return h
}

func (w *world) inNoHand(h sayline.Hold) {
	w.Helper()
	_, err := w.HeldBy(w.ctx(), w.brand, "held "+h.ID, w.clock.Now())
	w.refused(err, sayline.NotFound)
}

func enrols(w *world) {
	p := sayline.Phone{Brand: w.brand, ID: w.id(), Name: "Front desk", Team: "crew", Place: "madrid", MadeBy: "elena"}
	w.must(w.MakePhone(w.ctx(), p, "code"))
	p.MadeAt, p.CodeUntil = w.clock.Now(), w.clock.Now().Add(sayline.PhoneCodeLife)
	got, err := w.PhoneByCode(w.ctx(), w.brand, "code", p.CodeUntil.Add(-time.Microsecond))
	w.must(err)
	same(w, "the phone", *got, p)
	_, err = w.PhoneByCode(w.ctx(), w.brand, "code", p.CodeUntil)
	w.refused(err, sayline.NotFound)
	_, err = w.EnrolPhone(w.ctx(), w.brand, "another", "token")
	w.refused(err, sayline.NotFound)
	_, err = w.EnrolPhone(w.ctx(), w.brand, "", "token")
	w.refused(err, sayline.NotFound)
	var enrolled atomic.Int32
	w.together(4, func(int) error {
		_, err := w.EnrolPhone(w.ctx(), w.brand, "code", "token")
		if err == nil {
			enrolled.Add(1)
		} else if sayline.KindOf(err) != sayline.NotFound {
			return err
		}
		return nil
	})
	if enrolled.Load() != 1 {
		w.Errorf("%d devices are one phone", enrolled.Load())
	}
	p.CodeUntil, p.EnrolledAt = time.Time{}, w.clock.Now()
	got, err = w.PhoneByToken(w.ctx(), w.brand, "token")
	w.must(err)
	same(w, "enrolled", *got, p)
	for _, token := range []string{"", "code", "another"} {
		_, err = w.PhoneByToken(w.ctx(), w.brand, token)
		w.refused(err, sayline.NotFound)
	}
	late := sayline.Phone{Brand: w.brand, ID: w.id(), Name: "Bar", Team: "crew"}
	w.must(w.MakePhone(w.ctx(), late, "late"))
	w.clock.Move(sayline.PhoneCodeLife)
	_, err = w.EnrolPhone(w.ctx(), w.brand, "late", "other")
	w.refused(err, sayline.NotFound)
}

func enrolsAnew(w *world) {
	p := w.shared()
	h := w.take(p, "lucia", false)
	w.must(w.RecodePhone(w.ctx(), w.brand, p.ID, "second"))
	_, err := w.HeldBy(w.ctx(), w.brand, "held "+h.ID, w.clock.Now())
	w.must(err) // until the code is used all stays as it is
	w.clock.Move(time.Minute)
	_, err = w.EnrolPhone(w.ctx(), w.brand, "second", "another token")
	w.must(err)
	w.inNoHand(h)
	_, err = w.PhoneByToken(w.ctx(), w.brand, "token of "+p.ID)
	w.refused(err, sayline.NotFound)
	list, err := w.Phones(w.ctx(), w.brand)
	w.must(err)
	if len(list) != 1 || !list[0].EnrolledAt.Equal(w.clock.Now()) {
		w.Errorf("phones %s", show(list))
	}
	w.refused(w.RecodePhone(w.ctx(), w.brand, "nothing", "x"), sayline.NotFound)
}

func takes(w *world) {
	p := w.shared()
	other := w.on("lucia", "sevilla") // of hers, begun elsewhere: it goes on
	first := w.take(p, "lucia", true)
	held, err := w.HeldBy(w.ctx(), w.brand, "held "+first.ID, first.Until.Add(-time.Microsecond))
	w.must(err)
	same(w, "held", held.Hold, first)
	same(w, "phone", held.Phone, p)
	_, err = w.HeldBy(w.ctx(), w.brand, "held "+first.ID, first.Until)
	w.refused(err, sayline.NotFound)
	same(w, "on duty", len(w.onDuty(w.clock.Now())), 2)
	w.clock.Move(time.Minute)
	second := w.take(p, "marco", false)
	w.inNoHand(first)
	same(w, "on duty after it was handed over", w.onDuty(w.clock.Now()), []sayline.OnDuty{other})
	last, err := w.Holders(w.ctx(), w.brand)
	w.must(err)
	same(w, "who has it", last, map[string]sayline.Hold{p.ID: second})
	w.clock.Move(time.Minute)
	w.must(w.PutDownPhone(w.ctx(), w.brand, p.ID))
	w.must(w.PutDownPhone(w.ctx(), w.brand, p.ID))
	w.inNoHand(second)
	last, err = w.Holders(w.ctx(), w.brand)
	w.must(err)
	second.Until = w.clock.Now()
	same(w, "who had it", last, map[string]sayline.Hold{p.ID: second})
	w.refused(w.TakePhone(w.ctx(), sayline.Hold{Brand: w.brand, ID: w.id(), Phone: "nothing", Person: "lucia"}, "", "x"), sayline.NotFound)
}

func takesTogether(w *world) {
	p := w.shared()
	ids := []string{w.id(), w.id(), w.id(), w.id(), w.id(), w.id()}
	until := w.clock.Now().Add(time.Hour)
	w.together(len(ids), func(i int) error {
		return w.TakePhone(w.ctx(), sayline.Hold{Brand: w.brand, ID: ids[i], Phone: p.ID, Person: "lucia", On: true, Until: until}, "madrid", "held "+ids[i])
	})
	now, having := w.clock.Now(), 0
	for _, id := range ids {
		if _, err := w.HeldBy(w.ctx(), w.brand, "held "+id, now); err == nil {
			having++
		}
	}
	same(w, "who have it", having, 1)
	same(w, "on duty", len(w.onDuty(now)), 1)
}

func revokesPhone(w *world) {
	p := w.shared()
	h := w.take(p, "lucia", true)
	w.clock.Move(time.Minute)
	w.must(w.RevokePhone(w.ctx(), w.brand, p.ID, "elena"))
	w.refused(w.RevokePhone(w.ctx(), w.brand, p.ID, "elena"), sayline.NotFound)
	w.inNoHand(h)
	same(w, "on duty", w.onDuty(w.clock.Now()), nil)
	for _, token := range []string{"token of " + p.ID, ""} {
		_, err := w.PhoneByToken(w.ctx(), w.brand, token)
		w.refused(err, sayline.NotFound)
	}
	w.refused(w.TakePhone(w.ctx(), sayline.Hold{Brand: w.brand, ID: w.id(), Phone: p.ID, Person: "marco"}, "", "x"), sayline.NotFound)
	w.refused(w.RecodePhone(w.ctx(), w.brand, p.ID, "again"), sayline.NotFound)
	list, err := w.Phones(w.ctx(), w.brand)
	w.must(err)
	if len(list) != 1 || list[0].RevokedBy != "elena" || !list[0].RevokedAt.Equal(w.clock.Now()) {
		w.Errorf("phones %s", show(list))
	}
}

// tryPIN is one try, and what came of it.
func (w *world) tryPIN(person string) (hash string, wait time.Duration, locked bool) {
	w.Helper()
	hash, wait, locked, err := w.TryPIN(w.ctx(), w.brand, person)
	w.must(err)
	return hash, wait, locked
}

func triesPIN(w *world) {
	w.must(w.SetPIN(w.ctx(), w.brand, "lucia", "hash"))
	for person, want := range map[string]string{"lucia": "hash", "nobody": ""} {
		for wrong := 1; wrong <= sayline.PINTries; wrong++ {
			if hash, wait, locked := w.tryPIN(person); hash != want || wait != 0 || locked {
				w.Fatalf("%s, try %d: %q, wait %v, locked %v", person, wrong, hash, wait, locked)
			}
			next := sayline.PINWait(wrong)
			if wrong == sayline.PINTries {
				break
			}
			if next > 0 {
				w.clock.Move(next - time.Second)
				if _, wait, locked := w.tryPIN(person); wait != time.Second || locked {
					w.Fatalf("%s, too soon after %d: wait %v, locked %v", person, wrong, wait, locked)
				}
				w.clock.Move(time.Second)
			}
		}
		w.clock.Move(24 * time.Hour)
		if _, _, locked := w.tryPIN(person); !locked {
			w.Errorf("%s may go on after %d tries", person, sayline.PINTries)
		}
	}
}

func triesPINTogether(w *world) {
	w.must(w.SetPIN(w.ctx(), w.brand, "lucia", "hash"))
	var counted atomic.Int32
	w.together(12, func(int) error {
		_, wait, locked, err := w.TryPIN(w.ctx(), w.brand, "lucia")
		if err == nil && wait == 0 && !locked {
			counted.Add(1)
		}
		return err
	})
	same(w, "tries at once", int(counted.Load()), sayline.PINFree)
}

func setsPIN(w *world) {
	if at, err := w.PINSetAt(w.ctx(), w.brand, "lucia"); err != nil || !at.IsZero() {
		w.Errorf("nobody's PIN was set at %v, %v", at, err)
	}
	p := w.shared()
	h := w.take(p, "lucia", true)
	for range sayline.PINFree {
		w.tryPIN("lucia")
	}
	w.clock.Move(time.Second)
	w.must(w.SetPIN(w.ctx(), w.brand, "lucia", "new"))
	w.inNoHand(h)
	same(w, "on duty", w.onDuty(w.clock.Now()), nil)
	if hash, wait, _ := w.tryPIN("lucia"); hash != "new" || wait != 0 {
		w.Errorf("then a try finds %q and waits %v", hash, wait)
	}
	if at, err := w.PINSetAt(w.ctx(), w.brand, "lucia"); err != nil || !at.Equal(w.clock.Now()) {
		w.Errorf("it was set at %v, %v", at, err)
	}
	for range 2 {
		w.tryPIN("lucia")
	}
	w.take(p, "lucia", false)
	if _, wait, _ := w.tryPIN("lucia"); wait != 0 {
		w.Errorf("after the right one the next waits %v", wait)
	}
}

func signsOutWithPhone(w *world) {
	p, other := w.shared(), w.shared()
	email := w.address("marco")
	w.must(w.CreateAccount(w.ctx(), store.Account{Email: email}))
	until := w.clock.Now().Add(time.Hour)
	signedIn := func(token string, on bool) {
		w.Helper()
		if _, err := w.Session(w.ctx(), w.address(token), w.clock.Now()); (err == nil) != on {
			w.Errorf("%s: signed in: %v", token, err)
		}
	}
	w.must(w.CreateSession(w.ctx(), w.address("own device"), email, until))
	w.must(w.CreateSessionOn(w.ctx(), &other, w.address("another phone"), email, until))
	for how, end := range map[string]func() error{
		"handed over":          func() error { return w.PutDownPhone(w.ctx(), w.brand, p.ID) },
		"taken":                func() error { w.take(p, "lucia", false); return nil },
		"signed in by another": func() error { return w.CreateSessionOn(w.ctx(), &p, w.address("later"), email, until) },
	} {
		w.clock.Move(time.Second)
		h := w.take(p, "lucia", true)
		w.must(w.CreateSessionOn(w.ctx(), &p, w.address(how), email, until))
		w.inNoHand(h)
		signedIn(how, true)
		w.must(end())
		signedIn(how, false)
	}
	w.must(w.CreateSessionOn(w.ctx(), &p, w.address("revoked"), email, until))
	w.must(w.RevokePhone(w.ctx(), w.brand, p.ID, "elena"))
	signedIn("revoked", false)
	signedIn("own device", true)
	signedIn("another phone", true)
	w.refused(w.CreateSessionOn(w.ctx(), &sayline.Phone{Brand: w.brand, ID: "nothing"}, w.address("nowhere"), email, until), sayline.NotFound)
}

func forgetsHolds(old *world) {
	w := old.alone()
	p := w.shared()
	w.take(p, "lucia", false)
	w.must(w.SetPIN(w.ctx(), w.brand, "lucia", "hash"))
	w.must(w.SetPIN(w.ctx(), w.brand, "marco", "hash"))
	w.tryPIN("nobody")
	left := func(table string, want int) {
		w.Helper()
		if rows := w.everything(table); len(rows) != want {
			w.Errorf("%s has %v", table, rows)
		}
	}
	w.must(w.Tidy(w.ctx(), w.brand))
	left("hold", 1)
	left("pin", 3)
	w.clock.Move(25 * time.Hour)
	w.must(w.Tidy(w.ctx(), w.brand))
	left("hold", 1)
	left("pin", 2)
	w.must(w.ForgetPINs(w.ctx(), w.brand, []string{"lucia", "marco"}))
	left("pin", 2)
	w.must(w.ForgetPINs(w.ctx(), w.brand, []string{"lucia"}))
	left("pin", 1)
	w.clock.Move(91 * day)
	w.must(w.Tidy(w.ctx(), w.brand))
	left("hold", 0)
	left("phone", 1)
}
