package demo

import (
	"context"
	"io"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// tempo is how long the brands' people take, as medians.
type tempo struct {
	see   time.Duration // from the demand to opening it
	take  time.Duration // then to "I'm on it"
	reply time.Duration // then to the answer
	close time.Duration // then to closing it
	solve time.Duration // from the answer to the author's word
	adopt time.Duration // within which they go on with what an earlier time left open; no median
}

var (
	// usual is the tempo of a good company on a usual day.
	usual = tempo{see: 50 * time.Second, take: 40 * time.Second, reply: 22 * time.Minute, close: 50 * time.Minute, solve: 20 * time.Minute}
	// brisk is the tempo while somebody watches: the same, for people with less time.
	brisk = tempo{see: 8 * time.Second, take: 8 * time.Second, reply: 50 * time.Second, close: 4 * time.Minute, solve: 25 * time.Second, adopt: 4 * time.Minute}
)

// life is what the brands' people do about what is said: look, take it, answer,
// close it. Past and present live it alike, through the very store of the desk.
type life struct {
	store  *store.Store
	now    func() time.Time
	random io.Reader
	tempo  tempo
	at     func(t time.Time, do func(context.Context) error) // puts a deed on the agenda
	taken  map[string]int                                    // case → the episode somebody deals with
}

// deal puts on the agenda what the brand's people do about the case of a
// moment, once an episode. It says whether that is anything new.
func (l *life) deal(p *people, m *sayline.Moment, episode int) bool {
	if m.Case == "" || l.taken[m.Case] >= episode {
		return false
	}
	l.taken[m.Case] = episode
	t := l.now()
	who := p.someone(m.Decision.Team, m.Decision.Place, t)
	if who == "" {
		return true
	}
	act := store.Act{Brand: m.Brand, Case: m.Case, Person: who, Way: "desk", Zone: p.brand.Location()}
	t = t.Add(m.Decision.Pause + p.span(l.tempo.see))
	l.at(t, func(ctx context.Context) error { return l.store.Seen(ctx, act) })
	if m.Decision.Pages {
		t = t.Add(p.span(l.tempo.take))
		l.at(t, func(ctx context.Context) error { return stands(l.store.Acknowledge(ctx, act, episode)) })
	}
	text, lang := p.replyTo(m)
	if text == "" && m.Text != "" {
		return true // words of their own: they wait for somebody who can read
	}
	if text != "" && p.rand.Float64() < 0.93 {
		t = t.Add(p.span(l.tempo.reply))
		l.at(t, func(ctx context.Context) error { return l.answer(ctx, act, episode, text, lang) })
	}
	t = t.Add(p.span(l.tempo.close))
	l.at(t, func(ctx context.Context) error { return l.close(ctx, act, episode) })
	return true
}

// answer writes to all of the case, unless somebody else has.
func (l *life) answer(ctx context.Context, act store.Act, episode int, text, lang string) error {
	c, err := l.store.Case(ctx, act.Brand, act.Case)
	if err != nil || c.Episode != episode || c.State == sayline.CaseResolved || !c.AnsweredAt.IsZero() {
		return stands(err)
	}
	return l.store.AddMessage(ctx, act, &sayline.Message{ID: sayline.NewID(l.now(), l.random), Direction: sayline.Reply, Text: text, Lang: lang})
}

func (l *life) close(ctx context.Context, act store.Act, episode int) error {
	c, err := l.store.Case(ctx, act.Brand, act.Case)
	if err != nil || c.Episode != episode {
		return stands(err)
	}
	return l.store.Resolve(ctx, act, "done")
}

// stands lets what somebody else did meanwhile stand: a case that is closed or
// taken, a moment taken back.
func stands(err error) error {
	if k := sayline.KindOf(err); k == sayline.Conflict || k == sayline.NotFound {
		return nil
	}
	return err
}
