package pager

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
)

func TestSettle(t *testing.T) {
	now := time.Unix(1e9, 0)
	page := func(attempts int, age time.Duration) sayline.Page {
		return sayline.Page{Attempts: attempts, CreatedAt: now.Add(-age)}
	}
	for name, c := range map[string]struct {
		page  sayline.Page
		o     notify.Outcome
		state string
		again time.Duration
	}{
		"taken":                      {page(1, 0), notify.Outcome{Class: notify.Accepted}, sayline.PageAccepted, 0},
		"taken at the last try":      {page(pageAttempts, pageLife), notify.Outcome{Class: notify.Accepted}, sayline.PageAccepted, 0},
		"for now":                    {page(1, 0), notify.Outcome{Class: notify.FailedForNow}, sayline.PageQueued, time.Second},
		"for now, the third time":    {page(3, 0), notify.Outcome{Class: notify.FailedForNow}, sayline.PageQueued, 4 * time.Second},
		"asked to wait":              {page(1, 0), notify.Outcome{Class: notify.FailedForNow, RetryAfter: time.Hour}, sayline.PageQueued, time.Hour},
		"asked to wait too long":     {page(1, 0), notify.Outcome{Class: notify.FailedForNow, RetryAfter: 7 * time.Hour}, sayline.PageFailed, 0},
		"unknown is sent again":      {page(1, 0), notify.Outcome{Class: notify.Unknown}, sayline.PageQueued, time.Second},
		"unknown too often":          {page(pageAttempts, 0), notify.Outcome{Class: notify.Unknown}, sayline.PageUnknown, 0},
		"for now too often":          {page(pageAttempts, 0), notify.Outcome{Class: notify.FailedForNow}, sayline.PageFailed, 0},
		"for good":                   {page(1, 0), notify.Outcome{Class: notify.FailedForGood}, sayline.PageFailed, 0},
		"gone":                       {page(1, 0), notify.Outcome{Class: notify.Gone}, sayline.PageFailed, 0},
		"nobody waits for it longer": {page(2, pageLife), notify.Outcome{Class: notify.FailedForNow}, sayline.PageFailed, 0},
	} {
		if r := settle(c.page, c.o, now); r.State != c.state || r.Again != c.again {
			t.Errorf("%s: %s, again after %v; want %s after %v", name, r.State, r.Again, c.state, c.again)
		}
	}
}

// TestEveryPageEnds: whatever a provider answers, in bounded time and tries.
func TestEveryPageEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		made := time.Unix(1e9, 0)
		now, page := made, sayline.Page{CreatedAt: made}
		for {
			page.Attempts++
			now = now.Add(time.Duration(rapid.IntRange(0, 8000).Draw(t, "call")) * time.Millisecond)
			r := settle(page, notify.Outcome{
				Class:      rapid.SampledFrom([]notify.Class{notify.FailedForNow, notify.Unknown, notify.FailedForNow, notify.Accepted, notify.FailedForGood}).Draw(t, "class"),
				RetryAfter: time.Duration(rapid.IntRange(0, 5000).Draw(t, "retry after")) * time.Second}, now)
			if r.State != sayline.PageQueued {
				if r.Again != 0 {
					t.Fatal("an end is not tried again")
				}
				break
			}
			if r.Again <= 0 {
				t.Fatal("tried again without a pause")
			}
			now = now.Add(r.Again)
			if page.Attempts >= pageAttempts || now.After(made.Add(pageLife)) {
				t.Fatalf("attempt %d, %v old, and no end", page.Attempts, now.Sub(made))
			}
		}
	})
}

// TestEveryDeliveryEnds: tried for three days at most, more and more seldom.
func TestEveryDeliveryEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := time.Unix(1e9, 0)
		var before *store.Delivery
		for now, tries := first, 0; ; tries++ {
			f := &flight{rendered: rendered{seq: 7}, before: before, begun: now, ended: now.Add(time.Duration(rapid.IntRange(0, 8000).Draw(t, "call")) * time.Millisecond), attempts: tries + 1}
			f.outcome = notify.Outcome{Class: rapid.SampledFrom([]notify.Class{notify.FailedForNow, notify.Unknown, notify.FailedForGood}).Draw(t, "class"),
				RetryAfter: time.Duration(rapid.IntRange(0, 90000).Draw(t, "retry after")) * time.Second}
			d := f.record("crm")
			if !d.FirstAt.Equal(first) || d.Attempts != tries+1 || d.Seq != 7 {
				t.Fatalf("%+v", d)
			}
			if d.State == store.DeliveryFailed {
				if next := pauses[min(d.Attempts, len(pauses))-1]; max(next, f.outcome.RetryAfter) < tryFor-d.LastAt.Sub(first) {
					t.Fatalf("given up after %v, with another try in %v", d.LastAt.Sub(first), next)
				}
				break
			}
			if d.State != store.DeliveryRetry || d.NextAt.Sub(f.ended) < f.outcome.RetryAfter || d.NextAt.Sub(f.ended) < pauses[0] || d.NextAt.After(first.Add(tryFor)) {
				t.Fatalf("%+v", d)
			}
			before, now = &d, d.NextAt
		}
	})
}

