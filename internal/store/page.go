package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// DueSteps reads the steps that are due, oldest first, at most limit, of all brands.
func (s *Store) DueSteps(ctx context.Context, now time.Time, limit int) ([]sayline.Step, error) {
	rows, err := s.readers.QueryContext(ctx,
		"SELECT brand_id, case_id, episode, loop, n, moment_id, due_at FROM step WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at LIMIT $2", micros(now), limit)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.Step
	err = eachRow(rows, func(r *sql.Rows) error {
		st := sayline.Step{State: sayline.StepWaiting}
		var due int64
		err := r.Scan(&st.Brand, &st.Case, &st.Episode, &st.Loop, &st.N, &st.Moment, &due)
		st.DueAt = fromMicros(due)
		list = append(list, st)
		return err
	})
	return list, s.failed(err)
}

// NextStep is when the next waiting step is due; zero when none waits.
func (s *Store) NextStep(ctx context.Context) (time.Time, error) {
	var due int64
	err := s.askOne(ctx, "SELECT COALESCE(MIN(due_at), 0) FROM step WHERE state = 'waiting'", nil, &due)
	return fromMicros(due), s.failed(err)
}

// NextPage is when the next page of a channel is to be sent, and when the next
// lease of one runs out; each zero when there is none.
func (s *Store) NextPage(ctx context.Context, channel string) (due, lease time.Time, err error) {
	var queued, sending int64
	err = s.askOne(ctx, "SELECT COALESCE((SELECT MIN(next_at) FROM page WHERE state = 'queued' AND channel = $1), 0), COALESCE((SELECT MIN(lease_until) FROM page WHERE state = 'sending' AND channel = $2), 0)",
		[]any{channel, channel}, &queued, &sending)
	return fromMicros(queued), fromMicros(sending), s.failed(err)
}

// Firing is what a due step turned into: whom duty found, pages for them, and
// the step after it.
type Firing struct {
	Step    sayline.Step
	Found   string // whom duty found and by which hops, JSON
	Pages   []sayline.Page
	Next    *sayline.Step
	Stalled bool // nobody is left to ask: the case stands red on the pulse
}

var pageTable = newTable("page", "brand_id text, page_id text, case_id text, episode bigint, loop bigint, n bigint, person text, channel text, address text, role text, state text, "+
	"next_at bigint, lease_until bigint, attempts bigint, created_at bigint, done_at bigint, delivered_at bigint",
	"ON CONFLICT (brand_id, case_id, episode, loop, n, person, channel, address) DO NOTHING RETURNING page_id")

// FireSteps turns due steps into pages. Each fires once however many processes
// try: who finds it no longer waiting leaves it alone.
func (s *Store) FireSteps(ctx context.Context, brand string, list []Firing) error {
	if err := lockOrder(ctx, s, brand, list, func(f *Firing) string { return f.Step.Case }); err != nil {
		return err
	}
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		for _, f := range list {
			if err := tx.fire(f); err != nil {
				return err
			}
		}
		return nil
	})
}

