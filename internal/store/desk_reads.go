package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// Scope is what of a brand's cases somebody may see: of each lane in it the
// cases of some teams, or all. What is not in a scope is in no list and no count.
type Scope []LaneScope

// LaneScope is the part of a [Scope] in one lane ("" is everybody's).
type LaneScope struct {
	Lane  string
	All   bool // whatever the team
	Teams []TeamScope
	place string // only there; "" for anywhere
}

// TeamScope is a team's cases, at these places or, where Places is nil, at all.
type TeamScope struct {
	Team   string
	Places []string
}

// Section is a part of the desk with one order.
type Section int

// The sections, in the order of the desk: what nobody is on yet, the most
// urgent first and in each the one that is due first; what somebody is on;
// ideas that wait; what is answered; what is resolved, the latest first.
const (
	WaitingCritical Section = iota
	WaitingUrgent
	WaitingNormal
	Taken
	WaitingQuiet
	Answered
	Resolved
	sections
)

// section is how a part of the desk is found: its filter, which one index
// answers, and the column it is ordered by.
type section struct {
	where  string
	order  string
	newest bool // first; else oldest first
	of     func(*sayline.Case) time.Time
}

func waiting(urgency string) section {
	return section{"state IN ('open', 'stalled') AND urgency = '" + urgency + "'", "ack_by", false, func(c *sayline.Case) time.Time { return c.AckBy }}
}

var sectionOrder = [sections]section{
	WaitingCritical: waiting(sayline.Critical),
	WaitingUrgent:   waiting(sayline.Urgent),
	WaitingNormal:   waiting(sayline.Normal),
	Taken:           {"state IN ('acknowledged', 'snoozed') AND answered_at = 0", "answer_by", false, func(c *sayline.Case) time.Time { return c.AnswerBy }},
	WaitingQuiet:    waiting(sayline.Quiet),
	Answered:        {"state IN ('acknowledged', 'snoozed') AND answered_at > 0", "answered_at", true, func(c *sayline.Case) time.Time { return c.AnsweredAt }},
	Resolved:        {"state = 'resolved'", "resolved_at", true, func(c *sayline.Case) time.Time { return c.ResolvedAt }},
}

// CasesQuery asks for a page of one section, after a row already shown.
type CasesQuery struct {
	Brand   string
	Scope   Scope
	Section Section
	Owner   string // only cases this person is on; "" for all
	Filter  Filter
	AfterAt time.Time // the order's value of the last row shown; zero for the first page
	AfterID string
	Limit   int
}

// At is the value a case is ordered by in a section: what the next page starts after.
func (s Section) At(c *sayline.Case) time.Time { return sectionOrder[s].of(c) }

// Cases reads a page of a section, in its order. Paging is by row values, so
// the last page costs what the first does; which cases are on it is read from
// an index alone, and only their rows are fetched.
func (s *Store) Cases(ctx context.Context, q CasesQuery) ([]*sayline.Case, error) {
	sec := sectionOrder[q.Section]
	if q.Filter.none(q.Section) {
		return nil, nil
	}
	var list []*sayline.Case
	for _, part := range q.Scope.parts(q) {
		b := newWhere("brand_id = ", q.Brand)
		b.text(" AND case_id IN (")
		s.page(b, &q, part)
		b.text(")")
		got, err := s.cases(ctx, q.Brand, "SELECT "+caseCols+" FROM cases WHERE "+b.String(), b.args...)
		if err != nil {
			return nil, err
		}
		list = append(list, got...)
	}
	slices.SortFunc(list, func(x, y *sayline.Case) int {
		d := cmp.Or(sec.of(x).Compare(sec.of(y)), strings.Compare(x.ID, y.ID))
		if sec.newest {
			d = -d
		}
		return d
	})
	return list[:min(len(list), q.Limit)], nil
}

