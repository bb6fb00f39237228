package store

import (
	"context"
	"database/sql"
	"time"
)

// Wanted is a product that was asked for at a place, so many times.
type Wanted struct {
	Product, Place, Team string
	Times                int
	Last                 time.Time
	Waiting              int // of those who asked, how many want to be told and have not been yet
}

// WantedSince counts what was asked for by some topics since a time, in the open:
// by product, place and the team that got it, the most wanted first. It is read
// from an index alone.
func (s *Store) WantedSince(ctx context.Context, brand string, topics []string, since time.Time) ([]Wanted, error) {
	if len(topics) == 0 {
		return nil, nil
	}
	b := newWhere("brand_id = ", brand)
	b.text(" AND product <> '' AND lane = ''")
	b.among("topic IN", topics)
	b.and("received_at >= ", micros(since))
	rows, err := s.readers.QueryContext(ctx, "SELECT product, place, team, COUNT(*), MAX(received_at) FROM moment WHERE "+b.String()+" GROUP BY product, place, team ORDER BY 4 DESC, 5 DESC, 1, 2, 3", b.args...)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []Wanted
	err = eachRow(rows, func(r *sql.Rows) error {
		var w Wanted
		var last int64
		err := r.Scan(&w.Product, &w.Place, &w.Team, &w.Times, &last)
		w.Last = fromMicros(last)
		list = append(list, w)
		return err
	})
	if err != nil {
		return nil, s.failed(err)
	}
	return list, s.waiting(ctx, brand, topics, since, list)
}

// waiting counts into a list of what is wanted the moments whose authors asked to
// be told, and have not been yet.
func (s *Store) waiting(ctx context.Context, brand string, topics []string, since time.Time, list []Wanted) error {
	b := newWhere("m.brand_id = ", brand)
	b.text(" AND m.product <> '' AND m.lane = ''")
	b.among("m.topic IN", topics)
	b.and("m.received_at >= ", micros(since))
	b.text(" AND EXISTS (SELECT 1 FROM author_way a WHERE a.brand_id = m.brand_id AND a.moment_id = m.moment_id AND a.channel = 'push' AND a.told_at = 0)")
	rows, err := s.readers.QueryContext(ctx, "SELECT m.product, m.place, m.team, COUNT(*) FROM moment m WHERE "+b.String()+" GROUP BY m.product, m.place, m.team", b.args...)
	if err != nil {
		return s.failed(err)
	}
	return s.failed(eachRow(rows, func(r *sql.Rows) error {
		var w Wanted
		err := r.Scan(&w.Product, &w.Place, &w.Team, &w.Waiting)
		for i := range list {
			if x := &list[i]; x.Product == w.Product && x.Place == w.Place && x.Team == w.Team {
				x.Waiting = w.Waiting
			}
		}
		return err
	}))
}
