package store

import (
	"context"
	"database/sql"
)

// Carried is what cases name: for whoever may know of the brand's places and
// things only what their own cases carry.
type Carried struct{ Places, Topics, Products, Touchpoints map[string]bool }

// mostCarried is how many cases of each section are looked at, the first in the
// order of the desk: what is older is narrowed to by nobody.
const mostCarried = 1_000

// Carried reads what the cases of a scope name.
func (s *Store) Carried(ctx context.Context, brand string, scope Scope) (*Carried, error) {
	k := &Carried{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for sec := range sections {
		q := CasesQuery{Brand: brand, Scope: scope, Section: sec, Limit: mostCarried}
		for _, part := range scope.parts(q) {
			if err := s.carried(ctx, k, &q, part); err != nil {
				return nil, s.failed(err)
			}
		}
	}
	return k, nil
}

func (s *Store) carried(ctx context.Context, k *Carried, q *CasesQuery, part LaneScope) error {
	b := newWhere("SELECT DISTINCT c.place, c.topic, c.product, COALESCE(t.touchpoint, '') FROM cases c LEFT JOIN case_touchpoint t ON t.brand_id = c.brand_id AND t.case_id = c.case_id WHERE c.brand_id = ", q.Brand)
	b.text(" AND c.case_id IN (")
	s.page(b, q, part)
	b.text(")")
	rows, err := s.readers.QueryContext(ctx, b.String(), b.args...)
	if err != nil {
		return err
	}
	return eachRow(rows, func(r *sql.Rows) error {
		var place, topic, product, touchpoint string
		err := r.Scan(&place, &topic, &product, &touchpoint)
		k.Places[place], k.Topics[topic], k.Products[product], k.Touchpoints[touchpoint] = true, true, true, true
		return err
	})
}
