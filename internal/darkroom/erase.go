package darkroom

import (
	"context"
	"time"

	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/store"
)

const (
	eraseLot = 64        // files a time
	spoolAge = time.Hour // after which what is still in the spool belongs to nobody
)

// erase deletes files that are to be deleted. One that can't be is left for the
// next time.
func (d *Darkroom) erase(ctx context.Context) (bool, error) {
	if f, ok := d.Files.(interface {
		Sweep(now time.Time, age time.Duration) error
	}); ok {
		if err := f.Sweep(time.Now(), spoolAge); err != nil {
			d.Log.Warn("the spool could not be swept", "err", err)
		}
	}
	list, err := d.Store.LeaseErasures(ctx, eraseLot)
	if err != nil || len(list) == 0 {
		return false, err
	}
	var done []store.Erasure
	for _, e := range list {
		if err := d.delete(ctx, e); err != nil {
			d.Log.Warn("a file could not be deleted; trying again", "brand", e.Brand, "media", e.ID, "err", err)
			continue
		}
		done = append(done, e)
	}
	return len(done) > 0, d.Store.Erased(ctx, done)
}

func (d *Darkroom) delete(ctx context.Context, e store.Erasure) error {
	for _, key := range media.KeysOf(e.Brand, e.ID).All() {
		if err := d.Files.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
