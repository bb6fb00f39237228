package pager

import (
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
)

// Limits of a page: it reaches an end in bounded time, whatever its provider does.
const (
	pageAttempts = 12
	pageLife     = 6 * time.Hour // after it was made; later nobody waits for it
	firstPause   = time.Second   // before it is sent again, doubled each time
	longestPause = 5 * time.Minute
)

// settle decides what a call's outcome means for its page. Push, e-mail and
// webhook may have it twice rather than not at all: what is unknown is sent
// again, under the same id. Of chat, SMS and voice it is the end: the store
// brings the next step forward.
func settle(page sayline.Page, o notify.Outcome, now time.Time) store.PageReport {
	r := store.PageReport{Page: page, Outcome: string(o.Class), Detail: o.Detail, Provider: o.ProviderID}
	end := sayline.PageFailed
	switch o.Class {
	case notify.Accepted:
		r.State = sayline.PageAccepted
		return r
	case notify.FailedForNow:
	case notify.Unknown:
		if end = sayline.PageUnknown; sayline.SentOnce(page.Channel) {
			r.State = end
			return r
		}
	default:
		r.State = end
		return r
	}
	r.Again = max(pause(page.Attempts), o.RetryAfter)
	if r.State = sayline.PageQueued; spent(page) || now.Add(r.Again).After(born(page).Add(pageLife)) {
		r.State, r.Again = end, 0
	}
	return r
}

// born is when a page might be sent first.
func born(page sayline.Page) time.Time {
	if page.From.After(page.CreatedAt) {
		return page.From
	}
	return page.CreatedAt
}

// spent says whether a page was tried as often as it may be.
func spent(page sayline.Page) bool { return page.Attempts >= pageAttempts }

// pause is how long to wait after so many attempts.
func pause(attempts int) time.Duration {
	p := firstPause
	for range min(attempts, 20) - 1 {
		p = min(2*p, longestPause)
	}
	return p
}
