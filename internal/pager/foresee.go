package pager

import (
	"context"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/store"
)

// Foreseen is a step that a demand would climb if nobody took it: when, whom it
// asks, and what duty's look found.
type Foreseen struct {
	At      time.Time
	Held    string // [store.HeldHours] until it opens, [store.HeldMute] until a mute ends; "" where nothing holds it
	Stalled bool
	Duty    duty.Found
	Asked   []Asked
}

// Asked is a person a step asks, and the ways to them beside the desk. From is
// when their quiet hours end, Together when it leaves in one message with others;
// zero where they have none then, and where it leaves by itself.
type Asked struct {
	Person, Role   string
	Ways           []string
	From, Together time.Time
}

// mostForeseen ends a walk that never would: the last resort is asked again and again.
const mostForeseen = 40

// Foresee walks the policy of a case that a decision would open at a time, by
// the very code the pager walks it with, and writes nothing: as the roster, the
// mutes and what people got lately are now. It ends with the first step at which
// the case is stalled.
func Foresee(ctx context.Context, s *store.Store, b *brands.Snapshot, m *sayline.Moment, d *sayline.Decision, at time.Time) (list []Foreseen, err error) {
	if !d.Pages {
		return nil, nil
	}
	c := &sayline.Case{Brand: b.ID, Team: d.Team, Place: d.Place, Lane: m.Lane, Topic: m.Topic, Kind: m.Kind, Urgency: d.Urgency, Policy: d.Policy, Version: d.Version}
	w, err := newLook(ctx, s, b, &store.Due{Case: c, Also: d.Also, Place: m.Context.Place, Touchpoint: m.Context.Touchpoint})
	if err != nil {
		return nil, err
	}
	now, loop, n := at.Add(d.Pause), 0, 1
	for more := true; more && len(list) < mostForeseen; {
		f, people, err := w.step(ctx, loop, n, now)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
		if f.Stalled {
			break
		}
		rung, _ := w.policy.at(loop, n)
		var wait time.Duration
		loop, n, wait, more = w.policy.next(loop, n, rung.somebody(people))
		now = w.open.Add(f.At, wait)
	}
	return list, nil
}

// Ahead says what a step that waits would do when it is due, by the policy of the
// version that decided, as the roster and the mutes are now; the moment is one of
// its case.
func Ahead(ctx context.Context, s *store.Store, b *brands.Snapshot, c *sayline.Case, m *sayline.Moment, st *sayline.Step) (Foreseen, error) {
	w, err := newLook(ctx, s, b, &store.Due{Case: c, Also: m.Decision.Also, Place: m.Context.Place, Touchpoint: m.Context.Touchpoint})
	if err != nil {
		return Foreseen{}, err
	}
	f, _, err := w.step(ctx, st.Loop, st.N, st.DueAt)
	return f, err
}

// look is a climb that is only looked at.
type look struct {
	store  *store.Store
	brand  *brands.Snapshot
	due    *store.Due
	policy policy
	open   sayline.Opening
	mutes  []sayline.Mute
	lately map[personContact]*store.Lately
}

type personContact struct {
	person string
	sayline.Contact
}

func newLook(ctx context.Context, s *store.Store, b *brands.Snapshot, due *store.Due) (*look, error) {
	w := &look{store: s, brand: b, due: due, lately: map[personContact]*store.Lately{}}
	var err error
	if w.policy, err = climbs(b, due.Case, func(version int) (*sayline.Config, error) {
		old, err := s.ConfigVersion(ctx, b.ID, version)
		if err != nil {
			return nil, err
		}
		return old.Config, nil
	}); err != nil {
		return nil, err
	}
	w.open = hours(b, due, &w.policy)
	w.mutes, err = s.Mutes(ctx, b.ID)
	return w, err
}

// step is one step at its time, or when nothing holds it any more.
func (w *look) step(ctx context.Context, loop, n int, now time.Time) (f Foreseen, people []callee, err error) {
	firing := store.Firing{Within: within(w.brand, w.due.Case.Place), Touchpoint: w.due.Touchpoint}
	for {
		firing.Hold = keepBack(w.open, now)
		held := firing.HeldBy(w.due.Case, w.mutes, now)
		if held.Why == "" {
			break
		}
		now, f.Held = held.Until, held.Why
	}
	f.At = now
	rung, stalled := w.policy.at(loop, n)
	f.Stalled = stalled
	f.Duty, people = whom(w.brand, w.due, rung, now)
	for _, p := range people {
		a, err := w.asked(ctx, p, now)
		if err != nil {
			return f, nil, err
		}
		f.Asked = append(f.Asked, a)
	}
	return f, people, nil
}

// asked is a person of a step, with what keeps their pages.
func (w *look) asked(ctx context.Context, p callee, now time.Time) (a Asked, err error) {
	c := w.due.Case
	a = Asked{Person: p.person, Role: p.role, From: quietUntil(w.brand, p.person, c.Urgency, now)}
	for _, k := range p.contacts(w.brand, c.Urgency) {
		if k.Channel == sayline.ByDesk {
			continue
		}
		if !slices.Contains(a.Ways, k.Channel) {
			a.Ways = append(a.Ways, k.Channel)
		}
		who := personContact{p.person, k}
		if w.lately[who] == nil {
			l, err := w.store.Lately(ctx, w.brand.ID, p.person, k, now)
			if err != nil {
				return a, err
			}
			w.lately[who] = &l
		}
		waits := !urgentNow(c.Urgency) && c.Lane == "" && a.From.IsZero()
		if t := w.lately[who].Page(now, waits); !t.IsZero() && (a.Together.IsZero() || t.Before(a.Together)) {
			a.Together = t
		}
	}
	return a, nil
}
