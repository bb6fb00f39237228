package intake

import (
	"cmp"
	"context"
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
	Seal                                      bool
	DropReceipt                               bool // destroys the receipt; kiosks
}

// Amend changes an open moment and decides again. Errors: NotFound, AtFault,
// Conflict after the seal. Without a receipt any more the answer is nil.
func (d *Door) Amend(ctx context.Context, b *brands.Snapshot, secret string, a Amendment) (*Receipt, error) {
	hash := sayline.ReceiptKey(secret)
	now := d.now().UTC()
	err := d.store.Amend(ctx, store.Amend{
		Brand: b.ID, Receipt: hash, CaseID: sayline.NewID(now, d.random),
		Change: func(m *sayline.Moment) error { return d.apply(b, m, &a, now) },
		Decide: b.Router.Decide,
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
	if a.Lat != nil && a.Long != nil {
		c.Lat, c.Long, c.Located = *a.Lat, *a.Long, true
	}
	if a.Contact != nil {
		m.Contact, m.Class = a.Contact, sayline.Identified
		m.RetainUntil = m.ReceivedAt.Add(b.RetainFor(m.Class))
	}
	tidy(m)
	if err := m.Validate(); err != nil {
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

// Say is an author's further words, or their "solved" with an after-feeling
// (0 for none). Errors: NotFound, AtFault.
func (d *Door) Say(ctx context.Context, b *brands.Snapshot, secret string, msg sayline.Message, feeling int) (*Receipt, error) {
	if err := msg.Validate(); err != nil {
		return nil, err
	}
	if feeling < 0 || feeling > 5 {
		return nil, &sayline.Error{Kind: sayline.AtFault, Message: "These words can't be sent as they are.",
			Fields: []sayline.Fault{{Pointer: "/feeling", Detail: "expected 1 (awful) to 5 (wonderful)"}}}
	}
	now := d.now().UTC()
	msg.ID = sayline.NewID(now, d.random)
	err := d.store.AuthorSays(ctx, store.AuthorSays{
		Brand: b.ID, Receipt: sayline.ReceiptKey(secret), Message: &msg, Feeling: feeling,
		Decide: b.Router.Decide, CaseID: sayline.NewID(now, d.random),
	})
	if err != nil {
		return nil, err
	}
	return d.Receipt(ctx, b, secret)
}

// Withdraw erases a moment and all that hangs on it. NotFound when there is none.
func (d *Door) Withdraw(ctx context.Context, b *brands.Snapshot, secret string) error {
	return d.store.Withdraw(ctx, b.ID, sayline.ReceiptKey(secret))
}
