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
// lease of one runs out; each zero when there is none. Those that can't wait and
// those that can are two ends of one index.
func (s *Store) NextPage(ctx context.Context, channel string) (due, lease time.Time, err error) {
	const first = "COALESCE((SELECT MIN(next_at) FROM page WHERE state = 'queued' AND calm = "
	var urgent, calm, sending int64
	err = s.askOne(ctx, "SELECT "+first+"0 AND channel = $1), 0), "+first+"1 AND channel = $2), 0), COALESCE((SELECT MIN(lease_until) FROM page WHERE state = 'sending' AND channel = $3), 0)",
		[]any{channel, channel, channel}, &urgent, &calm, &sending)
	if urgent == 0 || calm > 0 && calm < urgent {
		urgent = calm
	}
	return fromMicros(urgent), fromMicros(sending), s.failed(err)
}

var pageTable = newTable("page", "brand_id text, page_id text, case_id text, episode bigint, loop bigint, n bigint, person text, channel text, address text, role text, state text, "+
	"next_at bigint, lease_until bigint, attempts bigint, created_at bigint, done_at bigint, delivered_at bigint, calm bigint, bundled bigint, from_at bigint, says text",
	"ON CONFLICT (brand_id, case_id, episode, loop, n, person, channel, address) DO NOTHING RETURNING page_id")

// demands says whether the case still asks for somebody in this episode.
func demands(c *sayline.Case, episode int) bool {
	return c.Episode == episode && (c.State == sayline.CaseOpen || c.State == sayline.CaseStalled)
}

const pageCols = "brand_id, page_id, case_id, episode, loop, n, person, channel, address, role, state, next_at, lease_until, attempts, created_at, done_at, delivered_at, opened_at, acted_at, calm, bundled, from_at, says"

func scanPage(r scanner) (sayline.Page, error) {
	var p sayline.Page
	var at [8]int64
	err := r.Scan(&p.Brand, &p.ID, &p.Case, &p.Episode, &p.Loop, &p.N, &p.Person, &p.Channel, &p.Address, &p.Role, &p.State, &at[0], &at[1], &p.Attempts, &at[2], &at[3], &at[4], &at[5], &at[6], &p.Calm, &p.Bundled, &at[7], &p.Says)
	for i, t := range []*time.Time{&p.NextAt, &p.LeaseUntil, &p.CreatedAt, &p.DoneAt, &p.DeliveredAt, &p.OpenedAt, &p.ActedAt, &p.From} {
		*t = fromMicros(at[i])
	}
	return p, err
}

// LeasePages takes a channel's pages that are to be sent now, so that one
// process at a time calls their provider, and notes that the call begins: those
// that can't wait first. At most limit, and with each that is bundled the others
// of its contact.
func (s *Store) LeasePages(ctx context.Context, channel string, limit int) (list []sayline.Page, err error) {
	err = s.update(ctx, "", byMachine, func(tx *Tx) error {
		list = nil
		now := micros(tx.now)
		rows, err := tx.query("UPDATE page SET state = 'sending', lease_until = $1, attempts = attempts + 1 WHERE (brand_id, page_id) IN "+
			"(SELECT brand_id, page_id FROM page WHERE state = 'queued' AND next_at <= $2 AND channel = $3 ORDER BY calm, next_at LIMIT $4 "+tx.engine.skipLocked()+") RETURNING "+pageCols,
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
		if list, err = tx.companions(channel, list); err != nil {
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
	now, done := micros(tx.now), int64(0)
	state := sayline.PageQueued
	switch {
	case sayline.SentOnce(p.Channel):
		state, done = sayline.PageUnknown, now
	case p.Says == "" && !demands(c, p.Episode):
		state = sayline.PageCancelled
	}
	n, err := tx.exec("UPDATE page SET state = $1, next_at = $2, done_at = $3 WHERE brand_id = $4 AND page_id = $5 AND state = 'sending' AND lease_until < $6", state, now, done, p.Brand, p.ID, now)
	if err != nil || n == 0 {
		return err
	}
	if err := tx.hasten(c, p, state); err != nil {
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
	Contact  ContactNote // what it tells of the contact
}

// ReportPages stores what came of calls: a page that a provider accepted for a
// person has reached them, and what a call tells of its contact is kept with it.
func (s *Store) ReportPages(ctx context.Context, brand string, list []PageReport) error {
	if err := lockOrder(ctx, s, brand, list, func(r *PageReport) string { return r.Page.Case }); err != nil {
		return err
	}
	notes := make([]ContactNote, len(list))
	for i := range list {
		notes[i] = list[i].Contact
	}
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		for _, r := range list {
			if err := tx.report(r); err != nil {
				return err
			}
		}
		return tx.noteContacts(brand, notes)
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
	if r.State == sayline.PageQueued && p.Says == "" && !demands(c, p.Episode) {
		r.State = sayline.PageCancelled
	}
	done, where := micros(tx.now), "state = 'sending' AND attempts = $6"
	switch r.State {
	case sayline.PageQueued:
		done = 0
	case sayline.PageAccepted:
		where = "state IN ('sending', 'queued', 'unknown') AND attempts >= $6"
	}
	n, err := tx.exec("UPDATE page SET state = $1, next_at = $2, lease_until = 0, done_at = $3 WHERE brand_id = $4 AND page_id = $5 AND "+where,
		r.State, micros(tx.now.Add(r.Again)), done, p.Brand, p.ID, p.Attempts)
	if err != nil || n == 0 {
		return err
	}
	if err := tx.hasten(c, p, r.State); err != nil {
		return err
	}
	if r.State != sayline.PageAccepted || c.Episode != p.Episode || p.Says != "" {
		return nil
	}
	if err := tx.reached(c, r.Zone); err != nil {
		return err
	}
	return tx.saveCase(c)
}

// NotDelivered records what a provider tells after all: that a page it took did
// not reach its person. The next contact is tried at once.
func (s *Store) NotDelivered(ctx context.Context, brand, page string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		st, err := tx.conn.stmt(tx.ctx, "SELECT "+pageCols+" FROM page WHERE brand_id = $1 AND page_id = $2")
		if err != nil {
			return err
		}
		p, err := scanPage(st.QueryRowContext(tx.ctx, brand, page))
		if err != nil {
			return err
		}
		c, err := tx.lockCase(brand, p.Case)
		if err != nil {
			return err
		}
		n, err := tx.exec("UPDATE page SET state = 'failed', done_at = $1 WHERE brand_id = $2 AND page_id = $3 AND state IN ('accepted', 'unknown')", micros(tx.now), brand, page)
		if err != nil || n == 0 {
			return err
		}
		return tx.hasten(c, &p, sayline.PageUnknown)
	})
}

// hasten tries the next contact at once, where nobody knows whether the person
// who has to act was rung: the case's next step is due now, unless another way
// to them is open. A stalled case has no next contact.
func (tx *Tx) hasten(c *sayline.Case, p *sayline.Page, state string) error {
	if state != sayline.PageUnknown || !sayline.SentOnce(p.Channel) || p.Role != sayline.ForDuty || p.Says != "" || c.State != sayline.CaseOpen || c.Episode != p.Episode {
		return nil
	}
	var others int
	err := tx.row("SELECT COUNT(*) FROM page WHERE brand_id = $1 AND case_id = $2 AND episode = $3 AND loop = $4 AND n = $5 AND person = $6 AND channel <> 'desk' AND state IN ('queued', 'sending', 'accepted', 'delivered', 'opened', 'acted')",
		[]any{p.Brand, p.Case, p.Episode, p.Loop, p.N, p.Person}, &others)
	if err != nil || others > 0 {
		return err
	}
	n, err := tx.exec("UPDATE step SET due_at = $1 WHERE brand_id = $2 AND case_id = $3 AND episode = $4 AND state = 'waiting' AND due_at > $5", micros(tx.now), p.Brand, p.Case, p.Episode, micros(tx.now))
	if err == nil && n > 0 {
		tx.caseEvent(c, sayline.EventStepHastened, "")
	}
	return err
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
		if _, err := tx.exec("UPDATE page SET state = CASE WHEN state IN ('opened', 'acted') THEN state ELSE 'delivered' END, delivered_at = $1 WHERE brand_id = $2 AND page_id = $3", micros(tx.now), brand, page); err != nil {
			return err
		}
		return tx.reachedBy(&p, zone)
	})
}

// Opened records that a page's person opened it, for the first time.
func (s *Store) Opened(ctx context.Context, brand, page string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error { return tx.openedPage(brand, page) })
}

