package storetest

import (
	"time"

	"github.com/sayline/sayline"
)

var dutyBehaviours = []behaviour{
	{"I'm on is in force until its end", goesOn},
	{"saying it again ends the stretch before", goesOnAgain},
	{"I'm off ends it, there and nowhere else", goesOff},
}

func (w *world) on(person, place string) sayline.OnDuty {
	w.Helper()
	d := sayline.OnDuty{Brand: w.brand, ID: w.id(), Team: "crew", Place: place, Person: person, Until: w.clock.Now().Add(sayline.DutyLength)}
	w.must(w.GoOn(w.ctx(), d))
	d.From = w.clock.Now()
	return d
}

func (w *world) onDuty(after time.Time) []sayline.OnDuty {
	w.Helper()
	list, err := w.OnDuty(w.ctx(), w.brand, after)
	w.must(err)
	return list
}

func goesOn(w *world) {
	first := w.on("lucia", "madrid")
	w.clock.Move(time.Minute)
	second := w.on("marco", "")
	same(w, "on duty", w.onDuty(w.clock.Now()), []sayline.OnDuty{first, second})
	same(w, "after the first ended", w.onDuty(first.Until), []sayline.OnDuty{second})
	same(w, "after both ended", w.onDuty(second.Until), nil)
	same(w, "events", w.types(0), sayline.EventDutyChanged+" "+sayline.EventDutyChanged)
	if e := w.events()[0]; e.Person != "lucia" || e.Team != "crew" {
		w.Errorf("the event is %s", show(e))
	}
}

func goesOnAgain(w *world) {
	w.on("lucia", "madrid")
	w.clock.Move(time.Minute)
	again := w.on("lucia", "madrid")
	same(w, "on duty", w.onDuty(w.clock.Now()), []sayline.OnDuty{again})
	same(w, "before", len(w.onDuty(w.clock.Now().Add(-time.Second))), 2)
}

func goesOff(w *world) {
	here, there, other := w.on("lucia", "madrid"), w.on("lucia", "sevilla"), w.on("marco", "madrid")
	w.clock.Move(time.Minute)
	w.must(w.GoOff(w.ctx(), here))
	w.must(w.GoOff(w.ctx(), here))
	list := w.onDuty(w.clock.Now())
	if len(list) != 2 {
		w.Fatalf("on duty %s", show(list))
	}
	for _, d := range list {
		if d.ID != there.ID && d.ID != other.ID {
			w.Errorf("still on: %s", show(d))
		}
	}
}
