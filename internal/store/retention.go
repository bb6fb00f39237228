package store

import (
	"context"
	"time"

	"github.com/sayline/sayline"
)

// How long what is no moment is kept.
const (
	keysKept       = 30 * 24 * time.Hour
	minutesKept    = 48 * time.Hour
	deliveriesKept = 30 * 24 * time.Hour
	dutyKept       = 90 * 24 * time.Hour
	retainLot      = 500 // moments a transaction
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

// Tidy deletes what is only needed for a while: forgotten keys, minutes,
// deliveries, duty that is over.
func (s *Store) Tidy(ctx context.Context, brand string) error {
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		for _, d := range []struct {
			text string
			kept time.Duration
		}{
			{"DELETE FROM idempotency WHERE brand_id = $1 AND at < $2", keysKept},
			{"DELETE FROM count_minute WHERE brand_id = $1 AND bucket < $2", minutesKept},
			{"DELETE FROM delivery WHERE brand_id = $1 AND last_at < $2 AND state <> 'retry'", deliveriesKept},
			{"DELETE FROM duty WHERE brand_id = $1 AND until_at < $2", dutyKept},
		} {
			if _, err := tx.exec(d.text, brand, micros(tx.now.Add(-d.kept))); err != nil {
				return err
			}
		}
		return nil
	})
}
