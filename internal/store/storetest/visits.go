package storetest

import (
	"context"
	"fmt"
	"time"

	"github.com/sayline/sayline"
)

var visitBehaviours = []behaviour{
	{"how many came is what was brought last, and what a file brought can be taken back", visitsAreReplaced},
	{"many who came are in force together or not at all, wherever bringing them stops", visitsAreWhole},
	{"how many came is kept three times over, and what a system replaced not at all", visitsAreForgotten},
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

// visited are the lines of some visits of a brand as the database has them.
func (w *world) visited() int { return len(w.everything("visits")) }

// fading is a context that is over when it was asked so often.
type fading struct {
	context.Context
	left int
	over chan struct{}
}

func (f *fading) Done() <-chan struct{} {
	if f.left--; f.left == 0 {
		close(f.over)
	}
	return f.over
}

func (f *fading) Err() error {
	select {
	case <-f.over:
		return context.Canceled
	default:
		return nil
	}
}

func visitsAreWhole(w *world) {
	many := func(n int64) (list []sayline.Visits) {
		for i := range 2400 { // written in three
			list = append(list, sayline.Visits{Kind: "sales", Day: fmt.Sprintf("2026-08-%02d", 1+i/24%25), About: sayline.VisitsAtTouchpoint, Subject: fmt.Sprint("t", i/600), Hour: i % 24, N: n})
		}
		return list
	}
	inForce := func(what string, want int64) {
		w.Helper()
		list, err := w.Visits(w.ctx(), w.brand, "2026-08-01", "2026-09-01")
		w.must(err)
		sums := map[int64]int{}
		for _, v := range list {
			sums[v.N]++
		}
		if len(list) != 2400 || sums[want] != 2400 {
			w.Errorf("%s: %d lines, %v", what, len(list), sums)
		}
	}
	w.must(w.BringVisits(w.ctx(), w.brand, many(1)))
	inForce("at first", 1)
	ends := func(what string, n, was int64, bring func(ctx context.Context) error) {
		w.Helper()
		stopped := 0
		for calls := 1; ; calls += 3 { // a write asks it two or three times
			w.clock.Move(time.Second)
			ctx := &fading{w.ctx(), calls, make(chan struct{})}
			if bring(ctx) == nil {
				break
			}
			stopped++
			inForce(fmt.Sprintf("%s stopped at %d", what, calls), was)
		}
		if inForce(what, n); stopped < 3 {
			w.Errorf("%s was stopped %d times", what, stopped)
		}
	}
	ends("a system", 2, 1, func(ctx context.Context) error { return w.BringVisits(ctx, w.brand, many(2)) })
	w.clock.Move(time.Second)
	w.must(w.BringVisits(w.ctx(), w.brand, many(2))) // and to the end of what it replaced
	one := &sayline.Errand{Brand: w.brand, ID: "one", Kind: sayline.ErrandVisits, State: sayline.ErrandWorking, Total: 2400}
	w.must(w.MakeErrand(w.ctx(), one))
	ends("a file", 3, 2, func(ctx context.Context) error { return w.VisitsErrand(ctx, one, many(3)) })
	if one.Fresh != 2400 || one.Done != 2400 {
		w.Errorf("the file says it brought %d, %d done", one.Fresh, one.Done)
	}
	w.must(w.UndoVisits(w.ctx(), one))
	inForce("taken back", 2)
	w.clock.Move(25 * time.Hour)
	w.must(w.Tidy(w.ctx(), w.brand))
	if n := w.visited(); n != 2400 {
		w.Errorf("a day later %d lines are kept", n)
	}
	inForce("a day later", 2)
}

func visitsAreForgotten(w *world) {
	came := func(n int64) []sayline.Visits {
		return []sayline.Visits{{Kind: "sales", Day: "2026-08-01", About: sayline.VisitsAnywhere, Hour: 9, N: n}, {Kind: "sales", Day: "2026-08-01", About: sayline.VisitsAnywhere, Hour: 10, N: n}}
	}
	var files []*sayline.Errand
	inForce := func(want ...int64) {
		w.Helper()
		list, err := w.Visits(w.ctx(), w.brand, "2026-08-01", "2026-09-01")
		w.must(err)
		var got []int64
		for _, v := range list {
			got = append(got, v.N)
		}
		same(w, "in force", got, want)
	}
	for n := range int64(6) {
		w.clock.Move(time.Second)
		e := &sayline.Errand{Brand: w.brand, ID: fmt.Sprint("file", n), Kind: sayline.ErrandVisits, State: sayline.ErrandWorking, Total: 2}
		w.must(w.MakeErrand(w.ctx(), e))
		w.must(w.VisitsErrand(w.ctx(), e, came(n)))
		files = append(files, e)
	}
	if n := w.visited(); n != 3*2 {
		w.Errorf("%d lines are kept of six files", n)
	}
	w.must(w.UndoVisits(w.ctx(), files[5]))
	w.must(w.UndoVisits(w.ctx(), files[4]))
	inForce(3, 3)
	w.clock.Move(time.Second)
	w.must(w.BringVisits(w.ctx(), w.brand, came(9)[:1]))
	if inForce(9); w.visited() != 1 {
		w.Errorf("what a system replaced is kept: %d lines", w.visited())
	}
}
