package alarm

import (
	"context"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// lots follows the lots' alarms and raises new ones: where more is wrong with one
// lot in a day than usually is with a lot of that product on a day on which anything
// is said of it.
func (l *look) lots(ctx context.Context) error {
	since := l.now.Add(-LotWindow)
	heard, err := l.Store.UnhappyLots(ctx, l.b.ID, l.b.Guarded(), since)
	if err != nil {
		return err
	}
	on := map[store.LotID]bool{}
	for _, a := range l.of(store.AboutLot) {
		id := a.Lot()
		on[id] = true
		u, err := l.usualOf(ctx, id.GTIN)
		if err != nil {
			return err
		}
		if err := l.follow(ctx, a, u, heard[id], l.ofLot(id, heard[id], since)); err != nil {
			return err
		}
	}
	for id, h := range heard {
		if h.Moments < Least || on[id] {
			continue
		}
		u, err := l.usualOf(ctx, id.GTIN)
		if err != nil {
			return err
		}
		if u.Alarming(h.Moments, h.Minutes()) {
			if err := l.raise(ctx, store.AboutLot, id.Subject(), u, l.ofLot(id, h, since)); err != nil {
				return err
			}
		}
	}
	return nil
}

// usualOf is what is usual of a lot of a product: its lots' days before the window.
func (l *look) usualOf(ctx context.Context, gtin string) (Usual, error) {
	until := l.now.Add(-LotWindow)
	unhappy, days, err := l.Store.LotsBefore(ctx, l.b.ID, l.b.Guarded(), gtin, until.Add(-Weeks*7*24*time.Hour), until)
	return Usual{Unhappy: unhappy, Windows: days}, err
}

// ofLot is the plan of a lot's alarm: it is theirs who have most of it already.
func (l *look) ofLot(id store.LotID, h store.Heard, since time.Time) store.AlarmPlan {
	team := ""
	for t, n := range h.Teams {
		if t != "" && (team == "" || n > h.Teams[team] || n == h.Teams[team] && t < team) {
			team = t
		}
	}
	return store.AlarmPlan{Among: store.Among{Lot: id, Guarded: l.b.Guarded()}, Since: since,
		Decision: l.decide(&sayline.Moment{Kind: "problem", Context: sayline.Context{Product: id.GTIN, Lot: id.Lot}}, team)}
}
