package atlas

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

// mapPage is the data of the map.
type mapPage struct {
	*house.View
	Query    query
	Columns  []column
	Rows     []row
	Coverage coverage
	Flags    []flag
	Todo     int // gaps
	None     bool
	Empty    bool // nothing but the front door is there yet
	May      bool // change something
	Panel    *panel
	Version  int
	Choices  choices
	Listed   bool // opportunities stand here with the names of their touchpoints

	Snapshots []choice // to compare with

	picture *picture
}

// column is a stage or a channel.
type column struct{ ID, Name string }

// row is an audience with its touchpoints, by column.
type row struct {
	ID, Name string
	Cells    []cell
	N        int
}

type cell struct {
	Column column
	Cards  []card
}

// card is a touchpoint on the map.
type card struct {
	ID, Name, Where string
	Stage, Channel  string
	Audience        string
	Silent, Private bool
	Meant, Face     int // faces; 0 for none
	N               string
	Score           string // of 100; "" where too few said
	Worse           bool
	Word            string // how it is meant to feel
	Share           string // of those who chose a chip for how it felt: of the intended one
	Owner           string
	Message         string
	Here            bool   // its panel is open
	Diff            string // of the score, against a snapshot
	Rose, Fell      bool   // clearly
	New             bool
}

// flag is something the map can be narrowed to.
type flag struct {
	ID, Name string
	N        int
	On       bool
	Path     string
}

func (a *Atlas) page(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	p, err := a.board(r.Context(), a.NewView(r, v), parseQuery(r.URL.Query(), v.Brand))
	if err != nil {
		return err
	}
	if err := a.against(r.Context(), p); err != nil {
		return err
	}
	if p.Query.Touchpoint != "" {
		if p.Panel, err = a.panel(r, p); err != nil {
			return err
		}
	}
	p.Room, p.Title, p.Scripts = "map", p.Say("nav_map"), []string{"map.js"}
	if p.Panel != nil {
		p.Title = p.Panel.Name
	}
	p.Stream = p.Path("/map/live")
	return a.Render(w, r, http.StatusOK, a.pages, p)
}

// board reads the map as a viewer may see it.
func (a *Atlas) board(ctx context.Context, view *house.View, q query) (*mapPage, error) {
	b, v := view.Brand(), view.Viewer
	pic, err := a.read(ctx, b, q.Days)
	if err != nil {
		return nil, err
	}
	p := &mapPage{View: view, Query: q, May: v.MayLead(), Version: b.Version, picture: pic}
	p.Columns = columns(view, q.By)
	var shown []*sayline.Touchpoint
	for i := range b.Touchpoints {
		t := &b.Touchpoints[i]
		if !sees(v, t) {
			continue
		}
		gaps := gapsOf(t, pic.at[t.ID])
		p.Coverage.add(t, pic.at[t.ID])
		if q.wants(view, t, gaps) {
			shown = append(shown, t)
		}
	}
	p.Empty = p.Coverage.Touchpoints <= 1
	p.rows(shown)
	p.None = len(shown) == 0
	p.flags()
	p.Choices = newChoices(view)
	return p, nil
}

// wants says whether a touchpoint is one of those asked for.
func (q query) wants(view *house.View, t *sayline.Touchpoint, gaps []string) bool {
	if q.Show != "" && !slices.Contains(gaps, q.Show) || q.Audience != "" && !meets(t, q.Audience) {
		return false
	}
	text := strings.ToLower(strings.Join([]string{view.Names.Touchpoint(t.ID), view.Names.Place(t.Place), view.Names.Product(t.Product), t.ID,
		view.Names.Text(t.Purpose), view.Names.Text(t.Promise), view.Names.Text(t.Feeling)}, " "))
	return strings.Contains(text, strings.ToLower(q.Search))
}

// meets says whether an audience meets the brand at a touchpoint.
func meets(t *sayline.Touchpoint, audience string) bool {
	return t.Audience() == audience || slices.Contains(t.Audiences, audience)
}

// columns are all stages, or the channels that are used.
func columns(view *house.View, by string) []column {
	var list []column
	if by == byStage {
		for _, id := range sayline.Stages {
			list = append(list, column{id, view.Say("stage_" + id)})
		}
		return list
	}
	for _, id := range sayline.Channels {
		if slices.ContainsFunc(view.Brand().Touchpoints, func(t sayline.Touchpoint) bool { return t.Channel == id }) {
			list = append(list, column{id, view.Say("channel_" + id)})
		}
	}
	return list
}

// rows puts touchpoints under who is assumed to speak there. Audiences with
// nothing are shown while nothing is filtered: they are gaps too.
func (p *mapPage) rows(shown []*sayline.Touchpoint) {
	filtered := p.Query.Show != "" || p.Query.Search != "" || p.Query.Audience != ""
	for _, id := range audiencesOf(p.Brand().Config) {
		r := row{ID: id, Name: audienceName(p.View, id)}
		for _, c := range p.Columns {
			cl := cell{Column: c}
			for _, t := range shown {
				if t.Audience() == id && p.Query.column(t) == c.ID {
					cl.Cards = append(cl.Cards, p.card(t))
					r.N++
				}
			}
			r.Cells = append(r.Cells, cl)
		}
		if r.N > 0 || !filtered {
			p.Rows = append(p.Rows, r)
		}
	}
}

