package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// HandOver gives a case to another team.
type HandOver struct {
	Act
	To sayline.Decision // its Team, Place, GroupKey, promises and policy are what the new team has of it
}

// HandOver gives a case to another team: a new episode there, with that team's
// own promise, and nobody of it on the case yet. Where the new team has an open
// case of the same key already, it is merged into that one. It gives the id of
// the case that has the moments now. Conflict when it is closed, or theirs already.
func (s *Store) HandOver(ctx context.Context, h HandOver) (id string, err error) {
	err = s.update(ctx, h.Brand, byPerson, func(tx *Tx) (err error) {
		id, err = tx.handOver(h)
		return err
	})
	return id, err
}

func (tx *Tx) handOver(h HandOver) (string, error) {
	c, occupant, err := tx.lockBothKeys(h)
	switch {
	case err != nil:
		return "", err
	case c.State == sayline.CaseResolved:
		return "", errClosed
	case c.Team == h.To.Team && c.Place == h.To.Place:
		return "", sayline.Errorf(sayline.Conflict, "It is with this team already.").Keyed("cases_theirs")
	}
	if err := tx.opened(h.Act, c); err != nil {
		return "", err
	}
	if err := tx.handed(h, c); err != nil {
		return "", err
	}
	if occupant != nil {
		return occupant.ID, tx.merge(h.Act, c, occupant)
	}
	return c.ID, tx.receive(h, c)
}

// lockBothKeys locks a case and the slot of the key it is to have, in the order
// of their keys, and gives the unresolved case that has that key, nil for none.
func (tx *Tx) lockBothKeys(h HandOver) (c, occupant *sayline.Case, err error) {
	var key string
	if err := tx.row("SELECT group_key FROM cases WHERE brand_id = $1 AND case_id = $2", []any{h.Brand, h.Case}, &key); err != nil {
		return nil, nil, err
	}
	first := key != "" && key < h.To.GroupKey
	if first {
		if c, err = tx.lockCase(h.Brand, h.Case); err != nil {
			return nil, nil, err
		}
	}
	if h.To.GroupKey != "" && h.To.GroupKey != key {
		if occupant, err = tx.claimSlot(h); err != nil {
			return nil, nil, err
		}
	}
	if !first {
		c, err = tx.lockCase(h.Brand, h.Case)
	}
	return c, occupant, err
}

// claimSlot locks the slot of a case's new key, made where there is none.
func (tx *Tx) claimSlot(h HandOver) (occupant *sayline.Case, err error) {
	var id, state string
	err = tx.engine.insertMany(tx.ctx, tx.conn, slotTable, [][]any{{h.Brand, h.To.GroupKey, h.Case, sayline.CaseOpen, sayline.Normal, 1, int64(0)}}, func(r *sql.Rows) error {
		var brand, key, urgency string
		var episode int
		var resolved int64
		return r.Scan(&brand, &key, &id, &state, &urgency, &episode, &resolved)
	})
	if err != nil || id == h.Case || state == sayline.CaseResolved {
		return nil, err
	}
	return tx.lockCase(h.Brand, id)
}

// handed writes down who gave what to whom: the route learns from it.
func (tx *Tx) handed(h HandOver, c *sayline.Case) error {
	m, err := scanMoment(tx.scanner("SELECT "+momentCols+" FROM moment WHERE brand_id = $1 AND case_id = $2 ORDER BY moment_id LIMIT 1", c.Brand, c.ID), c.Brand)
	if err == sql.ErrNoRows {
		return errClosed
	}
	if err != nil {
		return err
	}
	_, err = tx.exec("INSERT INTO handover (brand_id, case_id, episode, at, by_person, lane, from_team, to_team, version, rule, topic, kind, touchpoint) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
		c.Brand, c.ID, c.Episode, micros(tx.now), h.Person, c.Lane, c.Team, h.To.Team, m.Decision.Version, m.Decision.Rule, m.Topic, sayline.KnownKind(m.Kind), m.Context.Touchpoint)
	return err
}

// receive makes a case the new team's.
func (tx *Tx) receive(h HandOver, c *sayline.Case) error {
	tx.caseEvent(c, sayline.EventCaseMoved, h.Person) // for who had it
	if err := tx.keepDecisions(c, h.Person, allOfThem); err != nil {
		return err
	}
	if err := tx.recountTeam(c, allOfThem, h.To.Team); err != nil {
		return err
	}
	if _, err := tx.exec("UPDATE moment SET team = $1 WHERE brand_id = $2 AND case_id = $3", h.To.Team, c.Brand, c.ID); err != nil {
		return err
	}
	if c.GroupKey != h.To.GroupKey {
		if _, err := tx.exec("DELETE FROM case_slot WHERE brand_id = $1 AND group_key = $2 AND case_id = $3", c.Brand, c.GroupKey, c.ID); err != nil {
			return err
		}
		if err := tx.setKey(c, h.To.GroupKey); err != nil {
			return err
		}
		if _, err := tx.exec("UPDATE case_slot SET case_id = $1 WHERE brand_id = $2 AND group_key = $3", c.ID, c.Brand, c.GroupKey); err != nil {
			return err
		}
	}
	c.Team, c.Place, c.Owner = h.To.Team, h.To.Place, ""
	c.Version, c.Policy, c.AckTime = h.To.Version, h.To.Policy, h.To.AckTime
	if err := tx.reopen(c, ""); err != nil {
		return err
	}
	if err := tx.followUp(c, c.Episode-1, sayline.PageMoved); err != nil {
		return err
	}
	c.AckBy, c.AnswerBy = h.To.Promise(tx.now)
	return tx.saveCase(c)
}

// Handed is one hand-over of a case.
type Handed struct {
	Episode  int // it ended at the team before
	At       time.Time
	By       string // person
	From, To string // teams
}

// HandOvers reads how a case went from team to team, oldest first.
func (s *Store) HandOvers(ctx context.Context, brand, id string) ([]Handed, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT episode, at, by_person, from_team, to_team FROM handover WHERE brand_id = $1 AND case_id = $2 ORDER BY episode", brand, id)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []Handed
	err = eachRow(rows, func(r *sql.Rows) error {
		var h Handed
		var at int64
		err := r.Scan(&h.Episode, &at, &h.By, &h.From, &h.To)
		h.At = fromMicros(at)
		list = append(list, h)
		return err
	})
	return list, s.failed(err)
}
