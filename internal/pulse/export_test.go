package pulse

import (
	"context"
	"html/template"
	"net/url"
	"time"

	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// Board reads a page's board in English, for the test that counts again.
func (p *Pulse) Board(ctx context.Context, b *brands.Snapshot, values url.Values) (*board, error) {
	s := p.stage(p.Words.In("en"), b, parseQuery(values, b))
	if err := s.numbers(ctx); err != nil {
		return nil, err
	}
	return s.board, s.said(ctx, saidShown)
}

// DearApart sets how often open pages read what is dear.
func (p *Pulse) DearApart(d time.Duration) { p.dearApart = d }

// Templates are the room's, for the test that holds them to the catalogues.
func (p *Pulse) Templates() []*template.Template {
	return []*template.Template{p.pages, p.wall, p.counted}
}

// Measures reads the measures in English, for the test that counts again.
func (p *Pulse) Measures(ctx context.Context, b *brands.Snapshot, values url.Values) (map[string]MeasureShown, error) {
	m, err := p.telling(ctx, p.Words.In("en"), b, ParseFilter(values, b))
	if err != nil {
		return nil, err
	}
	list, err := m.list(ctx, func(string) bool { return true })
	byID := map[string]MeasureShown{}
	for _, x := range list {
		byID[x.ID] = x
	}
	return byID, err
}

// MeasureShown is one figure as it is shown.
type MeasureShown = measure

// Student and Wilson are the quantile and the interval that figures have.
func Student(freedom int64) float64 { return student(freedom) }
func Wilson(k, n int64) (low, high float64) {
	in := wilson(k, n)
	return in.low, in.high
}

// Counted is how often a topic was said before and now.
type Counted struct {
	Topic       string
	Before, Now int
}

// Rise gives the topics that rise, in the order in which they are shown.
func Rise(h *house.House, b *brands.Snapshot, said []Counted) (ids []string) {
	s := (&Pulse{House: h}).stage(h.Words.In("en"), b, plain)
	usual := map[string]int{}
	var now []store.Counted
	for _, c := range said {
		usual[c.Topic] = c.Before
		now = append(now, store.Counted{Topic: c.Topic, Touchpoint: "k7f3", Tally: store.Tally{N: int64(c.Now)}})
	}
	s.rise(now, usual, 2)
	for _, row := range s.board.Rising.Rows {
		ids = append(ids, row.Topic)
	}
	return ids
}

// Gone is what open pages are told is gone, of moments that were taken back.
func Gone(ctx context.Context, h *house.House, b *brands.Snapshot, ids ...string) ([]string, error) {
	p := &Pulse{House: h}
	said, err := p.pageFeed(b, h.Words.In("en"), plain).said(ctx, p.stage(h.Words.In("en"), b, plain), news{gone: append([]string{}, ids...)})
	if said == nil {
		return nil, err
	}
	return said.Gone, err
}

// Visited is a row of what was said of those who came.
type Visited = visited

// Visits reads the rows of what was said of those who came.
func (p *Pulse) Visits(ctx context.Context, b *brands.Snapshot, values url.Values) ([]Visited, string, error) {
	m, err := newMeasuring(ctx, p.Store, b, ParseFilter(values, b), p.Now().In(b.Location()))
	if err != nil {
		return nil, "", err
	}
	return m.visits(ctx)
}

// Verdict is how a row is told.
func (v *visited) Verdict() string { return v.verdict() }

// Rate is how many of 1,000 spoke, with its interval.
func (v *visited) Rate() (of1000, low, high float64) {
	rate, in := v.rate()
	return rate, in.low, in.high
}
