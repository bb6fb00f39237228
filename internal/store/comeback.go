package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// Snooze puts a case off: nobody is asked about it until then, when it is open
// again as a new episode. Something more urgent that joins it, its author's "not
// solved", or "I'm on it" ends that earlier. Conflict when the case is closed.
func (s *Store) Snooze(ctx context.Context, a Act, until time.Time) error {
	return s.change(ctx, a, func(tx *Tx, c *sayline.Case) error {
		switch {
		case c.State == sayline.CaseResolved:
			return errClosed
		case !until.After(tx.now):
			return sayline.Errorf(sayline.AtFault, "A case is put off until a time that is still to come.")
		case until.After(tx.now.Add(sayline.LongestSnooze)):
			return sayline.Errorf(sayline.AtFault, "A case can be put off for three months at most.")
		}
		if err := tx.opened(a, c); err != nil {
			return err
		}
		c.State, c.SnoozedUntil, c.AckDeadline, c.Owner = sayline.CaseSnoozed, until, time.Time{}, a.Person
		if err := tx.cancelSteps(c.Brand, c.ID); err != nil {
			return err
		}
		if err := tx.cancelPages(c.Brand, c.ID); err != nil {
			return err
		}
		tx.caseEvent(c, sayline.EventCaseSnoozed, a.Person)
		return nil
	})
}

// Comeback is a case whose time has come: somebody took it and did nothing, or
// put it off until now.
type Comeback struct {
	Brand, Case string
	At          time.Time
}

const comebacks = " FROM cases WHERE state = 'acknowledged' AND ack_deadline > 0 AND ack_deadline <= $1 UNION ALL " +
	"SELECT brand_id, case_id, snooze_until FROM cases WHERE state = 'snoozed' AND snooze_until <= $2"

// Comebacks reads the cases whose time has come, of all brands, the oldest
// first, at most limit.
func (s *Store) Comebacks(ctx context.Context, now time.Time, limit int) ([]Comeback, error) {
	rows, err := s.ask(ctx, "SELECT brand_id, case_id, ack_deadline"+comebacks+" ORDER BY 3 LIMIT $3", micros(now), micros(now), limit)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []Comeback
	err = eachRow(rows, func(r *sql.Rows) error {
		var b Comeback
		var at int64
		err := r.Scan(&b.Brand, &b.Case, &at)
		b.At = fromMicros(at)
		list = append(list, b)
		return err
	})
	return list, s.failed(err)
}

// BringBack opens cases whose time has come: a new episode that climbs from its
// first step. One that somebody did something about meanwhile is left alone.
func (s *Store) BringBack(ctx context.Context, brand string, list []Comeback) error {
	return inLockOrder(ctx, s, brand, list, func(b *Comeback) string { return b.Case }, (*Tx).bringBack)
}

func (tx *Tx) bringBack(b Comeback) error {
	c, err := tx.lockCase(b.Brand, b.Case)
	if err != nil {
		return err
	}
	ranOut := c.State == sayline.CaseAcknowledged && !c.AckDeadline.IsZero() && !c.AckDeadline.After(tx.now)
	if !ranOut && !(c.State == sayline.CaseSnoozed && !c.SnoozedUntil.After(tx.now)) {
		return nil
	}
	cause, err := tx.cause(c)
	if err != nil {
		return err
	}
	promised, answered := c.AnswerBy, !c.AnsweredAt.IsZero()
	if err := tx.reopen(c, cause); err != nil {
		return err
	}
	if !answered { // that nobody did anything moves no promise to its author
		c.AnswerBy = promised
	}
	if ranOut {
		c.Owner = ""
	}
	return tx.saveCase(c)
}

// cause is the moment that asked for somebody last: whom else its decision
// informs is informed again.
func (tx *Tx) cause(c *sayline.Case) (moment string, err error) {
	err = tx.row("SELECT moment_id FROM step WHERE brand_id = $1 AND case_id = $2 AND loop = 0 AND n = 1 ORDER BY episode DESC LIMIT 1", []any{c.Brand, c.ID}, &moment)
	if err == sql.ErrNoRows {
		return "", nil
	}
	return moment, err
}
