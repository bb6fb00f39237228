package route

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
)

var (
	topics   = []string{"cant-find-it", "tastes-off", "lost", "mean", "idea"}
	placeIDs = []string{"spain", "madrid", "mayor", "goya", "sevilla"}
	touches  = []string{"shelf", "web", "staff"}
	someof   = func(t *rapid.T, name string, from []string) []string {
		return rapid.SliceOfN(rapid.SampledFrom(from), 0, 2).Draw(t, name)
	}
	odd = rapid.SampledFrom([]string{"", "a", "b", "a|b", "|", "%7C", "%", "~", "a~b", "b~", "=", "audience=a", "09506000134352"})
)

// rules draws a brand whose rules are random, and valid.
func brand(t *rapid.T) *sayline.Config {
	c := sparkle()
	c.Routes = rapid.SliceOfN(rapid.Custom(rule), 0, 8).Draw(t, "rules")
	return c
}

func rule(t *rapid.T) sayline.Rule {
	r := sayline.Rule{
		To: rapid.SampledFrom([]string{"desk", "distribution", "quality", "crew"}).Draw(t, "to"), Urgency: rapid.SampledFrom(append([]string{""}, sayline.Urgencies...)).Draw(t, "urgency"),
		GroupAt: rapid.SampledFrom([]string{"", "country", "region", "shop"}).Draw(t, "group at"), GroupBy: someof(t, "group by", sayline.GroupFields),
		When: sayline.Match{
			Topics: someof(t, "topics", topics), Kinds: someof(t, "kinds", sayline.Kinds), Feelings: rapid.SliceOfN(rapid.IntRange(1, 5), 0, 2).Draw(t, "feelings"),
			Touchpoints: someof(t, "touchpoints", touches), Channels: someof(t, "channels", []string{"shelf", "web", "office"}), Audiences: someof(t, "audiences", sayline.StandardAudiences),
			Places: someof(t, "places", placeIDs), Products: someof(t, "products", []string{"09506000134352"}), Sources: someof(t, "sources", sayline.Sources), Has: someof(t, "has", sayline.Haves),
		},
	}
	if r.Urgency != sayline.Critical && r.Urgency != sayline.None && rapid.Bool().Draw(t, "raises") {
		r.Raise = sayline.Raise{At: rapid.IntRange(2, 9).Draw(t, "at"), To: sayline.Critical}
	}
	return r
}

// moment draws what somebody may say, filed rightly or wrongly.
func moment(t *rapid.T) sayline.Moment {
	or := func(name string, known []string) string {
		return rapid.OneOf(rapid.SampledFrom(append([]string{""}, known...)), odd).Draw(t, name)
	}
	m := sayline.Moment{
		Kind: or("kind", sayline.Kinds), Feeling: rapid.IntRange(0, 5).Draw(t, "feeling"), Topic: or("topic", topics), Text: rapid.SampledFrom([]string{"", "", "words"}).Draw(t, "text"),
		Audience: or("audience", sayline.StandardAudiences),
		Context: sayline.Context{Touchpoint: or("touchpoint", touches), Place: or("place", placeIDs), Product: odd.Draw(t, "product"), Lot: odd.Draw(t, "lot"), Ref: odd.Draw(t, "ref"),
			Source: or("source", sayline.Sources)},
	}
	if rapid.Bool().Draw(t, "contact") {
		m.Contact = &sayline.MomentContact{Name: "Ana"}
	}
	return m
}

// naive says whether a rule matches, straight from its definition.
func naive(c *sayline.Config, r *sayline.Rule, m *sayline.Moment) bool {
	w := &r.When
	among := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
	kind, channel := m.Kind, ""
	if !slices.Contains(sayline.Kinds, kind) {
		kind = "question"
	}
	for _, t := range c.Touchpoints {
		if t.ID == m.Context.Touchpoint {
			channel = t.Channel
		}
	}
	above := map[string]bool{}
	for id := m.Context.Place; id != ""; {
		next := ""
		for _, p := range c.Places {
			if p.ID == id {
				above[id], next = true, p.Parent
			}
		}
		id = next
	}
	there := map[string]bool{"words": m.Text != "", "place": m.Context.Place != "", "product": m.Context.Product != "", "lot": m.Context.Lot != "", "ref": m.Context.Ref != "", "contact": m.Contact != nil}
	return among(w.Topics, m.Topic) && among(w.Kinds, kind) && (len(w.Feelings) == 0 || slices.Contains(w.Feelings, m.Feeling)) &&
		among(w.Touchpoints, m.Context.Touchpoint) && among(w.Channels, channel) && among(w.Audiences, m.Audience) && among(w.Products, m.Context.Product) && among(w.Sources, m.Context.Source) &&
		(len(w.Places) == 0 || slices.ContainsFunc(w.Places, func(p string) bool { return above[p] })) &&
		!slices.ContainsFunc(w.Has, func(h string) bool { return !there[h] })
}

