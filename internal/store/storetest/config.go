package storetest

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sayline/sayline"
)

var configBehaviours = []behaviour{
	{"a configuration comes back as it was saved", savesConfig},
	{"a change made on an old version is a conflict", configConflict},
	{"of many changes at once one wins", configRace},
	{"a configuration at fault stores nothing", configAtFault},
	{"every version stays readable", configVersions},
	{"a new endpoint hears from now on, an old one keeps its place", configEndpoints},
	{"a brand that is not there is not found", noBrand},
	{"one key serves every store of a database", serverKey},
}

// shop is a small brand.
func shop(brand string) *sayline.Config {
	return &sayline.Config{
		Brand:       sayline.Brand{ID: brand, Name: "Sparkle", Languages: []string{"en", "es"}, Look: sayline.Look{Color: "#0b6e4f"}, Zone: "Europe/Madrid"},
		Topics:      []sayline.Topic{{ID: "cant-find-it", Kind: "problem", Label: sayline.Text{"en": "Can't find it", "es": "No lo encuentro"}}},
		Places:      []sayline.Place{{ID: "madrid", Name: sayline.Plain("Madrid"), Level: "region"}},
		Touchpoints: []sayline.Touchpoint{{ID: "k7f3", Name: sayline.Plain("Shelf 14"), Channel: "shelf", Stage: "decides", Place: "madrid"}},
		People:      []sayline.Person{{ID: "lucia", Name: "Lucía", Email: "lucia@sparkle.example"}},
		Teams:       []sayline.Team{{ID: "crew", Name: sayline.Plain("Crew"), Members: []sayline.Membership{{Person: "lucia", Duty: true}}}},
		Routes:      []sayline.Rule{{When: sayline.Match{Topics: []string{"cant-find-it"}}, To: "crew", Within: sayline.Duration(5 * time.Minute)}},
	}
}

func savesConfig(w *world) {
	c := shop(w.brand)
	n, err := w.SaveConfig(w.ctx(), c, 0, "lucia")
	w.must(err)
	got, err := w.Config(w.ctx(), w.brand)
	w.must(err)
	if n != 1 || got.Version != 1 || got.By != "lucia" || !got.At.Equal(w.clock.Now()) {
		w.Errorf("saved as %d: %s", n, show(got))
	}
	same(w, "configuration", got.Config, c)
	brands, err := w.Brands(w.ctx())
	w.must(err)
	found := 0
	for i, b := range brands {
		if b == w.brand {
			found++
		}
		if i > 0 && brands[i-1] >= b {
			w.Errorf("brands out of order: %v", brands)
		}
	}
	if found != 1 {
		w.Errorf("the brand stands %d times in %v", found, brands)
	}
	same(w, "events", w.types(0), sayline.EventConfigChanged)
}

func configConflict(w *world) {
	c := shop(w.brand)
	for _, base := range []int{-1, 1} {
		_, err := w.SaveConfig(w.ctx(), c, base, "lucia")
		w.refused(err, sayline.Conflict)
	}
	if _, err := w.Config(w.ctx(), w.brand); sayline.KindOf(err) != sayline.NotFound {
		w.Errorf("a refused brand is there: %v", err)
	}
	if brands, err := w.Brands(w.ctx()); err != nil || fmt.Sprint(brands) == "" {
		w.Errorf("%v", err)
	} else {
		for _, b := range brands {
			if b == w.brand {
				w.Error("a refused brand has a row")
			}
		}
	}
	_, err := w.SaveConfig(w.ctx(), c, 0, "lucia")
	w.must(err)
	c.Name = "Other"
	_, err = w.SaveConfig(w.ctx(), c, 0, "marco")
	w.refused(err, sayline.Conflict)
	if got, err := w.Config(w.ctx(), w.brand); err != nil || got.Version != 1 || got.Config.Name != "Sparkle" {
		w.Errorf("%s, %v", show(got), err)
	}
}

func configRace(w *world) {
	var won atomic.Int32
	w.together(10, func(i int) error {
		c := shop(w.brand)
		c.Name = fmt.Sprint("Name ", i)
		_, err := w.SaveConfig(w.ctx(), c, 0, "lucia")
		if err == nil {
			won.Add(1)
		} else if sayline.KindOf(err) != sayline.Conflict {
			return err
		}
		return nil
	})
	if won.Load() != 1 {
		w.Errorf("%d won", won.Load())
	}
	same(w, "events", w.types(0), sayline.EventConfigChanged)
}

func configAtFault(w *world) {
	c := shop(w.brand)
	c.Routes[0].To = "nobody"
	_, err := w.SaveConfig(w.ctx(), c, 0, "lucia")
	w.refused(err, sayline.AtFault)
	_, err = w.Config(w.ctx(), w.brand)
	w.refused(err, sayline.NotFound)
	same(w, "events", w.types(0), "")
}

func configVersions(w *world) {
	for i := range 3 {
		c := shop(w.brand)
		c.Name = fmt.Sprint("Name ", i+1)
		_, err := w.SaveConfig(w.ctx(), c, i, "lucia")
		w.must(err)
	}
	for v := 1; v <= 3; v++ {
		got, err := w.ConfigVersion(w.ctx(), w.brand, v)
		w.must(err)
		if got.Version != v || got.Config.Name != fmt.Sprint("Name ", v) {
			w.Errorf("version %d is %s", v, show(got))
		}
	}
	_, err := w.ConfigVersion(w.ctx(), w.brand, 4)
	w.refused(err, sayline.NotFound)
}

func configEndpoints(w *world) {
	w.hooked()
	w.leaseEndpoint("a")
	w.deliver("a", 1)
	w.say("k")
	c := shop(w.brand)
	c.Webhooks = []sayline.Webhook{{ID: "erp", URL: "https://erp.example/moved"}, {ID: "second", URL: "https://second.example/in"}}
	_, err := w.SaveConfig(w.ctx(), c, 1, "lucia")
	w.must(err)
	if place, _ := w.leaseEndpoint("a"); place.Seq != 1 {
		w.Errorf("the old endpoint is at %d", place.Seq)
	}
	last, err := w.LastEvent(w.ctx(), w.brand)
	w.must(err)
	place, ok, err := w.LeaseEndpoint(w.ctx(), w.brand, "second", "a", w.clock.Now())
	w.must(err)
	if !ok || place.Seq != last-1 { // what it hears first is that it is there
		w.Errorf("the new endpoint is at %d of %d", place.Seq, last)
	}
}

func noBrand(w *world) {
	_, err := w.Config(w.ctx(), w.brand)
	w.refused(err, sayline.NotFound)
	_, err = w.ConfigVersion(w.ctx(), w.brand, 1)
	w.refused(err, sayline.NotFound)
}

// serverKey: many processes start at once on a database that is not there yet.
func serverKey(w *world) {
	url := w.fresh(w.T)
	keys := make([]string, 6)
	w.together(len(keys), func(i int) error {
		s, err := openStore(w.ctx(), url, w.clock.Now)
		if err != nil {
			return err
		}
		w.T.Cleanup(func() { s.Close() })
		public, private := s.VAPID()
		keys[i] = string(s.ServerKey()) + public + private
		return s.Ready(w.ctx())
	})
	for _, k := range keys {
		if k != keys[0] || len(k) != 32+87+43 {
			w.Fatalf("the keys are %x", keys)
		}
	}
	public, private := w.VAPID()
	if string(w.ServerKey()) == keys[0][:32] || public == keys[0][32:32+87] || private == keys[0][32+87:] {
		w.Error("two databases have the same key")
	}
}
