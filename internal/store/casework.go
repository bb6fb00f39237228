package store

import (
	"cmp"
	"database/sql"
	"maps"
	"slices"
	"time"

	"github.com/sayline/sayline"
)

// slot is the current case of a group key, locked by this transaction, with
// what this transaction adds to it. A case of its own has a slot that is in no
// table (its key is empty).
type slot struct {
	brand, key, caseID     string
	state, urgency         string
	episode                int
	raised, had            int // of the case as it was found: had is read only where a rule counts
	resolvedAt             time.Time
	fresh, changed, reopen bool
	resolved               bool         // before it was opened again
	c                      sayline.Case // what the moments add: counts, and the row of a new case
	step                   *sayline.Step
}

// casework gathers what a group of moments does to cases and writes it once.
type casework struct {
	tx    *Tx
	slots map[[2]string]*slot
	own   []*slot
}

func newCasework(tx *Tx) *casework { return &casework{tx: tx, slots: map[[2]string]*slot{}} }

// openSlots locks the slots the accepts need, in the order of their keys.
func (w *casework) openSlots(accepts []*Accept) error {
	for _, a := range accepts {
		d := &a.Moment.Decision
		if !d.OpensCase {
			continue
		}
		candidate := &slot{brand: a.Moment.Brand, key: d.GroupKey, caseID: a.CaseID, state: sayline.CaseOpen, urgency: d.Urgency, episode: 1}
		if d.GroupKey == "" {
			candidate.fresh = true
			a.slot = candidate
			w.own = append(w.own, candidate)
			continue
		}
		k := [2]string{a.Moment.Brand, d.GroupKey}
		if w.slots[k] == nil {
			w.slots[k] = candidate
		}
		a.slot = w.slots[k]
	}
	if err := w.lock(); err != nil {
		return err
	}
	return w.count(accepts)
}

// count reads how many moments a case holds, where a rule raises the urgency by
// their number. The slot's lock is held: nobody else adds or takes one.
func (w *casework) count(accepts []*Accept) error {
	known := map[*slot]bool{}
	for _, a := range accepts {
		s := a.slot
		if s == nil || s.fresh || a.Moment.Decision.Raise.At == 0 || known[s] {
			continue
		}
		known[s] = true
		if err := w.tx.row("SELECT moments FROM cases WHERE brand_id = $1 AND case_id = $2", []any{s.brand, s.caseID}, &s.had); err != nil {
			return err
		}
	}
	return nil
}

