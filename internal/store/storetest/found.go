package storetest

import (
	"fmt"
	"time"

	"github.com/sayline/sayline/internal/store"
)

var foundBehaviours = []behaviour{
	{"a brand found elsewhere is kept once, as it was last, while its document is good", keepsFound},
	{"those checked longest ago are forgotten beyond a number", forgetsFound},
}

func (w *world) found(now time.Time) map[string]store.FoundBrand {
	list, err := w.Found(w.ctx(), now)
	w.must(err)
	m := map[string]store.FoundBrand{}
	for _, b := range list {
		m[b.Domain] = b
	}
	return m
}

func keepsFound(w *world) {
	at := w.clock.Now().Truncate(time.Microsecond)
	domain := w.brand + ".found.example"
	first := store.FoundBrand{Domain: domain, URL: "https://a.example/1", Document: `{"v":1}`, CheckedAt: at, Until: at.Add(time.Hour)}
	w.must(w.KeepFound(w.ctx(), first, 1000))
	second := store.FoundBrand{Domain: domain, URL: "https://a.example/2", Document: `{"v":2}`, CheckedAt: at.Add(time.Minute), Until: at.Add(2 * time.Hour)}
	w.must(w.KeepFound(w.ctx(), second, 1000))
	got := w.found(at)[domain]
	if got.Document != second.Document || got.URL != second.URL || !got.CheckedAt.Equal(second.CheckedAt) || !got.Until.Equal(second.Until) {
		w.Errorf("kept %+v, want %+v", got, second)
	}
	if _, there := w.found(second.Until)[domain]; there {
		w.Errorf("a document past its time still counts")
	}
	w.must(w.DropFound(w.ctx(), domain))
	w.must(w.DropFound(w.ctx(), domain))
	if _, there := w.found(at)[domain]; there {
		w.Errorf("dropped, and still there")
	}
}

func forgetsFound(w *world) {
	at := w.clock.Now().Truncate(time.Microsecond)
	for i := range 5 {
		w.must(w.KeepFound(w.ctx(), store.FoundBrand{Domain: fmt.Sprintf("%d.%s.found.example", i, w.brand), Document: "{}", CheckedAt: at.Add(time.Duration(i) * time.Second), Until: at.Add(time.Hour)}, 3))
	}
	got := w.found(at)
	if len(got) != 3 {
		w.Errorf("%d are kept, want 3: %v", len(got), got)
	}
	for i := range 5 {
		if _, there := got[fmt.Sprintf("%d.%s.found.example", i, w.brand)]; there != (i >= 2) {
			w.Errorf("number %d kept: %v", i, there)
		}
	}
}
