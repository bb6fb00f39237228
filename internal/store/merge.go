package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/sayline/sayline"
)

// Refusals of who shapes cases.
var (
	errLanes   = sayline.Errorf(sayline.Conflict, "Only cases of the same lane can be joined.").Keyed("cases_lanes")
	errItself  = sayline.Errorf(sayline.AtFault, "A case can't be joined with itself.").Keyed("cases_itself")
	errNothing = sayline.Errorf(sayline.Conflict, "Something has to stay in this case. Choose fewer.").Keyed("cases_nothing")
)

// Merge joins a case with another: its moments, and what was said to each of
// their authors, go over; what was said to all of it stays with it, readable
// from there. It ends as "merged". The other becomes as urgent as the more
// urgent of the two, in a new episode should that be more. Only within a lane
// (Conflict), only while both are open (Conflict).
func (s *Store) Merge(ctx context.Context, a Act, into string) error {
	if a.Case == into {
		return errItself
	}
	return s.update(ctx, a.Brand, byPerson, func(tx *Tx) error {
		from, to, err := tx.lockBoth(a.Brand, a.Case, into)
		if err != nil {
			return err
		}
		return tx.merge(a, from, to)
	})
}

// lockBoth locks two cases in the order in which intake locks them.
func (tx *Tx) lockBoth(brand, one, other string) (*sayline.Case, *sayline.Case, error) {
	keys := map[string]string{one: "", other: ""}
	ids := []string{one, other}
	for _, id := range ids {
		var key string
		if err := tx.row("SELECT group_key FROM cases WHERE brand_id = $1 AND case_id = $2", []any{brand, id}, &key); err != nil {
			return nil, nil, err
		}
		keys[id] = key
	}
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Or(cmp.Compare(flag(keys[a] == ""), flag(keys[b] == "")), cmp.Compare(keys[a], keys[b]), cmp.Compare(a, b))
	})
	locked := map[string]*sayline.Case{}
	for _, id := range ids {
		c, err := tx.lockCase(brand, id)
		if err != nil {
			return nil, nil, err
		}
		locked[id] = c
	}
	return locked[one], locked[other], nil
}

// merge is Merge of two locked cases.
func (tx *Tx) merge(a Act, from, to *sayline.Case) error {
	switch {
	case from.State == sayline.CaseResolved || to.State == sayline.CaseResolved:
		return errClosed
	case from.Lane != to.Lane:
		return errLanes
	}
	if err := tx.opened(a, from); err != nil {
		return err
	}
	if err := tx.moveMoments(from, to, a.Person, allOfThem); err != nil {
		return err
	}
	to.Moments += from.Moments
	for i := range to.Feelings {
		to.Feelings[i] += from.Feelings[i]
	}
	to.Guarded = to.Guarded || from.Guarded
	if from.LastAt.After(to.LastAt) {
		to.LastAt = from.LastAt
	}
	from.Moments, from.Feelings, from.Merged = 0, [6]int{}, to.ID
	if err := tx.resolve(from, a.Person, "merged"); err != nil {
		return err
	}
	tx.event(sayline.Event{Brand: from.Brand, Type: sayline.EventCaseMoved, Lane: from.Lane, Case: from.ID, Team: from.Team, Person: a.Person})
	if err := tx.giveKey(from, to); err != nil {
		return err
	}
	if _, err := tx.exec("UPDATE cases SET merged_into = $1 WHERE brand_id = $2 AND merged_into = $3", to.ID, to.Brand, from.ID); err != nil {
		return err
	}
	if err := tx.saveCase(from); err != nil {
		return err
	}
	return tx.grown(from, to)
}

