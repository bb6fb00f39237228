package desk

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/intake"
)

// sayPage is where a member taps for a guest who said it aloud.
type sayPage struct {
	*house.View
	Search string
	Ways   []sayWay
}

// sayWay is one touchpoint's screen, opened as the member who passes it on.
type sayWay struct{ Name, Place, Address string }

// sayPage lists the screens, those at the member's own places first; to another
// company only those its cases are from. The second tap opens one.
func (d *Desk) sayPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	p := sayPage{View: d.NewView(r, v), Search: strings.TrimSpace(r.URL.Query().Get("q"))}
	p.Room, p.Title = "desk", p.Say("say_for")
	pass := intake.Pass(d.Store.ServerKey(), v.Brand.ID, v.Person.ID, d.Now().Add(intake.PassFor))
	known, err := d.carried(r.Context(), v)
	if err != nil {
		return err
	}
	type placed struct {
		sayWay
		near int
	}
	var list []placed
	for i := range v.Brand.Touchpoints {
		t := &v.Brand.Touchpoints[i]
		name, place := p.Names.Touchpoint(t.ID), p.Names.Place(t.Place)
		if !v.SeesLane(t.Lane) || known != nil && !known.Touchpoints[t.ID] || !strings.Contains(strings.ToLower(name+" "+place), strings.ToLower(p.Search)) {
			continue
		}
		near := 1
		if v.At(t.Place) {
			near = 0
		}
		list = append(list, placed{sayWay{name, place, d.TouchAddress(r, v.Brand, t.ID) + "?staff#staff=" + pass}, near})
	}
	slices.SortStableFunc(list, func(a, b placed) int { return cmp.Compare(a.near, b.near) })
	for _, way := range list {
		p.Ways = append(p.Ways, way.sayWay)
	}
	w.Header().Set("Cache-Control", "no-store")
	return d.Render(w, r, http.StatusOK, d.sayPages, p)
}

// passedBy says who passed a moment on, by role: the member's team. A source
// that nobody proved says so.
func passedBy(v *house.View, by, source string) string {
	b := v.Viewer.Brand
	if id, ok := strings.CutPrefix(by, "person:"); ok {
		for _, t := range b.Teams {
			for _, m := range t.Members {
				if m.Person == id {
					return v.Say("passed_by", "who", v.Names.Team(t.ID, m.Place))
				}
			}
		}
		return v.Say("passed_by", "who", b.Name)
	}
	if name, ok := strings.CutPrefix(by, "relay:"); ok {
		return v.Say("passed_through", "name", name)
	}
	if source == "staff" || source == "relay" {
		return v.Say("passed_unproved")
	}
	return ""
}
