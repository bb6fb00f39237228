package pulse

import (
	"context"
	"slices"

	"github.com/sayline/sayline/internal/house"
)

// toldFigures are the measures that stand on the pulse beside its tiles.
var toldFigures = []string{"silent", "expected", "visits", "unsolved", "reopened", "weight"}

// ofAllCases are those that a filter does not narrow: beside narrowed ones they would
// be taken for what they are not.
var ofAllCases = []string{"unsolved", "reopened"}

// figure is a measure in short; it leads to how it is counted.
type figure struct{ ID, Value, Range, Href string }

// told reads those that can be told of the page's moments.
func (s *stage) told(ctx context.Context) error {
	b, f := s.board, s.Query.Filter
	m, err := s.telling(ctx, b.Tongue, b.Brand, f)
	if err != nil {
		return err
	}
	list, err := m.list(ctx, func(id string) bool {
		return slices.Contains(toldFigures, id) && !(f.Narrows() && slices.Contains(ofAllCases, id))
	})
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.Value != "" {
			b.Told = append(b.Told, figure{x.ID, x.Value, x.Range, b.Path("/pulse/measures") + f.String() + "#" + x.ID})
		}
	}
	return nil
}

// late says whether the counts of a filter's days are still being read, as after a
// start: who opens the pulse then is told so, and it opens by itself.
func (p *Pulse) late(v *house.View, f Filter) bool {
	return len(f.between(v.Now.In(v.Brand().Location())).starts) > days[week] && f.Period != today && f.Period != now && p.Store.CatchingUp(v.Brand().ID)
}
