package atlas

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// opportunity is one as a page shows it: kept, or proposed by its source only.
type opportunity struct {
	sayline.Opportunity
	Key            string // tells it from the others of a page
	Name           string // of its touchpoint
	Says           string // what it is
	Lang, Dir      string // of that; "" for the reader's own
	From, FromPath string // what proposes it, and where that is; "" for nowhere
	Team           string
	Day            string // by when, or when it was done
	Late           bool
	Effect         *shownEffect
}

// shownEffect is what came of what was done, in words.
type shownEffect struct {
	Says, Windows string
	Better, Worse bool // clearly
}

// opportunities are those of some touchpoints: what is kept first, the newest
// first, then what sources propose and nobody has decided on.
func (a *Atlas) opportunities(ctx context.Context, p *mapPage, at []*sayline.Touchpoint, ideas []*sayline.Moment) ([]opportunity, error) {
	kept, err := a.Store.Opportunities(ctx, p.Brand().ID)
	if err != nil {
		return nil, err
	}
	shown := map[string]bool{}
	for _, t := range at {
		shown[t.ID] = true
	}
	decided := map[[3]string]bool{}
	came := a.effects(p.Brand())
	var list []opportunity
	for _, k := range kept {
		decided[[3]string{k.Touchpoint, k.Source, k.Ref}] = true
		if !shown[k.Touchpoint] {
			continue
		}
		o := opportunity{Opportunity: k, Key: k.ID}
		if err := a.sourced(ctx, p, &o); err != nil {
			return nil, err
		}
		if k.State == sayline.Done {
			e, err := came.of(ctx, k.Touchpoint, k.DoneAt)
			if err != nil {
				return nil, err
			}
			o.Effect = p.effect(e)
		}
		list = append(list, p.told(o))
	}
	is := func(touchpoint, source, ref string) bool { return decided[[3]string{touchpoint, source, ref}] }
	for _, x := range proposals(p.Brand(), p.picture, at, ideas, is) {
		o := opportunity{Opportunity: sayline.Opportunity{Touchpoint: x.Touchpoint, Source: x.Source, Ref: x.Ref, State: sayline.Proposed}, Key: strings.Join([]string{x.Touchpoint, x.Source, x.Ref}, "-")}
		p.says(&o, x)
		list = append(list, p.told(o))
	}
	return list, nil
}

// sourced finds again what proposed an opportunity that is kept, and says it as it is now.
func (a *Atlas) sourced(ctx context.Context, p *mapPage, o *opportunity) error {
	x := proposed{Touchpoint: o.Touchpoint, Source: o.Source, Ref: o.Ref}
	switch o.Source {
	case sayline.FromTrade:
		for _, list := range lists { // whatever the brand does by now
			if i := slices.IndexFunc(list, func(t *typical) bool { return t.ID == o.Ref }); i >= 0 {
				x.Typical = list[i]
				break
			}
		}
	case sayline.FromBest:
		if t := p.Brand().Index.Touchpoint(o.Ref); t != nil && t.Lane == "" {
			x.Best = t
		}
	case sayline.FromIdea:
		m, err := a.Store.Moment(ctx, p.Brand().ID, o.Ref)
		switch {
		case sayline.KindOf(err) == sayline.NotFound || sayline.KindOf(err) == sayline.Gone: // its author took it back
		case err != nil:
			return err
		case m.Lane == "" && !guards(p.Brand(), m):
			x.Idea = m
		}
	}
	p.says(o, x)
	return nil
}

// says puts a source's words on an opportunity, as they are today.
func (p *mapPage) says(o *opportunity, x proposed) {
	switch {
	case x.Typical != nil:
		o.Says = p.Say("map_opp_says_trade", "words", x.Typical.in(p.View, x.Typical.Promise))
		o.From, o.FromPath = p.Say("map_opp_from_trade", "name", x.Typical.in(p.View, x.Typical.Name)), p.Path("/map/finder")
	case x.Best != nil:
		o.Says = p.Say("map_opp_says_best", "words", p.Names.Text(does(x.Best)))
		o.From, o.FromPath = p.fromBest(o.Touchpoint, x.Best.ID), p.Path("/map?t="+x.Best.ID)
	case x.Idea != nil:
		q := newQuote(p.View, x.Idea)
		o.Says, o.Lang, o.Dir = p.Say("quoted", "words", q.Words), q.Lang, q.Dir
		o.From, o.FromPath = p.Say("map_opp_from_idea", "time", q.Time), p.Path("/pulse/moments/"+q.ID)
		if x.N > 1 {
			o.From = p.Count("map_opp_from_ideas", x.N, "time", q.Time)
		}
	case o.Source == sayline.FromUs:
		o.From = p.Say("map_opp_from_own", "name", p.Names.Person(o.By), "time", p.At(o.At))
	default:
		o.Says, o.From = p.Say("map_opp_gone"), p.Say("map_opp_source_"+o.Source)
	}
	if o.Text != "" {
		o.Says, o.Lang, o.Dir = o.Text, "", "auto"
	}
}

