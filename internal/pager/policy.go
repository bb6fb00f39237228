package pager

import (
	"time"

	"github.com/sayline/sayline"
)

// who is a set of those a rung asks.
type who uint8

const (
	onDuty     who = 1 << iota // the person responsible now
	team                       // everybody of the team, for the place
	also                       // the teams the decision informs
	lastResort                 // who gets what nobody else took
)

// rung is one step of a policy: whom it asks, and how long it waits for one of
// them before the next.
type rung struct {
	asks who // all of them on the desk
	loud who // those of them by every contact, too
	wait time.Duration
}

// policy is how a demand climbs until somebody takes it: its rungs, some times
// over; after that the case is stalled, and the final rung asks again and again.
type policy struct {
	rungs  []rung
	loops  int
	final  rung // asks nobody: the policy just ends
	silent bool // nothing about it should ring
}

// The policies there are. A brand's own, by version, would be values like these.
//
// Urgent: everybody at once; a minute later whoever is on duty then, and the
// last resort. Normal: the whole team sees it on the desk, only the person on
// duty is written to; the next rung after a quarter of an hour. Praise: the whole
// team hears it once, silently (by the desk and by e-mail, which rings for
// nobody), and nobody is asked to take it.
var (
	urgent = policy{loops: 1, rungs: []rung{
		{asks: onDuty | team | also, loud: onDuty | team | also, wait: sayline.UrgentStep},
		{asks: onDuty | lastResort, loud: onDuty | lastResort, wait: sayline.UrgentStep},
	}, final: again}
	normal = policy{loops: 1, rungs: []rung{
		{asks: onDuty | team | also, loud: onDuty, wait: sayline.NormalStep},
		{asks: onDuty | lastResort, loud: onDuty | lastResort, wait: sayline.NormalStep},
	}, final: again}
	praise = policy{loops: 1, silent: true, rungs: []rung{
		{asks: onDuty | team | also, loud: onDuty | team},
	}}
	again = rung{asks: onDuty | lastResort, loud: onDuty | lastResort, wait: sayline.LastResortGap}
)

// policyFor chooses the policy of a case.
func policyFor(kind, urgency string) policy {
	switch {
	case urgency == sayline.Urgent, urgency == sayline.Critical:
		return urgent
	case sayline.KnownKind(kind) == "praise":
		return praise
	}
	return normal
}

// at is the rung of a step. It is stalled once the rungs are gone through.
func (p policy) at(loop, n int) (r rung, stalled bool) {
	if loop < 0 || loop >= p.loops || n < 1 || n > len(p.rungs) {
		return p.final, p.final.asks != 0
	}
	return p.rungs[n-1], false
}

// next is the step after one, and how long after. A rung on which nobody was
// responsible takes no time; the final one always does. more is false where the
// policy ends.
func (p policy) next(loop, n int, anybody bool) (nextLoop, nextN int, wait time.Duration, more bool) {
	r, _ := p.at(loop, n)
	if anybody {
		wait = r.wait
	}
	switch {
	case loop >= p.loops || n > len(p.rungs):
		return max(loop, p.loops) + 1, 1, p.final.wait, p.final.asks != 0
	case n < len(p.rungs):
		return loop, n + 1, wait, true
	case loop+1 < p.loops:
		return loop + 1, 1, wait, true
	}
	return p.loops, 1, wait, p.final.asks != 0
}
