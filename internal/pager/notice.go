package pager

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/words"
)

// NoticeType is the type of the CloudEvent a person's own webhook gets about itself.
const NoticeType = "cx.contact"

// notice is a few words to a person about their contacts, not about a case.
type notice struct {
	id     string
	kind   string // code, test or broken
	brand  *brands.Snapshot
	person string
	tongue *words.Tongue
	title  string
	text   string
	code   string // of a verification
	link   string // how we reach them; "" for nowhere
	at     time.Time
}

// Kinds of notices.
const (
	noticeCode   = "code"
	noticeTest   = "test"
	noticeBroken = "broken"
)

// notice begins one, in its person's language.
func (p *Pager) notice(b *brands.Snapshot, person, kind string) *notice {
	n := &notice{id: sayline.NewID(p.Now(), p.Random), kind: kind, brand: b, person: person, at: p.Now()}
	who := b.Index.Person(person)
	if who == nil {
		who = &sayline.Person{}
	}
	n.tongue, _ = p.tongue(b, who)
	if p.MeURL != nil {
		n.link = p.MeURL(b.ID)
	}
	return n
}

// Channels are the ways out that can be used here, besides the desk.
func (p *Pager) Channels() []string {
	var list []string
	for _, w := range p.ways {
		if p.has(w.channel) {
			list = append(list, w.channel)
		}
	}
	return list
}

// has says whether a way out is set up.
func (p *Pager) has(channel string) bool {
	switch channel {
	case sayline.ByEmail:
		return len(p.Mailers) > 0
	case sayline.ByPush:
		return p.Push != nil
	case sayline.ByChat:
		return p.Chats != nil
	case sayline.BySMS, sayline.ByVoice:
		return p.Gateway != nil
	}
	return true
}

// SendCode sends a contact the code that verifies it. A browser gets it where its
// person does not see it: there the worker gives it back by itself.
func (p *Pager) SendCode(ctx context.Context, b *brands.Snapshot, k *sayline.KnownContact, code string) notify.Outcome {
	n := p.notice(b, k.Person, noticeCode)
	n.code = code
	n.title, n.text = n.tongue.Say("note_code_title", "brand", b.Name, "code", code), n.tongue.Say("note_code")
	if k.Channel == sayline.ByPush {
		n.title, n.text = n.tongue.Say("note_phone_title", "brand", b.Name), n.tongue.Say("note_phone")
	}
	return p.tell(ctx, k, n)
}

// SendTest sends a contact a few words, so that its person sees that it works.
// What came of it is kept as the contact's health.
func (p *Pager) SendTest(ctx context.Context, b *brands.Snapshot, k *sayline.KnownContact) notify.Outcome {
	n := p.notice(b, k.Person, noticeTest)
	n.title, n.text = n.tongue.Say("note_test_title", "brand", b.Name), n.tongue.Say("note_test", "brand", b.Name)
	return p.tell(ctx, k, n)
}

// tell makes the call, and keeps what it tells of the contact.
func (p *Pager) tell(ctx context.Context, k *sayline.KnownContact, n *notice) notify.Outcome {
	i := slices.IndexFunc(p.ways, func(w *way) bool { return w.channel == k.Channel && w.tell != nil })
	if i < 0 {
		return notify.Outcome{Class: notify.FailedForGood, Detail: "this way out is not set up"}
	}
	ctx, cancel := context.WithTimeout(ctx, sayline.CallTimeout)
	defer cancel()
	o := p.ways[i].tell(ctx, k, n)
	note := noteOf(n.brand, k.Person, k.Contact, o)
	if note.Told == sayline.ContactReached && k.Own() && k.VerifiedAt.IsZero() {
		return o // a code on its way tells nothing yet
	}
	if err := p.Store.NoteContacts(context.WithoutCancel(ctx), n.brand.ID, []store.ContactNote{note}); err != nil {
		p.complain(ctx, "what a call told of a contact can't be stored", err, "brand", n.brand.ID)
	}
	return o
}

//go:embed notice.html
var noticeSource string

var noticeHTML = template.Must(template.New("notice").Parse(noticeSource))

func (p *Pager) tellByEmail(ctx context.Context, k *sayline.KnownContact, n *notice) notify.Outcome {
	if len(p.Mailers) == 0 {
		return notify.Outcome{Class: notify.FailedForGood, Detail: "no mail server is set up"}
	}
	from := p.from
	from.Name = n.brand.Name
	_, host, _ := strings.Cut(from.Address, "@")
	m := notify.Mail{From: from.String(), To: k.Address, Subject: n.title, Text: n.words(), MessageID: n.id + "@" + host}
	var b bytes.Buffer
	if err := noticeHTML.Execute(&b, map[string]any{"Lang": n.tongue.Tag, "Dir": n.tongue.Dir, "Title": n.title, "Text": n.text, "Link": n.link, "Open": n.tongue.Say("note_where")}); err != nil {
		return notify.Outcome{Class: notify.FailedForGood, Detail: "the e-mail can't be written"}
	}
	m.HTML = b.String()
	return p.Mailers[0].Send(ctx, m)
}

// words are a notice as plain text.
func (n *notice) words() string {
	text := n.title + "\n\n" + n.text + "\n"
	if n.link != "" {
		text += "\n" + n.tongue.Say("note_where") + ":\n" + n.link + "\n"
	}
	return text
}

// noticeDocument is what a person's webhook is told about itself.
type noticeDocument struct {
	Kind     string `json:"kind"` // code, test or broken
	Title    string `json:"title"`
	Text     string `json:"text"`
	Code     string `json:"code,omitempty"`
	Language string `json:"language"`
	URL      string `json:"url,omitempty"`
}

func (p *Pager) tellByWebhook(ctx context.Context, k *sayline.KnownContact, n *notice) notify.Outcome {
	data, _ := json.Marshal(noticeDocument{n.kind, n.title, n.text, n.code, n.tongue.Tag, n.link}) // strings: cannot fail
	e := notify.CloudEvent{ID: n.id, Source: p.BrandURL(n.brand.ID), Type: NoticeType, Time: n.at, Data: data}
	return p.Webhooks.Post(ctx, notify.Delivery{URL: k.Address, ID: n.id, At: n.at,
		Secrets: []string{ContactSecret(p.Store.ServerKey(), n.brand.ID, n.person)}, Body: e.AppendJSON(nil)})
}
