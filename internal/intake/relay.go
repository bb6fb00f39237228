package intake

import (
	"context"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

// Relay is whose key a request carries. Errors: Unsigned for a key that is none,
// or was revoked.
func (d *Door) Relay(ctx context.Context, b *brands.Snapshot, key string) (*store.RelayKey, error) {
	return d.store.RelayByKey(ctx, b.ID, sayline.HashSecret(key))
}

// Through notes that a moment came through a relay, whose key proved it.
func Through(m *sayline.Moment, r *store.RelayKey) {
	m.Context.Source, m.Context.PassedBy, m.Context.Relay = "relay", sayline.ByRelay+r.Name, r.ID
}
