package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// AskToBeTold keeps a browser that is to be told what becomes of a moment: id
// names it, keys is its subscription. It knows of the moment's receipt only. The
// same browser twice is once. Errors: NotFound for a wrong receipt, Conflict when
// as many are told as may be.
func (s *Store) AskToBeTold(ctx context.Context, brand, receipt, id, keys string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		m, _, err := tx.lockMoment(brand, receipt)
		if err != nil {
			return err
		}
		var others int
		if err := tx.row("SELECT COUNT(*) FROM author_way WHERE brand_id = $1 AND moment_id = $2 AND channel = 'push' AND way_id <> $3", []any{brand, m.ID, id}, &others); err != nil {
			return err
		}
		if others >= sayline.MaxTellings {
			return sayline.Errorf(sayline.Conflict, "Enough browsers are told of this already.").Keyed("detail_push")
		}
		_, err = tx.exec("INSERT INTO author_way (brand_id, moment_id, way_id, channel, keys, status, due_at, since, lease_until, attempts, told_at, outcome, detail) "+
			"VALUES ($1, $2, $3, 'push', $4, '', 0, 0, 0, 0, 0, '', '') ON CONFLICT (brand_id, moment_id, way_id) DO UPDATE SET keys = excluded.keys",
			brand, m.ID, id, keys)
		return err
	})
}

// Tellings reads by what the author of a moment is told: the browsers they asked with,
// and the letters to the address they left, whatever became of it.
func (s *Store) Tellings(ctx context.Context, brand, moment string) (list []sayline.Telling, err error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT way_id, channel, keys, status, due_at, since, told_at, attempts, outcome, detail FROM author_way WHERE brand_id = $1 AND moment_id = $2 ORDER BY way_id", brand, moment)
	if err != nil {
		return nil, s.failed(err)
	}
	err = eachRow(rows, func(r *sql.Rows) error {
		t := sayline.Telling{Brand: brand, Moment: moment}
		var due, since, told int64
		err := r.Scan(&t.ID, &t.Channel, &t.Keys, &t.Status, &due, &since, &told, &t.Attempts, &t.Outcome, &t.Detail)
		t.DueAt, t.Since, t.ToldAt = fromMicros(due), fromMicros(since), fromMicros(told)
		list = append(list, t)
		return err
	})
	return list, s.failed(err)
}

// tellAuthors leaves to be told what became of a case, or of one moment, in the
// transaction in which it became so.
func (tx *Tx) tellAuthors(brand, subject, status string) error {
	const whose = "(SELECT moment_id FROM moment WHERE brand_id = $5 AND case_id = $6 UNION SELECT moment_id FROM moment WHERE brand_id = $7 AND moment_id = $8)"
	now := micros(tx.now)
	switch status {
	case sayline.StatusAnswered, sayline.StatusNeedsInfo, sayline.StatusResolved, sayline.StatusClosed:
	default:
		return nil
	}
	if _, err := tx.exec("UPDATE author_way SET status = $1, since = CASE WHEN due_at = 0 THEN $2 ELSE since END, due_at = $3, attempts = 0 WHERE brand_id = $4 AND channel = 'push' AND moment_id IN "+whose,
		status, now, now, brand, brand, subject, brand, subject); err != nil {
		return err
	}
	if status != sayline.StatusAnswered && status != sayline.StatusNeedsInfo {
		return nil // a letter has words: there are none
	}
	_, err := tx.exec("INSERT INTO author_way (brand_id, moment_id, way_id, channel, keys, status, due_at, since, lease_until, attempts, told_at, outcome, detail) "+
		"SELECT brand_id, moment_id, 'email', 'email', '', $1, $2, $3, 0, 0, 0, '', '' FROM moment_contact WHERE brand_id = $4 AND moment_id IN "+whose+
		" ON CONFLICT (brand_id, moment_id, way_id) DO UPDATE SET status = excluded.status, since = CASE WHEN author_way.due_at = 0 THEN excluded.since ELSE author_way.since END, due_at = excluded.due_at, attempts = 0",
		status, now, now, brand, brand, subject, brand, subject)
	return err
}

// NextTelling is when the next author is to be told, zero when none is.
func (s *Store) NextTelling(ctx context.Context) (time.Time, error) {
	var at int64
	err := s.askOne(ctx, "SELECT COALESCE(MIN(CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END), 0) FROM author_way WHERE due_at > 0", nil, &at)
	return fromMicros(at), s.failed(err)
}

// LeaseTellings takes what is to be told now, so that one process at a time
// tells it, at most limit. A lease that ran out is taken anew: to be told twice is
// better than never.
func (s *Store) LeaseTellings(ctx context.Context, limit int) (list []sayline.Telling, err error) {
	var taken []sayline.Telling
	err = s.update(ctx, "", byMachine, func(tx *Tx) error {
		taken = nil
		now := micros(tx.now)
		rows, err := tx.query("UPDATE author_way SET lease_until = $1, attempts = attempts + 1 WHERE (brand_id, moment_id, way_id) IN "+
			"(SELECT brand_id, moment_id, way_id FROM author_way WHERE due_at > 0 AND due_at <= $2 AND lease_until <= $3 ORDER BY due_at LIMIT $4 "+tx.engine.skipLocked()+") "+
			"RETURNING brand_id, moment_id, way_id, channel, keys, status, due_at, since, told_at, attempts",
			micros(tx.now.Add(sayline.Lease)), now, now, limit)
		if err != nil {
			return err
		}
		return eachRow(rows, func(r *sql.Rows) error {
			var t sayline.Telling
			var due, since, told int64
			err := r.Scan(&t.Brand, &t.Moment, &t.ID, &t.Channel, &t.Keys, &t.Status, &due, &since, &told, &t.Attempts)
			t.DueAt, t.Since, t.ToldAt = fromMicros(due), fromMicros(since), fromMicros(told)
			taken = append(taken, t)
			return err
		})
	})
	if err != nil {
		return nil, err // and touch nothing: it may be written yet
	}
	return taken, nil
}

// TellingReport is what came of telling an author.
type TellingReport struct {
	Telling sayline.Telling
	Told    time.Time     // what was said up to then has been told; zero when nothing was
	Again   time.Duration // to be told again after that, 0 for never
	Gone    bool          // the way is no more
	Outcome string
	Detail  string
}

// ReportTelling stores what came of it. What became of the moment meanwhile is
// still to be told.
func (s *Store) ReportTelling(ctx context.Context, r TellingReport) error {
	t := &r.Telling
	return s.update(ctx, t.Brand, byMachine, func(tx *Tx) error {
		if r.Gone {
			_, err := tx.exec("DELETE FROM author_way WHERE brand_id = $1 AND moment_id = $2 AND way_id = $3", t.Brand, t.Moment, t.ID)
			return err
		}
		next := int64(0)
		if r.Again > 0 {
			next = micros(tx.now.Add(r.Again))
		}
		told := max(micros(r.Told), micros(t.ToldAt))
		_, err := tx.exec("UPDATE author_way SET lease_until = 0, told_at = $1, outcome = $2, detail = $3, attempts = CASE WHEN due_at = $4 THEN attempts ELSE 0 END, due_at = CASE WHEN due_at = $5 THEN $6 ELSE due_at END "+
			"WHERE brand_id = $7 AND moment_id = $8 AND way_id = $9", told, r.Outcome, r.Detail, micros(t.DueAt), micros(t.DueAt), next, t.Brand, t.Moment, t.ID)
		return err
	})
}
