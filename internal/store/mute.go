package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/sayline/sayline"
)

const muteCols = "mute_id, team, place, lane, topic, touchpoint, person, reason, from_at, until_at"

func scanMute(r scanner, brand string) (sayline.Mute, error) {
	m := sayline.Mute{Brand: brand}
	var from, until int64
	err := r.Scan(&m.ID, &m.Team, &m.Place, &m.Lane, &m.Topic, &m.Touchpoint, &m.Person, &m.Reason, &from, &until)
	m.From, m.Until = fromMicros(from), fromMicros(until)
	return m, err
}

// Mute keeps steps of a team's cases back until then. Steps that are not due yet
// find it when they are.
func (s *Store) Mute(ctx context.Context, m sayline.Mute) error {
	return s.update(ctx, m.Brand, byPerson, func(tx *Tx) error {
		if err := m.Validate(tx.now); err != nil {
			return err
		}
		_, err := tx.exec("INSERT INTO mute (brand_id, "+muteCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
			m.Brand, m.ID, m.Team, m.Place, m.Lane, m.Topic, m.Touchpoint, m.Person, m.Reason, micros(tx.now), micros(m.Until))
		tx.muteEvent(&m, m.Person)
		return err
	})
}

// Unmute ends a mute before its time. What it kept back is due again: at the time
// it was due first, or now. Twice is harmless; NotFound when there is none.
func (s *Store) Unmute(ctx context.Context, brand, id, person string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		m, err := scanMute(tx.scanner("SELECT "+muteCols+" FROM mute WHERE brand_id = $1 AND mute_id = $2", brand, id), brand)
		if err != nil || !m.Until.After(tx.now) {
			return err
		}
		now := micros(tx.now)
		if _, err := tx.exec("UPDATE mute SET until_at = $1 WHERE brand_id = $2 AND mute_id = $3", now, brand, id); err != nil {
			return err
		}
		tx.muteEvent(&m, person)
		// Those that another mute keeps back, too, find it when they are looked at.
		_, err = tx.exec("UPDATE step SET due_at = CASE WHEN asked_at > $1 THEN asked_at ELSE $2 END WHERE brand_id = $3 AND state = 'waiting' AND held = 'mute'", now, now, brand)
		return err
	})
}

func (tx *Tx) muteEvent(m *sayline.Mute, person string) {
	tx.event(sayline.Event{Brand: m.Brand, Type: sayline.EventMuteChanged, Lane: m.Lane, Team: m.Team, Person: person})
}

// Mutes reads those of a brand that hold, the first to end first.
func (s *Store) Mutes(ctx context.Context, brand string) ([]sayline.Mute, error) {
	rows, err := s.readers.QueryContext(ctx, mutesNow, brand, micros(s.now()))
	if err != nil {
		return nil, s.failed(err)
	}
	list, err := readMutes(rows, brand)
	return list, s.failed(err)
}

const mutesNow = "SELECT " + muteCols + " FROM mute WHERE brand_id = $1 AND until_at > $2 ORDER BY until_at, mute_id"

func readMutes(rows *sql.Rows, brand string) (list []sayline.Mute, err error) {
	err = eachRow(rows, func(r *sql.Rows) error {
		m, err := scanMute(r, brand)
		list = append(list, m)
		return err
	})
	return list, err
}

// mutes are those that hold in this transaction.
func (tx *Tx) mutes(brand string) ([]sayline.Mute, error) {
	rows, err := tx.query(mutesNow, brand, micros(tx.now))
	if err != nil {
		return nil, err
	}
	return readMutes(rows, brand)
}

// Hold keeps a step back.
type Hold struct {
	Why   string // HeldMute or HeldHours; "" for none
	Until time.Time
}

// Reasons for which a step is kept back.
const (
	HeldMute  = "mute"
	HeldHours = "hours" // outside opening hours
)

// HeldBy finds what keeps a step back at a time: its own hold, or of several mutes
// the one that ends last.
func (f *Firing) HeldBy(c *sayline.Case, mutes []sayline.Mute, at time.Time) Hold {
	h := f.hold(c, slices.DeleteFunc(slices.Clone(mutes), func(m sayline.Mute) bool { return !m.Until.After(at) }))
	if !h.Until.After(at) {
		return Hold{}
	}
	return h
}

// hold finds it among mutes that hold.
func (f *Firing) hold(c *sayline.Case, mutes []sayline.Mute) Hold {
	h := f.Hold
	for i := range mutes {
		if m := &mutes[i]; f.muted(c, m) && m.Until.After(h.Until) {
			h = Hold{HeldMute, m.Until}
		}
	}
	return h
}

func (f *Firing) muted(c *sayline.Case, m *sayline.Mute) bool {
	return m.Team == c.Team && m.Lane == c.Lane && (m.Place == "" || slices.Contains(f.Within, m.Place)) &&
		(m.Topic == "" || m.Topic == c.Topic) && (m.Touchpoint == "" || m.Touchpoint == f.Touchpoint) &&
		(m.Narrow() || c.Urgency != sayline.Critical)
}

// keepBack puts a due step off. What it was due at first is kept with it.
func (tx *Tx) keepBack(st *sayline.Step, h Hold) error {
	_, err := tx.exec("UPDATE step SET held = $1, asked_at = CASE WHEN asked_at = 0 THEN due_at ELSE asked_at END, due_at = $2 WHERE brand_id = $3 AND case_id = $4 AND episode = $5 AND loop = $6 AND n = $7 AND state = 'waiting'",
		h.Why, micros(h.Until), st.Brand, st.Case, st.Episode, st.Loop, st.N)
	return err
}

// MuteOf is the mute that keeps a case's step back now; ok only where one does.
func (s *Store) MuteOf(ctx context.Context, brand, caseID string) (until time.Time, ok bool, err error) {
	var at int64
	err = s.askOne(ctx, "SELECT COALESCE(MAX(due_at), 0) FROM step WHERE brand_id = $1 AND case_id = $2 AND state = 'waiting' AND held = 'mute' AND due_at > $3", []any{brand, caseID, micros(s.now())}, &at)
	return fromMicros(at), at > 0, s.failed(err)
}
