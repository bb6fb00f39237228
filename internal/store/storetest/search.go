package storetest

import (
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var searchBehaviours = []behaviour{
	{"what was said is found by its words, the newest first, a page at a time", findsWords},
	{"a reference, a lot, a name, an order are found too", findsFacts},
	{"what an author adds and a voice's words are found", findsMore},
	{"what is taken back is not found, and leaves no word", forgetsWords},
	{"what retention deletes leaves no word", retentionForgets},
	{"a lane's words are found by its people only, also those that came into it", laneWords},
	{"what is nobody's work is found by who may see the pulse", looseWords},
	{"who said it is found by who works on it only", insideWords},
	{"nothing single of a guarded audience is found but one's own work", guardedWords},
	{"what was said in words is read for a part and a time", readsSayings},
	{"a team finds only its own cases, where they are now", teamWords},
	{"the number found ends at the most", countsFound},
	{"indexing twice is once, and two processes write it once", indexesOnce},
	{"moments of the same instant are all found", sameInstant},
	{"a list is narrowed by words and by touchpoint", narrowsList},
	{"the first moment of each case is read", readsFirsts},
	{"a way to look at the list is kept by a person or a team", keepsFilters},
}

// everywhere is the scope of who sees all of the open lane.
var everywhere = store.Scope{{All: true}}

// index brings what is searched up to date.
func (w *world) index() {
	w.Helper()
	for {
		n, err := w.IndexWords(w.ctx(), w.brand)
		w.must(err)
		if n == 0 {
			return
		}
	}
}

// finds are the ids of the moments a text finds, in order.
func (w *world) finds(text string, scope store.Scope) (ids []string) {
	w.Helper()
	list, err := w.SearchMoments(w.ctx(), store.Search{Brand: w.brand, Scope: scope, Text: text, Limit: 50})
	w.must(err)
	for _, m := range list {
		ids = append(ids, m.Moment)
	}
	n, more, err := w.CountFound(w.ctx(), store.Search{Brand: w.brand, Scope: scope, Text: text}, 50)
	w.must(err)
	if n != len(ids) || more {
		w.Errorf("%q: %d are counted, %d found", text, n, len(ids))
	}
	return ids
}

func findsWords(w *world) {
	var said []string
	for _, text := range []string{"The passport is lost", "Lost: a red umbrella", "Verloren: mein Reisepaß", "el aire no enfría"} {
		said = append(said, w.say("", words(text)).ID)
		w.clock.Move(1e9)
	}
	same(w, "before it is indexed", w.finds("lost", everywhere), nil)
	w.index()
	same(w, "lost", w.finds("LOST", everywhere), []string{said[1], said[0]})
	same(w, "lost pass", w.finds("lost pass", everywhere), []string{said[0]})
	same(w, "the whole word pass", w.finds("pass ", everywhere), nil)
	same(w, "reisepass", w.finds("reisepass", everywhere), []string{said[2]})
	same(w, "enfria", w.finds("Enfria", everywhere), []string{said[3]})
	same(w, "no words", w.finds(" -- ", everywhere), nil)
	first, err := w.SearchMoments(w.ctx(), store.Search{Brand: w.brand, Scope: everywhere, Text: "lost", Limit: 1})
	w.must(err)
	rest, err := w.SearchMoments(w.ctx(), store.Search{Brand: w.brand, Scope: everywhere, Text: "lost", Before: first[0].N, Limit: 1})
	w.must(err)
	same(w, "the second page", rest[0].Moment, said[0])
}

func findsFacts(w *world) {
	m := w.say("", words("tastes of metal"), func(m *sayline.Moment) {
		m.Reference, m.Context.Lot, m.Context.Ref = "K9Q3-F9MX", "AB-123", "order 77"
		m.Class, m.Contact = sayline.Identified, &sayline.MomentContact{Name: "Ana Belén", Email: "ana@example.com", Member: "G-77"}
	})
	w.say("", words("tastes fine"))
	w.index()
	for _, text := range []string{"k9q3-f9mx", "K9Q3F9MX", "ab-123", "belen", "ana@example.com", "order 77", "G-77 metal"} {
		same(w, text, w.finds(text, everywhere), []string{m.ID})
	}
}

func findsMore(w *world) {
	m := w.say("", words("first"))
	w.must(w.authorSays(m, "and a broken lamp", ""))
	w.index()
	same(w, "lamp", w.finds("first lamp", everywhere), []string{m.ID})
	w.must(w.amend(m, func(m *sayline.Moment) { m.Text = "second" }))
	w.index()
	same(w, "what was changed", w.finds("first", everywhere), nil)
	same(w, "what it is now", w.finds("second lamp", everywhere), []string{m.ID})
}

// indexed is how many rows of a brand can be searched, and how many in all.
func (w *world) indexed() (n int) {
	w.Helper()
	w.must(w.plain.QueryRowContext(w.ctx(), "SELECT COUNT(*) FROM search_words WHERE rowid IN (SELECT n FROM search_moment WHERE brand_id = $1)", w.brand).Scan(&n))
	return n
}

func (w *world) allIndexed() (n int) {
	w.Helper()
	w.must(w.plain.QueryRowContext(w.ctx(), "SELECT COUNT(*) FROM search_words").Scan(&n))
	return n
}

func forgetsWords(w *world) {
	w = w.alone()
	m := w.say("", words("a secret"))
	w.index()
	if n := w.indexed(); n != 1 {
		w.Fatalf("%d moments are indexed", n)
	}
	w.must(w.Withdraw(w.ctx(), w.brand, m.Receipt))
	if n := w.allIndexed(); n != 0 {
		w.Errorf("%d rows of words are left at once", n)
	}
	w.index()
	if n := w.allIndexed(); n != 0 {
		w.Errorf("%d rows of words are left", n)
	}
	late := w.say("", words("never indexed"))
	w.must(w.Withdraw(w.ctx(), w.brand, late.Receipt))
	w.index()
	if n := w.allIndexed(); n != 0 {
		w.Errorf("what was gone was indexed: %d rows", n)
	}
}

func retentionForgets(w *world) {
	w = w.alone()
	w.say("", words("kept for an hour"), func(m *sayline.Moment) { m.RetainUntil = m.ReceivedAt.Add(1e9) })
	w.index()
	w.clock.Move(3600e9)
	n, err := w.Retain(w.ctx(), w.brand, 1e9)
	w.must(err)
	if left := w.allIndexed(); n != 1 || left != 0 {
		w.Errorf("%d deleted, %d rows of words are left", n, left)
	}
}

func laneWords(w *world) {
	staff := store.Scope{{All: true}, {Lane: "staff", All: true}}
	m := w.say("", words("my colleague shouted"), func(m *sayline.Moment) { m.Lane = "staff" })
	open := w.say("", words("somebody shouted"))
	w.index()
	same(w, "for everybody", w.finds("shouted", everywhere), []string{open.ID})
	if got := w.finds("shouted", staff); len(got) != 2 || !slices.Contains(got, m.ID) {
		w.Errorf("the lane's people find %v", got)
	}
	same(w, "for who is in the lane's team nowhere", w.finds("shouted", store.Scope{{Lane: "staff"}}), nil)
	moved := w.id()
	w.must(w.amend(open, func(m *sayline.Moment) { m.ID, m.Lane, m.Decision.GroupKey = moved, "staff", "" }))
	same(w, "for everybody, before the index knows", w.finds("shouted", everywhere), nil)
	w.index()
	same(w, "for everybody", w.finds("shouted", everywhere), nil)
	if got := w.finds("shouted", staff); len(got) != 2 || !slices.Contains(got, moved) {
		w.Errorf("the lane's people find %v", got)
	}
}

func teamWords(w *world) {
	m := w.say("", words("the lamp is broken"))
	w.index()
	crew := store.Scope{{Teams: []store.TeamScope{{Team: "crew", Places: []string{"madrid"}}}}}
	same(w, "the team", w.finds("lamp", crew), []string{m.ID})
	same(w, "another team", w.finds("lamp", store.Scope{{Teams: []store.TeamScope{{Team: "yard"}}}}), nil)
	same(w, "the team elsewhere", w.finds("lamp", store.Scope{{Teams: []store.TeamScope{{Team: "crew", Places: []string{"valencia"}}}}}), nil)
	same(w, "nobody", w.finds("lamp", nil), nil)
}

// pulse finds what a text finds for who may see the pulse and has a scope besides.
func (w *world) pulse(text string, scope store.Scope, guarded ...string) (ids []string) {
	w.Helper()
	q := store.Search{Brand: w.brand, Scope: scope, Open: true, Guarded: guarded, Text: text, Limit: 50}
	list, err := w.SearchMoments(w.ctx(), q)
	w.must(err)
	for _, m := range list {
		ids = append(ids, m.Moment)
	}
	n, more, err := w.CountFound(w.ctx(), q, 50)
	w.must(err)
	if n != len(ids) || more {
		w.Errorf("%q: %d are counted, %d found", text, n, len(ids))
	}
	return ids
}

// yard is a team that has nothing to do with what is said here.
var yard = store.Scope{{Teams: []store.TeamScope{{Team: "yard"}}}}

func looseWords(w *world) {
	loose := w.face(words("the mirror is foggy"))
	w.clock.Move(1e9)
	work := w.say("", words("a foggy lamp"))
	w.face(words("a foggy secret"), func(m *sayline.Moment) { m.Lane = "staff" })
	bare := w.face()
	w.index()
	if loose.Case != "" || bare.Case != "" {
		w.Fatal("a face is somebody's work")
	}
	for name, scope := range map[string]store.Scope{"a manager": everywhere, "a member": yard, "who is in no team": nil} {
		same(w, name, w.pulse("foggy", scope), []string{work.ID, loose.ID})
		same(w, name+", one of them", w.pulse("mirror fog", scope), []string{loose.ID})
	}
	same(w, "of cases alone", w.finds("foggy", everywhere), []string{work.ID})
	same(w, "the pulse's stream", w.stream("foggy"), []string{work.ID, loose.ID})
	w.must(w.Withdraw(w.ctx(), w.brand, loose.Receipt))
	same(w, "when it is taken back", w.pulse("foggy", nil), []string{work.ID})
}

// stream are the ids of the public moments with some words, as the pulse shows them.
func (w *world) stream(text string, guarded ...string) (ids []string) {
	w.Helper()
	list, err := w.MomentsOfPart(w.ctx(), w.brand, store.Part{Words: text, Guarded: guarded}, "", 50)
	w.must(err)
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	return ids
}

func insideWords(w *world) {
	named := func(m *sayline.Moment) {
		m.Reference, m.Context.Ref, m.Context.Lot = "K9Q3-F9MX", "order 77", "AB-123"
		m.Class, m.Contact = sayline.Identified, &sayline.MomentContact{Name: "Ana Belén", Email: "ana@example.com"}
	}
	m := w.say("", words("tastes of metal"), named)
	loose := w.face(words("tastes of soap"), named)
	w.must(w.authorSays(m, "and a broken lamp", ""))
	w.index()
	for _, text := range []string{"belen", "ana@example.com", "K9Q3-F9MX", "order 77", "lamp"} {
		same(w, text+" by who works on it", w.finds(text, everywhere), []string{m.ID})
		for name, scope := range map[string]store.Scope{"a member": yard, "who is in no team": nil} {
			same(w, text+" by "+name, w.pulse(text, scope), nil)
		}
		same(w, text+" by a manager", w.pulse(text, everywhere), []string{m.ID})
		same(w, text+" in the stream", w.stream(text), nil)
	}
	same(w, "what everybody reads", w.pulse("ab-123 taste", yard), []string{loose.ID, m.ID})
}

func guardedWords(w *world) {
	from := func(audience string) func(*sayline.Moment) {
		return func(m *sayline.Moment) { m.Audience = audience }
	}
	w.face(words("the floor is wet"), from("employee"))
	w.face(words("the floor is dry"), from("vendor"))
	work := w.say("", words("the floor is gone"), from("employee"))
	crew := store.Scope{{Teams: []store.TeamScope{{Team: "crew"}}}}
	w.index()
	for name, scope := range map[string]store.Scope{"a member elsewhere": yard, "who is in no team": nil} {
		same(w, name, w.pulse("floor", scope, "vendor"), nil)
	}
	for name, scope := range map[string]store.Scope{"a manager": everywhere, "the team": crew} {
		same(w, name, w.pulse("floor", scope, "vendor"), []string{work.ID})
	}
	same(w, "the stream", w.stream("floor", "vendor"), nil)
}

func readsSayings(w *world) {
	w = w.alone()
	from := w.clock.Now()
	w.say("", words("too early"))
	w.clock.Move(1e9)
	since := w.clock.Now()
	first := w.say("", words("one"), feeling(2))
	w.clock.Move(1e9)
	second := w.face(words("two"), func(m *sayline.Moment) { m.Lang = "es-MX"; m.Feeling = 0 })
	w.face()
	w.face(words("private"), func(m *sayline.Moment) { m.Lane = "staff" })
	w.face(words("guarded"), func(m *sayline.Moment) { m.Audience = "vendor" })
	w.face(words("always guarded"), func(m *sayline.Moment) { m.Audience = "employee" })
	w.face(words("imported"), func(m *sayline.Moment) { m.Context.Source = sayline.SourceImport })
	w.clock.Move(1e9)
	until := w.clock.Now()
	w.face(words("too late"))
	got, err := w.SayingsOfPart(w.ctx(), w.brand, store.Part{Guarded: []string{"vendor"}}, since, until, 10)
	w.must(err)
	same(w, "the newest first", got, []store.Saying{{Moment: second.ID, Text: "two", Lang: "es-MX", Class: second.Class}, {Moment: first.ID, Text: "one", Lang: first.Lang, Feeling: 2, Class: first.Class}})
	got, err = w.SayingsOfPart(w.ctx(), w.brand, store.Part{Feelings: []int{2}}, from, until, 1)
	w.must(err)
	same(w, "narrowed, one at most", len(got), 1)
}

func countsFound(w *world) {
	for range 5 {
		w.say("", words("again"))
	}
	w.index()
	for _, scope := range []store.Scope{everywhere, {{Teams: []store.TeamScope{{Team: "crew"}}}}} {
		for most, over := range map[int]bool{3: true, 5: false} {
			n, more, err := w.CountFound(w.ctx(), store.Search{Brand: w.brand, Scope: scope, Text: "again"}, most)
			w.must(err)
			same(w, "counted", n, most)
			same(w, "there are more", more, over)
		}
	}
}

func indexesOnce(w *world) {
	for range 3 {
		w.say("", words("once"))
	}
	other := OpenStore(w.T, w.url, w.clock.Now)
	done := make(chan error, 1)
	go func() {
		_, err := other.IndexWords(w.ctx(), w.brand)
		done <- err
	}()
	w.index()
	w.must(<-done)
	w.index()
	same(w, "indexed", w.indexed(), 3)
	n, err := w.IndexWords(w.ctx(), w.brand)
	w.must(err)
	same(w, "left to index", n, 0)
}

func sameInstant(w *world) {
	w.random = constant{}
	id := w.id()
	var said []string
	for i := range 4 {
		a := w.tap("", words("together"), func(m *sayline.Moment) {
			m.ID, m.Once = id[:24]+"0"+string(rune('0'+i))+id[26:], sayline.HashSecret(string(rune('0'+i)))
		})
		a.CaseID = a.Moment.ID
		w.must(w.Accept(w.ctx(), a))
		said = append(said, a.Moment.ID)
	}
	w.index()
	got := w.finds("together", everywhere)
	slices.Sort(got)
	same(w, "found", got, said)
}

// constant is chance that is none.
type constant struct{}

func (constant) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func narrowsList(w *world) {
	at := func(touchpoint string) func(*sayline.Moment) {
		return func(m *sayline.Moment) { m.Context.Touchpoint = touchpoint }
	}
	a, b := w.say("a", words("sticky floor"), at("k1")), w.say("b", words("sticky door"), at("k2"))
	w.say("b", at("k1"))
	w.index()
	list := func(f store.Filter) (ids []string) {
		q := store.CasesQuery{Brand: w.brand, Scope: everywhere, Section: store.WaitingNormal, Filter: f, Limit: 10}
		cases, err := w.Cases(w.ctx(), q)
		w.must(err)
		for _, c := range cases {
			ids = append(ids, c.ID)
		}
		slices.Sort(ids)
		n, err := w.CountCases(w.ctx(), q, []store.Section{store.WaitingNormal, store.Resolved}, 10)
		w.must(err)
		same(w, "counted", n, len(ids))
		return ids
	}
	both := []string{a.Case, b.Case}
	slices.Sort(both)
	same(w, "said at the second", list(store.Filter{Touchpoint: "k2"}), []string{b.Case})
	same(w, "said at the first", list(store.Filter{Touchpoint: "k1"}), both)
	worded := func(text string) *store.Worded {
		found, err := w.CasesWorded(w.ctx(), store.Search{Brand: w.brand, Scope: everywhere, Text: text})
		w.must(err)
		return found
	}
	same(w, "with the words", list(store.Filter{Words: worded("floor")}), []string{a.Case})
	same(w, "with words and place", list(store.Filter{Touchpoint: "k1", Words: worded("sticky")}), both)
	same(w, "with no words at all", list(store.Filter{Words: worded("?")}), nil)
}

func readsFirsts(w *world) {
	a := w.say("a", words("first"))
	w.clock.Move(1e9)
	w.say("a", words("second"))
	b := w.say("b")
	got, err := w.FirstMoments(w.ctx(), w.brand, []string{a.Case, b.Case, w.id()})
	w.must(err)
	if len(got) != 2 || got[a.Case].ID != a.ID || got[b.Case].ID != b.ID {
		w.Errorf("the firsts are %s", show(got))
	}
}

func keepsFilters(w *world) {
	mine := store.SavedFilter{Brand: w.brand, ID: w.id(), Person: "lucia", Name: "Late in Madrid", Query: "overdue=1", By: "lucia"}
	ours := store.SavedFilter{Brand: w.brand, ID: w.id(), Team: "crew", Name: "Lot AB", Query: "lot=AB", By: "marco"}
	w.must(w.SaveFilter(w.ctx(), ours))
	w.must(w.SaveFilter(w.ctx(), mine))
	list := func(person string, teams ...string) []store.SavedFilter {
		got, err := w.SavedFilters(w.ctx(), w.brand, person, teams)
		w.must(err)
		return got
	}
	same(w, "hers and her team's", list("lucia", "crew", "yard"), []store.SavedFilter{mine, ours})
	same(w, "of who is in another team", list("omar", "yard"), nil)
	mine.ID, mine.Query = w.id(), "overdue=1&place=madrid"
	w.must(w.SaveFilter(w.ctx(), mine))
	same(w, "after saving it again", list("lucia"), []store.SavedFilter{mine})
	w.refused(w.DropFilter(w.ctx(), w.brand, mine.ID, "omar", []string{"crew"}), sayline.NotFound)
	w.must(w.DropFilter(w.ctx(), w.brand, ours.ID, "omar", []string{"crew"}))
	w.must(w.DropFilter(w.ctx(), w.brand, mine.ID, "lucia", nil))
	same(w, "when both are dropped", list("lucia", "crew"), nil)
	for i := range 30 {
		w.must(w.SaveFilter(w.ctx(), store.SavedFilter{Brand: w.brand, ID: w.id(), Person: "lucia", Name: string(rune('A' + i)), By: "lucia"}))
	}
	w.refused(w.SaveFilter(w.ctx(), store.SavedFilter{Brand: w.brand, ID: w.id(), Person: "lucia", Name: "one more", By: "lucia"}), sayline.Conflict)
}
