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
