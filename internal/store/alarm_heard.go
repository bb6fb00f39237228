package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// Heard is what was heard in a window: unhappy moments, and by which minutes, UTC
// microseconds.
type Heard struct {
	Moments int
	ByMin   map[int64]int
	Teams   map[string]int // whose work they are, where that was read
}

// Minutes is in how many different minutes they came.
func (h Heard) Minutes() int { return len(h.ByMin) }

// Add adds what was heard elsewhere, or n moments in a minute.
func (h *Heard) Add(o Heard) {
	for minute, n := range o.ByMin {
		h.add(minute, n)
	}
}

func (h *Heard) add(minute int64, n int) {
	if h.ByMin == nil {
		h.ByMin, h.Teams = map[int64]int{}, map[string]int{}
	}
	h.Moments += n
	h.ByMin[minute] += n
}

// unguarded leaves out what employees and a brand's guarded audiences say: an alarm
// is told to everybody, by the minute, which could point at one of them.
func unguarded(b *where, guarded []string) {
	b.among("audience NOT IN", append([]string{alwaysGuarded}, guarded...))
}

// Unhappy reads what each touchpoint heard since a time, in the open: moments of
// the two worst faces, none of a guarded audience. It is read from the minutes' counts.
func (s *Store) Unhappy(ctx context.Context, brand string, guarded []string, since time.Time) (map[string]Heard, error) {
	b := newWhere("SELECT touchpoint, bucket, SUM(f1 + f2) FROM count_minute WHERE brand_id = ", brand)
	b.and("lane = '' AND bucket >= ", micros(since))
	unguarded(b, guarded)
	b.text(" AND f1 + f2 > 0 GROUP BY touchpoint, bucket")
	rows, err := s.ask(ctx, b.String(), b.args...)
	if err != nil {
		return nil, s.failed(err)
	}
	heard := map[string]Heard{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var id string
		var minute int64
		var n int
		err := r.Scan(&id, &minute, &n)
		h := heard[id]
		h.add(minute, n)
		heard[id] = h
		return err
	})
	return heard, s.failed(err)
}

// UnhappyLots reads what was heard of each lot since a time, in the open: bad
// faces and problems, none of a guarded audience.
func (s *Store) UnhappyLots(ctx context.Context, brand string, guarded []string, since time.Time) (map[LotID]Heard, error) {
	b := newWhere("SELECT product, lot, received_at, team FROM moment WHERE brand_id = ", brand)
	b.and("lane = '' AND lot <> '' AND product <> '' AND moment_id >= ", sayline.NewID(since, zeros{}))
	unguarded(b, guarded)
	rows, err := s.ask(ctx, b.String()+unhappyLot, b.args...)
	if err != nil {
		return nil, s.failed(err)
	}
	heard := map[LotID]Heard{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var id LotID
		var at int64
		var team string
		err := r.Scan(&id.GTIN, &id.Lot, &at, &team)
		h := heard[id]
		h.add(micros(fromMicros(at).Truncate(time.Minute)), 1)
		h.Teams[team]++
		heard[id] = h
		return err
	})
	return heard, s.failed(err)
}

// mostOfProduct bounds what is read of a product to know what is usual of its lots.
const mostOfProduct = 20_000

// LotsBefore reads what is usual of a product's lots: how many unhappy moments its
// lots had in a time, in how many days of a lot on which anything was said of it.
func (s *Store) LotsBefore(ctx context.Context, brand string, guarded []string, gtin string, from, until time.Time) (unhappy, days int, err error) {
	b := newWhere("SELECT lot, received_at, feeling, kind FROM moment WHERE brand_id = ", brand)
	b.and("product <> '' AND product = ", gtin)
	b.and("lot <> '' AND lane = '' AND moment_id >= ", sayline.NewID(from, zeros{}))
	b.and("moment_id < ", sayline.NewID(until, zeros{}))
	unguarded(b, guarded)
	b.text(" ORDER BY moment_id DESC LIMIT ")
	b.arg(mostOfProduct)
	rows, err := s.ask(ctx, b.String(), b.args...)
	if err != nil {
		return 0, 0, s.failed(err)
	}
	type lotDay struct {
		lot string
		day int64
	}
	seen := map[lotDay]bool{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var lot, kind string
		var at int64
		var feeling int
		err := r.Scan(&lot, &at, &feeling, &kind)
		if feeling == 1 || feeling == 2 || kind == "problem" {
			unhappy++
		}
		seen[lotDay{lot, at / int64(24*time.Hour/time.Microsecond)}] = true
		return err
	})
	return unhappy, len(seen), s.failed(err)
}

