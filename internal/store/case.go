package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/sayline/sayline"
)

const caseCols = "case_id, group_key, team, place, lane, topic, product, lot, ref, kind, state, urgency, raised, episode, owner, reason, moments, f1, f2, f3, f4, f5, " +
	"opened_at, last_at, since, reached_at, seen_at, acknowledged_at, answered_at, resolved_at, ack_by, answer_by, ack_deadline, version, policy, merged_into, snooze_until, ack_time, guarded"

type scanner interface{ Scan(...any) error }

func scanCase(r scanner, brand string) (*sayline.Case, error) {
	c := sayline.Case{Brand: brand}
	var at [12]int64
	var ackTime, guarded int64
	err := r.Scan(&c.ID, &c.GroupKey, &c.Team, &c.Place, &c.Lane, &c.Topic, &c.Product, &c.Lot, &c.Ref, &c.Kind, &c.State, &c.Urgency, &c.Raised, &c.Episode, &c.Owner, &c.Reason,
		&c.Moments, &c.Feelings[1], &c.Feelings[2], &c.Feelings[3], &c.Feelings[4], &c.Feelings[5],
		&at[0], &at[1], &at[2], &at[3], &at[4], &at[5], &at[6], &at[7], &at[8], &at[9], &at[10], &c.Version, &c.Policy, &c.Merged, &at[11], &ackTime, &guarded)
	c.AckTime, c.Guarded = time.Duration(ackTime)*time.Microsecond, guarded > 0
	for i, t := range []*time.Time{&c.OpenedAt, &c.LastAt, &c.Since, &c.ReachedAt, &c.SeenAt, &c.AcknowledgedAt, &c.AnsweredAt, &c.ResolvedAt, &c.AckBy, &c.AnswerBy, &c.AckDeadline, &c.SnoozedUntil} {
		*t = fromMicros(at[i])
	}
	return &c, err
}

// Case reads one case. It asks nothing of who may see it; see [Viewer].
func (s *Store) Case(ctx context.Context, brand, id string) (*sayline.Case, error) {
	c, err := scanCase(s.readers.QueryRowContext(ctx, "SELECT "+caseCols+" FROM cases WHERE brand_id = $1 AND case_id = $2", brand, id), brand)
	if err != nil {
		return nil, s.failed(err)
	}
	return c, nil
}

// lockCase takes the case's slot, the lock it shares with intake, then reads it.
// A case of its own has no slot: its row is the lock. One that has just lost its
// key is locked again, as what it is now.
func (tx *Tx) lockCase(brand, id string) (*sayline.Case, error) {
	for {
		var key string
		if err := tx.row("SELECT group_key FROM cases WHERE brand_id = $1 AND case_id = $2", []any{brand, id}, &key); err != nil {
			return nil, err
		}
		lock, what := "UPDATE cases SET case_id = case_id WHERE brand_id = $1 AND case_id = $2", id
		if key != "" {
			lock, what = "UPDATE case_slot SET case_id = case_id WHERE brand_id = $1 AND group_key = $2", key
		}
		if _, err := tx.exec(lock, brand, what); err != nil {
			return nil, err
		}
		st, err := tx.conn.stmt(tx.ctx, "SELECT "+caseCols+" FROM cases WHERE brand_id = $1 AND case_id = $2")
		if err != nil {
			return nil, err
		}
		c, err := scanCase(st.QueryRowContext(tx.ctx, brand, id), brand)
		if err != nil || c.GroupKey == key {
			return c, err
		}
	}
}

// lockOrder sorts work on a brand's cases into the order in which intake locks
// them, so that no two processes wait for each other in a ring: those with a key
// by their key, then the others.
func lockOrder[T any](ctx context.Context, s *Store, brand string, list []T, id func(*T) string) error {
	if !s.engine.shared() || len(list) < 2 {
		return nil
	}
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = id(&list[i])
	}
	keys := make(map[string]string, len(list))
	err := s.inLots(ctx, "SELECT case_id, group_key FROM cases WHERE brand_id = $1 AND case_id", brand, unique(ids), func(r *sql.Rows) error {
		var id, key string
		err := r.Scan(&id, &key)
		keys[id] = key
		return err
	})
	slices.SortStableFunc(list, func(a, b T) int {
		x, y := keys[id(&a)], keys[id(&b)]
		return cmp.Or(cmp.Compare(flag(x == ""), flag(y == "")), cmp.Compare(x, y), cmp.Compare(id(&a), id(&b)))
	})
	return err
}

