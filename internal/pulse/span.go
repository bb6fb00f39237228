package pulse

import (
	"time"

	"github.com/sayline/sayline/internal/store"
)

// Span is the time a filter is of, at a time in the brand's zone: [from, until),
// and the width of the buckets it is counted in.
func (f Filter) Span(at time.Time) (from, until time.Time, level store.Level) {
	p := f.between(at)
	return p.from, p.until, p.level
}