// fire holds the case's lock, so that an acknowledgement is either before it,
// and the step is cancelled, or after it, and finds every page to cancel.
func (tx *Tx) fire(f Firing) error {
	st := &f.Step
	c, err := tx.lockCase(st.Brand, st.Case)
	if err != nil {
		return err
	}
	if !demands(c, st.Episode) {
		_, err := tx.exec("UPDATE step SET state = 'cancelled' WHERE brand_id = $1 AND case_id = $2 AND episode = $3 AND loop = $4 AND n = $5 AND state = 'waiting'",
			st.Brand, st.Case, st.Episode, st.Loop, st.N)
		return err
	}
	state := sayline.StepFired
	if len(f.Pages) == 0 {
		state = sayline.StepEmpty
	}
	n, err := tx.exec("UPDATE step SET state = $1, fired_at = $2, found = $3 WHERE brand_id = $4 AND case_id = $5 AND episode = $6 AND loop = $7 AND n = $8 AND state = 'waiting'",
		state, micros(tx.now), f.Found, st.Brand, st.Case, st.Episode, st.Loop, st.N)
	if err != nil || n == 0 {
		return err
	}
	made, err := tx.insertPages(f)
	if err != nil {
		return err
	}
	if f.Next != nil {
		f.Next.Brand, f.Next.Case, f.Next.Episode, f.Next.State = st.Brand, st.Case, st.Episode, sayline.StepWaiting
		if err := tx.insert(stepTable, [][]any{stepRow(f.Next)}); err != nil {
			return err
		}
	}
	for _, p := range made {
		tx.event(sayline.Event{Brand: p.Brand, Type: sayline.EventPageMade, Lane: c.Lane, Case: p.Case, Team: c.Team, Person: p.Person, Page: p.ID})
	}
	if st.N+st.Loop > 1 {
		tx.caseEvent(c, sayline.EventCaseEscalated, "")
	}
	if !f.Stalled || c.State != sayline.CaseOpen {
		return nil
	}
	c.State = sayline.CaseStalled
	return tx.saveCase(c)
}

// demands says whether the case still asks for somebody in this episode.
func demands(c *sayline.Case, episode int) bool {
	return c.Episode == episode && (c.State == sayline.CaseOpen || c.State == sayline.CaseStalled)
}

// insertPages gives the pages that were made: one a contact.
func (tx *Tx) insertPages(f Firing) (made []*sayline.Page, err error) {
	st, byID := &f.Step, make(map[string]*sayline.Page, len(f.Pages))
	rows := make([][]any, len(f.Pages))
	for i := range f.Pages {
		p := &f.Pages[i]
		p.Brand, p.Case, p.Episode, p.Loop, p.N, p.CreatedAt = st.Brand, st.Case, st.Episode, st.Loop, st.N, tx.now
		p.State, p.NextAt = sayline.PageQueued, tx.now
		if p.Channel == sayline.ByDesk { // shown by the event itself to whoever has the desk open
			p.State, p.DoneAt = sayline.PageAccepted, tx.now
		}
		rows[i] = []any{p.Brand, p.ID, p.Case, p.Episode, p.Loop, p.N, p.Person, p.Channel, p.Address, p.Role, p.State,
			micros(p.NextAt), int64(0), 0, micros(p.CreatedAt), micros(p.DoneAt), int64(0)}
		byID[p.ID] = p
	}
	err = tx.engine.insertMany(tx.ctx, tx.conn, pageTable, rows, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		made = append(made, byID[id])
		return err
	})
	return made, err
}

const pageCols = "brand_id, page_id, case_id, episode, loop, n, person, channel, address, role, state, next_at, lease_until, attempts, created_at, done_at, delivered_at"

func scanPage(r scanner) (sayline.Page, error) {
	var p sayline.Page
	var at [5]int64
	err := r.Scan(&p.Brand, &p.ID, &p.Case, &p.Episode, &p.Loop, &p.N, &p.Person, &p.Channel, &p.Address, &p.Role, &p.State, &at[0], &at[1], &p.Attempts, &at[2], &at[3], &at[4])
	for i, t := range []*time.Time{&p.NextAt, &p.LeaseUntil, &p.CreatedAt, &p.DoneAt, &p.DeliveredAt} {
		*t = fromMicros(at[i])
	}
	return p, err
}

