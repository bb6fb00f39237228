package store

import (
	"context"
	"database/sql"

	"github.com/sayline/sayline"
)

// mostReady is how many ready answers one person may keep.
const mostReady = 200

// KeepReady keeps a ready answer. AtFault when its person has too many.
func (s *Store) KeepReady(ctx context.Context, r sayline.KeptAnswer) error {
	return s.update(ctx, r.Brand, byPerson, func(tx *Tx) error {
		var n int
		if err := tx.row("SELECT COUNT(*) FROM ready WHERE brand_id = $1 AND person = $2", []any{r.Brand, r.Person}, &n); err != nil {
			return err
		}
		if n >= mostReady {
			return sayline.Errorf(sayline.AtFault, "You have %d ready answers. Please let some go first.", n)
		}
		_, err := tx.exec("INSERT INTO ready (brand_id, ready_id, person, shared, topic, lang, text, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			r.Brand, r.ID, r.Person, flag(r.Shared), r.Topic, r.Lang, r.Text, micros(tx.now))
		return err
	})
}

// DropReady lets go of a person's own ready answer. NotFound for another's.
func (s *Store) DropReady(ctx context.Context, brand, id, person string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		n, err := tx.exec("DELETE FROM ready WHERE brand_id = $1 AND ready_id = $2 AND person = $3", brand, id, person)
		if err == nil && n == 0 {
			return sql.ErrNoRows
		}
		return err
	})
}

// ReadyFor reads a person's own ready answers and those kept for everybody, the
// newest first.
func (s *Store) ReadyFor(ctx context.Context, brand, person string) ([]sayline.KeptAnswer, error) {
	rows, err := s.ask(ctx, "SELECT ready_id, person, shared, topic, lang, text FROM ready WHERE brand_id = $1 AND (person = $2 OR shared = 1) ORDER BY ready_id DESC", brand, person)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.KeptAnswer
	err = eachRow(rows, func(r *sql.Rows) error {
		k := sayline.KeptAnswer{Brand: brand}
		var shared int
		err := r.Scan(&k.ID, &k.Person, &shared, &k.Topic, &k.Lang, &k.Text)
		k.Shared = shared != 0
		list = append(list, k)
		return err
	})
	return list, s.failed(err)
}
