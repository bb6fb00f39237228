package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

var visitTable = newTable("visits", "brand_id text, day text, kind text, about text, subject text, at bigint, errand_id text, hour bigint, n bigint",
	"ON CONFLICT (brand_id, day, kind, about, subject, at, errand_id, hour) DO UPDATE SET n = excluded.n")

// visitLot is how many visits are written at once, so that people's writes never wait
// long behind them. What has more comes in piece by piece, and is in force with its last.
const visitLot = 1000

// visitsKept is how many bringings of the same day, kind and subject are kept: so many
// files but one can be taken back, one after the other.
const visitsKept = 3

// bySystem begins the name of what a system brought in pieces, where a file's has its
// errand; what it brought in one is of none.
const bySystem = "~"

// BringVisits stores what a system brought, all of it or nothing: for each day, kind
// and subject in the place of what was in force, which is kept no more. Of systems only
// the last word counts.
func (s *Store) BringVisits(ctx context.Context, brand string, list []sayline.Visits) error {
	at := s.visitsAt()
	if len(list) <= visitLot {
		return s.update(ctx, brand, byMachine, func(tx *Tx) error {
			if err := tx.dropVisits(brand, list, at); err != nil {
				return err
			}
			return tx.insertVisits(brand, "", at, list)
		})
	}
	b := &visitBringing{s, ctx, brand, bySystem + sayline.NewID(s.now(), rand.Reader), at}
	if err := b.bring(list, func(*Tx, int) error { return nil }); err != nil {
		return err
	}
	for lot := range slices.Chunk(list, visitLot) {
		if b.write(func(tx *Tx) error { return tx.dropVisits(brand, lot, b.at) }) != nil {
			break // what was brought is in force: what is left of the rest goes with the next
		}
	}
	return nil
}

// visitsAt is when something is brought: later than all that was, though the clock
// stands or is put back.
func (s *Store) visitsAt() int64 {
	for {
		last := s.visited.Load()
		if at := max(micros(s.now()), last+1); s.visited.CompareAndSwap(last, at) {
			return at
		}
	}
}

// VisitsErrand stores what a file brought, all of it or nothing, and that the errand
// has.
func (s *Store) VisitsErrand(ctx context.Context, e *sayline.Errand, list []sayline.Visits) error {
	b := &visitBringing{s, ctx, e.Brand, e.ID, s.visitsAt()}
	next := *e
	err := b.bring(list, func(tx *Tx, done int) error {
		if next.Done = done; done == len(list) {
			next.Fresh = done
		}
		return tx.noteErrand(&next)
	})
	if err == nil {
		e.Done, e.Fresh = next.Done, next.Fresh
	}
	return err
}

// UndoVisits takes back what a file brought: what was there before is in force again at
// once, before the last of it is gone.
func (s *Store) UndoVisits(ctx context.Context, e *sayline.Errand) error {
	b := &visitBringing{s, ctx, e.Brand, e.ID, micros(s.now())}
	next := *e
	next.Done = e.Total
	note := func(tx *Tx) error { return tx.noteErrand(&next) }
	err := b.hide(note)
	if err == nil {
		err = b.show(note)
	}
	if err == nil {
		e.Done = next.Done
	}
	return err
}

