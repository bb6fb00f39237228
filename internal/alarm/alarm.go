// Package alarm wakes somebody when a touchpoint is unhappier than it usually
// is: nine unhappy in ten minutes where one is usual. It needs no configuration.
//
// rule.go is the rule, in figures and with its source; alarm.go looks, every few
// seconds, at what each brand's touchpoints heard, and raises a case where the
// rule says so. The store makes sure that of several processes one does.
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

// Watch looks after the touchpoints of all brands.
type Watch struct{ Options }

// New makes a watch.
func New(o Options) *Watch { return &Watch{o} }

// every is how often is looked, while somebody taps.
const every = 5 * time.Second

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
			w.Log.Error("whether a touchpoint is unhappier than usual could not be looked up; trying again", "err", err)
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

func (w *Watch) lookAt(ctx context.Context, b *brands.Snapshot) error {
	now := w.Now()
	since := now.Truncate(time.Minute).Add(time.Minute - Window)
	heard, err := w.Store.Unhappy(ctx, b.ID, since)
	if err != nil {
		return err
	}
	on, err := w.Store.AlarmsOn(ctx, b.ID)
	if err != nil {
		return err
	}
	for _, a := range on {
		if err := w.follow(ctx, b, a, heard[a.Touchpoint], now); err != nil {
			return err
		}
	}
	for id, h := range heard {
		t := b.Index.Touchpoint(id)
		if h.Moments < Least || t == nil || t.Lane != "" {
			continue
		}
		usual, err := w.usual(ctx, b, id, now)
		if err != nil {
			return err
		}
		if usual.Alarming(h.Moments, h.Minutes) {
			if err := w.raise(ctx, b, t, usual, since, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// follow puts what goes on being said into the alarm's case, and ends the alarm
// when it is as usual again. The case is for people to end.
func (w *Watch) follow(ctx context.Context, b *brands.Snapshot, a store.Alarm, h store.Heard, now time.Time) error {
	usual, err := w.usual(ctx, b, a.Touchpoint, now)
	if err != nil {
		return err
	}
	if usual.Over(h.Moments) {
		return w.Store.EndAlarm(ctx, b.ID, a.Touchpoint, a.At)
	}
	if t := b.Index.Touchpoint(a.Touchpoint); t != nil {
		return w.Store.FollowAlarm(ctx, a, w.decide(b, t, now))
	}
	return nil
}

// usual reads what a touchpoint heard in weeks before, at this hour of this day
// of the week and the hours beside it, as far back as there were taps at all.
func (w *Watch) usual(ctx context.Context, b *brands.Snapshot, touchpoint string, now time.Time) (Usual, error) {
	zone := b.Location()
	local := now.In(zone)
	var weeks []store.Week
	for back := 1; back <= Weeks; back++ {
		at := time.Date(local.Year(), local.Month(), local.Day()-7*back, local.Hour(), 30, 0, 0, zone)
		weeks = append(weeks, store.Week{Day: store.DayStart(at, zone),
			Hours: []int64{store.HourStart(at.Add(-time.Hour), zone), store.HourStart(at, zone), store.HourStart(at.Add(time.Hour), zone)}})
	}
	before, err := w.Store.UnhappyBefore(ctx, b.ID, touchpoint, weeks)
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

// raise opens a case, or makes an open one urgent.
func (w *Watch) raise(ctx context.Context, b *brands.Snapshot, t *sayline.Touchpoint, u Usual, since, now time.Time) error {
	a := store.Alarm{Brand: b.ID, Touchpoint: t.ID, Usual: int(math.Round(1000 * u.Mean()))}
	raised, err := w.Store.RaiseAlarm(ctx, &a, store.AlarmPlan{Decision: w.decide(b, t, now), Since: since, Least: Least, CoolDown: CoolDown, Case: sayline.NewID(now, w.Random)})
	if raised {
		w.Log.Info("a touchpoint is unhappier than usual", "brand", b.ID, "touchpoint", t.ID, "case", a.Case, "moments", a.Moments)
	}
	return err
}

// decide says whose an alarm is: the touchpoint's owner's, else who gets a bare
// bad face there. It is urgent.
func (w *Watch) decide(b *brands.Snapshot, t *sayline.Touchpoint, now time.Time) sayline.Decision {
	m := &sayline.Moment{Brand: b.ID, Feeling: 1, Context: sayline.Context{Touchpoint: t.ID}, SealedAt: now}
	b.Router.Place(m)
	d := b.Router.Decide(m)
	m.Decision = d
	m.Decision.Urgency = sayline.Urgent
	if t.Owner != "" {
		d.Team = t.Owner
	}
	d = b.Router.HandOver(m, d.Team, now)
	d.OpensCase, d.Pages = true, true
	return d
}
