package pulse

import (
	"cmp"
	"context"
	"slices"

	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// risingTile are the topics said more often than usual.
type risingTile struct {
	Rows    []risingRow
	Against string // what they are compared with
	None    string // why there are none
}

type risingRow struct {
	Topic              string
	Name, About, Times string
	Hot                bool
}

// A topic rises when it was said at least so often and so many times its usual.
const (
	risingLeast = 3
	risingTimes = 1.5
	mostRising  = 3
	risingHours = 3
)

// rising compares each topic with its usual: in the last three hours with the
// same hours of the same weekdays before, in a period of days with the one before.
func (s *stage) rising(ctx context.Context) error {
	t := &s.board.Rising
	q := s.topicCounts()
	var befores []store.CountsQuery
	if s.period.level == store.ByDay || s.period.past() {
		t.Against = s.board.Say("pulse_before_"+s.Query.key(), s.board.spanFacts(s.Query.Filter)...)
		before := q
		before.Level, before.From, before.Until = s.period.before()
		befores = append(befores, before)
	} else {
		t.Against = s.board.Say("pulse_rising_hours", "n", risingHours)
		q.Level, q.From, q.Until = store.ByHour, lastHours(s.period.at, risingHours)[0], s.period.at
		for week := 1; week <= weeksBack; week++ {
			before := q
			before.From, before.Until = q.From.AddDate(0, 0, -7*week), q.Until.AddDate(0, 0, -7*week)
			befores = append(befores, before)
		}
	}
	first := s.board.First
	if !first.IsZero() {
		first = dayAfter(first.In(s.period.at.Location()), 1)
	}
	usual, n := map[string]float64{}, 0
	for _, before := range befores {
		if first.IsZero() || before.From.Before(first) {
			continue
		}
		list, err := s.Store.CountsByTopic(ctx, before)
		if err != nil {
			return err
		}
		n++
		for _, c := range list {
			usual[c.Topic] += float64(c.N)
		}
	}
	if n == 0 {
		t.None = s.board.Say("pulse_no_usual")
		return nil
	}
	list, err := s.Store.CountsByTopicAndTouchpoint(ctx, q)
	if err != nil {
		return err
	}
	s.rise(list, usual, float64(n))
	return nil
}

// rise fills in the topics that stand out most.
func (s *stage) rise(list []store.Counted, usual map[string]float64, n float64) {
	type topic struct {
		id    string
		sum   int64
		at    map[string]int64
		times float64
	}
	byID := map[string]*topic{}
	for _, c := range list {
		if s.board.topic(c.Topic) == nil {
			continue
		}
		if byID[c.Topic] == nil {
			byID[c.Topic] = &topic{id: c.Topic, at: map[string]int64{}}
		}
		byID[c.Topic].sum += c.N
		byID[c.Topic].at[c.Touchpoint] += c.N
	}
	var up []*topic
	for _, t := range byID {
		// Where it is usually not said at all, once in the time is taken for usual.
		if t.times = float64(t.sum) / max(1, usual[t.id]/n); t.sum >= risingLeast && t.times >= risingTimes {
			up = append(up, t)
		}
	}
	slices.SortFunc(up, func(a, b *topic) int {
		return cmp.Or(cmp.Compare(b.times, a.times), cmp.Compare(b.sum, a.sum), cmp.Compare(a.id, b.id))
	})
	b := s.board
	for _, t := range up[:min(len(up), mostRising)] {
		most := ""
		for id, n := range t.at {
			if most == "" || n > t.at[most] || n == t.at[most] && id < most {
				most = id
			}
		}
		b.Rising.Rows = append(b.Rising.Rows, risingRow{
			Topic: t.id, Name: b.Names.Topic(t.id), Times: b.Say("pulse_by", "n", b.Num(int64(t.times+0.5))), Hot: b.topic(t.id).Kind == problem,
			About: house.Join(" · ", b.Count("moments", int(t.sum)), b.Names.Touchpoint(most), more(b, len(t.at)-1)),
		})
	}
	if len(up) == 0 {
		b.Rising.None = b.Say("pulse_none_rising")
	}
}

func more(b *board, n int) string {
	if n <= 0 {
		return ""
	}
	return b.Count("more_places", n)
}
