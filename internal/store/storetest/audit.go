package storetest

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"github.com/sayline/sayline"
)

// Audit reads a brand's plain rows and names everything that is not as it must
// always be: counts that a slow recount does not find, things half-written, two
// unresolved cases of one key, alerts nobody will hear, gaps in the events.
// Nil when the brand is whole. Nothing may be writing meanwhile.
func Audit(ctx context.Context, db *sql.DB, brand string) (faults []string) {
	a := &audit{brand: brand, rows: map[string][]row{}}
	for _, table := range []string{"moment", "moment_contact", "idempotency", "cases", "case_slot", "step", "page", "attempt", "ack", "message", "event", "brand_seq", "history", "decision_before"} {
		rows, err := readRows(ctx, db, "SELECT * FROM "+table+" WHERE brand_id = $1", brand)
		if err != nil {
			return []string{fmt.Sprintf("%s can't be read: %v", table, err)}
		}
		a.rows[table] = rows
	}
	a.index()
	a.moments()
	a.keys()
	a.cases()
	a.slots()
	a.alerts()
	a.events()
	a.words()
	faults, err := recount(ctx, db, brand, a.rows["moment"])
	if err != nil {
		return append(a.faults, err.Error())
	}
	clocks, err := recountClocks(ctx, db, a)
	if err != nil {
		return append(a.faults, err.Error())
	}
	return append(append(a.faults, faults...), clocks...)
}

// row is a table's row by column: int64 or string.
type row map[string]any

func (r row) text(col string) string { s, _ := r[col].(string); return s }
func (r row) n(col string) int64     { n, _ := r[col].(int64); return n }

