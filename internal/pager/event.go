package pager

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
)

// fact is what an endpoint is told of an event: ids, and facts that the brand
// itself has defined. What an author wrote is in it only for endpoints that
// asked for full text; a contact never is.
type fact struct {
	Brand       string    `json:"brand"`
	Seq         int64     `json:"seq"`
	Moment      string    `json:"moment,omitempty"`
	Case        string    `json:"case,omitempty"`
	Team        string    `json:"team,omitempty"`
	By          string    `json:"by,omitempty"` // the member who did it
	Kind        string    `json:"kind,omitempty"`
	Feeling     int       `json:"feeling,omitempty"`
	Topic       string    `json:"topic,omitempty"`
	Audience    string    `json:"audience,omitempty"`
	Touchpoint  string    `json:"touchpoint,omitempty"`
	Place       string    `json:"place,omitempty"`
	Product     string    `json:"product,omitempty"`
	Lot         string    `json:"lot,omitempty"`
	Source      string    `json:"source,omitempty"`
	Class       string    `json:"class,omitempty"`
	Photos      int       `json:"photos,omitempty"`
	Voices      int       `json:"voices,omitempty"`
	Urgency     string    `json:"urgency,omitempty"`
	OccurredAt  time.Time `json:"occurred_at,omitzero"`
	State       string    `json:"state,omitempty"`
	Episode     int       `json:"episode,omitempty"`
	Moments     int       `json:"moments,omitempty"`
	Acknowledge time.Time `json:"acknowledge_by,omitzero"`
	Answer      time.Time `json:"answer_by,omitzero"`
	Reason      string    `json:"reason,omitempty"`
	Text        string    `json:"text,omitempty"`
	Lang        string    `json:"lang,omitempty"`
	Ref         string    `json:"ref,omitempty"`
}

// rendered is an event ready to be sent.
type rendered struct {
	seq  int64
	at   time.Time
	id   string
	body []byte
}

// render writes events as they are now: what was erased since is out of them.
func (p *Pager) render(ctx context.Context, h *hook, events []sayline.Event) ([]rendered, error) {
	if h.relay != "" {
		return p.renderRelayed(ctx, h, events)
	}
	var moments, cases []string
	for i := range events {
		switch e := &events[i]; {
		case e.Type == sayline.EventMomentWithdrawn:
		case strings.HasPrefix(e.Type, "cx.moment."):
			moments = append(moments, e.Moment)
		case e.Case != "":
			cases = append(cases, e.Case)
		}
	}
	m, err := p.Store.MomentsByID(ctx, h.brand.ID, moments)
	if err != nil {
		return nil, err
	}
	c, err := p.Store.CasesByID(ctx, h.brand.ID, cases)
	if err != nil {
		return nil, err
	}
	hidden, err := p.guarded(ctx, h, events, m)
	if err != nil {
		return nil, err
	}
	list := make([]rendered, 0, len(events))
	for i := range events {
		e := &events[i]
		if hidden(e) {
			continue
		}
		f := fact{Brand: e.Brand, Seq: e.Seq, Moment: e.Moment, Case: e.Case, Team: e.Team, By: e.Person}
		if strings.HasPrefix(e.Type, "cx.moment.") {
			f.ofMoment(h, m[e.Moment])
		} else {
			f.ofCase(h.brand, c[e.Case])
		}
		if e.Type == sayline.EventTouchpointAlarm {
			a, err := p.Store.AlarmOf(ctx, e.Brand, e.Case)
			if err != nil {
				return nil, err
			}
			f.ofAlarm(h.brand, a)
		}
		list = append(list, f.render(h, e))
	}
	return list, nil
}

// guarded says which events an endpoint is not told of: those of what small audiences
// say, of the cases they spoke in, and that one of them took something back, unless
// the brand's file names it for that.
func (p *Pager) guarded(ctx context.Context, h *hook, events []sayline.Event, said map[string]*sayline.Moment) (func(*sayline.Event) bool, error) {
	if h.Guarded {
		return func(*sayline.Event) bool { return false }, nil
	}
	audiences := h.brand.Guarded()
	var moments, cases []string
	for i := range events {
		moments, cases = append(moments, events[i].Moment), append(cases, events[i].Case)
	}
	gone, err := p.Store.GuardedGone(ctx, h.brand.ID, moments)
	if err != nil {
		return nil, err
	}
	spoken, err := p.Store.GuardedCases(ctx, h.brand.ID, audiences, cases)
	return func(e *sayline.Event) bool {
		if !strings.HasPrefix(e.Type, "cx.moment.") {
			return spoken[e.Case]
		}
		m := said[e.Moment]
		return gone[e.Moment] || m != nil && (m.Guarded || slices.Contains(audiences, m.Audience))
	}, err
}

