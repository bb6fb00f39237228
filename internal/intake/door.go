// Package intake is the door: it checks what comes, decides where it goes, and
// hands the whole to the store's group writer; it answers after the commit and
// never before.
//
// Start with [Door.Accept], the way of a new moment. receipt.go is what its
// author sees of it afterwards; author.go what they may still do to it; media.go
// how photos and voices are durable before the moment that has them;
// watch.go tells open receipt pages that something changed.
package intake

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/gs1"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/proof"
	"github.com/sayline/sayline/internal/store"
)

// Door accepts moments for every brand of this server.
type Door struct {
	store  *store.Store
	now    func() time.Time
	random io.Reader
	watch  *watchers
	told   *toldCache
	files  media.Files

	records recordCache
}

// New makes the door. random must be safe for concurrent use (crypto/rand.Reader is).
func New(s *store.Store, now func() time.Time, random io.Reader) *Door {
	d := &Door{store: s, now: now, random: random, watch: newWatchers(), told: newToldCache(), files: media.Nowhere{}}
	s.Watch(d.watch.tell)
	return d
}

// Submission is what a client sent, read but not yet judged.
type Submission struct {
	Moment    sayline.Moment // Kind, Feeling, Topic, Text, Lang, Audience, Context, Class, Publish, Contact, OccurredAt; the door fills the rest
	Key       string         // Idempotency-Key, from [CheckKey]
	Digest    [32]byte       // of the body, as the protocol says
	Media     []*media.Upload
	More      bool            // keep it open for additions
	NoReceipt bool            // the author wants none
	Device    *sayline.Device // that signed it; nil for a person's own client
}

// Accepted is a moment that is on disk, decided, counted, its alert queued.
type Accepted struct {
	Moment sayline.Moment
	Secret string    // of the receipt's URL, with its locator; "" when there is none
	Replay bool      // same key, same digest: nothing new was stored
	Folded bool      // a press of a burst: Moment is the burst's, and no secret is given
	OnDuty bool      // somebody is on duty for it now
	DutyAt time.Time // when somebody will be, if not; zero when unknown
}

const (
	minKey = 22
	maxKey = 128
)

// CheckKey reads an Idempotency-Key header, bare or quoted: 22 to 128 visible
// ASCII characters. Errors are Invalid.
func CheckKey(header string) (string, error) {
	key := header
	if len(key) >= 2 && key[0] == '"' && key[len(key)-1] == '"' {
		key = key[1 : len(key)-1]
	}
	switch {
	case header == "":
		return "", sayline.Errorf(sayline.Invalid, "An Idempotency-Key is needed: 22 to 128 random characters, made once per moment.")
	case len(key) < minKey || len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r < 0x21 || r > 0x7e }):
		return "", sayline.Errorf(sayline.Invalid, "The Idempotency-Key must be 22 to 128 visible ASCII characters.")
	}
	return key, nil
}

// Accept stores a moment with everything it causes. Errors: AtFault for what
// can't be kept or a key used for another body, Gone for a withdrawn key,
// Unavailable when the line is full or the database away.
func (d *Door) Accept(ctx context.Context, b *brands.Snapshot, s Submission) (*Accepted, error) {
	now := d.now().UTC().Truncate(time.Microsecond)
	m := s.Moment
	count(&m, s.Media)
	signed(&m, s.Device)
	tidy(&m)
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if err := prove(b, &m, now); err != nil && !d.KnownKey(ctx, b, s.Key) {
		return nil, err // who only repeats gets their receipt, though the proof has run out since
	}
	d.vouch(b, &m, now)
	m.Brand, m.Zone, m.ReceivedAt = b.ID, b.Zone, now
	if m.OccurredAt.IsZero() {
		m.OccurredAt = now
	}
	m.RetainUntil = now.Add(b.RetainFor(m.Class))
	m.OpenUntil = now.Add(openFor(&m))
	if !s.More {
		m.SealedAt = now
	}
	b.Router.Place(&m)
	m.Guarded = slices.Contains(b.Guarded(), m.Audience)
	d.name(b, &m, now)
	m.Decision = b.Router.At(now)(&m)
	secret := d.secret(b.ID, &s)
	m.Reference = sayline.Reference(d.mac("reference", b.ID, s.Key, s.Digest[:]))
	if !s.NoReceipt {
		m.Receipt = sayline.ReceiptKey(secret + sayline.EncodeLocator(m.ID))
	}
	m.Once = sayline.HashSecret(s.Key)
	a := &store.Accept{
		Moment: &m, Digest: base64.RawURLEncoding.EncodeToString(s.Digest[:]),
		CaseID: sayline.NewID(now, d.random),
	}
	folded := false
	if err := d.keeping(ctx, b.ID, s.Media, func(list []sayline.Media, planned time.Time) (taken []string, err error) {
		a.Media, a.Planned = list, planned
		if s.Device != nil {
			folded, err = d.press(ctx, b, s.Device, a)
		} else {
			err = d.store.Accept(ctx, a)
		}
		if err != nil || a.Replay || folded {
			return nil, err
		}
		return ids(list), nil
	}); err != nil {
		return nil, err
	}
	done := &Accepted{Moment: m, Replay: a.Replay, Folded: folded}
	if a.Replay {
		first, err := d.store.Moment(ctx, b.ID, m.ID)
		if sayline.KindOf(err) == sayline.NotFound {
			return nil, sayline.Errorf(sayline.Gone, "This was kept as long as promised, and is gone.").Keyed("detail_expired")
		}
		if err != nil {
			return nil, err
		}
		done.Moment = *first
	}
	if done.Moment.Followed(now) && strings.HasSuffix(done.Moment.Receipt, sayline.HashSecret(secret)) { // the receipt of another press of the burst is not this one's
		done.Secret = secret + sayline.EncodeLocator(done.Moment.ID)
	}
	done.OnDuty, done.DutyAt = onDuty(b, done.Moment.Decision, now)
	return done, nil
}

