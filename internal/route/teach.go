package route

import (
	"slices"

	"github.com/sayline/sayline"
)

// Lesson is what people teach a route by handing cases over: a topic (or, where
// there is none, a kind) at a touchpoint belongs to another team.
type Lesson struct {
	From, To, Topic, Kind, Touchpoint string
}

// DecidedBy is the number of the rule that decides for what a lesson is about
// now, 0 for the catch-all; ok is false when that is no longer the lesson's team.
func (r *Router) DecidedBy(l Lesson) (n int, ok bool) {
	m := &sayline.Moment{Topic: l.Topic, Kind: l.Kind, Feeling: usualFace(l.Kind), Context: sayline.Context{Touchpoint: l.Touchpoint}}
	r.Place(m)
	d := r.Decide(m)
	return d.Rule, d.Team == l.From
}

func usualFace(kind string) int {
	switch kind {
	case "problem":
		return 2
	case "praise":
		return 5
	}
	return 0
}

// Teach gives the rules a brand has once it has taken a lesson: the rule that
// decides is changed where it speaks of nothing else, else a rule like it stands
// before it, for this topic or kind at this touchpoint alone. Every other moment
// is decided as before. nil when there is nothing to teach any more.
func (r *Router) Teach(l Lesson) []sayline.Rule {
	n, ok := r.DecidedBy(l)
	if !ok || l.Touchpoint == "" || l.From == l.To {
		return nil
	}
	rule, at := r.config.CatchAll(), len(r.config.Routes)
	if n == 0 {
		rule.Urgency = "" // what a rule without one means is what the catch-all does
	} else {
		rule, at = r.config.Routes[n-1], n-1
	}
	before := rule.When
	rule.To = l.To
	rule.When.Touchpoints = []string{l.Touchpoint}
	if l.Topic != "" {
		rule.When.Topics = []string{l.Topic}
	} else {
		rule.When.Kinds = []string{l.Kind}
	}
	rules := slices.Clone(r.config.Routes)
	if n > 0 && slices.Equal(before.Topics, rule.When.Topics) && slices.Equal(before.Touchpoints, rule.When.Touchpoints) && slices.Equal(before.Kinds, rule.When.Kinds) {
		rules[at] = rule
		return rules
	}
	return slices.Insert(rules, at, rule)
}