func (f *fact) render(h *hook, e *sayline.Event) rendered {
	subject := e.Case
	if strings.HasPrefix(e.Type, "cx.moment.") {
		subject = e.Moment
	}
	return h.envelope(e, e.Type, subject, f)
}

// envelope puts data, of strings, numbers and times of this era, in a CloudEvent.
func (h *hook) envelope(e *sayline.Event, kind, subject string, data any) rendered {
	text, _ := json.Marshal(data) // cannot fail
	id := e.Brand + "-" + strconv.FormatInt(e.Seq, 10)
	ce := notify.CloudEvent{ID: id, Source: h.source, Type: kind, Time: e.At, Subject: subject, Data: text}
	return rendered{seq: e.Seq, at: e.At, id: id, body: ce.AppendJSON(make([]byte, 0, len(text)+320))}
}

// ofMoment adds what is known of a moment. An unknown topic or touchpoint is
// words somebody made up, so it is told only with the text.
func (f *fact) ofMoment(h *hook, m *sayline.Moment) {
	if m == nil || m.Lane != "" {
		return
	}
	c := &m.Context
	f.Kind, f.Feeling, f.Class, f.Urgency, f.OccurredAt = sayline.KnownKind(m.Kind), m.Feeling, m.Class, m.Decision.Urgency, m.OccurredAt
	f.Topic, f.Audience, f.Touchpoint, f.Place, f.Product, f.Lot, f.Source = m.Topic, m.Audience, c.Touchpoint, c.Place, c.Product, c.Lot, c.Source
	f.Photos, f.Voices = m.Photos, m.Voices
	if h.FullText {
		f.Text, f.Lang, f.Ref = m.Text, m.Lang, c.Ref
		return
	}
	f.onlyKnown(h.brand)
}

func (f *fact) ofCase(b *brands.Snapshot, c *sayline.Case) {
	if c == nil || c.Lane != "" {
		return
	}
	f.Team, f.Kind, f.Urgency, f.State, f.Episode, f.Moments = c.Team, sayline.KnownKind(c.Kind), c.Urgency, c.State, c.Episode, c.Moments
	f.Topic, f.Place, f.Product, f.Lot, f.Reason = c.Topic, c.Place, c.Product, c.Lot, c.Reason
	f.Acknowledge, f.Answer = c.AckBy, c.AnswerBy
	f.onlyKnown(b)
}

// ofAlarm adds what is unhappier than usual: a touchpoint, else the case's place or lot.
func (f *fact) ofAlarm(b *brands.Snapshot, a *store.Alarm) {
	if a == nil {
		return
	}
	if f.Moments = a.Moments; a.About == store.AboutTouchpoint && b.Index.Touchpoint(a.Subject) != nil {
		f.Touchpoint = a.Subject
	}
}

// onlyKnown leaves only what the brand has defined.
func (f *fact) onlyKnown(b *brands.Snapshot) {
	ix := b.Index
	for _, known := range []struct {
		of *string
		is bool
	}{
		{&f.Topic, ix.Topic(f.Topic) != nil}, {&f.Audience, ix.Audience(f.Audience) != nil}, {&f.Touchpoint, ix.Touchpoint(f.Touchpoint) != nil},
		{&f.Place, ix.Place(f.Place) != nil}, {&f.Product, ix.Product(f.Product) != nil},
		{&f.Source, slices.Contains(sayline.Sources, f.Source)}, {&f.Lot, len(f.Lot) <= maxLot && !strings.Contains(f.Lot, " ")},
	} {
		if !known.is {
			*known.of = ""
		}
	}
}

// maxLot is the length of a lot number (GS1 General Specifications, AI 10); what
// is longer or has spaces is words.
const maxLot = 20
