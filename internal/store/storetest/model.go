package storetest

import (
	"fmt"
	"time"

	"github.com/sayline/sayline"
)

// model is what a brand's moments, cases, steps and pages must become, told a
// second time in plain Go maps, from the table of states and nothing of the
// store's code.
type model struct {
	now     func() time.Time
	moments []*modelMoment
	cases   map[string]*modelCase // by the id the store gave
	slots   map[string]*modelCase // the current case of a key
	pages   []*modelPage
	follows []modelFollow
	clocks  map[string]int
}

type modelMoment struct {
	id, receipt string
	in          *modelCase // nil: nobody's work
	episode     int
	key         string
	urgency     string
	raise       sayline.Raise
	feeling     int
	text        string
	openUntil   time.Time
	sealed      bool
	gone        bool
	spoke       bool         // its author has written
	left        []*modelCase // it was in before
}

type modelCase struct {
	id, key, state, urgency, reason, owner string
	episode, moments, raised               int
	feelings                               [6]int
	resolvedAt                             time.Time
	deadline, snoozed                      time.Time // when it comes back by itself
	reached, seen, acknowledged, answered  bool
	owners                                 map[string]bool // by episode
	done                                   map[string]bool // steps of work, by episode
	steps                                  []*modelStep
}

type modelStep struct {
	episode, n int
	moment     string
	due        time.Time
	state      string
}

// modelFollow is who was told that a case is no more.
type modelFollow struct {
	of      *modelCase
	episode int
	person  string
	made    time.Time
}

type modelPage struct {
	id       string
	person   string
	made     time.Time
	bundled  bool
	of       *modelCase
	episode  int
	state    string
	attempts int
	lease    time.Time
	due      time.Time
	first    time.Time // it waited until then
}

func newModel(now func() time.Time) *model {
	return &model{now: now, cases: map[string]*modelCase{}, slots: map[string]*modelCase{}, clocks: map[string]int{}}
}

// attach gives a moment its case. fresh is true when it must be a new one, whose
// id only the store knows.
func (m *model) attach(x *modelMoment, pause time.Duration) (fresh bool) {
	if x.urgency == sayline.None {
		x.in, x.episode = nil, 0
		return false
	}
	c := m.slots[x.key]
	if x.key == "" || c == nil || c.state == sayline.CaseResolved && m.now().Sub(c.resolvedAt) > 2*time.Hour {
		c = &modelCase{key: x.key, state: sayline.CaseOpen, owners: map[string]bool{}, done: map[string]bool{}}
		if x.key != "" {
			m.slots[x.key] = c
		}
		fresh = true
	}
	if urgency, raised := grows(x, c.moments+1); fresh || c.state == sayline.CaseResolved || rank[urgency] > rank[c.urgency] {
		c.raised = raised
		m.begin(c, urgency, x.id, urgency != sayline.Quiet, pause)
	}
	c.moments++
	if x.feeling > 0 {
		c.feelings[x.feeling]++
	}
	x.in, x.episode = c, c.episode
	return fresh
}

// grows is what a moment makes of the urgency of a case that holds so many with
// it, and their number if it was that which counted.
func grows(x *modelMoment, moments int) (urgency string, raised int) {
	if x.raise.At > 0 && moments >= x.raise.At && rank[x.raise.To] > rank[x.urgency] {
		return x.raise.To, moments
	}
	return x.urgency, 0
}

var rank = map[string]int{sayline.None: 0, sayline.Quiet: 1, sayline.Normal: 2, sayline.Urgent: 3, sayline.Critical: 4}

// begin starts an episode.
func (m *model) begin(c *modelCase, urgency, moment string, pages bool, pause time.Duration) {
	m.hush(c)
	if c.state == sayline.CaseResolved {
		m.clocks["reopened"]++
	}
	c.episode++
	c.state, c.urgency, c.reason, c.resolvedAt = sayline.CaseOpen, urgency, "", time.Time{}
	c.deadline, c.snoozed = time.Time{}, time.Time{}
	c.reached, c.seen, c.acknowledged, c.answered = false, false, false, false
	if pages {
		c.steps = append(c.steps, &modelStep{c.episode, 1, moment, m.now().Add(pause), sayline.StepWaiting})
	}
}

