package store

import (
	"context"
	"database/sql"
	"time"
)

// Clock is how long one of the four clocks ran: spans by their bin (see
// [BinSpan]), and how many kept what was promised.
type Clock struct {
	Bins map[int]int64
	N    int64
	Kept int64
}

// Add counts another's runs too.
func (c *Clock) Add(other Clock) {
	if c.Bins == nil {
		c.Bins = map[int]int64{}
	}
	for bin, n := range other.Bins {
		c.Bins[bin] += n
	}
	c.N, c.Kept = c.N+other.N, c.Kept+other.Kept
}

// Clocks reads the four clocks of public cases in [from, until), by team, then by name.
func (s *Store) Clocks(ctx context.Context, brand string, from, until time.Time) (map[string]map[string]Clock, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT team, clock, bin, CAST(SUM(n) AS BIGINT), CAST(SUM(kept) AS BIGINT) FROM count_clock "+
		"WHERE brand_id = $1 AND lane = '' AND bucket >= $2 AND bucket < $3 GROUP BY team, clock, bin", brand, micros(from), micros(until))
	if err != nil {
		return nil, s.failed(err)
	}
	teams := map[string]map[string]Clock{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var team, name string
		var bin int
		var n, kept int64
		if err := r.Scan(&team, &name, &bin, &n, &kept); err != nil {
			return err
		}
		if teams[team] == nil {
			teams[team] = map[string]Clock{}
		}
		c := teams[team][name]
		c.Add(Clock{map[int]int64{bin: n}, n, kept})
		teams[team][name] = c
		return nil
	})
	return teams, s.failed(err)
}

// Percentile is the span within which a share (0 to 1) of the clock's runs
// ended, as exact as the bins are: within 10 %. Zero when there were none.
func (c Clock) Percentile(share float64) time.Duration {
	if c.N == 0 {
		return 0
	}
	rank, seen, last := int64(share*float64(c.N)+0.999999), int64(0), 0
	low, high := 0, 0
	for bin := range c.Bins {
		low, high = min(low, bin), max(high, bin)
	}
	for bin := low; bin <= high; bin++ {
		if c.Bins[bin] <= 0 {
			continue
		}
		seen, last = seen+c.Bins[bin], bin
		if seen >= max(1, rank) {
			break
		}
	}
	return BinSpan(last)
}
