package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// Tally is how many moments were counted, and how many of them with each
// feeling (1 awful to 5 wonderful; [0] is unused).
type Tally struct {
	N        int64
	Feelings [6]int64
}

// Add adds another tally.
func (t *Tally) Add(o Tally) {
	t.N += o.N
	for i := range t.Feelings {
		t.Feelings[i] += o.Feelings[i]
	}
}

// Felt is how many said a feeling.
func (t Tally) Felt() int64 {
	n := int64(0)
	for _, f := range t.Feelings[1:] {
		n += f
	}
	return n
}

// Of100 is the mean of the feelings, awful being 0 and wonderful 100. ok is
// false when nobody said one.
func (t Tally) Of100() (score float64, ok bool) {
	n, sum := t.Felt(), int64(0)
	for i, f := range t.Feelings[1:] {
		sum += int64(i) * f
	}
	if n == 0 {
		return 0, false
	}
	return float64(sum) / float64(n) / 4 * 100, true
}

// Level is the width of the buckets a count is read from.
type Level int

// The levels: minutes are kept for 48 hours and count by time of receipt; hours
// and days are the brand's local ones and count by when it happened.
const (
	ByMinute Level = iota
	ByHour
	ByDay
)

// table gives a level's table of moments; topics have none by minute.
func (l Level) table() string {
	return [...]string{"count_minute", "count_hour", "count_day"}[l]
}

func (l Level) topics() string {
	return [...]string{"count_topic_hour", "count_topic_hour", "count_topic_day"}[l]
}

// Counted is the tally of one bucket of one touchpoint or topic; what was not
// asked for is "" or zero.
type Counted struct {
	Bucket     time.Time // its UTC start
	Touchpoint string
	Topic      string
	Tally
}

// CountsQuery asks the roll-ups for public moments (lane "") in [From, Until):
// what it costs depends on how long that is and how much the brand has, never
// on how many moments were counted.
type CountsQuery struct {
	Brand       string
	Level       Level
	From, Until time.Time
	Touchpoint  string // only of this one; "" for all
}

// A sum is a numeric on PostgreSQL; a tally is whole.
const tallies = "CAST(SUM(n) AS BIGINT), CAST(SUM(f1) AS BIGINT), CAST(SUM(f2) AS BIGINT), CAST(SUM(f3) AS BIGINT), CAST(SUM(f4) AS BIGINT), CAST(SUM(f5) AS BIGINT)"

// CountsByTime reads a tally for each bucket in which anything was counted, in order.
func (s *Store) CountsByTime(ctx context.Context, q CountsQuery) ([]Counted, error) {
	return s.counted(ctx, q, q.Level.table(), "bucket")
}

// CountsByTouchpoint reads a tally for each touchpoint.
func (s *Store) CountsByTouchpoint(ctx context.Context, q CountsQuery) ([]Counted, error) {
	return s.counted(ctx, q, q.Level.table(), "touchpoint")
}

// CountsByTouchpointAndTime reads a tally for each touchpoint and bucket.
func (s *Store) CountsByTouchpointAndTime(ctx context.Context, q CountsQuery) ([]Counted, error) {
	return s.counted(ctx, q, q.Level.table(), "bucket, touchpoint")
}

// CountsByTopic reads a tally for each topic; minutes are answered by the hours
// they fall in.
func (s *Store) CountsByTopic(ctx context.Context, q CountsQuery) ([]Counted, error) {
	return s.counted(ctx, q, q.Level.topics(), "topic")
}

// CountsByTopicAndTouchpoint reads a tally for each topic of each touchpoint.
func (s *Store) CountsByTopicAndTouchpoint(ctx context.Context, q CountsQuery) ([]Counted, error) {
	return s.counted(ctx, q, q.Level.topics(), "topic, touchpoint")
}

// counted sums a roll-up by some of its key's columns.
func (s *Store) counted(ctx context.Context, q CountsQuery, table, by string) ([]Counted, error) {
	b := newWhere("brand_id = ", q.Brand)
	b.text(" AND lane = ''")
	b.and("bucket >= ", micros(q.From))
	b.and("bucket < ", micros(q.Until))
	if q.Touchpoint != "" {
		b.and("touchpoint = ", q.Touchpoint)
	}
	rows, err := s.readers.QueryContext(ctx, "SELECT "+by+", "+tallies+" FROM "+table+" WHERE "+b.String()+" GROUP BY "+by+" HAVING SUM(n) <> 0 ORDER BY "+by, b.args...)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []Counted
	err = eachRow(rows, func(r *sql.Rows) error {
		var c Counted
		var bucket int64
		f := &c.Feelings
		var into []any
		for _, col := range strings.Split(by, ", ") {
			into = append(into, map[string]any{"bucket": &bucket, "touchpoint": &c.Touchpoint, "topic": &c.Topic}[col])
		}
		err := r.Scan(append(into, &c.N, &f[1], &f[2], &f[3], &f[4], &f[5])...)
		c.Bucket = fromMicros(bucket)
		list = append(list, c)
		return err
	})
	return list, s.failed(err)
}

