package storetest

import (
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var systemBehaviours = []behaviour{
	{"a system is known by its key until that is revoked", systemKeys},
	{"a system has the cases of its teams, and of no private lane by itself", systemScope},
	{"what a key is for is kept", systemFor},
	{"what was said is read from its newest end, and no small audience's is told of", systemReads},
	{"a request with a key is acted on once, and the key is for nothing else", systemOnce},
}

func (w *world) system(teams, lanes []string) (*store.System, string) {
	w.Helper()
	y, key := &store.System{Brand: w.brand, ID: w.id(), Name: "Stock", Teams: teams, Lanes: lanes, For: store.ForCases, MadeAt: w.clock.Now(), MadeBy: "elena"}, w.secret()
	w.must(w.MakeSystem(w.ctx(), y, key))
	return y, key
}

func systemKeys(w *world) {
	made, key := w.system([]string{"crew", "others"}, []string{"staff"})
	got, err := w.SystemByKey(w.ctx(), w.brand, key)
	w.must(err)
	same(w, "the system", *got, *made)
	for _, wrong := range [][2]string{{w.brand, w.secret()}, {"another", key}} {
		_, err = w.SystemByKey(w.ctx(), wrong[0], wrong[1])
		w.refused(err, sayline.Unsigned)
	}
	w.clock.Move(time.Second)
	for range 2 {
		w.must(w.RevokeSystem(w.ctx(), w.brand, made.ID))
	}
	_, err = w.SystemByKey(w.ctx(), w.brand, key)
	w.refused(err, sayline.Unsigned)
	w.refused(w.RevokeSystem(w.ctx(), w.brand, "no-such"), sayline.NotFound)
	list, err := w.Systems(w.ctx(), w.brand)
	w.must(err)
	if len(list) != 1 || !list[0].RevokedAt.Equal(w.clock.Now()) {
		w.Errorf("they are %s", show(list))
	}
}

func systemScope(w *world) {
	crew, others := w.say("k"), w.say("k2", func(m *sayline.Moment) { m.Decision.Team = "others" })
	private := w.say("k3", func(m *sayline.Moment) { m.Lane = "staff" })
	for _, c := range []struct {
		teams, lanes []string
		want         []string
	}{
		{nil, nil, []string{crew.Case, others.Case}},
		{[]string{"crew"}, nil, []string{crew.Case}},
		{[]string{"crew"}, []string{"staff"}, []string{crew.Case, private.Case}},
		{[]string{"nobody"}, []string{"staff"}, nil},
	} {
		y, _ := w.system(c.teams, c.lanes)
		var got []string
		for _, id := range []string{crew.Case, others.Case, private.Case} {
			if y.MayAct(w.theCase(id)) {
				got = append(got, id)
			}
		}
		same(w, "it may act on", got, c.want)
		list, err := w.Cases(w.ctx(), store.CasesQuery{Brand: w.brand, Scope: y.Scope(), Section: store.WaitingNormal, Limit: 10})
		w.must(err)
		if len(list) != len(c.want) {
			w.Errorf("it is shown %d cases, may act on %d", len(list), len(c.want))
		}
	}
}

func systemOnce(w *world) {
	m := w.say("k")
	a := w.act(m.Case, store.BySystem+"Stock")
	a.Way, a.Once = "api", store.Once{Key: w.secret(), Digest: "one"}
	for range 3 {
		w.must(w.AddMessage(w.ctx(), a, &sayline.Message{ID: w.id(), Direction: sayline.Reply, Text: "in tomorrow"}))
	}
	if got := w.messagesTo(m); len(got) != 1 || got[0].By != "system:Stock" {
		w.Errorf("the author reads %s", show(got))
	}
	a.Once.Digest = "two"
	w.refused(w.Resolve(w.ctx(), a, "done"), sayline.AtFault)
	a.Once.Key = w.secret()
	w.refused(w.Acknowledge(w.ctx(), a, 7), sayline.Conflict) // what is refused claims nothing
	w.must(w.Acknowledge(w.ctx(), a, 1))
	if c := w.theCase(m.Case); c.State != sayline.CaseAcknowledged || c.Owner != "system:Stock" {
		w.Errorf("the case is %s", show(c))
	}
}

func systemFor(w *world) {
	for _, scope := range append(store.SystemScopes, "") {
		y, key := &store.System{Brand: w.brand, ID: w.id(), Name: "Lake", For: scope, MadeAt: w.clock.Now(), MadeBy: "elena"}, w.secret()
		w.must(w.MakeSystem(w.ctx(), y, key))
		got, err := w.SystemByKey(w.ctx(), w.brand, key)
		w.must(err)
		if got.MayWork() != (scope != store.ForRead) || got.MayRead() != (scope == store.ForRead || scope == store.ForAll) {
			w.Errorf("a key for %q works: %t, reads: %t", scope, got.MayWork(), got.MayRead())
		}
	}
}

func systemReads(w *world) {
	var said []string
	for range 5 {
		w.clock.Move(time.Second)
		said = append(said, w.say("k", feeling(2)).ID)
	}
	private := w.say("k2", func(m *sayline.Moment) { m.Lane = "staff" })
	employee := w.say("k3", func(m *sayline.Moment) { m.Audience, m.Guarded = "employee", true })
	q := store.SaidQuery{Brand: w.brand, Part: store.Part{Guarded: []string{"employee"}}, Limit: 2}
	var got []string
	for {
		list, err := w.SaidBefore(w.ctx(), q)
		w.must(err)
		if len(list) == 0 {
			break
		}
		for _, m := range list {
			got = append(got, m.ID)
		}
		q.After = got[len(got)-1]
	}
	slices.Reverse(said)
	same(w, "what was said, the newest first", got, said)
	q.After, q.Lanes, q.Limit = "", []string{"staff"}, 9
	list, err := w.SaidBefore(w.ctx(), q)
	w.must(err)
	if len(list) != 6 || !slices.ContainsFunc(list, func(m *sayline.Moment) bool { return m.ID == private.ID }) {
		w.Errorf("with its lane there are %d", len(list))
	}
	cases, err := w.GuardedCases(w.ctx(), w.brand, nil, []string{employee.Case, private.Case})
	w.must(err)
	same(w, "the cases with a small audience in them", cases, map[string]bool{employee.Case: true})
	for _, m := range []*sayline.Moment{employee, private} {
		w.must(w.Withdraw(w.ctx(), w.brand, m.Receipt))
	}
	gone, err := w.GuardedGone(w.ctx(), w.brand, []string{employee.ID, private.ID})
	w.must(err)
	cases, err = w.GuardedCases(w.ctx(), w.brand, nil, []string{employee.Case, private.Case})
	w.must(err)
	same(w, "the cases with a small audience in them, erased", cases, map[string]bool{employee.Case: true})
	same(w, "of those gone, the small audience's", gone, map[string]bool{employee.ID: true})
}