func (tx *Tx) openedPage(brand, page string) error {
	_, err := tx.exec("UPDATE page SET state = 'opened', opened_at = $1 WHERE brand_id = $2 AND page_id = $3 AND opened_at = 0 AND state IN ('accepted', 'delivered', 'unknown', 'sending', 'queued')", micros(tx.now), brand, page)
	return err
}

// acted records that somebody acted by a page: whoever does so has opened it.
func (tx *Tx) acted(a *Act) error {
	if a.Page == "" {
		return nil
	}
	now := micros(tx.now)
	_, err := tx.exec("UPDATE page SET state = 'acted', acted_at = $1, opened_at = CASE WHEN opened_at = 0 THEN $2 ELSE opened_at END WHERE brand_id = $3 AND page_id = $4 AND case_id = $5 AND person = $6 AND acted_at = 0",
		now, now, a.Brand, a.Page, a.Case, a.Person)
	return err
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
	rows, err := s.readers.QueryContext(ctx, "SELECT episode, loop, n, moment_id, due_at, fired_at, state, found, held, asked_at FROM step WHERE brand_id = $1 AND case_id = $2 ORDER BY episode, loop, n", brand, caseID)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.Step
	err = eachRow(rows, func(r *sql.Rows) error {
		st := sayline.Step{Brand: brand, Case: caseID}
		var due, fired, asked int64
		err := r.Scan(&st.Episode, &st.Loop, &st.N, &st.Moment, &due, &fired, &st.State, &st.Found, &st.Held, &asked)
		st.DueAt, st.FiredAt, st.AskedAt = fromMicros(due), fromMicros(fired), fromMicros(asked)
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

// TakeShown gives the pages of a case that came up on phones, each once for what
// happened at a time: what stands there is to be replaced by it.
func (s *Store) TakeShown(ctx context.Context, brand, caseID string, at time.Time) (list []sayline.Page, err error) {
	var taken []sayline.Page
	err = s.update(ctx, brand, byMachine, func(tx *Tx) error {
		taken = nil
		if _, err := tx.lockCase(brand, caseID); err != nil {
			return err
		}
		rows, err := tx.query("UPDATE page SET over_at = $1 WHERE brand_id = $2 AND case_id = $3 AND channel = 'push' AND over_at < $4 AND state IN ('accepted', 'delivered', 'opened', 'acted', 'unknown') RETURNING "+pageCols, micros(at), brand, caseID, micros(at))
		if err != nil {
			return err
		}
		return eachRow(rows, func(r *sql.Rows) error {
			p, err := scanPage(r)
			taken = append(taken, p)
			return err
		})
	})
	if err != nil {
		return nil, err // and touch nothing: it may be written yet
	}
	return taken, nil
}