// fromBest names the touchpoint that does it better, with both scores where
// enough said how it feels.
func (p *mapPage) fromBest(here, there string) string {
	f, g := p.picture.at[here], p.picture.at[there]
	if !f.enough() || !g.enough() {
		return p.Say("map_opp_from_best", "name", p.Names.Touchpoint(there))
	}
	low, _ := f.Of100()
	high, _ := g.Of100()
	return p.Say("map_opp_from_best_of", "name", p.Names.Touchpoint(there), "there", p.Num(int64(high+0.5)), "here", p.Num(int64(low+0.5)))
}

// told puts names and days on an opportunity.
func (p *mapPage) told(o opportunity) opportunity {
	o.Name = p.Names.Touchpoint(o.Touchpoint)
	if o.Owner != "" {
		o.Team = p.Names.Team(o.Owner, "")
	}
	switch {
	case o.State == sayline.Done:
		o.Day = p.Say("map_opp_done_on", "day", p.Day(o.DoneAt))
	case o.Due != "":
		due, err := time.ParseInLocation(time.DateOnly, o.Due, p.Brand().Location())
		if err != nil {
			return o
		}
		o.Late = o.State == sayline.Planned && !dayAfter(due, 1).After(p.Now)
		key := "map_opp_by_day"
		if o.Late {
			key = "map_opp_late"
		}
		o.Day = p.Say(key, "day", p.Day(due))
	}
	return o
}

// effect says what came of what was done: how it felt in both windows, and by
// how much that rose, with its interval; or that it can't be told yet.
func (p *mapPage) effect(e effect) *shownEffect {
	switch {
	case e.Days == 0:
		return &shownEffect{Says: p.Say("map_opp_soon")}
	case !e.enough():
		return &shownEffect{Says: p.Say("map_opp_few"), Windows: p.Count("map_opp_windows", e.Days)}
	}
	before, _ := e.Before.Of100()
	after, _ := e.After.Of100()
	rose, half := e.change()
	out := &shownEffect{Windows: p.Count("map_opp_windows", e.Days), Better: rose-half > 0, Worse: rose+half < 0}
	key := "map_opp_same"
	if out.Better {
		key = "map_opp_better"
	} else if out.Worse {
		key = "map_opp_worse"
	}
	out.Says = p.Say(key, "before", p.Num(round(before)), "after", p.Num(round(after)), "rose", p.Signed(round(rose)), "low", p.Signed(round(rose-half)), "high", p.Signed(round(rose+half)),
		"n", p.Num(e.Before.Felt()), "m", p.Num(e.After.Felt()))
	return out
}

// inOrder puts what is to be done soonest first within each state.
func inOrder(list []opportunity) {
	slices.SortStableFunc(list, func(x, y opportunity) int {
		if x.State == sayline.Planned && y.State == sayline.Planned {
			return strings.Compare(x.Due, y.Due)
		}
		return cmp.Compare(slices.Index(sayline.OpportunityStates, x.State), slices.Index(sayline.OpportunityStates, y.State))
	})
}

// oppView is an opportunity with the page it stands on.
type oppView struct {
	*mapPage
	O opportunity
}

// Opp puts an opportunity on the page.
func (p *mapPage) Opp(o opportunity) oppView { return oppView{p, o} }

// Can says whether somebody may bring an opportunity to a state from its own.
func (v oppView) Can(state string) bool {
	return v.mapPage.May && (slices.Contains(v.O.Next(), state) || v.O.State == sayline.Proposed && state == sayline.Planned)
}

// Teams are those of the brand, the one that plans it chosen: the touchpoint's
// owner where nobody does.
func (v oppView) Teams() []choice {
	owner := v.O.Owner
	if t := v.Brand().Index.Touchpoint(v.O.Touchpoint); owner == "" && t != nil {
		owner = t.Owner
	}
	return Chosen(v.Choices.Teams, owner)
}

// Action is where what is decided goes.
func (v oppView) Action() string {
	if v.O.ID == "" {
		return v.Path("/map/at/" + v.O.Touchpoint + "/opportunities")
	}
	return v.Path("/map/opportunities/" + v.O.ID)
}

// oppsPage is the data of the list of a brand's opportunities.
type oppsPage struct {
	*mapPage
	Groups []oppGroup
	Owner  string
	Owners []choice
	Total  int
}

// oppGroup are those in one state.
type oppGroup struct {
	State string
	List  []opportunity
}

// Tab says whether one of the ways to look is this page's.
func (p oppsPage) Tab(name string) bool { return name == "opps" }

// group keeps those of one team, or all, by state.
func (p *oppsPage) group(list []opportunity) {
	inOrder(list)
	p.Owners = Chosen(p.Choices.Teams, p.Owner)
	for _, state := range sayline.OpportunityStates {
		g := oppGroup{State: state}
		for _, o := range list {
			t := p.Brand().Index.Touchpoint(o.Touchpoint)
			if o.State == state && (p.Owner == "" || cmp.Or(o.Owner, t.Owner) == p.Owner) {
				g.List = append(g.List, o)
			}
		}
		if len(g.List) > 0 {
			p.Groups = append(p.Groups, g)
			p.Total += len(g.List)
		}
	}
}

func round(f float64) int64 {
	if f < 0 {
		return -int64(-f + 0.5)
	}
	return int64(f + 0.5)
}
