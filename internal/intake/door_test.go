package intake_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
)

// onBoth tries something at the door of both engines.
func onBoth(t *testing.T, f func(*entrance)) {
	for name, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) { f(enter(t, database(t))) })
	}
}

// entrance is a door with a brand before it and a clock that stands still.
type entrance struct {
	*testing.T
	*intake.Door
	store    *store.Store
	brand    *brands.Snapshot
	clock    *storetest.Clock
	database string
}

// enter opens a door for [private], on a Sunday morning.
func enter(t *testing.T, database string) *entrance {
	t.Helper()
	clock := storetest.NewClock(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	s := storetest.OpenStore(t, database, clock.Now)
	return &entrance{t, intake.New(s, clock.Now, rand.Reader), s, brands.New(1, private(), nil), clock, database}
}

// private is the shop with a lane, and a rule for good faces.
func private() *sayline.Config {
	c := shop()
	c.Lanes = []sayline.Lane{{ID: "people", Label: sayline.Plain("People"), See: []string{"lucia"}}}
	c.Topics = append(c.Topics, sayline.Topic{ID: "mean", Kind: "problem", Label: sayline.Plain("Somebody was mean"), Lane: "people"},
		sayline.Topic{ID: "idea", Kind: "idea", Label: sayline.Plain("An idea")})
	c.Places = append(c.Places, sayline.Place{ID: "sevilla", Name: sayline.Plain("Sevilla"), Level: "region"}, sayline.Place{ID: "feria", Name: sayline.Plain("Feria"), Parent: "sevilla", Level: "shop"})
	c.Touchpoints = append(c.Touchpoints, sayline.Touchpoint{ID: "s4", Name: sayline.Plain("Shelf 4"), Channel: "shelf", Stage: "decides", Place: "feria"})
	c.Routes = append(c.Routes, sayline.Rule{When: sayline.Match{Feelings: []int{5}}, To: "distribution", Urgency: "none"})
	return c
}

func (e *entrance) ctx() context.Context { return e.T.Context() }

func submission(edit ...func(*sayline.Moment)) intake.Submission {
	s := intake.Submission{Key: key(), Digest: sha256.Sum256([]byte("body")), More: true,
		Moment: sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Touchpoint: "k7f3", Source: "qr"}}}
	for _, f := range edit {
		f(&s.Moment)
	}
	return s
}

func (e *entrance) accept(edit ...func(*sayline.Moment)) *intake.Accepted {
	e.Helper()
	a, err := e.Accept(e.ctx(), e.brand, submission(edit...))
	e.must(err)
	return a
}

func (e *entrance) receipt(secret string) *intake.Receipt {
	e.Helper()
	r, err := e.Receipt(e.ctx(), e.brand, secret)
	e.must(err)
	return r
}

func (e *entrance) must(err error) {
	e.Helper()
	if err != nil {
		e.Fatal(err)
	}
}

func (e *entrance) refused(err error, kind sayline.Kind) {
	e.Helper()
	if got := sayline.KindOf(err); got != kind {
		e.Fatalf("got %q (%v), want %q", got, err, kind)
	}
}

func (e *entrance) act(c string) store.Act {
	return store.Act{Brand: e.brand.ID, Case: c, Person: "lucia", Way: "desk", Zone: e.brand.Location()}
}

func (e *entrance) whole() {
	e.Helper()
	for _, fault := range storetest.Audit(e.ctx(), storetest.Plain(e.T, e.database), e.brand.ID) {
		e.Error(fault)
	}
}

func ptr[T any](v T) *T { return &v }

func TestOnceAndOnlyOnce(t *testing.T) {
	onBoth(t, func(e *entrance) {
		s := submission()
		first, err := e.Accept(e.ctx(), e.brand, s)
		e.must(err)
		if first.Replay || first.Secret == "" || first.Moment.Case == "" || !first.OnDuty {
			e.Errorf("accepted %+v", first)
		}
		e.clock.Move(time.Hour)
		again, err := e.Accept(e.ctx(), e.brand, s)
		e.must(err)
		if !again.Replay || again.Moment.ID != first.Moment.ID || again.Moment.Reference != first.Moment.Reference || again.Secret != first.Secret || !again.Moment.ReceivedAt.Equal(first.Moment.ReceivedAt) {
			e.Errorf("a repeat gave %+v, the first %+v", again, first)
		}
		other := s
		other.Digest = sha256.Sum256([]byte("another body"))
		_, err = e.Accept(e.ctx(), e.brand, other)
		e.refused(err, sayline.AtFault)
		if !e.KnownKey(e.ctx(), e.brand, s.Key) || e.KnownKey(e.ctx(), e.brand, key()) {
			e.Error("keys are not known for what they are")
		}
		e.must(e.Withdraw(e.ctx(), e.brand, first.Secret))
		_, err = e.Accept(e.ctx(), e.brand, s)
		e.refused(err, sayline.Gone)
		_, err = e.Receipt(e.ctx(), e.brand, first.Secret)
		e.refused(err, sayline.NotFound)
		e.whole()
	})
}