// prove verifies an author's proof and keeps what it proved instead of it. Who
// proves less than they said is known by what they proved.
func prove(b *brands.Snapshot, m *sayline.Moment, now time.Time) error {
	if m.Contact == nil || m.Contact.Proof == "" {
		return nil
	}
	proved, err := proof.Verify(&b.Brand, m.Contact.Proof, now)
	if err != nil {
		return err
	}
	c := *m.Contact
	c.Proof, c.Proved = "", proved
	c.Name, c.Member = cmp.Or(proved.Name, c.Name), cmp.Or(proved.Member, c.Member)
	m.Contact = &c
	return nil
}

// KnownKey says whether a key was used before; unknown while the database is away.
func (d *Door) KnownKey(ctx context.Context, b *brands.Snapshot, key string) bool {
	known, err := d.store.KnownKey(ctx, b.ID, sayline.HashSecret(key))
	return err == nil && known
}

// tidy makes what was sent no more precise than its class allows, and reads
// what a barcode says.
func tidy(m *sayline.Moment) {
	if m.Class == "" {
		m.Class = sayline.Unidentified
	}
	c := &m.Context
	if m.Class == sayline.Unidentified {
		c.GS1 = gs1.CutSerial(c.GS1)
		c.Serial = ""
		c.Lat, c.Long = round100m(c.Lat), round100m(c.Long)
	}
	if c.GS1 == "" {
		return
	}
	link, err := gs1.ParseURL(c.GS1)
	if err != nil {
		return // kept as sent, without a product
	}
	if link.GTIN != "" {
		c.Product = link.GTIN
	}
	if link.Lot != "" {
		c.Lot = link.Lot
	}
	if link.Expiry != "" {
		c.Expiry = link.Expiry
	}
	if m.Class == sayline.Identified {
		c.Serial = link.Serial
	}
}

// round100m keeps three decimals of a degree, 111 m at most.
func round100m(degrees float64) float64 { return math.Round(degrees*1000) / 1000 }

func openFor(m *sayline.Moment) time.Duration {
	if m.Context.Source == "kiosk" {
		return sayline.KioskOpenFor
	}
	return sayline.OpenFor
}

// name gives a moment its id. In a protected lane neither the id nor a time of
// the row tells more than the day.
func (d *Door) name(b *brands.Snapshot, m *sayline.Moment, now time.Time) {
	if m.Lane == "" {
		m.ID = sayline.NewID(now, d.random)
		return
	}
	zone := b.Location()
	cut := func(t time.Time) time.Time { return time.UnixMicro(store.DayStart(t, zone)).UTC() }
	if !m.SealedAt.IsZero() {
		m.SealedAt = cut(now)
	}
	m.ReceivedAt, m.OccurredAt = cut(now), cut(m.OccurredAt)
	m.RetainUntil = cut(m.RetainUntil)
	// Open a little into the next day, so that the hour is not told. A day has 23
	// to 25 hours: 26 after its start is always the next.
	m.OpenUntil = cut(cut(now).Add(26 * time.Hour)).Add(time.Hour)
	m.ID = sayline.NewID(m.ReceivedAt, d.random)
}

// secret is a receipt's: the first 160 bits of a keyed hash, so that a repeat
// can return it though only its hash is stored.
func (d *Door) secret(brand string, s *Submission) string {
	return sayline.EncodeSecret(d.mac("receipt", brand, s.Key, s.Digest[:]))
}

// mac is HMAC-SHA256 of the server's key over a purpose, a brand, a key and a
// digest; none of the first three can contain the zero byte that parts them.
func (d *Door) mac(purpose, brand, key string, digest []byte) []byte {
	h := hmac.New(sha256.New, d.store.ServerKey())
	for _, s := range []string{purpose, brand, key} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	h.Write(digest)
	return h.Sum(nil)
}
