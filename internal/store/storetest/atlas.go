package storetest

import (
	"time"

	"github.com/sayline/sayline"
)

var mapBehaviours = []behaviour{
	{"a snapshot of the map is kept as it was, and let go", keepsSnapshots},
	{"what was said at touchpoints is read in the open, with words, since a time", readsTheMapsWords},
}

func keepsSnapshots(w *world) {
	at := w.clock.Now()
	for i, id := range []string{"a", "b"} {
		w.must(w.KeepSnapshot(w.ctx(), &sayline.MapSnapshot{Brand: w.brand, ID: id, Name: "before the refresh", By: "elena", At: at, Version: 3 + i, Days: 30,
			MapThen: sayline.MapThen{Score: [6]int64{5: 9}, Coverage: .5, Touchpoints: map[string]sayline.TouchpointThen{"k7f3": {Name: sayline.Plain("Shelf"), N: 9, Feelings: [6]int64{1: 4, 5: 5}, Gaps: []string{"felt"}}}}}))
	}
	list, err := w.Snapshots(w.ctx(), w.brand)
	w.must(err)
	if len(list) != 2 || list[0].ID != "b" || list[1].Version != 3 || list[0].Touchpoints["k7f3"].Feelings[5] != 5 || list[0].Coverage != .5 || list[0].Score[5] != 9 || !list[0].At.Equal(at) {
		w.Errorf("kept are %+v", list)
	}
	w.must(w.DropSnapshot(w.ctx(), w.brand, "a"))
	w.refused(w.DropSnapshot(w.ctx(), w.brand, "a"), sayline.NotFound)
	w.refused(w.DropSnapshot(w.ctx(), "another", "b"), sayline.NotFound)
	if list, err = w.Snapshots(w.ctx(), w.brand); err != nil || len(list) != 1 {
		w.Errorf("left are %d, %v", len(list), err)
	}
}

func readsTheMapsWords(w *world) {
	at := func(touchpoint, lane string) func(*sayline.Moment) {
		return func(m *sayline.Moment) { m.Context.Touchpoint, m.Lane = touchpoint, lane }
	}
	since := w.clock.Now()
	next := func() { w.clock.Move(time.Second) } // so that the order of the ids is that of the time
	next()
	w.say("k1", words("one"), at("shelf", ""))
	next()
	w.say("k2", at("shelf", ""))
	w.say("k3", words("secret"), at("shelf", "hr"))
	next()
	w.say("k4", words("two"), at("", ""))
	next()
	w.say("k5", words("three"), at("till", ""))
	for i, audience := range []string{"employee", "neighbour"} { // who are guarded
		next()
		w.say([]string{"k6", "k7"}[i], words(audience), at("till", ""), func(m *sayline.Moment) { m.Audience = audience })
	}
	said := func(touchpoints []string, since time.Time, read, limit int) (all string) {
		list, err := w.SaidAt(w.ctx(), w.brand, touchpoints, []string{"neighbour"}, since, read, limit)
		w.must(err)
		for _, m := range list {
			all += m.Text + " "
		}
		return all
	}
	for _, tt := range []struct {
		touchpoints []string
		read, limit int
		want        string
	}{
		{nil, 100, 100, "three two one "}, {nil, 100, 1, "three "}, {[]string{"shelf"}, 100, 100, "one "}, {[]string{"shelf"}, 1, 100, ""}, {[]string{"", "till"}, 100, 100, "two three "},
	} {
		if got := said(tt.touchpoints, since, tt.read, tt.limit); got != tt.want {
			w.Errorf("at %q of %d, at most %d: %q, want %q", tt.touchpoints, tt.read, tt.limit, got, tt.want)
		}
	}
	if got := said(nil, since.Add(24*time.Hour), 100, 100); got != "" {
		w.Errorf("since tomorrow: %q", got)
	}
}