// tidyVisits deletes what was left by who stopped in the middle of bringing it.
func (s *Store) tidyVisits(ctx context.Context, brand string) error {
	rows, err := s.readers.QueryContext(ctx, "SELECT errand_id FROM visits_part WHERE brand_id = $1 AND at < $2", brand, micros(s.now().Add(-visitsLeft)))
	if err != nil {
		return s.failed(err)
	}
	var left []string
	if err := eachRow(rows, func(r *sql.Rows) error {
		var errand string
		err := r.Scan(&errand)
		left = append(left, errand)
		return err
	}); err != nil {
		return s.failed(err)
	}
	for _, errand := range left {
		b := &visitBringing{s, ctx, brand, errand, micros(s.now())}
		if err := b.clear(); err != nil {
			return err
		}
		if err := b.show(func(*Tx) error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// visitsLeft is after how long nobody brings the rest.
const visitsLeft = 24 * time.Hour

// visitBringing is what writes one bringing of visits.
type visitBringing struct {
	*Store
	ctx    context.Context
	brand  string
	errand string
	at     int64
}

func (b *visitBringing) write(f func(*Tx) error) error {
	return b.update(b.ctx, b.brand, byMachine, f)
}

// bring writes a list, in one write where it is short; note is called in each with how
// many are written by then.
func (b *visitBringing) bring(list []sayline.Visits, note func(tx *Tx, done int) error) error {
	if err := b.hide(func(tx *Tx) error { return note(tx, 0) }); err != nil {
		return err
	}
	done := 0
	for lot := range slices.Chunk(list, visitLot) {
		if done += len(lot); done == len(list) {
			return b.show(func(tx *Tx) error { return b.lot(tx, lot, done, note) })
		}
		if err := b.write(func(tx *Tx) error { return b.lot(tx, lot, done, note) }); err != nil {
			return err
		}
	}
	return nil
}

func (b *visitBringing) lot(tx *Tx, lot []sayline.Visits, done int, note func(tx *Tx, done int) error) error {
	if err := note(tx, done); err != nil {
		return err
	}
	if err := tx.insertVisits(b.brand, b.errand, b.at, lot); err != nil || strings.HasPrefix(b.errand, bySystem) {
		return err
	}
	return tx.forgetVisits(b.brand, lot, b.at)
}

// hide puts what this bringing has out of force and deletes it, lot by lot.
func (b *visitBringing) hide(note func(*Tx) error) error {
	if err := b.write(func(tx *Tx) error {
		_, err := tx.exec("INSERT INTO visits_part (brand_id, errand_id, at) VALUES ($1, $2, $3) ON CONFLICT (brand_id, errand_id) DO UPDATE SET at = excluded.at", b.brand, b.errand, b.at)
		if err == nil {
			err = note(tx)
		}
		return err
	}); err != nil {
		return err
	}
	return b.clear()
}

// clear deletes what it has, lot by lot.
func (b *visitBringing) clear() error {
	for {
		n := int64(0)
		if err := b.write(func(tx *Tx) (err error) {
			n, err = tx.deleteVisits(b.brand, b.errand)
			return err
		}); err != nil || n < visitLot {
			return err
		}
	}
}

// show puts it into force, with the last that is done for it.
func (b *visitBringing) show(last func(*Tx) error) error {
	return b.write(func(tx *Tx) error {
		if err := last(tx); err != nil {
			return err
		}
		_, err := tx.exec("DELETE FROM visits_part WHERE brand_id = $1 AND errand_id = $2", b.brand, b.errand)
		return err
	})
}

func (tx *Tx) insertVisits(brand, errand string, at int64, list []sayline.Visits) error {
	rows := make([][]any, len(list))
	for i, v := range list {
		rows[i] = []any{brand, v.Day, v.Kind, v.About, v.Subject, at, errand, v.Hour, v.N}
	}
	return tx.insert(visitTable, rows)
}

// deleteVisits deletes a lot of what an errand brought.
func (tx *Tx) deleteVisits(brand, errand string) (int64, error) {
	return tx.exec("DELETE FROM visits WHERE (brand_id, day, kind, about, subject, at, errand_id, hour) IN "+
		"(SELECT brand_id, day, kind, about, subject, at, errand_id, hour FROM visits WHERE brand_id = $1 AND errand_id = $2 LIMIT $3)", brand, errand, visitLot)
}

// eachOf calls f once for each day, kind and subject.
func eachOf(list []sayline.Visits, f func(of sayline.VisitsOf) error) error {
	seen := map[sayline.VisitsOf]bool{}
	for i := range list {
		of := list[i].Of()
		if seen[of] {
			continue
		}
		seen[of] = true
		if err := f(of); err != nil {
			return err
		}
	}
	return nil
}

// dropVisits deletes what was brought before a time of the same days, kinds and subjects.
func (tx *Tx) dropVisits(brand string, list []sayline.Visits, before int64) error {
	return eachOf(list, func(of sayline.VisitsOf) error {
		_, err := tx.exec("DELETE FROM visits WHERE brand_id = $1 AND day = $2 AND kind = $3 AND about = $4 AND subject = $5 AND at < $6", brand, of.Day, of.Kind, of.About, of.Subject, before)
		return err
	})
}

// forgetVisits deletes what so many files have replaced since that it never comes back.
func (tx *Tx) forgetVisits(brand string, list []sayline.Visits, at int64) error {
	return eachOf(list, func(of sayline.VisitsOf) error {
		_, err := tx.exec("DELETE FROM visits WHERE brand_id = $1 AND day = $2 AND kind = $3 AND about = $4 AND subject = $5 AND at < "+
			"(SELECT MIN(at) FROM (SELECT DISTINCT at FROM visits WHERE brand_id = $6 AND day = $7 AND kind = $8 AND about = $9 AND subject = $10 AND at < $11 ORDER BY at DESC LIMIT $12) AS before)",
			brand, of.Day, of.Kind, of.About, of.Subject, brand, of.Day, of.Kind, of.About, of.Subject, at, visitsKept-1)
		return err
	})
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
	b.text(" AND errand_id NOT IN (SELECT errand_id FROM visits_part WHERE brand_id = ")
	b.arg(q.Brand)
	b.text(") ORDER BY day, kind, about, subject, at DESC, errand_id DESC, hour")
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
