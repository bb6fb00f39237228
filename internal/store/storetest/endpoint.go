package storetest

import (
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var endpointBehaviours = []behaviour{
	{"one sender at a time has an endpoint", leasesEndpoint},
	{"only the sender moves its place", movesPlace},
	{"deliveries are logged, and tried again when due", logsDeliveries},
	{"a replay sets the place back, whoever is sending", replays},
	{"an endpoint that wants no more is off until replayed", switchesOff},
	{"idle endpoints with something to send are found", findsIdle},
	{"events are found by their numbers", eventsByNumber},
}

// hooked gives the brand an endpoint, after a few events.
func (w *world) hooked() {
	w.Helper()
	w.say("k")
	c := shop(w.brand)
	c.Webhooks = []sayline.Webhook{{ID: "erp", URL: "https://erp.example/in"}}
	_, err := w.SaveConfig(w.ctx(), c, 0, "lucia")
	w.must(err)
}

func (w *world) leaseEndpoint(who string) (store.EndpointPlace, bool) {
	w.Helper()
	place, ok, err := w.LeaseEndpoint(w.ctx(), w.brand, "erp", who, w.clock.Now().Add(sayline.Lease))
	w.must(err)
	return place, ok
}

func (w *world) deliver(who string, seq int64, list ...store.Delivery) bool {
	w.Helper()
	held, err := w.SaveDeliveries(w.ctx(), w.brand, "erp", who, seq, false, list)
	w.must(err)
	return held
}

func leasesEndpoint(w *world) {
	if _, ok := w.leaseEndpoint("a"); ok {
		w.Error("an endpoint that is not there was leased")
	}
	w.hooked()
	place, ok := w.leaseEndpoint("a")
	if !ok || place.Seq != 2 || !place.OffAt.IsZero() {
		w.Fatalf("leased %v at %s: a new endpoint hears from now on", ok, show(place))
	}
	if _, ok := w.leaseEndpoint("b"); ok {
		w.Error("two senders")
	}
	if _, ok := w.leaseEndpoint("a"); !ok {
		w.Error("its own sender could not renew")
	}
	w.clock.Move(sayline.Lease)
	if _, ok := w.leaseEndpoint("b"); ok {
		w.Error("to the microsecond the lease holds")
	}
	w.clock.Move(time.Microsecond)
	if _, ok := w.leaseEndpoint("b"); !ok {
		w.Error("the lease never ends")
	}
}

func movesPlace(w *world) {
	w.hooked()
	w.leaseEndpoint("a")
	if !w.deliver("a", 3) {
		w.Error("the sender did not hold its own lease")
	}
	w.clock.Move(sayline.Lease + time.Second)
	if place, _ := w.leaseEndpoint("b"); place.Seq != 3 {
		w.Errorf("the next sender begins at %d", place.Seq)
	}
	if w.deliver("a", 9) {
		w.Error("whoever lost the lease moved the place")
	}
	if place, _ := w.leaseEndpoint("b"); place.Seq != 3 {
		w.Errorf("the place is %d", place.Seq)
	}
}

func logsDeliveries(w *world) {
	w.hooked()
	w.leaseEndpoint("a")
	now := w.clock.Now()
	first := store.Delivery{Endpoint: "erp", Seq: 1, State: store.DeliveryDone, Attempts: 1, FirstAt: now, LastAt: now, Outcome: "200", Took: 12 * time.Millisecond}
	retry := store.Delivery{Endpoint: "erp", Seq: 2, State: store.DeliveryRetry, Attempts: 1, FirstAt: now, LastAt: now, NextAt: now.Add(time.Minute), Outcome: "503", Detail: "busy"}
	later := retry
	later.Seq, later.NextAt = 3, now.Add(2*time.Minute)
	w.deliver("a", 3, first, retry, later)
	list, err := w.Deliveries(w.ctx(), w.brand, "erp", 10)
	w.must(err)
	same(w, "newest first", list, []store.Delivery{later, retry, first})
	if list, err := w.Deliveries(w.ctx(), w.brand, "erp", 1); err != nil || len(list) != 1 || list[0].Seq != 3 {
		w.Errorf("at most one: %s, %v", show(list), err)
	}
	for at, want := range map[time.Duration]int{time.Minute - time.Microsecond: 0, time.Minute: 1, 2 * time.Minute: 2} {
		if due, err := w.DueDeliveries(w.ctx(), w.brand, "erp", now.Add(at), 10); err != nil || len(due) != want || want > 0 && due[0].Seq != 2 {
			w.Errorf("after %s: %s, %v", at, show(due), err)
		}
	}
	next, err := w.NextDelivery(w.ctx(), w.brand, "erp")
	w.must(err)
	if !next.Equal(now.Add(time.Minute)) {
		w.Errorf("the next is tried at %s", next)
	}
	done := retry
	done.State, done.Attempts, done.LastAt, done.NextAt, done.Outcome, done.FirstAt = store.DeliveryDone, 2, now.Add(time.Minute), time.Time{}, "200", now.Add(time.Minute)
	w.deliver("a", 3, done)
	done.FirstAt = now // as it was first tried
	list, err = w.Deliveries(w.ctx(), w.brand, "erp", 10)
	w.must(err)
	same(w, "after the retry", list, []store.Delivery{later, done, first})
}

func replays(w *world) {
	w.refused(w.Replay(w.ctx(), w.brand, "erp", 1), sayline.NotFound)
	w.hooked()
	w.leaseEndpoint("a")
	w.must(w.Replay(w.ctx(), w.brand, "erp", 2))
	if w.deliver("a", 3) {
		w.Error("the sender that was at work undid the replay")
	}
	if place, ok := w.leaseEndpoint("b"); !ok || place.Seq != 1 {
		w.Errorf("leased %v at %s", ok, show(place))
	}
}

func switchesOff(w *world) {
	w.hooked()
	w.leaseEndpoint("a")
	_, err := w.SaveDeliveries(w.ctx(), w.brand, "erp", "a", 3, true, nil)
	w.must(err)
	if place, _ := w.leaseEndpoint("a"); !place.OffAt.Equal(w.clock.Now()) {
		w.Errorf("the place is %s", show(place))
	}
	w.must(w.Replay(w.ctx(), w.brand, "erp", 1))
	if place, _ := w.leaseEndpoint("a"); !place.OffAt.IsZero() {
		w.Errorf("after the replay it is %s", show(place))
	}
}

func findsIdle(w *world) {
	w.hooked()
	idle := func() bool {
		list, err := w.IdleEndpoints(w.ctx(), w.clock.Now())
		w.must(err)
		return slices.Contains(list, store.EndpointRef{Brand: w.brand, Endpoint: "erp"})
	}
	if !idle() {
		w.Error("an endpoint that is behind was not found")
	}
	w.leaseEndpoint("a")
	if idle() {
		w.Error("one with a sender was found idle")
	}
	last, err := w.LastEvent(w.ctx(), w.brand)
	w.must(err)
	w.deliver("a", last)
	w.clock.Move(sayline.Lease + time.Second)
	if idle() {
		w.Error("one with nothing to send was found")
	}
	w.leaseEndpoint("a")
	w.deliver("a", last, store.Delivery{Endpoint: "erp", Seq: 1, State: store.DeliveryRetry, NextAt: w.clock.Now().Add(time.Minute)})
	w.clock.Move(time.Minute - time.Second)
	if idle() {
		w.Error("one whose retry is not due was found")
	}
	w.clock.Move(time.Second)
	if !idle() {
		w.Error("one with a retry due was not found")
	}
}

func eventsByNumber(w *world) {
	for range 40 {
		w.say("k")
	}
	all := w.events()
	for _, n := range []int{0, 1, 7, 8, 9, 41} {
		var seqs []int64
		for _, e := range all[:n] {
			seqs = append(seqs, e.Seq)
		}
		got, err := w.EventsAt(w.ctx(), w.brand, append(seqs, 1_000_000))
		w.must(err)
		slices.SortFunc(got, func(a, b sayline.Event) int { return int(a.Seq - b.Seq) })
		got = slices.CompactFunc(got, func(a, b sayline.Event) bool { return a == b })
		same(w, "events", append([]sayline.Event{}, got...), append([]sayline.Event{}, all[:n]...))
	}
}
