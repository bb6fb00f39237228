// Package alarm wakes somebody when something is unhappier than it usually is:
// nine unhappy in ten minutes where one is usual. It needs no configuration.
//
// rule.go is the rule, in figures and with its source; alarm.go looks, every few
// seconds, at what each brand heard, and raises a case where the rule says so:
// touchpoints (touchpoint.go), places whose touchpoints are unhappy together
// (place.go), lots of a product (lot.go). promise.go watches promises: one that
// falls is told, and pages nobody. The store makes sure that of several processes
// one does.
package alarm

import (
	"context"
	"io"
	"log/slog"
	"math"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

// Options is what the watch needs.
type Options struct {
	Store  *store.Store
	Brands *brands.Registry
	Log    *slog.Logger
	Now    func() time.Time
	Random io.Reader // safe for concurrent use
}

// Watch looks after all brands.
type Watch struct {
	Options
	looked map[string]time.Time // at a brand's lots and promises
}

// New makes a watch. It is for one goroutine.
func New(o Options) *Watch { return &Watch{o, map[string]time.Time{}} }

// every is how often is looked, while somebody taps; seldom, at what changes slowly.
const (
	every  = 5 * time.Second
	seldom = time.Minute
)

// Run looks until the context ends.
func (w *Watch) Run(ctx context.Context) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := w.Look(ctx); err != nil && ctx.Err() == nil {
			w.Log.Error("whether something is unhappier than usual could not be looked up; trying again", "err", err)
		}
	}
}

// Look looks once at every brand.
func (w *Watch) Look(ctx context.Context) error {
	for _, b := range w.Brands.All() {
		if err := w.lookAt(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// look is one look at a brand: what was heard, and which alarms are on.
type look struct {
	*Watch
	b     *brands.Snapshot
	now   time.Time
	since time.Time              // where the window of ten minutes begins
	heard map[string]store.Heard // by touchpoint, in that window
	taken map[string]bool        // touchpoints of which an alarm tells already
	on    []store.Alarm
}

func (w *Watch) lookAt(ctx context.Context, b *brands.Snapshot) (err error) {
	now := w.Now()
	l := &look{Watch: w, b: b, now: now, since: now.Truncate(time.Minute).Add(time.Minute - Window), taken: map[string]bool{}}
	if l.heard, err = w.Store.Unhappy(ctx, b.ID, b.Guarded(), l.since); err != nil {
		return err
	}
	if l.on, err = w.Store.AlarmsOn(ctx, b.ID); err != nil {
		return err
	}
	steps := []func(context.Context) error{l.touchpoints, l.places}
	if now.Sub(w.looked[b.ID]) >= seldom {
		w.looked[b.ID] = now
		steps = append(steps, l.lots, l.promises)
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// of are the alarms that are on about something.
func (l *look) of(about string) (list []store.Alarm) {
	for _, a := range l.on {
		if a.About == about {
			list = append(list, a)
		}
	}
	return list
}

// follow puts what goes on being said into the alarm's case, and ends the alarm
// when it is as usual again. The case is for people to end.
func (l *look) follow(ctx context.Context, a store.Alarm, u Usual, h store.Heard, p store.AlarmPlan) error {
	if u.Over(h.Moments) {
		return l.Store.EndAlarm(ctx, a)
	}
	return l.Store.FollowAlarm(ctx, a, p)
}

// raise opens a case, or makes an open one urgent.
func (l *look) raise(ctx context.Context, about, subject string, u Usual, p store.AlarmPlan) error {
	a := store.Alarm{Brand: l.b.ID, About: about, Subject: subject, Usual: int(math.Round(1000 * u.Mean()))}
	p.Least, p.CoolDown, p.Case = Least, CoolDown, sayline.NewID(l.now, l.Random)
	raised, err := l.Store.RaiseAlarm(ctx, &a, p)
	if raised {
		l.Log.Info("something is unhappier than usual", "brand", l.b.ID, "about", about, "subject", subject, "case", a.Case, "moments", a.Moments)
	}
	return err
}

// usual reads what touchpoints heard together in weeks before, at this hour of
// this day of the week and the hours beside it, as far back as there were taps at all.
func (l *look) usual(ctx context.Context, touchpoints []string) (Usual, error) {
	zone := l.b.Location()
	local := l.now.In(zone)
	var weeks []store.Week
	for back := 1; back <= Weeks; back++ {
		at := time.Date(local.Year(), local.Month(), local.Day()-7*back, local.Hour(), 30, 0, 0, zone)
		weeks = append(weeks, store.Week{Day: store.DayStart(at, zone),
			Hours: []int64{store.HourStart(at.Add(-time.Hour), zone), store.HourStart(at, zone), store.HourStart(at.Add(time.Hour), zone)}})
	}
	before, err := l.Store.UnhappyBefore(ctx, l.b.ID, l.b.Guarded(), touchpoints, weeks)
	if err != nil {
		return Usual{}, err
	}
	const windows = int(3 * time.Hour / Window)
	u := Usual{}
	for i, h := range before {
		u.Unhappy += h.Unhappy
		if h.Open { // and in all weeks since
			u.Windows = (i + 1) * windows
		}
	}
	return u, nil
}

// decide says whose an alarm is: a team's that is named, else who gets a bare bad
// face there. It is urgent.
func (l *look) decide(m *sayline.Moment, team string) sayline.Decision {
	m.Brand, m.Feeling, m.SealedAt = l.b.ID, 1, l.now
	l.b.Router.Place(m)
	d := l.b.Router.Decide(m)
	m.Decision = d
	m.Decision.Urgency = sayline.Urgent
	if l.b.Index.Team(team) != nil {
		d.Team = team
	}
	d = l.b.Router.HandOver(m, d.Team, l.now)
	d.OpensCase, d.Pages = true, true
	return d
}
