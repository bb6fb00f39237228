package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var publishedBehaviours = []behaviour{
	{"only what its author agreed to have shown is published, and nothing private or of insiders", publishesWhatMayBe},
	{"what is published tells how far its case is, and the latest reply to all of it", publishesWhatCameOfIt},
	{"published moments are found by time, topic, state and id, page by page", findsPublished},
}

func shown(m *sayline.Moment) { m.Publish, m.SealedAt = true, m.ReceivedAt }

// published asks for everything of the brand that may be told, changed by edits.
func (w *world) published(edit ...func(*store.PublishedQuery)) []store.Published {
	w.Helper()
	q := store.PublishedQuery{
		Brand: w.brand, Topics: []string{"cant-find-it", "out-of-stock"}, NotAt: []string{"staff-room"}, NotBy: []string{"employee"},
		From: w.clock.Now().Add(-24 * time.Hour), Until: w.clock.Now().Add(time.Minute), Limit: 100,
	}
	for _, e := range edit {
		e(&q)
	}
	list, err := w.Published(w.ctx(), q)
	w.must(err)
	return list
}

func texts(list []store.Published) string {
	var all []string
	for _, p := range list {
		all = append(all, p.Moment.Text)
	}
	return strings.Join(all, " ")
}

func publishesWhatMayBe(w *world) {
	yes := w.say("", shown, words("yes"), func(m *sayline.Moment) {
		m.Class, m.Contact = sayline.Identified, &sayline.MomentContact{Name: "Ana", Email: "ana@mail.example"}
	})
	for name, edit := range map[string]func(*sayline.Moment){
		"unasked": func(m *sayline.Moment) { m.Publish = false }, "lane": func(m *sayline.Moment) { m.Lane = "in-confidence" },
		"topic": func(m *sayline.Moment) { m.Topic = "about-a-person" }, "at": func(m *sayline.Moment) { m.Context.Touchpoint = "staff-room" },
		"by": func(m *sayline.Moment) { m.Audience = "employee" },
	} {
		m := w.say("", shown, words(name), edit)
		if got := w.published(func(q *store.PublishedQuery) { q.IDs = []string{m.ID} }); len(got) != 0 {
			w.Errorf("asked for by its id, %s is published", name)
		}
	}
	got := w.published()
	if texts(got) != "yes" || got[0].Moment.ID != yes.ID {
		w.Fatalf("published: %q", texts(got))
	}
	if got[0].Moment.Contact != nil {
		w.Error("the contact came along")
	}
	if list := w.published(func(q *store.PublishedQuery) { q.Topics = nil }); len(list) != 0 {
		w.Errorf("without a topic %d are found", len(list))
	}
	if list := w.published(func(q *store.PublishedQuery) { q.Brand += "-other" }); len(list) != 0 {
		w.Errorf("another brand has %d", len(list))
	}
}

func publishesWhatCameOfIt(w *world) {
	one := func(id string) store.Published {
		w.Helper()
		list := w.published(func(q *store.PublishedQuery) { q.IDs = []string{id} })
		if len(list) != 1 {
			w.Fatalf("%d are found", len(list))
		}
		return list[0]
	}
	nobodys := w.say("", shown, urgency(sayline.None))
	if p := one(nobodys.ID); p.Open || !p.ResolvedAt.IsZero() || p.Reply != "" {
		w.Errorf("nobody's work: %+v", p)
	}
	m := w.say("shelf", shown)
	if p := one(m.ID); !p.Open || p.Reply != "" {
		w.Errorf("new: %+v", p)
	}
	w.reply(m.Case, m.ID, "to you alone")
	if p := one(m.ID); !p.Open || p.Reply != "" {
		w.Errorf("a reply to one author is told: %+v", p)
	}
	w.reply(m.Case, "", "first")
	w.clock.Move(time.Second)
	last := w.reply(m.Case, "", "tomorrow at 8")
	note := &sayline.Message{ID: w.id(), Direction: sayline.Note, Text: "again that supplier"}
	w.must(w.AddMessage(w.ctx(), w.act(m.Case, "lucia"), note))
	if p := one(m.ID); !p.Open || p.Reply != "tomorrow at 8" || !p.RepliedAt.Equal(last.At) {
		w.Errorf("answered: %+v", p)
	}
	w.resolve(m.Case)
	if p := one(m.ID); p.Open || p.ResolvedAt.IsZero() || p.Reply != "tomorrow at 8" {
		w.Errorf("resolved: %+v", p)
	}
	w.clock.Move(time.Minute)
	again := w.say("shelf", shown)
	if again.Case != m.Case || again.Episode == m.Episode {
		w.Fatalf("not the same case again: %+v", again)
	}
	if p := one(again.ID); !p.Open || p.Reply != "" {
		w.Errorf("what was said before it joined is told: %+v", p)
	}
	if p := one(m.ID); !p.Open || !p.ResolvedAt.IsZero() {
		w.Errorf("open again: %+v", p)
	}
}

func findsPublished(w *world) {
	start := w.clock.Now()
	var ids []string
	for i := range 5 {
		m := w.say(fmt.Sprint("key", i), shown, words(fmt.Sprint(i)), func(m *sayline.Moment) {
			if i%2 == 1 {
				m.Topic = "out-of-stock"
			}
		})
		ids = append(ids, m.ID)
		if i == 0 {
			w.resolve(m.Case)
		}
		w.clock.Move(time.Minute)
	}
	for want, edit := range map[string]func(*store.PublishedQuery){
		"4 3 2 1 0": func(*store.PublishedQuery) {},
		"4 3":       func(q *store.PublishedQuery) { q.Limit = 2 },
		"2 1":       func(q *store.PublishedQuery) { q.Skip, q.Limit = 2, 2 },
		"3 1":       func(q *store.PublishedQuery) { q.Topics = []string{"out-of-stock"} },
		"0":         func(q *store.PublishedQuery) { q.State = "closed" },
		"4 3 2 1":   func(q *store.PublishedQuery) { q.State = "open" },
		"2":         func(q *store.PublishedQuery) { q.From, q.Until = start.Add(2*time.Minute), start.Add(3*time.Minute) },
		"":          func(q *store.PublishedQuery) { q.From, q.Until = time.Time{}, start },
		"4 1": func(q *store.PublishedQuery) {
			q.IDs, q.From, q.Until = []string{ids[1], ids[4], w.id()}, time.Time{}, time.Time{}
		},
	} {
		if got := texts(w.published(edit)); got != want {
			w.Errorf("found %q, want %q", got, want)
		}
	}
	if !slices.IsSorted(ids) {
		w.Error("ids are not in the order of their times")
	}
}