// giveKey lets go of the key of a case that was joined with another, so that
// what is said next by that key does not wake it: the other goes on with it, or,
// when it has one of its own or is with another team, nobody.
func (tx *Tx) giveKey(from, to *sayline.Case) error {
	key := from.GroupKey
	if key == "" {
		return nil
	}
	if err := tx.setKey(from, ""); err != nil {
		return err
	}
	if to.GroupKey != "" || to.Team != from.Team { // the route sends what is said by the key to the team it had
		_, err := tx.exec("DELETE FROM case_slot WHERE brand_id = $1 AND group_key = $2 AND case_id = $3", from.Brand, key, from.ID)
		return err
	}
	if err := tx.setKey(to, key); err != nil {
		return err
	}
	_, err := tx.exec("UPDATE case_slot SET case_id = $1 WHERE brand_id = $2 AND group_key = $3", to.ID, to.Brand, key)
	return err
}

func (tx *Tx) setKey(c *sayline.Case, key string) error {
	c.GroupKey = key
	_, err := tx.exec("UPDATE cases SET group_key = $1 WHERE brand_id = $2 AND case_id = $3", key, c.Brand, c.ID)
	return err
}

// grown saves a case that took another in: as urgent as the more urgent of the
// two, and as a rule makes it that counts how many moments it holds now.
func (tx *Tx) grown(from, to *sayline.Case) error {
	hotter := sayline.MoreUrgent(from.Urgency, to.Urgency)
	if hotter {
		to.Urgency, to.Raised = from.Urgency, from.Raised
		to.Version, to.Policy, to.AckTime = from.Version, from.Policy, from.AckTime
	}
	urgency, err := tx.byNumber(to)
	if err != nil {
		return err
	}
	many := sayline.MoreUrgent(urgency, to.Urgency)
	if many {
		to.Urgency, to.Raised = urgency, to.Moments
	}
	if hotter || many {
		if err := tx.reopen(to, ""); err != nil {
			return err
		}
	}
	if hotter { // it brings its own promises
		to.AckBy, to.AnswerBy = tx.now.Add(from.AckBy.Sub(from.Since)), tx.now.Add(from.AnswerBy.Sub(from.Since))
	}
	tx.caseEvent(to, sayline.EventCaseMoved, "")
	return tx.saveCase(to)
}

// byNumber is how urgent a case is by the rules of its moments that count them.
func (tx *Tx) byNumber(c *sayline.Case) (string, error) {
	urgency := c.Urgency
	rows, err := tx.query("SELECT detail FROM moment WHERE brand_id = $1 AND case_id = $2 AND detail LIKE '%\"raise\":%'", c.Brand, c.ID)
	if err != nil {
		return "", err
	}
	err = eachRow(rows, func(r *sql.Rows) error {
		var text string
		if err := r.Scan(&text); err != nil {
			return err
		}
		var det detail
		err := json.Unmarshal([]byte(text), &det)
		urgency = det.Raise.Urgency(urgency, c.Moments)
		return err
	})
	return urgency, err
}

// which are moments of a case: all of them, or one.
type which struct{ first, last string }

var allOfThem = which{"", "z"} // ids are hexadecimal

func only(moment string) which { return which{moment, moment} }

