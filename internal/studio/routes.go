package studio

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

// routesPage is the brand's route as sentences, a change to look at before it is
// made, and what it would do with a moment.
type routesPage struct {
	*house.View
	Version int
	At      time.Time
	By      string
	Rules   []ruleView
	Rest    string // the team that has everything else
	Tried   []oneOf
	Plan    *plan // a change that is only shown; nil for none
	Try     *try
	Asked   url.Values
	More    bool // of what is tried, more than the usual is given
}

// oneOf is a list of which one is chosen.
type oneOf struct {
	Name, Label string
	None        string // what stands for none of them; "" where one must be
	Options     []tick
	Wrong       string
	More        bool // seldom needed
}

func (s *Studio) routesPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	stored, err := s.Store.Config(r.Context(), v.Brand.ID)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	p := routesPage{View: s.NewView(r, v), Version: stored.Version, At: stored.At, Asked: q}
	p.Room, p.Title, p.Scripts = "studio", p.Say("routes_title"), []string{"routes.js"}
	p.By, p.Rest = p.Names.Person(stored.By), p.Names.Team(v.Brand.CatchAll().To, "")
	p.tried()
	if q.Get("do") != "" {
		if p.Plan, _, err = s.plan(r.Context(), p.View, stored.Config, stored.Version, q); err != nil {
			return err
		}
	}
	if q.Has("try") {
		if p.Try, err = s.try(r.Context(), p.View, q); err != nil {
			return err
		}
	}
	p.sentences(stored.Config.Routes)
	return s.Render(w, r, http.StatusOK, s.routes, p)
}

// tried are the lists a moment to try is made up from.
func (p *routesPage) tried() {
	for _, field := range []string{"touchpoint", "topic", "feeling", "kind", "place", "product", "audience", "source"} {
		all := choices(p.View)
		i := slices.IndexFunc(all, func(c pick) bool { return c.Field == field })
		if i < 0 {
			continue
		}
		c := oneOf{Name: field, Label: p.Say("try_" + field), Options: all[i].Options, None: p.Say("routes_none"), More: !slices.Contains([]string{"touchpoint", "topic", "feeling"}, field)}
		switch {
		case field == "touchpoint":
			c.None = ""
		case c.More:
			c.None = p.Say("try_implied")
		}
		for j := range c.Options {
			c.Options[j].On = c.Options[j].ID == p.Asked.Get(field)
			p.More = p.More || c.More && c.Options[j].On
		}
		p.Tried = append(p.Tried, c)
	}
	p.More = p.More || p.Asked.Get("tier") != "" || p.Asked.Get("lot") != ""
}

// sentences are the rules, each with what came of it where something is tried.
func (p *routesPage) sentences(rules []sayline.Rule) {
	for i := range rules {
		r := sentence(p.View, i+1, &rules[i])
		r.First, r.Last = i == 0, i == len(rules)-1
		if p.Try != nil {
			r.Decides = p.Try.Rule == r.N
			if i < len(p.Try.missed) {
				missed := sideOf(p.View, p.Try.missed[i])
				r.Missed = &missed
			}
		}
		p.Rules = append(p.Rules, r)
	}
}

// rulePage is one rule, all it asks for and all that comes of it, as a form.
type rulePage struct {
	*house.View
	N       int // 0 for a new one
	Base    int
	Picks   []pick
	Tiers   text
	Then    []oneOf // where it leads, and how
	Spans   []span
	Also    pick
	GroupBy pick
	Raise   []text
	RaiseTo oneOf
	GroupAt oneOf
	Place   oneOf // among the rules
	Plan    *plan
}

// text is something typed.
type text struct{ Name, Label, What, Value, Wrong string }

// span is a time that is typed.
type span struct {
	text
	Unit oneOf
}

// rulePage shows a rule to change, or a new one to add; what was asked to change
// stands above it, and what can't be at its field.
func (s *Studio) rulePage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	stored, err := s.Store.Config(r.Context(), v.Brand.ID)
	if err != nil {
		return err
	}
	q, rules := r.URL.Query(), stored.Config.Routes
	p := rulePage{View: s.NewView(r, v), N: number(q.Get("rule")), Base: stored.Version}
	if p.N < 0 || p.N > len(rules) {
		return sayline.Errorf(sayline.NotFound, "There is no such rule.").Keyed("rule_none")
	}
	p.Room, p.Title, p.Scripts = "studio", p.Say("rule_new"), []string{"routes.js"}
	if p.N > 0 {
		p.Title = p.Say("why_rule", "n", p.N)
	}
	form, wrong := q, map[string]string{}
	switch {
	case q.Get("do") != "":
		var ch *change
		if p.Plan, ch, err = s.plan(r.Context(), p.View, stored.Config, stored.Version, q); err != nil {
			return err
		}
		wrong = ch.wrong
		if ch.is > 0 && len(wrong) == 0 { // what was typed by its name is ticked from now on
			form = formOf(&ch.next.Routes[ch.is-1])
			form.Set("position", q.Get("position"))
		}
	case p.N > 0:
		form = formOf(&rules[p.N-1])
	}
	p.fields(form, wrong, len(rules))
	return s.Render(w, r, http.StatusOK, s.rule, p)
}

// saveRoute makes a change that was looked at: a new version, on the one it was
// looked at on.
func (s *Studio) saveRoute(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	stored, err := s.Store.Config(r.Context(), v.Brand.ID)
	if err != nil {
		return err
	}
	base, err := strconv.Atoi(form.Get("base"))
	if err != nil || base != stored.Version {
		return sayline.Errorf(sayline.Conflict, "The route has changed since you looked. Please look at your change again.").Keyed("routes_changed")
	}
	ch := changeOf(s.NewView(r, v), stored.Config, form)
	if len(ch.wrong) > 0 {
		return sayline.Errorf(sayline.AtFault, "This change can't be made. Choose a team, and what the rule is about.").Keyed("routes_wrong")
	}
	if _, err := s.Store.SaveConfig(r.Context(), ch.next, base, v.Person.ID); err != nil {
		return err
	}
	if err := s.Reload(r.Context(), v.Brand.ID); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/routes"), "routed")
}
