package store

import (
	"time"

	"github.com/sayline/sayline"
)

// What came of cases, as clocks that measure no span. Solved is by its moment's
// time and told by authors (kept: it is solved); the other two by their own.
const (
	ClockResolved = "resolved" // by somebody, or by its author's word
	ClockReopened = "reopened" // after it was resolved
	ClockSolved   = "solved"
)

// outcomeWidth divides every zone's hours, so that no zone is needed here.
const outcomeWidth = 15 * time.Minute

func (tx *Tx) countOutcome(brand, lane, team, what string, at time.Time, n, kept int64) {
	tx.counts = append(tx.counts, count{
		countKey{table: countClock, brand: brand, lane: lane, bucket: micros(at.Truncate(outcomeWidth)), facets: facets{team: team, topic: what}}, [6]int64{n, kept}})
}

// countCase counts that something became of a case, unless nothing of it is counted.
func (tx *Tx) countCase(c *sayline.Case, what string) {
	if !c.Guarded {
		tx.countOutcome(c.Brand, c.Lane, c.Team, what, tx.now, 1, 0)
	}
}

// countSolved counts what an author says of their moment (sign +1), or no longer
// (sign −1). Of small audiences nothing is: one answer could point at who gave it.
func (tx *Tx) countSolved(m *sayline.Moment, sign int64) {
	if m.Solved == "" || m.Guarded {
		return
	}
	tx.countOutcome(m.Brand, m.Lane, m.Decision.Team, ClockSolved, m.CountedAt(), sign, sign*int64(flag(m.Solved == "yes")))
}
