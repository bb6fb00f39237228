package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// What the list's address says: whose cases, and what narrows them.
var (
	narrowKeys = []string{"q", "team", "place", "topic", "urgency", "state", "touchpoint", "product", "lot", "overdue"}
	listKeys   = append([]string{"show", "done"}, narrowKeys...)
)

// States a list may be narrowed to, and where cases in them stand.
var states = []struct {
	name string
	of   string // the state of a case; "" for what the sections say
	in   []store.Section
}{
	{"waiting", "", []store.Section{store.WaitingCritical, store.WaitingUrgent, store.WaitingNormal, store.WaitingQuiet}},
	{"stalled", sayline.CaseStalled, []store.Section{store.WaitingCritical, store.WaitingUrgent, store.WaitingNormal, store.WaitingQuiet}},
	{"taken", sayline.CaseAcknowledged, []store.Section{store.Taken}},
	{"snoozed", sayline.CaseSnoozed, []store.Section{store.Taken, store.Answered}},
	{"answered", "", []store.Section{store.Answered}},
	{"resolved", "", []store.Section{store.Resolved}},
}

// openSections are those of what is not resolved, in the order of the list.
var openSections = []store.Section{store.WaitingCritical, store.WaitingUrgent, store.WaitingNormal, store.Taken, store.WaitingQuiet, store.Answered}

// narrowing is what narrows the list, as somebody chooses it.
type narrowing struct {
	Text    string // searched for
	Lot     string
	Overdue bool
	Chooses []choose
	Chips   []chip // what is chosen, each with the way to let go of it
	Saved   []savedView
	Teams   []option // a view may be shared with
	Hidden  []hidden // what the form keeps beside its own fields

	filter store.Filter
	in     []store.Section
}

// choose is one thing to choose, in a form.
type choose struct {
	Name, Label string
	Options     []option
	Chosen      string
	Typed       bool // by name, from a list that is too long to show
}

// chip is one thing that is chosen.
type chip struct{ Label, Path string }

// hidden is a field that is only carried along.
type hidden struct{ Name, Value string }

// savedView is a way to look at the list that somebody keeps.
type savedView struct {
	store.SavedFilter
	Path string
	Of   string // the team's name; "" for the viewer's own
	Here bool
}

// mostOptions is how many places, touchpoints or products are a list to choose
// from; of more only the upper places are, and a name is typed.
const mostOptions = 60

// carried is what of the brand a viewer may know of: for another company's people
// what their own cases name, nil for all there is.
func (d *Desk) carried(ctx context.Context, v *auth.Viewer) (*store.Carried, error) {
	if !v.Outside {
		return nil, nil
	}
	return d.Store.Carried(ctx, v.Brand.ID, v.All())
}

// narrow reads what the address asks for. What is not there, or not the viewer's
// to know of, narrows nothing.
func (l *list) narrow(v *house.View, q url.Values, k *store.Carried) {
	n := &l.Narrow
	n.in = openSections
	if l.Done {
		n.in = []store.Section{store.Resolved}
	}
	for _, c := range chooses(v, k) {
		c.Chosen = c.find(strings.TrimSpace(q.Get(c.Name)))
		n.Chooses = append(n.Chooses, c)
		if c.Chosen != "" {
			l.query.Set(c.Name, c.Chosen)
			n.take(v, c)
		}
	}
	n.Text, n.Lot, n.Overdue = strings.TrimSpace(q.Get("q")), house.Cut(q.Get("lot"), sayline.MaxShort), q.Get("overdue") != ""
	if n.Text != "" {
		l.query.Set("q", n.Text)
	}
	if n.Lot != "" {
		l.query.Set("lot", n.Lot)
		n.filter.Lot = n.Lot
	}
	if n.Overdue {
		l.query.Set("overdue", "1")
		n.filter.Overdue = v.Now
	}
}

