package pager

import (
	"context"
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

// heard tells a brand's endpoints of its events, and wakes them if any may leave.
// It never blocks.
func (o *outbox) heard(brand string, events []sayline.Event) {
	m := o.byBrand.Load()
	if m == nil || (*m)[brand] == nil {
		return
	}
	to := (*m)[brand]
	to.tail.add(events)
	for i := range events {
		if public(&events[i]) {
			for _, e := range to.endpoints {
				e.woken.raise()
			}
			return
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

// reconcile makes the senders those of the brands as they are now.
func (o *outbox) reconcile(ctx, calls context.Context, senders *sync.WaitGroup) {
	there := map[store.EndpointRef]bool{}
	byBrand, before := map[string]*hearers{}, o.byBrand.Load()
	for _, b := range o.pager.Registry.All() {
		to := &hearers{tail: &tail{}}
		if before != nil && (*before)[b.ID] != nil {
			to.tail = (*before)[b.ID].tail
		}
		for i := range b.Webhooks {
			ref := store.EndpointRef{Brand: b.ID, Endpoint: b.Webhooks[i].ID}
			e := o.running[ref]
			if e == nil {
				e = newEndpoint(o.pager, ref, to.tail)
				e.hook.Store(o.pager.hook(b, &b.Webhooks[i]))
				own, stop := context.WithCancel(ctx)
				e.stop = stop
				o.running[ref] = e
				senders.Go(func() { e.run(own, calls) })
			} else if e.hook.Load().brand != b {
				e.hook.Store(o.pager.hook(b, &b.Webhooks[i]))
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

// hook is an endpoint as its brand has it now. It is only read.
type hook struct {
	sayline.Webhook
	brand   *brands.Snapshot
	wants   map[string]bool // types of events
	secrets []string
	source  string
}

func (p *Pager) hook(b *brands.Snapshot, w *sayline.Webhook) *hook {
	types := w.Types
	if len(types) == 0 {
		types = sayline.PublicEvents
	}
	h := &hook{Webhook: *w, brand: b, wants: map[string]bool{}, secrets: EndpointSecrets(p.Store.ServerKey(), b.ID, w), source: p.BrandURL(b.ID)}
	for _, t := range types {
		h.wants[t] = true
	}
	return h
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
