package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// Press is a moment that a device signs. One that belongs to the burst of the
// press before it is folded into that one's moment.
type Press struct {
	Accept
	Device string                                 // id
	Change func(into *sayline.Moment) error       // says the press's face or topic in the burst's moment; an error refuses the press
	Decide func(*sayline.Moment) sayline.Decision // decides that moment again

	Folded bool // nothing new was stored: Moment is the burst's, as it is now
}

// AcceptPress is [Store.Accept] of what a device signs. Presses by one hand
// ([sayline.Burst]) are one moment: the latest press says its face and its topic,
// a face and a topic complete each other, and the counts and the case follow.
// What is not folded: words, photos, voices and names; whatever was said in a
// private lane; a press at another touchpoint; a press whose moment was added to
// or taken back. Each is a moment of its own. The key of a folded press stands for
// the burst's moment. Errors: as Accept; Unsigned when the device was revoked.
func (s *Store) AcceptPress(ctx context.Context, p *Press) error {
	as := *p.Moment
	as.ReceivedAt, as.OccurredAt = as.ReceivedAt.Truncate(time.Microsecond), as.OccurredAt.Truncate(time.Microsecond)
	return s.update(ctx, as.Brand, byPerson, func(tx *Tx) error {
		p.Replay, p.Folded, p.err, p.slot = false, false, nil, nil
		*p.Moment = as // a group that failed is tried again
		return tx.press(p)
	})
}

// standsFor begins the row of a key that stands for another key's moment: so a
// moment that is taken back, or gets another id, takes them along.
const standsFor = "="

func (tx *Tx) press(p *Press) error {
	if tx.late(p.Media, p.Planned) {
		return errPlan
	}
	burst, err := tx.hear(p)
	if err != nil {
		return err
	}
	fresh, err := tx.claimKeys([]*Accept{&p.Accept})
	if err != nil || p.err != nil || len(fresh) == 0 {
		if err == nil {
			err = p.err
		}
		return err
	}
	if p.Folded, err = tx.fold(p, burst); err != nil || p.Folded {
		return err
	}
	if err := tx.takeIn(fresh); err != nil || !p.Moment.Pressed() || p.Moment.Lane != "" {
		return err
	}
	return tx.keepBurst(p, &sayline.Burst{Key: p.Moment.Once, First: p.Moment.OccurredAt, Last: p.Moment.OccurredAt})
}

// hear locks the device, so that its presses come one after the other, and gives
// its last burst. Of a press in a private lane not even the time is kept.
func (tx *Tx) hear(p *Press) (*sayline.Burst, error) {
	var b sayline.Burst
	var last, first, latest int64
	err := tx.row("UPDATE device SET last_at = last_at WHERE brand_id = $1 AND device_id = $2 AND revoked_at = 0 RETURNING last_at, burst_key, burst_first, burst_last",
		[]any{p.Moment.Brand, p.Device}, &last, &b.Key, &first, &latest)
	if err == sql.ErrNoRows {
		return nil, errDevice
	}
	if err != nil {
		return nil, err
	}
	b.First, b.Last = fromMicros(first), fromMicros(latest)
	if p.Moment.Lane == "" {
		_, err = tx.exec("UPDATE device SET last_at = $1 WHERE brand_id = $2 AND device_id = $3", micros(tx.now), p.Moment.Brand, p.Device)
	}
	return &b, err
}

// fold puts a press into the burst's moment, if it belongs there.
func (tx *Tx) fold(p *Press, b *sayline.Burst) (bool, error) {
	said := p.Moment
	if !said.Pressed() || said.Lane != "" || !b.Takes(said.OccurredAt) {
		return false, nil
	}
	var id string
	err := tx.row("SELECT moment_id FROM idempotency WHERE brand_id = $1 AND key_hash = $2", []any{said.Brand, b.Key}, &id)
	if err == nil && id == "" {
		err = sql.ErrNoRows
	}
	if err == sql.ErrNoRows { // taken back, or long ago
		return false, nil
	}
	if err != nil {
		return false, err
	}
	before, c, err := tx.lockNamed(said.Brand, id)
	if err == sql.ErrNoRows { // kept as long as promised
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !before.Pressed() || before.Lane != "" || before.Context.Touchpoint != said.Context.Touchpoint {
		return false, nil
	}
	m := *before
	if latest := b.Press(said.OccurredAt); latest {
		if err := p.Change(&m); err != nil {
			return false, err
		}
	}
	if m.Lane != "" { // a private topic after all
		return false, nil
	}
	if m.Feeling != before.Feeling || m.Topic != before.Topic || m.Kind != before.Kind {
		m.Decision = p.Decide(&m)
		if err := tx.becomes(before, &m, c, p.CaseID); err != nil {
			return false, err
		}
	}
	if _, err := tx.exec("UPDATE idempotency SET moment_id = $1 WHERE brand_id = $2 AND key_hash = $3", standsFor+b.Key, m.Brand, said.Once); err != nil {
		return false, err
	}
	*p.Moment = m
	return true, tx.keepBurst(p, b)
}

// burstGoesOn says that a hand has changed what it pressed. A clock that is
// ahead does not make a burst of tomorrow.
func (tx *Tx) burstGoesOn(m *sayline.Moment, device string, at time.Time) error {
	if at.After(tx.now) {
		at = tx.now
	}
	_, err := tx.exec("UPDATE device SET burst_last = $1 WHERE brand_id = $2 AND device_id = $3 AND burst_key = $4 AND burst_last < $5",
		micros(at), m.Brand, device, m.Once, micros(at))
	return err
}

func (tx *Tx) keepBurst(p *Press, b *sayline.Burst) error {
	_, err := tx.exec("UPDATE device SET burst_key = $1, burst_first = $2, burst_last = $3 WHERE brand_id = $4 AND device_id = $5",
		b.Key, micros(b.First), micros(b.Last), p.Moment.Brand, p.Device)
	return err
}
