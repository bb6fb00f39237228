package desk

import (
	"cmp"
	"context"
	"net/url"
	"reflect"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// why says why a case is here: the rule, what matched, whom it asked for; and,
// for who asks further, of when the rule is, what it is today, and what was
// decided before.
type why struct {
	Rule    string // "Rule 3", or that no rule matched
	Facts   []fact
	Team    string
	Urgency string
	Within  string
	Version string   // of the rules, with its date and by whom
	Today   string   // whether it would be decided so today
	Before  []string // decisions that were replaced, the first first
	Try     string   // address where it can be tried; "" for who may not
	Mine    bool     // the viewer is responsible now
	OnDuty  string
}

// fact is one thing that matched, in people's words.
type fact struct{ Field, Value string }

// why explains the decision in force for a moment of the case.
func (d *Desk) why(ctx context.Context, v *house.View, w *work, m *sayline.Moment) (why, error) {
	y := why{Team: v.Names.Team(w.Team, w.Place), Urgency: v.Say("urgency_" + cmp.Or(w.Urgency, sayline.Normal))}
	if m.Decision.Within > 0 {
		y.Within = v.Say("why_within", "span", v.Span(m.Decision.Within))
	}
	on := v.Viewer.Brand.Roster.Who(w.Team, w.Place, v.Now)
	y.Mine = on.Person == v.Viewer.Person.ID
	if on.Person != "" {
		y.OnDuty = v.Names.Person(on.Person)
	}
	before, err := d.Store.DecisionsBefore(ctx, w.Brand, m.ID)
	if err != nil {
		return y, err
	}
	y.decided(v, m, before)
	if v.Viewer.Outside { // whose rules these are is not another company's to read
		y.Version = v.Say("why_version", "n", m.Decision.Version)
		return y, nil
	}
	for _, b := range before {
		y.Before = append(y.Before, w.before(v, b))
	}
	if v.Viewer.MaySetUp() {
		y.Try = v.Path("/routes?") + url.Values{"try": {"1"}, "ref": {m.Reference}}.Encode() + "#tried"
	}
	return y, d.versions(ctx, v, w, &y, m, len(before) > 0 && before[len(before)-1].By != "")
}

// decided says by what: a rule, or whoever moved it since.
func (y *why) decided(v *house.View, m *sayline.Moment, before []store.DecisionBefore) {
	d := &m.Decision
	if n := len(before); n > 0 && before[n-1].Team != d.Team && before[n-1].By != "" {
		if y.Rule = v.Say("why_gathered"); before[n-1].By != store.ByAlarm {
			y.Rule = v.Say("why_given", "name", v.Names.Person(before[n-1].By))
		}
		return
	}
	switch {
	case d.Rule > 0:
		y.Rule = v.Say("why_rule", "n", d.Rule)
	case d.Rule == 0:
		y.Rule = v.Say("why_catch_all")
	default:
		y.Rule = v.Say("why_undecided")
	}
	for _, f := range d.Facts {
		y.Facts = append(y.Facts, fact{v.Field(f.Field), v.FieldValue(f.Field, f.Value)})
	}
}

// ruleName is a rule by its number in a sentence; 0 is the catch-all.
func ruleName(v *house.View, n int) string {
	if n > 0 {
		return v.Say("why_rule", "n", n)
	}
	return v.Say("why_rest")
}

// before is a decision that was replaced, until when, and by what.
func (w *work) before(v *house.View, b store.DecisionBefore) string {
	key, name := "why_before_moved", v.Names.Person(b.By)
	switch b.By {
	case "":
		key = "why_before_author"
	case store.ByAlarm:
		key = "why_before_alarm"
	}
	return v.Say(key, "time", w.time(v, b.At), "rule", ruleName(v, b.Rule), "team", v.Names.Team(b.Team, ""), "name", name)
}

// versions says of when the rules are that decided, and whether they would decide
// so today. Where a person moved it, today's rules say nothing about that.
func (d *Desk) versions(ctx context.Context, v *house.View, w *work, y *why, m *sayline.Moment, moved bool) error {
	then, err := d.Store.ConfigVersion(ctx, v.Viewer.Brand.ID, m.Decision.Version)
	if sayline.KindOf(err) == sayline.NotFound {
		y.Version = v.Say("why_version", "n", m.Decision.Version)
		return nil
	}
	if err != nil {
		return err
	}
	y.Version = v.Say("why_version_since", "n", then.Version, "time", w.time(v, then.At))
	if then.By != "" {
		y.Version = v.Say("why_version_by", "n", then.Version, "time", w.time(v, then.At), "name", v.Names.Person(then.By))
	}
	now := v.Viewer.Brand
	if then.Version == now.Version || moved || m.Decision.Rule < 0 {
		return nil
	}
	today := now.Router.Decide(m)
	switch {
	case !sameRule(then.Config, m.Decision.Rule, now.Config, today.Rule):
		y.Today = v.Say("why_changed", "rule", ruleName(v, today.Rule), "team", v.Names.Team(today.Team, today.Place), "urgency", v.Say("urgency_"+today.Urgency))
	case today.Rule != m.Decision.Rule:
		y.Today = v.Say("why_moved", "rule", ruleName(v, today.Rule))
	default:
		y.Today = v.Say("why_same")
	}
	return nil
}

// sameRule says whether a rule of one version is a rule of another.
func sameRule(a *sayline.Config, i int, b *sayline.Config, j int) bool {
	rule := func(c *sayline.Config, n int) sayline.Rule {
		if n > 0 && n <= len(c.Routes) {
			return c.Routes[n-1]
		}
		return c.CatchAll()
	}
	return (i > 0) == (j > 0) && reflect.DeepEqual(rule(a, i), rule(b, j))
}
