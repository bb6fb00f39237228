package store

import (
	"context"
	"database/sql"

	"github.com/sayline/sayline"
)

// SetQuiet stores a person's quiet hours; those of [sayline.QuietHours.None] end them.
func (s *Store) SetQuiet(ctx context.Context, brand, person string, q sayline.QuietHours) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		tx.contactEvent(brand, person)
		if q.None() {
			_, err := tx.exec("DELETE FROM quiet WHERE brand_id = $1 AND person = $2", brand, person)
			return err
		}
		_, err := tx.exec("INSERT INTO quiet (brand_id, person, from_minute, until_minute, zone) VALUES ($1, $2, $3, $4, $5) "+
			"ON CONFLICT (brand_id, person) DO UPDATE SET from_minute = excluded.from_minute, until_minute = excluded.until_minute, zone = excluded.zone", brand, person, q.From, q.Until, q.Zone)
		return err
	})
}

// Quiets are the quiet hours of a brand's people.
func (s *Store) Quiets(ctx context.Context, brand string) (map[string]sayline.QuietHours, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT person, from_minute, until_minute, zone FROM quiet WHERE brand_id = $1", brand)
	if err != nil {
		return nil, s.failed(err)
	}
	quiet := map[string]sayline.QuietHours{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var person string
		var q sayline.QuietHours
		err := r.Scan(&person, &q.From, &q.Until, &q.Zone)
		quiet[person] = q
		return err
	})
	return quiet, s.failed(err)
}
