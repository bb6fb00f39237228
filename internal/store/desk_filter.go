package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// Filter narrows a list of cases; what is empty narrows nothing.
type Filter struct {
	Teams      []string
	Places     []string // all that are meant, those below a place too
	Topic      string
	Urgency    string
	State      string // see [sayline.CaseOpen] and the others
	Touchpoint string // something was said there
	Product    string
	Lot        string
	Overdue    time.Time // past what was promised at this time; zero for whatever
	Words      *Worded   // one of its moments has some words
}

// Empty says whether it narrows nothing.
func (f *Filter) Empty() bool {
	return len(f.Teams)+len(f.Places) == 0 && f.Topic+f.Urgency+f.State+f.Touchpoint+f.Product+f.Lot == "" && f.Overdue.IsZero() && f.Words == nil
}

// mostMatches is how many of the newest moments found by words a list looks at.
const mostMatches = 1_000

// narrow writes what a filter asks of a case in a section.
func (s *Store) narrow(b *where, f *Filter, brand string, in Section) {
	if len(f.Teams) > 0 {
		b.among("team IN", f.Teams)
	}
	if len(f.Places) > 0 {
		b.among("place IN", f.Places)
	}
	for _, ask := range [...]struct{ text, value string }{
		{"topic = ", f.Topic}, {"urgency = ", f.Urgency}, {"state = ", f.State}, {"product <> '' AND product = ", f.Product}, {"lot <> '' AND lot = ", f.Lot},
	} {
		if ask.value != "" {
			b.and(ask.text, ask.value)
		}
	}
	if f.Touchpoint != "" {
		b.and("case_id IN (SELECT case_id FROM case_touchpoint WHERE brand_id = ", brand)
		b.and("touchpoint = ", f.Touchpoint)
		b.text(")")
	}
	if !f.Overdue.IsZero() {
		switch in {
		case WaitingCritical, WaitingUrgent, WaitingNormal:
			b.and("ack_by < ", micros(f.Overdue))
		case Taken:
			b.and("answer_by < ", micros(f.Overdue))
		default: // nothing was promised, or it is done
			b.text(" AND 1 = 0")
		}
	}
	if f.Words != nil {
		b.among("case_id IN", f.Words.in[in])
	}
}

// none says that nothing of a section is left, which nobody needs to ask.
func (f *Filter) none(in Section) bool { return f.Words != nil && len(f.Words.in[in]) == 0 }

// Worded are the cases of the newest moments that have some words, by the section
// each was in: found once for all sections of a list.
type Worded struct {
	in [sections][]string
}

// CasesWorded finds the cases of a search's scope by their moments' words.
func (s *Store) CasesWorded(ctx context.Context, q Search) (*Worded, error) {
	q.Open = false
	found := new(Worded)
	w, err := s.matching(ctx, &q, q.ways(), nil)
	if err != nil {
		return nil, err
	}
	numbers, err := w.next(ctx, mostMatches)
	if err != nil {
		return nil, s.failed(err)
	}
	taken := map[string]bool{}
	err = s.inLots(ctx, "SELECT c.case_id, c.state, c.urgency, c.answered_at FROM search_moment d JOIN moment m ON m.brand_id = d.brand_id AND m.moment_id = d.moment_id "+
		"JOIN cases c ON c.brand_id = m.brand_id AND c.case_id = m.case_id WHERE d.brand_id = $1 AND d.n", q.Brand, unique(numbers), func(r *sql.Rows) error {
		var c sayline.Case
		var answered int64
		err := r.Scan(&c.ID, &c.State, &c.Urgency, &answered)
		if sec, ok := sectionNow(&c, answered > 0); err == nil && ok && !taken[c.ID] {
			taken[c.ID] = true
			found.in[sec] = append(found.in[sec], c.ID)
		}
		return err
	})
	return found, err
}

// sectionNow is the section a case is in; none has it when it went into another.
func sectionNow(c *sayline.Case, answered bool) (Section, bool) {
	switch c.State {
	case sayline.CaseOpen, sayline.CaseStalled:
		sec, ok := map[string]Section{sayline.Critical: WaitingCritical, sayline.Urgent: WaitingUrgent, sayline.Normal: WaitingNormal, sayline.Quiet: WaitingQuiet}[c.Urgency]
		return sec, ok
	case sayline.CaseAcknowledged, sayline.CaseSnoozed:
		if answered {
			return Answered, true
		}
		return Taken, true
	case sayline.CaseResolved:
		return Resolved, true
	}
	return 0, false
}

