package alarm

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/sayline/sayline/internal/phrase"
	"github.com/sayline/sayline/internal/store"
)

// promises follows the promises that fall, and finds new ones: of each team the
// share of cases somebody is on in time, in the last hours, against its own in the
// weeks before.
func (l *look) promises(ctx context.Context) error {
	hour := time.UnixMicro(store.HourStart(l.now, l.b.Location()))
	since := hour.Add(-(PromiseHours - 1) * time.Hour)
	now, err := l.Store.Clocks(ctx, l.b.ID, since, hour.Add(time.Hour))
	if err != nil {
		return err
	}
	on := l.of(store.AboutPromise)
	for _, a := range on {
		if l.b.Index.Team(a.Subject) == nil { // there is no such team any more
			if err := l.Store.EndAlarm(ctx, a); err != nil {
				return err
			}
		}
	}
	var before map[string]map[string]store.Clock
	for i := range l.b.Teams {
		team := l.b.Teams[i].ID
		c := now[team][store.ClockAcknowledge]
		at := slices.IndexFunc(on, func(a store.Alarm) bool { return a.Subject == team })
		if at < 0 && c.N < PromiseLeast {
			continue
		}
		if before == nil {
			if before, err = l.Store.Clocks(ctx, l.b.ID, since.Add(-Weeks*7*24*time.Hour), since); err != nil {
				return err
			}
		}
		k := Kept{c.Kept, c.N, before[team][store.ClockAcknowledge].Kept, before[team][store.ClockAcknowledge].N}
		switch {
		case at >= 0 && k.Over():
			err = l.Store.EndAlarm(ctx, on[at])
		case at < 0 && k.Falling():
			err = l.tell(ctx, team, k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *look) tell(ctx context.Context, team string, k Kept) error {
	a := store.Alarm{Brand: l.b.ID, About: store.AboutPromise, Subject: team, Moments: int(k.Now), Of: int(k.Of), Usual: int(math.Round(1000 * k.Usual()))}
	told, err := l.Store.RaisePromise(ctx, &a, CoolDown)
	if told {
		l.Log.Info("a promise is kept less often than usual", "brand", l.b.ID, "team", team, "kept", k.Now, "of", k.Of)
	}
	return err
}

// Kept is how often a promise was kept: now of so many, before of so many.
type Kept struct{ Now, Of, Before, All int64 }

// Usual is the share usually kept.
func (k Kept) Usual() float64 { return float64(k.Before) / float64(max(k.All, 1)) }

// chance is that of so many broken, or more, were it as usual.
func (k Kept) chance() float64 {
	return phrase.Fisher(int(k.Of-k.Now), int(k.Of), int(k.All-k.Before), int(k.All))
}

// Falling says whether the share is too low to be chance, and by enough to matter.
func (k Kept) Falling() bool {
	return k.Of >= PromiseLeast && k.All >= PromiseKnown && k.Usual()-float64(k.Now)/float64(k.Of) >= PromiseFall && k.chance() <= FalseAYear/promiseLooks
}

// Over says whether it is kept as usual again.
func (k Kept) Over() bool { return k.Of == 0 || k.chance() > Calm }
