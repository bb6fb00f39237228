package api

import (
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/web"
)

// mostVisitsBody is how long a body of visits may be: as many as are brought at once.
const mostVisitsBody = 4 << 20

// mostFaults is of how many of them at once it is told what is wrong.
const mostFaults = 100

// visits stores how many came, as the company's own system counted them: all that is
// sent or nothing, in the place of what was there of the same day, kind and subject. So
// the same twice is the same as once.
func (a *API) visits(c *call) error {
	if err := bringing(c); err != nil {
		return err
	}
	if kind, _, err := web.MediaType(c.r); err != nil || kind != "application/json" {
		return sayline.Errorf(sayline.WrongType, "Send it as application/json.")
	}
	body, err := web.ReadBody(c.w, c.r, mostVisitsBody)
	if err != nil {
		return err
	}
	object, err := web.ParseObject(body)
	if err != nil {
		return err
	}
	items := object.List("visits")
	if len(items) == 0 || len(items) > sayline.MostVisitLines {
		object.Fault("visits", "expected one to 20,000 of them")
	}
	if err := object.Err("", notRight); err != nil {
		return err
	}
	check, list := sayline.NewVisitCheck(c.brand.Config, c.brand.Index, a.Now()), make([]sayline.Visits, len(items))
	for i, x := range items {
		if i%mostFaults == 0 && object.Err("", notRight) != nil { // enough to mend
			break
		}
		list[i] = visitsOf(x)
		if err := check.Next(&list[i]); err != nil {
			x.FaultHere(err.Error())
		}
	}
	if err := object.Err("", notRight); err != nil {
		return err
	}
	if err := a.Store.BringVisits(c.r.Context(), c.brand.ID, list); err != nil {
		return err
	}
	web.SendTagged(c.w, c.r, "application/json", web.JSON(map[string]int{"stored": len(list)}))
	return nil
}

// visitsOf reads one of them.
func visitsOf(x *web.Object) sayline.Visits {
	v := sayline.Visits{Day: x.Text("date"), Hour: sayline.WholeDay, Kind: sayline.KnownVisitKind(x.Text("kind")), About: sayline.VisitsAnywhere}
	if hour, ok := x.Int("hour"); ok {
		if v.Hour = hour; hour < 0 {
			x.Fault("hour", "expected 0 to 23")
		}
	}
	n, ok := x.Int("count")
	if v.N = int64(n); !ok {
		x.Fault("count", "expected how many came")
	}
	point, place := x.Text("touchpoint"), x.Text("place")
	switch {
	case point != "" && place != "":
		x.Fault("place", "expected a touchpoint or a place, not both")
	case point != "":
		v.About, v.Subject = sayline.VisitsAtTouchpoint, point
	case place != "":
		v.About, v.Subject = sayline.VisitsAtPlace, place
	}
	if _, err := time.Parse(time.DateOnly, v.Day); err != nil {
		x.Fault("date", "expected a day as 2026-11-30")
	}
	return v
}
