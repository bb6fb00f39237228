package pager

import (
	"context"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
)

// way is one way out to people, with workers of its own: a webhook that hangs
// keeps no e-mail waiting.
type way struct {
	pager   *Pager
	channel string
	wake    signal
	free    []int // workers without work
	send    func(ctx context.Context, worker int, l *letter) notify.Outcome
	tell    func(ctx context.Context, k *sayline.KnownContact, n *notice) notify.Outcome // words about the contact itself

	sent      chan landing
	flying    int
	reports   []store.PageReport // not stored yet
	reporting bool
	reported  chan []store.PageReport // those that could not be stored
}

// landing is a call that ended.
type landing struct {
	worker  int
	reports []store.PageReport // of all pages it was for
}

func (p *Pager) newWay(channel string, workers int) *way {
	w := &way{pager: p, channel: channel, wake: newSignal(), sent: make(chan landing, workers), reported: make(chan []store.PageReport, 1)}
	for i := range workers {
		w.free = append(w.free, i)
	}
	return w
}

func (p *Pager) byEmail() *way {
	w := p.newWay(sayline.ByEmail, max(1, len(p.Mailers)))
	w.send = func(ctx context.Context, worker int, l *letter) notify.Outcome {
		if len(p.Mailers) == 0 {
			return notify.Outcome{Class: notify.FailedForGood, Detail: "no mail server is set up"}
		}
		m, err := l.mail(p.from)
		if err != nil {
			return notify.Outcome{Class: notify.FailedForGood, Detail: "the e-mail can't be written"}
		}
		return p.Mailers[worker].Send(ctx, m)
	}
	w.tell = p.tellByEmail
	return w
}

func (p *Pager) byWebhook() *way {
	w := p.newWay(sayline.ByWebhook, p.Workers)
	w.send = func(ctx context.Context, _ int, l *letter) notify.Outcome {
		return p.Webhooks.Post(ctx, notify.Delivery{URL: l.page.Address, ID: l.page.ID, At: p.Now(),
			Secrets: []string{ContactSecret(p.Store.ServerKey(), l.page.Brand, l.page.Person)}, Body: l.document()})
	}
	w.tell = p.tellByWebhook
	return w
}

// ContactSecret signs what is sent to a person's own webhook.
func ContactSecret(serverKey []byte, brand, person string) string {
	return notify.DeriveSecret(serverKey, brand, "contact:"+person, 0)
}

// run leases pages as workers are free, and stores what came of them in lots,
// until ctx ends; what is under way then ends with calls at the latest.
func (w *way) run(ctx, calls context.Context) {
	due := newAlarmClock()
	defer due.Stop()
	sweep := time.NewTicker(sayline.Sweep)
	defer sweep.Stop()
	for look := true; ctx.Err() == nil; {
		if look && len(w.free) > 0 {
			due.set(w.pager.Now(), w.takeUp(ctx, calls))
		}
		look = true
		select {
		case <-ctx.Done():
		case <-w.wake:
		case <-due.C:
		case <-sweep.C:
			w.report(calls)
		case l := <-w.sent:
			look = len(w.free) == 0 // others may have waited for this worker
			w.landed(l)
			w.report(calls)
		case failed := <-w.reported:
			w.stored(failed)
			if len(failed) == 0 {
				w.report(calls)
			}
		}
	}
	w.drain(calls)
}

// takeUp leases what is to be sent now and sends it; it gives when to look again.
func (w *way) takeUp(ctx, calls context.Context) (next time.Time) {
	p := w.pager
	for len(w.free) > 0 {
		due, lease, err := p.Store.NextPage(ctx, w.channel)
		if err != nil {
			p.complain(ctx, "the pages to send can't be read", err)
			return time.Time{}
		}
		now := p.Now()
		if !lease.IsZero() && lease.Before(now) {
			if err := p.Store.ExpireLeases(ctx); err != nil {
				p.complain(ctx, "leases can't be ended", err)
				return time.Time{}
			}
			due = now
		}
		if due.IsZero() || due.After(now) {
			return due
		}
		pages, err := p.Store.LeasePages(ctx, w.channel, len(w.free))
		if err != nil {
			p.complain(ctx, "pages can't be leased", err)
			return time.Time{}
		}
		if len(pages) == 0 {
			return time.Time{} // another process has them
		}
		for _, together := range bundles(pages) {
			w.start(calls, together)
		}
	}
	return time.Time{}
}

// start sends one page, or several that go together, with a free worker.
func (w *way) start(calls context.Context, pages []sayline.Page) {
	worker := w.free[len(w.free)-1]
	w.free = w.free[:len(w.free)-1]
	w.flying++
	go func() { w.sent <- landing{worker, w.callFor(calls, worker, pages)} }()
}

