package app

import (
	"context"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
)

// tidyEvery is how often what has been kept as promised is deleted.
const tidyEvery = time.Hour

// tidy deletes, once an hour, what has been kept as long as promised.
func (a *App) tidy(ctx context.Context) {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		for _, b := range a.Registry.All() {
			shortest := min(b.RetainFor(sayline.Unidentified), b.RetainFor(sayline.Identified))
			n, err := a.Store.Retain(ctx, b.ID, shortest)
			if err == nil {
				err = a.Store.Tidy(ctx, b.ID)
			}
			if err == nil {
				err = a.Store.ForgetPINs(ctx, b.ID, people(b))
			}
			if err != nil && ctx.Err() == nil {
				a.Options.Log.Error("what has been kept long enough could not be deleted; trying again within the hour", "brand", b.ID, "err", err)
			}
			if n > 0 {
				a.Options.Log.Info("deleted what was kept as long as promised", "brand", b.ID, "moments", n)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// people are the ids of a brand's people.
func people(b *brands.Snapshot) []string {
	list := make([]string, len(b.People))
	for i := range b.People {
		list[i] = b.People[i].ID
	}
	return list
}

// packEvery is how often counts that are over are packed.
const packEvery = time.Hour

// warm reads into memory what the pages of the pulse will ask for; then it packs,
// once an hour, what the next start reads.
func (a *App) warm(ctx context.Context) {
	if err := a.Store.WarmCounts(ctx); err != nil && ctx.Err() == nil {
		a.Options.Log.Error("the counts could not be read ahead; pages read them as they need them", "err", err)
	}
	tick := time.NewTicker(packEvery)
	defer tick.Stop()
	for {
		for _, b := range a.Registry.All() {
			if err := a.Store.PackCounts(ctx, b.ID); err != nil && ctx.Err() == nil {
				a.Options.Log.Error("counts could not be packed; trying again within the hour", "brand", b.ID, "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// countOpens counts how often screens are opened, in each brand's own hours.
func (a *App) countOpens() *intake.Opens {
	opens := intake.NewOpens(a.Store, a.Options.Now, a.Options.Log)
	a.loops = append(a.loops, func(ctx context.Context) {
		opens.Run(ctx, func(brand string) *time.Location {
			if b := a.Registry.ByID(brand); b != nil {
				return b.Location()
			}
			return time.UTC
		})
	})
	return opens
}
