package pulse

import (
	"cmp"
	"context"
	"html/template"
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// tableTile is the touchpoints: where it needs us, where it shines, or all.
type tableTile struct {
	Rows []touchRow
	Heat string // what a strip covers
	None string // why there are no rows
}

// touchRow is a touchpoint.
type touchRow struct {
	ID, Name, About string
	Facets          []facet // where it stands, who speaks there
	N               string
	Score           string // of 100; "" where too few said
	Sure            sure
	Weight          string        // what all would be, if it felt as intended
	Badge           string        // its top topic
	Topic           string        // its id
	Hot             bool          // which is a problem
	Heat            template.HTML // its strip
	Said            string        // the strip in numbers, for who can't see it
}

const problem = "problem" // of [sayline.Kinds]

// topic is one of the brand's topics that everybody may read of; nil for one it
// does not know or no longer has, or that has become private.
func (b *board) topic(id string) *sayline.Topic {
	if t := b.Brand.Index.Topic(id); t != nil && t.Lane == "" {
		return t
	}
	return nil
}

// place is a touchpoint with what is needed to rank it.
type place struct {
	id      string
	tally   store.Tally
	trouble int64 // problems told without a face
	topics  []store.Counted
}

// A mean of few is pulled towards what is usual for everybody, as if so many
// more had spoken there who felt so: one bored tap moves no touchpoint to the top.
const (
	priorN       = 3.0
	priorTrouble = 0.35
	tapTrouble   = 0.75 // of a problem told without a face
	needsAbove   = 0.48
	shinesBelow  = 0.35
)

func (p *place) troubled() float64 { return Troubled(p.tally, p.trouble) }

// Troubled is how bad it is where people felt so, and told so many problems
// without a face: 0 wonderful, 1 awful.
func Troubled(t store.Tally, faceless int64) float64 {
	sum := priorN*priorTrouble + tapTrouble*float64(faceless)
	for f := 1; f <= 5; f++ {
		sum += float64(5-f) / 4 * float64(t.Feelings[f])
	}
	return sum / (priorN + float64(faceless+t.Felt()))
}

// Needs and Shines say on which side of the pulse so much trouble stands.
func Needs(trouble float64) bool  { return trouble >= needsAbove }
func Shines(trouble float64) bool { return trouble <= shinesBelow }

const mostRows = 8 // of a table, unless all are asked for

func (s *stage) table(ctx context.Context) error {
	places, err := s.places(ctx)
	if err != nil {
		return err
	}
	none := s.Query.Show
	if len(places) == 0 {
		none = showAll // who said nothing is not to be praised for it
	}
	switch s.Query.Show {
	case showNeeds:
		places = slices.DeleteFunc(places, func(p *place) bool { return p.troubled() < needsAbove })
		slices.SortFunc(places, func(a, b *place) int {
			return cmp.Or(cmp.Compare(b.troubled(), a.troubled()), cmp.Compare(a.id, b.id))
		})
	case showShines:
		places = slices.DeleteFunc(places, func(p *place) bool { return p.troubled() > shinesBelow || p.tally.Felt() == 0 })
		slices.SortFunc(places, func(a, b *place) int {
			return cmp.Or(cmp.Compare(a.troubled(), b.troubled()), cmp.Compare(a.id, b.id))
		})
	default:
		slices.SortFunc(places, func(a, b *place) int {
			return cmp.Or(cmp.Compare(b.tally.N, a.tally.N), cmp.Compare(a.id, b.id))
		})
	}
	if s.Query.Show != showAll {
		places = places[:min(len(places), mostRows)]
	}
	t := &s.board.Table
	if len(places) == 0 {
		t.None = s.board.Say("pulse_none_" + none)
		if none == showAll && s.board.Guards() != "" {
			t.None = s.board.Say("pulse_guarded_none")
		}
	}
	heat, err := s.heat(ctx)
	if err != nil {
		return err
	}
	t.Heat = heat.title
	for _, p := range places {
		t.Rows = append(t.Rows, s.touchRow(p, heat))
	}
	return nil
}

// places are the touchpoints anything was said at in the period, with their topics.
func (s *stage) places(ctx context.Context) ([]*place, error) {
	list, err := s.Store.CountsByTouchpoint(ctx, s.counts(s.period.level, s.period.from, s.period.until))
	if err != nil {
		return nil, err
	}
	byID := map[string]*place{}
	var places []*place
	s.whole = store.Tally{}
	for _, c := range list {
		p := &place{id: c.Touchpoint, tally: c.Tally}
		byID[p.id], places = p, append(places, p)
		s.whole.Add(c.Tally)
	}
	topics, err := s.Store.CountsByTopicAndTouchpoint(ctx, s.topicCounts())
	if err != nil {
		return nil, err
	}
	for _, c := range topics {
		p := byID[c.Touchpoint]
		t := s.board.topic(c.Topic)
		if p == nil || t == nil {
			continue
		}
		p.topics = append(p.topics, c)
		if t.Kind == problem {
			p.trouble += max(0, min(c.N-c.Felt(), p.tally.N-p.tally.Felt()))
		}
	}
	return places, nil
}

// topicCounts is the period as the roll-ups of topics can tell it.
func (s *stage) topicCounts() store.CountsQuery {
	q := s.counts(s.period.level, s.period.from, s.period.until)
	if s.period.level == store.ByMinute {
		q.Level, q.From = store.ByHour, s.period.hours()
	}
	return q
}

func (s *stage) touchRow(p *place, heat *heatMap) touchRow {
	b := s.board
	r := touchRow{ID: p.id, Name: b.Names.Touchpoint(p.id), N: b.Num(p.tally.N)}
	if p.id == "" {
		r.Name = b.Say("pulse_nowhere")
	}
	if t := b.Brand.Index.Touchpoint(p.id); t != nil {
		r.About = house.Join(" · ", b.Names.Place(t.Place), b.Names.Audience(t.Audience()))
		if t.Place != "" {
			r.Facets = append(r.Facets, b.Facet(ByPlace, t.Place))
		}
		if b.Names.Audience(t.Audience()) != "" {
			r.Facets = append(r.Facets, b.Facet(ByAudience, t.Audience()))
		}
		if r.About == "" && t.Product != "" {
			r.About, r.Facets = b.Names.Product(t.Product), append(r.Facets, b.Facet(ByProduct, t.Product))
		}
	}
	r.Sure = b.sure(p.tally)
	if t := b.Brand.Index.Touchpoint(p.id); t != nil {
		if would, ok := weighed(s.whole, p.tally, t.Meant()); ok {
			r.Weight = b.Say("measures_as_meant", "would", b.tenths(would))
		}
	}
	r.Score = r.Sure.Score
	var top *store.Counted
	for i := range p.topics {
		if top == nil || p.topics[i].N > top.N {
			top = &p.topics[i]
		}
	}
	if top != nil {
		r.Badge, r.Topic = b.Names.Topic(top.Topic), top.Topic
		if s.period.level != store.ByMinute && top.N > 1 { // of minutes the topics are not counted
			r.Badge = b.Say("pulse_times", "what", r.Badge, "n", b.Num(top.N))
		}
		r.Hot = b.topic(top.Topic).Kind == problem
	}
	r.Heat, r.Said = heat.strip(b, p.id)
	return r
}
