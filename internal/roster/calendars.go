package roster

import (
	"net/http"
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/feeds"
	"github.com/sayline/sayline/internal/house"
)

// address is a calendar that goes out: its secret address, to be copied, and
// where it is revoked.
type address struct {
	Text, Done, Say string // as the button that copies it wants them
	Revoke          string
}

// address is the calendar of a person or a team.
func (p *Roster) address(r *http.Request, v *house.View, noun, id string) (*address, error) {
	brand := v.Viewer.Brand.ID
	n, err := p.Store.FeedNumber(r.Context(), brand, noun, id)
	if err != nil {
		return nil, err
	}
	return &address{Text: p.Operator(r) + feeds.Address(p.Store.ServerKey(), brand, noun, id, n), Done: v.Say("way_copied"), Say: v.Say("way_copy"),
		Revoke: v.Path("/roster/calendar/" + noun + "/" + id + "/revoke")}, nil
}

// revokeAddress gives a calendar another address: a person's own, or a team's by
// who leads.
func (p *Roster) revokeAddress(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	noun, id := r.PathValue("noun"), r.PathValue("id")
	back := "/roster/mine"
	switch {
	case noun == feeds.OfPerson && id == v.Person.ID:
	case noun == feeds.OfTeam && v.MayLead() && v.Brand.Index.Team(id) != nil:
		back = "/roster?team=" + id
	default:
		return sayline.Errorf(sayline.NotFound, "There is no such calendar here.")
	}
	if err := p.Store.RevokeFeed(r.Context(), v.Brand.ID, noun, id); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, back), "calendar_revoked")
}

// kept is a calendar kept elsewhere, and what is wrong with it.
type kept struct {
	ID, Post string
	Good     string // when it was last read; "" for never
	Wrong    string // why it can't be read now; "" when it can
	Unused   []string
}

// calendars are those kept elsewhere whose rows are shown.
func (p *Roster) calendars(r *http.Request, page *weekPage) error {
	b := page.Viewer.Brand
	if !page.Lead || len(b.Calendars) == 0 {
		return nil
	}
	copies, err := p.Store.Calendars(r.Context(), b.ID)
	if err != nil {
		return err
	}
	for _, c := range b.Calendars {
		if page.Team != "" && page.Team != c.Team {
			continue
		}
		k := kept{ID: c.ID, Post: page.Names.Team(c.Team, c.Place)}
		if i := slices.IndexFunc(copies, func(x sayline.CalendarCopy) bool { return x.ID == c.ID && x.URL == c.URL }); i >= 0 {
			if !copies[i].GoodAt.IsZero() {
				k.Good = page.At(copies[i].GoodAt)
			}
			if !copies[i].FailingAt.IsZero() {
				k.Wrong = house.Join(" ", page.Say("calendar_failing", "time", page.At(copies[i].FailingAt)), said(page.View, copies[i].Trouble))
			}
		}
		for _, t := range b.Unfed[c.ID] {
			when := t.Summary
			if !t.At.IsZero() {
				when = house.Join(" · ", t.Summary, page.At(t.At))
			}
			k.Unused = append(k.Unused, house.Join(": ", when, said(page.View, t.Key)))
		}
		page.Kept = append(page.Kept, k)
	}
	return nil
}

// said is a sentence by its key; what is none is said as it is.
func said(v *house.View, key string) string {
	if v.Has(key) {
		return v.Say(key)
	}
	return key
}
