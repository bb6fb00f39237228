package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// A file that was taken out is a copy, and what its author takes back is to be in no
// copy: whatever erases a moment notes it beside each file that may hold it, in the
// same transaction. Who fetches such a file gets it without them at once, and it is
// written anew without them as soon as a process comes to it.

// MostGone is how many moments are left out of a file; when more are gone it is
// rather made anew.
const MostGone = 10_000

// noteGone notes a moment that is in the open no more, or no more with these words,
// beside each file that may hold it.
func (tx *Tx) noteGone(m *sayline.Moment) error {
	if m.Lane != "" { // it was in none
		return nil
	}
	at := micros(m.ReceivedAt)
	_, err := tx.exec("INSERT INTO errand_moment (brand_id, errand_id, moment_id) SELECT brand_id, errand_id, $1 FROM errand "+
		"WHERE brand_id = $2 AND kind = 'export' AND state IN ('waiting', 'working', 'ready') AND said_from <= $3 AND said_until >= $4 ON CONFLICT (brand_id, errand_id, moment_id) DO NOTHING",
		m.ID, m.Brand, at+time.Millisecond.Microseconds(), at) // ids, by which they are read, begin with the millisecond
	return err
}

// noteChanged notes a moment whose author took words out of it, or that entered a lane.
func (tx *Tx) noteChanged(before, m *sayline.Moment) error {
	if m.ID == before.ID && strings.HasPrefix(m.Text, before.Text) {
		return nil
	}
	return tx.noteGone(before)
}

// GoneOf are the moments that are to be left out of a file, up to one more than
// [MostGone].
func (s *Store) GoneOf(ctx context.Context, e *sayline.Errand) (map[string]bool, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT moment_id FROM errand_moment WHERE brand_id = $1 AND errand_id = $2 LIMIT $3", e.Brand, e.ID, MostGone+1)
	if err != nil {
		return nil, s.failed(err)
	}
	gone := map[string]bool{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		gone[id] = true
		return err
	})
	return gone, s.failed(err)
}

// holdsGone is which files hold what is gone: more is noted beside them than was left out.
const holdsGone = "kind = 'export' AND state = 'ready' AND lease_until <= $1 AND wrong < (SELECT COUNT(*) FROM errand_moment g WHERE g.brand_id = errand.brand_id AND g.errand_id = errand.errand_id)"

// LeaseGone takes a file that holds what is gone, to be written without it; nil when
// there is none. It can be fetched meanwhile.
func (s *Store) LeaseGone(ctx context.Context) (*sayline.Errand, error) {
	var one int
	err := s.askOne(ctx, "SELECT 1 FROM errand WHERE "+holdsGone+" LIMIT 1", []any{micros(s.now())}, &one)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, s.failed(err)
	}
	var taken *sayline.Errand
	err = s.update(ctx, "", byMachine, func(tx *Tx) error {
		taken = nil
		var brand string
		e, err := scanErrand(branded{tx.scanner("UPDATE errand SET lease_until = $2, turn = turn + 1 WHERE (brand_id, errand_id) IN (SELECT brand_id, errand_id FROM errand WHERE "+holdsGone+" LIMIT 1 "+tx.engine.skipLocked()+") "+
			"RETURNING brand_id, "+errandCols, micros(tx.now), micros(tx.now.Add(errandLease))), &brand}, "")
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		e.Brand = brand
		taken = e
		return err
	})
	if err != nil {
		return nil, err // and touch nothing: it may be written yet
	}
	return taken, nil
}

// LeftOut stores that a file holds so many moments now, and that so many of those that
// are gone were left out of it.
func (s *Store) LeftOut(ctx context.Context, e *sayline.Errand, done, gone int) error {
	return s.update(ctx, e.Brand, byMachine, func(tx *Tx) error {
		n, err := tx.exec("UPDATE errand SET done = $1, total = $2, wrong = $3, lease_until = 0 WHERE brand_id = $4 AND errand_id = $5 AND turn = $6", done, done, gone, e.Brand, e.ID, e.Turn)
		if err == nil && n == 0 {
			err = errLost
		}
		return err
	})
}

// BeginAnew has a file written from its beginning, as if nobody had.
func (s *Store) BeginAnew(ctx context.Context, e *sayline.Errand) error {
	return s.update(ctx, e.Brand, byMachine, func(tx *Tx) error {
		n, err := tx.exec("UPDATE errand SET state = 'waiting', done = 0, wrong = 0, lease_until = 0, ended_at = 0, tell_at = 0, turn = turn + 1 WHERE brand_id = $1 AND errand_id = $2 AND turn = $3", e.Brand, e.ID, e.Turn)
		if err != nil || n == 0 {
			return errors.Join(err, errLost)
		}
		_, err = tx.exec("DELETE FROM errand_moment WHERE brand_id = $1 AND errand_id = $2", e.Brand, e.ID)
		return err
	})
}
