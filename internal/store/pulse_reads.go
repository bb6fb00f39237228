package store

import (
	"context"
	"slices"
	"time"
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

// The levels: minutes are kept for 48 hours and count by time of receipt; hours,
// kept for 40 days, and days are the brand's local ones and count by when it
// happened.
const (
	ByMinute Level = iota
	ByHour
	ByDay
)

// Counted is the tally of one bucket of one touchpoint, topic and so on; what
// was not split by is "" or zero.
type Counted struct {
	Bucket     time.Time // its UTC start
	Touchpoint string
	Topic      string
	Place      string
	Audience   string
	Kind       string
	Team       string
	Source     string
	Lang       string
	Tally
}

// CountsQuery asks for public moments (lane "") in [From, Until), of a part of
// them. What it costs depends on how long that is and how much the brand has,
// never on how many moments were counted.
type CountsQuery struct {
	Brand       string
	Level       Level
	From, Until time.Time
	Zone        *time.Location // the brand's, that its hours and days are cut by; nil is UTC
	Touchpoint  string         // only of this one; "" for all
	Of          Part           // and of all that only this part
}

// takes says whether what was said under these facets is asked for.
func (q *CountsQuery) takes(f *facets) bool {
	return (q.Touchpoint == "" || q.Touchpoint == f.touchpoint) && q.Of.takes(f)
}

// Split says by what an answer is told apart.
type Split struct{ Time, Touchpoint, Topic, Place, Audience, Kind, Team, Source, Lang bool }

// Counts is an answer. Newest is 0 where everything was counted; else the part
// is of what no roll-up answers, had more moments than are read one by one, and
// only so many, the newest, were: a page has to say so.
type Counts struct {
	List   []Counted // in order; of what was not said at all there is nothing
	Newest int
}

// CountsByTime reads a tally for each bucket in which anything was counted, in order.
func (s *Store) CountsByTime(ctx context.Context, q CountsQuery) ([]Counted, error) {
	c, err := s.Counts(ctx, q, Split{Time: true})
	return c.List, err
}

// CountsByTouchpoint reads a tally for each touchpoint.
func (s *Store) CountsByTouchpoint(ctx context.Context, q CountsQuery) ([]Counted, error) {
	c, err := s.Counts(ctx, q, Split{Touchpoint: true})
	return c.List, err
}

// CountsByTouchpointAndTime reads a tally for each touchpoint and bucket.
func (s *Store) CountsByTouchpointAndTime(ctx context.Context, q CountsQuery) ([]Counted, error) {
	c, err := s.Counts(ctx, q, Split{Time: true, Touchpoint: true})
	return c.List, err
}

// CountsByTopic reads a tally for each topic; minutes are answered by the hours
// they fall in.
func (s *Store) CountsByTopic(ctx context.Context, q CountsQuery) ([]Counted, error) {
	c, err := s.Counts(ctx, q, Split{Topic: true})
	return withTopic(c.List), err
}

// CountsByTopicAndTouchpoint reads a tally for each topic of each touchpoint.
func (s *Store) CountsByTopicAndTouchpoint(ctx context.Context, q CountsQuery) ([]Counted, error) {
	c, err := s.Counts(ctx, q, Split{Topic: true, Touchpoint: true})
	return withTopic(c.List), err
}

func withTopic(list []Counted) []Counted {
	return slices.DeleteFunc(list, func(c Counted) bool { return c.Topic == "" })
}

// FirstCounted is the first day anything public was counted on; zero when
// nothing ever was: before it there is no usual to compare with.
func (s *Store) FirstCounted(ctx context.Context, brand string) (time.Time, error) {
	var at int64
	err := s.askOne(ctx, "SELECT COALESCE(MIN(bucket), 0) FROM count_day WHERE brand_id = $1 AND lane = ''", []any{brand}, &at)
	return fromMicros(at), s.failed(err)
}
