package store

import (
	"context"
	"database/sql"

	"github.com/sayline/sayline"
)

// noteGuarded keeps of a moment that is erased that nothing single of it may show:
// not that it is gone, nor the case it was in.
func (tx *Tx) noteGuarded(m *sayline.Moment) error {
	if !guards(m) {
		return nil
	}
	_, err := tx.exec("INSERT INTO guarded_gone (brand_id, moment_id, case_id) VALUES ($1, $2, $3) ON CONFLICT (brand_id, moment_id) DO NOTHING", m.Brand, m.ID, m.Case)
	return err
}

// GuardedGone says which of some moments that were taken back were a guarded audience's.
func (s *Store) GuardedGone(ctx context.Context, brand string, ids []string) (map[string]bool, error) {
	return s.those(ctx, "SELECT moment_id FROM guarded_gone WHERE brand_id = $1 AND moment_id", brand, ids)
}

// GuardedCases says in which of some cases a guarded audience said something, whether or
// not it is kept still.
func (s *Store) GuardedCases(ctx context.Context, brand string, guarded, ids []string) (map[string]bool, error) {
	found := map[string]bool{}
	if len(ids) == 0 {
		return found, nil
	}
	b := newWhere("SELECT DISTINCT case_id FROM moment WHERE brand_id = ", brand)
	b.among("case_id IN", ids)
	b.among("audience IN", append([]string{alwaysGuarded}, guarded...))
	b.text(" UNION SELECT case_id FROM guarded_gone WHERE brand_id = ")
	b.arg(brand)
	b.among("case_id IN", ids)
	rows, err := s.readers.QueryContext(ctx, b.String(), b.args...)
	if err != nil {
		return nil, s.failed(err)
	}
	err = eachRow(rows, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		found[id] = true
		return err
	})
	return found, s.failed(err)
}

// those says which of some ids a query finds that stops at the name of its key.
func (s *Store) those(ctx context.Context, text, brand string, ids []string) (map[string]bool, error) {
	found := map[string]bool{}
	err := s.inLots(ctx, text, brand, unique(ids), func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		found[id] = true
		return err
	})
	return found, err
}
