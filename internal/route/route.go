// Package route turns a moment into a decision: which team, how urgently,
// which case it joins, and why. It is pure: a [Router] is made once per
// configuration version and only read afterwards, so the same moment always
// gets the same decision.
//
// Start with [Router.Decide]: the first rule that matches decides, behind the
// last stands the catch-all, and nothing a brand writes can make it fail.
package route

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// Router decides for one version of one brand.
type Router struct {
	version int
	config  *sayline.Config
	index   *sayline.Index
	byTopic map[string][]int // rules that ask for a topic, in order
	anyTime []int            // rules that do not
	alarms  map[int][]alarm  // words that make a rule's moments more urgent; 1 is the first rule
}

// New compiles a brand's rules.
func New(version int, c *sayline.Config, ix *sayline.Index) *Router {
	r := &Router{version: version, config: c, index: ix, byTopic: map[string][]int{}, alarms: map[int][]alarm{}}
	for i, rule := range c.Routes {
		if list := alarms(rule.Raise.Words); len(list) > 0 {
			r.alarms[i+1] = list
		}
		if len(rule.When.Topics) == 0 {
			r.anyTime = append(r.anyTime, i)
		}
		for _, t := range rule.When.Topics {
			r.byTopic[t] = append(r.byTopic[t], i)
		}
	}
	return r
}

// Place sets what follows from where and about what a moment is: the
// touchpoint's place, product and audience where the author named none, the
// kind where none was said, and the lane. It never overrides the author.
func (r *Router) Place(m *sayline.Moment) {
	t := r.index.Touchpoint(m.Context.Touchpoint)
	if t != nil {
		m.Context.Place = cmp.Or(m.Context.Place, t.Place)
		m.Context.Product = cmp.Or(m.Context.Product, t.Product)
		m.Audience = cmp.Or(m.Audience, t.Audience())
		m.Lane = t.Lane
	}
	m.Audience = cmp.Or(m.Audience, sayline.StandardAudiences[0])
	topic := r.index.Topic(m.Topic)
	if topic != nil && topic.Lane != "" {
		m.Lane = topic.Lane
	}
	if m.Kind == "" {
		m.Kind = impliedKind(m, topic)
	}
}

func impliedKind(m *sayline.Moment, topic *sayline.Topic) string {
	switch {
	case topic != nil:
		return topic.Kind
	case m.Feeling == 0 || m.Feeling == 3:
		return "question"
	case m.Feeling < 3:
		return "problem"
	}
	return "praise"
}

// Decide gives the decision for a moment that [Router.Place] has completed.
// It is total: an unknown topic, touchpoint or place goes the way of the catch-all.
func (r *Router) Decide(m *sayline.Moment) sayline.Decision {
	f := r.facts(m)
	general, special := r.anyTime, r.byTopic[m.Topic]
	for len(general) > 0 || len(special) > 0 {
		var i int
		if len(special) == 0 || len(general) > 0 && general[0] < special[0] {
			i, general = general[0], general[1:]
		} else {
			i, special = special[0], special[1:]
		}
		if matched, ok := f.match(&r.config.Routes[i].When); ok {
			return r.decision(m, f, i+1, r.config.Routes[i], matched)
		}
	}
	return r.decision(m, f, 0, r.config.CatchAll(), nil)
}

// At decides at a time: the decision says by when its promises end.
func (r *Router) At(now time.Time) func(*sayline.Moment) sayline.Decision {
	return func(m *sayline.Moment) sayline.Decision {
		d := r.Decide(m)
		d.LookBy, d.AnswerBy = r.Promise(m, &d, now)
		return d
	}
}

// Promise is until when a decision promises a look and an answer, from a time on:
// in opening hours where the brand or the touchpoint counts in them.
func (r *Router) Promise(m *sayline.Moment, d *sayline.Decision, from time.Time) (look, answer time.Time) {
	if !r.config.Promised(r.index.Touchpoint(m.Context.Touchpoint)).InHours {
		return from.Add(d.Within), from.Add(d.Answer)
	}
	open := r.index.Opening(m.Context.Touchpoint, m.Context.Place)
	return open.Add(from, d.Within), open.Add(from, d.Answer)
}

