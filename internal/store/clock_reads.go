package store

import (
	"context"
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

// Clocks reads the clocks of public cases in [from, until), by team, then by name.
func (s *Store) Clocks(ctx context.Context, brand string, from, until time.Time) (map[string]map[string]Clock, error) {
	c := s.clocks.of(brand)
	c.mu.Lock()
	first, err := c.refresh(ctx, s, brand, micros(from), micros(until))
	var teams map[string]map[string]Clock
	if err == nil {
		teams = c.sum(first, micros(from), micros(until))
	}
	cells := c.cells
	c.mu.Unlock()
	s.clocks.keep(brand, cells)
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
