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
	err := s.readers.QueryRowContext(ctx, "SELECT COALESCE(MIN(due_at), 0) FROM step WHERE state = 'waiting'").Scan(&due)
	return fromMicros(due), s.failed(err)
}

// NextPage is when the next page is to be sent, or a lease runs out; zero when none waits.
func (s *Store) NextPage(ctx context.Context) (time.Time, error) {
	var queued, sending int64
	err := s.readers.QueryRowContext(ctx, "SELECT COALESCE((SELECT MIN(next_at) FROM page WHERE state = 'queued'), 0), COALESCE((SELECT MIN(lease_until) FROM page WHERE state = 'sending'), 0)").Scan(&queued, &sending)
	if queued == 0 || sending > 0 && sending < queued {
		queued = sending
	}
	return fromMicros(queued), s.failed(err)
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
	"ON CONFLICT (brand_id, case_id, episode, loop, n, person, channel, address) DO NOTHING")

// FireSteps turns due steps into pages. Each fires once however many processes
// try: who finds it no longer waiting leaves it alone.
func (s *Store) FireSteps(ctx context.Context, brand string, list []Firing) error {
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		for _, f := range list {
			if err := tx.fire(f); err != nil {
				return err
			}
		}
		return nil
	})
}

func (tx *Tx) fire(f Firing) error {
	st, state := &f.Step, sayline.StepFired
	if len(f.Pages) == 0 {
		state = sayline.StepEmpty
	}
	n, err := tx.exec("UPDATE step SET state = $1, fired_at = $2, found = $3 WHERE brand_id = $4 AND case_id = $5 AND episode = $6 AND loop = $7 AND n = $8 AND state = 'waiting'",
		state, micros(tx.now), f.Found, st.Brand, st.Case, st.Episode, st.Loop, st.N)
	if err != nil || n == 0 {
		return err
	}
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
	}
	if err := tx.insert(pageTable, rows); err != nil {
		return err
	}
	if err := tx.afterFiring(f); err != nil {
		return err
	}
	var lane, team string
	if err := tx.row("SELECT lane, team FROM cases WHERE brand_id = $1 AND case_id = $2", []any{st.Brand, st.Case}, &lane, &team); err != nil {
		return err
	}
	for _, p := range f.Pages {
		tx.event(sayline.Event{Brand: p.Brand, Type: sayline.EventPageMade, Lane: lane, Case: p.Case, Team: team, Person: p.Person, Page: p.ID})
	}
	if st.N+st.Loop > 1 {
		tx.event(sayline.Event{Brand: st.Brand, Type: sayline.EventCaseEscalated, Lane: lane, Case: st.Case, Team: team})
	}
	return nil
}

func (tx *Tx) afterFiring(f Firing) error {
	if f.Next != nil {
		f.Next.Brand, f.Next.Case, f.Next.Episode, f.Next.State = f.Step.Brand, f.Step.Case, f.Step.Episode, sayline.StepWaiting
		if err := tx.insert(stepTable, [][]any{stepRow(f.Next)}); err != nil {
			return err
		}
	}
	if !f.Stalled {
		return nil
	}
	c, err := tx.lockCase(f.Step.Brand, f.Step.Case)
	if err != nil || c.State != sayline.CaseOpen {
		return err
	}
	c.State = sayline.CaseStalled
	return tx.saveCase(c)
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

// LeasePages takes pages that are to be sent now, so that one process at a time
// calls their provider, and notes that the call begins. At most limit.
func (s *Store) LeasePages(ctx context.Context, limit int) (list []sayline.Page, err error) {
	err = s.update(ctx, "", byMachine, func(tx *Tx) error {
		list = nil
		now := micros(tx.now)
		rows, err := tx.query("UPDATE page SET state = 'sending', lease_until = $1, attempts = attempts + 1 WHERE (brand_id, page_id) IN "+
			"(SELECT brand_id, page_id FROM page WHERE state = 'queued' AND next_at <= $2 ORDER BY next_at LIMIT $3 "+tx.engine.skipLocked()+") RETURNING "+pageCols,
			micros(tx.now.Add(sayline.Lease)), now, limit)
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
	return list, err
}

var attemptTable = newTable("attempt", "brand_id text, page_id text, n bigint, begun_at bigint, end_at bigint, outcome text, detail text, provider text", "")

// ExpireLeases gives back pages whose lease ran out: their process died in or
// after the call, so what came of it is unknown.
func (s *Store) ExpireLeases(ctx context.Context) error {
	return s.update(ctx, "", byMachine, func(tx *Tx) error {
		now := micros(tx.now)
		if _, err := tx.exec("UPDATE attempt SET outcome = 'unknown', end_at = $1 WHERE outcome = '' AND (brand_id, page_id) IN (SELECT brand_id, page_id FROM page WHERE state = 'sending' AND lease_until < $2)", now, now); err != nil {
			return err
		}
		_, err := tx.exec("UPDATE page SET state = 'queued', next_at = $1 WHERE state = 'sending' AND lease_until < $2", now, now)
		return err
	})
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
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		for _, r := range list {
			if err := tx.report(r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (tx *Tx) report(r PageReport) error {
	p := &r.Page
	if _, err := tx.exec("UPDATE attempt SET end_at = $1, outcome = $2, detail = $3, provider = $4 WHERE brand_id = $5 AND page_id = $6 AND n = $7",
		micros(tx.now), r.Outcome, r.Detail, r.Provider, p.Brand, p.ID, p.Attempts); err != nil {
		return err
	}
	done := micros(tx.now)
	if r.State == sayline.PageQueued {
		done = 0
	}
	if _, err := tx.exec("UPDATE page SET state = $1, next_at = $2, lease_until = 0, done_at = $3 WHERE brand_id = $4 AND page_id = $5 AND state = 'sending'",
		r.State, micros(tx.now.Add(r.Again)), done, p.Brand, p.ID); err != nil {
		return err
	}
	if r.State != sayline.PageAccepted {
		return nil
	}
	return tx.reachedBy(p, r.Zone)
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
