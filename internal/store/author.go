package store

import (
	"context"
	"database/sql"

	"github.com/sayline/sayline"
)

// Amend is what an author adds to, or changes in, an open moment.
type Amend struct {
	Brand   string
	Receipt string                                 // hash of the secret
	Change  func(*sayline.Moment) error            // edits the moment, its id too should it enter a protected lane; an error refuses the amendment
	Decide  func(*sayline.Moment) sayline.Decision // decides again
	CaseID  string                                 // for a case of its own, should it need one
}

var errSealed = sayline.Errorf(sayline.Conflict, "This is closed and can't be changed any more. You can still write a message.")

// Amend applies an author's additions, decides again, and moves the moment to
// another case where the decision says so. Conflict after the seal.
func (s *Store) Amend(ctx context.Context, a Amend) error {
	return s.update(ctx, a.Brand, byPerson, func(tx *Tx) error {
		m, c, err := tx.lockMoment(a.Brand, a.Receipt)
		if err != nil {
			return err
		}
		if !m.Open(tx.now) {
			return errSealed
		}
		before := *m
		if err := a.Change(m); err != nil {
			return err
		}
		m.Decision = a.Decide(m)
		tx.countMoment(&before, sayline.Zone(before.Zone), -1)
		if err := tx.rehome(&before, m, c, a.CaseID); err != nil {
			return err
		}
		if err := tx.replaceMoment(&before, m); err != nil {
			return err
		}
		tx.countMoment(m, sayline.Zone(m.Zone), +1)
		if !m.SealedAt.IsZero() {
			if err := tx.dueNow(m); err != nil {
				return err
			}
		}
		tx.event(sayline.Event{Brand: m.Brand, Type: sayline.EventMomentUpdated, Lane: m.Lane, Moment: m.ID, Case: m.Case, Team: m.Decision.Team})
		return nil
	})
}

// dueNow lets the alert of a sealed moment go: nothing more will travel with it.
func (tx *Tx) dueNow(m *sayline.Moment) error {
	_, err := tx.exec("UPDATE step SET due_at = $1 WHERE brand_id = $2 AND case_id = $3 AND moment_id = $4 AND state = 'waiting' AND due_at > $5",
		micros(tx.now), m.Brand, m.Case, m.ID, micros(tx.now))
	return err
}

// replaceMoment writes the moment anew. One that enters a protected lane gets an
// id and a time that tell no more than the day.
func (tx *Tx) replaceMoment(before, m *sayline.Moment) error {
	if m.ID != before.ID {
		_, m.Receipt = splitReceipt(m.Receipt) // its URL leads to where it was
		if _, err := tx.exec("UPDATE idempotency SET moment_id = $1 WHERE brand_id = $2 AND key_hash = $3", m.ID, m.Brand, m.Once); err != nil {
			return err
		}
		for _, text := range []string{
			"UPDATE message SET moment_id = $1 WHERE brand_id = $2 AND moment_id = $3",
			"UPDATE history SET subject = $1 WHERE brand_id = $2 AND subject = $3",
			"UPDATE decision_before SET moment_id = $1 WHERE brand_id = $2 AND moment_id = $3",
		} {
			if _, err := tx.exec(text, m.ID, m.Brand, before.ID); err != nil {
				return err
			}
		}
		// Whoever shows the open stream or keeps what it told has to let go of it.
		tx.event(sayline.Event{Brand: m.Brand, Type: sayline.EventMomentWithdrawn, Lane: before.Lane, Moment: before.ID, Case: before.Case, Team: before.Decision.Team})
	}
	for _, text := range []string{
		"DELETE FROM moment WHERE brand_id = $1 AND moment_id = $2",
		"DELETE FROM moment_contact WHERE brand_id = $1 AND moment_id = $2",
	} {
		if _, err := tx.exec(text, m.Brand, before.ID); err != nil {
			return err
		}
	}
	if m.Contact != nil {
		if err := tx.insert(contactTable, [][]any{contactRow(m)}); err != nil {
			return err
		}
	}
	return tx.insert(momentTable, [][]any{momentRow(m)})
}

