package storetest

import (
	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var relayBehaviours = []behaviour{
	{"a relay is known by its key, in its brand, until the key is revoked", relayByKey},
	{"a relay's callback is an endpoint that hears from now on, until the key is revoked", relayCallback},
	{"what relays handed in is found by its case, and never in a private lane", relayed},
}

func relayByKey(w *world) {
	first := &store.RelayKey{Brand: w.brand, ID: "r1", Name: "WhatsApp desk", MadeAt: w.clock.Now(), MadeBy: "ana"}
	second := &store.RelayKey{Brand: w.brand, ID: "r2", Name: "Call centre", MadeAt: w.clock.Now(), MadeBy: "ana"}
	w.must(w.MakeRelay(w.ctx(), first, "hash-1"))
	w.must(w.MakeRelay(w.ctx(), second, "hash-2"))
	if got, err := w.RelayByKey(w.ctx(), w.brand, "hash-1"); err != nil || got.Name != first.Name || got.ID != "r1" || !got.RevokedAt.IsZero() {
		w.Errorf("%+v, %v", got, err)
	}
	for _, wrong := range [][2]string{{w.brand, "hash-3"}, {w.brand, ""}, {w.brand + "-other", "hash-1"}} {
		_, err := w.RelayByKey(w.ctx(), wrong[0], wrong[1])
		w.refused(err, sayline.Unsigned)
	}
	w.must(w.RevokeRelay(w.ctx(), w.brand, "r1"))
	w.must(w.RevokeRelay(w.ctx(), w.brand, "r1"))
	w.refused(w.RevokeRelay(w.ctx(), w.brand, "r9"), sayline.NotFound)
	_, err := w.RelayByKey(w.ctx(), w.brand, "hash-1")
	w.refused(err, sayline.Unsigned)
	list, err := w.Relays(w.ctx(), w.brand)
	w.must(err)
	revoked := 0
	for _, r := range list {
		if !r.RevokedAt.IsZero() {
			revoked++
		}
	}
	if len(list) != 2 || revoked != 1 {
		w.Errorf("%d relays, %d revoked", len(list), revoked)
	}
}

func relayCallback(w *world) {
	w.say("k")
	called := &store.RelayKey{Brand: w.brand, ID: "r1", Name: "WhatsApp desk", MadeAt: w.clock.Now(), MadeBy: "ana", Callback: "https://desk.example/sayline"}
	w.must(w.MakeRelay(w.ctx(), called, "hash-1"))
	w.must(w.MakeRelay(w.ctx(), &store.RelayKey{Brand: w.brand, ID: "r2", Name: "Call centre", MadeAt: w.clock.Now(), MadeBy: "ana"}, "hash-2"))
	mine := func() (list []*store.RelayKey) {
		all, err := w.Callbacks(w.ctx())
		w.must(err)
		for _, r := range all {
			if r.Brand == w.brand {
				list = append(list, r)
			}
		}
		return list
	}
	if list := mine(); len(list) != 1 || list[0].ID != "r1" || list[0].Callback != called.Callback {
		w.Errorf("called are %+v", list)
	}
	last, err := w.LastEvent(w.ctx(), w.brand)
	w.must(err)
	if at, err := w.EndpointPlace(w.ctx(), w.brand, called.Endpoint()); err != nil || at.Seq != last || last == 0 || !at.OffAt.IsZero() {
		w.Errorf("it stands at %+v of %d, %v", at, last, err)
	}
	w.must(w.RevokeRelay(w.ctx(), w.brand, "r1"))
	if at, err := w.EndpointPlace(w.ctx(), w.brand, called.Endpoint()); err != nil || at.OffAt.IsZero() || len(mine()) != 0 {
		w.Errorf("revoked, it stands at %+v, %v", at, err)
	}
}

func relayed(w *world) {
	through := func(relay string) func(*sayline.Moment) {
		return func(m *sayline.Moment) { m.Context.Source, m.Context.Relay = "relay", relay }
	}
	first, second, direct := w.say("k", through("r1")), w.say("k", through("r2")), w.say("k")
	private := w.say("p", through("r1"), func(m *sayline.Moment) { m.Lane = "people" })
	w.must(w.amend(first, func(m *sayline.Moment) { m.Text = "and more" }))
	found, err := w.Relayed(w.ctx(), w.brand, []string{first.Case, second.Case, direct.Case, private.Case})
	w.must(err)
	ids := map[string]string{}
	for id, list := range found {
		for _, m := range list {
			if m.Case != id {
				w.Errorf("%s stands under %s", m.ID, id)
			}
			ids[m.ID] = m.Context.Relay
		}
	}
	if len(ids) != 2 || ids[first.ID] != "r1" || ids[second.ID] != "r2" {
		w.Errorf("found %v", ids)
	}
}
