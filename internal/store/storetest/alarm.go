package storetest

import (
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var alarmBehaviours = []behaviour{
	{"what a touchpoint heard is counted by touchpoint and minute, in the open", heardUnhappy},
	{"an alarm makes a case of what was nobody's work", alarmOpens},
	{"an alarm makes the case that has most of it urgent", alarmUrges},
	{"an alarm joins the open case of its key", alarmJoins},
	{"one alarm at a time, however many ask, and none until it has cooled down", alarmOnce},
	{"what people have closed raises no alarm", alarmClosed},
	{"what goes on being said joins while the alarm is on", alarmFollows},
	{"what its author adds to it takes it to where the route wants it, if the route does", alarmAmended},
}

// face is a bare bad face that is nobody's work.
func (w *world) face(edit ...func(*sayline.Moment)) *sayline.Moment {
	w.Helper()
	w.clock.Move(20 * time.Second)
	return w.say("face", append([]func(*sayline.Moment){func(m *sayline.Moment) { m.Topic = "" }, urgency(sayline.None)}, edit...)...)
}

func (w *world) faces(n int, edit ...func(*sayline.Moment)) (list []*sayline.Moment) {
	w.Helper()
	for range n {
		list = append(list, w.face(edit...))
	}
	return list
}

func (w *world) alarming(key string) (*store.Alarm, store.AlarmPlan) {
	d := sayline.Decision{Version: 1, Team: "crew", Place: "madrid", Urgency: sayline.Urgent, Within: 5 * time.Minute, Answer: time.Hour, GroupKey: key, OpensCase: true, Pages: true}
	return &store.Alarm{Brand: w.brand, About: store.AboutTouchpoint, Subject: "k7f3", Usual: 1000}, store.AlarmPlan{Among: store.Among{Touchpoints: []string{"k7f3"}}, Decision: d, Since: w.clock.Now().Add(-10 * time.Minute), Least: 6, CoolDown: 30 * time.Minute, Case: w.id()}
}

func (w *world) alarm(key string) (*store.Alarm, bool) {
	w.Helper()
	a, p := w.alarming(key)
	raised, err := w.RaiseAlarm(w.ctx(), a, p)
	w.must(err)
	return a, raised
}

func heardUnhappy(w *world) {
	now := w.clock.Now()
	w.clock.Move(now.Truncate(time.Hour).Add(time.Hour + 5*time.Minute).Sub(now)) // all of it within one hour, and so one day
	since := w.clock.Now().Truncate(time.Minute)
	w.faces(4, feeling(1))
	w.face(feeling(5))
	w.face(func(m *sayline.Moment) { m.Lane = "staff" })
	w.face(func(m *sayline.Moment) { m.Context.Touchpoint = "other" })
	w.face(func(m *sayline.Moment) { m.Audience = "employee" }) // of whom nothing is told by the minute
	w.face(func(m *sayline.Moment) { m.Audience = "vendor" })
	got, err := w.Unhappy(w.ctx(), w.brand, []string{"vendor"}, since)
	w.must(err)
	if h := got["k7f3"]; h.Moments != 4 || h.Minutes() < 2 || len(got) != 2 {
		w.Errorf("heard %v", got)
	}
	hour, day := slowHour(w.clock.Now().UnixMicro(), madrid), slowDay(w.clock.Now().UnixMicro(), madrid)
	before, err := w.UnhappyBefore(w.ctx(), w.brand, []string{"vendor"}, []string{"k7f3"}, []store.Week{{Day: day, Hours: []int64{hour, hour - int64(time.Hour/time.Microsecond)}}, {Day: day - 7*int64(24*time.Hour/time.Microsecond)}})
	w.must(err)
	if before[0].Unhappy != 4 || !before[0].Open || before[1].Open {
		w.Errorf("heard before %v", before)
	}
}

func alarmOpens(w *world) {
	list := w.faces(9)
	good := w.face(feeling(5))
	before := len(w.events())
	a, raised := w.alarm("k")
	if !raised || a.Moments != 9 {
		w.Fatalf("raised %v: %s", raised, show(a))
	}
	c := w.theCase(a.Case)
	if c.Moments != 9 || c.Urgency != sayline.Urgent || c.State != sayline.CaseOpen || c.Episode != 1 || c.GroupKey != "k" || c.Feelings != [6]int{2: 9} {
		w.Errorf("the case is %s", show(c))
	}
	if s := w.steps(a.Case); len(s) != 1 || s[0].State != sayline.StepWaiting {
		w.Errorf("it asks %s", show(s))
	}
	for _, m := range list {
		if got := w.moment(m.ID); got.Case != a.Case || got.Decision.Urgency != sayline.Urgent {
			w.Errorf("a moment is %s", show(got))
		}
	}
	if w.moment(good.ID).Case != "" {
		w.Error("a good face went along")
	}
	last := w.events()[len(w.events())-1]
	if last.Type != sayline.EventTouchpointAlarm || last.Case != a.Case || last.Team != "crew" {
		w.Errorf("the last of the events from %d is %s", before, show(last))
	}
	of, err := w.AlarmOf(w.ctx(), w.brand, a.Case)
	w.must(err)
	same(w, "the alarm of the case", *of, *a)
}

func alarmUrges(w *world) {
	list := w.faces(7, urgency(sayline.Normal))
	w.faces(2)
	w.acknowledge(list[0].Case, "lucia")
	a, raised := w.alarm("k")
	c := w.theCase(list[0].Case)
	if !raised || a.Case != c.ID || a.Moments != 9 || c.Urgency != sayline.Urgent || c.State != sayline.CaseOpen || c.Episode != 2 || c.Moments != 7 {
		w.Errorf("raised %v %s: %s", raised, show(a), show(c))
	}
}

func alarmJoins(w *world) {
	there := w.say("k")
	w.faces(6)
	a, raised := w.alarm("k")
	if c := w.theCase(there.Case); !raised || a.Case != there.Case || c.Moments != 7 || c.Urgency != sayline.Urgent || c.Episode != 2 {
		w.Errorf("raised %v %s: %s", raised, show(a), show(c))
	}
}

func alarmOnce(w *world) {
	w.faces(6)
	var all sync.WaitGroup
	var mu sync.Mutex
	raised := 0
	for i := range 8 {
		s := w.Store
		if i%2 == 1 {
			s = OpenStore(w.T, w.url, w.clock.Now)
		}
		a, p := w.alarming("k")
		all.Go(func() {
			ok, err := s.RaiseAlarm(w.ctx(), a, p)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				w.Error(err)
			}
			if ok {
				raised++
			}
		})
	}
	all.Wait()
	on, err := w.AlarmsOn(w.ctx(), w.brand)
	w.must(err)
	if raised != 1 || len(on) != 1 {
		w.Fatalf("%d were raised, %d are on", raised, len(on))
	}
	w.must(w.EndAlarm(w.ctx(), on[0]))
	if _, again := w.alarm("k"); again {
		w.Error("raised again before it cooled down")
	}
	w.clock.Move(31 * time.Minute)
	w.faces(6)
	if _, again := w.alarm("k"); !again {
		w.Error("never raised again")
	}
}

