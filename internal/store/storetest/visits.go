package storetest

import (
	"time"

	"github.com/sayline/sayline"
)

var visitBehaviours = []behaviour{
	{"how many came is what was brought last, and what a file brought can be taken back", visitsAreReplaced},
}

func visitsAreReplaced(w *world) {
	v := func(subject, day string, hour int, n int64) sayline.Visits {
		return sayline.Visits{Kind: "footfall", Day: day, About: sayline.VisitsAtTouchpoint, Subject: subject, Hour: hour, N: n}
	}
	inForce := func(what string, want ...sayline.Visits) {
		w.Helper()
		got, err := w.Visits(w.ctx(), w.brand, "2026-11-01", "2026-11-30")
		w.must(err)
		same(w, what, got, want)
	}
	const whole = sayline.WholeDay
	w.must(w.BringVisits(w.ctx(), w.brand, []sayline.Visits{v("k7f3", "2026-11-20", 9, 5), v("k7f3", "2026-11-20", 10, 7), v("lemon", "2026-11-20", whole, 3), v("k7f3", "2026-11-30", whole, 9)}))
	w.must(w.BringVisits(w.ctx(), "granvia", []sayline.Visits{v("k7f3", "2026-11-20", whole, 100)}))
	inForce("of this brand and these days", v("k7f3", "2026-11-20", 9, 5), v("k7f3", "2026-11-20", 10, 7), v("lemon", "2026-11-20", whole, 3))
	w.clock.Move(time.Second)
	for range 2 {
		w.must(w.BringVisits(w.ctx(), w.brand, []sayline.Visits{v("k7f3", "2026-11-20", 10, 8)}))
		inForce("replaced, with all its hours", v("k7f3", "2026-11-20", 10, 8), v("lemon", "2026-11-20", whole, 3))
	}
	w.clock.Move(time.Second)
	one := &sayline.Errand{Brand: w.brand, ID: "one", Kind: sayline.ErrandVisits, State: sayline.ErrandWorking, Total: 2}
	w.must(w.MakeErrand(w.ctx(), one))
	for range 2 { // by a process that died before it could say so, and again
		w.must(w.VisitsErrand(w.ctx(), one, []sayline.Visits{v("k7f3", "2026-11-20", whole, 20), v("k7f3", "2026-11-21", whole, 21)}))
		inForce("of a file", v("k7f3", "2026-11-20", whole, 20), v("lemon", "2026-11-20", whole, 3), v("k7f3", "2026-11-21", whole, 21))
	}
	if one.Fresh != 2 || one.Done != 2 {
		w.Errorf("it says it brought %d, %d done", one.Fresh, one.Done)
	}
	lost := *one
	lost.Turn = 7
	if err := w.VisitsErrand(w.ctx(), &lost, []sayline.Visits{v("lemon", "2026-11-21", whole, 1)}); sayline.KindOf(err) != sayline.Conflict {
		w.Errorf("a process that lost it: %v", err)
	}
	w.must(w.UndoVisits(w.ctx(), one))
	inForce("taken back", v("k7f3", "2026-11-20", 10, 8), v("lemon", "2026-11-20", whole, 3))
}