func TestGoneIsNotTriedAgain(t *testing.T) {
	f := &flight{outcome: notify.Outcome{Class: notify.Gone}, attempts: 1}
	if d := f.record("crm"); d.State != store.DeliveryFailed || !d.NextAt.IsZero() {
		t.Errorf("%+v", d)
	}
}

// TestHealth: an endpoint that is away keeps its events waiting, and is asked
// with one of them now and then; an answer, even a bad one, lets all go.
func TestHealth(t *testing.T) {
	var h health
	now := time.Unix(1e9, 0)
	away := notify.Outcome{Class: notify.Unknown}
	for range awayAfter - 1 {
		h.note(away, now)
	}
	if h.window(now, 32) != 32 {
		t.Error("held too early")
	}
	h.note(away, now)
	if h.window(now, 32) != 0 || h.window(now.Add(time.Second), 32) != 1 {
		t.Error("not held")
	}
	for range 40 {
		h.note(away, now)
	}
	if h.window(now.Add(longestHold-1), 32) != 0 || h.window(now.Add(longestHold), 32) != 1 {
		t.Error("held for another time than the longest")
	}
	h.note(notify.Outcome{Class: notify.FailedForGood}, now)
	if h.window(now, 32) != 32 {
		t.Error("somebody answered, and it is still held")
	}
}

// TestPlace: the place moves over exactly what is done with, whatever the order.
func TestPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p place
		done := map[int64]bool{}
		var open []int64
		seq := int64(0)
		oracle := func() int64 {
			n := int64(0)
			for n < seq && done[n+1] {
				n++
			}
			return n
		}
		t.Repeat(map[string]func(*rapid.T){
			"not for it": func(*rapid.T) { seq++; done[seq] = true; p.read = seq },
			"begin":      func(*rapid.T) { seq++; p.read = seq; p.begin(seq); open = append(open, seq) },
			"end": func(t *rapid.T) {
				if len(open) == 0 {
					t.Skip()
				}
				i := rapid.IntRange(0, len(open)-1).Draw(t, "which")
				done[open[i]] = true
				p.end(open[i])
				open = append(open[:i], open[i+1:]...)
			},
			"": func(t *rapid.T) {
				if p.at(0) != oracle() {
					t.Fatalf("at %d, done up to %d", p.at(0), oracle())
				}
				if seq > 0 && len(open) == 0 && p.at(seq) != seq-1 {
					t.Fatal("what is read and not begun is not done with")
				}
			},
		})
	})
}

// TestTail: what the tail gives is what was told, or nothing.
func TestTail(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tl tail
		last := int64(rapid.IntRange(0, 5).Draw(t, "start"))
		first := last + 1 // without a gap since
		t.Repeat(map[string]func(*rapid.T){
			"told": func(t *rapid.T) {
				var lot []sayline.Event
				for range rapid.IntRange(1, 400).Draw(t, "lot") {
					last++
					lot = append(lot, sayline.Event{Seq: last})
				}
				tl.add(lot)
			},
			"gap": func(t *rapid.T) {
				last += int64(rapid.IntRange(1, 9).Draw(t, "missed"))
				first = last + 1
			},
			"": func(t *rapid.T) {
				after, limit := int64(rapid.IntRange(0, int(last)+2).Draw(t, "after")), rapid.IntRange(1, 300).Draw(t, "limit")
				events, ok := tl.after(after, limit)
				if len(tl.events) > tailMost {
					t.Fatal("it grows")
				}
				if !ok {
					if last-after < tailKept && after+1 >= first && last >= first {
						t.Fatalf("it has let go of what comes after %d, with %d told since %d", after, last, first)
					}
					return
				}
				for i, e := range events {
					if e.Seq != after+1+int64(i) {
						t.Fatalf("event %d after %d", e.Seq, after)
					}
				}
				if last >= first && after < last && len(events) != int(min(int64(limit), last-after)) {
					t.Fatalf("%d events after %d of %d", len(events), after, last)
				}
			},
		})
	})
}
