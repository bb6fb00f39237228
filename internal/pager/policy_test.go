package pager

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
)

// walk is what a policy does while nobody takes the case: at which times which
// rung asks, as loop.n, with * where it is stalled.
type walked struct {
	at      time.Duration
	loop, n int
	asks    who
	stalled bool
}

func walk(p policy, steps int, anybody func(int) bool) []walked {
	var list []walked
	var at time.Duration
	for i, loop, n, more := 0, 0, 1, true; more && i < steps; i++ {
		r, stalled := p.at(loop, n)
		list = append(list, walked{at, loop, n, r.asks, stalled})
		var wait time.Duration
		loop, n, wait, more = p.next(loop, n, anybody(i))
		at += wait
	}
	return list
}

func always(int) bool { return true }
func never(int) bool  { return false }

func TestPoliciesAsWritten(t *testing.T) {
	first, second := onDuty|team|also, onDuty|lastResort
	for name, c := range map[string]struct {
		kind, urgency string
		anybody       func(int) bool
		want          []walked
	}{
		"urgent": {"problem", sayline.Urgent, always, []walked{
			{0, 0, 1, first, false}, {time.Minute, 0, 2, second, false}, {2 * time.Minute, 1, 1, second, true}, {32 * time.Minute, 2, 1, second, true}}},
		"critical praise climbs like anything critical": {"praise", sayline.Critical, always, []walked{
			{0, 0, 1, first, false}, {time.Minute, 0, 2, second, false}, {2 * time.Minute, 1, 1, second, true}, {32 * time.Minute, 2, 1, second, true}}},
		"normal": {"question", sayline.Normal, always, []walked{
			{0, 0, 1, first, false}, {15 * time.Minute, 0, 2, second, false}, {30 * time.Minute, 1, 1, second, true}, {time.Hour, 2, 1, second, true}}},
		"an unknown kind is a question": {"grumble", "", always, []walked{
			{0, 0, 1, first, false}, {15 * time.Minute, 0, 2, second, false}, {30 * time.Minute, 1, 1, second, true}, {time.Hour, 2, 1, second, true}}},
		"nobody anywhere": {"problem", sayline.Urgent, never, []walked{
			{0, 0, 1, first, false}, {0, 0, 2, second, false}, {0, 1, 1, second, true}, {30 * time.Minute, 2, 1, second, true}}},
		"nobody at first": {"problem", sayline.Normal, func(i int) bool { return i > 0 }, []walked{
			{0, 0, 1, first, false}, {0, 0, 2, second, false}, {15 * time.Minute, 1, 1, second, true}, {45 * time.Minute, 2, 1, second, true}}},
		"praise is told once": {"praise", sayline.Normal, always, []walked{{0, 0, 1, first, false}}},
	} {
		got := walk(policyFor(c.kind, c.urgency), 4, c.anybody)
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s, step %d: %+v, want %+v", name, i, got[i], c.want[i])
			}
		}
	}
}

// anyPolicy are policies as brands may write them one day.
func anyPolicy(t *rapid.T) policy {
	rungs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) rung {
		return rung{asks: who(rapid.IntRange(1, 15).Draw(t, "asks")), wait: time.Duration(rapid.IntRange(0, 3600).Draw(t, "wait")) * time.Second}
	}), 1, 5).Draw(t, "rungs")
	p := policy{rungs: rungs, loops: rapid.IntRange(1, 3).Draw(t, "loops")}
	if rapid.Bool().Draw(t, "final") {
		p.final = rung{asks: lastResort, wait: time.Duration(rapid.IntRange(1, 3600).Draw(t, "gap")) * time.Second}
	}
	return p
}

// TestPolicyProperties: whatever the policy and whoever is there, every step
// has a place of its own, each rung is asked as often as it should be before the
// case is stalled, and a case that is stalled is never asked about without pause.
func TestPolicyProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPolicy(t)
		there := rapid.SliceOfN(rapid.Bool(), 30, 30).Draw(t, "somebody is there")
		list := walk(p, 30, func(i int) bool { return there[i] })
		before := len(p.rungs) * p.loops
		if p.final.asks == 0 && len(list) != before || p.final.asks != 0 && len(list) != 30 {
			t.Fatalf("%d steps of a policy with %d before its end", len(list), before)
		}
		for i, w := range list {
			if w.stalled != (i >= before) {
				t.Fatalf("step %d is stalled: %v", i, w.stalled)
			}
			if i == 0 {
				continue
			}
			last := list[i-1]
			if w.loop < last.loop || w.loop == last.loop && w.n <= last.n {
				t.Fatalf("step %d.%d after %d.%d", w.loop, w.n, last.loop, last.n)
			}
			took := w.at - last.at
			r, _ := p.at(last.loop, last.n)
			switch {
			case last.stalled && took != p.final.wait:
				t.Fatalf("asked again after %v", took)
			case !last.stalled && there[i-1] && took != r.wait, !last.stalled && !there[i-1] && took != 0:
				t.Fatalf("step %d took %v, somebody there: %v", i-1, took, there[i-1])
			}
		}
	})
}

// TestStoredStepsOfAnotherPolicy: a step of a policy that is no longer there is
// answered for, and leads on.
func TestStoredStepsOfAnotherPolicy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SampledFrom([]policy{urgent, normal}).Draw(t, "policy")
		loop, n := rapid.IntRange(0, 50).Draw(t, "loop"), rapid.IntRange(1, 50).Draw(t, "n")
		r, _ := p.at(loop, n)
		nextLoop, nextN, wait, more := p.next(loop, n, rapid.Bool().Draw(t, "somebody"))
		if r.asks == 0 || !more || wait < 0 || nextLoop < loop || nextLoop == loop && nextN <= n {
			t.Fatalf("%d.%d asks %b and leads to %d.%d after %v (%v)", loop, n, r.asks, nextLoop, nextN, wait, more)
		}
	})
}