func TestTwentyParallelPosts(t *testing.T) {
	onBoth(t, func(e *entrance) {
		s := submission()
		var all sync.WaitGroup
		got := make([]*intake.Accepted, 20)
		for i := range got {
			all.Go(func() {
				a, err := e.Accept(e.ctx(), e.brand, s)
				if err != nil {
					e.Error(err)
					return
				}
				got[i] = a
			})
		}
		all.Wait()
		for _, a := range got {
			if a == nil || a.Moment.ID != got[0].Moment.ID || a.Secret != got[0].Secret || a.Moment.Reference != got[0].Moment.Reference {
				e.Fatalf("got %+v and %+v", got[0], a)
			}
		}
		if n := e.receipt(got[0].Secret).Together; n != 1 {
			e.Errorf("twenty posts are %d moments", n)
		}
		e.whole()
	})
}

// Secrets belong to a brand, a key and a body, and to this database.
func TestSecretsDiffer(t *testing.T) {
	// A file of its own: copies of one database have its key.
	e, other := enter(t, storetest.SQLite(t)), enter(t, filepath.Join(t.TempDir(), "other.db"))
	seen := map[string]string{}
	note := func(what string, a *intake.Accepted, err error) {
		e.must(err)
		secret := a.Secret[:sayline.SecretLen]
		if was := seen[secret]; was != "" {
			e.Errorf("%s has the secret of %s", what, was)
		}
		seen[secret] = what
	}
	s := submission()
	a, err := e.Accept(e.ctx(), e.brand, s)
	note("the first", a, err)
	a, err = other.Accept(e.ctx(), other.brand, s)
	note("another house", a, err)
	c := private()
	c.ID = "other"
	a, err = e.Accept(e.ctx(), brands.New(1, c, nil), s)
	note("another brand", a, err)
	keyed := s
	keyed.Key = key()
	a, err = e.Accept(e.ctx(), e.brand, keyed)
	note("another key", a, err)
	first := e.accept()
	for _, wrong := range []string{"", "x", first.Secret[1:], first.Secret + "0", strings.ToUpper(first.Secret), strings.Repeat("0", sayline.SecretLen) + first.Secret[sayline.SecretLen:]} {
		_, err := e.Receipt(e.ctx(), e.brand, wrong)
		e.refused(err, sayline.NotFound)
		_, err = e.Amend(e.ctx(), e.brand, wrong, intake.Amendment{Seal: true})
		e.refused(err, sayline.NotFound)
	}
	if _, err := e.Receipt(e.ctx(), brands.New(1, c, nil), first.Secret); sayline.KindOf(err) != sayline.NotFound {
		e.Errorf("another brand opened the receipt: %v", err)
	}
}

func TestNoReceipt(t *testing.T) {
	e := enter(t, storetest.SQLite(t))
	s := submission()
	s.NoReceipt = true
	for range 2 {
		a, err := e.Accept(e.ctx(), e.brand, s)
		e.must(err)
		if a.Secret != "" || a.Moment.Receipt != "" {
			e.Errorf("a receipt nobody wanted: %+v", a)
		}
	}
}

