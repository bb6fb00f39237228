package pulse

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// mostStalled is how many cases that nobody took are shown.
const mostStalled = 5

// mostLooked is how many of them are looked at for those of a narrowed page.
const mostLooked = 60

// redTile is what must not be overlooked: cases that nobody took though everybody
// was asked, and what nobody is asked about just now because it is known.
type redTile struct {
	Stalled []stalledCase
	More    bool // there are more
	Mutes   []muted
}

type stalledCase struct {
	Moment string // leads to the case, for who may see it
	Title  string
	Team   string
	Since  time.Time
	Time   string
}

// Others are the cases beside the first, as a number.
func (t *redTile) Others() string {
	switch n := len(t.Stalled) - 1; {
	case n < 1:
		return ""
	case t.More:
		return "+" + strconv.Itoa(n) + "…"
	default:
		return "+" + strconv.Itoa(n)
	}
}

type muted struct {
	What, Until string
}

// red reads the tile; a case is of a page when the first said in it is. Private lanes have no part in it.
func (s *stage) red(ctx context.Context) error {
	tile := &s.board.Red
	var list []*sayline.Case
	limit := mostStalled + 1
	if s.Query.Narrows() {
		limit = mostLooked
	}
	for _, section := range []store.Section{store.WaitingCritical, store.WaitingUrgent, store.WaitingNormal} {
		found, err := s.Store.Cases(ctx, store.CasesQuery{Brand: s.brand, Scope: store.Scope{{All: true}}, Section: section,
			Filter: store.Filter{State: sayline.CaseStalled}, Limit: limit})
		if err != nil {
			return err
		}
		list = append(list, found...)
	}
	ids := make([]string, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	first, err := s.Store.FirstMoments(ctx, s.brand, ids)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(c *sayline.Case) bool { return first[c.ID] == nil || s.Query.Narrows() && !s.of.Has(first[c.ID]) })
	if tile.More = len(list) > mostStalled; tile.More {
		list = list[:mostStalled]
	}
	for _, c := range list {
		if m := first[c.ID]; m != nil {
			tile.Stalled = append(tile.Stalled, stalledCase{m.ID, s.board.Names.Title(c, m), s.board.Names.Team(c.Team, c.Place), c.Since, s.board.At(c.Since)})
		}
	}
	return s.mutes(ctx)
}

// mutes are those that hold, in the open.
func (s *stage) mutes(ctx context.Context) error {
	list, err := s.Store.Mutes(ctx, s.brand)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(m sayline.Mute) bool { return m.Lane != "" })
	b := s.board
	for _, m := range list {
		what := b.Names.Team(m.Team, m.Place)
		switch {
		case m.Topic != "":
			what = b.Names.Topic(m.Topic) + " · " + what
		case m.Touchpoint != "":
			what = b.Names.Touchpoint(m.Touchpoint) + " · " + what
		}
		b.Red.Mutes = append(b.Red.Mutes, muted{what, b.Say("muted_until", "time", b.At(m.Until))})
	}
	return nil
}
