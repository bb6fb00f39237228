package pager

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

const (
	stepLot = 128 // due steps read at once
	fireLot = 16  // fired in one write, so that people's writes never wait long behind
)

// runSteps fires what falls due until the context ends.
func (p *Pager) runSteps(ctx context.Context) {
	due := newAlarmClock()
	defer due.Stop()
	sweep := time.NewTicker(sayline.Sweep)
	defer sweep.Stop()
	for ctx.Err() == nil {
		due.set(p.Now(), p.fireDue(ctx))
		select {
		case <-ctx.Done():
		case <-p.step:
		case <-due.C:
		case <-sweep.C:
		}
	}
}

// fireDue fires steps until none is due, and gives when the next one will be;
// zero when none will, or when what is due can't be fired now.
func (p *Pager) fireDue(ctx context.Context) time.Time {
	for ctx.Err() == nil {
		list, err := p.Store.Due(ctx, p.Now(), stepLot)
		if err != nil {
			p.complain(ctx, "the steps that are due can't be read", err)
			return time.Time{}
		}
		if len(list) == 0 {
			break
		}
		if p.fire(ctx, list) == 0 {
			return time.Time{}
		}
	}
	next, err := p.Store.NextStep(ctx)
	if err != nil {
		p.complain(ctx, "when the next step is due can't be read", err)
	}
	return next
}

// fire turns due steps into pages, in small lots by brand, and gives how many
// are dealt with. A lot that fails is tried one by one, so that one bad step
// holds up only itself.
func (p *Pager) fire(ctx context.Context, list []store.Due) (done int) {
	slices.SortStableFunc(list, func(a, b store.Due) int { return cmp.Compare(a.Step.Brand, b.Step.Brand) })
	for len(list) > 0 {
		brand, n := list[0].Step.Brand, 1
		for n < len(list) && n < fireLot && list[n].Step.Brand == brand {
			n++
		}
		done += p.fireLot(ctx, brand, list[:n])
		list = list[n:]
	}
	return done
}

func (p *Pager) fireLot(ctx context.Context, brand string, lot []store.Due) (done int) {
	b := p.Registry.ByID(brand)
	if b == nil {
		return 0 // not read yet: the sweep comes back to it, and the auditor if it lasts
	}
	firings := make([]store.Firing, len(lot))
	for i := range lot {
		firings[i] = p.firing(b, &lot[i])
	}
	err := p.Store.FireSteps(ctx, brand, firings)
	switch {
	case err == nil:
		return len(lot)
	case len(lot) == 1 || sayline.KindOf(err) == sayline.Unavailable:
		p.complain(ctx, "steps can't be fired; trying again", err, "brand", brand, "case", lot[0].Step.Case)
		return 0
	}
	for i := range lot {
		done += p.fireLot(ctx, brand, lot[i:i+1])
	}
	return done
}

// firing is what a due step turns into.
func (p *Pager) firing(b *brands.Snapshot, d *store.Due) store.Firing {
	now, st := p.Now(), d.Step
	policy := policyFor(d.Case.Kind, d.Case.Urgency)
	rung, stalled := policy.at(st.Loop, st.N)
	found, people := whom(b, d, rung, now)
	hops, _ := json.Marshal(found) // strings only: cannot fail
	f := store.Firing{Step: st, Found: string(hops), Stalled: stalled}
	for _, c := range people {
		for _, k := range c.contacts(b) {
			f.Pages = append(f.Pages, sayline.Page{ID: sayline.NewID(now, p.Random), Person: c.person, Role: c.role, Channel: k.Channel, Address: k.Address})
		}
	}
	if loop, n, wait, more := policy.next(st.Loop, st.N, responsible(people)); more {
		f.Next = &sayline.Step{Loop: loop, N: n, Moment: st.Moment, DueAt: now.Add(wait)}
	}
	return f
}

// complain logs an error, unless it is only that we are to end.
func (p *Pager) complain(ctx context.Context, what string, err error, more ...any) {
	if ctx.Err() == nil {
		p.Log.Error(what, append(more, "err", err)...)
	}
}
