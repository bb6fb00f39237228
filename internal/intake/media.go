package intake

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"io"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/store"
)

// KeepMedia says where photos and voices are kept. Without it none can be.
func (d *Door) KeepMedia(files media.Files) { d.files = files }

// count counts what comes with a moment.
func count(m *sayline.Moment, list []*media.Upload) {
	for _, u := range list {
		if u.Kind == sayline.Photo {
			m.Photos++
		} else {
			m.Voices++
		}
	}
}

func ids(list []sayline.Media) []string {
	all := make([]string, len(list))
	for i := range list {
		all[i] = list[i].ID
	}
	return all
}

// keeping makes the files durable, then lets use write the rows that they
// belong to, all in one transaction, and gives up the files that use did not
// take. Whenever this process ends, no file is left without its row: that they
// are to be deleted is written before they are.
func (d *Door) keeping(ctx context.Context, brand string, list []*media.Upload, use func([]sayline.Media, time.Time) (kept []string, err error)) error {
	if len(list) == 0 {
		_, err := use(nil, time.Time{})
		return err
	}
	rows := make([]sayline.Media, len(list))
	for i, u := range list {
		rows[i] = sayline.Media{Brand: brand, ID: d.mediaID(), N: i + 1, Kind: u.Kind, State: sayline.MediaRaw, Type: u.Type, Bytes: u.Size,
			Width: u.Width, Height: u.Height, Duration: u.Duration, Digest: base64.RawURLEncoding.EncodeToString(u.Digest[:])}
	}
	planned, err := d.store.PlanMedia(ctx, brand, ids(rows))
	if err != nil {
		return err
	}
	for i, u := range list {
		if err := d.files.Put(ctx, media.KeysOf(brand, rows[i].ID).Raw, u, u.Size, u.Type); err != nil {
			_ = d.store.DropMedia(context.WithoutCancel(ctx), brand, ids(rows)) // else when their plan ends
			return err
		}
	}
	kept, err := use(rows, planned)
	if k := sayline.KindOf(err); k == sayline.Unavailable || k == sayline.Internal {
		return err // it may have been written: the plan stands, and says what becomes of them
	}
	drop := slices.DeleteFunc(ids(rows), func(id string) bool { return slices.Contains(kept, id) })
	if len(drop) > 0 {
		_ = d.store.DropMedia(context.WithoutCancel(ctx), brand, drop) // else when their plan ends
	}
	return err
}

// mediaID is 128 random bits: unlike a moment's it tells no time.
func (d *Door) mediaID() string {
	var b [16]byte
	if _, err := io.ReadFull(d.random, b[:]); err != nil {
		panic("intake: the source of randomness failed: " + err.Error())
	}
	return hex.EncodeToString(b[:])
}

// AddMedia adds photos and voices to a moment; added says how many are new to
// it. Errors: NotFound, AtFault for too many, Conflict after the seal,
// Unavailable when they can't be kept.
func (d *Door) AddMedia(ctx context.Context, b *brands.Snapshot, secret string, list []*media.Upload) (r *Receipt, added int, err error) {
	now := d.now().UTC()
	err = d.keeping(ctx, b.ID, list, func(rows []sayline.Media, planned time.Time) ([]string, error) {
		kept, err := d.store.AddMedia(ctx, store.Amend{
			Brand: b.ID, Receipt: sayline.ReceiptKey(secret), CaseID: sayline.NewID(now, d.random), Media: rows, Planned: planned,
			Change: func(m *sayline.Moment) error { return d.apply(b, m, &Amendment{}, now) },
			Decide: b.Router.At(now),
		})
		added = len(kept)
		return kept, err
	})
	if err != nil {
		return nil, 0, err
	}
	r, err = d.Receipt(ctx, b, secret)
	return r, added, err
}

// MayAdd says whether a receipt takes photos and voices: NotFound when it opens
// nothing, Conflict when it is closed. It is asked before megabytes are read.
func (d *Door) MayAdd(ctx context.Context, b *brands.Snapshot, secret string) error {
	return d.store.TakesMedia(ctx, b.ID, sayline.ReceiptKey(secret))
}

// OwnMedia finds a photo or voice of the author's own moment. NotFound for any other.
func (d *Door) OwnMedia(ctx context.Context, b *brands.Snapshot, secret, id string) (*sayline.Media, error) {
	m, err := d.store.MomentByReceipt(ctx, b.ID, sayline.ReceiptKey(secret))
	if err != nil {
		return nil, err
	}
	x, _, err := d.store.Media(ctx, b.ID, id)
	if sayline.KindOf(err) == sayline.NotFound {
		return d.replyMedia(ctx, b, secret, id)
	}
	if err == nil && x.Moment != m.ID {
		return nil, sayline.Errorf(sayline.NotFound, "There is no such thing here.")
	}
	return x, err
}

// mediaWait is how long an author waits for what they just sent to be clean.
const mediaWait = 5 * time.Second

// AwaitMedia waits until none of a moment's media is raw any more, a few
// seconds at most, and gives it as it is then.
func (d *Door) AwaitMedia(ctx context.Context, brand, moment string) ([]*sayline.Media, error) {
	return d.awaitClean(ctx, brand, moment, func() ([]*sayline.Media, error) { return d.store.MediaOf(ctx, brand, moment) })
}

// awaitAll is AwaitMedia of all that a receipt shows: the author's own, and what
// came with the replies to them.
func (d *Door) awaitAll(ctx context.Context, r *Receipt) ([]*sayline.Media, error) {
	m := &r.Moment
	return d.awaitClean(ctx, m.Brand, m.ID, func() (list []*sayline.Media, err error) {
		if m.Shows() {
			if r.Media, err = d.store.MediaOf(ctx, m.Brand, m.ID); err != nil {
				return nil, err
			}
		}
		list = slices.Clone(r.Media)
		err = d.shown(ctx, m.Brand, r)
		for _, x := range r.Messages {
			list = append(list, r.Shown[x.ID]...)
		}
		return list, err
	})
}

// awaitClean reads again whenever something became of a moment, until nothing
// that is read is raw.
func (d *Door) awaitClean(ctx context.Context, brand, moment string, read func() ([]*sayline.Media, error)) ([]*sayline.Media, error) {
	ticks, stop := d.Watch(brand, moment)
	defer stop()
	late := time.NewTimer(mediaWait)
	defer late.Stop()
	for {
		list, err := read()
		if err != nil || !slices.ContainsFunc(list, func(m *sayline.Media) bool { return m.State == sayline.MediaRaw }) {
			return list, err
		}
		select {
		case <-ticks:
		case <-late.C:
			return list, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Files is where photos and voices are kept.
func (d *Door) Files() media.Files { return d.files }