// HandOver is the decision for a moment that a person gives to another team: the
// place, key and promise are that team's own, as its first rule that matches the
// moment says, else its first rule, else the brand; the urgency is the moment's.
func (r *Router) HandOver(m *sayline.Moment, team string, now time.Time) sayline.Decision {
	f := r.facts(m)
	n, rule := m.Decision.Rule, sayline.Rule{To: team}
	for _, match := range []bool{false, true} {
		for _, theirs := range slices.Backward(r.config.Routes) {
			if _, ok := f.match(&theirs.When); theirs.To == team && (ok || !match) {
				rule = theirs
			}
		}
	}
	rule.Urgency, rule.Raise = m.Decision.Urgency, sayline.Raise{}
	d := r.decision(m, f, n, rule, m.Decision.Facts)
	d.LookBy, d.AnswerBy = r.Promise(m, &d, now)
	return d
}

func (r *Router) decision(m *sayline.Moment, f *facts, n int, rule sayline.Rule, matched []sayline.Fact) sayline.Decision {
	promised := r.config.Promised(f.touch)
	d := sayline.Decision{
		Version: r.version, Rule: n, Facts: matched, Team: rule.To, Also: rule.Also, Raise: rule.Raise,
		Urgency: cmp.Or(rule.Urgency, usualUrgency(m)),
		Within:  time.Duration(cmp.Or(rule.Within, promised.Acknowledge)),
		Answer:  time.Duration(cmp.Or(rule.Answer, promised.Answer)),
	}
	if n == 0 {
		d.Urgency = usualUrgency(m)
	}
	if d.Urgency == sayline.None && (m.Text != "" || m.Shows()) {
		d.Urgency = sayline.Quiet // words and what is shown are always before a person
	}
	if team := r.index.Team(d.Team); team != nil && team.Covers != "" {
		d.Place = r.index.AtLevel(m.Context.Place, team.Covers)
	}
	r.raise(&d, m)
	d.Policy = rule.Policy
	if p := r.config.Policy(rule.Policy); p != nil {
		d.AckTime = time.Duration(p.AckTimeout)
	}
	d.OpensCase = d.Urgency != sayline.None
	d.Pages = d.OpensCase && d.Urgency != sayline.Quiet
	if m.SealedAt.IsZero() && r.waits(m, f) {
		d.Pause = sayline.FacePause
	}
	d.GroupKey = r.groupKey(m, f, &rule, &d)
	return d
}

// usualUrgency is what a rule without one means: ideas wait on the desk, a
// bare good face is nobody's work, the rest is.
func usualUrgency(m *sayline.Moment) string {
	switch {
	case sayline.KnownKind(m.Kind) == "idea":
		return sayline.Quiet
	case m.Bare() && m.Feeling >= 3:
		return sayline.None
	}
	return sayline.Normal
}

// waits says whether the first step should wait for what the author may still
// add: after a bare face, and after a topic whose place or product is missing.
func (r *Router) waits(m *sayline.Moment, f *facts) bool {
	if m.Bare() {
		return true
	}
	return f.topic != nil &&
		(slices.Contains(f.topic.Needs, "place") && m.Context.Place == "" ||
			slices.Contains(f.topic.Needs, "product") && m.Context.Product == "" && m.Context.Lot == "")
}

