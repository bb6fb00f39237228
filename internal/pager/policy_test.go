package pager

import (
	"slices"
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
	first, again, last := onDuty|team|also, onDuty|team, onDuty|lastResort
	quarter := sayline.NormalStep
	climbs := []walked{
		{0, 0, 1, first, false}, {time.Minute, 1, 1, again, false}, {2 * time.Minute, 2, 1, last, false}, {3 * time.Minute, 3, 1, last, true}, {33 * time.Minute, 4, 1, last, true}}
	calmly := []walked{{0, 0, 1, first, false}, {quarter, 1, 1, last, false}, {2 * quarter, 2, 1, last, true}, {2*quarter + sayline.LastResortGap, 3, 1, last, true}}
	for name, c := range map[string]struct {
		kind, urgency string
		anybody       func(int) bool
		want          []walked
	}{
		"urgent": {"problem", sayline.Urgent, always, climbs},
		"critical praise climbs like anything critical": {"praise", sayline.Critical, always, climbs},
		"normal":                        {"question", sayline.Normal, always, calmly},
		"an unknown kind is a question": {"grumble", "", always, calmly},
		"nobody anywhere, and nobody asked twice at once": {"problem", sayline.Urgent, never, []walked{
			{0, 0, 1, first, false}, {0, 2, 1, last, false}, {0, 3, 1, last, true}, {30 * time.Minute, 4, 1, last, true}}},
		"nobody at first": {"problem", sayline.Normal, func(i int) bool { return i > 0 }, []walked{
			{0, 0, 1, first, false}, {0, 1, 1, last, false}, {15 * time.Minute, 2, 1, last, true}, {45 * time.Minute, 3, 1, last, true}}},
		"praise is told once": {"praise", sayline.Normal, always, []walked{{0, 0, 1, first, false}}},
	} {
		got := walk(policyFor(c.kind, c.urgency), max(4, len(c.want)), c.anybody)
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

// anyPolicy are policies as brands may write them.
func anyPolicy(t *rapid.T) policy {
	steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) sayline.PolicyStep {
		ask := append(slices.Clone(sayline.Asks), "person:ana", "team:quality")
		return sayline.PolicyStep{Ask: rapid.SliceOfNDistinct(rapid.SampledFrom(ask), 1, 3, rapid.ID).Draw(t, "ask"), Wait: sayline.Duration(rapid.IntRange(10, 3600).Draw(t, "wait")) * sayline.Duration(time.Second)}
	}), 1, 5).Draw(t, "steps")
	return compile(&sayline.Policy{ID: "any", Steps: steps, Loops: rapid.IntRange(0, 3).Draw(t, "loops")})
}

// TestPolicyProperties: whatever the policy and whoever is there,
// every step has a place of its own, a step on which nobody was there takes no
// time, every rung is asked before the case is stalled, and a case that is
// stalled is never asked about without pause, nor ever left alone.
func TestPolicyProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPolicy(t)
		there := rapid.SliceOfN(rapid.Bool(), 40, 40).Draw(t, "somebody is there")
		list := walk(p, 40, func(i int) bool { return there[i] })
		if len(list) != 40 {
			t.Fatalf("it ends after %d steps", len(list))
		}
		asked := map[[2]int]bool{}
		for i, w := range list {
			asked[[2]int{w.loop, w.n}] = true
			if i == 0 {
				continue
			}
			last := list[i-1]
			if w.loop < last.loop || w.loop == last.loop && w.n <= last.n {
				t.Fatalf("step %d.%d after %d.%d", w.loop, w.n, last.loop, last.n)
			}
			if last.stalled && !w.stalled {
				t.Fatalf("step %d is not stalled any more", i)
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
		for n := range p.rungs {
			if !asked[[2]int{0, n + 1}] {
				t.Fatalf("rung %d was never asked", n+1)
			}
		}
		if !asked[[2]int{p.loops, 1}] {
			t.Fatal("the last resort was never asked")
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
		if r.asksNobody() || !more || wait < 0 || nextLoop < loop || nextLoop == loop && nextN <= n {
			t.Fatalf("%d.%d asks %b and leads to %d.%d after %v (%v)", loop, n, r.asks, nextLoop, nextN, wait, more)
		}
	})
}
