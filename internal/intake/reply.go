package intake

import (
	"context"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/store"
)

// Reply stores what the brand's people write, with the photos and voices that
// come with it: durable before the message that has them, as an author's are.
func (d *Door) Reply(ctx context.Context, a store.Act, w store.Written, list []*media.Upload) error {
	return d.keeping(ctx, a.Brand, list, func(rows []sayline.Media, planned time.Time) ([]string, error) {
		w.Media, w.Planned = rows, planned
		if err := d.store.Write(ctx, a, w); err != nil {
			return nil, err
		}
		return ids(rows), nil
	})
}

// replyMedia finds a photo or voice of a reply that the author of a moment may
// read: one to them, or to all of their case since they joined it.
func (d *Door) replyMedia(ctx context.Context, b *brands.Snapshot, secret, id string) (*sayline.Media, error) {
	r, err := d.Receipt(ctx, b, secret)
	if err != nil {
		return nil, err
	}
	for _, x := range r.Messages {
		for _, m := range r.Shown[x.ID] {
			if m.ID == id {
				return m, nil
			}
		}
	}
	return nil, sayline.Errorf(sayline.NotFound, "There is no such thing here.")
}

// shown reads the photos and voices of the replies a receipt tells.
func (d *Door) shown(ctx context.Context, brand string, r *Receipt) (err error) {
	var ids []string
	for _, x := range r.Messages {
		if x.Direction == sayline.Reply {
			ids = append(ids, x.ID)
		}
	}
	if len(ids) > 0 {
		r.Shown, err = d.store.MediaOfMessages(ctx, brand, ids)
	}
	return err
}