// column is where a touchpoint stands.
func (q query) column(t *sayline.Touchpoint) string {
	if q.By == byChannel {
		return t.Channel
	}
	return t.Stage
}

// audiencesOf are the standard audiences, then those the brand adds.
func audiencesOf(c *sayline.Config) []string {
	list := slices.Clone(sayline.StandardAudiences)
	for _, x := range c.Audiences {
		if !slices.Contains(list, x.ID) {
			list = append(list, x.ID)
		}
	}
	return list
}

// audienceName is many of an audience: "Employees".
func audienceName(view *house.View, id string) string {
	if a := view.Brand().Index.Audience(id); a != nil && !a.Label.Empty() {
		return view.Names.Text(a.Label)
	}
	if key := "audiences_" + id; view.Has(key) {
		return view.Say(key)
	}
	return id
}

func (p *mapPage) card(t *sayline.Touchpoint) card {
	f := p.picture.at[t.ID]
	c := card{ID: t.ID, Name: p.Names.Touchpoint(t.ID), Where: p.Names.Place(t.Place), Stage: t.Stage, Channel: t.Channel, Audience: t.Audience(), Silent: t.Silent, Private: t.Lane != "",
		Meant: t.Meant(), Word: p.Names.Text(t.Feeling), Message: t.Message, Here: p.Query.Touchpoint == t.ID}
	if t.Owner != "" {
		c.Owner = p.Names.Team(t.Owner, "")
	}
	if c.Private {
		return c
	}
	c.N, c.Worse = p.Num(f.N), f.worse(t.Meant())
	if f.enough() {
		mean, _ := f.Of100()
		c.Face, c.Score = f.face(), p.Num(int64(mean+0.5))
	}
	if share, ok := f.share(); ok {
		c.Share = p.Percent(share)
	}
	return c
}

// flags are what the map can be narrowed to, with how many there are.
func (p *mapPage) flags() {
	for _, id := range shows {
		n := p.Coverage.Gaps[id]
		if id != contradicts {
			p.Todo += n
		}
		if n == 0 && p.Query.Show != id {
			continue
		}
		to := id
		if p.Query.Show == id {
			to = ""
		}
		p.Flags = append(p.Flags, flag{id, p.Count("map_flag_"+id, n), n, p.Query.Show == id, p.Link("show", to)})
	}
	p.Todo += p.Coverage.Gaps[contradicts]
}

// Link is the page with one thing else.
func (p *mapPage) Link(what, value string) string {
	return p.Path("/map") + p.Query.With(what, value).String()
}

// Periods are how many days the map can look back.
func (p *mapPage) Periods() []choice {
	var list []choice
	for _, n := range slices.Sorted(slices.Values(periods)) {
		id := strconv.Itoa(n)
		list = append(list, choice{id, p.Count("span_days", n), n == p.Query.Days})
	}
	return list
}

// Ring is how far the ring of the score goes, of 100.
func (p *mapPage) Ring() string { return strconv.Itoa(int(p.Coverage.Score()*100 + 0.5)) }

// choice is something to choose.
type choice struct {
	ID, Name string
	On       bool
}

// choices are what a touchpoint can be given.
type choices struct{ Stages, Channels, Audiences, Teams, Topics []choice }

func newChoices(view *house.View) choices {
	var c choices
	b := view.Brand()
	for _, id := range sayline.Stages {
		c.Stages = append(c.Stages, choice{ID: id, Name: view.Say("stage_" + id)})
	}
	for _, id := range sayline.Channels {
		c.Channels = append(c.Channels, choice{ID: id, Name: view.Say("channel_" + id)})
	}
	for _, id := range audiencesOf(b.Config) {
		c.Audiences = append(c.Audiences, choice{ID: id, Name: audienceName(view, id)})
	}
	for _, t := range b.Teams {
		c.Teams = append(c.Teams, choice{ID: t.ID, Name: view.Names.Team(t.ID, "")})
	}
	for _, t := range b.Topics {
		if t.Lane == "" {
			c.Topics = append(c.Topics, choice{ID: t.ID, Name: view.Names.Topic(t.ID)})
		}
	}
	byName := func(x, y choice) int { return cmp.Compare(x.Name, y.Name) }
	slices.SortFunc(c.Teams, byName)
	slices.SortFunc(c.Topics, byName)
	return c
}

// Chosen is a list of choices with one chosen.
func Chosen(list []choice, id string) []choice {
	list = slices.Clone(list)
	for i := range list {
		list[i].On = list[i].ID == id
	}
	return list
}

// cardView is a card with the page it stands on.
type cardView struct {
	*mapPage
	Card card
}

// On puts a card on the page.
func (p *mapPage) On(c card) cardView { return cardView{p, c} }

// Tab says whether one of the ways to look is this page's.
func (p *mapPage) Tab(name string) bool { return name == p.Query.By }

// Tab says whether one of the ways to look is this page's.
func (p todoPage) Tab(name string) bool { return name == "todo" }

// Num64 writes a whole number.
func (p *mapPage) Num64(n int) string { return p.Num(int64(n)) }
