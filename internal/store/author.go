package store

import (
	"context"

	"github.com/sayline/sayline"
)

// AuthorSays is a message of a moment's author.
type AuthorSays struct {
	Brand, Receipt string
	Moment         string // in place of Receipt: whose author answered a letter
	Message        *sayline.Message
	Once           bool // the same words, by their id, are kept once
	Feeling        int  // said with "solved"
	Decide         func(*sayline.Moment) sayline.Decision
	CaseID         string
}

// AuthorSays stores an author's further words. On a resolved case, or with "not
// solved", they open it again; a moment that was nobody's work becomes
// somebody's, because words are always before a person.
func (s *Store) AuthorSays(ctx context.Context, a AuthorSays) error {
	return s.update(ctx, a.Brand, byPerson, func(tx *Tx) error {
		m, c, err := tx.lockAuthors(&a)
		if err != nil {
			return err
		}
		if a.Once {
			if known, err := tx.knowsMessage(m, a.Message.ID); err != nil || known {
				return err
			}
		}
		if a.Message.Solved != "" {
			tx.countSolved(m, -1)
			m.Solved, m.After = a.Message.Solved, a.Feeling
		}
		if c == nil {
			before, heard := *m, *m
			heard.Text = a.Message.Text
			m.Decision = a.Decide(&heard)
			if err := tx.join(m, m.ID, a.CaseID); err != nil {
				return err
			}
			tx.countMoment(&before, sayline.Zone(before.Zone), -1) // its team may be another now
			tx.countMoment(m, sayline.Zone(m.Zone), +1)
		}
		if a.Message.Solved != "" {
			tx.countSolved(m, +1)
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
		return tx.heard(m, c, a)
	})
}

func (tx *Tx) lockAuthors(a *AuthorSays) (*sayline.Moment, *sayline.Case, error) {
	if a.Moment != "" {
		return tx.lockNamed(a.Brand, a.Moment)
	}
	return tx.lockMoment(a.Brand, a.Receipt)
}

// heard is what an author's words do to their case.
func (tx *Tx) heard(m *sayline.Moment, c *sayline.Case, a AuthorSays) error {
	msg := a.Message
	louder, err := tx.louder(m, c, a)
	if err != nil {
		return err
	}
	switch {
	case louder:
	case msg.Solved == "yes" && c.State != sayline.CaseResolved && c.Moments == 1:
		if err := tx.resolve(c, "", "done"); err != nil {
			return err
		}
	case msg.Solved == "no", msg.Solved == "" && c.State == sayline.CaseResolved:
		if err := tx.reopen(c, m.ID); err != nil {
			return err
		}
	}
	if msg.Solved == "" && c.State == sayline.CaseAcknowledged { // whoever asked for it has it to look at now
		asked, err := tx.asked(m, c)
		if err != nil {
			return err
		}
		if asked {
			tx.setDeadline(c)
		}
	}
	c.LastAt = tx.now
	return tx.saveCase(c)
}
