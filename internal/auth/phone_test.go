package auth

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// shared is a browser that is a shift phone: its cookies, kept as browsers do.
type shared struct {
	*door
	jar map[string]string
}

// phone makes a shift phone of distribution at a place and enrols a browser.
func (d *door) phone(place string) (*shared, sayline.Phone) {
	d.t.Helper()
	ctx := context.Background()
	code, hash := d.NewPhoneCode("sparkle")
	p := sayline.Phone{Brand: "sparkle", ID: "phone-" + place, Name: "Van", Team: "distribution", Place: place, MadeBy: "olga"}
	if err := d.store.MakePhone(ctx, p, hash); err != nil {
		d.t.Fatal(err)
	}
	s := &shared{d, map[string]string{}}
	w := httptest.NewRecorder()
	if _, err := d.Enrol(w, s.request(), code); err != nil {
		d.t.Fatal(err)
	}
	s.keep(w)
	if _, err := d.Enrol(httptest.NewRecorder(), from("198.51.100.7"), code); sayline.KindOf(err) != sayline.NotFound {
		d.t.Errorf("a code used twice: %v", err)
	}
	return s, p
}

func (s *shared) request() *http.Request {
	r := from("198.51.100.1")
	for name, value := range s.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return r
}

func (s *shared) keep(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		if s.jar[c.Name] = c.Value; c.MaxAge < 0 {
			delete(s.jar, c.Name)
		}
	}
}

func (s *shared) take(person, pin string) error {
	w := httptest.NewRecorder()
	_, err := s.Take(w, s.request(), person, pin, true)
	s.keep(w)
	return err
}

// pin gives a person a PIN, as on a device of their own.
func (d *door) pin(person, email, pin string) {
	d.t.Helper()
	b := d.brands.ByID("sparkle")
	if err := d.SetPIN(context.Background(), NewViewer(&store.Account{Email: email}, b), pin); err != nil {
		d.t.Fatal(err)
	}
	if v := NewViewer(&store.Account{Email: email}, b); v.Person.ID != person {
		d.t.Fatalf("%s is %s", email, v.Person.ID)
	}
}

// TestPhoneViewer: by a shift phone somebody is a member of its team at its
// place and nothing else, whatever they are on their own device.
func TestPhoneViewer(t *testing.T) {
	d := newDoor(t)
	b := d.brands.ByID("sparkle")
	b.Config.People[3].Role, b.Config.LastResort = sayline.Owner, "ines" // an owner, who may see a lane, and has the last resort
	d.account("ines@sparkle.example", "correct horse")
	d.pin("ines", "ines@sparkle.example", "2580")
	s, _ := d.phone("")
	if err := s.take("ines", "2580"); err != nil {
		t.Fatal(err)
	}
	v, err := d.Viewer(s.request(), "sparkle")
	if err != nil {
		t.Fatal(err)
	}
	if v.Person.ID != "ines" || v.Phone == nil || v.MaySetUp() || v.MayLead() || v.MaySeePulse() || v.SeesLane("staff") {
		t.Errorf("she is %+v", v)
	}
	for c, may := range map[*sayline.Case]bool{
		{Brand: "sparkle", Team: "distribution", Place: "valencia"}:                true,
		{Brand: "sparkle", Team: "distribution", Place: "madrid"}:                  false, // not hers
		{Brand: "sparkle", Team: "distribution", Place: "valencia", Lane: "staff"}: false,
		{Brand: "sparkle", Team: "cleaners", Place: "valencia"}:                    false,
	} {
		if v.MayAct(c) != may || v.MaySee(c, true) != may {
			t.Errorf("%+v: may act %v, see %v", c, v.MayAct(c), v.MaySee(c, true))
		}
	}
	if scope := v.All(); len(scope) != 1 || scope[0].All || len(scope[0].Teams) != 1 || len(scope[0].Teams[0].Places) != 1 {
		t.Errorf("her scope is %+v", scope)
	}
	if list := d.BrandsOf(v.Account); len(list) != 1 {
		t.Errorf("brands %v", list)
	}
}

