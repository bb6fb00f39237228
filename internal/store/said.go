package store

import (
	"context"
	"time"

	"github.com/sayline/sayline"
)

// SaidQuery asks for moments in the order in which they came, the oldest first.
// What is empty narrows nothing.
type SaidQuery struct {
	Brand       string
	Lanes       []string  // besides what is everybody's: none by itself
	From, Until time.Time // received in [From, Until); zero for ever
	Part        Part      // see [Part]; its Guarded are left out altogether
	After       string    // the id of the last one read
	Limit       int
}

// Said reads a page of it.
func (s *Store) Said(ctx context.Context, q SaidQuery) ([]*sayline.Moment, error) {
	b := s.saidBy(&q)
	if q.After != "" {
		b.and("moment_id > ", q.After)
	}
	b.text(" ORDER BY moment_id LIMIT ")
	b.arg(q.Limit)
	return s.moments(ctx, q.Brand, "SELECT "+momentCols+" FROM moment WHERE "+b.String(), b.args...)
}

// SaidBefore reads a page of it from the other end, the newest first: After is the
// last one read, and what comes is older.
func (s *Store) SaidBefore(ctx context.Context, q SaidQuery) ([]*sayline.Moment, error) {
	b := s.saidBy(&q)
	if q.After != "" {
		b.and("moment_id < ", q.After)
	}
	b.text(" ORDER BY moment_id DESC LIMIT ")
	b.arg(q.Limit)
	return s.moments(ctx, q.Brand, "SELECT "+momentCols+" FROM moment WHERE "+b.String(), b.args...)
}

// saidBy writes what a query asks for, but for where its page begins.
func (s *Store) saidBy(q *SaidQuery) *where {
	b := newWhere("brand_id = ", q.Brand)
	b.among("lane IN", append([]string{""}, q.Lanes...))
	if !q.From.IsZero() { // ids begin with their time
		b.and("moment_id >= ", sayline.NewID(q.From, zeros{}))
	}
	if !q.Until.IsZero() {
		b.and("moment_id < ", sayline.NewID(q.Until, zeros{}))
	}
	s.ofPart(b, &q.Part, 0)
	return b
}

// saidLot is how many moments are read at once: a reader never holds a
// transaction for long, nor more than these in memory.
const saidLot = 500

// EachSaid calls each with all a query finds, lot by lot with their public cases;
// a limit it has not. Its error ends it.
func (s *Store) EachSaid(ctx context.Context, q SaidQuery, each func([]*sayline.Moment, map[string]*sayline.Case) error) error {
	for q.Limit = saidLot; ; {
		list, err := s.Said(ctx, q)
		if err != nil || len(list) == 0 {
			return err
		}
		var ids []string
		for _, m := range list {
			if m.Case != "" {
				ids = append(ids, m.Case)
			}
		}
		cases, err := s.PublicCases(ctx, q.Brand, ids)
		if err != nil {
			return err
		}
		if err := each(list, cases); err != nil {
			return err
		}
		q.After = list[len(list)-1].ID
	}
}
