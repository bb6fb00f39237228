package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// GoOn records "I'm on": the person is responsible for the team at the place
// from now until then. An earlier stretch of theirs there ends.
func (s *Store) GoOn(ctx context.Context, d sayline.OnDuty) error {
	return s.update(ctx, d.Brand, byPerson, func(tx *Tx) error { return tx.goOn(d) })
}

func (tx *Tx) goOn(d sayline.OnDuty) error {
	if err := tx.goOff(d); err != nil {
		return err
	}
	_, err := tx.exec("INSERT INTO duty (brand_id, duty_id, team, place, person, from_at, until_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		d.Brand, d.ID, d.Team, d.Place, d.Person, micros(tx.now), micros(d.Until))
	return err
}

// GoOff ends the person's stretch there.
func (s *Store) GoOff(ctx context.Context, d sayline.OnDuty) error {
	return s.update(ctx, d.Brand, byPerson, func(tx *Tx) error { return tx.goOff(d) })
}

func (tx *Tx) goOff(d sayline.OnDuty) error {
	tx.event(sayline.Event{Brand: d.Brand, Type: sayline.EventDutyChanged, Team: d.Team, Person: d.Person})
	_, err := tx.exec("UPDATE duty SET until_at = $1 WHERE brand_id = $2 AND team = $3 AND place = $4 AND person = $5 AND until_at > $6",
		micros(tx.now), d.Brand, d.Team, d.Place, d.Person, micros(tx.now))
	return err
}

// OnDuty reads the stretches that have not ended by then.
func (s *Store) OnDuty(ctx context.Context, brand string, after time.Time) ([]sayline.OnDuty, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT duty_id, team, place, person, from_at, until_at FROM duty WHERE brand_id = $1 AND until_at > $2 ORDER BY from_at, duty_id", brand, micros(after))
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.OnDuty
	err = eachRow(rows, func(r *sql.Rows) error {
		d := sayline.OnDuty{Brand: brand}
		var from, until int64
		err := r.Scan(&d.ID, &d.Team, &d.Place, &d.Person, &from, &until)
		d.From, d.Until = fromMicros(from), fromMicros(until)
		list = append(list, d)
		return err
	})
	return list, s.failed(err)
}
