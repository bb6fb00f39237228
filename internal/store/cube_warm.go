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
	warmFirst  = 9 // days of a week and what is to come, before the hours
)

// WarmCounts reads into memory what the pages of the pulse will ask for: of the
// brands that were counted in most lately first, of each the newest first, and no
// more than half of what may be kept. A page that is opened meanwhile reads what it
// needs by itself.
func (s *Store) WarmCounts(ctx context.Context) error {
	at := s.now()
	rows, err := s.readers.QueryContext(ctx, "SELECT brand_id FROM count_mark WHERE width = $1 AND bucket >= $2 GROUP BY brand_id ORDER BY SUM(n) DESC, brand_id",
		widthDay, micros(at.AddDate(0, 0, -7)))
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
	defer s.warming.Store("")
	for _, brand := range brands {
		s.warming.Store(brand)
		for _, q := range warming(brand, at) {
			if s.cubes.full() {
				return nil
			}
			if err := s.cubes.fresh(ctx, s, &q, func(*cube, []int64) {}); err != nil {
				return s.failed(err)
			}
		}
		for n := range warmClocks {
			if _, err := s.Clocks(ctx, brand, at.AddDate(0, 0, -n), at.AddDate(0, 0, 1-n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// CatchingUp says whether a brand's counts are being read ahead just now: what asks
// for many days would wait for it.
func (s *Store) CatchingUp(brand string) bool { return s.warming.Load() == brand }

// warming are a brand's reads, the most wanted first.
func warming(brand string, at time.Time) (list []CountsQuery) {
	until := at.AddDate(0, 0, 2)
	days := func(from, to int) {
		for n := from; n < to; n++ {
			list = append(list, CountsQuery{Brand: brand, Level: ByDay, From: until.AddDate(0, 0, -n-1), Until: until.AddDate(0, 0, -n)})
		}
	}
	days(0, warmFirst)
	for week := range warmWeeks + 1 {
		for n := range 8 { // two days, a quarter of one at a time
			end := at.AddDate(0, 0, 1-7*week).Add(-time.Duration(6*n) * time.Hour)
			list = append(list, CountsQuery{Brand: brand, Level: ByHour, From: end.Add(-6 * time.Hour), Until: end})
		}
	}
	days(warmFirst, warmDays)
	return list
}