// LeasePages takes a channel's pages that are to be sent now, so that one
// process at a time calls their provider, and notes that the call begins. At
// most limit.
func (s *Store) LeasePages(ctx context.Context, channel string, limit int) (list []sayline.Page, err error) {
	err = s.update(ctx, "", byMachine, func(tx *Tx) error {
		list = nil
		now := micros(tx.now)
		rows, err := tx.query("UPDATE page SET state = 'sending', lease_until = $1, attempts = attempts + 1 WHERE (brand_id, page_id) IN "+
			"(SELECT brand_id, page_id FROM page WHERE state = 'queued' AND next_at <= $2 AND channel = $3 ORDER BY next_at LIMIT $4 "+tx.engine.skipLocked()+") RETURNING "+pageCols,
			micros(tx.now.Add(sayline.Lease)), now, channel, limit)
		if err != nil {
			return err
		}
		if err := eachRow(rows, func(r *sql.Rows) error {
			p, err := scanPage(r)
			list = append(list, p)
			return err
		}); err != nil {
			return err
		}
		attempts := make([][]any, len(list))
		for i, p := range list {
			attempts[i] = []any{p.Brand, p.ID, p.Attempts, now, int64(0), "", "", ""}
		}
		return tx.insert(attemptTable, attempts)
	})
	if err != nil {
		return nil, err // and touch nothing: it may be written yet
	}
	return list, nil
}

var attemptTable = newTable("attempt", "brand_id text, page_id text, n bigint, begun_at bigint, end_at bigint, outcome text, detail text, provider text", "")

const expireLot = 64

// ExpireLeases gives back pages whose lease ran out: their process died in or
// after the call, so what came of it is unknown. Pages nobody waits for any
// more are cancelled.
func (s *Store) ExpireLeases(ctx context.Context) error {
	return s.update(ctx, "", byMachine, func(tx *Tx) error {
		rows, err := tx.query("SELECT "+of("p", pageCols)+" FROM page p JOIN cases c ON c.brand_id = p.brand_id AND c.case_id = p.case_id "+
			"WHERE p.state = 'sending' AND p.lease_until < $1 ORDER BY p.brand_id, CASE WHEN c.group_key = '' THEN 1 ELSE 0 END, c.group_key, p.case_id LIMIT $2", micros(tx.now), expireLot)
		if err != nil {
			return err
		}
		var list []sayline.Page
		if err := eachRow(rows, func(r *sql.Rows) error {
			p, err := scanPage(r)
			list = append(list, p)
			return err
		}); err != nil {
			return err
		}
		for _, p := range list {
			if err := tx.expire(&p); err != nil {
				return err
			}
		}
		return nil
	})
}

func (tx *Tx) expire(p *sayline.Page) error {
	c, err := tx.lockCase(p.Brand, p.Case)
	if err != nil {
		return err
	}
	state := sayline.PageQueued
	if !demands(c, p.Episode) {
		state = sayline.PageCancelled
	}
	now := micros(tx.now)
	n, err := tx.exec("UPDATE page SET state = $1, next_at = $2 WHERE brand_id = $3 AND page_id = $4 AND state = 'sending' AND lease_until < $5", state, now, p.Brand, p.ID, now)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.exec("UPDATE attempt SET outcome = 'unknown', end_at = $1 WHERE brand_id = $2 AND page_id = $3 AND n = $4 AND outcome = ''", now, p.Brand, p.ID, p.Attempts)
	return err
}

// PageReport is what came of one call.
type PageReport struct {
	Page     sayline.Page
	State    string        // PageAccepted, PageFailed, PageUnknown, or PageQueued to try again
	Again    time.Duration // until then, for PageQueued
	Outcome  string        // of the attempt, for the log
	Detail   string
	Provider string // the provider's id
	Zone     *time.Location
}

