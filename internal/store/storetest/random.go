package storetest

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
)

// Counts has random moments said, amended and taken back, late, early and in
// zones whose hours and days are awkward, and has every roll-up counted again
// the slow way. tries is how many brands.
func Counts(t *testing.T, tries int, database func(testing.TB) string) {
	h := openHouse(t, database)
	brands := 0
	Try(t, tries, func(rt *rapid.T) {
		brands++
		w := &world{tester: rt, T: t, house: h, brand: fmt.Sprintf("counted-%d", brands), random: rand.Reader}
		h.clock.Move(time.Duration(rapid.IntRange(0, 40*24*60).Draw(rt, "minutes on")) * time.Minute)
		var open []*sayline.Moment
		for i := range rapid.IntRange(1, 25).Draw(rt, "acts") {
			act := rapid.IntRange(0, 5).Draw(rt, fmt.Sprint("act ", i))
			if act < 4 || len(open) == 0 {
				open = append(open, w.say(keys.Draw(rt, "key"), anything(rt)))
				continue
			}
			n := rapid.IntRange(0, len(open)-1).Draw(rt, "which")
			m := open[n]
			if act == 4 {
				w.must(w.Withdraw(w.ctx(), w.brand, m.Receipt))
				open = append(open[:n], open[n+1:]...)
				continue
			}
			change := anything(rt)
			w.must(w.amend(m, func(m *sayline.Moment) {
				zone, received := m.Zone, m.ReceivedAt
				if change(m); m.Decision.OpensCase {
					m.Decision.GroupKey = keys.Draw(rt, "key")
				}
				m.Zone, m.ReceivedAt = zone, received
			}))
		}
		w.whole()
	})
}

var awkward = rapid.SampledFrom([]string{"", "UTC", "Europe/Madrid", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "America/Santiago", "America/Havana", "Africa/Cairo", "Asia/Beirut"})

// anything draws what a moment is counted by.
func anything(rt *rapid.T) func(*sayline.Moment) {
	felt, zone := feelings.Draw(rt, "feeling"), awkward.Draw(rt, "zone")
	when := time.Duration(rapid.Int64Range(-int64(32*day), int64(10*time.Minute)).Draw(rt, "occurred"))
	onChange, around := rapid.Bool().Draw(rt, "near a change"), time.Duration(rapid.IntRange(-90, 90).Draw(rt, "minutes from it"))*time.Minute
	kind := rapid.SampledFrom([]string{"praise", "problem", "applause"}).Draw(rt, "kind")
	topic := rapid.SampledFrom([]string{"", "cant-find-it", "unknown"}).Draw(rt, "topic")
	touch := rapid.SampledFrom([]string{"k7f3", "w2", ""}).Draw(rt, "touchpoint")
	place := rapid.SampledFrom([]string{"madrid", ""}).Draw(rt, "place")
	audience := rapid.SampledFrom([]string{"customer", "vendor"}).Draw(rt, "audience")
	return func(m *sayline.Moment) {
		m.Feeling, m.Kind, m.Topic, m.Audience, m.Zone = felt, kind, topic, audience, zone
		m.Context.Touchpoint, m.Context.Place = touch, place
		m.OccurredAt = m.ReceivedAt.Add(when)
		loc, _ := time.LoadLocation(zone)
		if moved, _ := m.ReceivedAt.In(loc).ZoneBounds(); onChange && !moved.IsZero() {
			m.OccurredAt = moved.Add(around).UTC() // counted there if that was within the month
		}
	}
}