// rehome lets an amended moment stay with its case or moves it to the one its
// new decision names.
func (tx *Tx) rehome(before, m *sayline.Moment, c *sayline.Case, caseID string) error {
	old, now := &before.Decision, &m.Decision
	if c != nil && !now.OpensCase {
		if spoken, err := tx.spoke(m); err != nil {
			return err
		} else if spoken { // words are always before a person
			m.Decision = *old
		}
	}
	if c != nil && now.OpensCase && now.GroupKey == old.GroupKey && now.Team == old.Team && before.Lane == m.Lane {
		return tx.stay(before, m, c)
	}
	if c == nil && !now.OpensCase {
		return nil
	}
	if err := tx.keepDecision(before); err != nil {
		return err
	}
	m.Case, m.Episode = "", 0
	if c == nil {
		return tx.join(m, before.ID, caseID)
	}
	if err := tx.keepHistory(before, c); err != nil {
		return err
	}
	if err := tx.leave(before, c, "moved"); err != nil {
		return err
	}
	if before.Lane != m.Lane { // what became private leaves nothing of itself in the open
		if err := tx.forgetCase(c); err != nil {
			return err
		}
	}
	return tx.join(m, before.ID, caseID)
}

// keepDecision keeps the decision that is replaced, and the case it led to; each
// at a time of its own, even of two in one group.
func (tx *Tx) keepDecision(m *sayline.Moment) error {
	d, now := &m.Decision, micros(tx.now)
	_, err := tx.exec("INSERT INTO decision_before (brand_id, moment_id, at, version, rule, team, case_id) "+
		"SELECT $1, $2, CASE WHEN COALESCE(MAX(at), 0) >= $3 THEN MAX(at) + 1 ELSE $4 END, $5, $6, $7, $8 FROM decision_before WHERE brand_id = $9 AND moment_id = $10",
		m.Brand, m.ID, now, now, d.Version, d.Rule, d.Team, m.Case, m.Brand, m.ID)
	return err
}

// spoke says whether the author of a moment has written a message.
func (tx *Tx) spoke(m *sayline.Moment) (bool, error) {
	var n int
	err := tx.row("SELECT COUNT(*) FROM message WHERE brand_id = $1 AND moment_id = $2 AND direction = 'author' AND text <> ''", []any{m.Brand, m.ID}, &n)
	return n > 0, err
}

// stay keeps a moment in its case: its feeling may have changed; a more urgent
// decision, or words added to what is closed already, start a new episode.
func (tx *Tx) stay(before, m *sayline.Moment, c *sayline.Case) error {
	c.Feelings[before.Feeling]--
	c.Feelings[m.Feeling]++
	c.Feelings[0] = 0
	d := &m.Decision
	rises := sayline.MoreUrgent(d.Urgency, c.Urgency)
	if rises {
		c.Urgency = d.Urgency
	}
	if rises || c.State == sayline.CaseResolved && m.Text != "" && m.Text != before.Text {
		if err := tx.reopen(c, m.ID); err != nil {
			return err
		}
	}
	if rises {
		c.AckBy, c.AnswerBy = tx.now.Add(d.Within), tx.now.Add(d.Answer)
	}
	m.Case, m.Episode = c.ID, before.Episode
	return tx.saveCase(c)
}

// leave takes a moment out of its case; an empty case closes with the reason.
func (tx *Tx) leave(m *sayline.Moment, c *sayline.Case, reason string) error {
	c.Moments--
	if m.Feeling > 0 {
		c.Feelings[m.Feeling]--
	}
	if c.Moments == 0 && c.State != sayline.CaseResolved {
		if err := tx.resolve(c, "", reason); err != nil {
			return err
		}
	}
	if reason == "moved" {
		tx.event(sayline.Event{Brand: c.Brand, Type: sayline.EventCaseMoved, Lane: c.Lane, Case: c.ID, Team: c.Team})
	}
	if _, err := tx.exec("UPDATE step SET moment_id = '' WHERE brand_id = $1 AND case_id = $2 AND moment_id = $3", c.Brand, c.ID, m.ID); err != nil {
		return err
	}
	return tx.saveCase(c)
}

// join attaches one moment to the case its decision names, by the same
// casework as intake. What was said about it goes with it: messages know it by
// the id it had before.
func (tx *Tx) join(m *sayline.Moment, before, caseID string) error {
	work := newCasework(tx)
	a := &Accept{Moment: m, CaseID: caseID}
	if err := work.openSlots([]*Accept{a}); err != nil {
		return err
	}
	work.attach(a.slot, m)
	if err := work.write(); err != nil {
		return err
	}
	_, err := tx.exec("UPDATE message SET case_id = $1, episode = $2 WHERE brand_id = $3 AND moment_id = $4", m.Case, m.Episode, m.Brand, before)
	return err
}

