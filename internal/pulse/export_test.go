package pulse

import (
	"context"
	"html/template"
	"net/url"

	"github.com/sayline/sayline/internal/brands"
)

// Board reads a page's board in English, for the test that counts again.
func (p *Pulse) Board(ctx context.Context, b *brands.Snapshot, values url.Values) (*board, error) {
	s := p.stage(p.Words.In("en"), b, parseQuery(values, b))
	if err := s.numbers(ctx); err != nil {
		return nil, err
	}
	return s.board, s.said(ctx, saidShown)
}

// Templates are the room's, for the test that holds them to the catalogues.
func (p *Pulse) Templates() []*template.Template { return []*template.Template{p.pages, p.wall} }