// inLockOrder does each of a machine's work on a brand's cases, all in one group.
func inLockOrder[T any](ctx context.Context, s *Store, brand string, list []T, id func(*T) string, do func(*Tx, T) error) error {
	if err := lockOrder(ctx, s, brand, list, id); err != nil {
		return err
	}
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		for _, work := range list {
			if err := do(tx, work); err != nil {
				return err
			}
		}
		return nil
	})
}

// saveCase writes a locked case back, and its slot if it is the current case of its key.
func (tx *Tx) saveCase(c *sayline.Case) error {
	_, err := tx.exec("UPDATE cases SET team = $1, place = $2, state = $3, urgency = $4, raised = $5, episode = $6, owner = $7, reason = $8, moments = $9, f1 = $10, f2 = $11, f3 = $12, f4 = $13, f5 = $14, "+
		"last_at = $15, since = $16, reached_at = $17, seen_at = $18, acknowledged_at = $19, answered_at = $20, resolved_at = $21, ack_by = $22, answer_by = $23, ack_deadline = $24, version = $25, policy = $26, merged_into = $27, snooze_until = $28, ack_time = $29, guarded = $30 "+
		"WHERE brand_id = $31 AND case_id = $32",
		c.Team, c.Place, c.State, c.Urgency, c.Raised, c.Episode, c.Owner, c.Reason, c.Moments, c.Feelings[1], c.Feelings[2], c.Feelings[3], c.Feelings[4], c.Feelings[5],
		micros(c.LastAt), micros(c.Since), micros(c.ReachedAt), micros(c.SeenAt), micros(c.AcknowledgedAt), micros(c.AnsweredAt), micros(c.ResolvedAt), micros(c.AckBy), micros(c.AnswerBy), micros(c.AckDeadline), c.Version, c.Policy, c.Merged, micros(c.SnoozedUntil), c.AckTime.Microseconds(), flag(c.Guarded),
		c.Brand, c.ID)
	if err != nil || c.GroupKey == "" {
		return err
	}
	_, err = tx.exec("UPDATE case_slot SET state = $1, urgency = $2, episode = $3, resolved_at = $4 WHERE brand_id = $5 AND group_key = $6 AND case_id = $7",
		c.State, c.Urgency, c.Episode, micros(c.ResolvedAt), c.Brand, c.GroupKey, c.ID)
	return err
}

// history appends a line to what became of a case or a moment.
func (tx *Tx) history(brand, subject string, episode int, status, by, label string) error {
	_, err := tx.exec("INSERT INTO history (brand_id, subject, n, at, episode, status, by_person, label) SELECT $1, $2, COALESCE(MAX(n), 0) + 1, $3, $4, $5, $6, $7 FROM history WHERE brand_id = $8 AND subject = $9",
		brand, subject, micros(tx.now), episode, status, by, label, brand, subject)
	if err != nil {
		return err
	}
	return tx.tellAuthors(brand, subject, status)
}

// History reads what became of a case or a moment, oldest first.
func (s *Store) History(ctx context.Context, brand, subject string) ([]sayline.HistoryEntry, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT n, at, episode, status, by_person, label FROM history WHERE brand_id = $1 AND subject = $2 ORDER BY n", brand, subject)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.HistoryEntry
	err = eachRow(rows, func(r *sql.Rows) error {
		h := sayline.HistoryEntry{Subject: subject}
		var at int64
		err := r.Scan(&h.N, &at, &h.Episode, &h.Status, &h.By, &h.Label)
		h.At = fromMicros(at)
		list = append(list, h)
		return err
	})
	return list, s.failed(err)
}

// cancelSteps ends what is queued for a case: in the transaction of what made it needless.
func (tx *Tx) cancelSteps(brand, id string) error {
	_, err := tx.exec("UPDATE step SET state = 'cancelled' WHERE brand_id = $1 AND case_id = $2 AND state = 'waiting'", brand, id)
	return err
}

func (tx *Tx) cancelPages(brand, id string) error {
	_, err := tx.exec("UPDATE page SET state = 'cancelled', done_at = $1 WHERE brand_id = $2 AND case_id = $3 AND state = 'queued' AND role <> 'mention'", micros(tx.now), brand, id)
	return err
}

func (tx *Tx) caseEvent(c *sayline.Case, kind, person string) {
	tx.event(sayline.Event{Brand: c.Brand, Type: kind, Lane: c.Lane, Case: c.ID, Team: c.Team, Person: person})
}

