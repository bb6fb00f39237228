package pager

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
)

// outbox keeps one sender for every webhook endpoint there is.
type outbox struct {
	pager   *Pager
	changed signal // a configuration was stored
	running map[store.EndpointRef]*endpoint
	relays  []*store.RelayKey                   // that have a callback, as they were read last
	byBrand atomic.Pointer[map[string]*hearers] // for the watcher
}

// hearers are a brand's endpoints, and what they may hear without asking.
type hearers struct {
	tail      *tail
	endpoints []*endpoint
}

func newOutbox(p *Pager) *outbox {
	return &outbox{pager: p, changed: newSignal(), running: map[store.EndpointRef]*endpoint{}}
}

// heard tells a brand's endpoints of its events, and wakes those that want any.
// It never blocks.
func (o *outbox) heard(brand string, events []sayline.Event) {
	m := o.byBrand.Load()
	if m == nil || (*m)[brand] == nil {
		return
	}
	to := (*m)[brand]
	to.tail.add(events)
	for _, e := range to.endpoints {
		if slices.ContainsFunc(events, e.hook.Load().wants) {
			e.woken.raise()
		}
	}
}

// run starts and stops endpoints as configurations change, and once a second
// points them to what a lost wake-up, another process's death or a replay left.
func (o *outbox) run(ctx, calls context.Context) {
	var senders sync.WaitGroup
	sweep := time.NewTicker(sayline.Sweep)
	defer sweep.Stop()
	for ctx.Err() == nil {
		o.reconcile(ctx, calls, &senders)
		o.sweep(ctx)
		select {
		case <-ctx.Done():
		case <-o.changed:
		case <-sweep.C:
		}
	}
	senders.Wait()
}

// reconcile makes the senders those of the brands and their relays as they are now.
func (o *outbox) reconcile(ctx, calls context.Context, senders *sync.WaitGroup) {
	if relays, err := o.pager.Store.Callbacks(ctx); err == nil {
		o.relays = relays
	} else {
		o.pager.complain(ctx, "the relays' callbacks can't be read", err)
	}
	there := map[store.EndpointRef]bool{}
	byBrand, before := map[string]*hearers{}, o.byBrand.Load()
	for _, b := range o.pager.Registry.All() {
		to := &hearers{tail: &tail{}}
		if before != nil && (*before)[b.ID] != nil {
			to.tail = (*before)[b.ID].tail
		}
		for _, w := range o.targets(b) {
			ref := store.EndpointRef{Brand: b.ID, Endpoint: w.ID}
			e := o.running[ref]
			if e == nil {
				e = newEndpoint(o.pager, ref, to.tail)
				e.hook.Store(o.pager.hook(b, w))
				own, stop := context.WithCancel(ctx)
				e.stop = stop
				o.running[ref] = e
				senders.Go(func() { e.run(own, calls) })
			} else if e.hook.Load().brand != b {
				e.hook.Store(o.pager.hook(b, w))
			}
			there[ref] = true
			to.endpoints = append(to.endpoints, e)
			byBrand[b.ID] = to
		}
	}
	for ref, e := range o.running {
		if !there[ref] {
			e.stop()
			delete(o.running, ref)
		}
	}
	o.byBrand.Store(&byBrand)
}

// targets are a brand's endpoints: those of its file, and the callbacks of its relays.
func (o *outbox) targets(b *brands.Snapshot) []target {
	var list []target
	for _, w := range b.Webhooks {
		list = append(list, target{Webhook: w})
	}
	for _, r := range o.relays {
		if r.Brand == b.ID {
			list = append(list, target{sayline.Webhook{ID: r.Endpoint(), URL: r.Callback}, r.ID})
		}
	}
	return list
}

func (o *outbox) sweep(ctx context.Context) {
	if len(o.running) == 0 {
		return
	}
	idle, err := o.pager.Store.IdleEndpoints(ctx, o.pager.Now())
	if err != nil {
		o.pager.complain(ctx, "the endpoints that are behind can't be read", err)
		return
	}
	for _, ref := range idle {
		if e := o.running[ref]; e != nil {
			e.idle.raise()
		}
	}
}

// target is where events go: all that an endpoint asked for, or of a relay's
// moments what is new of them.
type target struct {
	sayline.Webhook
	relay string // its id
}

// hook is a target as its brand has it now. It is only read.
type hook struct {
	target
	brand   *brands.Snapshot
	types   map[string]bool // of events it asked for
	secrets []string
	source  string
}

func (p *Pager) hook(b *brands.Snapshot, t target) *hook {
	types := t.Types
	if len(types) == 0 {
		types = sayline.PublicEvents
	}
	h := &hook{target: t, brand: b, types: map[string]bool{}, secrets: EndpointSecrets(p.Store.ServerKey(), b.ID, &t.Webhook), source: p.BrandURL(b.ID)}
	for _, t := range types {
		h.types[t] = true
	}
	return h
}

// wants says whether an event may go there at all.
func (h *hook) wants(e sayline.Event) bool {
	if h.relay != "" {
		return tells(&e)
	}
	return public(&e) && h.types[e.Type]
}

// mayLeave says the same of an event that was sent before, when it may have
// asked for more than it does now.
func (h *hook) mayLeave(e sayline.Event) bool {
	return public(&e) || h.relay != "" && tells(&e)
}

// EndpointSecrets sign what is sent to a brand's endpoint: its own, and the one
// before while receivers change over.
func EndpointSecrets(serverKey []byte, brand string, w *sayline.Webhook) []string {
	secrets := []string{notify.DeriveSecret(serverKey, brand, w.ID, w.Secret)}
	if w.Secret > 0 {
		secrets = append(secrets, notify.DeriveSecret(serverKey, brand, w.ID, w.Secret-1))
	}
	return secrets
}
