package screen

import (
	"cmp"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/intake"
)

// acceptedDoc is the answer to a moment.
func acceptedDoc(v *voice, a *intake.Accepted) cx.Accepted {
	m := &a.Moment
	d := cx.Accepted{ID: m.ID, Reference: m.Reference, ReceivedAt: v.at(m.ReceivedAt), Status: cx.Received, RetainUntil: v.at(m.RetainUntil), OpenUntil: v.openUntil(m)}
	if a.Secret != "" {
		d.Receipt = v.site.URL(receiptPath(a.Secret))
	}
	if m.Case != "" {
		look, answer := v.site.Router.Promise(m, &m.Decision, m.ReceivedAt)
		d.SentTo = v.sentTo(m, a.OnDuty, a.DutyAt)
		if m.Lane == "" { // else it was received on a day, not at a time
			d.SentTo.LookBy, d.AnswerBy = v.maybe(look), v.maybe(answer)
		}
	}
	return d
}

func receiptPath(secret string) string { return "/cx/r/" + secret }

// receiptDoc is a receipt for clients.
func receiptDoc(v *voice, secret string, r *intake.Receipt) cx.Receipt {
	m := &r.Moment
	d := cx.Receipt{
		ID: m.ID, Reference: m.Reference, ReceivedAt: v.at(m.ReceivedAt), Status: cmp.Or(r.Status, cx.Received),
		OpenUntil: v.openUntil(m), RetainUntil: v.at(m.RetainUntil), Together: r.Together, Solved: m.Solved,
		History: []cx.Entry{}, Messages: []cx.Message{}, Moment: momentDoc(v, m),
		Media: mediaDocs(v, secret, r.Media),
	}
	if c := r.Case; c != nil {
		d.SentTo = v.sentTo(m, r.OnDuty, r.DutyAt)
		d.SentTo.LookBy, d.AnswerBy = v.maybe(c.AckBy), v.maybe(c.AnswerBy)
	}
	for _, h := range r.History {
		e := cx.Entry{Status: h.Status, At: v.at(h.At), Label: h.Label}
		if h.Status == sayline.StatusInProgress {
			e.Label = v.stepLabel(topicOf(r), h.Label)
		}
		if h.By != "" {
			e.By = v.team(m.Decision)
		}
		d.History = append(d.History, e)
	}
	for _, x := range r.Messages {
		out := cx.Message{From: "author", Text: x.Text, Lang: x.Lang, At: v.at(x.At), Solved: x.Solved}
		if x.Direction == sayline.Reply {
			out.Media = mediaDocs(v, secret, r.Shown[x.ID])
			out.From, out.By = "brand", v.team(m.Decision)
		}
		d.Messages = append(d.Messages, out)
	}
	return d
}

// momentDoc is what was sent, as it is kept.
func momentDoc(v *voice, m *sayline.Moment) cx.Moment {
	d := cx.Moment{CX: cx.Version, Kind: m.Kind, Feeling: m.Feeling, Topic: m.Topic, Text: m.Text, Lang: m.Lang, Audience: m.Audience, Class: m.Class, Publish: m.Publish, OccurredAt: v.maybe(m.OccurredAt)}
	c := contextDoc(m.Context)
	d.Context = &c
	if k := m.Contact; k != nil {
		d.Contact = &cx.Contact{Name: k.Name, Email: k.Email, Phone: k.Phone, Member: k.Member}
	}
	return d
}

func contextDoc(c sayline.Context) cx.Context {
	d := cx.Context{Touchpoint: c.Touchpoint, GS1: c.GS1, Product: c.Product, Lot: c.Lot, Ref: c.Ref, Source: c.Source}
	if c.Place != "" || c.Located {
		d.Place = &cx.Place{ID: c.Place}
		if c.Located {
			d.Place.Lat, d.Place.Long = &c.Lat, &c.Long
		}
	}
	return d
}

func (v *voice) sentTo(m *sayline.Moment, onDuty bool, dutyAt time.Time) *cx.SentTo {
	return &cx.SentTo{Team: v.team(m.Decision), OnDuty: onDuty, DutyAt: v.maybe(dutyAt)}
}

// at is a time in the brand's zone, to the second: what a person can use.
func (v *voice) at(t time.Time) time.Time { return t.In(v.site.Location()).Truncate(time.Second) }

func (v *voice) maybe(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	at := v.at(t)
	return &at
}

func (v *voice) openUntil(m *sayline.Moment) *time.Time {
	if !m.Open(v.now) {
		return nil
	}
	return v.maybe(m.OpenUntil)
}

// firstReply is when somebody of the brand first answered; zero if nobody has.
func firstReply(r *intake.Receipt) time.Time {
	i := slices.IndexFunc(r.Messages, func(x sayline.Message) bool { return x.Direction == sayline.Reply })
	if i < 0 {
		return time.Time{}
	}
	return r.Messages[i].At
}