// CountCases counts the cases of some sections that a query's scope, owner and
// filter leave, up to most.
func (s *Store) CountCases(ctx context.Context, q CasesQuery, in []Section, most int) (total int, err error) {
	for _, sec := range in {
		if q.Filter.none(sec) {
			continue
		}
		q.Section, q.AfterID, q.Limit = sec, "", most
		for _, part := range q.Scope.parts(q) {
			if total >= most {
				return most, nil
			}
			b := new(where)
			b.text("SELECT COUNT(*) FROM (")
			s.page(b, &q, part)
			b.text(") c")
			var n int
			if err := s.readers.QueryRowContext(ctx, b.String(), b.args...).Scan(&n); err != nil {
				return 0, s.failed(err)
			}
			total += n
		}
	}
	return min(total, most), nil
}

// SavedFilter is a way to look at the list that a person keeps, or a team.
type SavedFilter struct {
	Brand, ID string
	Person    string // whose it is; "" for a team's
	Team      string
	Name      string
	Query     string // of the list's address
	By        string
}

// mostFilters is how many one person or team keeps.
const mostFilters = 30

// SaveFilter keeps a filter; of the same name it takes the place of the one before.
func (s *Store) SaveFilter(ctx context.Context, f SavedFilter) error {
	return s.update(ctx, f.Brand, byPerson, func(tx *Tx) error {
		if _, err := tx.exec("DELETE FROM desk_filter WHERE brand_id = $1 AND person = $2 AND team = $3 AND name = $4", f.Brand, f.Person, f.Team, f.Name); err != nil {
			return err
		}
		var n int
		if err := tx.row("SELECT COUNT(*) FROM desk_filter WHERE brand_id = $1 AND person = $2 AND team = $3", []any{f.Brand, f.Person, f.Team}, &n); err != nil {
			return err
		}
		if n >= mostFilters {
			return (&sayline.Error{Kind: sayline.Conflict, Key: "filters_full", Message: "There are as many saved views as fit. Remove one first."})
		}
		_, err := tx.exec("INSERT INTO desk_filter (brand_id, filter_id, person, team, name, query, by_person, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			f.Brand, f.ID, f.Person, f.Team, f.Name, f.Query, f.By, micros(tx.now))
		return err
	})
}

// SavedFilters reads what a person keeps, then what these teams do, by name.
func (s *Store) SavedFilters(ctx context.Context, brand, person string, teams []string) ([]SavedFilter, error) {
	b := newWhere("SELECT filter_id, person, team, name, query, by_person FROM desk_filter WHERE brand_id = ", brand)
	b.and("(person = ", person)
	if len(teams) > 0 {
		b.text(" OR person = ''")
		b.among("team IN", teams)
	}
	b.text(") ORDER BY CASE WHEN person = '' THEN 1 ELSE 0 END, name, filter_id")
	rows, err := s.readers.QueryContext(ctx, b.String(), b.args...)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []SavedFilter
	err = eachRow(rows, func(r *sql.Rows) error {
		f := SavedFilter{Brand: brand}
		err := r.Scan(&f.ID, &f.Person, &f.Team, &f.Name, &f.Query, &f.By)
		list = append(list, f)
		return err
	})
	return list, s.failed(err)
}

// DropFilter forgets a filter of a person, or of one of these teams. NotFound
// when it is not theirs.
func (s *Store) DropFilter(ctx context.Context, brand, id, person string, teams []string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		b := newWhere("DELETE FROM desk_filter WHERE brand_id = ", brand)
		b.and("filter_id = ", id)
		b.and("(person = ", person)
		if len(teams) > 0 {
			b.text(" OR person = ''")
			b.among("team IN", teams)
		}
		b.text(")")
		n, err := tx.exec(b.String(), b.args...)
		if err == nil && n == 0 {
			err = sql.ErrNoRows
		}
		return err
	})
}
