package pager

import (
	"cmp"
	"context"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
)

// byGateway has the operator's gateway write an SMS or ring a number.
func (p *Pager) byGateway(channel string) *way {
	w := p.newWay(channel, p.Workers)
	w.send = func(ctx context.Context, _ int, l *letter) notify.Outcome {
		m := l.byNumber(channel)
		if p.GatewayURL != nil {
			m.Callback = p.GatewayURL(l.page.Brand, l.page.ID)
		}
		return p.byNumber(ctx, m)
	}
	w.tell = func(ctx context.Context, k *sayline.KnownContact, n *notice) notify.Outcome {
		return p.byNumber(ctx, notify.GatewayMessage{ID: n.id, Channel: channel, To: k.Address, Text: n.words(), Say: n.spoken(), Lang: n.tongue.Tag})
	}
	return w
}

// byNumber is a page as the gateway gets it.
func (l *letter) byNumber(channel string) notify.GatewayMessage {
	m := notify.GatewayMessage{ID: l.page.ID, Channel: channel, To: l.page.Address, Text: l.sms(), Say: l.spoken(), Lang: l.tongue.Tag, ActURL: l.act, CaseURL: l.link}
	if !l.private() && !l.special() {
		m.Urgency = l.c.Urgency
	}
	return m
}

func (p *Pager) byNumber(ctx context.Context, m notify.GatewayMessage) notify.Outcome {
	if p.Gateway == nil {
		return notify.Outcome{Class: notify.FailedForGood, Detail: "no gateway is set up"}
	}
	return p.Gateway.Send(ctx, m)
}

// An SMS costs by its length: it says what, a little of what was said, and where
// to act.
const (
	smsSubject = 100
	smsSaid    = 80
)

func (l *letter) sms() string {
	parts := []string{short(l.subject(), smsSubject)}
	if said := l.said(); len(said) > 0 && !l.special() {
		parts = append(parts, "“"+short(strings.Join(strings.Fields(said[0]), " "), smsSaid)+"”")
	}
	parts = append(parts, l.does()+": "+cmp.Or(l.act, l.link))
	if l.act != "" {
		parts = append(parts, l.tongue.Say("waysout_reply_1"))
	}
	return strings.Join(parts, "\n")
}

// spoken is what is said to who is rung: who calls, what it is, and the key that
// takes it. Twice, for who only listened from the middle on.
func (l *letter) spoken() string {
	once := l.tongue.Say("waysout_calling", "brand", l.brand.Name) + " " + strings.Join(filled(l.urgency(), l.what(), l.product(), l.where(), l.again()), ". ") + "."
	if l.asks() && !l.special() {
		once += " " + l.tongue.Say("waysout_press_1")
	}
	return once + "\n" + once
}

// spoken says a notice, a code digit by digit, and twice.
func (n *notice) spoken() string {
	text := n.title
	if n.code != "" {
		text = strings.ReplaceAll(text, n.code, strings.Join(strings.Split(n.code, ""), ", "))
	}
	return text + ". " + n.text + "\n" + text + "."
}
