package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// Complaint is a case about a problem as a register has it.
type Complaint struct {
	*sayline.Case
	Reference string // of the moment that opened it; "" when it is kept no more
	Words     string
	Lang      string
	Audience  string // of whoever spoke first; employee where they were of a small audience, and it is erased
	Said      int    // moments in it, but those of small audiences
}

// EachComplaint calls each with the public cases about problems that were opened
// in [from, until), in their order, lot by lot. Joined ones are in the case they
// were joined with. The guarded audiences' moments are in no count.
func (s *Store) EachComplaint(ctx context.Context, brand string, guarded []string, from, until time.Time, each func([]Complaint) error) error {
	for after := ""; ; {
		b := newWhere("brand_id = ", brand)
		b.text(" AND lane = '' AND kind = 'problem' AND merged_into = ''")
		b.and("case_id >= ", sayline.NewID(from, zeros{})) // ids begin with their time
		b.and("case_id < ", sayline.NewID(until, zeros{}))
		b.and("case_id > ", after)
		b.text(" ORDER BY case_id LIMIT ")
		b.arg(saidLot)
		cases, err := s.cases(ctx, brand, "SELECT "+caseCols+" FROM cases WHERE "+b.String(), b.args...)
		if err != nil || len(cases) == 0 {
			return err
		}
		list, err := s.complaints(ctx, brand, cases)
		if err == nil {
			err = s.countOpenly(ctx, brand, guarded, list)
		}
		if err == nil {
			err = each(list)
		}
		if err != nil {
			return err
		}
		after = cases[len(cases)-1].ID
	}
}

// complaints adds what was said first in each case.
func (s *Store) complaints(ctx context.Context, brand string, cases []*sayline.Case) ([]Complaint, error) {
	list, at, ids := make([]Complaint, len(cases)), map[string]int{}, make([]string, len(cases))
	for i, c := range cases {
		list[i].Case, at[c.ID], ids[i] = c, i, c.ID
	}
	gone, err := s.those(ctx, "SELECT case_id FROM guarded_gone WHERE brand_id = $1 AND case_id", brand, ids)
	if err != nil {
		return nil, err
	}
	for i, c := range cases {
		if gone[c.ID] {
			list[i].Audience = alwaysGuarded
		}
	}
	b := newWhere("SELECT case_id, reference, text, lang, audience, received_at FROM moment WHERE brand_id = ", brand)
	b.text(" AND moment_id IN (SELECT MIN(moment_id) FROM moment WHERE brand_id = ")
	b.arg(brand)
	b.among("case_id IN", ids)
	b.text(" GROUP BY case_id)")
	rows, err := s.readers.QueryContext(ctx, b.String(), b.args...)
	if err != nil {
		return nil, s.failed(err)
	}
	err = eachRow(rows, func(r *sql.Rows) error {
		var id string
		var c Complaint
		var received int64
		if err := r.Scan(&id, &c.Reference, &c.Words, &c.Lang, &c.Audience, &received); err != nil {
			return err
		}
		if i, ok := at[id]; ok && !(gone[id] && fromMicros(received).After(list[i].OpenedAt)) { // else who began it is gone
			c.Case = list[i].Case
			list[i] = c
		}
		return nil
	})
	return list, s.failed(err)
}

// countOpenly counts what was said in each case. Where a small audience spoke, too,
// it is what others said and is kept, but never none: nobody's joining shows.
func (s *Store) countOpenly(ctx context.Context, brand string, guarded []string, list []Complaint) error {
	at, ids := map[string]*Complaint{}, []string(nil)
	for i := range list {
		c := &list[i]
		if c.Said = c.Moments; c.Guarded {
			c.Said, at[c.ID], ids = 1, c, append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	b := newWhere("SELECT case_id, COUNT(*) FROM moment WHERE brand_id = ", brand)
	b.among("case_id IN", ids)
	b.among("audience NOT IN", append([]string{alwaysGuarded}, guarded...))
	b.text(" GROUP BY case_id")
	rows, err := s.readers.QueryContext(ctx, b.String(), b.args...)
	if err != nil {
		return s.failed(err)
	}
	return s.failed(eachRow(rows, func(r *sql.Rows) error {
		var id string
		var n int
		err := r.Scan(&id, &n)
		if c := at[id]; c != nil {
			c.Said = n
		}
		return err
	}))
}
