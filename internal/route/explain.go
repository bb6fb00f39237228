package route

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
)

// Miss says why a rule before the one that decided did not match: the first of
// its members that does not hold.
type Miss struct {
	Rule  int // 1 is the first
	Field string
	Want  []string // one of them
	Got   string   // "" for nothing
}

// Explain is [Router.Decide], with why each rule before the one that decided
// did not match. The moment must have been completed by [Router.Place].
func (r *Router) Explain(m *sayline.Moment) (sayline.Decision, []Miss) {
	d, f := r.Decide(m), r.facts(m)
	until := d.Rule - 1
	if d.Rule == 0 {
		until = len(r.config.Routes)
	}
	var missed []Miss
	for i := range r.config.Routes[:until] {
		miss := f.miss(&r.config.Routes[i].When)
		miss.Rule = i + 1
		missed = append(missed, miss)
	}
	return d, missed
}

// miss finds the first member of a rule that does not hold.
func (f *facts) miss(w *sayline.Match) Miss {
	for _, part := range members(w) {
		if _, ok := f.match(&part.only); ok {
			continue
		}
		got := f.of(part.field)
		switch part.field {
		case "place":
			got = f.m.Context.Place
		case "has":
			got = ""
		}
		return Miss{Field: part.field, Want: part.want, Got: got}
	}
	return Miss{}
}

// member is one member of a rule, as a rule of its own.
type member struct {
	field string
	want  []string
	only  sayline.Match
}

// members are what a rule asks for, in the order it is asked.
func members(w *sayline.Match) []member {
	feelings := make([]string, len(w.Feelings))
	for i, n := range w.Feelings {
		feelings[i] = strconv.Itoa(n)
	}
	all := []member{
		{"topic", w.Topics, sayline.Match{Topics: w.Topics}}, {"kind", w.Kinds, sayline.Match{Kinds: w.Kinds}},
		{"touchpoint", w.Touchpoints, sayline.Match{Touchpoints: w.Touchpoints}}, {"channel", w.Channels, sayline.Match{Channels: w.Channels}},
		{"audience", w.Audiences, sayline.Match{Audiences: w.Audiences}}, {"product", w.Products, sayline.Match{Products: w.Products}},
		{"source", w.Sources, sayline.Match{Sources: w.Sources}}, {"tier", w.Tiers, sayline.Match{Tiers: w.Tiers}},
		{"feeling", feelings, sayline.Match{Feelings: w.Feelings}}, {"place", w.Places, sayline.Match{Places: w.Places}},
	}
	for _, h := range w.Has {
		all = append(all, member{"has", []string{h}, sayline.Match{Has: []string{h}}})
	}
	return slices.DeleteFunc(all, func(p member) bool { return len(p.want) == 0 })
}

// Asked is what a rule asks for, member by member, as [Miss] names them.
func Asked(w *sayline.Match) []Miss {
	var list []Miss
	for _, p := range members(w) {
		list = append(list, Miss{Field: p.field, Want: p.want})
	}
	return list
}

// KeyParts are the sides of a group key that are there, in its order: team, lane,
// topic or face, place, product, lot, ref, and the fields a rule added.
func KeyParts(key string) []sayline.Fact {
	names := []string{"team", "lane", "topic", "place", "product", "lot", "ref"}
	var list []sayline.Fact
	for i, p := range strings.Split(key, "|") {
		p = strings.NewReplacer("%7C", "|", "%25", "%").Replace(p)
		if i < len(names) && p != "" {
			list = append(list, sayline.Fact{Field: names[i], Value: p})
		} else if field, value, ok := strings.Cut(p, "="); i >= len(names) && ok && value != "" {
			list = append(list, sayline.Fact{Field: field, Value: value})
		}
	}
	return list
}
