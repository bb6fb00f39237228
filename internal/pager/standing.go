package pager

import (
	"context"

	"github.com/sayline/sayline"
)

// Standing is a page as its link shows it: what it told its person, in their
// language, and how its case stands now.
type Standing struct {
	Page sayline.Page
	Case *sayline.Case

	Lang     string // a language of the catalogues
	Urgency  string
	What     string
	Said     []string // nothing of a private case
	Facts    []Fact
	Together string
	Note     string // why they got it
	Says     string // how it stands
	Asks     bool   // the page asked them to take it
}

// Fact is a named one of a page.
type Fact struct{ Name, Value string }

// Standing reads a page and its case as they are now. NotFound when there is no
// such page, or it is not for its person to see any more.
func (p *Pager) Standing(ctx context.Context, brand, page string) (*Standing, error) {
	of, err := p.Store.Page(ctx, brand, page)
	if err != nil {
		return nil, err
	}
	l, err := p.read(ctx, of)
	if err != nil {
		return nil, err
	}
	if l == nil {
		return nil, sayline.Errorf(sayline.NotFound, "There is no such thing here.")
	}
	if l.elsewhere() {
		return &Standing{Page: of, Case: l.c, Lang: l.tongue.Tag, What: l.what(), Says: l.standing()}, nil
	}
	s := &Standing{Page: of, Case: l.c, Lang: l.tongue.Tag, Urgency: l.urgency(), What: l.what(), Said: l.said(), Together: l.together(), Note: l.note(), Says: l.standing(), Asks: l.asks()}
	for _, f := range l.facts() {
		s.Facts = append(s.Facts, Fact(f))
	}
	return s, nil
}