// What can't be kept is at fault, wherever it stands; nothing of it is stored.
func TestAtFault(t *testing.T) {
	onBoth(t, func(e *entrance) {
		for name, edit := range map[string]func(*sayline.Moment){
			"nothing said": func(m *sayline.Moment) { m.Topic = "" }, "a feeling of 6": func(m *sayline.Moment) { m.Feeling = 6 }, "a class of its own": func(m *sayline.Moment) { m.Class = "secret" },
			"a contact of nobody":  func(m *sayline.Moment) { m.Contact = &sayline.MomentContact{Email: "a@b.c"} },
			"too many words":       func(m *sayline.Moment) { m.Text = strings.Repeat("é", sayline.MaxText+1) },
			"U+0000 in the text":   func(m *sayline.Moment) { m.Text = "a\x00b" },
			"bad UTF-8 in the ref": func(m *sayline.Moment) { m.Context.Ref = "a\xff" },
			"U+0000 in the lot":    func(m *sayline.Moment) { m.Context.Lot = "a\x00" },
			"bad UTF-8 in the lot": func(m *sayline.Moment) { m.Context.Lot = "a\xff" },
			"an endless lot":       func(m *sayline.Moment) { m.Context.Lot = strings.Repeat("x", 5000) },
			"bad UTF-8 in the expiry": func(m *sayline.Moment) {
				m.Context.Expiry = "\xff"
			},
			"U+0000 in a serial": func(m *sayline.Moment) { m.Class, m.Context.Serial = sayline.Identified, "\x00" },
		} {
			_, err := e.Accept(e.ctx(), e.brand, submission(edit))
			if sayline.KindOf(err) != sayline.AtFault {
				e.Errorf("%s: got %q (%v)", name, sayline.KindOf(err), err)
			}
		}
		if n, err := e.store.LastEvent(e.ctx(), e.brand.ID); err != nil || n != 0 {
			e.Errorf("%d events of what was refused, %v", n, err)
		}
		e.accept(func(m *sayline.Moment) { m.Text = strings.Repeat("é", sayline.MaxText) })
		e.whole()
	})
}

// No finer than its class allows.
func TestInvariant19UnidentifiedIsUnidentified(t *testing.T) {
	e := enter(t, storetest.SQLite(t))
	scan := func(class string) sayline.Moment {
		return e.accept(func(m *sayline.Moment) {
			m.Class, m.Context.GS1 = class, "https://sparkle.example/cx/01/09506000134352/10/AB-1/21/SERIAL9?17=271231"
			m.Context.Lat, m.Context.Long, m.Context.Located = 40.4168123, -3.7037999, true
		}).Moment
	}
	m := scan("")
	c := m.Context
	if m.Class != sayline.Unidentified || c.Product != "09506000134352" || c.Lot != "AB-1" || c.Expiry != "271231" || c.Lat != 40.417 || c.Long != -3.704 {
		t.Errorf("kept %+v", m)
	}
	if text, _ := json.Marshal(m); strings.Contains(string(text), "SERIAL9") {
		t.Errorf("the serial is kept: %s", text)
	}
	if c := scan(sayline.Identified).Context; c.Serial != "SERIAL9" || c.Lat != 40.4168123 {
		t.Errorf("of an identified author: %+v", c)
	}
}