// Act is who does something to a case, and by which way.
type Act struct {
	Brand, Case, Person string
	Way                 string // desk, page, api
	Page                string // the page they act by, where it is one's
	Over                bool   // they know who is on it, and take it all the same
	Zone                *time.Location
	Once                Once // zero where a repeat is an act of its own
}

var errClosed = sayline.Errorf(sayline.Conflict, "It is closed.")

// change locks a case, lets f change it, and saves it.
func (s *Store) change(ctx context.Context, a Act, f func(*Tx, *sayline.Case) error) error {
	return s.update(ctx, a.Brand, byPerson, func(tx *Tx) error {
		c, err := tx.lockCase(a.Brand, a.Case)
		if err != nil {
			return err
		}
		if first, err := tx.first(a.Brand, a.Once); err != nil || !first {
			return err
		}
		if err := f(tx, c); err != nil {
			return err
		}
		if err := tx.acted(&a); err != nil {
			return err
		}
		return tx.saveCase(c)
	})
}

// Acknowledge records "I'm on it" for an episode (0 is the current one). An old
// episode's is ignored and tells so as Conflict; twice by the same person is
// harmless. Queued steps and pages of the case are cancelled with it.
func (s *Store) Acknowledge(ctx context.Context, a Act, episode int) error {
	return s.change(ctx, a, func(tx *Tx, c *sayline.Case) error {
		switch {
		case c.State == sayline.CaseResolved:
			return errClosed
		case episode != 0 && episode != c.Episode:
			return sayline.Errorf(sayline.Conflict, "This has changed since: it is open again. Please look at it as it is now.")
		}
		return tx.acknowledge(a, c)
	})
}

// acknowledge makes the person an owner, measures the clock the first time, and
// takes the demand off everybody else.
func (tx *Tx) acknowledge(a Act, c *sayline.Case) error {
	n, err := tx.exec("INSERT INTO ack (brand_id, case_id, episode, person, at, way) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (brand_id, case_id, episode, person) DO NOTHING",
		c.Brand, c.ID, c.Episode, a.Person, micros(tx.now), a.Way)
	if err != nil {
		return err
	}
	if err := tx.opened(a, c); err != nil {
		return err
	}
	again := c.State == sayline.CaseAcknowledged && n == 0 && (!a.Over || c.Owner == a.Person)
	if !again || !c.AckDeadline.IsZero() { // what was done meanwhile ended it for good
		tx.setDeadline(c)
	}
	if again {
		return nil
	}
	c.State, c.Owner, c.SnoozedUntil = sayline.CaseAcknowledged, a.Person, time.Time{}
	if c.AcknowledgedAt.IsZero() {
		c.AcknowledgedAt = tx.now
		if err := tx.stopClock(c, ClockAcknowledge, c.AckBy, a.Zone); err != nil {
			return err
		}
	}
	if err := tx.history(c.Brand, c.ID, c.Episode, sayline.StatusAcknowledged, a.Person, ""); err != nil {
		return err
	}
	if err := tx.cancelSteps(c.Brand, c.ID); err != nil {
		return err
	}
	if err := tx.cancelPages(c.Brand, c.ID); err != nil {
		return err
	}
	tx.caseEvent(c, sayline.EventCaseAcknowledged, a.Person)
	return nil
}

// setDeadline is when the case comes back unless something is done. What is
// answered comes back only by its author, or when it was put off until then.
func (tx *Tx) setDeadline(c *sayline.Case) {
	c.AckDeadline = time.Time{}
	if d := c.Timeout(); d > 0 && c.AnsweredAt.IsZero() {
		c.AckDeadline = tx.now.Add(d)
	}
}

// Seen records that a person has opened the case, and with it every page of
// theirs that told them of this episode, by whichever way.
func (s *Store) Seen(ctx context.Context, a Act) error {
	return s.change(ctx, a, func(tx *Tx, c *sayline.Case) error {
		if err := tx.openedPages(c, a.Person); err != nil {
			return err
		}
		return tx.opened(a, c)
	})
}

// openedPages records that a person opened all that has told them of a case's episode.
// What is still on its way to them goes on: it has told nothing yet.
func (tx *Tx) openedPages(c *sayline.Case, person string) error {
	_, err := tx.exec("UPDATE page SET state = 'opened', opened_at = $1 WHERE brand_id = $2 AND case_id = $3 AND episode = $4 AND person = $5 AND opened_at = 0 AND state IN ('accepted', 'delivered', 'unknown')",
		micros(tx.now), c.Brand, c.ID, c.Episode, person)
	return err
}

