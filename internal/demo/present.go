package demo

import (
	"bytes"
	"container/heap"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/store"
)

// present is the living stream: every few seconds somebody says something at
// one of the brands, over HTTP as a phone does, and the brands' people react,
// to visitors too. What is the visitor's to do (the shelf in Madrid, and what
// its manager has on her desk) is left to them.
type present struct {
	life
	people   []*people
	base     string // of the server itself: http://127.0.0.1:8080
	client   *http.Client
	log      *slog.Logger
	heard    chan sayline.Event
	agenda   agenda
	receipts map[string][]string // case → its authors' receipts, of what was said here
	order    []string            // of the cases in receipts, oldest first
}

const (
	heardMost   = 1024 // events that may wait; more are left alone
	receiptMost = 500  // cases whose authors are remembered
	sayTime     = 5 * time.Second
	adoptMost   = 200 // cases of a brand and section that the past may leave
)

// newPresent makes the present. Its hear must watch the store before the first
// write; people and base are set before it runs.
func newPresent(s *store.Store, now func() time.Time, random io.Reader, log *slog.Logger) *present {
	p := &present{client: &http.Client{Timeout: sayTime}, log: log, heard: make(chan sayline.Event, heardMost), receipts: map[string][]string{}}
	p.life = life{store: s, now: now, random: random, tempo: brisk, at: p.at, taken: map[string]int{}}
	return p
}

// at puts a deed on the agenda. Only the loop itself does.
func (p *present) at(t time.Time, do func(context.Context) error) { heap.Push(&p.agenda, deed{t, do}) }

// hear is called with committed events and never blocks.
func (p *present) hear(events []sayline.Event) {
	for _, e := range events {
		switch e.Type {
		case sayline.EventCaseOpened, sayline.EventCaseReopened, sayline.EventCaseAnswered:
			select {
			case p.heard <- e:
			default: // nobody looks fast enough: those people are busy
			}
		}
	}
}

// run lives until the context ends.
func (p *present) run(ctx context.Context) {
	defer p.client.CloseIdleConnections()
	next, due := time.NewTimer(2*time.Second), time.NewTimer(time.Hour)
	defer next.Stop()
	defer due.Stop()
	p.complain(ctx, p.adopt(ctx))
	for {
		due.Stop()
		if len(p.agenda) > 0 {
			due.Reset(max(0, p.agenda[0].at.Sub(p.now())))
		}
		var err error
		select {
		case <-ctx.Done():
			return
		case <-next.C:
			w, pause := p.turn()
			err = p.say(ctx, w)
			next.Reset(pause)
		case <-due.C:
			err = heap.Pop(&p.agenda).(deed).do(ctx)
		case e := <-p.heard:
			err = p.react(ctx, e)
		}
		p.complain(ctx, err)
	}
}

func (p *present) complain(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		p.log.Warn("somebody of the demo could not do what they wanted", "err", err)
	}
}

// adopt lets the brands' people go on, one after the other, with what the past
// left open.
func (p *present) adopt(ctx context.Context) error {
	for _, w := range p.people {
		scope := store.Scope{{All: true}}
		for _, l := range w.brand.Lanes {
			scope = append(scope, store.LaneScope{Lane: l.ID, All: true})
		}
		for section := store.WaitingCritical; section < store.Resolved; section++ {
			list, err := p.store.Cases(ctx, store.CasesQuery{Brand: w.brand.ID, Scope: scope, Section: section, Limit: adoptMost})
			if err != nil {
				return err
			}
			for _, c := range list {
				later := time.Duration(w.rand.Float64() * float64(p.tempo.adopt))
				p.at(p.now().Add(later), func(ctx context.Context) error { return p.pickUp(ctx, w, c.ID) })
			}
		}
	}
	return nil
}

// pickUp deals with a case as it is now.
func (p *present) pickUp(ctx context.Context, w *people, caseID string) error {
	c, err := p.store.Case(ctx, w.brand.ID, caseID)
	if err != nil || ofManager(c.Brand, c.Team, c.Place) || c.State == sayline.CaseResolved {
		return stands(err)
	}
	newest, err := p.store.MomentsOf(ctx, c.Brand, c.ID, 1)
	if err == nil && len(newest) > 0 {
		p.deal(w, newest[0], c.Episode)
	}
	return err
}

