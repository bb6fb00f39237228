package storetest

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var accountBehaviours = []behaviour{
	{"an account comes back, and its address is its own", createsAccount},
	{"of many first accounts, on any process, one is made", firstAccount},
	{"a session lasts until its end", sessions},
	{"a new password ends what was signed in", setsPassword},
	{"an invitation is used once, in its time", invites},
}

// address is an e-mail address of this test's own: accounts are of the house.
func (w *world) address(name string) string { return name + "@" + w.brand + ".example" }

func createsAccount(w *world) {
	a := store.Account{Email: w.address("lucia"), Name: "Lucía", Password: "$argon2id$…", Operator: true}
	w.must(w.CreateAccount(w.ctx(), a))
	got, err := w.Account(w.ctx(), a.Email)
	w.must(err)
	a.CreatedAt = w.clock.Now()
	same(w, "account", *got, a)
	w.refused(w.CreateAccount(w.ctx(), store.Account{Email: a.Email, Name: "Other"}), sayline.Conflict)
	if again, err := w.Account(w.ctx(), a.Email); err != nil || again.Name != "Lucía" {
		w.Errorf("%s, %v", show(again), err)
	}
	_, err = w.Account(w.ctx(), w.address("nobody"))
	w.refused(err, sayline.NotFound)
	has, err := w.HasAccount(w.ctx(), []string{a.Email, w.address("nobody")})
	w.must(err)
	if !has[a.Email] || has[w.address("nobody")] {
		w.Errorf("has %v", has)
	}
}

func firstAccount(old *world) {
	w := old.alone()
	if has, err := w.HasAccounts(w.ctx()); err != nil || has {
		w.Fatalf("a new house has accounts: %v, %v", has, err)
	}
	stores := []*store.Store{w.Store, OpenStore(w.T, w.url, w.clock.Now), OpenStore(w.T, w.url, w.clock.Now)}
	var made atomic.Int32
	w.together(12, func(i int) error {
		err := stores[i%len(stores)].CreateFirstAccount(w.ctx(), store.Account{Email: w.address(fmt.Sprint("owner-", i)), Operator: true})
		if err == nil {
			made.Add(1)
		} else if sayline.KindOf(err) != sayline.Conflict {
			return err
		}
		return nil
	})
	if made.Load() != 1 {
		w.Errorf("%d people set the house up", made.Load())
	}
	if has, err := w.HasAccounts(w.ctx()); err != nil || !has {
		w.Errorf("it has accounts: %v, %v", has, err)
	}
}

func sessions(w *world) {
	email := w.address("lucia")
	w.must(w.CreateAccount(w.ctx(), store.Account{Email: email}))
	until := w.clock.Now().Add(time.Hour)
	w.must(w.CreateSession(w.ctx(), w.address("token"), email, until))
	got, err := w.Session(w.ctx(), w.address("token"), until.Add(-time.Microsecond))
	w.must(err)
	if got.Email != email {
		w.Errorf("it is %s's", got.Email)
	}
	for token, now := range map[string]time.Time{w.address("token"): until, w.address("wrong"): w.clock.Now(), "": w.clock.Now()} {
		_, err := w.Session(w.ctx(), token, now)
		w.refused(err, sayline.NotFound)
	}
	w.must(w.EndSession(w.ctx(), w.address("token")))
	w.must(w.EndSession(w.ctx(), w.address("token")))
	_, err = w.Session(w.ctx(), w.address("token"), w.clock.Now())
	w.refused(err, sayline.NotFound)
}

func setsPassword(w *world) {
	one, other := w.address("lucia"), w.address("marco")
	for _, email := range []string{one, other} {
		w.must(w.CreateAccount(w.ctx(), store.Account{Email: email, Password: "old"}))
		w.must(w.CreateSession(w.ctx(), "session of "+email, email, w.clock.Now().Add(time.Hour)))
	}
	w.must(w.SetPassword(w.ctx(), one, "new"))
	if got, err := w.Account(w.ctx(), one); err != nil || got.Password != "new" {
		w.Errorf("%s, %v", show(got), err)
	}
	_, err := w.Session(w.ctx(), "session of "+one, w.clock.Now())
	w.refused(err, sayline.NotFound)
	_, err = w.Session(w.ctx(), "session of "+other, w.clock.Now())
	w.must(err)
	w.refused(w.SetPassword(w.ctx(), w.address("nobody"), "new"), sayline.NotFound)
}

func invites(w *world) {
	email, token := w.address("lucia"), w.address("token")
	until := w.clock.Now().Add(time.Hour)
	w.must(w.Invite(w.ctx(), w.address("first"), email, until))
	w.must(w.Invite(w.ctx(), token, email, until))
	_, err := w.Invited(w.ctx(), w.address("first"), w.clock.Now())
	w.refused(err, sayline.NotFound) // the later one ended it
	if got, err := w.Invited(w.ctx(), token, until.Add(-time.Microsecond)); err != nil || got != email {
		w.Errorf("it is for %q, %v", got, err)
	}
	_, err = w.Invited(w.ctx(), token, until)
	w.refused(err, sayline.NotFound)
	var joined atomic.Int32
	w.together(5, func(int) error {
		_, err := w.Join(w.ctx(), token, "Lucía", "secret")
		if err == nil {
			joined.Add(1)
		} else if sayline.KindOf(err) != sayline.NotFound {
			return err
		}
		return nil
	})
	got, err := w.Account(w.ctx(), email)
	w.must(err)
	if joined.Load() != 1 || got.Password != "secret" || got.Name != "Lucía" || got.Operator {
		w.Errorf("%d joined: %s", joined.Load(), show(got))
	}
	w.must(w.CreateSession(w.ctx(), w.address("session"), email, until))
	w.must(w.Invite(w.ctx(), w.address("again"), email, until))
	_, err = w.Join(w.ctx(), w.address("again"), "Other", "another")
	w.must(err)
	if got, err := w.Account(w.ctx(), email); err != nil || got.Password != "another" || got.Name != "Lucía" {
		w.Errorf("%s, %v", show(got), err)
	}
	_, err = w.Session(w.ctx(), w.address("session"), w.clock.Now())
	w.refused(err, sayline.NotFound)
	w.must(w.Invite(w.ctx(), w.address("late"), email, until))
	w.clock.Move(time.Hour)
	_, err = w.Join(w.ctx(), w.address("late"), "Late", "late")
	w.refused(err, sayline.NotFound)
}
