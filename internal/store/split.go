package store

import (
	"context"

	"github.com/sayline/sayline"
)

// Split takes chosen moments out of a case into one of their own, which nothing
// joins by key: the same team, place and urgency, its promises counted from now.
// It is a new demand on a person, and asks like one. What was said to all of the
// case stays where it was; their authors keep what they have read of it.
// NotFound for a moment that is not in the case, Conflict when nothing would stay.
func (s *Store) Split(ctx context.Context, a Act, moments []string, id string) error {
	return s.update(ctx, a.Brand, byPerson, func(tx *Tx) error {
		c, err := tx.lockCase(a.Brand, a.Case)
		if err != nil {
			return err
		}
		return tx.split(a, c, moments, id)
	})
}

func (tx *Tx) split(a Act, c *sayline.Case, moments []string, id string) error {
	if len(moments) == 0 || len(moments) >= c.Moments {
		return errNothing
	}
	if err := tx.opened(a, c); err != nil {
		return err
	}
	fresh := &sayline.Case{Brand: c.Brand, ID: id, Team: c.Team, Place: c.Place, Lane: c.Lane, Kind: c.Kind, State: sayline.CaseOpen, Urgency: c.Urgency, Episode: 1,
		Version: c.Version, Policy: c.Policy, AckTime: c.AckTime, Guarded: c.Guarded, OpenedAt: tx.now, LastAt: tx.now, Since: tx.now, AckBy: tx.now.Add(c.AckBy.Sub(c.Since)), AnswerBy: tx.now.Add(c.AnswerBy.Sub(c.Since))}
	for i, moment := range moments {
		m, err := scanMoment(tx.scanner("SELECT "+momentCols+" FROM moment WHERE brand_id = $1 AND moment_id = $2 AND case_id = $3", c.Brand, moment, c.ID), c.Brand)
		if err != nil {
			return err
		}
		if i == 0 {
			fresh.Topic, fresh.Product, fresh.Lot, fresh.Ref, fresh.Kind = m.Topic, m.Context.Product, m.Context.Lot, m.Context.Ref, m.Kind
		}
		for _, x := range []struct {
			c   *sayline.Case
			add int
		}{{c, -1}, {fresh, +1}} {
			x.c.Moments += x.add
			if m.Feeling > 0 {
				x.c.Feelings[m.Feeling] += x.add
			}
		}
		if err := tx.moveMoments(c, fresh, a.Person, only(moment)); err != nil {
			return err
		}
	}
	if err := tx.insert(caseTable, [][]any{(&slot{brand: fresh.Brand, caseID: id, state: fresh.State, urgency: fresh.Urgency, episode: 1, c: *fresh}).row()}); err != nil {
		return err
	}
	if sayline.MoreUrgent(fresh.Urgency, sayline.Quiet) {
		step := &sayline.Step{Brand: c.Brand, Case: id, Episode: 1, N: 1, Moment: moments[0], DueAt: tx.now, State: sayline.StepWaiting}
		if err := tx.insert(stepTable, [][]any{stepRow(step)}); err != nil {
			return err
		}
	}
	tx.caseEvent(c, sayline.EventCaseMoved, a.Person)
	tx.caseEvent(fresh, sayline.EventCaseOpened, a.Person)
	return tx.saveCase(c)
}