// page writes the SELECT of the ids of one part's page.
func (s *Store) page(b *where, q *CasesQuery, part LaneScope) {
	sec := sectionOrder[q.Section]
	more, down := ">", ""
	if sec.newest {
		more, down = "<", " DESC"
	}
	b.text("SELECT case_id FROM cases WHERE brand_id = ")
	b.arg(q.Brand)
	b.and("lane = ", part.Lane)
	b.text(" AND " + sec.where)
	part.limit(b)
	if q.Owner != "" {
		b.and("owner = ", q.Owner)
	}
	s.narrow(b, &q.Filter, q.Brand, q.Section)
	if q.AfterID != "" {
		b.text(" AND (" + sec.order + ", case_id) " + more + " (")
		b.arg(micros(q.AfterAt))
		b.text(", ")
		b.arg(q.AfterID)
		b.text(")")
	}
	b.text(" ORDER BY " + sec.order + down + ", case_id" + down + " LIMIT ")
	b.arg(q.Limit)
}

// CountWaiting counts the cases nobody is on yet that want somebody soon, up to most.
func (s *Store) CountWaiting(ctx context.Context, brand string, scope Scope, most int) (int, error) {
	total := 0
	for _, part := range scope {
		for sec := WaitingCritical; sec <= WaitingNormal && total < most; sec++ {
			b := newWhere("brand_id = ", brand)
			b.and("lane = ", part.Lane)
			b.text(" AND " + sectionOrder[sec].where)
			part.limit(b)
			b.text(" LIMIT ")
			b.arg(most - total)
			var n int
			if err := s.readers.QueryRowContext(ctx, "SELECT COUNT(*) FROM (SELECT case_id FROM cases WHERE "+b.String()+") c", b.args...).Scan(&n); err != nil {
				return 0, s.failed(err)
			}
			total += n
		}
	}
	return total, nil
}

// parts are the queries a scope takes: of open work, which is little, one for
// each lane; of what is resolved, which only grows, one for each team, so that
// a small team's page does not wade through everybody's; of somebody's own, one.
func (sc Scope) parts(q CasesQuery) []LaneScope {
	if q.Section != Resolved || q.Owner != "" {
		return sc
	}
	var list []LaneScope
	for _, l := range sc {
		if l.All {
			list = append(list, l.apart(&q.Filter)...)
			continue
		}
		for i := range l.Teams {
			list = append(list, LaneScope{Lane: l.Lane, Teams: l.Teams[i : i+1]})
		}
	}
	return list
}

// fewPlaces is up to how many places are asked for one by one; more are most of
// the brand, and found soon among everything.
const fewPlaces = 8

// apart are the queries for what is resolved of a whole lane: one for each team
// or place it is narrowed to, each with an index of its own.
func (l LaneScope) apart(f *Filter) (list []LaneScope) {
	for _, t := range f.Teams {
		list = append(list, LaneScope{Lane: l.Lane, Teams: []TeamScope{{Team: t}}})
	}
	if len(f.Teams) == 0 && len(f.Places) <= fewPlaces {
		for _, p := range f.Places {
			list = append(list, LaneScope{Lane: l.Lane, All: true, place: p})
		}
	}
	if list == nil {
		list = []LaneScope{l}
	}
	return list
}

// limit writes which teams and places a lane's part has.
func (l LaneScope) limit(b *where) {
	if l.place != "" {
		b.and("place = ", l.place)
	}
	if l.All {
		return
	}
	if len(l.Teams) == 0 {
		b.text(" AND 1 = 0")
		return
	}
	b.text(" AND (")
	for i, t := range l.Teams {
		if i > 0 {
			b.text(" OR ")
		}
		b.text("team = ")
		b.arg(t.Team)
		if t.Places != nil {
			b.text(" AND place IN (NULL")
			for _, p := range t.Places {
				b.text(", ")
				b.arg(p)
			}
			b.text(")")
		}
	}
	b.text(")")
}

// where is the text of a condition with its numbered parameters, each used once
// and in rising order, as both engines read it.
type where struct {
	strings.Builder
	args []any
}

func newWhere(text string, arg any) *where {
	b := new(where)
	b.text(text)
	b.arg(arg)
	return b
}

func (b *where) text(s string) { b.WriteString(s) }

func (b *where) arg(v any) {
	b.args = append(b.args, v)
	b.WriteString("$" + strconv.Itoa(len(b.args)))
}

func (b *where) and(text string, arg any) {
	b.text(" AND " + text)
	b.arg(arg)
}

// among is AND text (value, value…); there must be one.
func (b *where) among(text string, values []string) {
	b.text(" AND " + text + " (")
	for i, v := range values {
		if i > 0 {
			b.text(", ")
		}
		b.arg(v)
	}
	b.text(")")
}

