package storetest

import (
	"time"

	"github.com/sayline/sayline/internal/store"
)

var openedBehaviours = []behaviour{
	{"openings add up by touchpoint, hour and day of the brand's", openedAddUp},
}

func openedAddUp(w *world) {
	zone, err := time.LoadLocation("Asia/Kolkata") // half an hour off
	w.must(err)
	at := time.Date(2026, 11, 22, 23, 40, 0, 0, zone)
	w.must(w.CountOpened(w.ctx(), w.brand, zone, []store.Opened{{Touchpoint: "k7f3", At: at, N: 2}, {Touchpoint: "k7f3", At: at.Add(10 * time.Minute), N: 1}, {Touchpoint: "lemon", At: at, N: 5}}))
	w.must(w.CountOpened(w.ctx(), w.brand, zone, []store.Opened{{Touchpoint: "k7f3", At: at.Add(30 * time.Minute), N: 7}}))
	w.must(w.CountOpened(w.ctx(), "granvia", zone, []store.Opened{{Touchpoint: "k7f3", At: at, N: 100}}))
	midnight := time.Date(2026, 11, 23, 0, 0, 0, 0, zone)
	for _, c := range []struct {
		level       store.Level
		from, until time.Time
		want        map[string]int64
	}{
		{store.ByHour, midnight.Add(-time.Hour), midnight, map[string]int64{"k7f3": 3, "lemon": 5}},
		{store.ByHour, midnight, midnight.Add(time.Hour), map[string]int64{"k7f3": 7}},
		{store.ByDay, midnight.AddDate(0, 0, -1), midnight, map[string]int64{"k7f3": 3, "lemon": 5}},
		{store.ByDay, midnight.AddDate(0, 0, -1), midnight.AddDate(0, 0, 1), map[string]int64{"k7f3": 10, "lemon": 5}},
	} {
		got, err := w.OpenedAt(w.ctx(), w.brand, c.level, c.from, c.until)
		w.must(err)
		same(w, "openings", got, c.want)
	}
}
