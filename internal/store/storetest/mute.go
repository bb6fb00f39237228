package storetest

import (
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var muteBehaviours = []behaviour{
	{"a muted step waits, keeps what it was due at, and fires when the mute ends", mutes},
	{"a mute that is ended early lets its steps go", unmutes},
	{"a mute reaches its team, place, topic and touchpoint, and nothing else", muteReaches},
	{"what is critical is muted by name only", criticalUnmuted},
	{"a muted case can be taken", mutedTaken},
	{"mutes end by themselves, and are limited", muteLimits},
	{"a step outside opening hours waits for them", heldForHours},
}

// aMute is an id that every brand's mute may have.
const aMute = "a-mute"

func (w *world) mute(id string, lasts time.Duration) sayline.Mute {
	return sayline.Mute{Brand: w.brand, ID: id, Team: "crew", Place: "madrid", Person: "lucia", Reason: "the pump is being mended", Until: w.clock.Now().Add(lasts)}
}

// firing is a case's waiting step with one page, said in Madrid at k7f3.
func (w *world) firing(caseID string) store.Firing {
	w.Helper()
	return store.Firing{Step: w.waiting(caseID), Found: "{}", Pages: []sayline.Page{w.mail("lucia")}, Within: []string{"madrid", "spain"}, Touchpoint: "k7f3"}
}

// fires says whether the case's step fires now.
func (w *world) fires(caseID string) bool {
	w.Helper()
	w.must(w.FireSteps(w.ctx(), w.brand, []store.Firing{w.firing(caseID)}))
	return w.steps(caseID)[0].State == sayline.StepFired
}

func (w *world) due(caseID string) bool {
	w.Helper()
	now := w.clock.Now()
	return slices.ContainsFunc(w.steps(caseID), func(s sayline.Step) bool { return s.State == sayline.StepWaiting && !s.DueAt.After(now) })
}

func mutes(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	due := w.clock.Now()
	w.clock.Move(time.Second)
	before := len(w.events())
	w.must(w.Mute(w.ctx(), w.mute("m", time.Hour)))
	same(w, "events", w.types(before), sayline.EventMuteChanged)
	if w.fires(m.Case) {
		w.Fatal("it fires although it is muted")
	}
	if s := w.steps(m.Case)[0]; s.State != sayline.StepWaiting || s.Held != store.HeldMute || !s.AskedAt.Equal(due) || !s.DueAt.Equal(w.clock.Now().Add(time.Hour)) {
		w.Errorf("the step is %s", show(s))
	}
	if len(w.pages(m.Case)) != 0 || w.due(m.Case) {
		w.Error("somebody is asked although it is muted")
	}
	until, ok, err := w.MuteOf(w.ctx(), w.brand, m.Case)
	if err != nil || !ok || !until.Equal(w.clock.Now().Add(time.Hour)) {
		w.Errorf("the case is muted until %s: %v (%v)", until, ok, err)
	}
	w.clock.Move(time.Hour)
	if !w.due(m.Case) || !w.fires(m.Case) {
		w.Error("the mute is over, and it does not fire")
	}
	if s := w.steps(m.Case)[0]; !s.AskedAt.Equal(due) {
		w.Errorf("the step is %s", show(s))
	}
}

func unmutes(w *world) {
	m, second := w.say("k", urgency(sayline.Urgent)), w.say("k2", urgency(sayline.Urgent))
	w.must(w.Mute(w.ctx(), w.mute("m", time.Hour)))
	narrow := w.mute("n", 2*time.Hour)
	narrow.Topic = "cant-find-it"
	w.must(w.Mute(w.ctx(), narrow))
	w.fires(m.Case)
	w.fires(second.Case)
	w.clock.Move(time.Minute)
	for range 2 {
		w.must(w.Unmute(w.ctx(), w.brand, "n", "marco"))
	}
	if !w.due(m.Case) || w.fires(m.Case) || w.due(m.Case) {
		w.Error("the other mute keeps it back, and it fires")
	}
	w.must(w.Unmute(w.ctx(), w.brand, "m", "marco"))
	if !w.due(m.Case) || !w.fires(m.Case) || !w.fires(second.Case) {
		w.Error("nothing mutes it any more, and it does not fire")
	}
	w.refused(w.Unmute(w.ctx(), w.brand, "no-such", "marco"), sayline.NotFound)
}

func muteReaches(w *world) {
	for what, c := range map[string]struct {
		edit  func(*sayline.Mute)
		holds bool
	}{
		"its place":              {func(*sayline.Mute) {}, true},
		"a place above":          {func(m *sayline.Mute) { m.Place = "spain" }, true},
		"the whole brand":        {func(m *sayline.Mute) { m.Place = "" }, true},
		"another place":          {func(m *sayline.Mute) { m.Place = "sevilla" }, false},
		"another team":           {func(m *sayline.Mute) { m.Team = "others" }, false},
		"its topic":              {func(m *sayline.Mute) { m.Topic = "cant-find-it" }, true},
		"another topic":          {func(m *sayline.Mute) { m.Topic = "tastes-off" }, false},
		"its touchpoint":         {func(m *sayline.Mute) { m.Touchpoint = "k7f3" }, true},
		"another touchpoint":     {func(m *sayline.Mute) { m.Touchpoint = "s9x2" }, false},
		"a private lane's cases": {func(m *sayline.Mute) { m.Lane = "people" }, false},
	} {
		m, mute := w.say(what, urgency(sayline.Urgent)), w.mute(what, time.Hour)
		c.edit(&mute)
		w.must(w.Mute(w.ctx(), mute))
		if w.fires(m.Case) == c.holds {
			w.Errorf("a mute of %s keeps it back: want %v", what, c.holds)
		}
		w.must(w.Unmute(w.ctx(), w.brand, what, "lucia"))
	}
}

func criticalUnmuted(w *world) {
	m := w.say("k", urgency(sayline.Critical))
	w.must(w.Mute(w.ctx(), w.mute("all", time.Hour)))
	if !w.fires(m.Case) {
		w.Error("what is critical is muted with all the rest")
	}
	m = w.say("k2", urgency(sayline.Critical))
	narrow := w.mute("this", time.Hour)
	narrow.Topic = "cant-find-it"
	w.must(w.Mute(w.ctx(), narrow))
	if w.fires(m.Case) {
		w.Error("it is known by name, and it fires")
	}
}

func mutedTaken(w *world) {
	m := w.say("k", urgency(sayline.Urgent))
	w.must(w.Mute(w.ctx(), w.mute("m", time.Hour)))
	w.fires(m.Case)
	w.acknowledge(m.Case, "lucia")
	if s := w.steps(m.Case)[0]; s.State != sayline.StepCancelled {
		w.Errorf("the step is %s", show(s))
	}
	if w.must(w.Unmute(w.ctx(), w.brand, "m", "lucia")); w.due(m.Case) {
		w.Error("somebody is on it, and it is asked about")
	}
}

func muteLimits(w *world) {
	for _, lasts := range []time.Duration{0, -time.Hour, sayline.LongestMute + time.Second} {
		w.refused(w.Mute(w.ctx(), w.mute("m", lasts)), sayline.AtFault)
	}
	w.must(w.Mute(w.ctx(), w.mute("m", time.Hour)))
	list, err := w.Mutes(w.ctx(), w.brand)
	w.must(err)
	want := w.mute("m", time.Hour)
	want.From = w.clock.Now()
	same(w, "mutes", list, []sayline.Mute{want})
	w.clock.Move(time.Hour)
	if list, err := w.Mutes(w.ctx(), w.brand); err != nil || len(list) != 0 {
		w.Errorf("over, and there are %s (%v)", show(list), err)
	}
}

func heldForHours(w *world) {
	m := w.say("k")
	f := w.firing(m.Case)
	f.Hold = store.Hold{Why: store.HeldHours, Until: w.clock.Now().Add(12 * time.Hour)}
	w.must(w.FireSteps(w.ctx(), w.brand, []store.Firing{f}))
	if s := w.steps(m.Case)[0]; s.State != sayline.StepWaiting || s.Held != store.HeldHours || w.due(m.Case) {
		w.Errorf("closed, and the step is %s", show(s))
	}
	w.clock.Move(12 * time.Hour)
	if !w.fires(m.Case) {
		w.Error("open, and it does not fire")
	}
}
