package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/sayline/sayline"
)

// Counts reads how much was said in a part of a time, and how it felt, told
// apart by some of its facets. Three ways lead to the same sums:
//
//   - hours and days stand in the roll-ups by all facets at once, and are kept in
//     memory (cube.go): any filter is one walk over them;
//   - minutes stand in a roll-up by touchpoint and audience; of other facets the
//     moments of that time are read one by one;
//   - product, lot and words have no roll-up: their moments are found by their
//     index and read one by one.
//
// What is read one by one is bounded, and an answer that had to stop says so.
func (s *Store) Counts(ctx context.Context, q CountsQuery, by Split) (Counts, error) {
	if q.Level == ByMinute && (by.Topic || by.Place || by.Kind || by.Team || by.Source || by.Lang) && !q.Of.single() {
		q.Level = ByHour // minutes are answered by the hours they fall in
		q.From = fromMicros(HourStart(q.From, q.Zone))
	}
	sums := newTallied()
	var list []Counted
	newest := 0
	var err error
	switch {
	case q.Of.single(), q.Level == ByMinute && !q.Of.minutes():
		newest, err = s.countMoments(ctx, &q, by, sums)
	case q.Level == ByMinute:
		err = s.countMinutes(ctx, &q, by, sums)
	default:
		list, err = s.cubes.count(ctx, s, &q, by)
	}
	if err == nil {
		err = s.addLumps(ctx, &q, by, sums)
	}
	return Counts{joined(list, sums.list()), newest}, s.failed(err)
}

// joined is two answers as one, each in order; what both have is added up.
func joined(a, b []Counted) []Counted {
	if len(b) == 0 {
		return a
	}
	all := make([]Counted, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch n := a[0].compare(&b[0]); {
		case n < 0:
			all, a = append(all, a[0]), a[1:]
		case n > 0:
			all, b = append(all, b[0]), b[1:]
		default:
			both := a[0]
			both.Add(b[0].Tally)
			all, a, b = append(all, both), a[1:], b[1:]
		}
	}
	return append(append(all, a...), b...)
}

// minutes says whether the roll-up of minutes answers the part.
func (p *Part) minutes() bool {
	return len(p.Places)+len(p.Kinds)+len(p.Topics)+len(p.Teams)+len(p.Sources)+len(p.Langs) == 0 && p.Imported == ImportedToo
}

// tallied adds tallies up by what they are told apart by.
type tallied struct{ sums map[cutKey]*Tally }

type cutKey struct {
	bucket int64
	facets
}

func newTallied() *tallied { return &tallied{map[cutKey]*Tally{}} }

// cut is a bucket and facets as far as they are told apart.
func (s Split) cut(bucket int64, f *facets) cutKey {
	k := cutKey{facets: s.facets(f)}
	if s.Time {
		k.bucket = bucket
	}
	return k
}

func (s Split) facets(f *facets) (k facets) {
	for _, x := range [...]struct {
		told bool
		to   *string
		v    string
	}{{s.Touchpoint, &k.touchpoint, f.touchpoint}, {s.Topic, &k.topic, f.topic}, {s.Place, &k.place, f.place}, {s.Audience, &k.audience, f.audience},
		{s.Kind, &k.kind, f.kind}, {s.Team, &k.team, f.team}, {s.Source, &k.source, f.source}, {s.Lang, &k.lang, f.lang}} {
		if x.told {
			*x.to = x.v
		}
	}
	return k
}

func (t *tallied) add(k cutKey, add Tally) {
	if t.sums[k] == nil {
		t.sums[k] = new(Tally)
	}
	t.sums[k].Add(add)
}

// list gives the sums in the order of bucket, topic, touchpoint and the rest.
func (t *tallied) list() []Counted {
	list := make([]Counted, 0, len(t.sums))
	for k, sum := range t.sums {
		if sum.N != 0 {
			list = append(list, counted(k.bucket, &k.facets, *sum))
		}
	}
	slices.SortFunc(list, func(a, b Counted) int { return a.compare(&b) })
	return list
}

func counted(bucket int64, f *facets, t Tally) Counted {
	return Counted{Bucket: fromMicros(bucket), Touchpoint: f.touchpoint, Topic: f.topic, Place: f.place, Audience: f.audience,
		Kind: f.kind, Team: f.team, Source: f.source, Lang: f.lang, Tally: t}
}

