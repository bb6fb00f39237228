package pager

import (
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

// What can wait does: pure.

// urgentNow says whether something waits for nobody's hours.
func urgentNow(urgency string) bool { return urgency == sayline.Urgent || urgency == sayline.Critical }

// hours are those in which a case's steps fire and its waits run: what is normal
// keeps opening hours, what is urgent and what nobody is asked to take has none.
func hours(b *brands.Snapshot, d *store.Due, p *policy) sayline.Opening {
	if urgentNow(d.Case.Urgency) || p.silent {
		return sayline.Opening{}
	}
	place := d.Place
	if place == "" {
		place = d.Case.Place
	}
	return b.Index.Opening(d.Touchpoint, place)
}

// keepBack keeps a step until it opens. A place that never opens again keeps
// nothing back: somebody is asked by the clock.
func keepBack(open sayline.Opening, now time.Time) store.Hold {
	if next := open.Next(now); next.After(now) {
		return store.Hold{Why: store.HeldHours, Until: next}
	}
	return store.Hold{}
}

// within are the places a mute may name to reach a case: its own and those above.
func within(b *brands.Snapshot, place string) []string {
	var ids []string
	for _, p := range b.Index.Ancestors(place) {
		ids = append(ids, p.ID)
	}
	return ids
}

// quietUntil is when a person's quiet hours end, for what can wait; zero where
// they have none now.
func quietUntil(b *brands.Snapshot, person, urgency string, now time.Time) time.Time {
	quiet := b.Quiet(person)
	if urgentNow(urgency) || quiet.None() {
		return time.Time{}
	}
	if end := quiet.End(now); end.After(now) {
		return end
	}
	return time.Time{}
}
