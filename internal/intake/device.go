package intake

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

// Device finds the device that signs with a token; Unsigned when there is none.
func (d *Door) Device(ctx context.Context, b *brands.Snapshot, token string) (*sayline.Device, error) {
	return d.store.DeviceByToken(ctx, b.ID, sayline.HashSecret(token))
}

// Heard keeps what a device reports of itself. Errors: AtFault; Unsigned when it
// was revoked meanwhile.
func (d *Door) Heard(ctx context.Context, dev *sayline.Device, beat sayline.Beat) error {
	if err := beat.Validate(); err != nil {
		return err
	}
	return d.store.HearDevice(ctx, dev.Brand, dev.ID, beat)
}

// PIN is what staff type to leave a device's kiosk: six digits that follow from
// the server's key, so that they can be shown again and are stored nowhere.
func PIN(serverKey []byte, brand, device string) string {
	h := hmac.New(sha256.New, serverKey)
	h.Write([]byte("device pin\x00" + brand + "\x00" + device))
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(h.Sum(nil))%1_000_000)
}

// PIN is that of one of the brand's devices.
func (d *Door) PIN(dev *sayline.Device) string { return PIN(d.store.ServerKey(), dev.Brand, dev.ID) }

// signed completes what a device sends without saying where.
func signed(m *sayline.Moment, dev *sayline.Device) {
	if dev == nil {
		return
	}
	c := &m.Context
	if c.GS1 == "" {
		c.Touchpoint = cmp.Or(c.Touchpoint, dev.Touchpoint)
	}
	c.Source = cmp.Or(c.Source, "kiosk")
}

// press brings what a device signs to the store; folded says that it belongs to
// the burst of the press before it.
func (d *Door) press(ctx context.Context, b *brands.Snapshot, dev *sayline.Device, a *store.Accept) (folded bool, err error) {
	said := *a.Moment
	change := Amendment{}
	if said.Feeling > 0 {
		change.Feeling = &said.Feeling
	}
	if said.Topic != "" {
		change.Topic, change.Kind = &said.Topic, &said.Kind
	}
	now := a.Moment.ReceivedAt
	p := &store.Press{
		Accept: *a, Device: dev.ID, Decide: b.Router.At(d.now().UTC()),
		Change: func(into *sayline.Moment) error { return d.apply(b, into, &change, cmp.Or(into.ReceivedAt, now)) },
	}
	if err := d.store.AcceptPress(ctx, p); err != nil {
		return false, err
	}
	a.Replay = p.Replay // Moment is shared
	return p.Folded, nil
}

// Came is the last public step of what was said at a touchpoint, the only answer
// who spoke at a kiosk gets; nil when there is
// none in two days, or what is said there is private.
func (d *Door) Came(ctx context.Context, b *brands.Snapshot, touchpoint string) (*store.Done, error) {
	t := b.Index.Touchpoint(touchpoint)
	if t == nil || t.Lane != "" {
		return nil, nil
	}
	done, err := d.store.DoneAt(ctx, b.ID, touchpoint, d.now().Add(-cameFor))
	if err != nil || done == nil {
		return nil, err
	}
	if topic := b.Index.Topic(done.Topic); topic != nil && topic.Lane != "" {
		return nil, nil // private since
	}
	return done, nil
}

// cameFor is how long what came of it is told.
const cameFor = 48 * time.Hour

// WatchBrand ticks after each committed change of any of a brand's cases; ticks
// that are not taken in time become one. Call stop when done.
func (d *Door) WatchBrand(brand string) (ticks <-chan struct{}, stop func()) {
	w := &watch{ticks: make(chan struct{}, 1), moment: watchKey{brand, everyCase}}
	d.watch.add(w)
	return w.ticks, func() { d.watch.stop(w) }
}

// everyCase is what those watch who look at all cases of a brand; no id is like it.
const everyCase = "*"

// turns are the events that change what came of something.
var turns = map[string]bool{
	sayline.EventCaseResolved: true, sayline.EventCaseAnswered: true, sayline.EventCaseReopened: true, sayline.EventCaseMoved: true, sayline.EventMomentWithdrawn: true,
}