// groupKey is what cases join by. Only topic taps and bare faces have one:
// words of their own open a case of their own, so that no second lost passport
// disappears in the first.
func (r *Router) groupKey(m *sayline.Moment, f *facts, rule *sayline.Rule, d *sayline.Decision) string {
	if f.topic == nil && !(m.Bare() && m.Feeling > 0) || f.topic != nil && f.topic.Group == "never" {
		return ""
	}
	what := m.Topic
	if f.topic == nil {
		what = "face+"
		if m.Feeling < 3 {
			what = "face-"
		}
	}
	place := d.Place
	if rule.GroupAt != "" {
		place = r.index.AtLevel(m.Context.Place, rule.GroupAt)
	} else if team := r.index.Team(d.Team); team == nil || team.Covers == "" {
		place = m.Context.Place
	}
	if m.Context.Lot != "" {
		place = ""
	}
	parts := []string{d.Team, m.Lane, what, place, m.Context.Product, m.Context.Lot, m.Context.Ref}
	for _, g := range rule.GroupBy {
		parts = append(parts, g+"="+f.of(g))
	}
	for i, p := range parts {
		parts[i] = escape.Replace(p)
	}
	return strings.Join(parts, "|")
}

var escape = strings.NewReplacer("|", "%7C", "%", "%25")

// facts are a moment's matchable sides, looked up once.
type facts struct {
	m     *sayline.Moment
	index *sayline.Index
	topic *sayline.Topic
	touch *sayline.Touchpoint
}

func (r *Router) facts(m *sayline.Moment) *facts {
	return &facts{m: m, index: r.index, topic: r.index.Topic(m.Topic), touch: r.index.Touchpoint(m.Context.Touchpoint)}
}

func (f *facts) of(field string) string {
	switch field {
	case "topic":
		return f.m.Topic
	case "kind":
		return sayline.KnownKind(f.m.Kind)
	case "feeling":
		return strconv.Itoa(f.m.Feeling)
	case "touchpoint":
		return f.m.Context.Touchpoint
	case "channel":
		if f.touch != nil {
			return f.touch.Channel
		}
	case "audience":
		return f.m.Audience
	case "product":
		return f.m.Context.Product
	case "source":
		return f.m.Context.Source
	case "ref":
		return f.m.Context.Ref
	case "tier":
		if f.m.Contact.Proves() {
			return f.m.Contact.Proved.Tier
		}
	}
	return ""
}

// match says whether every member of a rule holds, and what matched.
func (f *facts) match(w *sayline.Match) ([]sayline.Fact, bool) {
	var matched []sayline.Fact
	for _, ask := range [...]struct {
		field  string
		values []string
	}{
		{"topic", w.Topics}, {"kind", w.Kinds}, {"touchpoint", w.Touchpoints}, {"channel", w.Channels},
		{"audience", w.Audiences}, {"product", w.Products}, {"source", w.Sources}, {"tier", w.Tiers},
	} {
		if len(ask.values) == 0 {
			continue
		}
		v := f.of(ask.field)
		if !slices.Contains(ask.values, v) {
			return nil, false
		}
		matched = append(matched, sayline.Fact{Field: ask.field, Value: v})
	}
	if len(w.Feelings) > 0 {
		if !slices.Contains(w.Feelings, f.m.Feeling) {
			return nil, false
		}
		matched = append(matched, sayline.Fact{Field: "feeling", Value: f.of("feeling")})
	}
	if len(w.Places) > 0 {
		i := slices.IndexFunc(w.Places, func(p string) bool { return f.index.Under(f.m.Context.Place, p) })
		if i < 0 {
			return nil, false
		}
		matched = append(matched, sayline.Fact{Field: "place", Value: w.Places[i]})
	}
	for _, h := range w.Has {
		if !f.has(h) {
			return nil, false
		}
		matched = append(matched, sayline.Fact{Field: "has", Value: h})
	}
	return matched, true
}

func (f *facts) has(what string) bool {
	switch what {
	case "words":
		return f.m.Text != ""
	case "place":
		return f.m.Context.Place != ""
	case "product":
		return f.m.Context.Product != ""
	case "lot":
		return f.m.Context.Lot != ""
	case "ref":
		return f.m.Context.Ref != ""
	case "contact":
		return f.m.Contact != nil
	case "proof":
		return f.m.Contact.Proves()
	}
	return false
}
