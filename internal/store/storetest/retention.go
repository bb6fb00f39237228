package storetest

import (
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var retentionBehaviours = []behaviour{
	{"what was kept as long as promised goes, its counts stay", retains},
	{"what is only needed for a while goes", tidies},
}

const day = 24 * time.Hour

func retains(old *world) {
	w := old.alone()
	short := func(m *sayline.Moment) {
		m.RetainUntil = m.ReceivedAt.Add(30 * day)
		m.Class, m.Contact = sayline.Identified, &sayline.MomentContact{Email: "ana@example.com"}
	}
	gone, kept := w.say("k", short, words("gone")), w.say("k")
	w.must(w.authorSays(gone, "gone too", ""))
	counts := show([]any{w.everything("count_hour"), w.everything("count_day")})
	w.clock.Move(30 * day)
	if n, err := w.Retain(w.ctx(), w.brand, 30*day); err != nil || n != 0 {
		w.Fatalf("to the microsecond it is kept: %d, %v", n, err)
	}
	w.clock.Move(2 * time.Millisecond) // an id tells its time to the millisecond
	if n, err := w.Retain(w.ctx(), w.brand, 30*day); err != nil || n != 1 {
		w.Fatalf("%d went, %v", n, err)
	}
	_, err := w.Moment(w.ctx(), w.brand, gone.ID)
	w.refused(err, sayline.NotFound)
	w.moment(kept.ID)
	for _, table := range []string{"moment_contact", "message"} {
		if rows := w.everything(table); len(rows) != 0 {
			w.Errorf("%s still holds %v", table, rows)
		}
	}
	if got := show([]any{w.everything("count_hour"), w.everything("count_day")}); got != counts {
		w.Errorf("the counts went too:\n%s\n%s", got, counts)
	}
}

func tidies(old *world) {
	w := old.alone()
	w.hooked()
	m := w.say("k")
	w.leaseEndpoint("a")
	begin := w.clock.Now()
	w.deliver("a", 1, store.Delivery{Endpoint: "erp", Seq: 1, State: store.DeliveryDone, LastAt: begin}, store.Delivery{Endpoint: "erp", Seq: 2, State: store.DeliveryRetry, LastAt: begin})
	w.on("lucia", "madrid")
	left := func(table string) int { return len(w.everything(table)) }
	for _, s := range []struct {
		after                         time.Duration
		keys, minutes, deliveries, on int
	}{
		{47 * time.Hour, 2, 1, 2, 1}, {49 * time.Hour, 2, 0, 2, 1}, {29 * day, 2, 0, 2, 1}, {32 * day, 0, 0, 1, 1}, {92 * day, 0, 0, 1, 0},
	} {
		w.clock.Move(begin.Add(s.after).Sub(w.clock.Now()))
		w.must(w.Tidy(w.ctx(), w.brand))
		if left("idempotency") != s.keys || left("count_minute") != s.minutes || left("delivery") != s.deliveries || left("duty") != s.on {
			w.Errorf("after %s there are %d keys, %d minutes, %d deliveries, %d stretches of duty; want %+v", s.after, left("idempotency"), left("count_minute"), left("delivery"), left("duty"), s)
		}
	}
	w.must(w.Withdraw(w.ctx(), w.brand, m.Receipt))
	if rows := w.everything("count_minute"); len(rows) != 0 {
		w.Errorf("taking it back later counts minutes that are over: %v", rows)
	}
}
