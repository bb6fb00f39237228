package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/sayline/sayline"
)

// How long what is no moment is kept.
const (
	keysKept       = 30 * 24 * time.Hour
	minutesKept    = 48 * time.Hour
	hoursKept      = 40 * 24 * time.Hour // four weeks are looked back on, and what comes late is a month old at most
	deliveriesKept = 30 * 24 * time.Hour
	dutyKept       = 90 * 24 * time.Hour
	pinTriesKept   = 24 * time.Hour
	rosterKept     = 400 * 24 * time.Hour // a feed goes back as far
	retainLot      = 500                  // moments a transaction
)

// Retain deletes what has been kept as long as promised, in small lots between
// other writes. Rows go, counts stay. shortest is the shortest time any moment
// of the brand is kept: nothing younger is looked at.
func (s *Store) Retain(ctx context.Context, brand string, shortest time.Duration) (deleted int, err error) {
	for ctx.Err() == nil {
		n, err := s.retainLot(ctx, brand, shortest)
		deleted += n
		if err != nil || n < retainLot {
			return deleted, err
		}
	}
	return deleted, s.failed(ctx.Err())
}

func (s *Store) retainLot(ctx context.Context, brand string, shortest time.Duration) (n int, err error) {
	now := s.now()
	oldest := sayline.NewID(now.Add(-shortest), zeros{}) // ids begin with their time
	list, err := s.moments(ctx, brand, "SELECT "+momentCols+" FROM moment WHERE brand_id = $1 AND moment_id < $2 AND retain_until < $3 ORDER BY moment_id LIMIT $4",
		brand, oldest, micros(now), retainLot)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return len(list), s.update(ctx, brand, byMachine, func(tx *Tx) error {
		for _, m := range list {
			if err := tx.erase(m); err != nil {
				return err
			}
		}
		return nil
	})
}

// zeros is a source of bytes for the smallest id of a time.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// ForgetPINs deletes the PINs of who is none of these people any more: those of
// the brand as it is now.
func (s *Store) ForgetPINs(ctx context.Context, brand string, people []string) error {
	have, err := s.pinned(ctx, brand)
	if err != nil {
		return err
	}
	gone := slices.DeleteFunc(have, func(person string) bool { return slices.Contains(people, person) })
	if len(gone) == 0 {
		return nil
	}
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		b := newWhere("DELETE FROM pin WHERE brand_id = ", brand)
		b.among("person IN", gone)
		_, err := tx.exec(b.String(), b.args...)
		return err
	})
}

// pinned are the people of a brand of whom there is a PIN, in order.
func (s *Store) pinned(ctx context.Context, brand string) (list []string, err error) {
	rows, err := s.ask(ctx, "SELECT person FROM pin WHERE brand_id = $1 ORDER BY person", brand)
	if err != nil {
		return nil, s.failed(err)
	}
	err = eachRow(rows, func(r *sql.Rows) error {
		var person string
		err := r.Scan(&person)
		list = append(list, person)
		return err
	})
	return list, s.failed(err)
}

// Tidy deletes what is only needed for a while: forgotten keys, minutes,
// deliveries, duty that is over, who had a shift phone long ago.
func (s *Store) Tidy(ctx context.Context, brand string) error {
	if err := s.tidyVisits(ctx, brand); err != nil {
		return err
	}
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		for _, d := range []struct {
			text string
			kept time.Duration
		}{
			{"DELETE FROM idempotency WHERE brand_id = $1 AND at < $2", keysKept},
			{"DELETE FROM system_once WHERE brand_id = $1 AND at < $2", keysKept},
			{"DELETE FROM count_minute WHERE brand_id = $1 AND bucket < $2", minutesKept},
			{"DELETE FROM count_hour WHERE brand_id = $1 AND bucket < $2", hoursKept},
			{"DELETE FROM count_mark WHERE brand_id = $1 AND width = 1 AND bucket < $2", hoursKept},
			{"DELETE FROM count_pack WHERE brand_id = $1 AND width = 1 AND bucket < $2", hoursKept},
			{"DELETE FROM count_open WHERE brand_id = $1 AND width = 1 AND bucket < $2", hoursKept},
			{"DELETE FROM delivery WHERE brand_id = $1 AND last_at < $2 AND state <> 'retry'", deliveriesKept},
			{"DELETE FROM mute WHERE brand_id = $1 AND until_at < $2", dutyKept},
			{"DELETE FROM duty WHERE brand_id = $1 AND until_at < $2", dutyKept},
			{"DELETE FROM duty_override WHERE brand_id = $1 AND until_at < $2", rosterKept},
			{"DELETE FROM duty_swap WHERE brand_id = $1 AND until_at < $2", rosterKept},
			{"DELETE FROM presence WHERE brand_id = $1 AND until_at < $2", 0},
			{"DELETE FROM digest WHERE brand_id = $1 AND made_at < $2 AND confirmed_at = 0 AND refused_at = 0", digestAsked},
			{"DELETE FROM digest WHERE brand_id = $1 AND ended_at < $2 AND ended_at > 0 AND refused_at = 0", digestOver},
			{"DELETE FROM contact_call WHERE brand_id = $1 AND at < $2", ContactDay},
			{"DELETE FROM hold WHERE brand_id = $1 AND until_at < $2", dutyKept},
			{"DELETE FROM pin WHERE brand_id = $1 AND hash = '' AND wait_until < $2", pinTriesKept}, // of who has none: only the tries were counted
		} {
			if _, err := tx.exec(d.text, brand, micros(tx.now.Add(-d.kept))); err != nil {
				return err
			}
		}
		return nil
	})
}
