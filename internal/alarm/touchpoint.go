package alarm

import (
	"context"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// touchpoints follows the touchpoints' alarms and raises new ones.
func (l *look) touchpoints(ctx context.Context) error {
	for _, a := range l.of(store.AboutTouchpoint) {
		l.taken[a.Subject] = true
		u, err := l.usual(ctx, []string{a.Subject})
		if err != nil {
			return err
		}
		if err := l.follow(ctx, a, u, l.heard[a.Subject], l.ofTouchpoint(a.Subject)); err != nil {
			return err
		}
	}
	for id, h := range l.heard {
		t := l.b.Index.Touchpoint(id)
		if h.Moments < Least || t == nil || t.Lane != "" || l.taken[id] {
			continue
		}
		u, err := l.usual(ctx, []string{id})
		if err != nil {
			return err
		}
		if u.Alarming(h.Moments, h.Minutes()) {
			l.taken[id] = true
			if err := l.raise(ctx, store.AboutTouchpoint, id, u, l.ofTouchpoint(id)); err != nil {
				return err
			}
		}
	}
	return nil
}

// ofTouchpoint is the plan of a touchpoint's alarm: it is its owner's.
func (l *look) ofTouchpoint(id string) store.AlarmPlan {
	team := ""
	if t := l.b.Index.Touchpoint(id); t != nil {
		team = t.Owner
	}
	return store.AlarmPlan{Among: store.Among{Touchpoints: []string{id}, Guarded: l.b.Guarded()}, Since: l.since,
		Decision: l.decide(&sayline.Moment{Context: sayline.Context{Touchpoint: id}}, team)}
}
