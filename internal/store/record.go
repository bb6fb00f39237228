package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// RecordQuery asks for what everybody may read of a brand: how much was said in
// [From, Until) about some topics and altogether, and what came of it. What
// insiders said, and what was said in a private lane, is not in it.
type RecordQuery struct {
	Brand       string
	From, Until time.Time // from and to midnights of the brand's
	Topics      []string  // that may be told; none, and only the whole is
	NotAt       []string  // touchpoints left out
	NotBy       []string  // audiences left out
}

// Record is what was said and what was done.
type Record struct {
	Said   Tally            // altogether
	Topics map[string]Tally // of each topic
	Done   map[string]int   // topic → cases about it that were put right; nothing is to be put right about praise
	Clocks map[string]Clock // see [ClockAcknowledge] and [ClockAnswer]; of all teams
}

// doneReason is the one under which something was done about a case; the others
// only close it.
var doneReason = sayline.Reasons[0]

// Record reads it from the roll-ups, and the cases put right from their index.
func (s *Store) Record(ctx context.Context, q RecordQuery) (*Record, error) {
	r := &Record{Topics: map[string]Tally{}, Done: map[string]int{}, Clocks: map[string]Clock{}}
	err := s.tallies(ctx, "''", &q, nil, func(_ string, t Tally) { r.Said.Add(t) })
	if err == nil && len(q.Topics) > 0 {
		err = s.tallies(ctx, "topic", &q, q.Topics, func(topic string, t Tally) { r.Topics[topic] = t })
	}
	if err == nil && len(q.Topics) > 0 {
		r.Done, err = s.doneByTopic(ctx, &q)
	}
	if err != nil {
		return nil, err
	}
	teams, err := s.Clocks(ctx, q.Brand, q.From, q.Until)
	for _, clocks := range teams {
		for name, c := range clocks {
			all := r.Clocks[name]
			all.Add(c)
			r.Clocks[name] = all
		}
	}
	return r, err
}

// A sum is a numeric on PostgreSQL; a tally is whole.
const tallies = "CAST(SUM(n) AS BIGINT), CAST(SUM(f1) AS BIGINT), CAST(SUM(f2) AS BIGINT), CAST(SUM(f3) AS BIGINT), CAST(SUM(f4) AS BIGINT), CAST(SUM(f5) AS BIGINT)"

// tallies sums the days' counts, without what is left out.
func (s *Store) tallies(ctx context.Context, by string, q *RecordQuery, topics []string, each func(key string, t Tally)) error {
	b := newWhere("brand_id = ", q.Brand)
	b.text(" AND lane = ''")
	b.and("bucket >= ", micros(q.From))
	b.and("bucket < ", micros(q.Until))
	if len(topics) > 0 {
		b.among("topic IN", topics)
	}
	if len(q.NotAt) > 0 {
		b.among("touchpoint NOT IN", q.NotAt)
	}
	if len(q.NotBy) > 0 {
		b.among("audience NOT IN", q.NotBy)
	}
	rows, err := s.readers.QueryContext(ctx, "SELECT "+by+", "+tallies+" FROM count_day WHERE "+b.String()+" GROUP BY 1 HAVING SUM(n) <> 0", b.args...)
	if err != nil {
		return s.failed(err)
	}
	return s.failed(eachRow(rows, func(r *sql.Rows) error {
		var key string
		var t Tally
		f := &t.Feelings
		if err := r.Scan(&key, &t.N, &f[1], &f[2], &f[3], &f[4], &f[5]); err != nil {
			return err
		}
		each(key, t)
		return nil
	}))
}

// doneByTopic counts the public cases that were put right: not those that were
// closed for another reason, or joined with another, nor those only insiders
// spoke in.
func (s *Store) doneByTopic(ctx context.Context, q *RecordQuery) (map[string]int, error) {
	b := newWhere("state = 'resolved' AND brand_id = ", q.Brand)
	b.text(" AND lane = ''")
	b.among("topic IN", q.Topics)
	b.and("resolved_at >= ", micros(q.From))
	b.and("resolved_at < ", micros(q.Until))
	b.and("reason = ", doneReason)
	b.text(" AND kind <> 'praise' AND EXISTS (SELECT 1 FROM moment WHERE brand_id = cases.brand_id AND case_id = cases.case_id")
	if len(q.NotAt) > 0 {
		b.among("touchpoint NOT IN", q.NotAt)
	}
	if len(q.NotBy) > 0 {
		b.among("audience NOT IN", q.NotBy)
	}
	b.text(")")
	rows, err := s.readers.QueryContext(ctx, "SELECT topic, COUNT(*) FROM cases WHERE "+b.String()+" GROUP BY topic", b.args...)
	if err != nil {
		return nil, s.failed(err)
	}
	done := map[string]int{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var topic string
		var n int
		err := r.Scan(&topic, &n)
		done[topic] = n
		return err
	})
	return done, s.failed(err)
}
