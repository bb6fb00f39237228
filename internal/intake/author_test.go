package intake_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/store/storetest"
)

func (e *entrance) amend(secret string, a intake.Amendment) *intake.Receipt {
	e.Helper()
	r, err := e.Amend(e.ctx(), e.brand, secret, a)
	e.must(err)
	return r
}

func TestAmend(t *testing.T) {
	onBoth(t, func(e *entrance) {
		a := e.accept(func(m *sayline.Moment) { m.Topic, m.Feeling, m.Context.Touchpoint = "", 2, "" })
		e.clock.Move(3 * time.Second)
		r := e.amend(a.Secret, intake.Amendment{Topic: ptr("cant-find-it"), Touchpoint: ptr("k7f3"), Ref: ptr("aisle 3"), Text: ptr("the big one"), Lang: ptr("en")})
		m := r.Moment
		if m.Decision.Team != "distribution" || m.Decision.Urgency != sayline.Urgent || m.Context.Place != "calle-mayor" || m.Kind != "problem" || m.Text != "the big one" || m.Feeling != 2 {
			e.Errorf("it is %s", show(m))
		}
		if r.Case == nil || r.Case.Place != "madrid" || r.Case.Ref != "aisle 3" {
			e.Errorf("its case is %s", show(r.Case))
		}
		_, err := e.Amend(e.ctx(), e.brand, a.Secret, intake.Amendment{Feeling: ptr(9)})
		e.refused(err, sayline.AtFault)
		if got := e.receipt(a.Secret).Moment; got.Feeling != 2 {
			e.Errorf("a refused change left %s", show(got))
		}
		e.amend(a.Secret, intake.Amendment{Seal: true})
		_, err = e.Amend(e.ctx(), e.brand, a.Secret, intake.Amendment{Feeling: ptr(1)})
		e.refused(err, sayline.Conflict)
		e.whole()
	})
}

// What was only implied is implied anew; what the author said stays.
func TestImpliedAnew(t *testing.T) {
	e := enter(t, storetest.SQLite(t))
	face := func(edit ...func(*sayline.Moment)) string {
		return e.accept(append([]func(*sayline.Moment){func(m *sayline.Moment) { m.Topic, m.Feeling = "", 5 }}, edit...)...).Secret
	}
	said := func(m *sayline.Moment) { m.Kind, m.Context.Place, m.Audience = "request", "sevilla", "vendor" }
	for _, c := range []struct {
		name, secret          string
		change                intake.Amendment
		kind, place, audience string
	}{
		{"another feeling", face(), intake.Amendment{Feeling: ptr(1)}, "problem", "calle-mayor", "customer"},
		{"a topic", face(), intake.Amendment{Topic: ptr("idea")}, "idea", "calle-mayor", "customer"},
		{"another touchpoint", face(), intake.Amendment{Touchpoint: ptr("s4")}, "praise", "feria", "customer"},
		{"another place", face(), intake.Amendment{Place: ptr("sevilla")}, "praise", "sevilla", "customer"},
		{"the author's kind stays", face(said), intake.Amendment{Feeling: ptr(1), Topic: ptr("idea")}, "request", "sevilla", "vendor"},
		{"the author's place stays", face(said), intake.Amendment{Touchpoint: ptr("s4")}, "request", "sevilla", "vendor"},
		{"nothing", face(), intake.Amendment{Text: ptr("well done")}, "praise", "calle-mayor", "customer"},
	} {
		m := e.amend(c.secret, c.change).Moment
		if m.Kind != c.kind || m.Context.Place != c.place || m.Audience != c.audience {
			t.Errorf("%s: a %s at %q of a %s, want a %s at %q of a %s", c.name, m.Kind, m.Context.Place, m.Audience, c.kind, c.place, c.audience)
		}
	}
	e.whole()
}

func TestDropReceipt(t *testing.T) {
	e := enter(t, storetest.SQLite(t))
	s := submission()
	a, err := e.Accept(e.ctx(), e.brand, s)
	e.must(err)
	if r := e.amend(a.Secret, intake.Amendment{Seal: true, DropReceipt: true}); r != nil {
		t.Errorf("a receipt that is gone shows %s", show(r))
	}
	_, err = e.Receipt(e.ctx(), e.brand, a.Secret)
	e.refused(err, sayline.NotFound)
	again, err := e.Accept(e.ctx(), e.brand, s)
	e.must(err)
	if again.Secret != "" || !again.Replay {
		t.Errorf("a repeat gave the receipt back: %+v", again)
	}
}