// hush cancels what is queued.
func (m *model) hush(c *modelCase) {
	for _, s := range c.steps {
		if s.state == sayline.StepWaiting {
			s.state = sayline.StepCancelled
		}
	}
	for _, p := range m.pages {
		if p.of == c && p.state == sayline.PageQueued {
			p.state = sayline.PageCancelled
		}
	}
}

// bringBack starts an episode of a case as it is.
func (m *model) bringBack(c *modelCase, moment string) {
	if c.key != "" && m.slots[c.key] != c {
		c.key = "" // another case has it now
	}
	m.begin(c, c.urgency, moment, c.urgency != sayline.Quiet, 0)
}

func (m *model) reach(c *modelCase) {
	if !c.reached {
		c.reached = true
		m.clocks["reach"]++
	}
}

func (m *model) see(c *modelCase) {
	m.reach(c)
	if !c.seen {
		c.seen = true
		m.clocks["seen"]++
	}
}

func (m *model) acknowledge(c *modelCase, person string) {
	m.see(c)
	who := fmt.Sprint(c.episode, person)
	again := c.state == sayline.CaseAcknowledged && c.owners[who]
	if !again {
		c.owner = person // the latest to come; a second time is nothing new
		c.owners[who] = true
	}
	if !again || !c.deadline.IsZero() {
		c.deadline = time.Time{}
		if c.urgency != sayline.Quiet && !c.answered {
			c.deadline = m.now().Add(20 * time.Minute)
		}
	}
	c.state, c.snoozed = sayline.CaseAcknowledged, time.Time{}
	if !c.acknowledged {
		c.acknowledged = true
		m.clocks["acknowledge"]++
	}
	m.hush(c)
}

func (m *model) resolve(c *modelCase, reason string) {
	m.clocks["resolved"]++
	m.close(c, reason)
}

// close ends a case, by somebody or because nothing is left in it.
func (m *model) close(c *modelCase, reason string) {
	c.state, c.reason, c.resolvedAt, c.deadline, c.snoozed = sayline.CaseResolved, reason, m.now(), time.Time{}, time.Time{}
	m.hush(c)
}

// snooze puts it off.
func (m *model) snooze(c *modelCase, person string, until time.Time) {
	m.see(c)
	c.state, c.owner, c.snoozed, c.deadline = sayline.CaseSnoozed, person, until, time.Time{}
	m.hush(c)
}

// comeBack opens what nobody did anything about, and what was put off until now.
func (m *model) comeBack() {
	for _, c := range m.cases {
		ranOut := c.state == sayline.CaseAcknowledged && !c.deadline.IsZero() && !c.deadline.After(m.now())
		if !ranOut && !(c.state == sayline.CaseSnoozed && !c.snoozed.After(m.now())) {
			continue
		}
		cause := ""
		for _, s := range c.steps {
			if s.n == 1 {
				cause = s.moment
			}
		}
		m.bringBack(c, cause)
	}
}

func (m *model) answer(c *modelCase, person string) {
	if c.state != sayline.CaseResolved { // late words change nothing of its state
		m.acknowledge(c, person)
		c.deadline = time.Time{}
	}
	if !c.answered {
		c.answered = true
		m.clocks["answer"]++
	}
}

// progress is a step of the work on a request; the last fulfils it.
func (m *model) progress(c *modelCase, person string, last bool) {
	m.acknowledge(c, person)
	c.deadline = time.Time{}
	if !last {
		return
	}
	if !c.answered {
		c.answered = true
		m.clocks["answer"]++
	}
	m.resolve(c, "done")
}

// leave takes a moment out of its case.
func (m *model) leave(x *modelMoment, reason string) {
	c := x.in
	c.moments--
	if x.feeling > 0 {
		c.feelings[x.feeling]--
	}
	for _, s := range c.steps {
		if s.moment == x.id {
			s.moment = ""
		}
	}
	if c.moments == 0 && c.state != sayline.CaseResolved {
		m.close(c, reason)
		m.follow(c)
	}
	x.left = append(x.left, c)
	x.in = nil
}