// TestPhoneInWhoseHand: only the team takes it; a PIN has to fit; it is in one
// hand, until handed over, or its time is over, or its holder leaves the team.
func TestPhoneInWhoseHand(t *testing.T) {
	d := newDoor(t)
	for _, who := range []string{"lucia", "ines", "marc"} {
		d.account(who+"@sparkle.example", "correct horse")
		d.pin(who, who+"@sparkle.example", "2580")
	}
	s, _ := d.phone("shop")
	for person, kind := range map[string]sayline.Kind{"ines": sayline.NotFound, "marc": sayline.NotFound, "nobody": sayline.NotFound} {
		if err := s.take(person, "2580"); sayline.KindOf(err) != kind {
			t.Errorf("%s: %v", person, err)
		}
	}
	if err := s.take("lucia", "2581"); sayline.KindOf(err) != sayline.Unsigned {
		t.Errorf("a wrong PIN: %v", err)
	}
	if err := s.take("lucia", "٢٥ ٨٠"); err != nil { // as an Arabic keyboard writes it
		t.Fatal(err)
	}
	if a, err := d.Account(s.request()); err != nil || a.Email != "lucia@sparkle.example" {
		t.Errorf("it is in the hand of %v, %v", a, err)
	}
	if on, err := d.store.OnDuty(t.Context(), "sparkle", d.now); err != nil || len(on) != 1 || on[0].Person != "lucia" || on[0].Place != "shop" {
		t.Errorf("on duty: %v, %v", on, err)
	}
	stolen := s.request() // an open page, from before
	w := httptest.NewRecorder()
	if _, err := d.HandOver(w, s.request()); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*http.Request{stolen, s.request()} {
		if _, err := d.Account(r); sayline.KindOf(err) != sayline.Unsigned {
			t.Errorf("handed over it is still in a hand: %v", err)
		}
	}
	d.now = d.now.Add(time.Minute)
	if err := s.take("lucia", "2580"); err != nil {
		t.Fatal(err)
	}
	r := s.request()
	r = r.WithContext(withAccount(r.Context(), d.read(r))) // an open page's request
	d.now = d.now.Add(sayline.HoldMost)
	if _, err := d.Account(r); sayline.KindOf(err) != sayline.Unsigned {
		t.Errorf("after 12 hours: %v", err)
	}
	if err := s.take("lucia", "2580"); err != nil {
		t.Fatal(err)
	}
	d.brands.ByID("sparkle").Config.Teams[0].Members = nil
	if _, err := d.Account(s.request()); sayline.KindOf(err) != sayline.Unsigned {
		t.Errorf("no longer of the team: %v", err)
	}
}

// TestPINsAreGuessedInVain: the tries of a person are counted whatever the phone,
// the wait is said, and at the end only a new PIN helps.
func TestPINsAreGuessedInVain(t *testing.T) {
	d := newDoor(t)
	d.account("lucia@sparkle.example", "correct horse")
	d.pin("lucia", "lucia@sparkle.example", "2580")
	one, _ := d.phone("shop")
	other, _ := d.phone("madrid")
	for i := range sayline.PINTries {
		s := []*shared{one, other}[i%2]
		if err := s.take("lucia", "1379"); sayline.KindOf(err) != sayline.Unsigned {
			t.Fatalf("try %d: %v", i, err)
		}
		if wait := sayline.PINWait(i + 1); wait > 0 && i+1 < sayline.PINTries {
			err := s.take("lucia", "2580") // the right one, too soon
			if left, said := web.Wait(err); sayline.KindOf(err) != sayline.TooMany || !said || left != wait {
				t.Fatalf("after %d wrong: %v, %v", i+1, err, left)
			}
			d.now = d.now.Add(wait)
		}
	}
	d.now = d.now.Add(24 * time.Hour)
	if err := one.take("lucia", "2580"); sayline.KindOf(err) != sayline.Forbidden {
		t.Errorf("the right one after too many: %v", err)
	}
	d.pin("lucia", "lucia@sparkle.example", "7415")
	if err := one.take("lucia", "7415"); err != nil {
		t.Errorf("a new one: %v", err)
	}
	for _, pin := range []string{"", "258", "123456789", "1111", "4567", "8765", "25a0", "-258"} {
		if err := d.SetPIN(t.Context(), NewViewer(&store.Account{Email: "lucia@sparkle.example"}, d.brands.ByID("sparkle")), pin); sayline.KindOf(err) != sayline.AtFault {
			t.Errorf("%q: %v", pin, err)
		}
	}
}