func (tx *Tx) opened(a Act, c *sayline.Case) error {
	if !c.SeenAt.IsZero() {
		return nil
	}
	if err := tx.reached(c, a.Zone); err != nil {
		return err
	}
	c.SeenAt = tx.now
	if err := tx.stopClock(c, ClockSeen, c.AckBy, a.Zone); err != nil {
		return err
	}
	tx.caseEvent(c, sayline.EventCaseSeen, a.Person)
	return tx.history(c.Brand, c.ID, c.Episode, sayline.StatusSeen, a.Person, "")
}

// reached records that the case was delivered to a person's channel.
func (tx *Tx) reached(c *sayline.Case, zone *time.Location) error {
	if !c.ReachedAt.IsZero() {
		return nil
	}
	c.ReachedAt = tx.now
	if err := tx.stopClock(c, ClockReach, c.AckBy, zone); err != nil {
		return err
	}
	tx.caseEvent(c, sayline.EventCaseReached, "")
	return tx.history(c.Brand, c.ID, c.Episode, sayline.StatusReceived, "", "")
}

// Resolve closes a case with a reason. Twice is harmless.
func (s *Store) Resolve(ctx context.Context, a Act, reason string) error {
	return s.change(ctx, a, func(tx *Tx, c *sayline.Case) error {
		if c.State == sayline.CaseResolved {
			return nil
		}
		if err := tx.opened(a, c); err != nil {
			return err
		}
		return tx.resolve(c, a.Person, reason)
	})
}

func (tx *Tx) resolve(c *sayline.Case, person, reason string) error {
	c.State, c.Reason, c.ResolvedAt, c.AckDeadline, c.SnoozedUntil = sayline.CaseResolved, reason, tx.now, time.Time{}, time.Time{}
	if person != "" && reason != "merged" || reason == "done" { // else its moments went
		tx.countCase(c, ClockResolved)
	}
	status := sayline.StatusResolved
	if reason != "done" {
		status = sayline.StatusClosed
	}
	if err := tx.history(c.Brand, c.ID, c.Episode, status, person, reason); err != nil {
		return err
	}
	if err := tx.cancelSteps(c.Brand, c.ID); err != nil {
		return err
	}
	if err := tx.cancelPages(c.Brand, c.ID); err != nil {
		return err
	}
	tx.caseEvent(c, sayline.EventCaseResolved, person)
	return nil
}

// reopen starts a new episode: by its author's word or a new demand. A case
// whose key another case has taken meanwhile goes on as one of its own.
func (tx *Tx) reopen(c *sayline.Case, moment string) error {
	if err := tx.keepKey(c); err != nil {
		return err
	}
	if c.State == sayline.CaseResolved {
		tx.countCase(c, ClockReopened)
	}
	c.Episode++
	if err := tx.promiseAgain(c, moment); err != nil {
		return err
	}
	c.State, c.Reason, c.Since = sayline.CaseOpen, "", tx.now
	for _, t := range []*time.Time{&c.ReachedAt, &c.SeenAt, &c.AcknowledgedAt, &c.AnsweredAt, &c.ResolvedAt, &c.AckDeadline, &c.SnoozedUntil} {
		*t = time.Time{}
	}
	if err := tx.cancelSteps(c.Brand, c.ID); err != nil {
		return err
	}
	if err := tx.cancelPages(c.Brand, c.ID); err != nil {
		return err
	}
	if sayline.MoreUrgent(c.Urgency, sayline.Quiet) {
		step := &sayline.Step{Brand: c.Brand, Case: c.ID, Episode: c.Episode, N: 1, Moment: moment, DueAt: tx.now, State: sayline.StepWaiting}
		if err := tx.insert(stepTable, [][]any{stepRow(step)}); err != nil {
			return err
		}
	}
	tx.caseEvent(c, sayline.EventCaseReopened, "")
	return tx.history(c.Brand, c.ID, c.Episode, sayline.StatusReceived, "", "reopened")
}

// keepKey takes the key from a case that is no longer the current one of it.
func (tx *Tx) keepKey(c *sayline.Case) error {
	if c.GroupKey == "" {
		return nil
	}
	var current string
	err := tx.row("SELECT case_id FROM case_slot WHERE brand_id = $1 AND group_key = $2", []any{c.Brand, c.GroupKey}, &current)
	if err != nil || current == c.ID {
		return err
	}
	c.GroupKey = ""
	_, err = tx.exec("UPDATE cases SET group_key = '' WHERE brand_id = $1 AND case_id = $2", c.Brand, c.ID)
	return err
}