// keepHistory copies what the author has already read of the case they leave:
// their history is only ever added to.
func (tx *Tx) keepHistory(m *sayline.Moment, c *sayline.Case) error {
	_, err := tx.exec("INSERT INTO history (brand_id, subject, n, at, episode, status, by_person, label) "+
		"SELECT brand_id, $1, ROW_NUMBER() OVER (ORDER BY n) + (SELECT COALESCE(MAX(h.n), 0) FROM history h WHERE h.brand_id = $2 AND h.subject = $3), at, episode, status, by_person, label "+
		"FROM history WHERE brand_id = $4 AND subject = $5 AND episode >= $6",
		m.ID, m.Brand, m.ID, c.Brand, c.ID, m.Episode)
	return err
}

// AuthorSays is a message of a moment's author.
type AuthorSays struct {
	Brand, Receipt string
	Message        *sayline.Message
	Feeling        int // said with "solved"
	Decide         func(*sayline.Moment) sayline.Decision
	CaseID         string
}

// AuthorSays stores an author's further words. On a resolved case, or with "not
// solved", they open it again; a moment that was nobody's work becomes
// somebody's, because words are always before a person.
func (s *Store) AuthorSays(ctx context.Context, a AuthorSays) error {
	return s.update(ctx, a.Brand, byPerson, func(tx *Tx) error {
		m, c, err := tx.lockMoment(a.Brand, a.Receipt)
		if err != nil {
			return err
		}
		if a.Message.Solved != "" {
			m.Solved, m.After = a.Message.Solved, a.Feeling
		}
		if c == nil {
			heard := *m
			heard.Text = a.Message.Text
			m.Decision = a.Decide(&heard)
			if err := tx.join(m, m.ID, a.CaseID); err != nil {
				return err
			}
		}
		a.Message.Brand, a.Message.Case, a.Message.Moment, a.Message.Episode = m.Brand, m.Case, m.ID, m.Episode
		a.Message.Direction, a.Message.At = sayline.FromAuthor, tx.now
		if err := tx.insertMessage(a.Message); err != nil {
			return err
		}
		if err := tx.replaceMoment(m, m); err != nil {
			return err
		}
		tx.event(sayline.Event{Brand: m.Brand, Type: sayline.EventAuthorSpoke, Lane: m.Lane, Moment: m.ID, Case: m.Case, Team: m.Decision.Team})
		if c == nil {
			return nil
		}
		return tx.heard(m, c, a.Message)
	})
}

// heard is what an author's words do to their case.
func (tx *Tx) heard(m *sayline.Moment, c *sayline.Case, msg *sayline.Message) error {
	switch {
	case msg.Solved == "yes" && c.State != sayline.CaseResolved && c.Moments == 1:
		if err := tx.resolve(c, "", "done"); err != nil {
			return err
		}
	case msg.Solved == "no", msg.Solved == "" && c.State == sayline.CaseResolved:
		if err := tx.reopen(c, m.ID); err != nil {
			return err
		}
	}
	c.LastAt = tx.now
	return tx.saveCase(c)
}

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
	rows, err := tx.query("SELECT case_id, group_key FROM cases WHERE brand_id = $1 AND moments = 0 AND (case_id = $2 OR case_id IN (SELECT case_id FROM decision_before WHERE brand_id = $3 AND moment_id = $4))",
		m.Brand, m.Case, m.Brand, m.ID)
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
	_, err = tx.exec("DELETE FROM message WHERE brand_id = $1 AND case_id = $2 AND moment_id = ''", c.Brand, c.ID)
	return err
}

// erase deletes a moment's rows; its counts are the caller's.
func (tx *Tx) erase(m *sayline.Moment) error {
	for _, text := range []string{
		"DELETE FROM moment WHERE brand_id = $1 AND moment_id = $2",
		"DELETE FROM moment_contact WHERE brand_id = $1 AND moment_id = $2",
		"DELETE FROM message WHERE brand_id = $1 AND moment_id = $2",
		"DELETE FROM decision_before WHERE brand_id = $1 AND moment_id = $2",
		"DELETE FROM history WHERE brand_id = $1 AND subject = $2",
	} {
		if _, err := tx.exec(text, m.Brand, m.ID); err != nil {
			return err
		}
	}
	return nil
}
