package pulse

import (
	"context"

	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/phrase"
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

// Of the topics that rise, those are shown that were said at least so often.
const (
	risingLeast = 3
	mostRising  = 3
	risingHours = 3
)

// rising compares each topic with its usual, by the test of [phrase.Rise]: in the last three hours with the
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
	usual, n := map[string]int{}, 0
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
			usual[c.Topic] += int(c.N)
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
	s.rise(list, usual, n)
	return nil
}

// rise fills in the topics that rise most surely: of all that was said, a larger
// share than usual, and more often. usual is what was said in n such times before.
func (s *stage) rise(list []store.Counted, usual map[string]int, n int) {
	at := map[string]map[string]int64{} // topic → touchpoint → how often
	sums, of, all := map[string]int{}, 0, 0
	for _, c := range list {
		if at[c.Topic] == nil {
			at[c.Topic] = map[string]int64{}
		}
		at[c.Topic][c.Touchpoint] += c.N
		sums[c.Topic] += int(c.N)
		of += int(c.N)
	}
	for _, before := range usual {
		all += before
	}
	var things []phrase.Rising
	for _, topic := range s.board.Brand.Topics {
		if s.board.topic(topic.ID) != nil && sums[topic.ID]+usual[topic.ID] > 0 {
			things = append(things, phrase.Rising{Key: topic.ID, N: sums[topic.ID], Of: of, Before: usual[topic.ID], All: all})
		}
	}
	b := s.board
	for _, r := range phrase.Rise(things) {
		// Where it is usually not said at all, once in the time is taken for usual.
		times := float64(r.N) / max(1, float64(r.Before)/float64(n))
		if r.N < risingLeast || times <= 1 || len(b.Rising.Rows) == mostRising {
			continue
		}
		most := ""
		for id, n := range at[r.Key] {
			if most == "" || n > at[r.Key][most] || n == at[r.Key][most] && id < most {
				most = id
			}
		}
		b.Rising.Rows = append(b.Rising.Rows, risingRow{
			Topic: r.Key, Name: b.Names.Topic(r.Key), Times: b.Say("pulse_by", "n", b.Num(int64(times+0.5))), Hot: b.topic(r.Key).Kind == problem,
			About: house.Join(" · ", b.Count("moments", r.N), b.Names.Touchpoint(most), more(b, len(at[r.Key])-1)),
		})
	}
	if len(b.Rising.Rows) == 0 {
		b.Rising.None = b.Say("pulse_none_rising")
	}
}

func more(b *board, n int) string {
	if n <= 0 {
		return ""
	}
	return b.Count("more_places", n)
}
