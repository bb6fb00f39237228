package pager

import (
	"cmp"
	"context"
	"encoding/json"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/words"
)

const (
	tellLot      = 16             // authors told at once
	tellFor      = 24 * time.Hour // how long it is tried
	tellAttempts = 24
)

// Told is all that a push to an author says: that something became of what they
// said. Its browser has the sentence for it.
type Told struct {
	Status string `json:"status"`
}

// runTellings tells authors of answers until ctx ends.
func (p *Pager) runTellings(ctx, calls context.Context) {
	due := newAlarmClock()
	defer due.Stop()
	sweep := time.NewTicker(sayline.Sweep)
	defer sweep.Stop()
	for ctx.Err() == nil {
		due.set(p.Now(), p.tellDue(ctx, calls))
		select {
		case <-ctx.Done():
		case <-p.telling:
		case <-due.C:
		case <-sweep.C:
		}
	}
}

// tellDue tells whom there is to tell and gives when the next one is.
func (p *Pager) tellDue(ctx, calls context.Context) time.Time {
	for ctx.Err() == nil {
		next, err := p.Store.NextTelling(ctx)
		if err != nil {
			p.complain(ctx, "whether authors are to be told can't be read", err)
			return time.Time{}
		}
		if next.IsZero() || next.After(p.Now()) {
			return next
		}
		list, err := p.Store.LeaseTellings(ctx, tellLot)
		if err != nil {
			p.complain(ctx, "what authors are to be told can't be leased", err)
			return time.Time{}
		}
		if len(list) == 0 {
			return time.Time{} // another process has them
		}
		var lot sync.WaitGroup
		for _, t := range list {
			lot.Go(func() { p.tellAuthor(calls, t) })
		}
		lot.Wait()
	}
	return time.Time{}
}

// tellAuthor makes one call and stores what came of it.
func (p *Pager) tellAuthor(ctx context.Context, t sayline.Telling) {
	call, cancel := context.WithTimeout(ctx, sayline.CallTimeout)
	defer cancel()
	begun := p.Now()
	p.Store.Pass(store.BeforeCall, toAuthor)
	o := p.callAuthor(call, t)
	p.Store.Pass(store.AfterCall, toAuthor)
	r := store.TellingReport{Telling: t, Gone: o.Class == notify.Gone, Outcome: string(o.Class), Detail: o.Detail}
	switch o.Class {
	case notify.Accepted:
		r.Told = begun
	case notify.FailedForNow, notify.Unknown: // the same letter has the same id, and a push takes the place of the one before
		r.Again = max(pause(t.Attempts), o.RetryAfter)
		if t.Attempts >= tellAttempts || p.Now().Add(r.Again).After(t.Since.Add(tellFor)) {
			r.Again = 0
		}
	}
	if o.Class != notify.Accepted {
		p.Log.Warn("an author could not be told", "brand", t.Brand, "channel", t.Channel, "attempt", t.Attempts, "outcome", o.Class, "detail", o.Detail)
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), reportTime)
	defer stop()
	if err := p.Store.ReportTelling(ctx, r); err != nil {
		p.complain(ctx, "what came of telling an author can't be stored", err, "brand", t.Brand)
	}
	p.Store.Pass(store.AfterResult, toAuthor)
}

func (p *Pager) callAuthor(ctx context.Context, t sayline.Telling) notify.Outcome {
	if t.Channel == sayline.ByPush {
		return p.pushAuthor(ctx, t)
	}
	b := p.Registry.ByID(t.Brand)
	if b == nil {
		return notify.Outcome{Class: notify.FailedForNow, Detail: "the brand is not read yet"}
	}
	m, err := p.authorLetter(ctx, b, t)
	switch {
	case err != nil && sayline.KindOf(err) != sayline.NotFound:
		p.complain(ctx, "an answer to an author can't be read", err, "brand", t.Brand)
		return notify.Outcome{Class: notify.FailedForNow, Detail: "the answer could not be read"}
	case m == nil:
		return notify.Outcome{Class: notify.Accepted, Detail: "nothing to write"}
	case len(p.Mailers) == 0:
		return notify.Outcome{Class: notify.FailedForGood, Detail: "no mail server is set up"}
	}
	return p.Mailers[int(t.DueAt.UnixMicro())%len(p.Mailers)].Send(ctx, *m)
}

