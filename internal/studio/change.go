package studio

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/route"
)

// change is the route changed as a form says, not yet made.
type change struct {
	was, is int // the rule's number before and after; 0 where there was none, or is none any more
	next    *sayline.Config
	wrong   map[string]string // what can't be, by the form's field; "" is the whole
}

// changeOf makes a change of the route: a rule is added, changed, moved or removed.
func changeOf(v *house.View, c *sayline.Config, form url.Values) *change {
	next := *c
	next.Routes = slices.Clone(c.Routes)
	ch := &change{next: &next, wrong: map[string]string{}}
	do, n := form.Get("do"), number(form.Get("rule"))
	there := n >= 1 && n <= len(c.Routes)
	if !there && do != "add" {
		return ch.refuse(v.Say("routes_wrong"))
	}
	to := number(form.Get("position"))
	switch do {
	case "up":
		to = n - 1
	case "down":
		to = n + 1
	case "move", "change", "add":
	case "remove":
		ch.was = n
		next.Routes = slices.Delete(next.Routes, n-1, n)
		return ch.check(v)
	default:
		return ch.refuse(v.Say("routes_wrong"))
	}
	var rule sayline.Rule
	if there && do != "add" {
		rule, ch.was = c.Routes[n-1], n
		next.Routes = slices.Delete(next.Routes, n-1, n)
	}
	if do == "change" || do == "add" {
		before := rule
		rule, ch.wrong = ruleOf(v, form)
		keepOrder(&rule, &before)
		if to == 0 {
			to = max(1, ch.was)
		}
	}
	if to < 1 || to > len(next.Routes)+1 {
		return ch.refuse(v.Say("routes_wrong"))
	}
	ch.is = to
	next.Routes = slices.Insert(next.Routes, to-1, rule)
	if (do == "change" || do == "add") && len(route.Asked(&rule.When)) == 0 && to < len(next.Routes) && len(ch.wrong) == 0 {
		return ch.refuse(v.Say("rule_wrong_all"))
	}
	return ch.check(v)
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func (ch *change) refuse(why string) *change {
	ch.wrong[""] = why
	return ch
}

// check holds the change to what a brand may be: what is at fault in the rule is
// said at its field, as far as the form has not already said it.
func (ch *change) check(v *house.View) *change {
	var e *sayline.Error
	if err := ch.next.Validate(); !errors.As(err, &e) || len(ch.wrong) > 0 {
		return ch
	}
	for _, f := range e.Fields {
		why := v.Say("rule_wrong_other")
		if v.Tag == "en" {
			why = strings.ToUpper(f.Detail[:1]) + f.Detail[1:] + "."
		}
		ch.wrong[faultField(f.Pointer, ch.is)] = why
	}
	return ch
}

// plan is a change to look at before it is made.
type plan struct {
	Before, After *ruleView
	Moves         string
	Impact        *impact
	Fields        url.Values // to be sent again to make it
	Base          int
	Wrong         string
}

// impact is what a change would have made of what was last said.
type impact struct {
	Of, N int
	Turns []*turn
}

// turn is one way that would have become another.
type turn struct {
	From, To string
	N        int
	Ref      string // of a moment, to try it with
}

// Of how many moments a change is tried, and how many ways of it are told.
const (
	mostTried = 500
	mostTurns = 8
)

// formFields are what a form may say of a change.
var formFields = []string{"do", "rule", "position", "topic", "kind", "feeling", "touchpoint", "touchpoint_named", "place", "place_named", "product", "product_named", "topic_named", "audience", "channel", "source", "has", "tier",
	"team", "urgency", "within", "within_unit", "answer", "answer_unit", "also", "group_at", "group_by", "raise_at", "raise_words", "raise_to", "policy"}

// plan says what a change would be; nil where nothing changes.
func (s *Studio) plan(ctx context.Context, v *house.View, c *sayline.Config, version int, form url.Values) (*plan, *change, error) {
	pl := &plan{Fields: url.Values{}, Base: version}
	for _, key := range formFields {
		if list := some(form[key]); list != nil {
			pl.Fields[key] = list
		}
	}
	if base := form.Get("base"); base != "" && base != strconv.Itoa(version) {
		pl.Wrong = v.Say("routes_changed")
		return pl, &change{wrong: map[string]string{}}, nil
	}
	ch := changeOf(v, c, form)
	if len(ch.wrong) > 0 {
		if pl.Wrong = ch.wrong[""]; pl.Wrong == "" {
			pl.Wrong = v.Say("rule_wrong_some")
		}
		return pl, ch, nil
	}
	if ch.was > 0 {
		before := sentence(v, ch.was, &c.Routes[ch.was-1])
		pl.Before = &before
	}
	if ch.is > 0 {
		after := sentence(v, ch.is, &ch.next.Routes[ch.is-1])
		pl.After = &after
	}
	if ch.was > 0 && ch.is > 0 {
		same := slices.Equal(wordsOf(pl.Before), wordsOf(pl.After))
		switch {
		case same && ch.was == ch.is:
			return nil, ch, nil
		case same:
			pl.Before = nil
		}
		if ch.was != ch.is {
			pl.Moves = v.Say("rule_moves", "n", ch.was, "to", ch.is)
		}
	}
	var err error
	pl.Impact, err = s.impact(ctx, v, c, ch.next)
	return pl, ch, err
}

// wordsOf are a sentence's, to compare it with another's.
func wordsOf(r *ruleView) []string {
	list := append([]string{r.To}, r.Then...)
	for _, w := range r.When {
		list = append(list, w.Field, w.Want)
	}
	return append(list, r.More...)
}

// impact decides anew for what was last said, by the route as it is and as it would be.
func (s *Studio) impact(ctx context.Context, v *house.View, c, next *sayline.Config) (*impact, error) {
	last, err := s.Store.Latest(ctx, v.Brand().ID, mostTried)
	if err != nil {
		return nil, err
	}
	before, after := route.New(0, c, sayline.NewIndex(c)), route.New(0, next, sayline.NewIndex(next))
	im, turns := &impact{Of: len(last)}, map[[2]string]*turn{}
	for _, m := range last {
		before.Place(m)
		was, is := before.Decide(m), after.Decide(m)
		from, to := wayOf(v, &was), wayOf(v, &is)
		if from == to {
			continue
		}
		im.N++
		t := turns[[2]string{from, to}]
		if t == nil {
			t = &turn{From: from, To: to, Ref: m.Reference}
			turns[[2]string{from, to}] = t
			im.Turns = append(im.Turns, t)
		}
		t.N++
	}
	slices.SortStableFunc(im.Turns, func(a, b *turn) int { return b.N - a.N })
	im.Turns = im.Turns[:min(len(im.Turns), mostTurns)]
	return im, nil
}

// wayOf is where a decision leads, how urgently and by when.
func wayOf(v *house.View, d *sayline.Decision) string {
	within, more := "", ""
	if d.Pages {
		within = v.Say("why_within", "span", v.Span(d.Within))
	}
	if len(d.Also) > 0 {
		more = v.Say("routes_also", "teams", allNamed(v, d.Also, func(t string) string { return v.Names.Team(t, "") }))
	}
	if d.Policy != "" {
		more = house.Join(" · ", more, v.Say("routes_policy", "policy", d.Policy))
	}
	return house.Join(" · ", house.Join(v.Say("list_comma"), v.Names.Team(d.Team, ""), v.Say("urgency_"+d.Urgency), within), more)
}
