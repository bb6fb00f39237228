package store

import (
	"context"
	"database/sql"
	"time"
)

// What a page of the pulse asks for: today and the same weekday of four weeks in
// hours; ninety days, the ninety before and four weeks of usual ones in days.
const (
	warmWeeks  = 4
	warmDays   = 210
	warmClocks = 91
	warmEach   = 7 // days at a time, so that a page has to wait for no more
)

// WarmCounts reads into memory what the pages of the pulse will ask for: of the
// brands that were counted in most lately first, of each the newest first, and no
// more than half of what may be kept. A page that is opened meanwhile reads what it
// needs by itself.
func (s *Store) WarmCounts(ctx context.Context) error {
	at := s.now()
	rows, err := s.readers.QueryContext(ctx, "SELECT brand_id FROM count_mark WHERE width = $1 AND bucket >= $2 GROUP BY brand_id ORDER BY SUM(n) DESC, brand_id",
		widthDay, micros(at.AddDate(0, 0, -warmEach)))
	if err != nil {
		return s.failed(err)
	}
	var brands []string
	if err := eachRow(rows, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		brands = append(brands, id)
		return err
	}); err != nil {
		return s.failed(err)
	}
	for _, brand := range brands {
		for _, q := range warming(brand, at) {
			if s.cubes.full() {
				return nil
			}
			if err := s.cubes.fresh(ctx, s, &q, func(*cube, []int64) {}); err != nil {
				return s.failed(err)
			}
		}
		if _, err := s.Clocks(ctx, brand, at.AddDate(0, 0, -warmClocks), at.AddDate(0, 0, 1)); err != nil {
			return err
		}
	}
	return nil
}

// warming are a brand's reads, the most wanted first.
func warming(brand string, at time.Time) (list []CountsQuery) {
	until := at.AddDate(0, 0, 2)
	days := func(n int) CountsQuery {
		return CountsQuery{Brand: brand, Level: ByDay, From: until.AddDate(0, 0, -n-warmEach), Until: until.AddDate(0, 0, -n)}
	}
	list = append(list, days(0))
	for week := range warmWeeks + 1 {
		day := at.AddDate(0, 0, -7*week)
		list = append(list, CountsQuery{Brand: brand, Level: ByHour, From: day.AddDate(0, 0, -1), Until: day.AddDate(0, 0, 1)})
	}
	for n := warmEach; n < warmDays; n += warmEach {
		list = append(list, days(n))
	}
	return list
}
