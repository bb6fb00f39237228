package brands

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/route"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/ways"
)

// New makes the snapshot of a validated configuration and who said "I'm on".
func New(version int, c *sayline.Config, on []sayline.OnDuty) *Snapshot {
	ix := sayline.NewIndex(c)
	return &Snapshot{Version: version, Config: c, Index: ix, Router: route.New(version, c, ix), Roster: duty.NewRoster(c, ix, on), Codes: ways.NewCodes(c.Touchpoints)}
}

// Keeper keeps a registry true to the store.
type Keeper struct {
	registry *Registry
	store    *store.Store
	log      *slog.Logger
	now      func() time.Time
	one      sync.Mutex // one reload at a time: the newest wins
	known    known      // of calendars; with one

	mu    sync.Mutex
	stale map[string]bool // brands to be read again
	wake  chan struct{}   // there are some
}

// tryAgain is how long after a failed reload the next one is tried.
const tryAgain = time.Second

// Keep loads every brand into the registry and makes a keeper that reloads a
// brand when its configuration, duty or contacts change, by whatever process. Call it
// before the store's first write, then Run.
func Keep(ctx context.Context, r *Registry, s *store.Store, log *slog.Logger, now func() time.Time) (*Keeper, error) {
	k := &Keeper{registry: r, store: s, log: log, now: now, known: known{}, stale: map[string]bool{}, wake: make(chan struct{}, 1)}
	s.Watch(func(events []sayline.Event) {
		for _, e := range events {
			switch e.Type {
			case sayline.EventConfigChanged, sayline.EventDutyChanged, sayline.EventContactChanged:
				k.note(e.Brand)
			}
		}
	})
	ids, err := s.Brands(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if err := k.Reload(ctx, id); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// note has a brand read again. It never waits: however often a brand changes
// meanwhile, it is read once more.
func (k *Keeper) note(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stale[id] = true
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// noted takes what is to be read.
func (k *Keeper) noted() map[string]bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	ids := k.stale
	k.stale = map[string]bool{}
	return ids
}

// Run reloads what changes until the context ends. A brand that can't be read
// is tried again; its last version stays in force.
func (k *Keeper) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.wake:
		}
		for id := range k.noted() {
			if err := k.Reload(ctx, id); err != nil && ctx.Err() == nil {
				k.log.Error("a brand could not be read again; its last version stays in force", "brand", id, "err", err)
				time.AfterFunc(tryAgain, func() { k.note(id) })
			}
		}
	}
}

// overridesBack is how far back a snapshot's roster knows its overrides: who
// looks at the last weeks sees them as they were.
const overridesBack = 40 * 24 * time.Hour

// Reload reads one brand now: whoever changed it and needs to see it need not wait.
func (k *Keeper) Reload(ctx context.Context, id string) error {
	k.one.Lock()
	defer k.one.Unlock()
	stored, err := k.store.Config(ctx, id)
	if err != nil {
		return err
	}
	snapshot, err := read(ctx, k.store, stored.Version, stored.Config, k.log, k.now(), k.known)
	if err != nil {
		return err
	}
	snapshot.At = stored.At
	k.registry.Set(snapshot)
	return nil
}

// Read makes the snapshot of a configuration, stored or not yet, with all that is
// stored beside it: who said "I'm on", overrides, calendars, contacts.
func Read(ctx context.Context, s *store.Store, version int, c *sayline.Config, log *slog.Logger, now time.Time) (*Snapshot, error) {
	return read(ctx, s, version, c, log, now, known{})
}

func read(ctx context.Context, s *store.Store, version int, c *sayline.Config, log *slog.Logger, now time.Time, calendars known) (*Snapshot, error) {
	on, err := s.OnDuty(ctx, c.ID, now)
	if err != nil {
		return nil, err
	}
	contacts, err := s.Contacts(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	quiet, err := s.Quiets(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	overrides, err := s.Overrides(ctx, c.ID, now.Add(-overridesBack))
	if err != nil {
		return nil, err
	}
	snapshot := New(version, c, on).Reach(contacts, quiet)
	if err := snapshot.feed(ctx, s, log, now, calendars); err != nil {
		return nil, err
	}
	snapshot.Roster = snapshot.Roster.With(overrides, snapshot.Fed)
	return snapshot, nil
}
