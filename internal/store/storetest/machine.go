package storetest

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// The machine of a case as a table: every state, and what every event does to
// it. It is told here a third time, as small as it can be, so that all of it can
// be walked: once in itself, for what must always be true, and once with a store.

// standing is all of a case that matters to the machine.
type standing struct {
	state    string
	episode  int
	critical bool // else urgent
	asked    bool // a step of this episode waits
	deadline bool // it comes back unless something is done
	answered bool
	gone     bool // it has become another case's business: a new one of its key
}

var begun = standing{state: sayline.CaseOpen, episode: 1, asked: true}

// again is a new episode.
func (s standing) again() standing {
	return standing{state: sayline.CaseOpen, episode: s.episode + 1, critical: s.critical, asked: true}
}

func (s standing) taken() standing {
	s.state, s.asked, s.deadline = sayline.CaseAcknowledged, false, !s.answered
	return s
}

func (s standing) demands() bool {
	return s.state == sayline.CaseOpen || s.state == sayline.CaseStalled
}

// transition is an event with its row of the table.
type transition struct {
	name    string
	becomes func(standing) standing
	do      func(*world, *lone)
}

// lone is one case with its moment and its key.
type lone struct {
	key, id string
	team    string // that has it
	first   *sayline.Moment
	was     standing // before the event
	newest  string   // case of the moment that came last
}

// says has somebody say something for the team that has the case.
func (l *lone) says(w *world, key, how string) *sayline.Moment {
	w.Helper()
	return w.say(key, urgency(how), func(m *sayline.Moment) { m.Decision.Team = l.team })
}

// joins takes a case of one moment into ours.
func (l *lone) joins(w *world, how string) *sayline.Moment {
	w.Helper()
	other := l.says(w, w.id(), how)
	l.expects(w, w.Merge(w.ctx(), w.act(other.Case, "lucia"), l.id), l.was.state == sayline.CaseResolved)
	return other
}

func (l *lone) expects(w *world, err error, closed bool) {
	w.Helper()
	if closed {
		w.refused(err, sayline.Conflict)
		return
	}
	w.must(err)
}

func (l *lone) fire(w *world, stalled bool) {
	if !l.was.asked {
		return
	}
	f := store.Firing{Step: w.waiting(l.id), Pages: []sayline.Page{w.mail("lucia")}, Stalled: stalled, Touchpoint: "k7f3", Within: []string{"madrid"}}
	f.Next = &sayline.Step{Loop: f.Step.Loop + 1, N: 1, DueAt: w.clock.Now()}
	w.must(w.FireSteps(w.ctx(), w.brand, []store.Firing{f}))
}

