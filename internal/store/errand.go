package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sayline/sayline"
)

// errandLease is how long a process has an errand without a word of it.
const errandLease = 30 * time.Second

const mostErrands = 50 // of a brand, that are drafts, under way or files to be fetched

const errandCols = "errand_id, kind, name, person, made_at, state, spec, report, total, done, fresh, wrong, turn, ended_at"

func scanErrand(r scanner, brand string) (*sayline.Errand, error) {
	e := &sayline.Errand{Brand: brand}
	var made, ended int64
	err := r.Scan(&e.ID, &e.Kind, &e.Name, &e.Person, &made, &e.State, &e.Spec, &e.Report, &e.Total, &e.Done, &e.Fresh, &e.Wrong, &e.Turn, &ended)
	e.MadeAt, e.EndedAt = fromMicros(made), fromMicros(ended)
	return e, err
}

// MakeErrand stores one: as a draft, waiting, or at work already by whoever makes it.
// Error: Conflict when the brand has enough that are not over, or whose files wait to
// be fetched.
func (s *Store) MakeErrand(ctx context.Context, e *sayline.Errand) error {
	return s.update(ctx, e.Brand, byPerson, func(tx *Tx) error {
		var n int
		if err := tx.row("SELECT COUNT(*) FROM errand WHERE brand_id = $1 AND (ended_at = 0 OR kind = 'export')", []any{e.Brand}, &n); err != nil {
			return err
		}
		if n >= mostErrands {
			return sayline.Errorf(sayline.Conflict, "A lot is being brought in and taken out just now. Please try again later.").Keyed("errand_enough")
		}
		lease := int64(0)
		if e.State == sayline.ErrandWorking { // its maker's, and nobody else's meanwhile
			lease = micros(tx.now.Add(errandLease))
		}
		_, err := tx.exec("INSERT INTO errand (brand_id, errand_id, kind, name, person, made_at, state, spec, report, total, done, fresh, wrong, turn, lease_until, ended_at, said_from, said_until) "+
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, 0, 0, 0, 0, $10, 0, $11, $12)", e.Brand, e.ID, e.Kind, e.Name, e.Person, micros(tx.now), e.State, e.Spec, e.Total, lease, micros(e.From), micros(e.Until))
		return err
	})
}

// Errand reads one.
func (s *Store) Errand(ctx context.Context, brand, id string) (*sayline.Errand, error) {
	e, err := scanErrand(s.readers.QueryRowContext(ctx, "SELECT "+errandCols+" FROM errand WHERE brand_id = $1 AND errand_id = $2", brand, id), brand)
	if err != nil {
		return nil, s.failed(err)
	}
	return e, nil
}

// Errands are a brand's of one kind, the newest first.
func (s *Store) Errands(ctx context.Context, brand, kind string) ([]*sayline.Errand, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+errandCols+" FROM errand WHERE brand_id = $1 AND kind = $2 ORDER BY made_at DESC, errand_id LIMIT 100", brand, kind)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []*sayline.Errand
	err = eachRow(rows, func(r *sql.Rows) error {
		e, err := scanErrand(r, brand)
		list = append(list, e)
		return err
	})
	return list, s.failed(err)
}

// TurnErrand brings one from a state into another: a draft to be worked on, one that
// is ready to be undone, one that is under way to its end. Error: Conflict when it
// is in no such state.
func (s *Store) TurnErrand(ctx context.Context, e *sayline.Errand, from, to string) error {
	return s.update(ctx, e.Brand, byPerson, func(tx *Tx) error {
		ended := int64(0)
		if to == sayline.ErrandCancelled {
			ended = micros(tx.now)
		}
		n, err := tx.exec("UPDATE errand SET state = $1, spec = $2, total = $3, done = $4, ended_at = $5, lease_until = 0, turn = turn + 1 WHERE brand_id = $6 AND errand_id = $7 AND state = $8",
			to, e.Spec, e.Total, e.Done, ended, e.Brand, e.ID, from)
		if err == nil && n == 0 {
			return sayline.Errorf(sayline.Conflict, "This has changed since you looked. Please look again.").Keyed("studio_changed")
		}
		return err
	})
}

