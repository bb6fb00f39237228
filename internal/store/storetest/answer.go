package storetest

import (
	"log/slog"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var answerBehaviours = []behaviour{
	{"asking for more is no answer, and what the author sends then is taken", asksForMore},
	{"what was asked for is before who asked when it comes", askedComesBack},
	{"a reply's photo is its author's, and goes with it", replyMedia},
	{"a photo for all goes with the last of its case", replyMediaToAll},
	{"who is named in a note is told, whoever is on it", mentions},
	{"who has a case open is known until they leave or are silent", presence},
	{"a ready answer is its person's, or everybody's", keepsReady},
	{"an identified speaker's other moments are those of the same proof or address", earlier},
	{"promises are made anew in the hours they count in", promisesAnew},
}

func asksForMore(w *world) {
	m := w.say("", sealed, words("it broke"))
	w.clock.Move(time.Minute)
	w.must(w.AddMessage(w.ctx(), w.act(m.Case, "lucia"), &sayline.Message{ID: w.id(), Moment: m.ID, Direction: sayline.Reply, Text: "Which shelf?", Asks: true}))
	c := w.theCase(m.Case)
	if c.State != sayline.CaseAcknowledged || !c.AnsweredAt.IsZero() || !c.AckDeadline.IsZero() {
		w.Errorf("asked, the case is %s", show(c))
	}
	if list := w.messagesTo(m); len(list) != 1 || !list[0].Asks {
		w.Errorf("its author reads %s", show(list))
	}
	if err := w.TakesMedia(w.ctx(), w.brand, m.Receipt); err != nil {
		w.Errorf("after the question no photo is taken: %v", err)
	}
	lines, err := w.History(w.ctx(), w.brand, m.ID)
	w.must(err)
	if len(lines) != 1 || lines[0].Status != sayline.StatusNeedsInfo {
		w.Errorf("the author's history is %s", show(lines))
	}
}

func askedComesBack(w *world) {
	m := w.say("", sealed, words("it broke"))
	w.must(w.AddMessage(w.ctx(), w.act(m.Case, "lucia"), &sayline.Message{ID: w.id(), Direction: sayline.Reply, Text: "Which shelf?", Asks: true}))
	w.clock.Move(time.Hour)
	w.must(w.authorSays(m, "the third", ""))
	if c := w.theCase(m.Case); c.State != sayline.CaseAcknowledged || !c.AckDeadline.After(w.clock.Now()) {
		w.Errorf("answered, the case is %s: nobody has to look", show(c))
	}
	other := w.say("", sealed, words("and mine"))
	w.reply(other.Case, "", "Fixed.")
	w.must(w.authorSays(other, "thanks", ""))
	if c := w.theCase(other.Case); !c.AckDeadline.IsZero() {
		w.Errorf("thanks makes work: %s", show(c))
	}
}

// withPhoto writes a reply that shows a photo.
func (w *world) withPhoto(caseID, moment string) *sayline.Message {
	w.Helper()
	m := &sayline.Message{ID: w.id(), Moment: moment, Direction: sayline.Reply, Text: "Look", Shows: true}
	x := []sayline.Media{{ID: w.id(), Kind: sayline.Photo, Type: "image/jpeg", Bytes: 9, Digest: "d"}}
	planned := w.plan(x)
	w.must(w.Write(w.ctx(), w.act(caseID, "lucia"), store.Written{Message: m, Media: x, Planned: planned}))
	return m
}

func replyMedia(w *world) {
	m, other := w.say("k"), w.say("k")
	reply := w.withPhoto(m.Case, m.ID)
	found, err := w.MediaOfMessages(w.ctx(), w.brand, []string{reply.ID, "other"})
	w.must(err)
	if len(found) != 1 || len(found[reply.ID]) != 1 || found[reply.ID][0].State != sayline.MediaRaw {
		w.Fatalf("the reply shows %s", show(found))
	}
	x, of, err := w.ReplyMedia(w.ctx(), w.brand, found[reply.ID][0].ID)
	w.must(err)
	if of.ID != reply.ID || of.Moment != m.ID || x.Message != reply.ID {
		w.Errorf("it belongs to %s", show(of))
	}
	for _, of := range []string{m.ID, other.ID} {
		if list, err := w.MediaOf(w.ctx(), w.brand, of); err != nil || len(list) > 0 {
			w.Errorf("it counts as %q's own: %s (%v)", of, show(list), err)
		}
	}
	jobs, err := w.LeaseMedia(w.ctx(), store.JobClean, 100)
	w.must(err)
	i := slices.IndexFunc(jobs, func(j store.MediaJob) bool { return j.ID == x.ID })
	if i < 0 {
		w.Fatal("nobody cleans it")
	}
	rep := store.MediaReport{MediaJob: jobs[i]}
	rep.State = sayline.MediaClean
	gone, err := w.ReportMedia(w.ctx(), rep)
	if w.must(err); gone {
		w.Error("once clean it is not wanted")
	}
	events := w.events()
	if last := events[len(events)-1]; last.Type != sayline.EventMediaReady || last.Moment != m.ID || last.Case != m.Case {
		w.Errorf("told of it is %s", show(last))
	}
	w.must(w.Withdraw(w.ctx(), w.brand, m.Receipt))
	_, _, err = w.ReplyMedia(w.ctx(), w.brand, x.ID)
	w.refused(err, sayline.NotFound)
	if rows := w.everything("media_erase"); !slices.ContainsFunc(rows, func(r row) bool { return r.text("media_id") == x.ID }) {
		w.Error("its files are not to be deleted")
	}
}

func replyMediaToAll(w *world) {
	m := w.say("k")
	reply := w.withPhoto(m.Case, "")
	w.must(w.Withdraw(w.ctx(), w.brand, m.Receipt))
	if found, err := w.MediaOfMessages(w.ctx(), w.brand, []string{reply.ID}); err != nil || len(found) > 0 {
		w.Errorf("it stays: %s (%v)", show(found), err)
	}
}

func mentions(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.acknowledge(m.Case, "lucia")
	note := &sayline.Message{ID: w.id(), Direction: sayline.Note, Text: "@Ana, do you have the key?"}
	w.must(w.Write(w.ctx(), w.act(m.Case, "lucia"), store.Written{Message: note, Mentions: []string{"ana"},
		Pages: []sayline.Page{{ID: w.id(), Person: "ana", Channel: sayline.ByDesk}, {ID: w.id(), Person: "ana", Channel: sayline.ByEmail, Address: "ana@sparkle.example"}}}))
	if got, err := w.LastMention(w.ctx(), w.brand, m.Case, "ana"); err != nil || got.ID != note.ID || got.By != "lucia" {
		w.Errorf("the note that names her is %s (%v)", show(got), err)
	}
	_, err := w.LastMention(w.ctx(), w.brand, m.Case, "marco")
	w.refused(err, sayline.NotFound)
	named, err := w.Mentions(w.ctx(), w.brand, m.Case)
	if w.must(err); len(named) != 1 || !slices.Equal(named[note.ID], []string{"ana"}) {
		w.Errorf("named are %v", named)
	}
	w.acknowledge(m.Case, "marco")
	pages, err := w.PagesOf(w.ctx(), w.brand, m.Case)
	w.must(err)
	for _, p := range pages {
		if p.Role == sayline.ForMention && p.State == sayline.PageCancelled {
			w.Errorf("somebody is on it, and she is not told: %s", show(p))
		}
	}
	if len(pages) != 2 {
		w.Errorf("she is told by %s", show(pages))
	}
	w.must(w.Withdraw(w.ctx(), w.brand, m.Receipt))
	if named, err := w.Mentions(w.ctx(), w.brand, m.Case); err != nil || len(named) > 0 {
		w.Errorf("with the case gone %v are still named (%v)", named, err)
	}
}

func presence(w *world) {
	m := w.say("k")
	here := func(want ...store.Present) {
		w.Helper()
		got, err := w.WhoIsHere(w.ctx(), w.brand, m.Case)
		if w.must(err); !slices.Equal(got, want) {
			w.Errorf("there are %v, want %v", got, want)
		}
	}
	beat := map[string]int64{}
	next := func(page string) store.Beat {
		beat[page]++
		return store.Beat{Page: page, N: beat[page]}
	}
	does := func(person, page string, writing bool) {
		w.Helper()
		w.must(w.Here(w.ctx(), w.brand, m.Case, person, next(page), writing))
	}
	ana, ben := store.Present{Person: "ana"}, store.Present{Person: "ben"}
	writes := store.Present{Person: "ben", Writing: true}
	here()
	does("ana", "a", false)
	does("ben", "b", true)
	here(writes, ana)
	late := next("b")
	does("ben", "b", true)
	w.must(w.Here(w.ctx(), w.brand, m.Case, "ben", late, false))
	here(writes, ana) // the older one came later, and is none the newer
	does("ben", "phone", false)
	here(writes, ana)
	does("ben", "b", false)
	here(ana, ben)
	late = next("b")
	w.must(w.Left(w.ctx(), w.brand, m.Case, "ben", next("b")))
	here(ana, ben) // the phone has it open still
	w.must(w.Left(w.ctx(), w.brand, m.Case, "ben", next("phone")))
	w.must(w.Here(w.ctx(), w.brand, m.Case, "ben", late, true))
	here(ana)
	w.clock.Move(store.PresentFor + time.Second)
	here()
	w.must(w.Left(w.ctx(), w.brand, m.Case, "ben", next("b")))
	w.clock.Move(store.PresentFor + time.Second)
	w.must(w.Tidy(w.ctx(), w.brand))
	if rows := w.everything("presence"); len(rows) != 0 {
		w.Errorf("what is over is kept: %v", rows)
	}
}

func keepsReady(w *world) {
	mine := sayline.KeptAnswer{Brand: w.brand, ID: w.id(), Person: "ana", Topic: "cant-find-it", Lang: "en", Text: "Back tomorrow, {name}."}
	shared := sayline.KeptAnswer{Brand: w.brand, ID: w.id(), Person: "ben", Shared: true, Text: "Thank you."}
	hidden := sayline.KeptAnswer{Brand: w.brand, ID: w.id(), Person: "ben", Text: "Hm."}
	for _, r := range []sayline.KeptAnswer{mine, shared, hidden} {
		w.must(w.KeepReady(w.ctx(), r))
	}
	list, err := w.ReadyFor(w.ctx(), w.brand, "ana")
	w.must(err)
	if len(list) != 2 || !slices.Contains(list, mine) || !slices.Contains(list, shared) {
		w.Errorf("she has %s", show(list))
	}
	w.refused(w.DropReady(w.ctx(), w.brand, shared.ID, "ana"), sayline.NotFound)
	w.must(w.DropReady(w.ctx(), w.brand, mine.ID, "ana"))
	if list, err := w.ReadyFor(w.ctx(), w.brand, "ana"); err != nil || len(list) != 1 {
		w.Errorf("without it she has %s (%v)", show(list), err)
	}
}

func earlier(w *world) {
	contact := func(c sayline.MomentContact) func(*sayline.Moment) {
		return func(m *sayline.Moment) { m.Class, m.Contact = sayline.Identified, &c }
	}
	proved := sayline.MomentContact{Name: "Ana", Proved: &sayline.Proved{By: "app", Member: "77", Tier: "gold"}}
	said := func(edit ...func(*sayline.Moment)) *sayline.Moment {
		w.clock.Move(time.Minute)
		return w.say("", edit...)
	}
	first := said(contact(proved))
	said() // nobody
	byMail := said(contact(sayline.MomentContact{Email: "Ana@Example.com"}))
	said(contact(sayline.MomentContact{Member: "77"})) // said, not proved
	private := said(contact(proved), func(m *sayline.Moment) { m.Lane = "people" })
	second := said(contact(proved))
	mailAgain := said(contact(sayline.MomentContact{Email: "ana@example.com ", Phone: "1"}))
	ids := func(m *sayline.Moment) (list []string) {
		w.Helper()
		found, err := w.Earlier(w.ctx(), m, 5)
		w.must(err)
		for _, x := range found {
			list = append(list, x.ID)
		}
		return list
	}
	for _, tt := range []struct {
		m    *sayline.Moment
		want []string
	}{{second, []string{first.ID}}, {mailAgain, []string{byMail.ID}}, {first, nil}, {private, nil}, {said(contact(sayline.MomentContact{Phone: "1"})), nil}, {said(), nil}} {
		if got := ids(tt.m); !slices.Equal(got, tt.want) {
			w.Errorf("before %s they said %v, want %v", show(tt.m.Contact), got, tt.want)
		}
	}
	w.must(w.Withdraw(w.ctx(), w.brand, first.Receipt))
	if got := ids(second); len(got) != 0 {
		w.Errorf("what was taken back is still told: %v", got)
	}
	late := w.say("", contact(proved))
	w.must(w.amend(late, func(m *sayline.Moment) { m.Text = "and more" }))
	if got := ids(late); !slices.Equal(got, []string{second.ID}) {
		w.Errorf("after a change they said %v before", got)
	}
}

// promisesAnew: a case that opens again is promised as its moment's brand counts.
func promisesAnew(old *world) {
	w := old.alone()
	s, err := store.Open(w.ctx(), store.Options{Database: w.house.fresh(w.T), Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
		Promise: func(m *sayline.Moment, from time.Time) (look, answer time.Time) {
			return from.Add(m.Decision.Within + time.Hour), from.Add(m.Decision.Answer + 2*time.Hour)
		}})
	w.must(err)
	w.T.Cleanup(func() { s.Close() })
	w.house = &house{Store: s, url: w.house.url, clock: w.house.clock, plain: w.house.plain, fresh: w.house.fresh}
	m := w.say("k")
	w.resolve(m.Case)
	w.clock.Move(time.Minute)
	w.must(w.authorSays(m, "", "no"))
	if c := w.theCase(m.Case); !c.AckBy.Equal(w.clock.Now().Add(15*time.Minute+time.Hour)) || !c.AnswerBy.Equal(w.clock.Now().Add(26*time.Hour)) {
		w.Errorf("opened again it promises %s and %s at %s", c.AckBy, c.AnswerBy, w.clock.Now())
	}
}