// pushAuthor tells a browser. Nothing of the moment is in it, not even which: the
// browser asked with one receipt and opens that.
func (p *Pager) pushAuthor(ctx context.Context, t sayline.Telling) notify.Outcome {
	if p.Push == nil {
		return notify.Outcome{Class: notify.FailedForGood, Detail: "push is not set up"}
	}
	m := notify.PushMessage{Topic: "author " + t.Brand + " " + t.Moment, Urgency: notify.PushNormal, TTL: tellFor}
	if err := json.Unmarshal([]byte(t.Keys), &m.To); err != nil {
		return notify.Outcome{Class: notify.FailedForGood, Detail: "what is stored of the browser can't be read"}
	}
	m.Payload, _ = json.Marshal(Told{t.Status}) // a string: cannot fail
	return p.Push.Send(ctx, m)
}

// authorLetter is the letter with the answers an author has not been written yet;
// nil when there is nothing to write, or nowhere to.
func (p *Pager) authorLetter(ctx context.Context, b *brands.Snapshot, t sayline.Telling) (*notify.Mail, error) {
	m, err := p.Store.Moment(ctx, t.Brand, t.Moment)
	if err != nil || m.Contact == nil || m.Contact.Email == "" {
		return nil, err
	}
	if _, err := mail.ParseAddress(m.Contact.Email); err != nil {
		return nil, nil
	}
	all, err := p.Store.MessagesTo(ctx, t.Brand, m.ID, m.Case)
	if err != nil {
		return nil, err
	}
	answers := slices.DeleteFunc(all, func(x sayline.Message) bool {
		joinedLater := x.Moment == "" && x.Case == m.Case && x.Episode < m.Episode
		return x.Direction != sayline.Reply || joinedLater || !x.At.After(t.ToldAt)
	})
	if len(answers) == 0 {
		return nil, nil
	}
	tongue := p.Words.In(cmp.Or(m.Lang, b.Language()))
	from := p.from
	from.Name = b.Name
	_, host, _ := strings.Cut(from.Address, "@")
	letter := &notify.Mail{From: from.String(), To: m.Contact.Email, Subject: tongue.Say("letter_answer", "brand", b.Name), Text: authorText(tongue, b, m, answers, p.AnswerTo != ""),
		MessageID: "answer-" + answers[len(answers)-1].ID + "-" + m.ID + "@" + host}
	if p.AnswerTo != "" {
		letter.Headers = map[string]string{"Reply-To": notify.AnswerAddress(p.AnswerTo, notify.Thread(p.Store.ServerKey(), b.ID, m.ID))}
	}
	return letter, nil
}

// authorText is what stands in it. Of a private lane there is no word in a mailbox
// that others may read: only that there is an answer.
func authorText(t *words.Tongue, b *brands.Snapshot, m *sayline.Moment, answers []sayline.Message, back bool) string {
	var parts []string
	if m.Lane != "" {
		parts = append(parts, t.Say("letter_private", "brand", b.Name))
	} else {
		for _, a := range answers {
			parts = append(parts, a.Text)
		}
		if m.Text != "" {
			parts = append(parts, t.Say("letter_said"), "> "+strings.ReplaceAll(short(m.Text, quotation), "\n", "\n> "))
		}
	}
	if back {
		parts = append(parts, t.Say("letter_back"))
	}
	return strings.Join(append(parts, "--", t.Say("letter_why", "brand", b.Name)), "\n\n") + "\n"
}
