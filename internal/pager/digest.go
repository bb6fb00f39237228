package pager

import (
	"context"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
)

// bundles puts pages that go together, to one contact, beside each other; all
// others stand alone.
func bundles(pages []sayline.Page) [][]sayline.Page {
	type contact struct{ brand, person, address string }
	at := map[contact]int{}
	var list [][]sayline.Page
	for _, p := range pages {
		k := contact{p.Brand, p.Person, p.Address}
		if i, known := at[k]; known && p.Bundled {
			list[i] = append(list[i], p)
			continue
		}
		if p.Bundled {
			at[k] = len(list)
		}
		list = append(list, []sayline.Page{p})
	}
	return list
}

// callFor is one attempt for one page, or for several in one message. Each page
// keeps its own row and its own end.
func (w *way) callFor(ctx context.Context, worker int, pages []sayline.Page) []store.PageReport {
	if len(pages) == 1 {
		return []store.PageReport{w.call(ctx, worker, pages[0])}
	}
	p := w.pager
	ctx, cancel := context.WithTimeout(ctx, sayline.CallTimeout)
	defer cancel()
	var reports []store.PageReport
	var letters []*letter
	for _, page := range pages {
		if page.Attempts > pageAttempts {
			reports = append(reports, store.PageReport{Page: page, State: sayline.PageUnknown, Outcome: string(notify.Unknown), Detail: "tried often enough"})
			continue
		}
		l, err := p.letter(ctx, page)
		switch {
		case err != nil:
			p.complain(ctx, "what a page is about can't be read", err, "brand", page.Brand, "page", page.ID)
			reports = append(reports, settle(page, notify.Outcome{Class: notify.FailedForNow, Detail: "the case could not be read"}, p.Now()))
		case l == nil:
			reports = append(reports, store.PageReport{Page: page, State: sayline.PageCancelled, Outcome: sayline.PageCancelled})
		default:
			letters = append(letters, l)
		}
	}
	if len(letters) == 0 {
		return reports
	}
	outcome := w.deliver(ctx, worker, p.together(letters))
	now := p.Now()
	for i, l := range letters {
		p.metrics.page(l.page, outcome, now)
		r := settle(l.page, outcome, now)
		r.Zone = l.brand.Location()
		if i == 0 { // it was one call
			r.Contact = noteOf(l.brand, l.page.Person, sayline.Contact{Channel: l.page.Channel, Address: l.page.Address}, outcome)
		}
		reports = append(reports, r)
	}
	return reports
}

// together is one message for several pages: what each case is about, and the
// way to the desk. Of a case that was asked about more than once the newest page
// speaks; a case that remains alone is told as itself.
func (p *Pager) together(letters []*letter) *letter {
	var cases []*letter
	for _, l := range letters {
		i := slices.IndexFunc(cases, func(k *letter) bool { return k.c.ID == l.c.ID })
		switch {
		case i < 0:
			cases = append(cases, l)
		case l.page.CreatedAt.After(cases[i].page.CreatedAt):
			cases[i] = l
		}
	}
	if len(cases) == 1 {
		return cases[0]
	}
	d := *cases[0]
	d.silent = !slices.ContainsFunc(cases, func(l *letter) bool { return !l.silent })
	d.bundle, d.act, d.link = cases, "", strings.TrimSuffix(p.CaseURL(d.brand.ID, ""), "/")
	return &d
}

// special says whether it is about no case that asks for its person.
func (l *letter) special() bool { return len(l.bundle) > 0 || l.page.Says != "" }

// heading is what a special letter is: "4 more for you", "taken back".
func (l *letter) heading() (string, bool) {
	switch {
	case len(l.bundle) > 0:
		return l.tongue.Count("page_more", len(l.bundle)), true
	case l.page.Says == sayline.PageTakenBack:
		return l.tongue.Say("page_taken_back"), true
	case l.page.Says == sayline.PageMoved:
		return l.tongue.Say("page_moved"), true
	case l.page.Says == sayline.PageOneMoved:
		return l.tongue.Say("page_one_moved"), true
	}
	return "", false
}

// lines are what each of a bundle is about.
func (l *letter) lines() []string {
	var list []string
	for _, one := range l.bundle {
		list = append(list, strings.Join(filled(one.urgency(), one.what(), one.product(), one.where()), " · "))
	}
	return list
}

// nothingToDo is the small print of a special letter.
func (l *letter) nothingToDo() string {
	if len(l.bundle) > 0 {
		return l.tongue.Say("page_more_note")
	}
	return l.tongue.Say("page_nothing")
}
