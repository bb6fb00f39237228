package store

import (
	"context"
	"time"

	"github.com/sayline/sayline"
)

// Did reads what was done in [from, until): the public cases that were resolved as
// done, those in which most was said first; none in which a guarded audience said
// something, whether or not it is kept still.
func (s *Store) Did(ctx context.Context, brand string, guarded []string, from, until time.Time, limit int) ([]*sayline.Case, error) {
	b := newWhere("brand_id = ", brand)
	b.text(" AND lane = '' AND state = 'resolved' AND merged_into = ''")
	b.and("reason = ", sayline.Reasons[0])
	b.and("resolved_at >= ", micros(from))
	b.and("resolved_at < ", micros(until))
	b.text(" AND NOT EXISTS (SELECT 1 FROM moment m WHERE m.brand_id = cases.brand_id AND m.case_id = cases.case_id")
	b.among("m.audience IN", append([]string{alwaysGuarded}, guarded...))
	b.text(") AND NOT EXISTS (SELECT 1 FROM guarded_gone g WHERE g.brand_id = cases.brand_id AND g.case_id = cases.case_id) " +
		"AND NOT EXISTS (SELECT 1 FROM cases f JOIN guarded_gone g ON g.brand_id = f.brand_id AND g.case_id = f.case_id WHERE f.brand_id = cases.brand_id AND f.merged_into <> '' AND f.merged_into = cases.case_id) ORDER BY moments DESC, case_id LIMIT ")
	b.arg(limit)
	return s.cases(ctx, brand, "SELECT "+caseCols+" FROM cases WHERE "+b.String(), b.args...)
}