// take narrows by one choice.
func (n *narrowing) take(v *house.View, c choose) {
	f, ix := &n.filter, v.Viewer.Brand.Index
	switch c.Name {
	case "team":
		f.Teams = []string{c.Chosen}
	case "place":
		for _, p := range v.Viewer.Brand.Places {
			if ix.Under(p.ID, c.Chosen) {
				f.Places = append(f.Places, p.ID)
			}
		}
	case "topic":
		f.Topic = c.Chosen
	case "urgency":
		f.Urgency = c.Chosen
	case "touchpoint":
		f.Touchpoint = c.Chosen
	case "product":
		f.Product = c.Chosen
	case "state":
		for _, s := range states {
			if s.name == c.Chosen {
				n.in, f.State = s.in, s.of
			}
		}
	}
}

// find is the id of an option somebody named, by its id or its name; "" for none.
func (c *choose) find(asked string) string {
	for _, same := range []func(option) bool{
		func(o option) bool { return o.ID == asked },
		func(o option) bool { return strings.EqualFold(strings.TrimSpace(o.Label), asked) },
	} {
		if i := slices.IndexFunc(c.Options, same); i >= 0 && asked != "" {
			return c.Options[i].ID
		}
	}
	return ""
}

// Named is the chosen option's name, as somebody types it.
func (c choose) Named() string {
	for _, o := range c.Options {
		if o.ID == c.Chosen {
			return o.Label
		}
	}
	return ""
}

// Shown are the options of a list; of one that is typed, the first of them.
func (c choose) Shown() []option {
	if c.Typed {
		return c.Options[:min(len(c.Options), 10*mostOptions)]
	}
	return c.Options
}

// chooses are the things a viewer may narrow their list by: what they may know of,
// which is what k names or, where it is nil, all of the brand.
func chooses(v *house.View, k *store.Carried) []choose {
	b := v.Viewer.Brand
	if k == nil {
		k = new(store.Carried)
	}
	may := func(named map[string]bool, id string) bool { return named == nil || named[id] }
	team := choose{Name: "team", Label: v.Say("narrow_team")}
	for _, t := range b.Teams {
		if v.Viewer.Role != sayline.Member || slices.Contains(v.Viewer.Teams, t.ID) {
			team.Options = append(team.Options, option{ID: t.ID, Label: v.Names.Team(t.ID, "")})
		}
	}
	topic := choose{Name: "topic", Label: v.Say("narrow_topic")}
	for _, t := range b.Topics {
		if v.Viewer.SeesLane(t.Lane) && may(k.Topics, t.ID) {
			topic.Options = append(topic.Options, option{ID: t.ID, Label: v.Names.Topic(t.ID)})
		}
	}
	touchpoint := choose{Name: "touchpoint", Label: v.Say("narrow_touchpoint"), Typed: len(b.Touchpoints) > mostOptions}
	for _, t := range b.Touchpoints {
		if v.Viewer.SeesLane(t.Lane) && may(k.Touchpoints, t.ID) {
			touchpoint.Options = append(touchpoint.Options, option{ID: t.ID, Label: v.Names.Touchpoint(t.ID)})
		}
	}
	product := choose{Name: "product", Label: v.Say("narrow_product"), Typed: len(b.Products) > mostOptions}
	for _, p := range b.Products {
		if may(k.Products, p.GTIN) {
			product.Options = append(product.Options, option{ID: p.GTIN, Label: v.Names.Product(p.GTIN)})
		}
	}
	urgency, state := choose{Name: "urgency", Label: v.Say("narrow_urgency")}, choose{Name: "state", Label: v.Say("narrow_state")}
	for _, u := range sayline.Urgencies[:len(sayline.Urgencies)-1] {
		urgency.Options = append(urgency.Options, option{ID: u, Label: v.Say("urgency_" + u)})
	}
	for _, s := range states {
		state.Options = append(state.Options, option{ID: s.name, Label: v.Say("state_" + s.name)})
	}
	all := []choose{state, urgency, team, placeChoice(v, k.Places), topic, touchpoint, product}
	return slices.DeleteFunc(all, func(c choose) bool { return len(c.Options) < 2 })
}

