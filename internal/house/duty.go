package house

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
)

// Post is a duty somebody may have: their team at their place.
type Post struct {
	Team, Place string
	Label       string
	Mine        bool      // responsible now
	Said        bool      // because they said "I'm on"
	Until       time.Time // end of it; zero when none is known
	Other       string    // who is responsible instead; "" for nobody
}

// Posts are the viewer's duties, in the order of the brand's teams.
func (v *View) Posts() []Post {
	var list []Post
	roster, me := v.Viewer.Brand.Roster, v.Viewer.Person.ID
	for _, t := range v.Viewer.Brand.Teams {
		for _, m := range t.Members {
			if m.Person != me || !slices.Contains(v.Viewer.Teams, t.ID) || slices.ContainsFunc(list, func(p Post) bool { return p.Team == t.ID && p.Place == m.Place }) {
				continue
			}
			p := Post{Team: t.ID, Place: m.Place, Label: v.Names.Team(t.ID, m.Place)}
			found := roster.Who(t.ID, m.Place, v.Now)
			switch {
			case found.Duty() && found.Person == me:
				p.Mine, p.Said = true, found.Source == "on"
				p.Until, _ = roster.Until(t.ID, m.Place, me, v.Now)
			case found.Duty():
				p.Other = v.Names.Person(found.Person)
			}
			list = append(list, p)
		}
	}
	return list
}

// DutyLine says it in one line: until when they are on duty, or that they are
// not; "" for somebody without a team.
func (v *View) DutyLine() string {
	posts := v.Posts()
	if len(posts) == 0 {
		return ""
	}
	var until time.Time
	on := false
	for _, p := range posts {
		if p.Mine {
			on = true
			if !p.Until.IsZero() && (until.IsZero() || p.Until.Before(until)) {
				until = p.Until
			}
		}
	}
	switch {
	case !on:
		return v.Say("duty_off")
	case until.IsZero():
		return v.Say("duty_on")
	}
	return v.Say("duty_on_until", "time", v.At(until))
}

// OnDuty says whether any duty is the viewer's now.
func (v *View) OnDuty() bool {
	return slices.ContainsFunc(v.Posts(), func(p Post) bool { return p.Mine })
}

// Asks counts what colleagues ask that the viewer may take: a shift, or a swap.
func (v *View) Asks() (int, error) {
	b, me := v.Viewer.Brand, v.Viewer.Person.ID
	if len(v.Viewer.Teams) == 0 || v.Viewer.Phone != nil {
		return 0, nil
	}
	swaps, err := v.house.Store.Swaps(v.r.Context(), b.ID, v.Now)
	n := 0
	for _, s := range swaps {
		open := s.State == sayline.SwapAsked && s.Person != me
		if open && (s.Colleague == me || s.Colleague == "" && b.WorksAt(b.Index, s.Team, s.Place, me)) {
			n++
		}
	}
	return n, err
}

// duty records "I'm on" and its end.
func (h *House) duty(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := Form(w, r)
	if err != nil {
		return err
	}
	said, err := h.setDuty(r.Context(), v, form)
	if err != nil {
		return err
	}
	if err := h.Reload(r.Context(), v.Brand.ID); err != nil {
		return err
	}
	return Done(w, r, Back(form.Get("back"), h.Home(v)), said)
}

func (h *House) setDuty(ctx context.Context, v *auth.Viewer, form url.Values) (said string, err error) {
	team, place := form.Get("team"), form.Get("place")
	t := v.Brand.Index.Team(team)
	if t == nil || !slices.Contains(v.Teams, team) || !slices.ContainsFunc(t.Members, func(m sayline.Membership) bool { return m.Person == v.Person.ID && m.Place == place }) {
		return "", sayline.Errorf(sayline.NotFound, "That is no duty of yours.")
	}
	now := h.Now()
	d := sayline.OnDuty{Brand: v.Brand.ID, ID: sayline.NewID(now, h.Random), Team: team, Place: place, Person: v.Person.ID, From: now, Until: now.Add(sayline.DutyLength)}
	if end, on := v.Brand.Roster.ShiftUntil(team, place, v.Person.ID, now); on {
		d.Until = end // "I'm on" lasts as long as the shift it falls into
	}
	if form.Get("on") == "" {
		return "off_duty", h.Store.GoOff(ctx, d)
	}
	return "on_duty", h.Store.GoOn(ctx, d)
}