// LeaseErrand takes the one that waited longest, or whose process fell silent; nil
// when there is none.
func (s *Store) LeaseErrand(ctx context.Context) (*sayline.Errand, error) {
	return s.leaseErrand(ctx, func(tx *Tx) (string, []any) {
		return "UPDATE errand SET lease_until = $1, turn = turn + 1, state = CASE state WHEN 'waiting' THEN 'working' WHEN 'undo' THEN 'undoing' ELSE state END " +
				"WHERE (brand_id, errand_id) IN (SELECT brand_id, errand_id FROM errand WHERE state IN ('waiting', 'working', 'undo', 'undoing') AND lease_until <= $2 ORDER BY lease_until, made_at LIMIT 1 " + tx.engine.skipLocked() + ") ",
			[]any{micros(tx.now.Add(errandLease)), micros(tx.now)}
	})
}

// leaseErrand takes the one that an update chooses and marks; nil for none.
func (s *Store) leaseErrand(ctx context.Context, update func(*Tx) (string, []any)) (*sayline.Errand, error) {
	var taken *sayline.Errand
	err := s.update(ctx, "", byMachine, func(tx *Tx) error {
		taken = nil
		var brand string
		text, args := update(tx)
		e, err := scanErrand(branded{tx.scanner(text+"RETURNING brand_id, "+errandCols, args...), &brand}, "")
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

// errLost ends work that is no longer this process's: somebody ended it, or another
// process has it.
var errLost = sayline.Errorf(sayline.Conflict, "Somebody else has this now.")

// noteErrand stores how far it is, and keeps it for its process.
func (tx *Tx) noteErrand(e *sayline.Errand) error {
	n, err := tx.exec("UPDATE errand SET total = $1, done = $2, fresh = $3, wrong = $4, report = $5, lease_until = $6 WHERE brand_id = $7 AND errand_id = $8 AND turn = $9",
		e.Total, e.Done, e.Fresh, e.Wrong, e.Report, micros(tx.now.Add(errandLease)), e.Brand, e.ID, e.Turn)
	if err == nil && n == 0 {
		err = errLost
	}
	return err
}

// NoteErrand stores how far it is. Conflict says that it is not this process's any more.
func (s *Store) NoteErrand(ctx context.Context, e *sayline.Errand) error {
	return s.update(ctx, e.Brand, byMachine, func(tx *Tx) error { return tx.noteErrand(e) })
}

// EndErrand stores what became of it.
func (s *Store) EndErrand(ctx context.Context, e *sayline.Errand, state string) error {
	return s.update(ctx, e.Brand, byMachine, func(tx *Tx) error {
		if err := tx.noteErrand(e); err != nil {
			return err
		}
		tell := int64(0)
		if e.Kind == sayline.ErrandExport && (state == sayline.ErrandReady || state == sayline.ErrandFailed) {
			tell = micros(tx.now.Add(tellAfter))
		}
		_, err := tx.exec("UPDATE errand SET state = $1, ended_at = $2, tell_at = $3, lease_until = 0 WHERE brand_id = $4 AND errand_id = $5 AND turn = $6", state, micros(tx.now), tell, e.Brand, e.ID, e.Turn)
		return err
	})
}

const (
	tellAfter = 30 * time.Second // who waits on the page has the file by then, or has read that it failed, and needs no letter
	tellLease = 5 * time.Minute  // and so long until it is tried again
)

// LeaseTelling takes an export whose person is to be told that it is ready, or failed;
// nil when there is none. It comes again after a while unless [Store.ErrandTold] says so.
func (s *Store) LeaseTelling(ctx context.Context) (*sayline.Errand, error) {
	return s.leaseErrand(ctx, func(tx *Tx) (string, []any) {
		return "UPDATE errand SET tell_at = $1 WHERE (brand_id, errand_id) IN (SELECT brand_id, errand_id FROM errand WHERE tell_at > 0 AND tell_at <= $2 ORDER BY tell_at LIMIT 1 " + tx.engine.skipLocked() + ") ",
			[]any{micros(tx.now.Add(tellLease)), micros(tx.now)}
	})
}

// ErrandTold says that nobody is to be told of one any more.
func (s *Store) ErrandTold(ctx context.Context, brand, id string) error {
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		_, err := tx.exec("UPDATE errand SET tell_at = 0 WHERE brand_id = $1 AND errand_id = $2 AND tell_at > 0", brand, id)
		return err
	})
}

// StaleErrands are those whose file is kept no longer: exports that were made, and
// drafts nobody started.
func (s *Store) StaleErrands(ctx context.Context, limit int) ([]*sayline.Errand, error) {
	before := micros(s.now().Add(-sayline.ErrandKept))
	rows, err := s.readers.QueryContext(ctx, "SELECT brand_id, "+errandCols+" FROM errand WHERE kind = 'export' AND ended_at > 0 AND ended_at < $1 OR state = 'draft' AND made_at < $2 ORDER BY made_at LIMIT $3", before, before, limit)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []*sayline.Errand
	err = eachRow(rows, func(r *sql.Rows) error {
		var brand string
		e, err := scanErrand(branded{r, &brand}, "")
		e.Brand = brand
		list = append(list, e)
		return err
	})
	return list, s.failed(err)
}

// ForgetErrand deletes one that is over or a draft; its file is the caller's.
func (s *Store) ForgetErrand(ctx context.Context, brand, id string) error {
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		if _, err := tx.exec("DELETE FROM errand WHERE brand_id = $1 AND errand_id = $2 AND state IN ('draft', 'ready', 'failed', 'cancelled', 'undone')", brand, id); err != nil {
			return err
		}
		_, err := tx.exec("DELETE FROM errand_moment WHERE brand_id = $1 AND errand_id = $2 AND NOT EXISTS (SELECT 1 FROM errand e WHERE e.brand_id = errand_moment.brand_id AND e.errand_id = errand_moment.errand_id)", brand, id)
		return err
	})
}