func TestKioskIsOpenFor15Seconds(t *testing.T) {
	e := enter(t, storetest.SQLite(t))
	a := e.accept(func(m *sayline.Moment) { m.Context.Source = "kiosk" })
	e.clock.Move(15*time.Second - time.Microsecond)
	e.amend(a.Secret, intake.Amendment{Feeling: ptr(1)})
	e.clock.Move(time.Microsecond)
	_, err := e.Amend(e.ctx(), e.brand, a.Secret, intake.Amendment{Feeling: ptr(2)})
	e.refused(err, sayline.NotFound) // sealed, and forgotten
	_, err = e.Receipt(e.ctx(), e.brand, a.Secret)
	e.refused(err, sayline.NotFound)
}

// In a protected lane neither id nor time tells more than the day, and still
// there is time to add something: on the long day and the short one too.
func TestProtectedLane(t *testing.T) {
	madrid, _ := time.LoadLocation("Europe/Madrid")
	for _, day := range []time.Time{time.Date(2026, 11, 22, 0, 0, 0, 0, madrid), time.Date(2026, 10, 25, 0, 0, 0, 0, madrid), time.Date(2026, 3, 29, 0, 0, 0, 0, madrid)} {
		for _, at := range []string{"00:00", "00:55", "01:30", "10:00", "23:59"} {
			t.Run(fmt.Sprint(day.Format("2 January, "), at), func(t *testing.T) {
				clock, _ := time.Parse("15:04", at)
				e := enter(t, storetest.SQLite(t))
				now := time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 7, 0, madrid)
				e.clock.Move(now.Sub(e.clock.Now()))
				a := e.accept(func(m *sayline.Moment) { m.Topic = "mean" })
				e.dayOnly(a.Moment, day)
				for range 2 {
					e.clock.Move(7 * time.Minute)
					e.dayOnly(e.amend(a.Secret, intake.Amendment{Feeling: ptr(1)}).Moment, day)
				}
				e.dayOnly(e.amend(a.Secret, intake.Amendment{Text: ptr("she was"), Seal: true}).Moment, day)
				e.whole()
			})
		}
	}
}

func (e *entrance) dayOnly(m sayline.Moment, day time.Time) {
	e.Helper()
	if m.Lane != "people" {
		e.Fatalf("it is in lane %q", m.Lane)
	}
	if !m.ReceivedAt.Equal(day) || !m.OccurredAt.Equal(day) || !m.SealedAt.IsZero() && !m.SealedAt.Equal(day) {
		e.Errorf("received %s, occurred %s, sealed %s, on %s", m.ReceivedAt, m.OccurredAt, m.SealedAt, day)
	}
	if first := sayline.NewID(day, zeros{}); m.ID[:13] != first[:13] {
		e.Errorf("the id %s tells more than %s", m.ID, first)
	}
	for _, at := range []time.Time{m.OpenUntil, m.RetainUntil} {
		if local := at.In(day.Location()); local.Minute() != 0 || local.Second() != 0 || local.Hour() > 2 {
			e.Errorf("%s tells the time", local)
		}
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// Who adds a private topic later keeps their receipt; what was open is private.
func TestEnteringALane(t *testing.T) {
	onBoth(t, func(e *entrance) {
		s := submission(func(m *sayline.Moment) { m.Topic, m.Feeling = "", 1 })
		a, err := e.Accept(e.ctx(), e.brand, s)
		e.must(err)
		e.clock.Move(time.Minute)
		r := e.amend(a.Secret, intake.Amendment{Topic: ptr("mean"), Text: ptr("she shouted")})
		if r.Moment.Lane != "people" || r.Moment.ID == a.Moment.ID || r.Case == nil || r.Case.Lane != "people" {
			e.Fatalf("it is %s", show(r))
		}
		r = e.amend(a.Secret, intake.Amendment{Topic: ptr("cant-find-it")})
		if r.Moment.Lane != "people" {
			e.Error("what was private became open")
		}
		if _, err := e.store.Moment(e.ctx(), e.brand.ID, a.Moment.ID); sayline.KindOf(err) != sayline.NotFound {
			e.Errorf("the old id still leads to it: %v", err)
		}
		again, err := e.Accept(e.ctx(), e.brand, s)
		e.must(err)
		if !again.Replay || again.Moment.ID != r.Moment.ID {
			e.Errorf("a repeat gave %+v", again)
		}
		e.receipt(again.Secret)
		e.must(e.Withdraw(e.ctx(), e.brand, a.Secret))
		e.whole()
	})
}
