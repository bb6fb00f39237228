package storetest

import (
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var wantedBehaviours = []behaviour{
	{"what is wanted is counted by product and place, without private lanes", wanted},
}

func wanted(w *world) {
	ask := func(product, place string, edit ...func(*sayline.Moment)) *sayline.Moment {
		w.clock.Move(time.Second)
		return w.say("k"+product+place, append([]func(*sayline.Moment){func(m *sayline.Moment) {
			m.Context.Product, m.Context.Place = product, place
		}}, edit...)...)
	}
	ask("lemon", "madrid")
	w.clock.Move(time.Hour)
	since := w.clock.Now()
	taken := ask("lemon", "madrid")
	for range 2 {
		ask("lemon", "madrid")
		ask("cola", "madrid")
	}
	last := ask("lemon", "sevilla", urgency(sayline.None))
	ask("", "madrid")
	ask("lemon", "madrid", func(m *sayline.Moment) { m.Lane, m.Decision.GroupKey = "staff", "private" })
	ask("lemon", "madrid", func(m *sayline.Moment) { m.Topic = "damaged" })
	w.must(w.Withdraw(w.ctx(), w.brand, taken.Receipt))
	got, err := w.WantedSince(w.ctx(), w.brand, []string{"cant-find-it", "other"}, since)
	w.must(err)
	if len(got) != 3 || got[0].Times != 2 || got[1].Times != 2 || got[0].Place != "madrid" || got[0].Product == got[1].Product || got[0].Team != "crew" {
		w.Fatalf("wanted is %s", show(got))
	}
	same(w, "the last", got[2], store.Wanted{Product: "lemon", Place: "sevilla", Team: "crew", Times: 1, Last: last.ReceivedAt})
	all, err := w.WantedSince(w.ctx(), w.brand, []string{"cant-find-it"}, since.Add(-2*time.Hour))
	w.must(err)
	if all[0].Product != "lemon" || all[0].Times != 3 {
		w.Errorf("from the beginning it is %s", show(all))
	}
	toldWhenBack(w, last, since)
	if none, err := w.WantedSince(w.ctx(), w.brand, nil, since); err != nil || len(none) != 0 {
		w.Errorf("without topics it is %s (%v)", show(none), err)
	}
}

// toldWhenBack: who asked to be told is counted once, by any number of browsers,
// until an answer has told them.
func toldWhenBack(w *world, m *sayline.Moment, since time.Time) {
	w.Helper()
	waiting := func(want int) {
		w.Helper()
		list, err := w.WantedSince(w.ctx(), w.brand, []string{"cant-find-it"}, since)
		w.must(err)
		for _, x := range list {
			if at := x.Place == m.Context.Place; at && x.Waiting != want || !at && x.Waiting != 0 {
				w.Errorf("%d want to be told: %s", want, show(list))
			}
		}
	}
	for _, id := range []string{"phone", "tablet"} {
		w.must(w.askToBeTold(m, id))
	}
	waiting(1)
	w.must(w.authorSays(m, "please", "")) // a bare tap is nobody's work until there are words
	w.reply(w.moment(m.ID).Case, m.ID, "back on the shelf")
	list, says := w.tellings()
	if len(list) != 2 {
		w.Fatalf("to be told: %s", says)
	}
	waiting(1)
	for _, t := range list {
		w.told(t)
	}
	waiting(0)
	if ways, err := w.Tellings(w.ctx(), w.brand, m.ID); err != nil || len(ways) != 2 || ways[0].ID != "phone" || ways[0].ToldAt.IsZero() || ways[0].Outcome != "accepted" {
		w.Errorf("its author is told by %s, %v", show(ways), err)
	}
}
