package studio

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/sayline/sayline"
)

// fields fills the form of a rule that is one of so many.
func (p *rulePage) fields(form url.Values, wrong map[string]string, rules int) {
	b := p.Brand()
	p.Picks = picks(p.View, form, wrong)
	p.Tiers = text{"tier", p.Field("tier"), p.Say("rule_tier_what"), form.Get("tier"), wrong["tier"]}
	one := func(name, label, none string, options []tick) oneOf {
		c := oneOf{Name: name, Label: label, None: none, Options: options, Wrong: wrong[name]}
		for i := range c.Options {
			c.Options[i].On = c.Options[i].ID == form.Get(name)
		}
		return c
	}
	teams := ids(b.Teams, func(t *sayline.Team) string { return t.ID })
	options := func(list []string, label func(string) string) (all []tick) {
		for _, id := range list {
			all = append(all, tick{ID: id, Label: label(id)})
		}
		return all
	}
	team := func(id string) string { return p.Names.Team(id, "") }
	urgency := func(id string) string { return p.Say("urgency_" + id) }
	p.Then = []oneOf{one("team", p.Say("rule_team"), p.Say("rule_choose"), options(teams, team)), one("urgency", p.Say("rule_urgency"), p.Say("routes_usual"), options(sayline.Urgencies, urgency))}
	policies := ids(b.Policies, func(k *sayline.Policy) string { return k.ID })
	if len(policies) > 0 {
		p.Then = append(p.Then, one("policy", p.Say("rule_policy"), p.Say("rule_policy_usual"), options(policies, func(id string) string { return id })))
	}
	for _, name := range []string{"within", "answer"} {
		p.Spans = append(p.Spans, span{text{name, p.Say("rule_" + name), p.Say("rule_span_what"), form.Get(name), wrong[name]},
			one(name+"_unit", p.Say("rule_unit"), "", options([]string{"m", "h", "d"}, func(id string) string { return p.Say("rule_unit_" + id) }))})
	}
	p.Also = p.ticks("also", p.Say("rule_also"), options(teams, team), form, wrong)
	p.GroupBy = p.ticks("group_by", p.Say("rule_group_by"), options(sayline.GroupFields, func(id string) string { return p.Say("group_" + id) }), form, wrong)
	var levels []string
	for _, at := range b.Places {
		if at.Level != "" && !slices.Contains(levels, at.Level) {
			levels = append(levels, at.Level)
		}
	}
	p.GroupAt = one("group_at", p.Say("rule_group_at"), p.Say("rule_group_at_usual"), options(levels, func(id string) string { return id }))
	p.Raise = []text{{"raise_at", p.Say("rule_raise_at"), p.Say("rule_raise_at_what"), form.Get("raise_at"), wrong["raise_at"]}, {"raise_words", p.Say("rule_raise_words"), p.Say("rule_raise_words_what"), form.Get("raise_words"), wrong["raise_words"]}}
	p.RaiseTo = one("raise_to", p.Say("rule_raise_to"), p.Say("routes_none"), options([]string{sayline.Critical, sayline.Urgent, sayline.Normal}, urgency))
	p.Place = one("position", p.Say("rule_position"), "", p.positions(rules))
	if form.Get("position") == "" {
		at := max(1, p.N)
		p.Place.Options[at-1].On = true
	}
}

// ticks is a list of which some are ticked.
func (p *rulePage) ticks(field, label string, options []tick, form url.Values, wrong map[string]string) pick {
	for i := range options {
		options[i].On = slices.Contains(form[field], options[i].ID)
	}
	return pick{Field: field, Label: label, Options: options, Wrong: wrong[field]}
}

// positions are where a rule may stand among so many.
func (p *rulePage) positions(rules int) []tick {
	last := rules
	if p.N == 0 {
		last++
	}
	var all []tick
	for n := 1; n <= last; n++ {
		o := tick{ID: strconv.Itoa(n), Label: p.Say("rule_at", "n", n)}
		switch n {
		case 1:
			o.Label = p.Say("rule_at_first")
		case last:
			o.Label = p.Say("rule_at_last")
		}
		all = append(all, o)
	}
	return all
}
