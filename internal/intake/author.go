package intake

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

// Amendment is what an author adds or changes; nil leaves a member as it is.
type Amendment struct {
	Kind, Topic, Text, Lang                   *string
	Feeling                                   *int
	Touchpoint, Place, Product, Lot, GS1, Ref *string
	Lat, Long                                 *float64
	Contact                                   *sayline.MomentContact // makes it identified
	Publish                                   *bool
	OccurredAt                                *time.Time // when it happened, for who says it later
	Seal                                      bool
	DropReceipt                               bool            // destroys the receipt; kiosks
	Device                                    *sayline.Device // that signs it; nil for everybody else
}

// Amend changes an open moment and decides again. Errors: NotFound, AtFault,
// Conflict after the seal. Without a receipt any more the answer is nil.
func (d *Door) Amend(ctx context.Context, b *brands.Snapshot, secret string, a Amendment) (*Receipt, error) {
	hash := sayline.ReceiptKey(secret)
	now := d.now().UTC()
	device, pressed := "", time.Time{}
	if a.Device != nil && a.OccurredAt != nil { // a press of the same hand: the moment keeps the time of its first
		device, pressed = a.Device.ID, a.OccurredAt.UTC()
		a.OccurredAt = nil
	}
	err := d.store.Amend(ctx, store.Amend{
		Brand: b.ID, Receipt: hash, CaseID: sayline.NewID(now, d.random), Device: device, Pressed: pressed,
		Change: func(m *sayline.Moment) error { return d.apply(b, m, &a, now) },
		Decide: b.Router.At(now),
	})
	if err != nil || a.DropReceipt {
		return nil, err
	}
	return d.Receipt(ctx, b, secret)
}

// apply edits the moment and completes it as at the door.
func (d *Door) apply(b *brands.Snapshot, m *sayline.Moment, a *Amendment, now time.Time) error {
	c, lane := &m.Context, m.Lane
	forgetImplied(b, m, a)
	for _, s := range []struct {
		to   *string
		from *string
	}{{&m.Kind, a.Kind}, {&m.Topic, a.Topic}, {&m.Text, a.Text}, {&m.Lang, a.Lang},
		{&c.Touchpoint, a.Touchpoint}, {&c.Place, a.Place}, {&c.Product, a.Product}, {&c.Lot, a.Lot}, {&c.GS1, a.GS1}, {&c.Ref, a.Ref}} {
		if s.from != nil {
			*s.to = *s.from
		}
	}
	if a.Feeling != nil {
		m.Feeling = *a.Feeling
	}
	if a.Publish != nil {
		m.Publish = *a.Publish
	}
	if a.OccurredAt != nil {
		m.OccurredAt = a.OccurredAt.UTC().Truncate(time.Microsecond)
	}
	if a.Lat != nil && a.Long != nil {
		c.Lat, c.Long, c.Located = *a.Lat, *a.Long, true
	}
	if a.Contact != nil {
		m.Contact, m.Class = merged(m.Contact, a.Contact), sayline.Identified
		m.RetainUntil = m.ReceivedAt.Add(b.RetainFor(m.Class))
	}
	tidy(m)
	if err := m.Validate(); err != nil {
		return err
	}
	if err := prove(b, m, now); err != nil {
		return err
	}
	if a.Seal {
		m.SealedAt = now
	}
	if a.DropReceipt {
		m.Receipt = ""
	}
	b.Router.Place(m)
	if m.Lane == "" && lane != "" {
		m.Lane = lane // what was private stays private
	}
	if m.Lane != "" {
		id := m.ID
		d.name(b, m, cmp.Or(m.ReceivedAt, now))
		if lane != "" {
			m.ID = id // it has told no more than the day from the first
		}
	}
	return nil
}

// merged is what an author adds to who they said they are. What was proved stays.
func merged(was, add *sayline.MomentContact) *sayline.MomentContact {
	if was == nil {
		return add
	}
	return &sayline.MomentContact{Name: cmp.Or(add.Name, was.Name), Email: cmp.Or(add.Email, was.Email), Phone: cmp.Or(add.Phone, was.Phone),
		Member: cmp.Or(add.Member, was.Member), Proof: add.Proof, Proved: was.Proved}
}

