package atlas

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

// todoPage is the data of what is to be done: the gaps, by who answers for them.
type todoPage struct {
	*mapPage
	Owners []owner
}

// owner is a team, or nobody, with its gaps.
type owner struct {
	Name  string // "" for nobody
	Gaps  []gapLine
	Worst int
}

// gapLine is a gap of one touchpoint.
type gapLine struct {
	Gap, Path, Name, Where string
}

func (a *Atlas) todoPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	p, err := a.board(r.Context(), a.NewView(r, v), parseQuery(r.URL.Query(), v.Brand))
	if err != nil {
		return err
	}
	p.Room, p.Title, p.Scripts = "map", p.Say("map_todo_title"), []string{"map.js"}
	page := todoPage{mapPage: p}
	by := map[string][]gapLine{}
	for i := range v.Brand.Touchpoints {
		t := &v.Brand.Touchpoints[i]
		if !sees(v, t) {
			continue
		}
		for _, gap := range gapsOf(t, p.picture.at[t.ID]) {
			by[t.Owner] = append(by[t.Owner], gapLine{gap, p.Link("t", t.ID), p.Names.Touchpoint(t.ID), house.Join(" · ", p.Names.Place(t.Place), audienceName(p.View, t.Audience()))})
		}
	}
	if err := a.siteGaps(r, p, by); err != nil {
		return err
	}
	for id, gaps := range by {
		page.Owners = append(page.Owners, newOwner(p, id, gaps))
	}
	slices.SortFunc(page.Owners, func(a, b owner) int { return strings.Compare(a.Name, b.Name) })
	return a.Render(w, r, http.StatusOK, a.todo, page)
}

// newOwner puts a team's gaps in order: the worst kind first.
func newOwner(p *mapPage, id string, gaps []gapLine) owner {
	order := []string{gapFelt, contradicts, gapVoice, gapOwner, gapPromise, gapOld, gapNoWay}
	slices.SortStableFunc(gaps, func(a, b gapLine) int { return slices.Index(order, a.Gap) - slices.Index(order, b.Gap) })
	o := owner{Gaps: gaps}
	if id != "" {
		o.Name = p.Names.Team(id, "")
	}
	for _, g := range gaps {
		if g.Gap == gapFelt || g.Gap == contradicts {
			o.Worst++
		}
	}
	return o
}

// Gaps of a page of the brand's own site.
const (
	gapOld   = "old"   // unchanged for two years
	gapNoWay = "noway" // nothing leads to the touch screen
)

// siteGaps adds what is to be done about pages of the brand's own site that a
// team looks after; the others stand in their own list until they are somebody's.
func (a *Atlas) siteGaps(r *http.Request, p *mapPage, by map[string][]gapLine) error {
	list, err := a.Store.SitePages(r.Context(), p.Brand().ID)
	if err != nil {
		return err
	}
	for _, x := range list {
		l := gapLine{Gap: gapNoWay, Path: p.Path("/map/site"), Name: cmp.Or(x.Title, x.URL), Where: x.URL}
		if x.Old(p.Now) {
			l.Gap = gapOld
		}
		if x.Owner != "" && !x.Dealt && (x.Old(p.Now) || x.NoWayIn()) {
			by[x.Owner] = append(by[x.Owner], l)
		}
	}
	return nil
}
