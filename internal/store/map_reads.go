package store

import (
	"context"
	"time"

	"github.com/sayline/sayline"
)

// SaidAt reads the newest public moments with words since a time, newest first,
// of some touchpoints ("" is what was said at none) or, when none are named, of
// all; none of employees, nor of the other audiences that are guarded. It looks at no more than read moments of each, so that what it costs does
// not depend on how much was said.
func (s *Store) SaidAt(ctx context.Context, brand string, touchpoints, guarded []string, since time.Time, read, limit int) ([]*sayline.Moment, error) {
	if len(touchpoints) == 0 {
		return s.saidAt(ctx, brand, nil, guarded, since, read, limit)
	}
	var all []*sayline.Moment
	for i := range touchpoints {
		list, err := s.saidAt(ctx, brand, &touchpoints[i], guarded, since, read, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

func (s *Store) saidAt(ctx context.Context, brand string, touchpoint *string, guarded []string, since time.Time, read, limit int) ([]*sayline.Moment, error) {
	b := newWhere("brand_id = ", brand)
	if touchpoint != nil {
		b.and("touchpoint = ", *touchpoint)
	}
	b.and("moment_id >= ", sayline.NewID(since, zeros{}))
	b.text(" AND lane = '' ORDER BY moment_id DESC LIMIT ")
	b.arg(read)
	b.text(") AS newest WHERE text <> ''")
	b.among("audience NOT IN", append([]string{alwaysGuarded}, guarded...))
	b.text(" ORDER BY moment_id DESC LIMIT ")
	b.arg(limit)
	return s.moments(ctx, brand, "SELECT "+momentCols+" FROM (SELECT * FROM moment WHERE "+b.String(), b.args...)
}