// follow tells whom the newest episode's pages had reached that it is no more.
func (m *model) follow(c *modelCase) {
	told := map[string]bool{}
	for _, p := range m.pages {
		reached := p.state != sayline.PageQueued && p.state != sayline.PageCancelled && p.state != sayline.PageFailed
		if p.of == c && p.episode == c.episode && reached && !told[p.person] {
			told[p.person] = true
			m.follows = append(m.follows, modelFollow{c, c.episode, p.person, m.now()})
		}
	}
}

// turn is when a new page to a person is to be sent: what can wait goes with
// others after three in two minutes.
func (m *model) turn(c *modelCase, person string) (due time.Time, bundled bool) {
	due = m.now()
	if rank[c.urgency] >= rank[sayline.Urgent] {
		return due, false
	}
	since, recent, next := due.Add(-2*time.Minute), 0, time.Time{}
	for _, f := range m.follows {
		if f.person == person && f.made.After(since) {
			recent++
		}
	}
	for _, p := range m.pages {
		if p.person != person || !p.made.After(since) {
			continue
		}
		recent++
		if p.bundled && p.state == sayline.PageQueued && p.first.After(next) {
			next = p.first
		}
	}
	switch {
	case recent < 3:
		return due, false
	case next.After(due) && !next.After(due.Add(2*time.Minute)):
		return next, true
	}
	return due.Add(2 * time.Minute), true
}

func (m *model) withdraw(x *modelMoment) {
	x.gone = true
	if x.in != nil {
		m.leave(x, "withdrawn")
	}
	for _, c := range x.left {
		if c.moments == 0 {
			if m.slots[c.key] == c {
				delete(m.slots, c.key)
			}
			c.key = ""
		}
	}
}

// amend is what an author changes: feeling, words, what it is decided to be.
func (m *model) amend(x *modelMoment, to modelMoment, pause time.Duration) (fresh bool) {
	if x.in != nil && to.urgency == sayline.None && x.spoke {
		to.key, to.urgency, to.raise = x.key, x.urgency, sayline.Raise{}
	}
	stays := x.in != nil && to.urgency != sayline.None && to.key == x.key
	if stays {
		c := x.in
		c.feelings[x.feeling]--
		c.feelings[to.feeling]++
		c.feelings[0] = 0
		if urgency, raised := grows(&to, c.moments); rank[urgency] > rank[c.urgency] {
			c.urgency, c.raised = urgency, raised
			m.bringBack(c, x.id)
		} else if c.state == sayline.CaseResolved && to.text != "" && to.text != x.text {
			m.bringBack(c, x.id)
		}
	} else if x.in != nil {
		m.leave(x, "moved")
	}
	x.feeling, x.text, x.key, x.urgency, x.raise, x.sealed = to.feeling, to.text, to.key, to.urgency, to.raise, to.sealed
	if !stays {
		fresh = m.attach(x, pause)
	}
	if x.sealed && x.in != nil {
		for _, s := range x.in.steps {
			if s.moment == x.id && s.state == sayline.StepWaiting && s.due.After(m.now()) {
				s.due = m.now()
			}
		}
	}
	return fresh
}

// speak is an author's message.
func (m *model) speak(x *modelMoment, text, solved string) (fresh bool) {
	x.spoke = x.spoke || text != ""
	c := x.in
	if c == nil {
		if text != "" {
			x.key, x.urgency, x.raise = "", sayline.Quiet, sayline.Raise{}
			return m.attach(x, 0)
		}
		return false
	}
	switch {
	case solved == "yes" && c.state != sayline.CaseResolved && c.moments == 1:
		m.resolve(c, "done")
	case solved == "no", solved == "" && c.state == sayline.CaseResolved:
		m.bringBack(c, x.id)
	}
	return false
}

// asks says whether a case still wants somebody in an episode.
func (c *modelCase) asks(episode int) bool {
	return c.episode == episode && (c.state == sayline.CaseOpen || c.state == sayline.CaseStalled)
}
