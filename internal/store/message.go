package store

import (
	"context"
	"database/sql"
	"strings"

	"github.com/sayline/sayline"
)

const messageCols = "message_id, case_id, moment_id, episode, direction, text, lang, by_person, at, solved"

func scanMessage(r scanner, brand string) (sayline.Message, error) {
	m := sayline.Message{Brand: brand}
	var at int64
	err := r.Scan(&m.ID, &m.Case, &m.Moment, &m.Episode, &m.Direction, &m.Text, &m.Lang, &m.By, &at, &m.Solved)
	m.At = fromMicros(at)
	return m, err
}

func (tx *Tx) insertMessage(m *sayline.Message) error {
	_, err := tx.exec("INSERT INTO message (brand_id, "+messageCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		m.Brand, m.ID, m.Case, m.Moment, m.Episode, m.Direction, m.Text, m.Lang, m.By, micros(tx.now), m.Solved)
	return err
}

// AddMessage stores a reply (to one author, or with Moment "" to all of the
// case) or a note. A reply acknowledges, and ends the acknowledgement time-out.
func (s *Store) AddMessage(ctx context.Context, a Act, m *sayline.Message) error {
	return s.change(ctx, a, func(tx *Tx, c *sayline.Case) error {
		m.Brand, m.Case, m.Episode, m.By, m.At = c.Brand, c.ID, c.Episode, a.Person, tx.now
		if m.Moment != "" {
			var n int
			if err := tx.row("SELECT COUNT(*) FROM moment WHERE brand_id = $1 AND moment_id = $2 AND case_id = $3", []any{c.Brand, m.Moment, c.ID}, &n); err != nil {
				return err
			}
			if n == 0 {
				return sayline.Errorf(sayline.NotFound, "That moment is not in this case.")
			}
		}
		if err := tx.insertMessage(m); err != nil {
			return err
		}
		if m.Direction == sayline.Note {
			tx.noted(c)
			tx.caseEvent(c, sayline.EventCaseNoted, a.Person)
			return tx.opened(a, c)
		}
		return tx.answered(a, c, m)
	})
}

// noted: work was done, so the acknowledgement does not run out.
func (tx *Tx) noted(c *sayline.Case) {
	if c.State == sayline.CaseAcknowledged {
		c.AckDeadline = tx.now.Add(sayline.AckTimeout)
	}
}

func (tx *Tx) answered(a Act, c *sayline.Case, m *sayline.Message) error {
	if c.State != sayline.CaseResolved {
		if err := tx.acknowledge(a, c); err != nil {
			return err
		}
		c.AckDeadline = fromMicros(0) // an answered case comes back only by its author
	}
	if c.AnsweredAt.IsZero() {
		c.AnsweredAt = tx.now
		tx.countClock(c, ClockAnswer, tx.now.Sub(c.Since), !tx.now.After(c.AnswerBy), a.Zone)
	}
	subject := c.ID
	if m.Moment != "" {
		subject = m.Moment
	}
	if err := tx.history(c.Brand, subject, c.Episode, sayline.StatusAnswered, a.Person, ""); err != nil {
		return err
	}
	tx.event(sayline.Event{Brand: c.Brand, Type: sayline.EventCaseAnswered, Lane: c.Lane, Case: c.ID, Moment: m.Moment, Team: c.Team, Person: a.Person})
	return nil
}

// Messages reads a case's replies, notes and authors' words, oldest first.
func (s *Store) Messages(ctx context.Context, brand, caseID string) ([]sayline.Message, error) {
	return s.messages(ctx, brand, "SELECT "+messageCols+" FROM message WHERE brand_id = $1 AND case_id = $2 ORDER BY message_id", brand, caseID)
}

// MessagesTo reads what the author of a moment may read: replies to them, replies
// to all of their case, and their own words; never a note. What was said to all
// of a case the moment has left since stays readable.
func (s *Store) MessagesTo(ctx context.Context, brand, moment, caseID string) ([]sayline.Message, error) {
	return s.messages(ctx, brand, "SELECT "+messageCols+" FROM message WHERE brand_id = $1 AND direction <> 'note' AND (moment_id = $2 OR moment_id = '' AND case_id = $3 AND case_id <> '') "+
		"UNION SELECT m."+strings.ReplaceAll(messageCols, ", ", ", m.")+" FROM decision_before d JOIN message m ON m.brand_id = d.brand_id AND m.case_id = d.case_id "+
		"WHERE d.brand_id = $4 AND d.moment_id = $5 AND d.case_id <> '' AND m.direction <> 'note' AND m.moment_id = '' AND m.at <= d.at ORDER BY message_id",
		brand, moment, caseID, brand, moment)
}

func (s *Store) messages(ctx context.Context, brand, text string, args ...any) ([]sayline.Message, error) {
	rows, err := s.readers.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.Message
	err = eachRow(rows, func(r *sql.Rows) error {
		m, err := scanMessage(r, brand)
		list = append(list, m)
		return err
	})
	return list, s.failed(err)
}
