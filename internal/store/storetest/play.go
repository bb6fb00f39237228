package storetest

import (
	"crypto/rand"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// Model plays random lives on a store and in a model of plain Go maps, and
// compares the two after every act. tries is how many lives.
func Model(t *testing.T, tries int, database func(testing.TB) string) {
	h := openHouse(t, database)
	brands := 0
	Try(t, tries, func(rt *rapid.T) {
		brands++
		w := &world{tester: rt, T: t, house: h, brand: fmt.Sprintf("life-%d", brands), random: rand.Reader}
		p := &play{world: w, rt: rt, model: newModel(h.clock.Now)}
		for i := range rapid.IntRange(1, 30).Draw(rt, "acts") {
			a := rapid.SampledFrom(acts).Draw(rt, fmt.Sprint("act ", i))
			a.do(p)
			p.compare()
		}
		w.whole()
	})
}

// Try checks a property as often as tries says: those that write to a disk need
// fewer than rapid's hundred. -rapid.checks, if given, wins.
func Try(t *testing.T, tries int, property func(*rapid.T)) {
	t.Helper()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if checks := flag.Lookup("rapid.checks"); !given {
		before := checks.Value.String()
		defer checks.Value.Set(before)
		if err := checks.Value.Set(fmt.Sprint(tries)); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, property)
}

// play is one life.
type play struct {
	*world
	rt    *rapid.T
	model *model
}

// act is something that can happen; rapid prints its name.
type act struct {
	name string
	do   func(*play)
}

func (a act) String() string { return a.name }

var acts = []act{
	{"say", (*play).say}, {"say again", (*play).say}, {"say more", (*play).say},
	{"amend", (*play).amend}, {"speak", (*play).speak}, {"withdraw", (*play).withdraw},
	{"acknowledge", (*play).acknowledge}, {"open", (*play).open}, {"reply", (*play).reply}, {"progress", (*play).progress}, {"resolve", (*play).resolve}, {"snooze", (*play).snooze}, {"come back", (*play).comeBack},
	{"fire", (*play).fire}, {"lease", (*play).lease}, {"report", (*play).report}, {"expire", (*play).expire},
	{"wait", (*play).wait},
}

var (
	keys       = rapid.SampledFrom([]string{"a", "b", ""})
	urgencies  = rapid.SampledFrom(sayline.Urgencies)
	raises     = rapid.SampledFrom([]sayline.Raise{{}, {}, {At: 2, To: sayline.Normal}, {At: 2, To: sayline.Critical}, {At: 3, To: sayline.Critical}})
	feelings   = rapid.IntRange(0, 5)
	people     = rapid.SampledFrom([]string{"lucia", "marco"})
	pauses     = rapid.SampledFrom([]time.Duration{0, 8 * time.Second})
	maybeWords = rapid.SampledFrom([]string{"", "", "words", "other words"})
	waits      = rapid.SampledFrom([]time.Duration{time.Second, 10 * time.Second, 5 * time.Minute, 16 * time.Minute, 2 * time.Hour, 3 * time.Hour})
)

// pick draws one of a list; ok is false when it is empty.
func pick[T any](p *play, what string, list []T) (one T, ok bool) {
	if len(list) == 0 {
		return one, false
	}
	return list[rapid.IntRange(0, len(list)-1).Draw(p.rt, what)], true
}

func (p *play) say() {
	x := &modelMoment{key: keys.Draw(p.rt, "key"), urgency: urgencies.Draw(p.rt, "urgency"), raise: raises.Draw(p.rt, "raise"), feeling: feelings.Draw(p.rt, "feeling"), sealed: rapid.Bool().Draw(p.rt, "sealed")}
	pause := pauses.Draw(p.rt, "pause")
	a := p.tap(x.key, urgency(x.urgency), feeling(x.feeling), func(m *sayline.Moment) {
		m.Decision.Pause, m.Decision.Raise = pause, x.raise
		if x.sealed {
			m.SealedAt = m.ReceivedAt
		}
	})
	x.id, x.receipt, x.openUntil = a.Moment.ID, a.Moment.Receipt, a.Moment.OpenUntil
	p.must(p.Accept(p.ctx(), a))
	fresh := p.model.attach(x, pause)
	p.model.moments = append(p.model.moments, x)
	p.learn(x, fresh)
}

// learn takes over the id of a case that must be new; of any other it must be
// the one the model says.
func (p *play) learn(x *modelMoment, fresh bool) {
	p.Helper()
	got := p.moment(x.id).Case
	if !fresh {
		return // compare looks at it
	}
	if p.model.cases[got] != nil || got == "" {
		p.Fatalf("a new case was due, the moment is in %q", got)
	}
	x.in.id = got
	p.model.cases[got] = x.in
}

// someone is a moment that is there, or was.
func (p *play) someone() (*modelMoment, bool) { return pick(p, "moment", p.model.moments) }

func (p *play) amend() {
	x, ok := p.someone()
	if !ok {
		return
	}
	to := *x
	to.key, to.urgency, to.feeling = keys.Draw(p.rt, "key"), urgencies.Draw(p.rt, "urgency"), feelings.Draw(p.rt, "feeling")
	to.raise = raises.Draw(p.rt, "raise")
	if text := maybeWords.Draw(p.rt, "words"); text != "" {
		to.text = text
	}
	if to.text != "" && to.urgency == sayline.None {
		to.urgency = sayline.Quiet // words are always before a person
	}
	to.sealed = rapid.Bool().Draw(p.rt, "seal")
	pause := pauses.Draw(p.rt, "pause")
	err := p.Amend(p.ctx(), amendment(p.world, &sayline.Moment{Receipt: x.receipt}, func(m *sayline.Moment) error {
		m.Feeling, m.Text = to.feeling, to.text
		urgency(to.urgency)(m)
		m.Decision.GroupKey, m.Decision.Pause, m.Decision.Raise = to.key, pause, to.raise
		if to.sealed {
			m.SealedAt = p.clock.Now()
		}
		return nil
	}))
	switch {
	case x.gone:
		p.refused(err, sayline.NotFound)
	case x.sealed || !p.clock.Now().Before(x.openUntil):
		p.refused(err, sayline.Conflict)
	default:
		p.must(err)
		p.learn(x, p.model.amend(x, to, pause))
	}
}

func (p *play) speak() {
	x, ok := p.someone()
	if !ok {
		return
	}
	text, solved := maybeWords.Draw(p.rt, "words"), rapid.SampledFrom([]string{"", "yes", "no"}).Draw(p.rt, "solved")
	if solved == "" && text == "" {
		text = "words"
	}
	err := p.authorSays(&sayline.Moment{Receipt: x.receipt}, text, solved)
	if x.gone {
		p.refused(err, sayline.NotFound)
		return
	}
	p.must(err)
	p.learn(x, p.model.speak(x, text, solved))
}

func (p *play) withdraw() {
	x, ok := p.someone()
	if !ok {
		return
	}
	err := p.Withdraw(p.ctx(), p.brand, x.receipt)
	if x.gone {
		p.refused(err, sayline.NotFound)
		return
	}
	p.must(err)
	p.model.withdraw(x)
}

// work is one of the cases.
func (p *play) work() (*modelCase, bool) {
	var ids []string
	for _, x := range p.model.moments { // in the order they came, so that a life can be played again
		for _, c := range append(x.left, x.in) {
			if c != nil && !slices.Contains(ids, c.id) {
				ids = append(ids, c.id)
			}
		}
	}
	id, ok := pick(p, "case", ids)
	return p.model.cases[id], ok
}

func (p *play) acknowledge() {
	c, ok := p.work()
	if !ok {
		return
	}
	who, episode := people.Draw(p.rt, "who"), rapid.IntRange(0, c.episode+1).Draw(p.rt, "episode")
	err := p.Acknowledge(p.ctx(), p.act(c.id, who), episode)
	if c.state == sayline.CaseResolved || episode != 0 && episode != c.episode {
		p.refused(err, sayline.Conflict)
		return
	}
	p.must(err)
	p.model.acknowledge(c, who)
}

func (p *play) open() {
	if c, ok := p.work(); ok {
		p.must(p.Seen(p.ctx(), p.act(c.id, "lucia")))
		p.model.see(c)
	}
}

func (p *play) resolve() {
	c, ok := p.work()
	if !ok {
		return
	}
	reason := rapid.SampledFrom(sayline.Reasons).Draw(p.rt, "reason")
	p.must(p.Resolve(p.ctx(), p.act(c.id, "lucia"), reason))
	if c.state != sayline.CaseResolved {
		p.model.see(c)
		p.model.resolve(c, reason)
	}
}

func (p *play) progress() {
	c, ok := p.work()
	if !ok {
		return
	}
	who, step := people.Draw(p.rt, "who"), rapid.SampledFrom([]string{"on-the-way", "brought"}).Draw(p.rt, "step")
	err := p.Progress(p.ctx(), p.act(c.id, who), step, step == "brought")
	done := fmt.Sprint(c.episode, step)
	if c.state == sayline.CaseResolved && !c.done[done] {
		p.refused(err, sayline.Conflict)
		return
	}
	p.must(err)
	if !c.done[done] {
		c.done[done] = true
		p.model.progress(c, who, step == "brought")
	}
}

func (p *play) reply() {
	c, ok := p.work()
	if !ok {
		return
	}
	who, to := people.Draw(p.rt, "who"), ""
	for _, x := range p.model.moments {
		if !x.gone && x.in == c && rapid.Bool().Draw(p.rt, "to one") {
			to = x.id
		}
	}
	m := &sayline.Message{ID: p.id(), Moment: to, Direction: rapid.SampledFrom([]string{sayline.Reply, sayline.Note}).Draw(p.rt, "direction"), Text: "hello"}
	p.must(p.AddMessage(p.ctx(), p.act(c.id, who), m))
	if m.Direction == sayline.Note {
		p.model.see(c)
		c.deadline = time.Time{}
	} else {
		p.model.answer(c, who)
	}
}

func (p *play) snooze() {
	c, ok := p.work()
	if !ok {
		return
	}
	who, until := people.Draw(p.rt, "who"), p.clock.Now().Add(waits.Draw(p.rt, "for"))
	err := p.Snooze(p.ctx(), p.act(c.id, who), until)
	if c.state == sayline.CaseResolved {
		p.refused(err, sayline.Conflict)
		return
	}
	p.must(err)
	p.model.snooze(c, who, until)
}

// comeBack brings back all of the brand whose time has come.
func (p *play) comeBack() {
	list, err := p.Comebacks(p.ctx(), p.clock.Now(), 1000)
	p.must(err)
	list = slices.DeleteFunc(list, func(b store.Comeback) bool { return b.Brand != p.brand })
	p.must(p.BringBack(p.ctx(), p.brand, list))
	p.model.comeBack()
}

func (p *play) wait() { p.clock.Move(waits.Draw(p.rt, "how long")) }