var transitions = []transition{
	{"joins", func(s standing) standing {
		if s.state == sayline.CaseResolved {
			s.critical = false // it begins anew, as urgent as what begins it
			return s.again()
		}
		return s
	}, func(w *world, l *lone) { l.newest = l.says(w, l.key, sayline.Urgent).Case }},
	{"rises", func(s standing) standing {
		risen := !s.critical
		if s.critical = true; risen || s.state == sayline.CaseResolved {
			return s.again()
		}
		return s
	}, func(w *world, l *lone) { l.newest = l.says(w, l.key, sayline.Critical).Case }},
	{"joins late", func(s standing) standing {
		s.gone = s.state == sayline.CaseResolved
		return s
	}, func(w *world, l *lone) {
		w.clock.Move(sayline.ReopenWindow + time.Second)
		l.newest = l.says(w, l.key, sayline.Urgent).Case
	}},
	{"on it", func(s standing) standing {
		if s.state == sayline.CaseResolved {
			return s
		}
		if s.state == sayline.CaseAcknowledged && !s.deadline {
			return s // something was done meanwhile, and she says it again
		}
		return s.taken()
	}, func(w *world, l *lone) {
		l.expects(w, w.Acknowledge(w.ctx(), w.act(l.id, "lucia"), l.was.episode), l.was.state == sayline.CaseResolved)
	}},
	{"an old link", func(s standing) standing { return s }, func(w *world, l *lone) {
		w.refused(w.Acknowledge(w.ctx(), w.act(l.id, "marco"), l.was.episode+1), sayline.Conflict)
		if l.was.episode > 1 {
			w.refused(w.Acknowledge(w.ctx(), w.act(l.id, "marco"), l.was.episode-1), sayline.Conflict)
		}
	}},
	{"step due", func(s standing) standing { return s }, func(w *world, l *lone) { l.fire(w, false) }},
	{"last step due", func(s standing) standing {
		if s.asked && s.state == sayline.CaseOpen {
			s.state = sayline.CaseStalled
		}
		return s
	}, func(w *world, l *lone) { l.fire(w, true) }},
	{"muted", func(s standing) standing { return s }, func(w *world, l *lone) {
		m := w.mute(w.id(), time.Minute)
		m.Team, m.Topic = l.team, "cant-find-it"
		w.must(w.Mute(w.ctx(), m))
		pages := len(w.pages(l.id))
		l.fire(w, true)
		w.clock.Move(time.Minute)
		if n := len(w.pages(l.id)); n != pages || l.was.asked && !w.due(l.id) {
			w.Errorf("the mute ate a step, or let it through")
		}
	}},
	{"time passes", func(s standing) standing {
		if s.state == sayline.CaseAcknowledged && s.deadline || s.state == sayline.CaseSnoozed {
			return s.again()
		}
		return s
	}, func(w *world, l *lone) {
		w.clock.Move(time.Hour)
		w.comebacks()
	}},
	{"put off", func(s standing) standing {
		if s.state != sayline.CaseResolved {
			s.state, s.asked, s.deadline = sayline.CaseSnoozed, false, false
		}
		return s
	}, func(w *world, l *lone) {
		l.expects(w, w.Snooze(w.ctx(), w.act(l.id, "lucia"), w.clock.Now().Add(30*time.Minute)), l.was.state == sayline.CaseResolved)
	}},
	{"note", func(s standing) standing { s.deadline = false; return s }, func(w *world, l *lone) {
		w.must(w.AddMessage(w.ctx(), w.act(l.id, "lucia"), &sayline.Message{ID: w.id(), Direction: sayline.Note, Text: "looked"}))
	}},
	{"answer", func(s standing) standing {
		if s.answered = true; s.state == sayline.CaseResolved {
			return s
		}
		return s.taken()
	}, func(w *world, l *lone) { w.reply(l.id, "", "here") }},
	{"resolve", func(s standing) standing {
		s.state, s.asked, s.deadline = sayline.CaseResolved, false, false
		return s
	}, func(w *world, l *lone) { w.resolve(l.id) }},
	{"not solved", standing.again, func(w *world, l *lone) { w.must(w.authorSays(l.first, "", "no")) }},
	{"author's words", func(s standing) standing {
		if s.state == sayline.CaseResolved {
			return s.again()
		}
		return s
	}, func(w *world, l *lone) { w.must(w.authorSays(l.first, "and one thing more", "")) }},
	{"handed over", func(s standing) standing {
		if s.state == sayline.CaseResolved {
			return s
		}
		return s.again()
	}, func(w *world, l *lone) {
		team := map[string]string{"crew": "others", "others": "crew"}[l.team]
		_, err := w.handOver(l.id, team, l.key+"|"+team)
		if l.expects(w, err, l.was.state == sayline.CaseResolved); err == nil {
			l.team, l.key = team, l.key+"|"+team
		}
	}},
	{"another is joined to it", func(s standing) standing { return s }, func(w *world, l *lone) { l.joins(w, sayline.Urgent) }},
	{"a hotter one is joined to it", func(s standing) standing {
		if s.state == sayline.CaseResolved || s.critical {
			return s
		}
		s.critical = true
		return s.again()
	}, func(w *world, l *lone) { l.joins(w, sayline.Critical) }},
	{"split", func(s standing) standing { return s }, func(w *world, l *lone) {
		other := l.joins(w, sayline.Urgent)
		if l.was.state == sayline.CaseResolved {
			return
		}
		fresh := w.id()
		w.must(w.Split(w.ctx(), w.act(l.id, "lucia"), []string{other.ID}, fresh))
		want := begun // as urgent as what it comes from
		want.critical = l.was.critical
		if got := w.stands(fresh); got != want {
			w.Errorf("what was split off is %+v, want %+v", got, want)
		}
	}},
	{"joined to another", func(s standing) standing {
		s.gone = s.state != sayline.CaseResolved
		return s
	}, func(w *world, l *lone) {
		other := l.says(w, w.id(), sayline.Critical)
		l.expects(w, w.Merge(w.ctx(), w.act(l.id, "lucia"), other.Case), l.was.state == sayline.CaseResolved)
		l.newest = other.Case
		l.silent(w, "merged")
	}},
	{"taken back", func(s standing) standing { s.gone = true; return s }, func(w *world, l *lone) {
		alone := w.theCase(l.id).Moments == 1
		w.must(w.Withdraw(w.ctx(), w.brand, l.first.Receipt))
		if l.newest = ""; alone {
			l.silent(w, "withdrawn")
		}
	}},
}