// call is one attempt. Whether anybody still waits for it is asked last, right
// before it begins.
func (w *way) call(ctx context.Context, worker int, page sayline.Page) store.PageReport {
	p := w.pager
	ctx, cancel := context.WithTimeout(ctx, sayline.CallTimeout)
	defer cancel()
	if page.Attempts > pageAttempts {
		return store.PageReport{Page: page, State: sayline.PageUnknown, Outcome: string(notify.Unknown), Detail: "tried often enough"}
	}
	l, err := p.letter(ctx, page)
	if err != nil {
		p.complain(ctx, "what a page is about can't be read", err, "brand", page.Brand, "page", page.ID)
		return settle(page, notify.Outcome{Class: notify.FailedForNow, Detail: "the case could not be read"}, p.Now())
	}
	if l == nil {
		return store.PageReport{Page: page, State: sayline.PageCancelled, Outcome: sayline.PageCancelled}
	}
	outcome := w.deliver(ctx, worker, l)
	now := p.Now()
	p.metrics.page(page, outcome, now)
	if outcome.Class != notify.Accepted {
		p.Log.Warn("a page was not taken", "brand", page.Brand, "page", page.ID, "channel", page.Channel, "attempt", page.Attempts, "outcome", outcome.Class, "detail", outcome.Detail)
	}
	r := settle(page, outcome, now)
	r.Zone, r.Contact = l.brand.Location(), noteOf(l.brand, page.Person, sayline.Contact{Channel: page.Channel, Address: page.Address}, outcome)
	return r
}

// deliver is the call itself.
func (w *way) deliver(ctx context.Context, worker int, l *letter) notify.Outcome {
	w.pager.Store.Pass(store.BeforeCall, w.channel)
	outcome := w.send(ctx, worker, l)
	w.pager.Store.Pass(store.AfterCall, w.channel)
	return outcome
}

func (w *way) landed(l landing) {
	w.flying--
	w.free = append(w.free, l.worker)
	w.reports = append(w.reports, l.reports...)
}

// report stores what came of calls, one lot at a time: what ends meanwhile is
// the next lot.
func (w *way) report(ctx context.Context) {
	if w.reporting || len(w.reports) == 0 {
		return
	}
	lot := w.reports
	w.reports, w.reporting = nil, true
	go func() {
		failed := w.pager.storeReports(context.WithoutCancel(ctx), lot)
		w.pager.Store.Pass(store.AfterResult, w.channel)
		w.reported <- failed
	}()
}

// stored ends a lot; what could not be stored is tried again.
func (w *way) stored(failed []store.PageReport) {
	w.reporting = false
	w.reports = append(failed, w.reports...)
}

// drain ends the way: calls under way end, and what came of them is stored. What
// can't be is found again when its lease ends.
func (w *way) drain(calls context.Context) {
	for w.flying > 0 || w.reporting {
		select {
		case l := <-w.sent:
			w.landed(l)
			w.report(calls)
		case failed := <-w.reported:
			w.stored(failed)
		}
	}
	if len(w.reports) > 0 {
		w.pager.storeReports(context.WithoutCancel(calls), w.reports)
	}
}

// storeReports stores reports by brand and gives back those for which the store
// had no room just now. One bad report holds up only itself.
func (p *Pager) storeReports(ctx context.Context, lot []store.PageReport) (failed []store.PageReport) {
	ctx, cancel := context.WithTimeout(ctx, reportTime)
	defer cancel()
	byBrand := map[string][]store.PageReport{}
	for _, r := range lot {
		byBrand[r.Page.Brand] = append(byBrand[r.Page.Brand], r)
	}
	for brand, list := range byBrand {
		failed = append(failed, p.storeBrand(ctx, brand, list)...)
	}
	return failed
}

func (p *Pager) storeBrand(ctx context.Context, brand string, list []store.PageReport) (failed []store.PageReport) {
	err := p.Store.ReportPages(ctx, brand, list)
	switch {
	case err == nil:
		return nil
	case sayline.KindOf(err) == sayline.Unavailable:
		p.Log.Error("what came of pages can't be stored; trying again", "brand", brand, "pages", len(list), "err", err)
		return list
	case len(list) == 1:
		p.Log.Error("what came of a page can't be stored", "brand", brand, "page", list[0].Page.ID, "err", err)
		return nil
	}
	for i := range list {
		failed = append(failed, p.storeBrand(ctx, brand, list[i:i+1])...)
	}
	return failed
}