// lock upserts the slots and takes over what is already there.
func (w *casework) lock() error {
	keys := slices.SortedFunc(maps.Keys(w.slots), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	rows := make([][]any, len(keys))
	for i, k := range keys {
		s := w.slots[k]
		rows[i] = []any{s.brand, s.key, s.caseID, s.state, s.urgency, s.episode, int64(0)}
	}
	return w.tx.engine.insertMany(w.tx.ctx, w.tx.conn, slotTable, rows, func(r *sql.Rows) error {
		var got slot
		var resolved int64
		if err := r.Scan(&got.brand, &got.key, &got.caseID, &got.state, &got.urgency, &got.episode, &resolved); err != nil {
			return err
		}
		s := w.slots[[2]string{got.brand, got.key}]
		if s.fresh = got.caseID == s.caseID; !s.fresh {
			// The candidate's own id stays at hand for a case that must be new.
			s.c.ID = s.caseID
			s.caseID, s.state, s.urgency, s.episode, s.resolvedAt = got.caseID, got.state, got.urgency, got.episode, fromMicros(resolved)
		}
		return nil
	})
}

// attach joins a moment to its slot's case, as the table of states says, and
// sets the moment's case and episode.
func (w *casework) attach(s *slot, m *sayline.Moment) {
	if s == nil {
		return
	}
	now := w.tx.now
	if !s.fresh && s.state == sayline.CaseResolved && now.Sub(s.resolvedAt) > sayline.ReopenWindow {
		s.caseID, s.fresh, s.changed, s.reopen = s.c.ID, true, true, false
		s.state, s.episode, s.resolvedAt, s.had, s.c = sayline.CaseOpen, 1, time.Time{}, 0, sayline.Case{}
	}
	urgency, raised := m.Decision.Urgency, 0
	if grown := m.Decision.Raise.Urgency(urgency, s.had+s.c.Moments+1); grown != urgency {
		urgency, raised = grown, s.had+s.c.Moments+1
	}
	switch {
	case s.fresh && s.c.Moments == 0:
		s.urgency, s.raised = urgency, raised
		s.begin(m, now)
	case s.state == sayline.CaseResolved, sayline.MoreUrgent(urgency, s.urgency):
		s.urgency, s.raised = urgency, raised
		s.again(m, now)
	}
	s.c.Moments++
	s.c.Guarded = s.c.Guarded || guards(m)
	if m.Feeling > 0 {
		s.c.Feelings[m.Feeling]++
	}
	s.c.LastAt = now
	m.Case, m.Episode = s.caseID, s.episode
}

// begin starts a new case with its first moment.
func (s *slot) begin(m *sayline.Moment, now time.Time) {
	d := &m.Decision
	look, answer := d.Promise(now)
	s.c = sayline.Case{Brand: m.Brand, Team: d.Team, Place: d.Place, Lane: m.Lane, Topic: m.Topic, Product: m.Context.Product, Lot: m.Context.Lot, Ref: m.Context.Ref,
		Kind: m.Kind, OpenedAt: now, LastAt: now, Since: now, AckBy: look, AnswerBy: answer}
	s.demand(m, now)
}

// again starts a new episode of a case that is there.
func (s *slot) again(m *sayline.Moment, now time.Time) {
	s.changed = true
	if s.fresh { // nobody has heard of its first episode yet
		s.demand(m, now)
		return
	}
	s.reopen, s.resolved = true, s.state == sayline.CaseResolved
	s.state, s.resolvedAt = sayline.CaseOpen, time.Time{}
	s.episode++
	s.c.Brand, s.c.Team, s.c.Lane = m.Brand, m.Decision.Team, m.Lane
	s.c.Since = now
	s.c.AckBy, s.c.AnswerBy = m.Decision.Promise(now)
	s.demand(m, now)
}

// demand queues the alert: the first step of this episode.
func (s *slot) demand(m *sayline.Moment, now time.Time) {
	s.c.Version, s.c.Policy, s.c.AckTime = m.Decision.Version, m.Decision.Policy, m.Decision.AckTime
	if !sayline.MoreUrgent(s.urgency, sayline.Quiet) {
		s.step = nil
		return
	}
	s.step = &sayline.Step{Brand: m.Brand, Case: s.caseID, Episode: s.episode, N: 1, Moment: m.ID, DueAt: now.Add(m.Decision.Pause), State: sayline.StepWaiting}
}

// The upsert that makes a new case, adds moments to one that is there, and
// begins a new episode where its number rose.
var caseTable = newTable("cases", "brand_id text, case_id text, group_key text, team text, place text, lane text, topic text, product text, lot text, ref text, kind text, "+
	"state text, urgency text, raised bigint, episode bigint, owner text, reason text, moments bigint, f1 bigint, f2 bigint, f3 bigint, f4 bigint, f5 bigint, "+
	"opened_at bigint, last_at bigint, since bigint, reached_at bigint, seen_at bigint, acknowledged_at bigint, answered_at bigint, resolved_at bigint, ack_by bigint, answer_by bigint, ack_deadline bigint, version bigint, policy text, snooze_until bigint, ack_time bigint, guarded bigint",
	"ON CONFLICT (brand_id, case_id) DO UPDATE SET moments = cases.moments + excluded.moments, f1 = cases.f1 + excluded.f1, f2 = cases.f2 + excluded.f2, "+
		"f3 = cases.f3 + excluded.f3, f4 = cases.f4 + excluded.f4, f5 = cases.f5 + excluded.f5, last_at = excluded.last_at, urgency = excluded.urgency, "+
		"state = CASE WHEN excluded.episode > cases.episode THEN 'open' ELSE cases.state END, "+
		keepUnlessRisen("raised", "owner", "reason", "since", "reached_at", "seen_at", "acknowledged_at", "answered_at", "resolved_at", "ack_by", "answer_by", "ack_deadline", "version", "policy", "snooze_until", "ack_time")+
		"guarded = CASE WHEN excluded.guarded > cases.guarded THEN excluded.guarded ELSE cases.guarded END, episode = excluded.episode")

func keepUnlessRisen(cols ...string) string {
	text := ""
	for _, c := range cols {
		text += c + " = CASE WHEN excluded.episode > cases.episode THEN excluded." + c + " ELSE cases." + c + " END, "
	}
	return text
}

// write stores slots, cases and steps, and the events of opened and reopened cases.
func (w *casework) write() error {
	all := slices.Clone(w.own)
	for _, s := range w.slots {
		if s.c.Moments > 0 {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *slot) int {
		return cmp.Or(cmp.Compare(a.brand, b.brand), cmp.Compare(a.caseID, b.caseID))
	})
	var slotRows, caseRows, stepRows [][]any
	for _, s := range all {
		if s.changed && s.key != "" {
			slotRows = append(slotRows, []any{s.brand, s.key, s.caseID, s.state, s.urgency, s.episode, micros(s.resolvedAt)})
		}
		if s.reopen {
			if err := w.tx.cancelSteps(s.brand, s.caseID); err != nil {
				return err
			}
			if err := w.tx.cancelPages(s.brand, s.caseID); err != nil {
				return err
			}
			if err := w.tx.history(s.brand, s.caseID, s.episode, sayline.StatusReceived, "", ""); err != nil {
				return err
			}
			if s.resolved {
				if err := w.countReopened(s); err != nil {
					return err
				}
			}
		}
		caseRows = append(caseRows, s.row())
		if s.step != nil {
			stepRows = append(stepRows, stepRow(s.step))
		}
		if s.fresh || s.reopen {
			kind := sayline.EventCaseOpened
			if s.reopen {
				kind = sayline.EventCaseReopened
			}
			w.tx.event(sayline.Event{Brand: s.brand, Type: kind, Lane: s.c.Lane, Case: s.caseID, Team: s.c.Team})
		}
	}
	slices.SortFunc(slotRows, func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(string), b[1].(string)))
	})
	if err := w.tx.insert(slotState, slotRows); err != nil {
		return err
	}
	if err := w.tx.insert(caseTable, caseRows); err != nil {
		return err
	}
	return w.tx.insert(stepTable, stepRows)
}

