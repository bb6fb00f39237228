package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"github.com/sayline/sayline"
)

// Firing is what a due step turned into: whom duty found, pages for them, and
// the step after it.
type Firing struct {
	Step    sayline.Step
	Found   string // whom duty found and by which hops, JSON
	Pages   []sayline.Page
	Next    *sayline.Step
	Stalled bool // nobody is left to ask: the case stands red on the pulse

	Hold       Hold     // it is kept back instead, unless its Until is zero
	Within     []string // the place of the case and all above it, and
	Touchpoint string   // where it was said: what may be muted
}

// fireLot is how many steps are fired table by table. Between two lots it is
// asked whether a person's write waits, which then comes first.
const fireLot = 64

// FireSteps turns due steps into pages. Each fires once however many processes
// try: who finds it no longer waiting leaves it alone. As many as there are go
// into one transaction, unless somebody waits meanwhile.
func (s *Store) FireSteps(ctx context.Context, brand string, list []Firing) error {
	for len(list) > 0 {
		var done int
		err := s.update(ctx, brand, byMachine, func(tx *Tx) error {
			mutes, err := tx.mutes(brand)
			if err != nil {
				return err
			}
			keys, err := tx.inKeyOrder(brand, list)
			if err != nil {
				return err
			}
			for done = 0; done < len(list) && (done == 0 || !s.awaited(brand)); done = min(done+fireLot, len(list)) {
				if err := tx.fire(brand, list[done:min(done+fireLot, len(list))], keys, mutes); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		list = list[done:]
	}
	return nil
}

// awaited says whether somebody's write stands in line.
func (s *Store) awaited(brand string) bool { return len(s.writerOf(brand).people) > 0 }

// fire holds the cases' locks, so that an acknowledgement is either before it,
// and the step is cancelled, or after it, and finds every page to cancel.
func (tx *Tx) fire(brand string, lot []Firing, keys map[string]string, mutes []sayline.Mute) error {
	cases, err := tx.lockCases(brand, lot, keys)
	if err != nil {
		return err
	}
	var due []*Firing
	for i := range lot {
		f, c := &lot[i], cases[lot[i].Step.Case]
		if !demands(c, f.Step.Episode) {
			if err := tx.cancelStep(&f.Step); err != nil {
				return err
			}
		} else if h := f.hold(c, mutes); h.Until.After(tx.now) {
			if err := tx.keepBack(&f.Step, h); err != nil {
				return err
			}
		} else {
			due = append(due, f)
		}
	}
	if due, err = tx.markFired(due); err != nil {
		return err
	}
	crowds := crowds{}
	for _, f := range due {
		if err := tx.bundle(f.Pages, cases[f.Step.Case], crowds); err != nil {
			return err
		}
	}
	made, err := tx.insertPages(due...)
	if err != nil {
		return err
	}
	if err := tx.insertNext(due); err != nil {
		return err
	}
	return tx.tellFired(due, cases, made)
}

// inKeyOrder sorts firings into the order in which intake locks their cases, as
// [lockOrder] does, and gives the cases' keys.
func (tx *Tx) inKeyOrder(brand string, list []Firing) (keys map[string]string, err error) {
	if !tx.engine.shared() {
		return nil, nil
	}
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].Step.Case
	}
	keys = make(map[string]string, len(list))
	err = tx.inLots("SELECT case_id, group_key FROM cases WHERE brand_id = $1 AND case_id", brand, unique(ids), func(r *sql.Rows) error {
		var id, key string
		err := r.Scan(&id, &key)
		keys[id] = key
		return err
	})
	slices.SortStableFunc(list, func(a, b Firing) int {
		x, y := keys[a.Step.Case], keys[b.Step.Case]
		return cmp.Or(cmp.Compare(flag(x == ""), flag(y == "")), cmp.Compare(x, y), cmp.Compare(a.Step.Case, b.Step.Case))
	})
	return keys, err
}

// lockCases takes the locks of all cases of a lot, in its order, as [Tx.lockCase]
// does for one: slots, then the rows of cases of their own.
func (tx *Tx) lockCases(brand string, lot []Firing, keys map[string]string) (map[string]*sayline.Case, error) {
	var ids, slots, own []string
	for i := range lot {
		id := lot[i].Step.Case
		ids = append(ids, id)
		if key := keys[id]; key != "" {
			slots = append(slots, key)
		} else {
			own = append(own, id)
		}
	}
	if err := tx.lockRows("SELECT 1 FROM case_slot WHERE brand_id = $1 AND group_key", brand, unique(slots)); err != nil {
		return nil, err
	}
	if err := tx.lockRows("SELECT 1 FROM cases WHERE brand_id = $1 AND case_id", brand, unique(own)); err != nil {
		return nil, err
	}
	return tx.lockedCases(brand, ids, keys)
}

// lockedCases reads cases by whose keys they were locked. One that had just lost
// its key is locked again, as what it is now.
func (tx *Tx) lockedCases(brand string, ids []string, keys map[string]string) (map[string]*sayline.Case, error) {
	cases := make(map[string]*sayline.Case, len(ids))
	if err := tx.inLots("SELECT "+caseCols+" FROM cases WHERE brand_id = $1 AND case_id", brand, unique(ids), func(r *sql.Rows) error {
		c, err := scanCase(r, brand)
		cases[c.ID] = c
		return err
	}); err != nil {
		return nil, err
	}
	for _, id := range ids {
		c := cases[id]
		if c == nil {
			return nil, sql.ErrNoRows
		}
		if tx.engine.shared() && c.GroupKey != keys[id] {
			again, err := tx.lockCase(brand, id)
			if err != nil {
				return nil, err
			}
			cases[id], keys[id] = again, again.GroupKey
		}
	}
	return cases, nil
}

func (tx *Tx) cancelStep(st *sayline.Step) error {
	_, err := tx.exec("UPDATE step SET state = 'cancelled' WHERE brand_id = $1 AND case_id = $2 AND episode = $3 AND loop = $4 AND n = $5 AND state = 'waiting'",
		st.Brand, st.Case, st.Episode, st.Loop, st.N)
	return err
}

// firedTable changes steps that are there: those that wait.
var firedTable = newTable("step", "brand_id text, case_id text, episode bigint, loop bigint, n bigint, moment_id text, due_at bigint, fired_at bigint, state text, found text",
	"ON CONFLICT (brand_id, case_id, episode, loop, n) DO UPDATE SET fired_at = excluded.fired_at, state = excluded.state, found = excluded.found WHERE step.state = 'waiting' RETURNING case_id, episode, loop, n")

// markFired gives those that were still waiting.
func (tx *Tx) markFired(due []*Firing) (fired []*Firing, err error) {
	rows := make([][]any, len(due))
	for i, f := range due {
		st := f.Step
		st.State, st.FiredAt, st.Found = sayline.StepFired, tx.now, f.Found
		if len(f.Pages) == 0 {
			st.State = sayline.StepEmpty
		}
		rows[i] = stepRow(&st)
	}
	waited, err := tx.claim(firedTable, rows)
	for i, was := range waited {
		if was {
			fired = append(fired, due[i])
		}
	}
	return fired, err
}

// insertPages gives the pages that were made: one a contact.
func (tx *Tx) insertPages(list ...*Firing) (made []*sayline.Page, err error) {
	var all []*sayline.Page
	var rows [][]any
	for _, f := range list {
		st := &f.Step
		for i := range f.Pages {
			p := &f.Pages[i]
			p.Brand, p.Case, p.Episode, p.Loop, p.N, p.CreatedAt = st.Brand, st.Case, st.Episode, st.Loop, st.N, tx.now
			p.State, p.NextAt = sayline.PageQueued, later(p.From, tx.now)
			if p.Channel == sayline.ByDesk { // shown by the event itself to whoever has the desk open
				p.State, p.DoneAt = sayline.PageAccepted, tx.now
			}
			all = append(all, p)
			rows = append(rows, []any{p.Brand, p.ID, p.Case, p.Episode, p.Loop, p.N, p.Person, p.Channel, p.Address, p.Role, p.State,
				micros(p.NextAt), int64(0), 0, micros(p.CreatedAt), micros(p.DoneAt), int64(0), flag(p.Calm), flag(p.Bundled), micros(p.From), p.Says})
		}
	}
	fresh, err := tx.claim(pageTable, rows)
	for i, isNew := range fresh {
		if isNew {
			made = append(made, all[i])
		}
	}
	return made, err
}

func (tx *Tx) insertNext(due []*Firing) error {
	var rows [][]any
	for _, f := range due {
		if f.Next == nil {
			continue
		}
		st := &f.Step
		f.Next.Brand, f.Next.Case, f.Next.Episode, f.Next.State = st.Brand, st.Case, st.Episode, sayline.StepWaiting
		rows = append(rows, stepRow(f.Next))
	}
	return tx.insert(stepTable, rows)
}

// tellFired notes what happened, and which cases nobody is left to ask for.
func (tx *Tx) tellFired(due []*Firing, cases map[string]*sayline.Case, made []*sayline.Page) error {
	for _, p := range made {
		c := cases[p.Case]
		tx.event(sayline.Event{Brand: p.Brand, Type: sayline.EventPageMade, Lane: c.Lane, Case: p.Case, Team: c.Team, Person: p.Person, Page: p.ID})
	}
	for _, f := range due {
		c := cases[f.Step.Case]
		if f.Step.N+f.Step.Loop > 1 {
			tx.caseEvent(c, sayline.EventCaseEscalated, "")
		}
		if f.Stalled && c.State == sayline.CaseOpen {
			c.State = sayline.CaseStalled
			if err := tx.saveCase(c); err != nil {
				return err
			}
		}
	}
	return nil
}
