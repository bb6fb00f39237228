package phrase

import (
	"cmp"
	"math"
	"slices"
)

// FalseShare is how many of those that are told as rising may be chance, on
// average: the false discovery rate.
const FalseShare = 0.05

// Rising is a thing that is said more often than usual.
type Rising struct {
	Key         string
	N, Of       int     // now: so many of so many moments
	Before, All int     // usually: so many of so many
	Chance      float64 // of seeing this, or more, were it as usual
}

// Times is how many times its usual share it has now; where it was never said
// before, as if half a moment had.
func (r Rising) Times() float64 {
	if r.Of == 0 || r.All == 0 {
		return 0
	}
	return float64(r.N) / float64(r.Of) / (math.Max(float64(r.Before), 0.5) / float64(r.All))
}

// Rise finds among things those that rise, the least likely first. Each thing has
// its own chance by Fisher's exact test, one side (R. A. Fisher, 1935): n of of
// moments now, before of all usually, if both were the same in truth. Who looks
// at hundreds of things finds some by chance: kept are only those for which the
// false discovery rate is FalseShare (Benjamini and Hochberg, 1995).
func Rise(things []Rising) []Rising {
	list := slices.Clone(things)
	for i := range list {
		r := &list[i]
		r.Chance = Fisher(r.N, r.Of, r.Before, r.All)
	}
	slices.SortFunc(list, func(a, b Rising) int { return cmp.Or(cmp.Compare(a.Chance, b.Chance), cmp.Compare(a.Key, b.Key)) })
	keep := 0
	for i := range list {
		if list[i].Chance <= FalseShare*float64(i+1)/float64(len(list)) {
			keep = i + 1
		}
	}
	return list[:keep]
}

// Fisher is the chance that n or more of the n+before moments that say a thing are
// among the of moments of now rather than the all of before, were it no matter
// when: the upper tail of the hypergeometric distribution.
func Fisher(n, of, before, all int) float64 {
	if of <= 0 || all <= 0 || n <= 0 {
		return 1
	}
	said, total := n+before, of+all
	if float64(n)*float64(total) <= float64(said)*float64(of) { // as usual, or less: what lies below is the smaller part
		return 1 - tail(n-1, -1, said, of, all)
	}
	return math.Min(tail(n, +1, said, of, all), 1)
}

// tail adds up the chances of k and of all beyond it, upwards or downwards: away from
// what is usual, where each is smaller than the one before, until they no
// longer matter. Each follows from its neighbour, so that millions take no longer
// than thousands.
func tail(k, step, said, of, all int) float64 {
	least, most := max(0, said-all), min(said, of)
	if k < least || k > most {
		return 0
	}
	p := math.Exp(choose(of, k) + choose(all, said-k) - choose(of+all, said))
	sum := 0.0
	for ; k >= least && k <= most && p > sum*1e-15; k += step {
		sum += p
		if step > 0 {
			p *= float64(said-k) / float64(k+1) * float64(of-k) / float64(all-said+k+1)
		} else {
			p *= float64(k) / float64(said-k+1) * float64(all-said+k) / float64(of-k+1)
		}
	}
	return sum
}

// choose is the logarithm of the number of ways to choose k of n.
func choose(n, k int) float64 {
	if k < 0 || k > n {
		return math.Inf(-1)
	}
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

// Rising are the phrases that at least least moments say now and that rise
// against what was said before. Tested are all that are said often enough in both
// times together, which tells nothing of when (independent filtering: Bourgon,
// Gentleman and Huber, 2010): to test only what is said often now would be to
// choose first and test then.
func (c *Counted) Rising(before *Counted, least, most int) []Rising {
	var things []Rising
	test := func(key string) {
		if r := (Rising{Key: key, N: c.Of(key), Of: c.Texts, Before: before.Of(key), All: before.Texts}); r.N+r.Before >= least {
			things = append(things, r)
		}
	}
	for key := range c.said {
		test(key)
	}
	for key := range before.said {
		if c.said[key] == nil {
			test(key)
		}
	}
	up := slices.DeleteFunc(Rise(things), func(r Rising) bool { return r.N < least })
	said := make([]Said, len(up))
	for i, r := range up {
		said[i] = *c.said[r.Key]
	}
	once := c.once(said, most)
	return slices.DeleteFunc(up, func(r Rising) bool {
		return !slices.ContainsFunc(once, func(s Said) bool { return s.Key == r.Key })
	})
}
