package house

import (
	"context"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

// HandOver gives a case to another team as the route would have, had it known. It
// gives the id of the case that has its moments now.
func (h *House) HandOver(ctx context.Context, b *brands.Snapshot, c *sayline.Case, team string, act store.Act) (string, error) {
	m, err := h.Store.FirstMoment(ctx, c.Brand, c.ID)
	if err != nil {
		return "", err
	}
	m.Decision.Urgency = c.Urgency
	to := b.Router.HandOver(m, team, h.Now())
	if c.GroupKey == "" {
		to.GroupKey = "" // what stands alone goes on alone
	}
	return h.Store.HandOver(ctx, store.HandOver{Act: act, To: to})
}
