package brandfile

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
)

// Diff says what becomes of a brand when next takes the place of old, which is
// nil for a brand that is new: noun after noun in the order of the file, then
// what is removed. Nothing for two brands that mean the same.
func Diff(old, next *sayline.Config) []Change {
	if old == nil {
		old = &sayline.Config{}
	}
	before, after := nounsOf(old), nounsOf(next)
	var changes []Change
	for i := range after {
		d := differ{noun: after[i].noun, old: before[i].list, next: after[i].list, languages: next.Languages}
		if d.noun == routeNoun {
			d.pairRules()
		} else {
			d.pairByID()
		}
		changes = append(changes, d.changes()...)
	}
	return changes
}

const routeNoun = "route"

// nouns are all of one noun in a brand.
type nouns struct {
	noun string
	list []thing
}

// thing is one of them, as what it says.
type thing struct {
	id, name string
	within   string // positions count among those within the same
	says     []said
}

// said is one member that says something: its words or values as text, or the
// elements of a list of larger things.
type said struct {
	member   string
	language string // of words; "" otherwise
	text     string
	elements []string
}

func nounsOf(c *sayline.Config) []nouns {
	o := outline{languages: c.Languages}
	brand := nouns{noun: "brand"}
	if c.ID != "" {
		brand.list = []thing{o.thing(c.ID, c.Name, "", c.Brand)}
	}
	routes := nouns{noun: routeNoun}
	for i := range c.Routes {
		r := &c.Routes[i]
		routes.list = append(routes.list, o.thing(strconv.Itoa(i+1), sentence(r), "", *r))
	}
	return []nouns{
		brand,
		all(o, "audience", c.Audiences, func(a *sayline.Audience) (string, sayline.Text, string) { return a.ID, a.Label, "" }),
		all(o, "lane", c.Lanes, func(l *sayline.Lane) (string, sayline.Text, string) { return l.ID, l.Label, "" }),
		all(o, "topic", c.Topics, func(t *sayline.Topic) (string, sayline.Text, string) { return t.ID, t.Label, "" }),
		all(o, "place", c.Places, func(p *sayline.Place) (string, sayline.Text, string) { return p.ID, p.Name, p.Parent }),
		all(o, "product", c.Products, func(p *sayline.Product) (string, sayline.Text, string) { return p.GTIN, p.Name, "" }),
		all(o, "touchpoint", c.Touchpoints, func(t *sayline.Touchpoint) (string, sayline.Text, string) { return t.ID, t.Name, "" }),
		all(o, "person", c.People, func(p *sayline.Person) (string, sayline.Text, string) { return p.ID, sayline.Plain(p.Name), "" }),
		all(o, "team", c.Teams, func(t *sayline.Team) (string, sayline.Text, string) { return t.ID, t.Name, "" }),
		all(o, "shift", c.Shifts, func(s *sayline.Shift) (string, sayline.Text, string) { return s.ID, sayline.Text{}, "" }),
		all(o, "holiday", c.Holidays, func(h *sayline.Holiday) (string, sayline.Text, string) { return h.Key(), h.Name, "" }),
		all(o, "calendar", c.Calendars, func(k *sayline.Calendar) (string, sayline.Text, string) { return k.ID, sayline.Text{}, "" }),
		routes,
		all(o, "answer", c.Answers, func(a *sayline.ReadyAnswer) (string, sayline.Text, string) { return a.ID, a.Text, "" }),
		all(o, "webhook", c.Webhooks, func(w *sayline.Webhook) (string, sayline.Text, string) { return w.ID, sayline.Plain(w.URL), "" }),
	}
}

func all[T any](o outline, noun string, list []T, of func(*T) (id string, name sayline.Text, within string)) nouns {
	k := nouns{noun: noun}
	for i := range list {
		id, name, within := of(&list[i])
		k.list = append(k.list, o.thing(id, name.In(o.languages...), within, list[i]))
	}
	return k
}

func (o outline) thing(id, name, within string, noun any) thing {
	t := thing{id: id, name: name, within: within}
	for _, e := range o.members(reflect.ValueOf(noun)) {
		t.says = o.say(t.says, e.name, e.value)
	}
	return t
}

// say flattens a member into what it says.
func (o outline) say(says []said, member string, value any) []said {
	switch v := value.(type) {
	case leaf:
		return append(says, said{member: member, text: v.text})
	case words:
		for _, e := range v {
			lang := e.name
			if lang == "" && len(o.languages) > 0 {
				lang = o.languages[0]
			}
			says = append(says, said{member: member, language: lang, text: e.value.(leaf).text})
		}
		return says
	case mapping:
		for _, e := range v {
			says = o.say(says, member+"."+e.name, e.value)
		}
		return says
	}
	s := said{member: member}
	for _, e := range value.(list) {
		s.elements = append(s.elements, o.element(e))
	}
	if l := value.(list); len(l) > 0 {
		if _, simple := l[0].(leaf); simple {
			s.text, s.elements = strings.Join(s.elements, ", "), nil
		}
	}
	return append(says, s)
}