// TestSignedInOnAShiftPhone: who signs in on it by their password has it in their
// hand instead of who had it, for as long as anybody may; and is signed out, on the
// server too, once it is handed over or taken with a PIN.
func TestSignedInOnAShiftPhone(t *testing.T) {
	d := newDoor(t)
	for _, who := range []string{"lucia", "marc"} {
		d.account(who+"@sparkle.example", "correct horse")
	}
	d.pin("lucia", "lucia@sparkle.example", "2580")
	s, _ := d.phone("shop")
	begin := func() *http.Request {
		t.Helper()
		w := httptest.NewRecorder()
		if err := d.Begin(w, s.request(), "marc@sparkle.example"); err != nil {
			t.Fatal(err)
		}
		s.keep(w)
		r := s.request()
		if a, err := d.Account(r); err != nil || a.Email != "marc@sparkle.example" {
			t.Fatalf("signed in he is %v, %v", a, err)
		}
		return r
	}
	out := func(after string, stolen *http.Request) {
		t.Helper()
		for _, r := range []*http.Request{stolen, s.request()} {
			if a, err := d.Account(r); err == nil && a.Email == "marc@sparkle.example" {
				t.Errorf("%s he is still signed in", after)
			}
		}
	}
	if err := s.take("lucia", "2580"); err != nil {
		t.Fatal(err)
	}
	stolen := begin() // while she has it
	w := httptest.NewRecorder()
	if _, err := d.HandOver(w, s.request()); err != nil {
		t.Fatal(err)
	}
	s.keep(w)
	out("handed over", stolen)
	if _, err := d.Account(s.request()); sayline.KindOf(err) != sayline.Unsigned {
		t.Errorf("handed over somebody has it: %v", err)
	}
	stolen = begin()
	if err := s.take("lucia", "2580"); err != nil {
		t.Fatal(err)
	}
	out("taken by another", stolen)
	stolen = begin()
	d.now = d.now.Add(sayline.HoldMost)
	out("twelve hours later", stolen)
	own := from("198.51.100.9")
	w = httptest.NewRecorder()
	if err := d.Begin(w, own, "marc@sparkle.example"); err != nil {
		t.Fatal(err)
	}
	if c := w.Result().Cookies()[0]; c.MaxAge != int(sessionLife/time.Second) {
		t.Errorf("on a device of his own he is signed in for %d s", c.MaxAge)
	}
}

// TestStrangersWriteNothing: a code, a cookie or a phone that is none is told so
// by those who read; nobody's turn to write is taken.
func TestStrangersWriteNothing(t *testing.T) {
	d := newDoor(t)
	before := d.writes.Load()
	for range 3 {
		r := from("198.51.100.1")
		for _, name := range []string{"", phoneCookie, holdCookie} {
			r.AddCookie(&http.Cookie{Name: cookieName(false) + name, Value: "sparkle.nothing"})
		}
		if err := d.End(httptest.NewRecorder(), r); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Enrol(httptest.NewRecorder(), r, "sparkle.nothing"); sayline.KindOf(err) != sayline.NotFound {
			t.Errorf("enrolled: %v", err)
		}
		if _, err := d.Take(httptest.NewRecorder(), r, "lucia", "2580", true); sayline.KindOf(err) != sayline.Unsigned {
			t.Errorf("taken: %v", err)
		}
		if _, err := d.store.RenewBrowser(t.Context(), sayline.Subscription{Endpoint: "https://push.example/x"}, nil); sayline.KindOf(err) != sayline.NotFound {
			t.Errorf("renewed: %v", err)
		}
	}
	if after := d.writes.Load(); after != before {
		t.Errorf("%d writes", after-before)
	}
}
