package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"
)

// openTable counts openings of screens by hour and by day.
var openTable = newTable("count_open", "brand_id text, width bigint, bucket bigint, touchpoint text, n bigint",
	"ON CONFLICT (brand_id, width, bucket, touchpoint) DO UPDATE SET n = count_open.n + excluded.n")

// Opened is how often a touchpoint's screen was opened at about a time.
type Opened struct {
	Touchpoint string
	At         time.Time
	N          int64
}

// CountOpened adds openings of a brand's screens to its local hours and days.
func (s *Store) CountOpened(ctx context.Context, brand string, zone *time.Location, list []Opened) error {
	type key struct {
		width, bucket int64
		touchpoint    string
	}
	sums := map[key]int64{}
	for _, o := range list {
		sums[key{widthHour, HourStart(o.At, zone), o.Touchpoint}] += o.N
		sums[key{widthDay, DayStart(o.At, zone), o.Touchpoint}] += o.N
	}
	rows := make([][]any, 0, len(sums))
	for k, n := range sums {
		rows = append(rows, []any{brand, k.width, k.bucket, k.touchpoint, n})
	}
	slices.SortFunc(rows, func(x, y []any) int { // so that two processes never wait for each other in a ring
		return cmp.Or(cmp.Compare(x[1].(int64), y[1].(int64)), cmp.Compare(x[2].(int64), y[2].(int64)), cmp.Compare(x[3].(string), y[3].(string)))
	})
	return s.update(ctx, brand, byMachine, func(tx *Tx) error { return tx.insert(openTable, rows) })
}

// OpenedAt reads how often each touchpoint's screen was opened in [from, until),
// which are the starts of hours or, for ByDay, of days of the brand's.
func (s *Store) OpenedAt(ctx context.Context, brand string, level Level, from, until time.Time) (map[string]int64, error) {
	width := widthHour
	if level == ByDay {
		width = widthDay
	}
	rows, err := s.readers.QueryContext(ctx, "SELECT touchpoint, CAST(SUM(n) AS BIGINT) FROM count_open WHERE brand_id = $1 AND width = $2 AND bucket >= $3 AND bucket < $4 GROUP BY touchpoint",
		brand, width, micros(from), micros(until))
	if err != nil {
		return nil, s.failed(err)
	}
	at := map[string]int64{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var touchpoint string
		var n int64
		err := r.Scan(&touchpoint, &n)
		at[touchpoint] = n
		return err
	})
	return at, s.failed(err)
}