// moveMoments moves moments of a case to another: each keeps the decision
// before, what its author has read of the case it leaves, and what was said to
// its author alone.
func (tx *Tx) moveMoments(from, to *sayline.Case, person string, w which) error {
	if err := tx.keepDecisions(from, person, w); err != nil {
		return err
	}
	if err := tx.recountTeam(from, w, to.Team); err != nil {
		return err
	}
	for _, do := range []struct {
		text string
		args []any
	}{
		{"INSERT INTO history (brand_id, subject, n, at, episode, status, by_person, label) " + // the lines belong to no episode of the case they are in now
			"SELECT m.brand_id, m.moment_id, ROW_NUMBER() OVER (PARTITION BY m.moment_id ORDER BY h.n) + COALESCE((SELECT MAX(x.n) FROM history x WHERE x.brand_id = m.brand_id AND x.subject = m.moment_id), 0), " +
			"h.at, 0, h.status, h.by_person, h.label FROM moment m JOIN history h ON h.brand_id = m.brand_id AND h.subject = m.case_id AND h.episode >= m.episode " +
			"WHERE m.brand_id = $1 AND m.case_id = $2 AND m.moment_id >= $3 AND m.moment_id <= $4", nil},
		{"UPDATE message SET case_id = $1, episode = $2 WHERE brand_id = $3 AND case_id = $4 AND moment_id <> '' AND moment_id >= $5 AND moment_id <= $6", []any{to.ID, to.Episode}},
		{"UPDATE step SET moment_id = '' WHERE brand_id = $1 AND case_id = $2 AND moment_id >= $3 AND moment_id <= $4", nil},
		{"UPDATE moment SET case_id = $1, episode = $2, team = $3 WHERE brand_id = $4 AND case_id = $5 AND moment_id >= $6 AND moment_id <= $7", []any{to.ID, to.Episode, to.Team}},
	} {
		if _, err := tx.exec(do.text, append(do.args, from.Brand, from.ID, w.first, w.last)...); err != nil {
			return err
		}
	}
	_, err := tx.exec("INSERT INTO case_touchpoint (brand_id, case_id, touchpoint) SELECT DISTINCT brand_id, case_id, touchpoint FROM moment "+
		"WHERE brand_id = $1 AND case_id = $2 AND moment_id >= $3 AND moment_id <= $4 AND touchpoint <> '' ON CONFLICT (brand_id, case_id, touchpoint) DO NOTHING", to.Brand, to.ID, w.first, w.last)
	return err
}

// keepDecisions is keepDecision of a case's moments, decided otherwise by a person.
func (tx *Tx) keepDecisions(c *sayline.Case, person string, w which) error {
	now := micros(tx.now)
	_, err := tx.exec("INSERT INTO decision_before (brand_id, moment_id, at, version, rule, team, case_id, by_person) "+
		"SELECT m.brand_id, m.moment_id, CASE WHEN COALESCE(MAX(d.at), 0) >= $1 THEN MAX(d.at) + 1 ELSE $2 END, m.version, m.rule, m.team, m.case_id, $3 "+
		"FROM moment m LEFT JOIN decision_before d ON d.brand_id = m.brand_id AND d.moment_id = m.moment_id "+
		"WHERE m.brand_id = $4 AND m.case_id = $5 AND m.moment_id >= $6 AND m.moment_id <= $7 GROUP BY m.brand_id, m.moment_id, m.version, m.rule, m.team, m.case_id",
		now, now, person, c.Brand, c.ID, w.first, w.last)
	return err
}

// putThere says whether a person put a moment where it is: what its author adds
// does not take it away again, it only may make it more urgent. What an alarm put
// somewhere goes where the route wants it, once the route does.
func (tx *Tx) putThere(before, m *sayline.Moment) (bool, error) {
	var by string
	err := tx.row("SELECT by_person FROM decision_before WHERE brand_id = $1 AND moment_id = $2 ORDER BY at DESC LIMIT 1", []any{before.Brand, before.ID}, &by)
	if err == sql.ErrNoRows {
		return false, nil
	}
	if err != nil || by == "" || by == ByAlarm && m.Decision.OpensCase {
		return false, err
	}
	d, now := before.Decision, &m.Decision
	if sayline.MoreUrgent(now.Urgency, d.Urgency) {
		d.Urgency, d.Within, d.Answer = now.Urgency, now.Within, now.Answer
	}
	m.Decision = d
	return true, nil
}

// MergedInto reads the cases that were joined with one, the latest first.
func (s *Store) MergedInto(ctx context.Context, brand, id string) ([]*sayline.Case, error) {
	return s.cases(ctx, brand, "SELECT "+caseCols+" FROM cases WHERE brand_id = $1 AND merged_into = $2 AND merged_into <> '' ORDER BY resolved_at DESC, case_id", brand, id)
}
