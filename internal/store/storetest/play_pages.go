package storetest

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// fire fires one of the steps there are, whatever its state.
func (p *play) fire() {
	c, ok := p.work()
	if !ok {
		return
	}
	s, ok := pick(p, "step", c.steps)
	if !ok {
		return
	}
	f := store.Firing{Step: sayline.Step{Brand: p.brand, Case: c.id, Episode: s.episode, N: s.n}}
	for _, who := range []string{"lucia", "marco"}[:rapid.IntRange(0, 2).Draw(p.rt, "pages")] {
		f.Pages = append(f.Pages, p.mail(who))
	}
	if rapid.Bool().Draw(p.rt, "next") {
		f.Next = &sayline.Step{N: s.n + 1, DueAt: p.clock.Now().Add(time.Minute)}
	} else {
		f.Stalled = rapid.Bool().Draw(p.rt, "stalled")
	}
	p.must(p.FireSteps(p.ctx(), p.brand, []store.Firing{f}))
	if s.state != sayline.StepWaiting {
		return // fired once already, or cancelled
	}
	if s.state = sayline.StepFired; len(f.Pages) == 0 {
		s.state = sayline.StepEmpty
	}
	for _, page := range f.Pages {
		due, bundled := p.model.turn(c, page.Person)
		p.model.pages = append(p.model.pages, &modelPage{id: page.ID, person: page.Person, made: p.clock.Now(), bundled: bundled, of: c, episode: c.episode, state: sayline.PageQueued, due: due, first: due})
	}
	if f.Next != nil {
		c.steps = append(c.steps, &modelStep{c.episode, s.n + 1, "", f.Next.DueAt, sayline.StepWaiting})
	}
	if f.Stalled && c.state == sayline.CaseOpen {
		c.state = sayline.CaseStalled
	}
}

// lease takes everything that is due.
func (p *play) lease() {
	list, err := p.LeasePages(p.ctx(), p.channel(), 100)
	p.must(err)
	got := map[string]bool{}
	for _, page := range list {
		got[page.ID] = true
	}
	for _, page := range p.model.pages {
		due := page.state == sayline.PageQueued && !page.due.After(p.clock.Now())
		if due != got[page.id] {
			p.Fatalf("page %s is %s, due at %s: leased %v", page.id, page.state, page.due, got[page.id])
		}
		if due {
			page.state, page.lease = sayline.PageSending, p.clock.Now().Add(sayline.Lease)
			page.attempts++
		}
	}
}

// report tells what came of one call that was begun, be it long ago.
func (p *play) report() {
	page, ok := pick(p, "page", p.model.pages)
	if !ok || page.attempts == 0 {
		return
	}
	n := rapid.IntRange(1, page.attempts).Draw(p.rt, "attempt")
	state := rapid.SampledFrom([]string{sayline.PageAccepted, sayline.PageFailed, sayline.PageQueued}).Draw(p.rt, "state")
	again := rapid.SampledFrom([]time.Duration{0, time.Minute}).Draw(p.rt, "again")
	p.must(p.ReportPages(p.ctx(), p.brand, []store.PageReport{{
		Page: sayline.Page{Brand: p.brand, ID: page.id, Case: page.of.id, Episode: page.episode, Attempts: n}, State: state, Again: again, Outcome: state, Zone: madrid}}))
	mine := page.state == sayline.PageSending && n == page.attempts
	switch state {
	case sayline.PageAccepted: // good news counts, however late, while nothing is decided
		if page.state == sayline.PageSending || page.state == sayline.PageQueued {
			page.state = sayline.PageAccepted
			if page.of.episode == page.episode {
				p.model.reach(page.of)
			}
		}
	case sayline.PageFailed:
		if mine {
			page.state = state
		}
	case sayline.PageQueued:
		if mine {
			if page.state = sayline.PageQueued; !page.of.asks(page.episode) {
				page.state = sayline.PageCancelled
			}
			page.due = p.clock.Now().Add(again)
		}
	}
}

// expire gives back what nobody reported.
func (p *play) expire() {
	p.must(p.ExpireLeases(p.ctx()))
	for _, page := range p.model.pages {
		if page.state == sayline.PageSending && page.lease.Before(p.clock.Now()) {
			if page.state = sayline.PageQueued; !page.of.asks(page.episode) {
				page.state = sayline.PageCancelled
			}
			page.due = p.clock.Now()
		}
	}
}

// compare holds the store against the model.
func (p *play) compare() {
	p.Helper()
	for _, x := range p.model.moments {
		got, err := p.Moment(p.ctx(), p.brand, x.id)
		if x.gone {
			p.refused(err, sayline.NotFound)
			continue
		}
		p.must(err)
		in := ""
		if x.in != nil {
			in = x.in.id
		}
		same(p.world, "moment "+x.id,
			[]any{got.Case, got.Episode, got.Feeling, got.Text, got.Decision.Urgency, !got.SealedAt.IsZero()},
			[]any{in, x.episode, x.feeling, x.text, x.urgency, x.sealed})
	}
	for id, c := range p.model.cases {
		got := p.theCase(id)
		same(p.world, "case "+id,
			[]any{got.GroupKey, got.State, got.Urgency, got.Raised, got.Episode, got.Reason, got.Moments, got.Feelings, got.ResolvedAt, !got.ReachedAt.IsZero(), !got.SeenAt.IsZero(), !got.AcknowledgedAt.IsZero(), !got.AnsweredAt.IsZero(), got.AckDeadline, got.SnoozedUntil},
			[]any{c.key, c.state, c.urgency, c.raised, c.episode, c.reason, c.moments, c.feelings, c.resolvedAt, c.reached, c.seen, c.acknowledged, c.answered, c.deadline, c.snoozed})
		if c.state == sayline.CaseAcknowledged && got.Owner != c.owner {
			p.Fatalf("case %s is %s's, want %s's", id, got.Owner, c.owner)
		}
		p.compareSteps(id, c)
	}
	for _, page := range p.model.pages {
		got := p.stateOf(page.id)
		same(p.world, "page "+page.id, []any{got.State, got.Attempts}, []any{page.state, page.attempts})
	}
	p.compareFollows()
	p.compareClocks()
}

func (p *play) compareFollows() {
	p.Helper()
	var got, want []string
	for id := range p.model.cases {
		for _, page := range p.pages(id) {
			if page.Says != "" {
				got = append(got, fmt.Sprint(id, page.Episode, page.Person))
			}
		}
	}
	for _, f := range p.model.follows {
		want = append(want, fmt.Sprint(f.of.id, f.episode, f.person))
	}
	slices.Sort(got)
	slices.Sort(want)
	same(p.world, "who was told that it is no more", got, want)
}

func (p *play) compareSteps(id string, c *modelCase) {
	p.Helper()
	var want, got []string
	for _, s := range c.steps {
		want = append(want, fmt.Sprint(s.episode, s.n, s.moment, s.due.UTC(), s.state))
	}
	for _, s := range p.steps(id) {
		got = append(got, fmt.Sprint(s.Episode, s.N, s.Moment, s.DueAt, s.State))
	}
	same(p.world, "steps of "+id, got, want)
}

func (p *play) compareClocks() {
	p.Helper()
	rows, err := readRows(p.ctx(), p.plain, "SELECT * FROM count_clock WHERE brand_id = $1", p.brand)
	p.must(err)
	got := map[string]int{}
	for _, r := range rows {
		got[r.text("clock")] += int(r.n("n"))
	}
	delete(got, store.ClockSolved) // the recount has it, from the moments
	same(p.world, "clocks", got, p.model.clocks)
}
