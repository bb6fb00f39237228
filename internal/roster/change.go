package roster

import (
	"net/http"
	"net/url"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/house"
)

// changePage is the data of an override about to be made.
type changePage struct {
	*house.View
	Override      sayline.Override
	Where         string
	Zone          string // of the clock the times are by, where that is not the brand's
	From, Until   string // by the clock at the place
	People        []choice
	Looked        bool // what it does was asked for
	Moves, Holes  []string
	Wrong         string
	Back          string
	Unreachable   bool // who is to take it is reached by an open page only
	Nobody, Added bool
}

// wallLayout is how a browser writes a time by the clock on the wall.
const wallLayout = "2006-01-02T15:04"

// local is a time by the clock at a place.
func local(b *brands.Snapshot, place string, t time.Time) string {
	return t.In(b.ZoneAt(b.Index, place)).Format(wallLayout)
}

// readChange reads an override as the form has it. Its times are by the clock at
// its place.
func readChange(b *brands.Snapshot, q url.Values) sayline.Override {
	o := sayline.Override{Brand: b.ID, Team: q.Get("team"), Place: q.Get("place"), Person: q.Get("person"), Instead: q.Get("instead")}
	switch {
	case o.Instead == "":
		o.Kind = sayline.OverrideAdd
	case o.Person == "":
		o.Kind = sayline.OverrideRemove
	default:
		o.Kind = sayline.OverrideReplace
	}
	zone := b.ZoneAt(b.Index, o.Place)
	if wall, err := time.Parse(wallLayout, q.Get("from")); err == nil {
		o.From = sayline.WallBegins(zone, wall)
	}
	if wall, err := time.Parse(wallLayout, q.Get("until")); err == nil {
		o.Until = sayline.WallEnds(zone, wall)
	}
	return o
}

var errNoPost = sayline.Errorf(sayline.NotFound, "There is no such team or place here any more. Choose in the week what is to change.").Keyed("change_no_post")

// changePage shows the form, and once somebody has chosen, what it would do:
// whose shifts move, and which holes it makes. Nothing is written. Who comes here
// with no stretch chooses one in the week.
func (p *Roster) changePage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	if r.URL.Query().Get("team") == "" {
		http.Redirect(w, r, house.BrandPath(v.Brand.ID, "/roster"), http.StatusSeeOther)
		return nil
	}
	return p.changeForm(w, r, v, r.URL.Query(), http.StatusOK, "")
}

func (p *Roster) changeForm(w http.ResponseWriter, r *http.Request, v *auth.Viewer, q url.Values, status int, wrong string) error {
	page := changePage{View: p.NewView(r, v), Override: readChange(v.Brand, q), From: q.Get("from"), Until: q.Get("until"), Looked: q.Get("look") != "", Wrong: wrong}
	o := &page.Override
	team := v.Brand.Index.Team(o.Team)
	if team == nil || o.Place != "" && v.Brand.Index.Place(o.Place) == nil {
		return errNoPost
	}
	page.Title, page.Where = page.Say("change_title"), page.Names.Team(o.Team, o.Place)
	if zone := v.Brand.ZoneAt(v.Brand.Index, o.Place); zone.String() != page.Now.Location().String() {
		page.Zone = page.Say("week_zone", "zone", zone.String(), "time", page.Now.In(zone).Format("15:04"))
	}
	page.Back = page.Path("/roster")
	if !o.From.IsZero() {
		page.Back += "?week=" + weekName(o.From.In(page.Now.Location()))
	}
	page.People = crew(page.View, o.Team, o.Place)
	if page.Looked {
		if err := p.look(r, &page); err != nil {
			return err
		}
	}
	return p.Render(w, r, status, p.change, page)
}

// crew are who may have a team's duty at a place.
func crew(v *house.View, team, place string) []choice {
	var list []choice
	b := v.Brand()
	for _, person := range b.People {
		if b.WorksAt(b.Index, team, place, person.ID) {
			list = append(list, choice{person.ID, person.Name})
		}
	}
	return list
}

// look finds what the override would do.
func (p *Roster) look(r *http.Request, page *changePage) error {
	v, o := page.Viewer, &page.Override
	if err := o.Validate(v.Brand.Config, v.Brand.Index); err != nil {
		page.Looked, page.Wrong = false, p.Sentence(r, err)
		return nil
	}
	list, err := p.Store.Overrides(r.Context(), v.Brand.ID, page.Now.Add(-around))
	if err != nil {
		return err
	}
	o.At = page.Now
	effect := duty.Compare(v.Brand.Roster, v.Brand.Roster.Overridden(append(list, *o)), later(o.From, page.Now), o.Until)
	for _, m := range effect.Moves {
		page.Moves = append(page.Moves, moveLine(page.View, &m))
	}
	for _, h := range effect.Holes {
		if h.New {
			page.Holes = append(page.Holes, page.Say("change_hole", "post", page.Names.Team(h.Team, h.Place), "time", stretch(page.View, h.Place, h.From, h.Until)))
		}
	}
	page.Unreachable = o.Person != "" && unreachable(v.Brand, o.Person)
	return nil
}

// moveLine says whose shift moves.
func moveLine(v *house.View, m *duty.Move) string {
	before, after := v.Names.Person(m.Before), v.Names.Person(m.After)
	if m.Before == "" {
		before = v.Say("change_nobody")
	}
	if m.After == "" {
		after = v.Say("change_nobody")
	}
	return v.Say("change_move", "before", before, "after", after, "post", v.Names.Team(m.Team, m.Place), "time", stretch(v, m.Place, m.From, m.Until))
}

// makeChange makes the override.
func (p *Roster) makeChange(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	o := readChange(v.Brand, form)
	o.ID, o.By = sayline.NewID(p.Now(), p.Random), v.Person.ID
	if err := o.Validate(v.Brand.Config, v.Brand.Index); err != nil {
		return p.changeForm(w, r, v, form, http.StatusUnprocessableEntity, p.Sentence(r, err))
	}
	if err := p.Store.MakeOverride(r.Context(), o); err != nil {
		return err
	}
	if err := p.Reload(r.Context(), v.Brand.ID); err != nil {
		return err
	}
	week := weekName(o.From.In(v.Brand.Location()))
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/roster?week="+week), "roster_changed")
}

// endChange takes an override back.
func (p *Roster) endChange(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	if err := p.Store.EndOverride(r.Context(), v.Brand.ID, r.PathValue("override"), v.Person.ID); err != nil {
		return err
	}
	if err := p.Reload(r.Context(), v.Brand.ID); err != nil {
		return err
	}
	return house.Done(w, r, house.Back(form.Get("back"), house.BrandPath(v.Brand.ID, "/roster")), "roster_changed")
}