// silent says that the case is closed, and nobody is asked about it any more.
func (l *lone) silent(w *world, reason string) {
	w.Helper()
	c := w.theCase(l.id)
	if s := w.stands(l.id); s.state != sayline.CaseResolved || s.asked || l.was.state != sayline.CaseResolved && c.Reason != reason {
		w.Errorf("it is over, and stands as %+v, %q", s, c.Reason)
	}
}

// always is what holds in every state there is.
func (s standing) always(from standing) string {
	switch {
	case s.demands() != s.asked:
		return "it asks for somebody and nobody is on the way, or the other way round" // 6, 10
	case from.state == sayline.CaseResolved && s.state != sayline.CaseResolved && s.episode == from.episode:
		return "it left resolved without a new episode" // 5
	case s.episode < from.episode:
		return "its episodes went back"
	case s.deadline && s.state != sayline.CaseAcknowledged:
		return "it may run out, and nobody is on it" // 12
	case from.state == sayline.CaseAcknowledged && s.demands() && s.episode == from.episode:
		return "an acknowledged case asks again in the same episode" // 10
	}
	return ""
}

// Machine walks the table: every state that can be reached and every event in it,
// first in itself, then, in as many episodes, with a store; or one of so many of
// its rows, where each commit waits for a server.
func Machine(t *testing.T, episodes, oneOf int, database func(testing.TB) string) {
	way := map[standing][]int{begun: nil} // the shortest there
	found := []standing{begun}
	states := map[string]bool{}
	for n := 0; n < len(found); n++ {
		s := found[n]
		states[s.state] = true
		for i, e := range transitions {
			next := e.becomes(s)
			if why := next.always(s); why != "" {
				t.Errorf("%+v, %s, %+v: %s", s, e.name, next, why)
			}
			if _, known := way[next]; known || next.episode > 4 || next.gone {
				continue // four episodes are like all that follow
			}
			way[next] = append(slices.Clone(way[s]), i)
			found = append(found, next)
		}
	}
	if len(states) != 5 || len(way) < 50 {
		t.Fatalf("%d states were reached, %d different ones", len(states), len(way))
	}
	h := openHouse(t, database)
	w := &world{tester: t, T: t, house: h, brand: "machine", random: rand.Reader}
	rows := 0
	for _, s := range found {
		for i := range transitions {
			if rows++; s.episode <= episodes && rows%oneOf == 0 {
				w.row(append(slices.Clone(way[s]), i))
			}
		}
	}
	w.whole()
}

// row plays one row of events and compares the case after each.
func (w *world) row(row []int) {
	l := &lone{key: w.id(), team: "crew"}
	l.first = l.says(w, l.key, sayline.Urgent)
	l.id, l.was = l.first.Case, begun
	var told []string
	for _, i := range row {
		e := transitions[i]
		told = append(told, e.name)
		want := e.becomes(l.was)
		e.do(w, l)
		if want.gone {
			if l.newest == l.id {
				w.Errorf("%s: it joined a case that was closed long ago", strings.Join(told, ", "))
			}
			return
		}
		if got := w.stands(l.id); got != want {
			w.Fatalf("%s:\n got %s\nwant %s", strings.Join(told, ", "), fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want))
		}
		l.was = want
	}
}

// stands is how the store has the case.
func (w *world) stands(id string) standing {
	w.Helper()
	c := w.theCase(id)
	s := standing{state: c.State, episode: c.Episode, critical: c.Urgency == sayline.Critical, deadline: !c.AckDeadline.IsZero(), answered: !c.AnsweredAt.IsZero()}
	for _, step := range w.steps(id) {
		s.asked = s.asked || step.State == sayline.StepWaiting && step.Episode == c.Episode
	}
	return s
}
