package store

import (
	"context"
	"database/sql"

	"github.com/sayline/sayline"
)

var visitTable = newTable("visits", "brand_id text, day text, kind text, about text, subject text, at bigint, errand_id text, hour bigint, n bigint",
	"ON CONFLICT (brand_id, day, kind, about, subject, at, errand_id, hour) DO UPDATE SET n = excluded.n")

// BringVisits stores what a system brought, all of it or nothing: for each day, kind
// and subject in the place of what was in force.
func (s *Store) BringVisits(ctx context.Context, brand string, list []sayline.Visits) error {
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		gone := map[sayline.VisitsOf]bool{}
		for i := range list {
			of := list[i].Of()
			if gone[of] {
				continue
			}
			gone[of] = true // of systems only the last word is kept; files can be undone
			if _, err := tx.exec("DELETE FROM visits WHERE brand_id = $1 AND day = $2 AND kind = $3 AND about = $4 AND subject = $5 AND errand_id = ''", brand, of.Day, of.Kind, of.About, of.Subject); err != nil {
				return err
			}
		}
		return tx.insertVisits(brand, "", list)
	})
}

// VisitsErrand stores what a file brought, all of it or nothing, and that the errand
// has.
func (s *Store) VisitsErrand(ctx context.Context, e *sayline.Errand, list []sayline.Visits) error {
	next := *e
	next.Done, next.Fresh = len(list), len(list)
	err := s.update(ctx, e.Brand, byMachine, func(tx *Tx) error {
		if err := tx.noteErrand(&next); err != nil {
			return err
		}
		if _, err := tx.exec("DELETE FROM visits WHERE brand_id = $1 AND errand_id = $2", e.Brand, e.ID); err != nil { // by a process that died before it could say so
			return err
		}
		return tx.insertVisits(e.Brand, e.ID, list)
	})
	if err == nil {
		e.Done, e.Fresh = next.Done, next.Fresh
	}
	return err
}

func (tx *Tx) insertVisits(brand, errand string, list []sayline.Visits) error {
	rows := make([][]any, len(list))
	for i, v := range list {
		rows[i] = []any{brand, v.Day, v.Kind, v.About, v.Subject, micros(tx.now), errand, v.Hour, v.N}
	}
	return tx.insert(visitTable, rows)
}

// UndoVisits takes back what a file brought: what was there before is in force again.
func (s *Store) UndoVisits(ctx context.Context, e *sayline.Errand) error {
	next := *e
	next.Done = e.Total
	err := s.update(ctx, e.Brand, byMachine, func(tx *Tx) error {
		if _, err := tx.exec("DELETE FROM visits WHERE brand_id = $1 AND errand_id = $2", e.Brand, e.ID); err != nil {
			return err
		}
		return tx.noteErrand(&next)
	})
	if err == nil {
		e.Done = next.Done
	}
	return err
}

// VisitsQuery is which visits are read: of the days [From, Until), as YYYY-MM-DD; "" is
// from the first and to the last there are.
type VisitsQuery struct {
	Brand, From, Until string
	Kinds              []string        // none: all
	Touchpoints        []string        // none: what is of anything; else only of these
	After              *sayline.Visits // begin behind this one; nil: with the first
}

// Visits reads what is in force of the brand's days [from, until), as YYYY-MM-DD, in
// their order.
func (s *Store) Visits(ctx context.Context, brand, from, until string) (list []sayline.Visits, err error) {
	err = s.EachVisits(ctx, VisitsQuery{Brand: brand, From: from, Until: until}, func(v *sayline.Visits) error {
		list = append(list, *v)
		return nil
	})
	return list, err
}

// EachVisits calls each with what is in force, by day, kind and what it is of, until it
// says that it is enough with an error of its own.
func (s *Store) EachVisits(ctx context.Context, q VisitsQuery, each func(*sayline.Visits) error) error {
	b := newWhere("SELECT day, kind, about, subject, at, errand_id, hour, n FROM visits WHERE brand_id = ", q.Brand)
	if q.From != "" {
		b.and("day >= ", q.From)
	}
	if q.Until != "" {
		b.and("day < ", q.Until)
	}
	if len(q.Kinds) > 0 {
		b.among("kind IN", q.Kinds)
	}
	if len(q.Touchpoints) > 0 {
		b.and("about = ", sayline.VisitsAtTouchpoint)
		b.among("subject IN", q.Touchpoints)
	}
	if v := q.After; v != nil {
		for i, key := range []string{v.Day, v.Kind, v.About, v.Subject} {
			b.text([]string{" AND (day, kind, about, subject) >= (", ", ", ", ", ", "}[i])
			b.arg(key)
		}
		b.text(")")
	}
	b.text(" ORDER BY day, kind, about, subject, at DESC, errand_id DESC, hour")
	rows, err := s.readers.QueryContext(ctx, b.String(), b.args...)
	if err != nil {
		return s.failed(err)
	}
	type bringing struct {
		at     int64
		errand string
	}
	var of sayline.VisitsOf
	var last bringing // what is in force of it
	var enough error
	err = eachRow(rows, func(r *sql.Rows) error {
		var v sayline.Visits
		var by bringing
		if err := r.Scan(&v.Day, &v.Kind, &v.About, &v.Subject, &by.at, &by.errand, &v.Hour, &v.N); err != nil {
			return err
		}
		if of != v.Of() {
			of, last = v.Of(), by
		}
		if by != last || q.After != nil && of == q.After.Of() && v.Hour <= q.After.Hour {
			return nil
		}
		enough = each(&v)
		return enough
	})
	if enough != nil {
		return enough
	}
	return s.failed(err)
}