func TestReceiptTellsTheTruth(t *testing.T) {
	onBoth(t, func(e *entrance) {
		mine := e.accept(func(m *sayline.Moment) { m.Text = "mine" })
		other := e.accept(func(m *sayline.Moment) {
			m.Text, m.Class, m.Contact = "of the other", sayline.Identified, &sayline.MomentContact{Email: "other@example.com"}
		})
		if mine.Moment.Case != other.Moment.Case {
			e.Fatal("they are in two cases")
		}
		id := mine.Moment.Case
		at := func(status string) {
			e.Helper()
			if r := e.receipt(mine.Secret); r.Status != status || r.Together != 2 || !r.OnDuty {
				e.Fatalf("it says %q, %d together, want %q", r.Status, r.Together, status)
			}
		}
		version := int64(0)
		changed := func() {
			e.Helper()
			r := e.receipt(mine.Secret)
			if r.Version == version {
				e.Error("it changed and has the same version")
			}
			if version = r.Version; e.receipt(mine.Secret).Version != version {
				e.Error("it did not change and has another version")
			}
		}
		at("")
		changed()
		e.must(e.store.Seen(e.ctx(), e.act(id)))
		at(sayline.StatusSeen)
		changed()
		e.must(e.store.Acknowledge(e.ctx(), e.act(id), 0))
		at(sayline.StatusAcknowledged)
		changed()
		e.must(e.store.AddMessage(e.ctx(), e.act(id), &sayline.Message{ID: "m0", Direction: sayline.Note, Text: "among us"}))
		e.must(e.store.AddMessage(e.ctx(), e.act(id), &sayline.Message{ID: "m1", Direction: sayline.Reply, Text: "only for the other", Moment: other.Moment.ID}))
		at(sayline.StatusAcknowledged)
		e.must(e.store.AddMessage(e.ctx(), e.act(id), &sayline.Message{ID: "m2", Direction: sayline.Reply, Text: "for all"}))
		at(sayline.StatusAnswered)
		changed()
		e.must(e.store.Resolve(e.ctx(), e.act(id), "done"))
		at(sayline.StatusResolved)
		changed()
		for _, text := range []string{show(e.receipt(mine.Secret)), show(e.export(mine.Secret))} {
			for _, secret := range []string{"of the other", "other@example.com", "only for the other", "among us", other.Moment.ID} {
				if strings.Contains(text, secret) {
					e.Errorf("the receipt tells %q: %s", secret, text)
				}
			}
			if !strings.Contains(text, "for all") {
				e.Errorf("the receipt keeps the answer back: %s", text)
			}
		}
		if text := show(e.export(mine.Secret)); strings.Contains(text, mine.Moment.Once) || strings.Contains(text, sayline.HashSecret(mine.Secret[:sayline.SecretLen])) {
			e.Errorf("the export tells what is only hashed: %s", text)
		}
		r, err := e.Say(e.ctx(), e.brand, mine.Secret, sayline.Message{Text: "still missing", Solved: "no"}, 0)
		e.must(err)
		if r.Status != "" || r.Case.Episode != 2 || len(r.Messages) != 2 {
			e.Errorf("after not solved: %s", show(r))
		}
		e.whole()
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func show(v any) string { return string(must(json.Marshal(v))) }

func TestSayIsChecked(t *testing.T) {
	e := enter(t, storetest.SQLite(t))
	a := e.accept()
	for name, s := range map[string]struct {
		m       sayline.Message
		feeling int
	}{
		"nothing": {}, "only space": {m: sayline.Message{Text: " \n"}}, "U+0000": {m: sayline.Message{Text: "a\x00"}}, "too much": {m: sayline.Message{Text: strings.Repeat("é", sayline.MaxText+1)}},
		"perhaps": {m: sayline.Message{Text: "x", Solved: "perhaps"}}, "a feeling of 6": {m: sayline.Message{Text: "x"}, feeling: 6}, "a feeling of -1": {m: sayline.Message{Text: "x"}, feeling: -1},
		"a language in bad UTF-8": {m: sayline.Message{Text: "x", Lang: "\xff"}},
	} {
		if _, err := e.Say(e.ctx(), e.brand, a.Secret, s.m, s.feeling); sayline.KindOf(err) != sayline.AtFault {
			t.Errorf("%s: got %q (%v)", name, sayline.KindOf(err), err)
		}
	}
	if r := e.receipt(a.Secret); len(r.Messages) != 0 {
		t.Errorf("stored %s", show(r.Messages))
	}
	_, err := e.Say(e.ctx(), e.brand, "wrong", sayline.Message{Text: "x"}, 0)
	e.refused(err, sayline.NotFound)
}

func FuzzCheckKey(f *testing.F) {
	for _, s := range []string{"", `"`, `""`, "short", strings.Repeat("k", 22), `"` + strings.Repeat("k", 22) + `"`, `"` + strings.Repeat("k", 22), strings.Repeat("k", 128), strings.Repeat("k", 129),
		strings.Repeat("k", 21) + "\x7f", strings.Repeat("k", 21) + " ", strings.Repeat("é", 22), strings.Repeat("k", 21) + "\xff", `"` + strings.Repeat(`"`, 22) + `"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		key, err := intake.CheckKey(header)
		if err != nil {
			if key != "" || sayline.KindOf(err) != sayline.Invalid {
				t.Fatalf("%q: %q, %v", header, key, err)
			}
			return
		}
		if len(key) < 22 || len(key) > 128 || strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' }) {
			t.Fatalf("%q was taken as %q", header, key)
		}
		if header != key && header != `"`+key+`"` {
			t.Fatalf("%q became %q", header, key)
		}
		if quoted, err := intake.CheckKey(`"` + key + `"`); err != nil || quoted != key {
			t.Fatalf("%q quoted became %q, %v", key, quoted, err)
		}
	})
}

// export is all that is stored about a moment without photos and voices.
func (e *entrance) export(secret string) map[string]any {
	doc, _, err := e.Export(e.ctx(), e.brand, secret)
	if err != nil {
		e.Fatal(err)
	}
	return doc
}
