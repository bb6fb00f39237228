package studio

import (
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/route"
)

// ruleView is a rule as a sentence.
type ruleView struct {
	N           int
	When        []side
	To          string
	Then        []string // how urgently, and by when
	More        []string // what else comes of it, a line each
	Decides     bool     // what is tried
	Missed      *side
	First, Last bool
}

// side is one thing a rule asks, and what a moment had instead.
type side struct{ Field, Want, Got string }

// sentence is rule n, 1 is the first.
func sentence(v *house.View, n int, rule *sayline.Rule) ruleView {
	r := ruleView{N: n, To: v.Names.Team(rule.To, "")}
	for _, a := range route.Asked(&rule.When) {
		r.When = append(r.When, sideOf(v, a))
	}
	if rule.Urgency != "" {
		r.Then = append(r.Then, v.Say("urgency_"+rule.Urgency))
	}
	if rule.Within > 0 {
		r.Then = append(r.Then, v.Say("why_within", "span", v.Span(time.Duration(rule.Within))))
	}
	if rule.Answer > 0 {
		r.Then = append(r.Then, v.Say("rule_answered", "span", v.Span(time.Duration(rule.Answer))))
	}
	more := func(key, name, value string) {
		if value != "" {
			r.More = append(r.More, v.Say(key, name, value))
		}
	}
	more("routes_also", "teams", allNamed(v, rule.Also, func(t string) string { return v.Names.Team(t, "") }))
	if rule.Raise.At > 0 {
		r.More = append(r.More, v.Say("routes_raise", "n", rule.Raise.At, "urgency", v.Say("urgency_"+rule.Raise.To)))
	}
	if len(rule.Raise.Words) > 0 {
		r.More = append(r.More, v.Say("rule_raise_said", "words", strings.Join(rule.Raise.Words, v.Say("list_comma")), "urgency", v.Say("urgency_"+rule.Raise.To)))
	}
	more("rule_gathered_at", "level", rule.GroupAt)
	more("rule_gathered_by", "fields", allNamed(v, rule.GroupBy, func(g string) string { return v.Say("group_" + g) }))
	more("routes_policy", "policy", rule.Policy)
	return r
}

func allNamed(v *house.View, list []string, name func(string) string) string {
	var names []string
	for _, s := range list {
		names = append(names, name(s))
	}
	return strings.Join(names, v.Say("list_comma"))
}

func sideOf(v *house.View, m route.Miss) side {
	var want []string
	for _, value := range m.Want {
		want = append(want, v.FieldValue(m.Field, value))
	}
	got := v.FieldValue(m.Field, m.Got)
	if m.Got == "" || m.Field == "feeling" && m.Got == "0" {
		got = v.Say("routes_nothing")
	}
	return side{v.Field(m.Field), strings.Join(want, " "+v.Say("routes_or")+" "), got}
}

// ruleIn is a rule with the page whose words it is said in.
type ruleIn struct {
	*house.View
	Rule *ruleView
}

// Of puts a rule beside its page.
func (p routesPage) Of(r any) ruleIn { return inPage(p.View, r) }

// Of puts a rule beside its page.
func (p rulePage) Of(r any) ruleIn { return inPage(p.View, r) }

func inPage(v *house.View, r any) ruleIn {
	if rule, ok := r.(ruleView); ok {
		return ruleIn{v, &rule}
	}
	return ruleIn{v, r.(*ruleView)}
}

// picked is a list with the page it stands in.
type picked struct {
	*house.View
	Pick pick
}

// With puts a list beside its page.
func (p rulePage) With(list pick) picked { return picked{p.View, list} }
