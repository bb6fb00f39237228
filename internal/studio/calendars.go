package studio

import (
	"context"
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/calendar"
	"github.com/sayline/sayline/internal/house"
)

// elsewhere is one calendar kept elsewhere: how it goes with reading it, and what
// of it says nothing here.
type elsewhere struct {
	sayline.CalendarCopy
	Post  string
	Unfed []calendar.Trouble
}

func (s *Studio) calendars(ctx context.Context, view *house.View) ([]elsewhere, error) {
	b := view.Brand()
	if len(b.Calendars) == 0 {
		return nil, nil
	}
	copies, err := s.Store.Calendars(ctx, b.ID)
	if err != nil {
		return nil, err
	}
	var list []elsewhere
	for _, k := range b.Calendars {
		e := elsewhere{sayline.CalendarCopy{ID: k.ID}, view.Names.Team(k.Team, k.Place), b.Unfed[k.ID]}
		if i := slices.IndexFunc(copies, func(c sayline.CalendarCopy) bool { return c.ID == k.ID && c.URL == k.URL }); i >= 0 {
			e.CalendarCopy = copies[i]
		}
		list = append(list, e)
	}
	return list, nil
}