func alarmClosed(w *world) {
	list := w.faces(9, urgency(sayline.Normal))
	w.resolve(list[0].Case)
	w.faces(3)
	if a, raised := w.alarm("k"); raised {
		w.Errorf("raised %s", show(a))
	}
	if on, err := w.AlarmsOn(w.ctx(), w.brand); err != nil || len(on) != 0 {
		w.Errorf("on are %s (%v)", show(on), err)
	}
}

func alarmFollows(w *world) {
	w.faces(6)
	a, _ := w.alarm("k")
	more := w.face()
	_, p := w.alarming("k")
	w.must(w.FollowAlarm(w.ctx(), *a, p))
	if c := w.theCase(a.Case); w.moment(more.ID).Case != a.Case || c.Moments != 7 || c.Episode != 1 {
		w.Errorf("the case is %s", show(c))
	}
	w.resolve(a.Case)
	late := w.face()
	w.must(w.FollowAlarm(w.ctx(), *a, p))
	if w.moment(late.ID).Case != "" || w.theCase(a.Case).State != sayline.CaseResolved {
		w.Error("a closed case was opened by the alarm it came from")
	}
}

func alarmAmended(w *world) {
	list := w.faces(6)
	a, _ := w.alarm("k")
	w.must(w.amend(list[0], func(m *sayline.Moment) { m.Receipt = ""; urgency(sayline.None)(m) }))
	if w.moment(list[0].ID).Case != a.Case {
		w.Error("a kiosk that forgets took it away")
	}
	w.must(w.amend(list[1], func(m *sayline.Moment) { m.Topic, m.Decision.GroupKey = "dirty", "dirty"; urgency(sayline.Normal)(m) }))
	if got := w.moment(list[1].ID); got.Case == a.Case || got.Case == "" {
		w.Error("a topic stayed where only a face was")
	}
	if c := w.theCase(a.Case); c.Moments != 5 {
		w.Errorf("the case is %s", show(c))
	}
}