func (c *Counted) compare(o *Counted) int {
	return cmp.Or(c.Bucket.Compare(o.Bucket), cmp.Compare(c.Topic, o.Topic), cmp.Compare(c.Touchpoint, o.Touchpoint), cmp.Compare(c.Place, o.Place),
		cmp.Compare(c.Audience, o.Audience), cmp.Compare(c.Kind, o.Kind), cmp.Compare(c.Team, o.Team), cmp.Compare(c.Source, o.Source), cmp.Compare(c.Lang, o.Lang))
}

// countMinutes adds up the roll-up of minutes.
func (s *Store) countMinutes(ctx context.Context, q *CountsQuery, by Split, into *tallied) error {
	rows, err := s.ask(ctx, "SELECT bucket, touchpoint, audience, n, f1, f2, f3, f4, f5 FROM count_minute "+
		"WHERE brand_id = $1 AND lane = '' AND bucket >= $2 AND bucket < $3", q.Brand, micros(q.From), micros(q.Until))
	if err != nil {
		return err
	}
	return eachRow(rows, func(r *sql.Rows) error {
		var bucket int64
		var f facets
		var t Tally
		n := &t.Feelings
		err := r.Scan(&bucket, &f.touchpoint, &f.audience, &t.N, &n[1], &n[2], &n[3], &n[4], &n[5])
		if q.takes(&f) && !q.Of.guards(f.audience) {
			into.add(by.cut(bucket, &f), q.Of.of(t))
		}
		return err
	})
}

// mostRead is how many moments are read one by one for an answer.
const mostRead = 5_000

// countMoments adds up moments one by one, the newest of them, and gives how
// many were read when there were more.
func (s *Store) countMoments(ctx context.Context, q *CountsQuery, by Split, into *tallied) (newest int, err error) {
	received, until := q.From, q.Until
	if q.Level != ByMinute { // they count under when it happened
		received, until = q.From.Add(-sayline.EarlyLimit), q.Until.Add(sayline.LateLimit)
	}
	b := newWhere("brand_id = ", q.Brand)
	b.text(" AND lane = ''")
	b.and("moment_id >= ", sayline.NewID(received, zeros{}))
	b.and("moment_id < ", sayline.NewID(until.Add(time.Millisecond), zeros{}))
	s.single(b, &q.Of, mostRead+1)
	b.text(" ORDER BY moment_id DESC LIMIT ")
	b.arg(mostRead + 1)
	rows, err := s.readers.QueryContext(ctx, "SELECT received_at, occurred_at, feeling, touchpoint, place, audience, kind, topic, team, source, lang FROM moment WHERE "+b.String(), b.args...)
	if err != nil {
		return 0, err
	}
	read := 0
	err = eachRow(rows, func(r *sql.Rows) error {
		var m sayline.Moment
		var at [2]int64
		c := &m.Context
		if err := r.Scan(&at[0], &at[1], &m.Feeling, &c.Touchpoint, &c.Place, &m.Audience, &m.Kind, &m.Topic, &m.Decision.Team, &c.Source, &m.Lang); err != nil {
			return err
		}
		if read++; read > mostRead {
			newest = mostRead
			return nil
		}
		m.ReceivedAt, m.OccurredAt = fromMicros(at[0]), fromMicros(at[1])
		q.countOne(&m, by, into)
		return nil
	})
	return newest, err
}

// countOne adds one moment, where it counts.
func (q *CountsQuery) countOne(m *sayline.Moment, by Split, into *tallied) {
	at := m.CountedAt()
	var bucket int64
	switch q.Level {
	case ByMinute:
		if m.Context.Source == sayline.SourceImport {
			return // it is not of now
		}
		at = m.ReceivedAt
		bucket = micros(at.Truncate(time.Minute))
	case ByHour:
		bucket = HourStart(at, q.Zone)
	default:
		bucket = DayStart(at, q.Zone)
	}
	f := facetsOf(m)
	if bucket < micros(q.From) || bucket >= micros(q.Until) || !q.takes(&f) || q.Of.guards(f.audience) {
		return
	}
	t := Tally{N: 1}
	if m.Feeling >= 1 && m.Feeling <= 5 {
		t.Feelings[m.Feeling] = 1
	}
	into.add(by.cut(bucket, &f), q.Of.of(t))
}