func (s *Store) cases(ctx context.Context, brand, text string, args ...any) ([]*sayline.Case, error) {
	rows, err := s.readers.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []*sayline.Case
	err = eachRow(rows, func(r *sql.Rows) error {
		c, err := scanCase(r, brand)
		list = append(list, c)
		return err
	})
	return list, s.failed(err)
}

// FirstMoment reads the moment that opened a case; NotFound when none is left in it.
func (s *Store) FirstMoment(ctx context.Context, brand, caseID string) (*sayline.Moment, error) {
	m, err := scanMoment(s.readers.QueryRowContext(ctx, "SELECT "+momentCols+" FROM moment WHERE brand_id = $1 AND case_id = $2 ORDER BY moment_id LIMIT 1", brand, caseID), brand)
	if err != nil {
		return nil, s.failed(err)
	}
	return m, s.failed(s.readContact(ctx, m))
}

// FirstMoments reads the moments that opened some cases, by case.
func (s *Store) FirstMoments(ctx context.Context, brand string, cases []string) (map[string]*sayline.Moment, error) {
	found := make(map[string]*sayline.Moment, len(cases))
	if len(cases) == 0 {
		return found, nil
	}
	b := newWhere("brand_id = ", brand)
	b.text(" AND moment_id IN (SELECT MIN(moment_id) FROM moment WHERE brand_id = ")
	b.arg(brand)
	b.among("case_id IN", cases)
	b.text(" GROUP BY case_id)")
	list, err := s.moments(ctx, brand, "SELECT "+momentCols+" FROM moment WHERE "+b.String(), b.args...)
	for _, m := range list {
		found[m.Case] = m
	}
	return found, err
}

// MomentsBefore reads a page of a case's moments, newest first, each with its
// contact: those before one already shown ("" for the newest).
func (s *Store) MomentsBefore(ctx context.Context, brand, caseID, before string, limit int) ([]*sayline.Moment, error) {
	b := newWhere("brand_id = ", brand)
	b.and("case_id = ", caseID)
	if before != "" {
		b.and("moment_id < ", before)
	}
	b.text(" ORDER BY moment_id DESC LIMIT ")
	b.arg(limit)
	list, err := s.moments(ctx, brand, "SELECT "+momentCols+" FROM moment WHERE "+b.String(), b.args...)
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		if err := s.readContact(ctx, m); err != nil {
			return nil, s.failed(err)
		}
	}
	return list, nil
}

// AttemptsOf reads the calls made for a case's pages, oldest first.
func (s *Store) AttemptsOf(ctx context.Context, brand, caseID string) ([]sayline.Attempt, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT a.page_id, a.n, a.begun_at, a.end_at, a.outcome, a.detail, a.provider FROM page p JOIN attempt a ON a.brand_id = p.brand_id AND a.page_id = p.page_id "+
		"WHERE p.brand_id = $1 AND p.case_id = $2 ORDER BY a.begun_at, a.page_id, a.n", brand, caseID)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.Attempt
	err = eachRow(rows, func(r *sql.Rows) error {
		a := sayline.Attempt{Brand: brand}
		var begun, end int64
		err := r.Scan(&a.Page, &a.N, &begun, &end, &a.Outcome, &a.Detail, &a.Provider)
		a.BegunAt, a.EndAt = fromMicros(begun), fromMicros(end)
		list = append(list, a)
		return err
	})
	return list, s.failed(err)
}

// Unshown reads the alerts made for a person's screen that have not come up on
// it yet, newest first.
func (s *Store) Unshown(ctx context.Context, brand, person string, limit int) ([]sayline.Page, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+pageCols+" FROM page WHERE brand_id = $1 AND person = $2 AND channel = 'desk' AND delivered_at = 0 ORDER BY page_id DESC LIMIT $3", brand, person, limit)
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

// WasPaged says whether a person was asked to look at a case, or told of it, from
// an episode on.
func (s *Store) WasPaged(ctx context.Context, brand, caseID, person string, since int) (bool, error) {
	var n int
	err := s.readers.QueryRowContext(ctx, "SELECT COUNT(*) FROM page WHERE brand_id = $1 AND case_id = $2 AND person = $3 AND episode >= $4", brand, caseID, person, since).Scan(&n)
	return n > 0, s.failed(err)
}
