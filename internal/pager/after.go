package pager

import (
	"context"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
)

// after is what is told once something is over: that a case needs nobody any
// more, to the phones on which it still stands, and that a contact broke, to its
// person by another. The first is a courtesy and not a promise: what a
// notification leads to always tells the truth, whatever it says itself.
type after struct {
	taken chan sayline.Event
	broke signal
}

// afterLine is how many cases wait to be told of; more are left as they are.
const afterLine = 256

// afterAtOnce bounds the calls made for one case.
const afterAtOnce = 8

func newAfter() *after { return &after{make(chan sayline.Event, afterLine), newSignal()} }

// note never blocks.
func (a *after) note(e *sayline.Event) {
	select {
	case a.taken <- *e:
	default:
	}
}

// runAfter tells until ctx ends. Contacts that broke while nobody ran are found
// at the beginning, and in case a wake-up was lost, now and then.
func (p *Pager) runAfter(ctx, calls context.Context) {
	look := time.NewTicker(time.Minute)
	defer look.Stop()
	p.after.broke.raise()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case e := <-p.after.taken:
			p.tellTaken(ctx, calls, &e)
		case <-p.after.broke:
			p.tellBroken(ctx, calls)
		case <-look.C:
			p.tellBroken(ctx, calls)
		}
	}
}

// tellTaken replaces what stands on phones about a case by who is on it, or that
// it is closed: silently. Each page is told of once for each such event, by one process.
func (p *Pager) tellTaken(ctx, calls context.Context, e *sayline.Event) {
	if p.Push == nil {
		return
	}
	pages, err := p.Store.TakeShown(ctx, e.Brand, e.Case, e.At)
	if err != nil {
		p.complain(ctx, "the phones a case stands on can't be read", err, "brand", e.Brand, "case", e.Case)
		return
	}
	told := map[string]bool{}
	turns := make(chan struct{}, afterAtOnce)
	var all sync.WaitGroup
	for _, page := range pages {
		if told[page.Address] {
			continue
		}
		told[page.Address] = true
		l, err := p.read(ctx, page)
		if err != nil || l == nil {
			continue
		}
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			ctx, cancel := context.WithTimeout(calls, sayline.CallTimeout)
			defer cancel()
			p.push(ctx, page.Brand, page.Person, page.Address, l.over(), notify.PushMessage{Urgency: notify.PushNormal, TTL: pageLife})
		})
	}
	all.Wait()
}

// over is what takes a page's place on a phone once nobody needs to act.
func (l *letter) over() pushed {
	return pushed{Kind: "after", Title: l.standing(), Body: l.what(), Lang: l.tongue.Tag, Dir: l.tongue.Dir, Tag: caseTag(l.brand.ID, l.c.ID), URL: l.link, Icon: pushIcon(l.brand.ID), Silent: true}
}

// standing says how the case stands, to its person.
func (l *letter) standing() string {
	switch {
	case l.elsewhere():
		return l.tongue.Say("act_others")
	case l.c.State == sayline.CaseResolved:
		return l.tongue.Say("act_closed")
	case l.c.Owner == "" || l.c.State == sayline.CaseOpen || l.c.State == sayline.CaseStalled:
		return l.tongue.Say("page_again")
	case l.c.State == sayline.CaseSnoozed:
		return l.tongue.Say("act_put_off", "time", l.tongue.Stamp(l.now, l.c.SnoozedUntil))
	case l.c.Owner == l.page.Person:
		return l.tongue.Say("act_you")
	case l.private():
		return l.tongue.Say("act_taken_private")
	}
	name := l.c.Owner
	if p := l.brand.Index.Person(name); p != nil {
		name = p.Name
	}
	return l.tongue.Say("act_taken", "name", name)
}

// tellBroken tells people of their contacts that broke, by all their others that
// work. The team's admins see it in the house.
func (p *Pager) tellBroken(ctx, calls context.Context) {
	list, err := p.Store.TakeBroken(ctx)
	if err != nil {
		p.complain(ctx, "the contacts that broke can't be read", err)
		return
	}
	for i := range list {
		k := &list[i]
		b := p.Registry.ByID(k.Brand)
		if b == nil || b.Index.Person(k.Person) == nil {
			continue
		}
		p.Log.Warn("a contact is broken: it is not used any more", "brand", k.Brand, "person", k.Person, "channel", k.Channel, "detail", k.Detail)
		p.tellOf(calls, b, k)
	}
}

func (p *Pager) tellOf(ctx context.Context, b *brands.Snapshot, broken *sayline.KnownContact) {
	n := p.notice(b, broken.Person, noticeBroken)
	n.title, n.text = n.tongue.Say("note_broken_title", "brand", b.Name, "contact", broken.Name()), n.tongue.Say("note_broken")
	for _, k := range b.Known(broken.Person) {
		if k.Usable() && k.ID != broken.ID {
			p.tell(ctx, &k, n)
		}
	}
}
