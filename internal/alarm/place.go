package alarm

import (
	"cmp"
	"context"
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// places follows the places' alarms and raises new ones: where the touchpoints of
// a place are unhappy together, though none of them stands out by itself. What an
// alarm of a touchpoint, or of a place below, tells already is not told again.
func (l *look) places(ctx context.Context) error {
	on := map[string]store.Alarm{}
	for _, a := range l.of(store.AboutPlace) {
		on[a.Subject] = a
	}
	for _, place := range l.deepest() {
		ids := l.at(place)
		a, is := on[place]
		h, where := l.together(ids)
		if !is && (h.Moments < Least || where < 2) || len(ids) == 0 {
			continue
		}
		u, err := l.usual(ctx, ids)
		if err != nil {
			return err
		}
		switch {
		case is:
			err = l.follow(ctx, a, u, h, l.ofPlace(place, ids))
		case u.Alarming(h.Moments, h.Minutes()):
			is, err = true, l.raise(ctx, store.AboutPlace, place, u, l.ofPlace(place, ids))
		}
		if err != nil {
			return err
		}
		for _, id := range ids {
			l.taken[id] = l.taken[id] || is
		}
		delete(on, place)
	}
	for _, a := range on { // nobody listens there any more
		if err := l.Store.EndAlarm(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// deepest are the brand's places, those below before those above.
func (l *look) deepest() (ids []string) {
	for i := range l.b.Places {
		ids = append(ids, l.b.Places[i].ID)
	}
	slices.SortStableFunc(ids, func(x, y string) int {
		return cmp.Compare(len(l.b.Index.Ancestors(y)), len(l.b.Index.Ancestors(x)))
	})
	return ids
}

// at are the open touchpoints at or below a place of which no alarm tells.
func (l *look) at(place string) (ids []string) {
	for i := range l.b.Touchpoints {
		if t := &l.b.Touchpoints[i]; t.Lane == "" && t.Place != "" && !l.taken[t.ID] && l.b.Index.Under(t.Place, place) {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// together is what touchpoints heard, and how many of them heard anything.
func (l *look) together(ids []string) (h store.Heard, where int) {
	for _, id := range ids {
		if one := l.heard[id]; one.Moments > 0 {
			h.Add(one)
			where++
		}
	}
	return h, where
}

// ofPlace is the plan of a place's alarm: it is its touchpoints' owner's, where
// they have one and the same.
func (l *look) ofPlace(place string, ids []string) store.AlarmPlan {
	team := ""
	for i, id := range ids {
		owner := l.b.Index.Touchpoint(id).Owner
		if i == 0 {
			team = owner
		} else if owner != team {
			team = ""
			break
		}
	}
	return store.AlarmPlan{Among: store.Among{Touchpoints: ids, Guarded: l.b.Guarded()}, Since: l.since,
		Decision: l.decide(&sayline.Moment{Context: sayline.Context{Place: place}}, team)}
}
