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
	stepLot = 512 // due steps read at once, and fired: the store lets people's writes pass
	backLot = 16  // cases opened again in one write
)

// runSteps fires what falls due until the context ends.
func (p *Pager) runSteps(ctx context.Context) {
	due := newAlarmClock()
	defer due.Stop()
	sweep := time.NewTicker(sayline.Sweep)
	defer sweep.Stop()
	for ctx.Err() == nil {
		p.bringBack(ctx)
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

// fire turns due steps into pages, by brand, and gives how many
// are dealt with. A lot that fails is tried one by one, so that one bad step
// holds up only itself.
func (p *Pager) fire(ctx context.Context, list []store.Due) (done int) {
	slices.SortStableFunc(list, func(a, b store.Due) int { return cmp.Compare(a.Step.Brand, b.Step.Brand) })
	for len(list) > 0 {
		brand, n := list[0].Step.Brand, 1
		for n < len(list) && list[n].Step.Brand == brand {
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
	firings := make([]store.Firing, 0, len(lot))
	for i := range lot {
		f, err := p.firing(ctx, b, &lot[i])
		if err != nil {
			p.complain(ctx, "the policy of a case can't be read; trying again", err, "brand", brand, "case", lot[i].Step.Case)
			continue
		}
		firings = append(firings, f)
	}
	err := p.Store.FireSteps(ctx, brand, firings)
	switch {
	case err == nil:
		return len(firings)
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
func (p *Pager) firing(ctx context.Context, b *brands.Snapshot, d *store.Due) (store.Firing, error) {
	now, st := p.Now(), d.Step
	policy, err := p.policy(ctx, b, d.Case)
	if err != nil {
		return store.Firing{}, err
	}
	rung, stalled := policy.at(st.Loop, st.N)
	found, people := whom(b, d, rung, now)
	hops, _ := json.Marshal(found) // strings only: cannot fail
	open := hours(b, d, &policy)
	f := store.Firing{Step: st, Found: string(hops), Stalled: stalled, Hold: keepBack(open, now), Within: within(b, d.Case.Place), Touchpoint: d.Touchpoint}
	for _, c := range people {
		from := quietUntil(b, c.person, d.Case.Urgency, now)
		for _, k := range c.contacts(b, d.Case.Urgency) {
			page := sayline.Page{ID: sayline.NewID(now, p.Random), Person: c.person, Role: c.role, Channel: k.Channel, Address: k.Address}
			if k.Channel != sayline.ByDesk {
				page.From = from
			}
			f.Pages = append(f.Pages, page)
		}
	}
	if loop, n, wait, more := policy.next(st.Loop, st.N, rung.somebody(people)); more {
		f.Next = &sayline.Step{Loop: loop, N: n, Moment: st.Moment, DueAt: open.Add(now, wait)}
	}
	return f, nil
}

// bringBack opens the cases that somebody took and did nothing about, and those
// that were put off until now. Their first steps are due at once.
func (p *Pager) bringBack(ctx context.Context) {
	for ctx.Err() == nil {
		list, err := p.Store.Comebacks(ctx, p.Now(), backLot)
		if err != nil {
			p.complain(ctx, "the cases whose time has come can't be read", err)
			return
		}
		byBrand := map[string][]store.Comeback{}
		for _, c := range list {
			byBrand[c.Brand] = append(byBrand[c.Brand], c)
		}
		for brand, lot := range byBrand {
			if err := p.Store.BringBack(ctx, brand, lot); err != nil {
				p.complain(ctx, "cases can't be opened again; trying again", err, "brand", brand)
				return
			}
		}
		if len(list) < backLot {
			return
		}
	}
}

// complain logs an error, unless it is only that we are to end.
func (p *Pager) complain(ctx context.Context, what string, err error, more ...any) {
	if ctx.Err() == nil {
		p.Log.Error(what, append(more, "err", err)...)
	}
}
