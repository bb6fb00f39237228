package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"github.com/sayline/sayline"
)

// guarding says whether nothing single of a moment may show: it was guarded when it
// came, or its audience is one that the brand's file guards by now.
func (tx *Tx) guarding(m *sayline.Moment) (bool, error) {
	if guards(m) {
		return true, nil
	}
	list, err := tx.guardedBy(m.Brand)
	return slices.Contains(list, m.Audience), err
}

// guardedBy are the audiences that a brand's file in force guards.
func (tx *Tx) guardedBy(brand string) ([]string, error) {
	if list, ok := tx.guards[brand]; ok {
		return list, nil
	}
	var text string
	var c sayline.Config
	err := tx.row("SELECT v.document FROM config_version v JOIN brand b ON b.brand_id = v.brand_id AND b.version = v.version WHERE v.brand_id = $1", []any{brand}, &text)
	if err == nil {
		err = json.Unmarshal([]byte(text), &c)
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	if tx.guards == nil {
		tx.guards = map[string][]string{}
	}
	tx.guards[brand] = c.Guarded()
	return tx.guards[brand], nil
}

// guardCases takes the cases in which an audience spoke that is guarded from now on
// out of the figures to come.
func (tx *Tx) guardCases(brand string, before, now []string) error {
	fresh := slices.DeleteFunc(slices.Clone(now), func(a string) bool { return slices.Contains(before, a) })
	if len(fresh) == 0 {
		return nil
	}
	b := newWhere("brand_id = ", brand)
	b.text(" AND guarded = 0 AND case_id IN (SELECT m.case_id FROM moment m WHERE m.brand_id = ")
	b.arg(brand)
	b.among("m.audience IN", fresh)
	b.text(" UNION SELECT d.case_id FROM decision_before d JOIN moment m ON m.brand_id = d.brand_id AND m.moment_id = d.moment_id WHERE d.brand_id = ") // of a case that was joined with another
	b.arg(brand)
	b.among("m.audience IN", fresh)
	b.text(")")
	_, err := tx.exec("UPDATE cases SET guarded = 1 WHERE "+b.String(), b.args...)
	return err
}

// noteGuarded keeps of a moment that is erased that nothing single of it may show:
// not that it is gone, nor the case it was in.
func (tx *Tx) noteGuarded(m *sayline.Moment) error {
	if theirs, err := tx.guarding(m); err != nil || !theirs {
		return err
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
	b.text(" UNION SELECT f.merged_into FROM cases f JOIN guarded_gone g ON g.brand_id = f.brand_id AND g.case_id = f.case_id WHERE f.merged_into <> '' AND f.brand_id = ") // erased before it was joined with this one
	b.arg(brand)
	b.among("f.merged_into IN", ids)
	b.text(" UNION SELECT case_id FROM cases WHERE guarded = 1 AND merged_into <> '' AND brand_id = ") // what was said in it is in another by now
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