// turn chooses at which brand somebody speaks now, the busier the likelier, and
// how long after that it is quiet: two to six seconds in busy hours, up to three
// times that at night.
func (p *present) turn() (*people, time.Duration) {
	now, sum, most := p.now(), 0.0, 0.0
	for _, w := range p.people {
		b := w.busy(now)
		sum, most = sum+b, max(most, b)
	}
	r := p.people[0].rand
	pause := time.Duration((2 + 4*r.Float64()) * float64(time.Second) / max(most, 0.33))
	n := r.Float64() * sum
	for _, w := range p.people {
		if n -= w.busy(now); n < 0 {
			return w, pause
		}
	}
	return p.people[0], pause
}

// say lets somebody say something at a brand.
func (p *present) say(ctx context.Context, w *people) error {
	u := w.next()
	for tries := 0; w.forManager(u) && tries < 100; tries++ {
		u = w.next()
	}
	doc := u.document(w.brand.Index.Touchpoint(u.Touchpoint))
	var done cx.Accepted
	if err := p.post(ctx, p.base+"/@"+w.brand.ID+"/cx/moments", doc, &done); err != nil || done.Receipt == "" {
		return err
	}
	m, err := p.store.Moment(ctx, w.brand.ID, done.ID)
	if err != nil || m.Case == "" {
		return stands(err)
	}
	if p.receipts[m.Case] == nil {
		p.order = append(p.order, m.Case)
	}
	p.receipts[m.Case] = append(p.receipts[m.Case], done.Receipt)
	if len(p.order) > receiptMost {
		delete(p.receipts, p.order[0])
		p.order = slices.Delete(p.order, 0, 1)
	}
	return nil
}

// document is the utterance as a client sends it.
func (u *utterance) document(t *sayline.Touchpoint) cx.Moment {
	m := u.moment(t)
	c := m.Context
	doc := cx.Moment{CX: cx.Version, Kind: m.Kind, Feeling: m.Feeling, Topic: m.Topic, Text: m.Text, Lang: m.Lang, Class: m.Class, Publish: m.Publish,
		Context: &cx.Context{Touchpoint: c.Touchpoint, GS1: c.GS1, Product: c.Product, Ref: c.Ref, Source: c.Source}}
	if c.Place != "" {
		doc.Context.Place = &cx.Place{ID: c.Place}
	}
	if k := m.Contact; k != nil {
		doc.Contact = &cx.Contact{Name: k.Name, Email: k.Email, Phone: k.Phone, Member: k.Member}
	}
	if c.Source == "kiosk" {
		none := false
		doc.Receipt = &none
	}
	return doc
}

// post sends a document and reads the answer into got, unless that is nil.
func (p *present) post(ctx context.Context, url string, doc, got any) error {
	body, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Idempotency-Key", rand.Text())
	res, err := p.client.Do(req)
	if err != nil {
		return err
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	if res.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("the server answered %s", res.Status)
	}
	if got == nil {
		return nil
	}
	return json.Unmarshal(answer, got)
}

// react lets the people concerned hear of an event.
func (p *present) react(ctx context.Context, e sayline.Event) error {
	i := slices.IndexFunc(p.people, func(w *people) bool { return w.brand.ID == e.Brand })
	if i < 0 {
		return nil
	}
	w := p.people[i]
	if e.Type == sayline.EventCaseAnswered {
		p.authorsRead(w, e.Case)
		return nil
	}
	return p.pickUp(ctx, w, e.Case)
}

// authorsRead lets some of a case's authors, who have an answer now, say whether
// that solved it.
func (p *present) authorsRead(w *people, caseID string) {
	for _, receipt := range p.receipts[caseID] {
		if w.rand.Float64() > 0.4 {
			continue
		}
		yes := true
		words := cx.Words{Solved: &yes, Feeling: 4 + w.rand.IntN(2)}
		p.at(p.now().Add(w.span(p.tempo.solve)), func(ctx context.Context) error {
			return p.post(ctx, receipt+"/messages", words, nil)
		})
	}
	delete(p.receipts, caseID)
	p.order = slices.DeleteFunc(p.order, func(id string) bool { return id == caseID })
}