// forgetImplied takes out what the door filled in where the author had said
// nothing, so that it follows anew from what is changed. What looks implied and
// was said is implied all the same.
func forgetImplied(b *brands.Snapshot, m *sayline.Moment, a *Amendment) {
	c, bare := &m.Context, *m
	bare.Kind, bare.Audience, bare.Context.Place, bare.Context.Product = "", "", "", ""
	b.Router.Place(&bare)
	for _, s := range []struct {
		member  *string
		implied string
		anew    bool
	}{
		{&m.Kind, bare.Kind, true}, {&m.Audience, bare.Audience, a.Touchpoint != nil},
		{&c.Place, bare.Context.Place, a.Touchpoint != nil}, {&c.Product, bare.Context.Product, a.Touchpoint != nil},
	} {
		if s.anew && *s.member == s.implied {
			*s.member = ""
		}
	}
}

// MessageID is the id of the words said once under a key (22 to 128 characters,
// as [CheckKey] wants them): the same words sent again have it too, but for the
// time in it.
func (d *Door) MessageID(secret, key string) string {
	sum := sha256.Sum256([]byte(secret + "\x00" + key))
	return sayline.NewID(d.now(), bytes.NewReader(sum[:]))
}

// Say is an author's further words, or their "solved" with an after-feeling
// (0 for none). Words with an id of [Door.MessageID] are kept once. Errors:
// NotFound, AtFault.
func (d *Door) Say(ctx context.Context, b *brands.Snapshot, secret string, msg sayline.Message, feeling int) (*Receipt, error) {
	if err := msg.Validate(); err != nil {
		return nil, err
	}
	if feeling < 0 || feeling > 5 {
		return nil, &sayline.Error{Kind: sayline.AtFault, Key: "detail_words", Message: "These words can't be sent as they are.",
			Fields: []sayline.Fault{{Pointer: "/feeling", Detail: "expected 1 (awful) to 5 (wonderful)"}}}
	}
	now := d.now().UTC()
	once := msg.ID != ""
	if !once {
		msg.ID = sayline.NewID(now, d.random)
	}
	err := d.store.AuthorSays(ctx, store.AuthorSays{
		Brand: b.ID, Receipt: sayline.ReceiptKey(secret), Message: &msg, Once: once, Feeling: feeling,
		Decide: b.Router.At(now), CaseID: sayline.NewID(now, d.random),
	})
	if err != nil {
		return nil, err
	}
	return d.Receipt(ctx, b, secret)
}

// SayByLetter keeps what the author of a moment wrote in answer to a letter. letter
// names theirs: it is kept once. Errors: NotFound, AtFault.
func (d *Door) SayByLetter(ctx context.Context, b *brands.Snapshot, moment, letter, words string) error {
	msg := sayline.Message{ID: d.MessageID("letter to "+moment, letter), Text: words}
	if err := msg.Validate(); err != nil {
		return err
	}
	now := d.now().UTC()
	return d.store.AuthorSays(ctx, store.AuthorSays{
		Brand: b.ID, Moment: moment, Message: &msg, Once: true, Decide: b.Router.At(now), CaseID: sayline.NewID(now, d.random),
	})
}

// Withdraw erases a moment and all that hangs on it. NotFound when there is none.
func (d *Door) Withdraw(ctx context.Context, b *brands.Snapshot, secret string) error {
	// It is never refused, however often it comes: so that what is no receipt costs
	// others no turn to write, it is looked at first.
	if _, err := d.store.MomentByReceipt(ctx, b.ID, sayline.ReceiptKey(secret)); err != nil {
		return err
	}
	return d.store.Withdraw(ctx, b.ID, sayline.ReceiptKey(secret))
}

// AskToBeTold keeps a browser that wants to be told what becomes of a moment.
// AtFault when no browser made the subscription; NotFound for a wrong receipt.
func (d *Door) AskToBeTold(ctx context.Context, b *brands.Snapshot, secret string, sub *sayline.Subscription) error {
	if err := sub.Validate(); err != nil {
		return err
	}
	keys, err := json.Marshal(sub)
	if err != nil {
		return err
	}
	return d.store.AskToBeTold(ctx, b.ID, sayline.ReceiptKey(secret), sayline.ContactID(sayline.ByPush, sub.Endpoint), string(keys))
}