// Deciding is total and repeatable, the first rule that matches decides, and
// what it decides makes sense (invariants 1, 2 and the words of 10).
func TestInvariant02FirstMatchDecides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, m := brand(t), moment(t)
		r := router(t, c)
		r.Place(&m)
		placed := m
		if r.Place(&m); !reflect.DeepEqual(m, placed) {
			t.Fatalf("placing it twice gave %+v, then %+v", placed, m)
		}
		d := r.Decide(&m)
		if !reflect.DeepEqual(m, placed) {
			t.Fatal("deciding changed the moment")
		}
		if again := New(3, c, sayline.NewIndex(c)).Decide(&m); !reflect.DeepEqual(again, d) {
			t.Fatalf("decided %+v, then %+v", d, again)
		}
		want := 1 + slices.IndexFunc(c.Routes, func(rule sayline.Rule) bool { return naive(c, &rule, &m) })
		if d.Rule != want {
			t.Fatalf("rule %d decided, the first that matches is %d", d.Rule, want)
		}
		if d.Rule > 0 && !reflect.DeepEqual(d.Raise, c.Routes[d.Rule-1].Raise) || d.Rule == 0 && !d.Raise.IsZero() {
			t.Fatalf("rule %d raises %+v", d.Rule, d.Raise)
		}
		to := c.Teams[0].ID
		if want > 0 {
			to = c.Routes[want-1].To
		}
		if d.Team != to {
			t.Fatalf("it went to %q, want %q", d.Team, to)
		}
		checkSense(t, c, &m, &d)
	})
}

func checkSense(t *rapid.T, c *sayline.Config, m *sayline.Moment, d *sayline.Decision) {
	switch {
	case !slices.Contains(sayline.Urgencies, d.Urgency):
		t.Fatalf("urgency %q", d.Urgency)
	case d.OpensCase != (d.Urgency != sayline.None), d.Pages != (d.OpensCase && d.Urgency != sayline.Quiet):
		t.Fatalf("%s opens a case %v, pages %v", d.Urgency, d.OpensCase, d.Pages)
	case m.Text != "" && !d.OpensCase:
		t.Fatal("words are before nobody")
	case d.Within <= 0 || d.Answer <= 0:
		t.Fatalf("promised to look within %s, to answer within %s", d.Within, d.Answer)
	case m.Text != "" && d.GroupKey != "" && !slices.Contains(topics, m.Topic):
		t.Fatalf("words join by %q", d.GroupKey)
	case d.Place != "" && !slices.Contains(placeIDs, d.Place):
		t.Fatalf("the team is asked for %q", d.Place)
	}
	for _, f := range d.Facts {
		if d.Rule == 0 || f.Field == "" {
			t.Fatalf("facts %+v of rule %d", d.Facts, d.Rule)
		}
	}
}

// Two moments of one rule join exactly when they agree in everything the key is
// made of, whatever strange characters that holds: every two members of it are
// tried with every two tricky values.
func TestKeysTellApart(t *testing.T) {
	c := sparkle()
	c.Routes = []sayline.Rule{{To: "desk", GroupBy: []string{"source", "audience"}}}
	r := router(t, c)
	alike := func(m *sayline.Moment) (k [6]string) {
		for i, p := range fields(m) {
			k[i] = *p
		}
		if m.Context.Lot != "" {
			k[1] = "" // with a lot there is no place
		}
		return k
	}
	for first := range 6 {
		for second := range first {
			var all []sayline.Moment
			for _, x := range tricky {
				for _, y := range tricky {
					m := sayline.Moment{Topic: "tastes-off", Kind: "problem"}
					*fields(&m)[first], *fields(&m)[second] = x, y
					all = append(all, m)
				}
			}
			for i := range all {
				for j := range i {
					x, y := r.Decide(&all[i]).GroupKey, r.Decide(&all[j]).GroupKey
					if (x == y) != (alike(&all[i]) == alike(&all[j])) {
						t.Fatalf("%q and %q have the keys %q and %q", alike(&all[i]), alike(&all[j]), x, y)
					}
				}
			}
		}
	}
}

// fields are what a key is made of here.
func fields(m *sayline.Moment) [6]*string {
	return [6]*string{&m.Audience, &m.Context.Place, &m.Context.Product, &m.Context.Lot, &m.Context.Ref, &m.Context.Source}
}

var tricky = []string{"", "a", "b", "a~b", "~", "a|b", "|", "a%7Cb", "audience=a"}
