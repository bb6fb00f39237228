package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sayline/sayline"
)

// Tx is a write in progress: statements, and what the group writes at its end.
type Tx struct {
	ctx     context.Context
	conn    *conn
	engine  engine
	now     time.Time
	promise promiser
	runs    func(brand string) func(m *sayline.Moment, from, until time.Time) time.Duration
	counts  []count  // of clocks
	moments []signed // to be counted
	events  []sayline.Event
	guards  map[string][]string // the guarded audiences of brands, as they were read in this group
}

// guarded runs f under a savepoint. wrong is what is wrong with this job alone;
// err is a failure of the whole group.
func (tx *Tx) guarded(f func(*Tx) error) (wrong, err error) {
	counts, moments, events := len(tx.counts), len(tx.moments), len(tx.events)
	if _, err := tx.exec("SAVEPOINT job"); err != nil {
		return nil, err
	}
	if wrong = f(tx); wrong == nil {
		_, err = tx.exec("RELEASE SAVEPOINT job")
		return nil, err
	}
	tx.guards = nil
	tx.counts, tx.moments, tx.events = tx.counts[:counts], tx.moments[:moments], tx.events[:events]
	if _, err := tx.exec("ROLLBACK TO SAVEPOINT job"); err != nil {
		return nil, errors.Join(wrong, err)
	}
	if _, err := tx.exec("RELEASE SAVEPOINT job"); err != nil {
		return nil, errors.Join(wrong, err)
	}
	return tx.blame(wrong)
}

// blame says whose a failure is: the job's, in the words its caller is answered
// with, or the database's.
func (tx *Tx) blame(failure error) (wrong, err error) {
	var ours *sayline.Error
	switch {
	case errors.As(failure, &ours):
		return failure, nil
	case tx.engine.classify(failure) != unknownTrouble:
		return nil, failure
	case errors.Is(failure, sql.ErrNoRows):
		return sayline.Errorf(sayline.NotFound, "There is no such thing here.").Because(failure), nil
	}
	return sayline.Errorf(sayline.Internal, "Something went wrong on our side.").Because(failure), nil
}

// exec runs a prepared statement and gives how many rows it changed.
func (tx *Tx) exec(text string, args ...any) (int64, error) {
	s, err := tx.conn.stmt(tx.ctx, text)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(tx.ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (tx *Tx) query(text string, args ...any) (*sql.Rows, error) {
	s, err := tx.conn.stmt(tx.ctx, text)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(tx.ctx, args...)
}

// scanner is the one row of a prepared query, to be scanned.
func (tx *Tx) scanner(text string, args ...any) scanner {
	s, err := tx.conn.stmt(tx.ctx, text)
	if err != nil {
		return failedRow{err}
	}
	return s.QueryRowContext(tx.ctx, args...)
}

// failedRow is a row that could not be asked for.
type failedRow struct{ err error }

func (f failedRow) Scan(...any) error { return f.err }

// row runs a prepared query for at most one row; sql.ErrNoRows when there is none.
func (tx *Tx) row(text string, args []any, dest ...any) error {
	s, err := tx.conn.stmt(tx.ctx, text)
	if err != nil {
		return err
	}
	return s.QueryRowContext(tx.ctx, args...).Scan(dest...)
}

func (tx *Tx) insert(t *table, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	return tx.engine.insertMany(tx.ctx, tx.conn, t, rows, nil)
}

// claim writes rows of a table that leaves some alone, and gives which it did not.
func (tx *Tx) claim(t *table, rows [][]any) ([]bool, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	return tx.engine.claimMany(tx.ctx, tx.conn, t, rows)
}

// event notes that something happened; its number is given when the group ends.
func (tx *Tx) event(e sayline.Event) {
	e.At = tx.now
	tx.events = append(tx.events, e)
}

// flush writes the group's counts and, last of all, its events with their numbers.
func (tx *Tx) flush() error {
	if err := tx.flushCounts(); err != nil {
		return err
	}
	return tx.flushEvents()
}
