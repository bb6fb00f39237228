package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

const messageCols = "message_id, case_id, moment_id, episode, direction, text, lang, by_person, at, solved, asks"

func scanMessage(r scanner, brand string) (sayline.Message, error) {
	m := sayline.Message{Brand: brand}
	var at int64
	var asks int
	err := r.Scan(&m.ID, &m.Case, &m.Moment, &m.Episode, &m.Direction, &m.Text, &m.Lang, &m.By, &at, &m.Solved, &asks)
	m.At, m.Asks = fromMicros(at), asks != 0
	return m, err
}

func (tx *Tx) insertMessage(m *sayline.Message) error {
	_, err := tx.exec("INSERT INTO message (brand_id, "+messageCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		m.Brand, m.ID, m.Case, m.Moment, m.Episode, m.Direction, m.Text, m.Lang, m.By, micros(tx.now), m.Solved, flag(m.Asks))
	return err
}

// afterTime is where in an id that is not the time begins, from 1: what two ids of
// the same words have in common.
const afterTime = 20

// knowsMessage says whether words were said already, under the same key.
func (tx *Tx) knowsMessage(m *sayline.Moment, id string) (bool, error) {
	var n int
	err := tx.row("SELECT COUNT(*) FROM message WHERE brand_id = $1 AND case_id = $2 AND moment_id = $3 AND SUBSTR(message_id, "+strconv.Itoa(afterTime)+") = $4",
		[]any{m.Brand, m.Case, m.ID, id[afterTime-1:]}, &n)
	return n > 0, err
}

// Progress records a step of the work on a request: who does it is on it, and
// its author reads it. The last step is the wish fulfilled: it counts as the
// answer and resolves the case. The same step twice in an episode is once.
// Conflict when the case is closed.
func (s *Store) Progress(ctx context.Context, a Act, step string, last bool) error {
	return s.change(ctx, a, func(tx *Tx, c *sayline.Case) error {
		var done int
		err := tx.row("SELECT COUNT(*) FROM history WHERE brand_id = $1 AND subject = $2 AND episode = $3 AND status = $4 AND label = $5",
			[]any{c.Brand, c.ID, c.Episode, sayline.StatusInProgress, step}, &done)
		switch {
		case err != nil || done > 0:
			return err
		case c.State == sayline.CaseResolved:
			return errClosed
		}
		if err := tx.acknowledge(a, c); err != nil {
			return err
		}
		tx.noted(c)
		if err := tx.history(c.Brand, c.ID, c.Episode, sayline.StatusInProgress, a.Person, step); err != nil {
			return err
		}
		tx.caseEvent(c, sayline.EventCaseStep, a.Person)
		if !last {
			return nil
		}
		if err := tx.clockAnswer(a, c); err != nil {
			return err
		}
		return tx.resolve(c, a.Person, "done")
	})
}

// clockAnswer stops the clock of an episode's answer, the first time.
func (tx *Tx) clockAnswer(a Act, c *sayline.Case) error {
	if !c.AnsweredAt.IsZero() {
		return nil
	}
	c.AnsweredAt = tx.now
	return tx.stopClock(c, ClockAnswer, c.AnswerBy, a.Zone)
}

// noted: something was done, so the acknowledgement does not run out.
func (tx *Tx) noted(c *sayline.Case) { c.AckDeadline = time.Time{} }

// Messages reads a case's replies, notes and authors' words, oldest first, with
// what was said in the cases that were joined with it.
func (s *Store) Messages(ctx context.Context, brand, caseID string) ([]sayline.Message, error) {
	return s.messages(ctx, brand, "SELECT "+messageCols+" FROM message WHERE brand_id = $1 AND case_id = $2 "+
		"UNION ALL SELECT m."+strings.ReplaceAll(messageCols, ", ", ", m.")+" FROM cases c JOIN message m ON m.brand_id = c.brand_id AND m.case_id = c.case_id "+
		"WHERE c.brand_id = $3 AND c.merged_into = $4 AND c.merged_into <> '' ORDER BY message_id",
		brand, caseID, brand, caseID)
}

// MessagesTo reads what the author of a moment may read: replies to them, replies
// to all of their case, and their own words; never a note. What was said to all
// of a case the moment has left since stays readable; of a case a person put the
// moment into, what was said to all of it from then on.
func (s *Store) MessagesTo(ctx context.Context, brand, moment, caseID string) ([]sayline.Message, error) {
	return s.messages(ctx, brand, "SELECT "+messageCols+" FROM message WHERE brand_id = $1 AND direction <> 'note' AND (moment_id = $2 OR moment_id = '' AND case_id = $3 AND case_id <> '' "+
		"AND at > (SELECT COALESCE(MAX(p.at), 0) FROM decision_before p WHERE p.brand_id = $4 AND p.moment_id = $5 AND p.by_person <> '' AND p.case_id <> $6)) "+
		"UNION SELECT m."+strings.ReplaceAll(messageCols, ", ", ", m.")+" FROM decision_before d JOIN message m ON m.brand_id = d.brand_id AND m.case_id = d.case_id "+
		"WHERE d.brand_id = $7 AND d.moment_id = $8 AND d.case_id <> '' AND m.direction <> 'note' AND m.moment_id = '' AND m.at <= d.at ORDER BY message_id",
		brand, moment, caseID, brand, moment, caseID, brand, moment)
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
