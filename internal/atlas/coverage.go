package atlas

import "github.com/sayline/sayline"

// Gaps of a touchpoint.
const (
	gapVoice   = "voice"   // nobody listens there
	gapOwner   = "owner"   // no team answers for how it feels
	gapPromise = "promise" // nothing is promised
	gapFelt    = "felt"    // it feels worse than intended

	contradicts = "contradicts" // of the core message: no gap, and to be done all the same
)

// coverage is how much of the map is looked after.
type coverage struct {
	Touchpoints, Voices int
	asked, held         int
	Gaps                map[string]int // by gap, and by [contradicts]
}

// add asks a touchpoint what all are asked: has it a voice, an owner, a promise;
// and, where enough said a feeling, does it feel no worse than intended.
func (c *coverage) add(t *sayline.Touchpoint, f felt) {
	if c.Gaps == nil {
		c.Gaps = map[string]int{}
	}
	c.Touchpoints++
	c.asked += 3
	gaps := gapsOf(t, f)
	held := 3
	for _, gap := range gaps {
		c.Gaps[gap]++
		if gap != gapFelt && gap != contradicts {
			held--
		}
	}
	c.held += held
	if !t.Silent {
		c.Voices++
	}
	if t.Meant() > 0 && f.enough() {
		c.asked++
		if !f.worse(t.Meant()) {
			c.held++
		}
	}
}

// Score is the share of what was asked that holds.
func (c *coverage) Score() float64 {
	if c.asked == 0 {
		return 0
	}
	return float64(c.held) / float64(c.asked)
}

// gapsOf is what is missing at a touchpoint, the worst first.
func gapsOf(t *sayline.Touchpoint, f felt) []string {
	var gaps []string
	for _, g := range []struct {
		gap  string
		open bool
	}{
		{gapFelt, f.worse(t.Meant())}, {contradicts, t.Message == contradicts}, {gapVoice, t.Silent}, {gapOwner, t.Owner == ""}, {gapPromise, t.Promise.Empty()},
	} {
		if g.open {
			gaps = append(gaps, g.gap)
		}
	}
	return gaps
}
