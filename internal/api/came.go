package api

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// cameDoc is how many came, as they are brought: what is read can be sent again.
type cameDoc struct {
	Date       string `json:"date"`
	Hour       *int   `json:"hour,omitempty"` // none: the whole day
	Touchpoint string `json:"touchpoint,omitempty"`
	Place      string `json:"place,omitempty"`
	Kind       string `json:"kind"`
	Count      int64  `json:"count"`
}

func cameOf(v *sayline.Visits) cameDoc {
	d := cameDoc{Date: v.Day, Kind: v.Kind, Count: v.N}
	if v.Hour != sayline.WholeDay {
		d.Hour = &v.Hour
	}
	switch v.About {
	case sayline.VisitsAtTouchpoint:
		d.Touchpoint = v.Subject
	case sayline.VisitsAtPlace:
		d.Place = v.Subject
	}
	return d
}

// camePage is a part of how many came, in the order of their days.
type camePage struct {
	Visits []cameDoc `json:"visits"`
	Next   string    `json:"next,omitempty"`
}

// bringing lets only those bring how many came whose key is for every team's cases.
func bringing(c *call) error {
	if c.system.Teams != nil {
		return sayline.Errorf(sayline.Forbidden, "This key is for some teams' cases. How many came is brought with a key for all of them.")
	}
	return nil
}

// mostCame is how long a page of them may be.
const mostCame = 1000

// cameBy are what visits are narrowed by: their kind is not a moment's.
var cameBy = []string{pulse.ByPeriod, pulse.ByFrom, pulse.ByTo, pulse.ByTouchpoint, pulse.ByPlace, pulse.ByKind, "limit", "after"}

var errEnough = errors.New("enough")

// came gives a page of how many came that is in force: to who reads what the pulse
// shows, and to who brings it. Without a period, of all days.
func (a *API) came(c *call) error {
	if !c.system.MayRead() {
		if err := bringing(c); err != nil {
			return err
		}
	}
	values := c.r.URL.Query()
	for name := range values {
		if !slices.Contains(cameBy, name) {
			return fault(name, "expected "+strings.Join(cameBy, ", "))
		}
	}
	f, err := c.filter(pulse.ByKind, "limit", "after")
	if err != nil {
		return err
	}
	limit, err := limitOf(values, mostCame)
	if err != nil {
		return err
	}
	part := f.Part(c.brand)
	q := store.VisitsQuery{Brand: c.brand.ID, Touchpoints: part.Touchpoints}
	if q.Kinds, err = kindsOf(values); err != nil {
		return err
	}
	if q.After, err = readCame(values.Get("after")); err != nil {
		return err
	}
	if timed(values) {
		from, until, _ := f.Span(a.Now().In(c.brand.Location()))
		q.From, q.Until = pulse.DaysOf(from, until, c.brand.Location())
	}
	p := camePage{Visits: []cameDoc{}}
	var last sayline.Visits
	err = a.Store.EachVisits(c.r.Context(), q, func(v *sayline.Visits) error {
		if !pulse.TellsVisits(c.brand, part, v.About, v.Subject) {
			return nil
		}
		if len(p.Visits) == limit {
			p.Next = cameCursor(&last)
			return errEnough
		}
		p.Visits, last = append(p.Visits, cameOf(v)), *v
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	c.link(p.Next)
	web.SendTagged(c.w, c.r, "application/json", web.JSON(p))
	return nil
}

// kindsOf are the kinds of visits that are asked for; none: all.
func kindsOf(q url.Values) ([]string, error) {
	for _, kind := range q[pulse.ByKind] {
		if !slices.Contains(sayline.VisitKinds, kind) {
			return nil, fault(pulse.ByKind, "expected "+strings.Join(sayline.VisitKinds, ", "))
		}
	}
	return q[pulse.ByKind], nil
}

// cameCursor is where a page ended.
func cameCursor(v *sayline.Visits) string {
	return strings.Join([]string{v.Day, strconv.Itoa(v.Hour), v.Kind, v.About, v.Subject}, ".")
}

func readCame(text string) (*sayline.Visits, error) {
	if text == "" {
		return nil, nil
	}
	parts := strings.SplitN(text, ".", 5)
	if len(parts) == 5 && len(text) <= 200 && !strings.ContainsRune(text, 0) {
		hour, err := strconv.Atoi(parts[1])
		_, wrong := time.Parse(time.DateOnly, parts[0])
		if err == nil && wrong == nil && slices.Contains(sayline.VisitKinds, parts[2]) && slices.Contains([]string{sayline.VisitsAtTouchpoint, sayline.VisitsAtPlace, sayline.VisitsAnywhere}, parts[3]) {
			return &sayline.Visits{Day: parts[0], Hour: hour, Kind: parts[2], About: parts[3], Subject: parts[4]}, nil
		}
	}
	return nil, fault("after", "expected the value of next of a page before")
}