// element is an element of a list as one text: "person lucia, place madrid, duty".
func (o outline) element(value any) string {
	if l, ok := value.(leaf); ok {
		return l.text
	}
	var parts []string
	for _, e := range value.(mapping) {
		for _, s := range o.say(nil, e.name, e.value) {
			if s.text == "true" {
				parts = append(parts, s.member)
			} else {
				parts = append(parts, s.member+" "+s.text)
			}
		}
	}
	return strings.Join(parts, ", ")
}

// differ compares the two lists of one noun.
type differ struct {
	noun      string
	old, next []thing
	languages []string
	from      []int // index in old of what becomes next[i]; -1 for what is new
}

func (d *differ) pairByID() {
	at := make(map[string]int, len(d.old))
	for i, t := range d.old {
		at[t.id] = i
	}
	for _, t := range d.next {
		i, known := at[t.id]
		if !known {
			i = -1
		}
		d.from = append(d.from, i)
	}
}

func (d *differ) changes() []Change {
	var changes []Change
	moved := d.moved()
	kept := make(map[int]bool, len(d.from))
	for i, t := range d.next {
		c := Change{Noun: d.noun, ID: t.id, Name: t.name}
		from := d.from[i]
		if from < 0 {
			c.Verb = Created
			changes = append(changes, c)
			continue
		}
		kept[from] = true
		if edits := d.edits(d.old[from].says, t.says); len(edits) > 0 {
			c.Verb, c.Edits = Changed, edits
			changes = append(changes, c)
		}
		if m, ok := moved[i]; ok {
			changes = append(changes, Change{Verb: Moved, Noun: d.noun, ID: t.id, Name: t.name, From: m[0], To: m[1]})
		}
	}
	for i, t := range d.old {
		if !kept[i] {
			changes = append(changes, Change{Verb: Removed, Noun: d.noun, ID: t.id, Name: t.name})
		}
	}
	return changes
}

// edits are the members that say something else, in the order of next, then
// those that say nothing any more.
func (d *differ) edits(old, next []said) []Edit {
	var edits []Edit
	same := func(s said) func(said) bool {
		return func(o said) bool { return o.member == s.member && o.language == s.language }
	}
	for _, s := range next {
		before := said{}
		if i := slices.IndexFunc(old, same(s)); i >= 0 {
			before = old[i]
		}
		edits = append(edits, d.edit(before, s)...)
	}
	for _, s := range old {
		if !slices.ContainsFunc(next, same(s)) {
			edits = append(edits, d.edit(s, said{member: s.member, language: s.language})...)
		}
	}
	return edits
}

func (d *differ) edit(before, after said) []Edit {
	name := after.member
	if l := after.language; l != "" && (len(d.languages) == 0 || l != d.languages[0]) {
		name += " (" + l + ")"
	}
	if before.elements != nil || after.elements != nil {
		return elementEdits(name, before.elements, after.elements)
	}
	if before.text == after.text {
		return nil
	}
	return []Edit{{name, before.text, after.text}}
}

// elementEdits compares lists of larger things: those that came and went, paired
// where they begin alike, or their order when that is all that changed.
func elementEdits(name string, before, after []string) []Edit {
	if slices.Equal(before, after) {
		return nil
	}
	gone := minus(before, after)
	var edits []Edit
	for _, came := range minus(after, before) {
		e := Edit{Member: name, After: came}
		head, _, _ := strings.Cut(came, ",")
		if i := slices.IndexFunc(gone, func(s string) bool { return s == head || strings.HasPrefix(s, head+",") }); i >= 0 {
			e.Before = gone[i]
			gone = slices.Delete(gone, i, i+1)
		}
		edits = append(edits, e)
	}
	for _, went := range gone {
		edits = append(edits, Edit{Member: name, Before: went})
	}
	if len(edits) == 0 {
		edits = append(edits, Edit{name, strings.Join(before, "; "), strings.Join(after, "; ")})
	}
	return edits
}

// minus is a without b, one for one.
func minus(a, b []string) []string {
	rest := slices.Clone(b)
	var left []string
	for _, s := range a {
		if i := slices.Index(rest, s); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		} else {
			left = append(left, s)
		}
	}
	return left
}
