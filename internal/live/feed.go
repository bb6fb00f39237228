package live

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sayline/sayline"
)

const (
	batches    = 256              // that may wait for a producer before it reads the store again
	frames     = 8                // that may wait for a page before it gets a whole
	gapFor     = time.Second      // how long a missing number may stay away
	renderFor  = 10 * time.Second // for a [Render]
	wholeFresh = 5 * time.Second  // how long a whole serves those who come
)

// Feed is what a page shows, live.
type Feed struct {
	Key    string        // pages with the same key (of the same brand) see the same bytes: page, language, lanes; "" for a page of its own
	Brand  string        //
	IDs    []string      // only what concerns these moments and cases; nil: all of the brand
	Render Render        // of one of those who share the key
	Asides bool          // hears those too, see [Hub.Aside]
	For    time.Duration // the stream ends after this long; 0 for no such end
	Apart  time.Duration // least time between two frames, where that is more than the house's
}

// producer renders a feed for all who watch it, as long as somebody does.
type producer struct {
	streams *Streams
	feed    Feed
	ctx     context.Context
	cancel  context.CancelFunc
	refs    int           // under the lock of streams
	kick    chan struct{} // somebody came

	mu       sync.Mutex
	watching map[*watcher]struct{} // have their whole
	waiting  []*watcher            // want one
	err      error                 // the end of it

	// Only the producer's own goroutine uses these.
	sub     *Sub
	order   order
	pending []sayline.Event // not yet in a frame
	asides  []sayline.Event // the same, each of a case once
	missing time.Time       // since when a number is missing
	again   time.Time       // when a frame is made though nothing happens; zero for never
	whole   part            // the last one, while it is true
	wholeAt time.Time       // zero when it is not
}

// part is a rendered frame, and the number up to which it tells.
type part struct {
	id    int64
	bytes []byte
}

// watcher is one page. It leaves when parts is closed: it lagged, or err is set.
type watcher struct {
	parts chan part
	at    int64 // up to which it was told; the producer's
	after int64 // up to which it knew when it came
}

// watch adds a page that knows all up to after.
func (p *producer) watch(after int64) (*watcher, error) {
	w := &watcher{parts: make(chan part, frames), after: after}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return nil, p.err
	}
	p.waiting = append(p.waiting, w)
	select {
	case p.kick <- struct{}{}:
	default:
	}
	return w, nil
}

func (p *producer) unwatch(w *watcher) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.watching, w)
	p.waiting = slices.DeleteFunc(p.waiting, func(other *watcher) bool { return other == w })
}

// failed is why the feed ended; nil when it did not.
func (p *producer) failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// run is the producer's life: gather, wait for the next frame's time, render, hand out.
func (p *producer) run() {
	p.listen(p.feed.IDs)
	defer func() { p.sub.Close() }()
	flush, gap, again := stopped(), stopped(), stopped()
	defer flush.Stop()
	defer gap.Stop()
	defer again.Stop()
	apart := max(p.streams.gap, p.feed.Apart)
	var last time.Time
	for {
		select {
		case <-p.ctx.Done():
			return
		case <-p.kick:
		case <-flush.C:
		case <-again.C:
		case batch := <-p.sub.C:
			p.gather(batch)
		case <-p.sub.Cut():
			p.listen(p.sub.ids)
		case <-gap.C:
			p.listen(p.sub.ids)
		}
		if p.busy() && time.Since(last) >= apart {
			if err := p.flush(); err != nil {
				p.fail(err)
				return
			}
			last = time.Now()
		}
		if p.busy() {
			flush.Reset(apart - time.Since(last))
		}
		p.watchGap(gap)
		if wait := time.Until(p.again); wait > 0 { // else it is due, and the frame's time is waited for
			again.Reset(wait)
		}
	}
}

func stopped() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// listen begins anew: everybody gets a whole.
func (p *producer) listen(ids []string) {
	if p.sub != nil {
		p.sub.Close()
	}
	if ids == nil {
		p.sub = p.streams.hub.Subscribe(p.feed.Brand, batches)
	} else {
		p.sub = p.streams.hub.SubscribeTo(p.feed.Brand, ids, batches)
	}
	p.order, p.pending = order{partial: ids != nil}, nil
	p.missing, p.wholeAt = time.Time{}, time.Time{}
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.watching {
		w.after = w.at
		p.waiting = append(p.waiting, w)
	}
	clear(p.watching)
}

// gather takes what has come, all of it.
func (p *producer) gather(batch []sayline.Event) {
	for {
		if len(batch) > 0 && batch[0].Seq == 0 {
			p.aside(batch)
		} else {
			p.pending = append(p.pending, p.order.take(batch)...)
		}
		select {
		case batch = <-p.sub.C:
		default:
			return
		}
	}
}

// aside keeps what has no number until the next frame.
func (p *producer) aside(batch []sayline.Event) {
	for _, e := range batch {
		if p.feed.Asides && !slices.ContainsFunc(p.asides, func(o sayline.Event) bool { return o.Case == e.Case }) {
			p.asides = append(p.asides, e)
		}
	}
}

// watchGap lets a number stay away only so long.
func (p *producer) watchGap(gap *time.Timer) {
	switch {
	case p.order.lost():
		gap.Reset(0)
	case !p.order.gap():
		gap.Stop()
		p.missing = time.Time{}
	case p.missing.IsZero():
		p.missing = time.Now()
		gap.Reset(gapFor)
	}
}

func (p *producer) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.waiting) > 0 || len(p.pending) > 0 || len(p.asides) > 0 || p.due()
}

