package storetest

import (
	"context"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// Tap is one tap on a topic, on its way in at a time: it joins the brand's case
// of the key, or opens one of its own where key is "".
func Tap(brand, key string, now time.Time) *store.Accept {
	id := func() string { return sayline.NewID(now, rand.Reader) }
	m := &sayline.Moment{
		Brand: brand, ID: id(), ReceivedAt: now, OccurredAt: now, OpenUntil: now.Add(sayline.OpenFor), RetainUntil: now.AddDate(2, 0, 0),
		Kind: "problem", Feeling: 2, Topic: "cant-find-it", Audience: "customer", Class: sayline.Unidentified, Once: sayline.HashSecret(id()),
		Context:  sayline.Context{Touchpoint: "k7f3", Place: "madrid", Source: "qr"},
		Decision: sayline.Decision{Version: 1, Rule: 1, Team: "crew", Urgency: sayline.Normal, Within: 15 * time.Minute, Answer: 24 * time.Hour, GroupKey: key, OpensCase: true, Pages: true},
	}
	return &store.Accept{Moment: m, Digest: "digest", CaseID: id()}
}

// Sent are taps and what became of them.
type Sent struct {
	mu      sync.Mutex
	Kept    []*store.Accept
	Refused map[sayline.Kind][]*store.Accept
	busy    sync.WaitGroup
	news    chan sayline.Kind // one for every tap, in the order they were answered; "" is kept
}

// NewSent makes room for what becomes of at most n taps.
func NewSent(n int) *Sent {
	return &Sent{Refused: map[sayline.Kind][]*store.Accept{}, news: make(chan sayline.Kind, n)}
}

// Send puts a tap on its way and does not wait for it.
func (s *Sent) Send(ctx context.Context, to *store.Store, a *store.Accept) {
	s.busy.Go(func() {
		kind := sayline.KindOf(to.Accept(ctx, a))
		s.mu.Lock()
		defer s.mu.Unlock()
		if kind == "" {
			s.Kept = append(s.Kept, a)
		} else {
			s.Refused[kind] = append(s.Refused[kind], a)
		}
		s.news <- kind
	})
}

// News is how the next answer was: "" for kept.
func (s *Sent) News(t testing.TB) sayline.Kind {
	t.Helper()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	select {
	case kind := <-s.news:
		return kind
	case <-late.C:
		t.Fatal("a tap was never answered")
		return ""
	}
}

// Wait until every tap is answered.
func (s *Sent) Wait() { s.busy.Wait() }