// ImportErrand imports a lot of an errand and stores how far it is, together: what
// e counts is true after it, and a lot that came before is not brought twice.
func (s *Store) ImportErrand(ctx context.Context, e *sayline.Errand, zone string, kept time.Duration, list []Past) error {
	next := *e
	_, err := s.importLot(ctx, e.Brand, zone, kept, list, func(tx *Tx, fresh []string) error {
		rows := make([][]any, len(fresh))
		for i, id := range fresh {
			rows[i] = []any{e.Brand, e.ID, id}
		}
		if err := tx.insert(errandMoments, rows); err != nil {
			return err
		}
		next.Fresh = e.Fresh + len(fresh)
		return tx.noteErrand(&next)
	})
	if err == nil {
		e.Fresh = next.Fresh
	}
	return err
}

var errandMoments = newTable("errand_moment", "brand_id text, errand_id text, moment_id text", "")

// UndoErrand takes a lot of what an import brought back, and gives how many there
// were: 0 when nothing is left. Each is out of every count it was in.
func (s *Store) UndoErrand(ctx context.Context, e *sayline.Errand) (n int, err error) {
	list, err := s.moments(ctx, e.Brand, "SELECT "+momentCols+" FROM moment WHERE brand_id = $1 AND moment_id IN (SELECT moment_id FROM errand_moment WHERE brand_id = $2 AND errand_id = $3 ORDER BY moment_id LIMIT $4)",
		e.Brand, e.Brand, e.ID, ImportLot)
	if err != nil {
		return 0, err
	}
	next := *e
	err = s.update(ctx, e.Brand, byMachine, func(tx *Tx) error {
		for _, m := range list {
			tx.countMoment(m, sayline.Zone(m.Zone), -1)
			tx.event(sayline.Event{Brand: e.Brand, Type: sayline.EventMomentImported, Moment: m.ID})
			if err := tx.erase(m); err != nil {
				return err
			}
		}
		gone, err := tx.exec("DELETE FROM errand_moment WHERE brand_id = $1 AND errand_id = $2 AND moment_id IN (SELECT moment_id FROM errand_moment WHERE brand_id = $3 AND errand_id = $4 ORDER BY moment_id LIMIT $5)",
			e.Brand, e.ID, e.Brand, e.ID, ImportLot)
		if err != nil {
			return err
		}
		n = int(gone)
		next.Done = e.Done + n
		return tx.noteErrand(&next)
	})
	if err == nil {
		e.Done = next.Done
	}
	return n, err
}
