package pager

import (
	"cmp"
	"context"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
)

// byChat writes into a person's chat.
func (p *Pager) byChat() *way {
	w := p.newWay(sayline.ByChat, p.Workers)
	w.send = func(ctx context.Context, _ int, l *letter) notify.Outcome {
		return p.chat(ctx, notify.ChatMessage{URL: l.page.Address, Text: l.chat(), Link: cmp.Or(l.act, l.link)})
	}
	w.tell = func(ctx context.Context, k *sayline.KnownContact, n *notice) notify.Outcome {
		return p.chat(ctx, notify.ChatMessage{URL: k.Address, Text: n.title + "\n" + n.text, Link: n.link})
	}
	return w
}

func (p *Pager) chat(ctx context.Context, m notify.ChatMessage) notify.Outcome {
	if p.Chats == nil {
		return notify.Outcome{Class: notify.FailedForGood, Detail: "chats are not set up"}
	}
	return p.Chats.Send(ctx, m)
}

// chat is a page as it stands in a chat: the subject, what was said, how many,
// and what the link under it does.
func (l *letter) chat() string {
	lines := filled(l.subject(), l.again())
	if !l.special() {
		for _, s := range l.said() {
			lines = append(lines, "“"+short(s, shown)+"”")
		}
	}
	lines = append(lines, l.lines()...)
	lines = append(lines, filled(l.together(), l.note())...)
	return strings.Join(append(lines, l.does()+":"), "\n")
}

// does says what its link is for.
func (l *letter) does() string {
	if l.act != "" {
		return l.tongue.Say("act_on_it")
	}
	return l.tongue.Say("page_open")
}
