package brands

import (
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/words"
)

// SayAlarm explains an alarm that has a case in one sentence: "9 unhappy at Gate
// B14 restroom in 10 minutes, usually 1".
func (s *Snapshot) SayAlarm(t *words.Tongue, a *store.Alarm) string {
	where, few := a.Subject, a.UsualWhole() == 0
	switch a.About {
	case store.AboutLot:
		lot := a.Lot()
		what := lot.GTIN
		if p := s.Index.Product(lot.GTIN); p != nil {
			what = p.Name.In(t.Tag, s.Language())
		}
		what += ", " + t.Say("page_lot", "lot", lot.Lot)
		if few {
			return t.Say("page_alarm_lot_few", "n", a.Moments, "what", what)
		}
		return t.Say("page_alarm_lot", "n", a.Moments, "what", what, "usual", a.UsualWhole())
	case store.AboutPlace:
		if p := s.Index.Place(a.Subject); p != nil {
			where = p.Name.In(t.Tag, s.Language())
		}
	default:
		if p := s.Index.Touchpoint(a.Subject); p != nil {
			where = p.Name.In(t.Tag, s.Language())
		}
	}
	if few {
		return t.Say("page_alarm_few", "n", a.Moments, "where", where)
	}
	return t.Say("page_alarm", "n", a.Moments, "where", where, "usual", a.UsualWhole())
}