func readRows(ctx context.Context, db *sql.DB, text string, args ...any) ([]row, error) {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var list []row
	for rows.Next() {
		values, at := make([]any, len(cols)), make([]any, len(cols))
		for i := range values {
			at[i] = &values[i]
		}
		if err := rows.Scan(at...); err != nil {
			return nil, err
		}
		r := row{}
		for i, c := range cols {
			r[c] = values[i]
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// audit is a brand laid open.
type audit struct {
	brand  string
	rows   map[string][]row
	moment map[string]row
	byCase map[string][]row
	work   map[string]row // cases by id
	slot   map[string]row // by key
	faults []string
}

func (a *audit) fault(format string, args ...any) {
	a.faults = append(a.faults, fmt.Sprintf(a.brand+": "+format, args...))
}

func (a *audit) index() {
	a.moment, a.byCase, a.work, a.slot = map[string]row{}, map[string][]row{}, map[string]row{}, map[string]row{}
	for _, m := range a.rows["moment"] {
		a.moment[m.text("moment_id")] = m
		a.byCase[m.text("case_id")] = append(a.byCase[m.text("case_id")], m)
	}
	for _, c := range a.rows["cases"] {
		a.work[c.text("case_id")] = c
	}
	for _, s := range a.rows["case_slot"] {
		a.slot[s.text("group_key")] = s
	}
}

// moments: each has one decision in force, whose case is there.
func (a *audit) moments() {
	for id, m := range a.moment {
		work := m.text("case_id")
		c := a.work[work]
		switch {
		case work != "" && c == nil:
			a.fault("moment %s is in case %s, which is not there", id, work)
		case work == "" && m.text("urgency") != sayline.None:
			a.fault("moment %s is %s and in no case", id, m.text("urgency"))
		case work != "" && m.text("text") != "" && m.text("urgency") == sayline.None:
			a.fault("moment %s has words and is nobody's work", id)
		case c != nil && c.text("lane") != m.text("lane"):
			a.fault("moment %s of lane %q is in a case of lane %q", id, m.text("lane"), c.text("lane"))
		case c != nil && c.text("team") != m.text("team"):
			a.fault("moment %s is for team %q, its case is %q's", id, m.text("team"), c.text("team"))
		case c != nil && (m.n("episode") < 1 || m.n("episode") > c.n("episode")):
			a.fault("moment %s joined episode %d of %d", id, m.n("episode"), c.n("episode"))
		}
	}
	for _, r := range a.rows["moment_contact"] {
		if m := a.moment[r.text("moment_id")]; m == nil || m.text("class") != sayline.Identified {
			a.fault("the contact of %s belongs to no identified moment", r.text("moment_id"))
		}
	}
	for _, r := range a.rows["decision_before"] {
		if a.moment[r.text("moment_id")] == nil {
			a.fault("an earlier decision is kept for %s, which is not there", r.text("moment_id"))
		}
	}
}

// keys: a moment was stored by exactly one key, and a key stands for its moment.
func (a *audit) keys() {
	byMoment, hashes := map[string]int{}, map[string]bool{}
	for _, k := range a.rows["idempotency"] {
		hashes[k.text("key_hash")] = !strings.HasPrefix(k.text("moment_id"), "=")
	}
	for _, k := range a.rows["idempotency"] {
		id := k.text("moment_id")
		if first, folded := strings.CutPrefix(id, "="); folded {
			if !hashes[first] || k.n("gone") != 0 {
				a.fault("the key of a folded press stands for %s, which is no moment's key", first)
			}
			continue
		}
		if k.n("gone") != 0 {
			if a.moment[id] != nil {
				a.fault("moment %s is there, though its key is a tombstone", id)
			}
			continue
		}
		byMoment[id]++
		if m := a.moment[id]; m == nil {
			a.fault("a key stands for moment %s, which is not there", id)
		} else if once := detailOf(m).Once; once != k.text("key_hash") {
			a.fault("moment %s does not know its key", id)
		}
	}
	for id := range a.moment {
		if byMoment[id] != 1 && a.moment[id].text("source") != sayline.SourceImport { // its id is its key
			a.fault("moment %s has %d keys", id, byMoment[id])
		}
	}
}

// cases: their counts are those of the moments in them.
func (a *audit) cases() {
	for id, c := range a.work {
		var want [6]int64
		for _, m := range a.byCase[id] {
			want[0]++
			if f := m.n("feeling"); f > 0 {
				want[f]++
			}
		}
		got := [6]int64{c.n("moments"), c.n("f1"), c.n("f2"), c.n("f3"), c.n("f4"), c.n("f5")}
		if got != want {
			a.fault("case %s counts moments and feelings %v, there are %v", id, got, want)
		}
		if n := c.n("raised"); n != 0 && (n < 2 || !sayline.MoreUrgent(c.text("urgency"), sayline.Quiet)) {
			a.fault("case %s is %s, raised by %d moments", id, c.text("urgency"), n)
		}
		if want[0] == 0 && c.text("state") != sayline.CaseResolved {
			a.fault("case %s is %s and empty", id, c.text("state"))
		}
		if resolved := c.text("state") == sayline.CaseResolved; resolved != (c.n("resolved_at") != 0) {
			a.fault("case %s is %s, resolved at %d", id, c.text("state"), c.n("resolved_at"))
		}
		if acknowledged := c.text("state") == sayline.CaseAcknowledged; acknowledged && c.n("acknowledged_at") == 0 {
			a.fault("case %s is acknowledged, never", id)
		}
		if c.n("ack_deadline") != 0 && c.text("state") != sayline.CaseAcknowledged || (c.n("snooze_until") != 0) != (c.text("state") == sayline.CaseSnoozed) {
			a.fault("case %s is %s, and comes back at %d or %d", id, c.text("state"), c.n("ack_deadline"), c.n("snooze_until"))
		}
	}
}

// slots: at most one unresolved case per key, and the slot knows it.
func (a *audit) slots() {
	unresolved := map[string][]string{}
	for id, c := range a.work {
		if key := c.text("group_key"); key != "" && c.text("state") != sayline.CaseResolved {
			unresolved[key] = append(unresolved[key], id)
		}
	}
	for key, ids := range unresolved {
		if len(ids) > 1 {
			sort.Strings(ids)
			a.fault("key %q has %d unresolved cases: %s", key, len(ids), strings.Join(ids, ", "))
		}
		if s := a.slot[key]; s == nil || s.text("case_id") != ids[0] {
			a.fault("case %s is open, but not in the slot of its key %q", ids[0], key)
		}
	}
	for key, s := range a.slot {
		c := a.work[s.text("case_id")]
		if c == nil {
			a.fault("the slot of %q holds case %s, which is not there", key, s.text("case_id"))
			continue
		}
		for _, col := range []string{"group_key", "state", "urgency", "episode", "resolved_at"} {
			if s[col] != c[col] {
				a.fault("the slot of %q says %s %v, its case %s %v", key, col, s[col], c.text("case_id"), c[col])
			}
		}
	}
}

// alerts: who must be asked is being asked, and nobody else.
func (a *audit) alerts() {
	asked := map[string]bool{} // cases with a step of their episode
	for _, s := range a.rows["step"] {
		c := a.work[s.text("case_id")]
		if c == nil {
			a.fault("a step of case %s, which is not there", s.text("case_id"))
			continue
		}
		open := c.text("state") == sayline.CaseOpen || c.text("state") == sayline.CaseStalled
		current := s.n("episode") == c.n("episode")
		if s.text("state") == sayline.StepWaiting && !(open && current) {
			a.fault("a step of episode %d waits, case %s is %s in episode %d", s.n("episode"), c.text("case_id"), c.text("state"), c.n("episode"))
		}
		asked[c.text("case_id")] = asked[c.text("case_id")] || current
		if id := s.text("moment_id"); id != "" && a.moment[id] == nil {
			a.fault("a step of case %s names moment %s, which is not there", c.text("case_id"), id)
		}
	}
	for id, c := range a.work {
		if c.text("state") == sayline.CaseOpen && sayline.MoreUrgent(c.text("urgency"), sayline.Quiet) && !asked[id] {
			a.fault("case %s is open and %s, and has no step in episode %d", id, c.text("urgency"), c.n("episode"))
		}
	}
	for _, p := range a.rows["page"] {
		c := a.work[p.text("case_id")]
		if c == nil {
			a.fault("page %s of case %s, which is not there", p.text("page_id"), p.text("case_id"))
			continue
		}
		open := c.text("state") == sayline.CaseOpen || c.text("state") == sayline.CaseStalled
		if p.text("state") == sayline.PageQueued && p.text("says") == "" && p.text("role") != sayline.ForMention && !(open && p.n("episode") == c.n("episode")) {
			a.fault("page %s of episode %d is queued, case %s is %s in episode %d", p.text("page_id"), p.n("episode"), c.text("case_id"), c.text("state"), c.n("episode"))
		}
	}
	a.attempts()
}

// attempts: as many as the page says, one at a time.
func (a *audit) attempts() {
	made, running := map[string]int64{}, map[string]int64{}
	for _, t := range a.rows["attempt"] {
		made[t.text("page_id")]++
		if t.n("end_at") == 0 {
			running[t.text("page_id")]++
		}
	}
	for _, p := range a.rows["page"] {
		id := p.text("page_id")
		if made[id] != p.n("attempts") {
			a.fault("page %s says %d attempts, there are %d", id, p.n("attempts"), made[id])
		}
		if running[id] > 1 || running[id] == 1 && p.text("state") == sayline.PageQueued {
			a.fault("page %s is %s with %d calls running", id, p.text("state"), running[id])
		}
	}
}

// events: numbered without a gap; every moment was received once, every case opened once.
func (a *audit) events() {
	var last int64
	if len(a.rows["brand_seq"]) == 1 {
		last = a.rows["brand_seq"][0].n("n")
	}
	if int64(len(a.rows["event"])) != last {
		a.fault("%d events, the counter says %d", len(a.rows["event"]), last)
	}
	received, opened := map[string]int{}, map[string]int{}
	for _, e := range a.rows["event"] {
		if n := e.n("seq"); n < 1 || n > last {
			a.fault("event %d of %d", n, last) // with the count and the key: no gap
		}
		switch e.text("type") {
		case sayline.EventMomentReceived, sayline.EventMomentImported:
			received[e.text("moment_id")]++
		case sayline.EventCaseOpened:
			opened[e.text("case_id")]++
		}
	}
	for id, m := range a.moment {
		if n := received[id]; n != 1 && !(n == 0 && m.text("lane") != "") { // it gets another id when it enters a lane
			a.fault("moment %s was received %d times", id, n)
		}
	}
	for id := range a.work {
		if opened[id] != 1 {
			a.fault("case %s was opened %d times", id, opened[id])
		}
	}
}

// words: every message, note and line of history is about something that is there.
func (a *audit) words() {
	for _, m := range a.rows["message"] {
		if id := m.text("moment_id"); id != "" {
			if about := a.moment[id]; about == nil {
				a.fault("message %s is to moment %s, which is not there", m.text("message_id"), id)
			} else if about.text("case_id") != m.text("case_id") {
				a.fault("message %s of moment %s is in case %q, the moment in %q", m.text("message_id"), id, m.text("case_id"), about.text("case_id"))
			}
		} else if c := a.work[m.text("case_id")]; c == nil {
			a.fault("message %s is in case %s, which is not there", m.text("message_id"), m.text("case_id"))
		}
	}
	lines := map[string][]int64{}
	for _, h := range a.rows["history"] {
		lines[h.text("subject")] = append(lines[h.text("subject")], h.n("n"))
	}
	for subject, ns := range lines {
		if a.moment[subject] == nil && a.work[subject] == nil {
			a.fault("history of %s, which is not there", subject)
		}
		sort.Slice(ns, func(i, j int) bool { return ns[i] < ns[j] })
		if ns[0] != 1 || ns[len(ns)-1] != int64(len(ns)) {
			a.fault("history of %s has the lines %v", subject, ns)
		}
	}
	for _, k := range a.rows["ack"] {
		if a.work[k.text("case_id")] == nil {
			a.fault("an acknowledgement of case %s, which is not there", k.text("case_id"))
		}
	}
}

// storedDetail is what the oracle reads of a moment's detail.
type storedDetail struct {
	Guarded bool   `json:"guarded"`
	Once    string `json:"once"`
	Zone    string `json:"zone"`
}

func detailOf(m row) (d storedDetail) {
	_ = json.Unmarshal([]byte(m.text("detail")), &d) // without a key it is named as a fault
	return d
}