// FirstCounted is the first day anything public was counted on; zero when
// nothing ever was: before it there is no usual to compare with.
func (s *Store) FirstCounted(ctx context.Context, brand string) (time.Time, error) {
	var at int64
	err := s.readers.QueryRowContext(ctx, "SELECT COALESCE(MIN(bucket), 0) FROM count_day WHERE brand_id = $1 AND lane = ''", brand).Scan(&at)
	return fromMicros(at), s.failed(err)
}

// Clock is how long one of the four clocks ran: spans by their bin (see
// [BinSpan]), and how many kept what was promised.
type Clock struct {
	Bins map[int]int64
	N    int64
	Kept int64
}

// Clocks reads the four clocks of public cases in [from, until), by name. team
// "" is all teams together.
func (s *Store) Clocks(ctx context.Context, brand, team string, from, until time.Time) (map[string]Clock, error) {
	b := newWhere("brand_id = ", brand)
	b.text(" AND lane = ''")
	b.and("bucket >= ", micros(from))
	b.and("bucket < ", micros(until))
	if team != "" {
		b.and("team = ", team)
	}
	rows, err := s.readers.QueryContext(ctx, "SELECT clock, bin, CAST(SUM(n) AS BIGINT), CAST(SUM(kept) AS BIGINT) FROM count_clock WHERE "+b.String()+" GROUP BY clock, bin ORDER BY clock, bin", b.args...)
	if err != nil {
		return nil, s.failed(err)
	}
	clocks := map[string]Clock{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var name string
		var bin int
		var n, kept int64
		if err := r.Scan(&name, &bin, &n, &kept); err != nil {
			return err
		}
		c, ok := clocks[name]
		if !ok {
			c.Bins = map[int]int64{}
		}
		c.Bins[bin] += n
		c.N += n
		c.Kept += kept
		clocks[name] = c
		return nil
	})
	return clocks, s.failed(err)
}

// Percentile is the span within which a share (0 to 1) of the clock's runs
// ended, as exact as the bins are: within 10 %. Zero when there were none.
func (c Clock) Percentile(share float64) time.Duration {
	if c.N == 0 {
		return 0
	}
	rank, seen, last := int64(share*float64(c.N)+0.999999), int64(0), 0
	low, high := 0, 0
	for bin := range c.Bins {
		low, high = min(low, bin), max(high, bin)
	}
	for bin := low; bin <= high; bin++ {
		if c.Bins[bin] <= 0 {
			continue
		}
		seen, last = seen+c.Bins[bin], bin
		if seen >= max(1, rank) {
			break
		}
	}
	return BinSpan(last)
}

// PublicMoments reads the newest moments everybody may see, newest first, of
// one touchpoint or ("") of all; those before one already shown.
func (s *Store) PublicMoments(ctx context.Context, brand, touchpoint, before string, limit int) ([]*sayline.Moment, error) {
	b := newWhere("brand_id = ", brand)
	b.text(" AND lane = ''")
	if touchpoint != "" {
		b.and("touchpoint = ", touchpoint)
	}
	if before != "" {
		b.and("moment_id < ", before)
	}
	b.text(" ORDER BY moment_id DESC LIMIT ")
	b.arg(limit)
	return s.moments(ctx, brand, "SELECT "+momentCols+" FROM moment WHERE "+b.String(), b.args...)
}

// Nameless reads how many of the newest public moments, at most so many, came
// without anything that leads to a person, and how many there were; of one
// touchpoint or ("") of all.
func (s *Store) Nameless(ctx context.Context, brand, touchpoint string, newest int) (nameless, of int, err error) {
	b := newWhere("brand_id = ", brand)
	b.text(" AND lane = ''")
	if touchpoint != "" {
		b.and("touchpoint = ", touchpoint)
	}
	b.text(" ORDER BY moment_id DESC LIMIT ")
	b.arg(newest)
	err = s.readers.QueryRowContext(ctx, "SELECT COUNT(*) FILTER (WHERE class = 'unidentified'), COUNT(*) FROM (SELECT class FROM moment WHERE "+b.String()+") AS newest", b.args...).Scan(&nameless, &of)
	return nameless, of, s.failed(err)
}

// PublicCases reads those of some cases that are in no private lane, by id.
func (s *Store) PublicCases(ctx context.Context, brand string, ids []string) (map[string]*sayline.Case, error) {
	found := map[string]*sayline.Case{}
	if len(ids) == 0 {
		return found, nil
	}
	b := newWhere("brand_id = ", brand)
	b.text(" AND lane = '' AND case_id IN (")
	for i, id := range ids {
		if i > 0 {
			b.text(", ")
		}
		b.arg(id)
	}
	b.text(")")
	list, err := s.cases(ctx, brand, "SELECT "+caseCols+" FROM cases WHERE "+b.String(), b.args...)
	for _, c := range list {
		found[c.ID] = c
	}
	return found, err
}
