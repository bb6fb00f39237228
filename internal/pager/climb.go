package pager

import (
	"context"
	"sync"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
)

// policies are those of configurations that are no longer in force, and that
// cases still climb by. The newest are in the snapshots.
type policies struct {
	mu   sync.Mutex
	kept map[versionRef]*sayline.Config
}

type versionRef struct {
	brand   string
	version int
}

// mostVersions is how many configurations are kept at hand; beyond it they are
// read again.
const mostVersions = 64

// policy is the way a case climbs: the usual one of its urgency, or the one its
// rule named, as it was in the configuration that decided. Where that version is
// gone the newest counts; where the policy is gone, the usual.
func (p *Pager) policy(ctx context.Context, b *brands.Snapshot, c *sayline.Case) (policy, error) {
	return climbs(b, c, func(version int) (*sayline.Config, error) { return p.version(ctx, versionRef{b.ID, version}) })
}

// climbs is policy; read gives a configuration that is no longer in force.
func climbs(b *brands.Snapshot, c *sayline.Case, read func(version int) (*sayline.Config, error)) (policy, error) {
	usual := policyFor(c.Kind, c.Urgency)
	if c.Policy == "" {
		return usual, nil
	}
	config := b.Config
	if c.Version != 0 && c.Version != b.Version {
		old, err := read(c.Version)
		switch {
		case sayline.KindOf(err) == sayline.NotFound:
		case err != nil:
			return usual, err
		default:
			config = old
		}
	}
	if found := config.Policy(c.Policy); found != nil {
		return compile(found), nil
	}
	return usual, nil
}

// version reads a configuration that is no longer in force, once.
func (p *Pager) version(ctx context.Context, ref versionRef) (*sayline.Config, error) {
	p.old.mu.Lock()
	defer p.old.mu.Unlock()
	if c := p.old.kept[ref]; c != nil {
		return c, nil
	}
	stored, err := p.Store.ConfigVersion(ctx, ref.brand, ref.version)
	if err != nil {
		return nil, err
	}
	if p.old.kept == nil || len(p.old.kept) >= mostVersions {
		p.old.kept = map[versionRef]*sayline.Config{}
	}
	p.old.kept[ref] = stored.Config
	return stored.Config, nil
}