// placeChoice is the tree of places, each under the one above it; of all or, where
// some are named, of those.
func placeChoice(v *house.View, named map[string]bool) choose {
	b := v.Viewer.Brand
	c := choose{Name: "place", Label: v.Say("narrow_place"), Typed: len(b.Places) > mostOptions}
	below := map[string][]string{}
	for _, p := range b.Places {
		below[p.Parent] = append(below[p.Parent], p.ID)
	}
	var add func(parent string, deep int)
	add = func(parent string, deep int) {
		for _, id := range below[parent] {
			if named != nil && !named[id] {
				add(id, deep)
				continue
			}
			indent := ""
			if !c.Typed {
				indent = strings.Repeat("\u2003", deep)
			}
			c.Options = append(c.Options, option{ID: id, Label: indent + v.Names.Place(id)})
			add(id, deep+1)
		}
	}
	add("", 0)
	return c
}

// chips are what is chosen, and the ways to let go of each.
func (l *list) chips(v *house.View) {
	without := func(label, key string) {
		q := cloneValues(l.query)
		q.Del(key)
		l.Narrow.Chips = append(l.Narrow.Chips, chip{label, listPath(v, q)})
	}
	if l.Narrow.Text != "" {
		without(v.Say("quoted", "words", house.Cut(l.Narrow.Text, 30)), "q")
	}
	for _, c := range l.Narrow.Chooses {
		if c.Chosen != "" {
			without(strings.TrimSpace(c.Named()), c.Name)
		}
	}
	if l.Narrow.Lot != "" {
		without(v.Say("lot", "lot", l.Narrow.Lot), "lot")
	}
	if l.Narrow.Overdue {
		without(v.Say("narrow_overdue"), "overdue")
	}
	for _, key := range []string{"show", "done"} {
		if s := l.query.Get(key); s != "" {
			l.Narrow.Hidden = append(l.Narrow.Hidden, hidden{key, s})
		}
	}
}

func listPath(v *house.View, q url.Values) string {
	if len(q) == 0 {
		return v.Path("/desk")
	}
	return v.Path("/desk") + "?" + q.Encode()
}

// saved reads the views the viewer keeps, and their teams'.
func (d *Desk) saved(r *http.Request, v *house.View, l *list) error {
	all, err := d.Store.SavedFilters(r.Context(), v.Viewer.Brand.ID, v.Viewer.Person.ID, v.Viewer.Teams)
	if err != nil {
		return err
	}
	here := l.query.Encode()
	for _, f := range all {
		s := savedView{SavedFilter: f, Path: v.Path("/desk") + "?" + f.Query, Here: f.Query == here}
		if f.Person == "" {
			s.Of = v.Names.Team(f.Team, "")
		}
		l.Narrow.Saved = append(l.Narrow.Saved, s)
	}
	for _, t := range v.Viewer.Teams {
		l.Narrow.Teams = append(l.Narrow.Teams, option{ID: t, Label: v.Names.Team(t, "")})
	}
	return nil
}

// longestName is how many characters the name of a view has.
const longestName = 40

// saveView keeps the list as it is narrowed, for the viewer or one of their teams.
func (d *Desk) saveView(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	name := house.Cut(form.Get("name"), longestName)
	if name == "" {
		return (&sayline.Error{Kind: sayline.Invalid, Key: "view_needs_name", Message: "Give the view a name."})
	}
	f := store.SavedFilter{Brand: v.Brand.ID, ID: sayline.NewID(d.Now(), d.Random), Person: v.Person.ID, Name: name, Query: kept(r.URL.Query()).Encode(), By: v.Person.ID}
	if team := form.Get("team"); slices.Contains(v.Teams, team) {
		f.Person, f.Team = "", team
	}
	if err := d.Store.SaveFilter(r.Context(), f); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/desk")+"?"+f.Query, "view_kept")
}

func (d *Desk) dropView(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	if err := d.Store.DropFilter(r.Context(), v.Brand.ID, r.PathValue("view"), v.Person.ID, v.Teams); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/desk")+"?"+kept(r.URL.Query()).Encode(), "view_dropped")
}

// kept is what of an address says how the list is.
func kept(q url.Values) url.Values {
	k := url.Values{}
	for _, key := range listKeys {
		if s := q.Get(key); s != "" {
			k.Set(key, s)
		}
	}
	return k
}

// capped writes a number that was counted up to most: "1,000+".
func capped(v *house.View, n, most int) string {
	if n >= most {
		return v.Num(int64(most)) + "+"
	}
	return v.Num(int64(n))
}
