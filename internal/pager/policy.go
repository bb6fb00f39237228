package pager

import (
	"cmp"
	"strings"
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
	asks   who      // all of them on the desk
	loud   who      // those of them by every contact, too
	people []string // asked by name
	teams  []string // other teams, everybody of them
	by     []string // ways beside the desk; none: all
	wait   time.Duration
}

// asksNobody says whether there is nothing to do on it.
func (r *rung) asksNobody() bool { return r.asks == 0 && len(r.people)+len(r.teams) == 0 }

// policy is how a demand climbs until somebody takes it: its rungs, some times
// over; then the last rung, once; after that the case is stalled, and the final
// rung asks again and again.
type policy struct {
	rungs  []rung
	loops  int
	last   rung // asks nobody: the policy just ends
	final  rung // the same
	silent bool // nothing about it should ring
}

// The usual policies, of cases whose rule names none.
//
// Urgent: everybody at once, and a minute later again, whoever is on duty then;
// after two minutes the last resort, after three it is stalled. Normal: the whole
// team sees it on the desk, only the person on duty is written to; after a
// quarter of an hour the last resort. Praise: the whole team hears it once,
// silently (by the desk and by e-mail, which rings for nobody), and nobody is
// asked to take it.
var (
	urgent = policy{loops: 2, rungs: []rung{
		{asks: onDuty | team | also, loud: onDuty | team | also, wait: sayline.UrgentStep},
	}, last: resort(sayline.UrgentStep), final: resort(sayline.LastResortGap)}
	normal = policy{loops: 1, rungs: []rung{
		{asks: onDuty | team | also, loud: onDuty, wait: sayline.NormalStep},
	}, last: resort(sayline.NormalStep), final: resort(sayline.LastResortGap)}
	praise = policy{loops: 1, silent: true, rungs: []rung{
		{asks: onDuty | team | also, loud: onDuty | team},
	}}
)

// resort asks whoever is on duty, and the last resort.
func resort(wait time.Duration) rung {
	return rung{asks: onDuty | lastResort, loud: onDuty | lastResort, wait: wait}
}

// policyFor is the usual policy of a case.
func policyFor(kind, urgency string) policy {
	switch {
	case urgency == sayline.Urgent, urgency == sayline.Critical:
		return urgent
	case sayline.KnownKind(kind) == "praise":
		return praise
	}
	return normal
}

// compile makes a brand's policy a walk of rungs. Behind its own steps stand the
// last resort and, once that has had its time, stalled: no policy lets a case
// fall out of sight.
func compile(p *sayline.Policy) policy {
	c := policy{loops: max(1, p.Loops), final: resort(sayline.LastResortGap)}
	for _, s := range p.Steps {
		r := rung{by: s.By, wait: time.Duration(cmp.Or(s.Wait, sayline.Duration(sayline.UrgentStep)))}
		for _, ask := range s.Ask {
			r.ask(ask)
		}
		r.loud = r.asks
		c.rungs = append(c.rungs, r)
	}
	c.last = resort(c.rungs[len(c.rungs)-1].wait)
	return c
}

func (r *rung) ask(whom string) {
	switch whom {
	case sayline.AskDuty:
		r.asks |= onDuty
	case sayline.AskTeam:
		r.asks |= team
	case sayline.AskAlso:
		r.asks |= also
	case sayline.AskLastResort:
		r.asks |= lastResort
	}
	if id, ok := strings.CutPrefix(whom, sayline.AskPerson); ok {
		r.people = append(r.people, id)
	} else if id, ok := strings.CutPrefix(whom, sayline.AskOneTeam); ok {
		r.teams = append(r.teams, id)
	}
}

// at is the rung of a step. It is stalled once all have been asked. Who is only
// informed is told in the first loop, not in each.
func (p policy) at(loop, n int) (r rung, stalled bool) {
	switch {
	case loop >= 0 && loop < p.loops && n >= 1 && n <= len(p.rungs):
		r = p.rungs[n-1]
		if loop > 0 {
			r.asks &^= also
		}
		return r, false
	case loop == p.loops && n == 1 && !p.last.asksNobody():
		return p.last, false
	}
	return p.final, !p.final.asksNobody()
}

// next is the step after one, and how long after. A rung on which nobody was
// there takes no time; the final one always does. A loop at whose end nobody is
// there is not gone through again at once: that asks the same people in the same
// second. more is false where the policy ends.
func (p policy) next(loop, n int, anybody bool) (nextLoop, nextN int, wait time.Duration, more bool) {
	r, stalled := p.at(loop, n)
	if anybody {
		wait = r.wait
	}
	switch {
	case stalled || loop > p.loops || n > len(p.rungs) && loop < p.loops:
		return max(loop, p.loops) + 1, 1, p.final.wait, !p.final.asksNobody()
	case loop == p.loops:
		return loop + 1, 1, wait, !p.final.asksNobody()
	case n < len(p.rungs):
		return loop, n + 1, wait, true
	case loop+1 < p.loops && anybody:
		return loop + 1, 1, wait, true
	}
	return p.loops, 1, wait, !p.last.asksNobody()
}