// ReportPages stores what came of calls: a page that a provider accepted for a
// person has reached them.
func (s *Store) ReportPages(ctx context.Context, brand string, list []PageReport) error {
	if err := lockOrder(ctx, s, brand, list, func(r *PageReport) string { return r.Page.Case }); err != nil {
		return err
	}
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		for _, r := range list {
			if err := tx.report(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// report holds the case's lock: a page is queued again only while its case
// still asks for somebody. What a late report of an earlier lease says counts
// only if it is good news.
func (tx *Tx) report(r PageReport) error {
	p := &r.Page
	c, err := tx.lockCase(p.Brand, p.Case)
	if err != nil {
		return err
	}
	if _, err := tx.exec("UPDATE attempt SET end_at = $1, outcome = $2, detail = $3, provider = $4 WHERE brand_id = $5 AND page_id = $6 AND n = $7",
		micros(tx.now), r.Outcome, r.Detail, r.Provider, p.Brand, p.ID, p.Attempts); err != nil {
		return err
	}
	if r.State == sayline.PageQueued && !demands(c, p.Episode) {
		r.State = sayline.PageCancelled
	}
	done, where := micros(tx.now), "state = 'sending' AND attempts = $6"
	switch r.State {
	case sayline.PageQueued:
		done = 0
	case sayline.PageAccepted:
		where = "state IN ('sending', 'queued') AND attempts >= $6"
	}
	n, err := tx.exec("UPDATE page SET state = $1, next_at = $2, lease_until = 0, done_at = $3 WHERE brand_id = $4 AND page_id = $5 AND "+where,
		r.State, micros(tx.now.Add(r.Again)), done, p.Brand, p.ID, p.Attempts)
	if err != nil || n == 0 || r.State != sayline.PageAccepted || c.Episode != p.Episode {
		return err
	}
	if err := tx.reached(c, r.Zone); err != nil {
		return err
	}
	return tx.saveCase(c)
}

// reachedBy moves the reach clock of the page's episode.
func (tx *Tx) reachedBy(p *sayline.Page, zone *time.Location) error {
	c, err := tx.lockCase(p.Brand, p.Case)
	if err != nil {
		return err
	}
	if c.Episode != p.Episode {
		return nil
	}
	if err := tx.reached(c, zone); err != nil {
		return err
	}
	return tx.saveCase(c)
}

// Delivered records that a page came up on the person's own screen. It must be theirs.
func (s *Store) Delivered(ctx context.Context, brand, page, person string, zone *time.Location) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		st, err := tx.conn.stmt(tx.ctx, "SELECT "+pageCols+" FROM page WHERE brand_id = $1 AND page_id = $2 AND person = $3")
		if err != nil {
			return err
		}
		p, err := scanPage(st.QueryRowContext(tx.ctx, brand, page, person))
		if err != nil || !p.DeliveredAt.IsZero() {
			return err
		}
		if _, err := tx.exec("UPDATE page SET state = 'delivered', delivered_at = $1 WHERE brand_id = $2 AND page_id = $3", micros(tx.now), brand, page); err != nil {
			return err
		}
		return tx.reachedBy(&p, zone)
	})
}

// PagesOf reads a case's pages, oldest first: the trace of its alert.
func (s *Store) PagesOf(ctx context.Context, brand, caseID string) ([]sayline.Page, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+pageCols+" FROM page WHERE brand_id = $1 AND case_id = $2 ORDER BY created_at, page_id", brand, caseID)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.Page
	err = eachRow(rows, func(r *sql.Rows) error {
		p, err := scanPage(r)
		list = append(list, p)
		return err
	})
	return list, s.failed(err)
}

// StepsOf reads a case's steps, oldest first.
func (s *Store) StepsOf(ctx context.Context, brand, caseID string) ([]sayline.Step, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT episode, loop, n, moment_id, due_at, fired_at, state, found FROM step WHERE brand_id = $1 AND case_id = $2 ORDER BY episode, loop, n", brand, caseID)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.Step
	err = eachRow(rows, func(r *sql.Rows) error {
		st := sayline.Step{Brand: brand, Case: caseID}
		var due, fired int64
		err := r.Scan(&st.Episode, &st.Loop, &st.N, &st.Moment, &due, &fired, &st.State, &st.Found)
		st.DueAt, st.FiredAt = fromMicros(due), fromMicros(fired)
		list = append(list, st)
		return err
	})
	return list, s.failed(err)
}

// Page reads one page.
func (s *Store) Page(ctx context.Context, brand, id string) (sayline.Page, error) {
	p, err := scanPage(s.readers.QueryRowContext(ctx, "SELECT "+pageCols+" FROM page WHERE brand_id = $1 AND page_id = $2", brand, id))
	return p, s.failed(err)
}