// due says whether a frame was asked for that is to be made now.
func (p *producer) due() bool { return !p.again.IsZero() && time.Until(p.again) <= 0 }

// flush makes the next frame: for those who have a whole what happened since, for
// those who came a whole.
func (p *producer) flush() error {
	if len(p.pending) > 0 {
		pending := p.pending
		p.pending, p.wholeAt = nil, time.Time{}
		for _, events := range p.cut(pending) {
			if anew, err := p.tell(events); err != nil || anew {
				return err
			}
		}
	}
	if err := p.tellWhole(); err != nil {
		return err
	}
	if err := p.tellAsides(); err != nil || !p.due() {
		return err
	}
	return p.tellApart(Delta{})
}

// tellAsides tells what came that has no number.
func (p *producer) tellAsides() error {
	if len(p.asides) == 0 {
		return nil
	}
	asides := p.asides
	p.asides = nil
	return p.tellApart(Delta{Asides: asides})
}

// tellApart renders what has no number, for all who watch: it takes none of them
// further.
func (p *producer) tellApart(d Delta) error {
	f, err := p.render(d)
	if err != nil || len(f.Messages) == 0 {
		return err
	}
	told := encode(Frame{Messages: f.Messages})
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.watching {
		p.hand(w, part{w.at, told})
	}
	return nil
}

// cut divides events where a whole that somebody already has ends, so that nobody
// is told twice.
func (p *producer) cut(events []sayline.Event) [][]sayline.Event {
	if p.order.partial {
		return [][]sayline.Event{events}
	}
	var ends []int64
	p.mu.Lock()
	for w := range p.watching {
		if w.at >= events[0].Seq && w.at < events[len(events)-1].Seq {
			ends = append(ends, w.at)
		}
	}
	p.mu.Unlock()
	slices.Sort(ends)
	var parts [][]sayline.Event
	for _, end := range slices.Compact(ends) {
		i, _ := slices.BinarySearchFunc(events, end+1, func(e sayline.Event, seq int64) int { return cmp.Compare(e.Seq, seq) })
		parts, events = append(parts, events[:i:i]), events[i:]
	}
	return append(parts, events)
}

// tell renders events for those who do not know them. anew says that it listens
// to others from now on, so that everybody gets a whole.
func (p *producer) tell(events []sayline.Event) (anew bool, err error) {
	end := events[len(events)-1].Seq
	news := func(w *watcher) bool { return w.at < end || p.order.partial }
	p.mu.Lock()
	wanted := false
	for w := range p.watching {
		wanted = wanted || news(w)
	}
	p.mu.Unlock()
	if !wanted {
		return false, nil
	}
	f, err := p.render(Delta{Events: events})
	if err != nil {
		return false, err
	}
	f.ID = max(f.ID, end)
	told := part{f.ID, encode(f)}
	p.mu.Lock()
	for w := range p.watching {
		if news(w) {
			p.hand(w, told)
		}
	}
	p.mu.Unlock()
	return p.follow(f.IDs), nil
}

// tellWhole gives all of it to those who wait for it, and renders it at most once.
func (p *producer) tellWhole() error {
	p.mu.Lock()
	if len(p.waiting) == 0 {
		p.mu.Unlock()
		return nil
	}
	d := Delta{Whole: true}
	if p.feed.Key == "" {
		d.After = p.waiting[0].after
	}
	p.mu.Unlock()
	var ids []string
	if p.wholeAt.IsZero() || time.Since(p.wholeAt) > wholeFresh {
		f, err := p.render(d)
		if err != nil {
			return err
		}
		p.whole, p.wholeAt, ids = part{f.ID, encode(f)}, time.Now(), f.IDs
		if !p.order.known {
			p.pending = append(p.pending, p.order.start(f.ID)...)
		}
	}
	p.mu.Lock()
	for _, w := range p.waiting { // with those who came meanwhile
		p.watching[w] = struct{}{}
		if p.feed.Key != "" && w.after > 0 && w.after == p.whole.id {
			p.hand(w, part{id: p.whole.id}) // it knows all of it
		} else {
			p.hand(w, p.whole)
		}
	}
	p.waiting = nil
	p.mu.Unlock()
	p.follow(ids)
	return nil
}

// hand gives a page its part, or lets go of one that does not keep up: it comes
// again, for a whole. The caller holds the lock.
func (p *producer) hand(w *watcher, told part) {
	w.at = told.id
	select {
	case w.parts <- told:
	default:
		delete(p.watching, w)
		close(w.parts)
	}
}

// follow listens to other moments and cases if these are others.
func (p *producer) follow(ids []string) (anew bool) {
	if ids == nil || p.feed.IDs == nil {
		return false
	}
	now, then := slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(p.sub.ids))
	if slices.Equal(slices.Compact(now), then) {
		return false
	}
	p.listen(now)
	return true
}

// render asks for a frame. What goes wrong in it ends this feed, not the process.
func (p *producer) render(d Delta) (f Frame, err error) {
	ctx, cancel := context.WithTimeout(p.ctx, renderFor)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			err = sayline.Errorf(sayline.Internal, "The page can't be shown live.").Because(fmt.Errorf("panic: %v", r))
		}
	}()
	f, err = p.feed.Render(ctx, d)
	p.again = time.Time{}
	if err == nil && f.Again > 0 {
		p.again = time.Now().Add(f.Again)
	}
	return f, err
}

// fail ends the feed for all who watch it.
func (p *producer) fail(err error) {
	p.streams.forget(p)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
	for w := range p.watching {
		close(w.parts)
	}
	for _, w := range p.waiting {
		close(w.parts)
	}
	clear(p.watching)
	p.waiting = nil
}
