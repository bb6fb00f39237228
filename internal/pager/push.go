package pager

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
)

// pushed is what the house's service worker reads (house/assets/sw.js). Nobody
// between us and the browser can.
type pushed struct {
	Kind    string   `json:"kind"` // page, after, code, test or broken
	Title   string   `json:"title"`
	Body    string   `json:"body,omitempty"`
	Lang    string   `json:"lang"`
	Dir     string   `json:"dir"`
	Tag     string   `json:"tag"` // a newer one of the same tag takes its place
	URL     string   `json:"url"` // opened by a tap
	Icon    string   `json:"icon,omitempty"`
	At      int64    `json:"at,omitempty"`      // since when, in milliseconds
	Act     string   `json:"act,omitempty"`     // acts without signing in
	Buttons []Button `json:"buttons,omitempty"` // the first two are shown nearly everywhere
	Failed  string   `json:"failed,omitempty"`  // what is said when acting did not get through
	Silent  bool     `json:"silent,omitempty"`
	Loud    bool     `json:"loud,omitempty"` // stays until somebody looks
	Code    string   `json:"code,omitempty"`
	Reply   string   `json:"reply,omitempty"` // where the worker gives the code back
}

// Button is what may be done from a notification.
type Button struct {
	Do  string `json:"do"`
	Say string `json:"say"`
}

// byPush goes to a browser its person registered: the page's address is the
// contact's id, and what it takes to reach it is read when it is sent.
func (p *Pager) byPush() *way {
	w := p.newWay(sayline.ByPush, p.Workers)
	w.send = func(ctx context.Context, _ int, l *letter) notify.Outcome {
		return p.push(ctx, l.brand.ID, l.page.Person, l.page.Address, l.pushed(), l.pushTimes())
	}
	w.tell = func(ctx context.Context, k *sayline.KnownContact, n *notice) notify.Outcome {
		return p.push(ctx, n.brand.ID, k.Person, k.Address, n.pushed(k), notify.PushMessage{Urgency: notify.PushHigh, TTL: time.Hour})
	}
	return w
}

// loud says whether it stays on the screen until somebody looks: one that is
// urgent and its person's own, or several of which one is.
func (l *letter) loud() bool {
	return slices.ContainsFunc(l.bundle, (*letter).loud) || l.urgency() != "" && l.page.Role == sayline.ForDuty
}

// pushTimes is how a push service is to treat a page; of several in one message,
// as the one that presses most.
func (l *letter) pushTimes() notify.PushMessage {
	if len(l.bundle) == 0 {
		return pushTimes(l.c.Urgency, l.silent, l.page.Role)
	}
	most := l.bundle[0].pushTimes()
	for _, one := range l.bundle[1:] {
		if m := one.pushTimes(); m.Urgency == notify.PushHigh || m.Urgency == notify.PushNormal && most.Urgency == notify.PushLow {
			most = m
		}
	}
	return most
}

// pushTimes is what a page wakes a phone for, and for how long it is kept for one
// that is away.
func pushTimes(urgency string, silent bool, role string) notify.PushMessage {
	m := notify.PushMessage{Urgency: notify.PushNormal, TTL: pageLife}
	switch {
	case silent:
		m.Urgency = notify.PushLow
	case urgency == sayline.Urgent, urgency == sayline.Critical, role == sayline.ForDuty:
		m.Urgency = notify.PushHigh
	}
	return m
}

// push sends a payload to a registered browser.
func (p *Pager) push(ctx context.Context, brand, person, id string, what pushed, m notify.PushMessage) notify.Outcome {
	if p.Push == nil {
		return notify.Outcome{Class: notify.FailedForGood, Detail: "push is not set up"}
	}
	k, err := p.Store.Contact(ctx, brand, person, id)
	if sayline.KindOf(err) == sayline.NotFound {
		return notify.Outcome{Class: notify.FailedForGood, Detail: "it is not registered any more"}
	}
	if err != nil {
		return notify.Outcome{Class: notify.FailedForNow, Detail: "the contact could not be read"}
	}
	if err := json.Unmarshal([]byte(k.Keys), &m.To); err != nil {
		return notify.Outcome{Class: notify.FailedForGood, Detail: "what is stored of the browser can't be read"}
	}
	m.Payload, m.Topic = what.fit(), what.Tag
	return p.Push.Send(ctx, m)
}

// fit writes the payload, its words cut until it fits into one message.
func (w pushed) fit() []byte {
	for {
		b, _ := json.Marshal(w) // strings and numbers: cannot fail
		if over := len(b) - notify.MaxPush; over <= 0 || w.Body == "" {
			return b
		}
		w.Body = short(w.Body, max(0, utf8.RuneCountInString(w.Body)*2/3-1))
		if utf8.RuneCountInString(w.Body) < 8 {
			w.Body = ""
		}
	}
}

// shown is how much of what was said a notification has room for.
const shown = 240

// pushed is a page as a phone shows it.
func (l *letter) pushed() pushed {
	t := l.tongue
	w := pushed{Kind: "page", Title: strings.Join(filled(l.urgency(), l.what()), " · "), Lang: t.Tag, Dir: t.Dir, Tag: caseTag(l.brand.ID, l.c.ID), URL: l.link,
		Icon: pushIcon(l.brand.ID), Silent: l.silent, Failed: t.Say("act_failed"), Loud: l.loud()}
	if l.page.Says == sayline.PageOneMoved { // the case still asks: its own notification stays
		w.Tag = caseTag(l.brand.ID, l.c.ID) + " moved"
	}
	if l.private() {
		w.Body = t.Say("page_private_note")
	} else {
		if !l.special() {
			w.At = l.c.Since.UnixMilli()
		}
		var lines []string
		if said := l.said(); len(said) > 0 && !l.special() {
			lines = append(lines, "“"+short(said[0], shown)+"”")
		}
		lines = append(lines, l.lines()...)
		w.Body = strings.Join(filled(append(lines, strings.Join(filled(l.product(), l.where()), " · "), l.again(), l.together())...), "\n")
	}
	if w.Act = l.act; w.Act != "" {
		w.Buttons = []Button{{"on_it", t.Say("act_on_it")}, {"not_ours", t.Say("act_not_ours")}, {"answer", t.Say("act_answer")}}
	}
	return w
}

func filled(parts ...string) []string {
	var list []string
	for _, s := range parts {
		if s != "" {
			list = append(list, s)
		}
	}
	return list
}

func (n *notice) pushed(k *sayline.KnownContact) pushed {
	w := pushed{Kind: n.kind, Title: n.title, Body: n.text, Lang: n.tongue.Tag, Dir: n.tongue.Dir, Tag: "contact " + n.brand.ID, URL: n.link, Icon: pushIcon(n.brand.ID), Code: n.code}
	if n.code != "" && n.link != "" {
		w.Reply = n.link + "/" + k.ID + "/code"
	}
	return w
}

// caseTag is the tag of a case's notifications: one at a time.
func caseTag(brand, id string) string { return "case " + brand + " " + id }

// pushIcon is where the house draws a brand's mark.
func pushIcon(brand string) string { return "/house/icon/" + brand + "-192.png" }