// countReopened counts that a case was opened again, unless nothing of it is counted.
func (w *casework) countReopened(s *slot) error {
	guarded := int64(flag(s.c.Guarded))
	if guarded == 0 {
		if err := w.tx.row("SELECT guarded FROM cases WHERE brand_id = $1 AND case_id = $2", []any{s.brand, s.caseID}, &guarded); err != nil {
			return err
		}
	}
	if guarded == 0 {
		w.tx.countOutcome(s.brand, s.c.Lane, s.c.Team, ClockReopened, w.tx.now, 1, 0)
	}
	return nil
}

func (s *slot) row() []any {
	c := &s.c
	return []any{s.brand, s.caseID, s.key, c.Team, c.Place, c.Lane, c.Topic, c.Product, c.Lot, c.Ref, c.Kind,
		s.state, s.urgency, s.raised, s.episode, "", "", c.Moments, c.Feelings[1], c.Feelings[2], c.Feelings[3], c.Feelings[4], c.Feelings[5],
		micros(c.OpenedAt), micros(c.LastAt), micros(c.Since), int64(0), int64(0), int64(0), int64(0), int64(0), micros(c.AckBy), micros(c.AnswerBy), int64(0), c.Version, c.Policy, int64(0), c.AckTime.Microseconds(), flag(c.Guarded)}
}

func stepRow(s *sayline.Step) []any {
	return []any{s.Brand, s.Case, s.Episode, s.Loop, s.N, s.Moment, micros(s.DueAt), micros(s.FiredAt), s.State, s.Found}
}
