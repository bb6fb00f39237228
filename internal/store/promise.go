package store

import (
	"database/sql"
	"errors"
	"time"

	"github.com/sayline/sayline"
)

// promiser says until when a decided moment's promises end if they begin at a time.
type promiser func(m *sayline.Moment, from time.Time) (look, answer time.Time)

// promiseAgain makes a case's promises anew, from now: those of the moment that
// begins its episode, or of its first where none does.
func (tx *Tx) promiseAgain(c *sayline.Case, moment string) error {
	look, answer := c.AckBy.Sub(c.Since), c.AnswerBy.Sub(c.Since)
	c.AckBy, c.AnswerBy = tx.now.Add(look), tx.now.Add(max(look, answer)) // as long as before, by the clock
	if tx.promise == nil {
		return nil
	}
	find := "moment_id = $2"
	if moment == "" {
		find, moment = "case_id = $2 ORDER BY moment_id LIMIT 1", c.ID
	}
	m, err := scanMoment(tx.scanner("SELECT "+momentCols+" FROM moment WHERE brand_id = $1 AND "+find, c.Brand, moment), c.Brand)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // it is being written anew
	}
	if err != nil {
		return err
	}
	c.AckBy, c.AnswerBy = tx.promise(m, tx.now)
	return nil
}
