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
	clocks  map[string]int
}

type modelMoment struct {
	id, receipt string
	in          *modelCase // nil: nobody's work
	episode     int
	key         string
	urgency     string
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
	episode, moments                       int
	feelings                               [6]int
	resolvedAt                             time.Time
	reached, seen, acknowledged, answered  bool
	owners                                 map[string]bool // by episode
	steps                                  []*modelStep
}

type modelStep struct {
	episode, n int
	moment     string
	due        time.Time
	state      string
}

type modelPage struct {
	id       string
	of       *modelCase
	episode  int
	state    string
	attempts int
	lease    time.Time
	due      time.Time
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
	pages := x.urgency != sayline.Quiet
	switch {
	case x.key == "" || c == nil || c.state == sayline.CaseResolved && m.now().Sub(c.resolvedAt) > 2*time.Hour:
		c = &modelCase{key: x.key, state: sayline.CaseOpen, urgency: x.urgency, episode: 1, owners: map[string]bool{}}
		if x.key != "" {
			m.slots[x.key] = c
		}
		fresh = true
		if pages {
			c.steps = append(c.steps, &modelStep{1, 1, x.id, m.now().Add(pause), sayline.StepWaiting})
		}
	case c.state == sayline.CaseResolved || rank[x.urgency] > rank[c.urgency]:
		m.begin(c, x.urgency, x.id, pages, pause)
	}
	c.moments++
	if x.feeling > 0 {
		c.feelings[x.feeling]++
	}
	x.in, x.episode = c, c.episode
	return fresh
}

var rank = map[string]int{sayline.None: 0, sayline.Quiet: 1, sayline.Normal: 2, sayline.Urgent: 3, sayline.Critical: 4}

// begin starts an episode.
func (m *model) begin(c *modelCase, urgency, moment string, pages bool, pause time.Duration) {
	m.hush(c)
	c.episode++
	c.state, c.urgency, c.reason, c.resolvedAt = sayline.CaseOpen, urgency, "", time.Time{}
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

// bringBack is the author's way to start an episode.
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
	if who := fmt.Sprint(c.episode, person); c.state != sayline.CaseAcknowledged || !c.owners[who] {
		c.owner = person // the latest to come; a second time is nothing new
		c.owners[who] = true
	}
	c.state = sayline.CaseAcknowledged
	if !c.acknowledged {
		c.acknowledged = true
		m.clocks["acknowledge"]++
	}
	m.hush(c)
}

func (m *model) resolve(c *modelCase, reason string) {
	c.state, c.reason, c.resolvedAt = sayline.CaseResolved, reason, m.now()
	m.hush(c)
}

func (m *model) answer(c *modelCase, person string) {
	if c.state != sayline.CaseResolved { // late words change nothing of its state
		m.acknowledge(c, person)
	}
	if !c.answered {
		c.answered = true
		m.clocks["answer"]++
	}
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
		m.resolve(c, reason)
	}
	x.left = append(x.left, c)
	x.in = nil
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
		to.key, to.urgency = x.key, x.urgency
	}
	stays := x.in != nil && to.urgency != sayline.None && to.key == x.key
	if stays {
		c := x.in
		c.feelings[x.feeling]--
		c.feelings[to.feeling]++
		c.feelings[0] = 0
		if rank[to.urgency] > rank[c.urgency] {
			c.urgency = to.urgency
			m.bringBack(c, x.id)
		} else if c.state == sayline.CaseResolved && to.text != "" && to.text != x.text {
			m.bringBack(c, x.id)
		}
	} else if x.in != nil {
		m.leave(x, "moved")
	}
	x.feeling, x.text, x.key, x.urgency, x.sealed = to.feeling, to.text, to.key, to.urgency, to.sealed
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
			x.key, x.urgency = "", sayline.Quiet
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
