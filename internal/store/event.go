package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/sayline/sayline"
)

var eventTable = newTable("event", "brand_id text, seq bigint, type text, at bigint, lane text, moment_id text, case_id text, team text, person text, page_id text", "")

// flushEvents numbers the group's events, brand by brand, from the counter row.
// The row stays locked until the commit, so numbers appear in their order.
func (tx *Tx) flushEvents() error {
	if len(tx.events) == 0 {
		return nil
	}
	slices.SortStableFunc(tx.events, func(a, b sayline.Event) int { return strings.Compare(a.Brand, b.Brand) })
	rows := make([][]any, len(tx.events))
	for i := 0; i < len(tx.events); {
		brand, end := tx.events[i].Brand, i
		for end < len(tx.events) && tx.events[end].Brand == brand {
			end++
		}
		var last int64
		if err := tx.row("INSERT INTO brand_seq (brand_id, n) VALUES ($1, $2) ON CONFLICT (brand_id) DO UPDATE SET n = brand_seq.n + excluded.n RETURNING n",
			[]any{brand, end - i}, &last); err != nil {
			return err
		}
		for ; i < end; i++ {
			e := &tx.events[i]
			e.Seq = last - int64(end-i) + 1
			rows[i] = []any{e.Brand, e.Seq, e.Type, micros(e.At), e.Lane, e.Moment, e.Case, e.Team, e.Person, e.Page}
		}
	}
	return tx.insert(eventTable, rows)
}

// Events reads a brand's events after a number, oldest first, at most limit.
// Lanes are not left out here: who shows them asks [sayline.Event.Lane].
func (s *Store) Events(ctx context.Context, brand string, after int64, limit int) ([]sayline.Event, error) {
	rows, err := s.readers.QueryContext(ctx,
		"SELECT seq, type, at, lane, moment_id, case_id, team, person, page_id FROM event WHERE brand_id = $1 AND seq > $2 ORDER BY seq LIMIT $3", brand, after, limit)
	if err != nil {
		return nil, s.failed(err)
	}
	var events []sayline.Event
	err = eachRow(rows, func(r *sql.Rows) error {
		e := sayline.Event{Brand: brand}
		var at int64
		err := r.Scan(&e.Seq, &e.Type, &at, &e.Lane, &e.Moment, &e.Case, &e.Team, &e.Person, &e.Page)
		e.At = fromMicros(at)
		events = append(events, e)
		return err
	})
	return events, s.failed(err)
}

// LastEvent is the number of the brand's newest event, 0 when there is none.
func (s *Store) LastEvent(ctx context.Context, brand string) (int64, error) {
	var n int64
	err := s.readers.QueryRowContext(ctx, "SELECT COALESCE(MAX(n), 0) FROM brand_seq WHERE brand_id = $1", brand).Scan(&n)
	return n, s.failed(err)
}
