package brands

import (
	"time"

	"github.com/sayline/sayline"
)

// Promise is until when what was decided for a moment promises a look and an
// answer, if both begin at a time: in opening hours where its brand counts in
// them, by the clock for a brand that is not here.
func (r *Registry) Promise(m *sayline.Moment, from time.Time) (look, answer time.Time) {
	if b := r.ByID(m.Brand); b != nil {
		return b.Router.Promise(m, &m.Decision, from)
	}
	return from.Add(m.Decision.Within), from.Add(m.Decision.Answer)
}

// Runs is how the clocks of a brand's cases run: as their promises do. For a brand
// that promises nothing in opening hours, or is not here, it is nil: by the clock.
func (r *Registry) Runs(brand string) func(m *sayline.Moment, from, until time.Time) time.Duration {
	b := r.ByID(brand)
	if b == nil || !b.inHours() {
		return nil
	}
	return func(m *sayline.Moment, from, until time.Time) time.Duration {
		if !b.Promised(b.Index.Touchpoint(m.Context.Touchpoint)).InHours {
			return until.Sub(from)
		}
		return b.Index.Opening(m.Context.Touchpoint, m.Context.Place).Between(from, until)
	}
}

// inHours says whether any promise of the brand's runs in opening hours.
func (b *Snapshot) inHours() bool {
	if b.Promised(nil).InHours {
		return true
	}
	for i := range b.Touchpoints {
		if b.Promised(&b.Touchpoints[i]).InHours {
			return true
		}
	}
	return false
}
