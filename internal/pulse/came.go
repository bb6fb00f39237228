package pulse

import (
	"net/http"
	"strconv"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// DaysOf are the days a time has a part in, as [store.VisitsQuery] has them.
func DaysOf(from, until time.Time, zone *time.Location) (first, behind string) {
	last := until.Add(-time.Nanosecond).In(zone)
	return from.In(zone).Format(time.DateOnly), time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// cameLot is how many are read before they are written, so that who reads slowly keeps
// nothing of the store.
const cameLot = 5000

// cameCSV streams how many came in the days of a page, as it can be brought in again.
func (p *Pulse) cameCSV(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	taken := p.takeQuery(r, v)
	q := store.VisitsQuery{Brand: v.Brand.ID, Touchpoints: taken.Part.Touchpoints}
	q.From, q.Until = DaysOf(taken.From, taken.Until, v.Brand.Location())
	sheet, err := web.OpenSheet(w, takeName(v, taken)+"-visits.csv", []string{"date", "hour", "touchpoint", "place", "kind", "count"})
	if err != nil {
		return err
	}
	for {
		var list []sayline.Visits
		err := p.Store.EachVisits(r.Context(), q, func(v *sayline.Visits) error {
			if list = append(list, *v); len(list) == cameLot {
				return errFull
			}
			return nil
		})
		if err != nil && err != errFull {
			return cut(err)
		}
		for i := range list {
			if TellsVisits(v.Brand, taken.Part, list[i].About, list[i].Subject) {
				if err := sheet.Row(cameCells(&list[i])...); err != nil {
					return cut(err)
				}
			}
		}
		if flushed := sheet.Flush(); flushed != nil {
			return cut(flushed)
		}
		if err == nil {
			return nil
		}
		q.After = &list[len(list)-1]
	}
}

func cameCells(v *sayline.Visits) []string {
	hour, point, place := "", "", ""
	if v.Hour != sayline.WholeDay {
		hour = strconv.Itoa(v.Hour)
	}
	switch v.About {
	case sayline.VisitsAtTouchpoint:
		point = v.Subject
	case sayline.VisitsAtPlace:
		place = v.Subject
	}
	return []string{v.Day, hour, point, place, v.Kind, strconv.FormatInt(v.N, 10)}
}
