package storetest

import (
	"fmt"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var pastBehaviours = []behaviour{
	{"past feedback is counted on its day and found, once, and makes no work", importsThePast},
	{"a register tells nothing of small audiences: no complaint they began, though it is erased, and no joining", registersComplaints},
	{"what was said is read in its order, page by page, by those who may", readsWhatWasSaid},
}

func importsThePast(w *world) {
	day := w.clock.Now().Add(-200 * 24 * time.Hour).Truncate(time.Hour)
	row := func(key, text string, feeling int) store.Past {
		return store.Past{Key: key, Moment: &sayline.Moment{Kind: "problem", Feeling: feeling, Text: text, Topic: "cant-find-it", Audience: "customer", ReceivedAt: day, Context: sayline.Context{Touchpoint: "k7f3"}, Contact: &sayline.MomentContact{Name: "Ana"}}}
	}
	list := []store.Past{row("1", "gone again", 1), row("2", "never there", 2), row("1", "gone again", 1)}
	for i, want := range []int{2, 0} {
		if fresh, err := w.Import(w.ctx(), w.brand, "Europe/Madrid", 1000*24*time.Hour, list); err != nil || fresh != want {
			w.Fatalf("import %d: %d new, %v", i+1, fresh, err)
		}
	}
	if fresh, err := w.Import(w.ctx(), w.brand, "Europe/Madrid", 1000*24*time.Hour, append(list, row("3", "lovely", 5))); err != nil || fresh != 1 {
		w.Fatalf("a longer file: %d new, %v", fresh, err)
	}
	counted, err := w.CountsByTouchpoint(w.ctx(), store.CountsQuery{Brand: w.brand, Level: store.ByDay, From: day.Add(-48 * time.Hour), Until: day.Add(48 * time.Hour)})
	w.must(err)
	if len(counted) != 1 || counted[0].N != 3 || counted[0].Feelings[1] != 1 {
		w.Errorf("counted: %s", show(counted))
	}
	said, err := w.Said(w.ctx(), store.SaidQuery{Brand: w.brand, Limit: 10, Part: store.Part{Imported: store.ImportedOnly}})
	w.must(err)
	for _, m := range said {
		if m.Case != "" || m.Contact != nil || m.Receipt != "" || m.Context.Source != sayline.SourceImport || m.Open(w.clock.Now()) || !m.OccurredAt.Equal(day) {
			w.Errorf("imported as %s", show(m))
		}
	}
	if none, err := w.Said(w.ctx(), store.SaidQuery{Brand: w.brand, Limit: 10, Part: store.Part{Imported: store.ImportedNot}}); err != nil || len(none) != 0 || len(said) != 3 {
		w.Errorf("%d imported, %d not, %v", len(said), len(none), err)
	}
}

func registersComplaints(w *world) {
	colleague := func(m *sayline.Moment) { m.Audience = "employee" }
	began, customer := w.say("a", colleague), w.say("b")
	w.clock.Move(time.Second)
	w.say("a", words("me too"))
	joined := w.say("b", colleague)
	w.say("b", func(m *sayline.Moment) { m.Audience, m.Guarded = "press", true })
	register := func() (list []string) {
		w.must(w.EachComplaint(w.ctx(), w.brand, []string{"press"}, w.clock.Now().Add(-time.Hour), w.clock.Now().Add(time.Hour), func(lot []store.Complaint) error {
			for _, c := range lot {
				if c.Audience != "employee" {
					list = append(list, fmt.Sprint(c.ID, " ×", c.Said))
				}
			}
			return nil
		}))
		return list
	}
	once := []string{customer.Case + " ×1"}
	same(w, "the register", register(), once)
	w.must(w.Withdraw(w.ctx(), w.brand, began.Receipt))
	w.must(w.Withdraw(w.ctx(), w.brand, joined.Receipt))
	same(w, "once they took it back", register(), once)
	w.say("b")
	same(w, "a customer more", register(), []string{customer.Case + " ×2"})
}

func readsWhatWasSaid(w *world) {
	at := func(m *sayline.Moment) { m.Context.Touchpoint = "k7f3" }
	one := w.say("a", at, words("first"))
	w.clock.Move(time.Second)
	private := w.say("b", at, words("hidden"), func(m *sayline.Moment) { m.Lane, m.Decision.GroupKey = "staff", "private" })
	w.clock.Move(time.Second)
	two := w.say("c", at, words("second"), func(m *sayline.Moment) { m.Feeling = 5 })
	w.clock.Move(time.Second)
	w.say("d", words("elsewhere"), func(m *sayline.Moment) { m.Context.Touchpoint = "other" })
	q := store.SaidQuery{Brand: w.brand, Part: store.Part{Touchpoints: []string{"k7f3"}}, Limit: 1}
	var got []string
	for range 5 {
		list, err := w.Said(w.ctx(), q)
		w.must(err)
		for _, m := range list {
			got, q.After = append(got, m.ID), m.ID
		}
	}
	same(w, "in order", got, []string{one.ID, two.ID})
	all, err := w.Said(w.ctx(), store.SaidQuery{Brand: w.brand, Lanes: []string{"staff"}, Part: store.Part{Touchpoints: []string{"k7f3"}}, Limit: 9})
	w.must(err)
	if len(all) != 3 || all[0].ID != private.ID && all[1].ID != private.ID {
		w.Errorf("with a lane: %d", len(all))
	}
	late, err := w.Said(w.ctx(), store.SaidQuery{Brand: w.brand, From: two.ReceivedAt, Until: two.ReceivedAt.Add(time.Millisecond), Limit: 9, Part: store.Part{Feelings: []int{5}}})
	w.must(err)
	if len(late) != 1 || late[0].ID != two.ID {
		w.Errorf("between two times: %s", show(late))
	}
}
