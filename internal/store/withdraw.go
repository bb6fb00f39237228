package store

import (
	"context"
	"database/sql"

	"github.com/sayline/sayline"
)

// Withdraw erases a moment and everything that hangs on it. Its key stays as a
// tombstone, so that a repeat stores nothing.
func (s *Store) Withdraw(ctx context.Context, brand, receipt string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		m, c, err := tx.lockMoment(brand, receipt)
		if err != nil {
			return err
		}
		tx.countMoment(m, sayline.Zone(m.Zone), -1)
		if _, err := tx.exec("UPDATE idempotency SET gone = 1, digest = '', moment_id = '' WHERE brand_id = $1 AND key_hash = $2", brand, m.Once); err != nil {
			return err
		}
		tx.event(sayline.Event{Brand: brand, Type: sayline.EventMomentWithdrawn, Lane: m.Lane, Moment: m.ID, Case: m.Case, Team: m.Decision.Team})
		if c != nil {
			if err := tx.leave(m, c, "withdrawn"); err != nil {
				return err
			}
		}
		if err := tx.forgetCases(m); err != nil {
			return err
		}
		return tx.erase(m)
	})
}

// forgetCases takes what a moment said out of the cases that are empty without
// it: its own, and those it was in before.
func (tx *Tx) forgetCases(m *sayline.Moment) error {
	rows, err := tx.query("SELECT case_id, group_key FROM cases WHERE brand_id = $1 AND moments = 0 AND (case_id = $2 OR case_id IN (SELECT case_id FROM decision_before WHERE brand_id = $3 AND moment_id = $4)) "+
		"AND NOT EXISTS (SELECT 1 FROM decision_before o WHERE o.brand_id = cases.brand_id AND o.case_id = cases.case_id AND o.by_person <> '' AND o.moment_id <> $5)", // joined with another: others have read it
		m.Brand, m.Case, m.Brand, m.ID, m.ID)
	if err != nil {
		return err
	}
	var empty []*sayline.Case
	if err := eachRow(rows, func(r *sql.Rows) error {
		c := &sayline.Case{Brand: m.Brand}
		empty = append(empty, c)
		return r.Scan(&c.ID, &c.GroupKey)
	}); err != nil {
		return err
	}
	for _, c := range empty {
		if err := tx.forgetCase(c); err != nil {
			return err
		}
	}
	return nil
}

// forgetCase leaves of a case that holds no moment any more only what the team
// did: not what was said, nor the replies and notes about it. Its key is free.
func (tx *Tx) forgetCase(c *sayline.Case) error {
	n, err := tx.exec("UPDATE cases SET group_key = '', kind = '', topic = '', product = '', lot = '', ref = '' WHERE brand_id = $1 AND case_id = $2 AND moments = 0", c.Brand, c.ID)
	if err != nil || n == 0 {
		return err
	}
	if _, err := tx.exec("DELETE FROM case_slot WHERE brand_id = $1 AND group_key = $2 AND case_id = $3", c.Brand, c.GroupKey, c.ID); err != nil {
		return err
	}
	if _, err := tx.exec("DELETE FROM case_touchpoint WHERE brand_id = $1 AND case_id = $2", c.Brand, c.ID); err != nil {
		return err
	}
	return tx.forgetReplies(c.Brand, c.ID, "")
}

// erase deletes a moment's rows; its counts are the caller's.
func (tx *Tx) erase(m *sayline.Moment) error {
	if err := tx.noteGuarded(m); err != nil {
		return err
	}
	if err := tx.noteGone(m); err != nil {
		return err
	}
	if err := tx.forgetMedia(m); err != nil {
		return err
	}
	if err := tx.forgetReplies(m.Brand, m.Case, m.ID); err != nil {
		return err
	}
	if err := tx.forgetWords(m.Brand, m.ID); err != nil {
		return err
	}
	for _, text := range []string{
		"DELETE FROM moment WHERE brand_id = $1 AND moment_id = $2",
		"DELETE FROM author_way WHERE brand_id = $1 AND moment_id = $2",
		"DELETE FROM moment_contact WHERE brand_id = $1 AND moment_id = $2",
		"DELETE FROM speaker WHERE brand_id = $1 AND moment_id = $2",
		"DELETE FROM decision_before WHERE brand_id = $1 AND moment_id = $2",
		"DELETE FROM history WHERE brand_id = $1 AND subject = $2",
	} {
		if _, err := tx.exec(text, m.Brand, m.ID); err != nil {
			return err
		}
	}
	return nil
}
