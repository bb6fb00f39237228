package pulse

import (
	"context"
	"net/url"

	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// alarmView is what is unusual now: a sentence and its picture, the part of the
// pulse it is about, and a moment that leads to its case.
type alarmView struct {
	*house.Alarming
	Href   string
	Moment string // "" where there is none
}

// alarms reads what is unusual now. All of it is in the open: touchpoints of
// private lanes and private cases raise none.
func (s *stage) alarms(ctx context.Context) error {
	b := s.board
	on, err := s.Store.AlarmsOn(ctx, s.brand)
	if err != nil || len(on) == 0 {
		return err
	}
	var cases []string
	for _, a := range on {
		if a.Case != "" {
			cases = append(cases, a.Case)
		}
	}
	first, err := s.Store.FirstMoments(ctx, s.brand, cases)
	if err != nil {
		return err
	}
	for i := range on {
		shown, err := s.Alarming(ctx, b.Voice, b.Names, &on[i])
		if err != nil {
			return err
		}
		view := alarmView{Alarming: shown, Href: b.Path("/pulse") + "?" + aboutOf(&on[i]).Encode()}
		if m := first[on[i].Case]; m != nil {
			view.Moment = m.ID
		}
		b.Alarms = append(b.Alarms, view)
	}
	return nil
}

// aboutOf is the part of the pulse an alarm is about, as an address has it.
func aboutOf(a *store.Alarm) url.Values {
	switch a.About {
	case store.AboutPlace:
		return url.Values{ByPlace: {a.Subject}}
	case store.AboutLot:
		return url.Values{ByProduct: {a.Lot().GTIN}, ByLot: {a.Lot().Lot}}
	case store.AboutPromise:
		return url.Values{ByTeam: {a.Subject}}
	}
	return url.Values{ByTouchpoint: {a.Subject}}
}