// Week is a day some weeks ago, and hours of it, by their starts.
type Week struct {
	Day   int64
	Hours []int64
}

// HeardThen is what touchpoints heard in the hours of a [Week]; Open says whether
// there was any tap that day.
type HeardThen struct {
	Unhappy int
	Open    bool
}

// UnhappyBefore reads what some touchpoints heard together in weeks before, in the
// open, from the hours' and days' counts.
func (s *Store) UnhappyBefore(ctx context.Context, brand string, guarded, touchpoints []string, weeks []Week) ([]HeardThen, error) {
	list := make([]HeardThen, len(weeks))
	sum := func(text, table string, bucket int64) (n int, err error) {
		b := new(where)
		b.text("SELECT COALESCE(SUM(" + text + "), 0) FROM " + table + " WHERE brand_id = ")
		b.arg(brand)
		b.and("lane = '' AND bucket = ", bucket)
		b.among("touchpoint IN", touchpoints)
		unguarded(b, guarded)
		return n, s.readers.QueryRowContext(ctx, b.String(), b.args...).Scan(&n)
	}
	for i, w := range weeks {
		taps, err := sum("n", "count_day", w.Day)
		if err != nil {
			return nil, s.failed(err)
		}
		if list[i].Open = taps > 0; !list[i].Open {
			continue
		}
		for _, hour := range w.Hours {
			n, err := sum("f1 + f2", "count_hour", hour)
			if err != nil {
				return nil, s.failed(err)
			}
			list[i].Unhappy += n
		}
	}
	return list, nil
}

// HeardBy reads how many unhappy moments there were since a time, by the start of
// each span of a width: of touchpoints from the minutes' counts, of a lot from its
// moments. It is what an alarm's picture shows.
func (s *Store) HeardBy(ctx context.Context, brand string, among Among, since time.Time, width time.Duration) (map[time.Time]int, error) {
	if among.Lot.Lot == "" && len(among.Touchpoints) == 0 { // they are no longer there
		return nil, nil
	}
	b := newWhere("SELECT bucket, f1 + f2 FROM count_minute WHERE lane = '' AND brand_id = ", brand)
	if among.Lot.Lot != "" {
		b = newWhere("SELECT received_at, 1 FROM moment WHERE brand_id = ", brand)
		b.and("moment_id >= ", sayline.NewID(since, zeros{}))
		among.unhappy(b)
	} else {
		b.and("bucket >= ", micros(since))
		b.among("touchpoint IN", among.Touchpoints)
		unguarded(b, among.Guarded)
	}
	rows, err := s.readers.QueryContext(ctx, b.String(), b.args...)
	if err != nil {
		return nil, s.failed(err)
	}
	by := map[time.Time]int{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var at int64
		var n int
		err := r.Scan(&at, &n)
		by[since.Add(fromMicros(at).Sub(since).Truncate(width))] += n
		return err
	})
	return by, s.failed(err)
}

// KeptBy reads how many runs of a team's clock there were in each hour since a
// time, in the open, and how many kept what was promised.
func (s *Store) KeptBy(ctx context.Context, brand, team, clock string, since time.Time) (map[time.Time]Clock, error) {
	rows, err := s.ask(ctx, "SELECT bucket, CAST(SUM(n) AS BIGINT), CAST(SUM(kept) AS BIGINT) FROM count_clock WHERE brand_id = $1 AND lane = '' AND team = $2 AND clock = $3 AND bucket >= $4 GROUP BY bucket",
		brand, team, clock, micros(since))
	if err != nil {
		return nil, s.failed(err)
	}
	by := map[time.Time]Clock{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var at int64
		var c Clock
		err := r.Scan(&at, &c.N, &c.Kept)
		by[fromMicros(at)] = c
		return err
	})
	return by, s.failed(err)
}
