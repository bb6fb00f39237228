package studio

import (
	"net/url"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
)

// pick is a list of the brand's own things, of which a rule asks for some.
type pick struct {
	Field   string // as the form sends it
	Label   string // how the sentence goes on: "topic is"
	Options []tick
	All     bool   // a moment has to have all of them, not one
	Text    string // what was typed that nothing is called
	Wrong   string
}

// tick is one of them.
type tick struct {
	ID, Label string
	On        bool
	Face      int // drawn before it; 0 for none
}

// mostTicks is how many things are ticked in a list; of more, one is typed by its name.
const mostTicks = 60

// Typed says whether there are too many to show.
func (p pick) Typed() bool { return len(p.Options) > mostTicks }

// Shown are those to tick: all, or, where they are typed, those that were chosen.
func (p pick) Shown() []tick {
	if !p.Typed() {
		return p.Options
	}
	return p.Chosen()
}

// Chosen are those the rule asks for.
func (p pick) Chosen() []tick {
	return slices.DeleteFunc(slices.Clone(p.Options), func(o tick) bool { return !o.On })
}

// Open says whether the list is shown at once.
func (p pick) Open() bool { return p.Wrong != "" }

// picks are the lists of a form, with what it has chosen.
func picks(v *house.View, form url.Values, wrong map[string]string) []pick {
	list := choices(v)
	for i := range list {
		p := &list[i]
		for j := range p.Options {
			p.Options[j].On = slices.Contains(form[p.Field], p.Options[j].ID)
		}
		if p.Wrong = wrong[p.Field]; p.Wrong != "" {
			p.Text = form.Get(p.Field + "_named")
		}
	}
	return list
}

// choices are all a rule may ask for, in the order a sentence asks for it.
func choices(v *house.View) []pick {
	b := v.Brand()
	of := func(field string, all []string) pick {
		p := pick{Field: field, Label: v.Field(field), All: field == "has"}
		for _, id := range all {
			p.Options = append(p.Options, tick{ID: id, Label: v.FieldValue(field, id)})
		}
		return p
	}
	feeling := of("feeling", []string{"1", "2", "3", "4", "5"})
	for i := range feeling.Options {
		feeling.Options[i].Face = i + 1
	}
	touchpoint := of("touchpoint", nil)
	for _, t := range b.Touchpoints {
		touchpoint.Options = append(touchpoint.Options, tick{ID: t.ID, Label: v.Names.Where(&sayline.Context{Touchpoint: t.ID, Place: t.Place})})
	}
	audiences := slices.Clone(sayline.StandardAudiences)
	for _, a := range b.Audiences {
		if !slices.Contains(audiences, a.ID) {
			audiences = append(audiences, a.ID)
		}
	}
	all := []pick{of("topic", ids(b.Topics, func(t *sayline.Topic) string { return t.ID })), of("kind", sayline.Kinds), feeling, touchpoint, placesToPick(v),
		of("product", ids(b.Products, func(p *sayline.Product) string { return p.GTIN })), of("audience", audiences), of("channel", sayline.Channels), of("source", sayline.Sources), of("has", sayline.Haves)}
	return slices.DeleteFunc(all, func(p pick) bool { return len(p.Options) == 0 })
}

func ids[T any](list []T, of func(*T) string) []string {
	var all []string
	for i := range list {
		all = append(all, of(&list[i]))
	}
	return all
}

// placesToPick is the tree of places, each under the one above it; a name that
// stands twice says where.
func placesToPick(v *house.View) pick {
	b := v.Brand()
	p := pick{Field: "place", Label: v.Field("place")}
	below, named := map[string][]*sayline.Place{}, map[string]int{}
	for i := range b.Places {
		at := &b.Places[i]
		below[at.Parent] = append(below[at.Parent], at)
		named[v.Names.Place(at.ID)]++
	}
	var add func(parent string)
	add = func(parent string) {
		for _, at := range below[parent] {
			label := v.Names.Place(at.ID)
			if named[label] > 1 && parent != "" {
				label += v.Say("list_comma") + v.Names.Place(parent)
			}
			p.Options = append(p.Options, tick{ID: at.ID, Label: label})
			add(at.ID)
		}
	}
	add("")
	return p
}

// take adds what was typed by its name, or its id, to what a rule asks for.
func (p *pick) take(v *house.View, form url.Values, m *sayline.Match, wrong map[string]string) {
	name := strings.TrimSpace(form.Get(p.Field + "_named"))
	if name == "" {
		return
	}
	i := slices.IndexFunc(p.Options, func(o tick) bool { return o.ID == name || strings.EqualFold(o.Label, name) })
	if i < 0 {
		wrong[p.Field] = v.Say("rule_wrong_named", "name", name)
		return
	}
	for _, a := range asked {
		if list := a.of(m); a.field == p.Field && !slices.Contains(*list, p.Options[i].ID) {
			*list = append(*list, p.Options[i].ID)
		}
	}
}
