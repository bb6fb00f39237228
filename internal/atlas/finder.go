package atlas

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/ways"
)

// finderPage is the data of the finder: what is typical for the trade against
// what is there, and what people speak of that no touchpoint covers.
type finderPage struct {
	*mapPage
	Trade    string
	Trades   []choice
	Groups   []typicalGroup
	Have, Of int
	Spoken   []proposal
}

// typicalGroup is what is typical for one audience.
type typicalGroup struct {
	Name string
	List []typicalLine
	Have int
}

// typicalLine is one line of the list.
type typicalLine struct {
	ID, Name, Purpose, Promise, Feeling string
	Stage, Channel                      string
	Way                                 ways.Way
	Have                                string // the id of what is there; "" for nothing
	HaveName                            string
	Silent                              bool
}

// proposal is what people speak of, as a touchpoint that could be.
type proposal struct {
	Name, Typical string
	Audience      string // that most of them are of
	N             int
	Quotes        []quote
}

func (a *Atlas) finderPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	base, err := a.board(r.Context(), a.NewView(r, v), parseQuery(r.URL.Query(), v.Brand))
	if err != nil {
		return err
	}
	p := &finderPage{mapPage: base, Trade: v.Brand.Trade}
	if t := r.URL.Query().Get("trade"); lists[t] != nil {
		p.Trade = t
	}
	p.Room, p.Title, p.Scripts = "map", p.Say("map_finder_title"), []string{"map.js"}
	for _, id := range sayline.Trades {
		p.Trades = append(p.Trades, choice{id, p.Say("trade_" + id), id == p.Trade})
	}
	lacking := p.typicals()
	if err := a.spokenOf(r, p, lacking); err != nil {
		return err
	}
	return a.Render(w, r, http.StatusOK, a.finder, p)
}

// typicals puts the trade's list by audience, and gives what the brand lacks of it.
func (p *finderPage) typicals() (lacking []*typical) {
	b := p.Brand()
	there := newNames(b)
	for _, audience := range audiencesOf(b.Config) {
		g := typicalGroup{Name: audienceName(p.View, audience)}
		for _, t := range lists[p.Trade] {
			if t.Audience != audience {
				continue
			}
			l := typicalLine{ID: t.ID, Name: t.in(p.View, t.Name), Purpose: t.in(p.View, t.Purpose), Promise: t.in(p.View, t.Promise), Feeling: t.in(p.View, t.Feeling), Stage: t.Stage, Channel: t.Channel,
				Way: ways.Fitting(&sayline.Touchpoint{Channel: t.Channel, Audiences: []string{audience}})[0]}
			if have := t.of(there); have == nil {
				lacking = append(lacking, t)
			} else if g.Have++; sees(p.Viewer, have) {
				l.Have, l.HaveName, l.Silent = have.ID, p.Names.Touchpoint(have.ID), have.Silent
			} else {
				l.Have = "" // there, and nobody's business
				continue
			}
			g.List = append(g.List, l)
		}
		if len(g.List) > 0 {
			p.Groups = append(p.Groups, g)
			p.Have, p.Of = p.Have+g.Have, p.Of+len(g.List)
		}
	}
	return lacking
}

// in is a list's words in the reader's language, else in English.
func (t *typical) in(p *house.View, words sayline.Text) string { return words.In(p.Tag, "en") }

// spokenOf reads what was said at no touchpoint in particular, and groups it.
func (a *Atlas) spokenOf(r *http.Request, p *finderPage, lacking []*typical) error {
	b := p.Brand()
	at := []string{""}
	if t := b.Index.FrontDoor(); t != nil && t.Lane == "" {
		at = append(at, t.ID)
	}
	said, err := a.Store.SaidAt(r.Context(), b.ID, at, b.Guarded(), dayAfter(p.Now, 1-p.Query.Days), wordsRead, wordsKept)
	if err != nil {
		return err
	}
	texts := make([]string, len(said))
	for i, m := range said {
		texts[i] = m.Text
	}
	for _, c := range clustersOf(texts, lacking, knownWords(b)) {
		s := proposal{Name: c.Word, Audience: mostOf(said, c.Of), N: len(c.Of)}
		if c.Typical != nil {
			s.Name, s.Typical = c.Typical.in(p.View, c.Typical.Name), c.Typical.ID
		}
		for _, i := range differing(texts, c.Of, quotesOfCluster) {
			s.Quotes = append(s.Quotes, newQuote(p.View, said[i]))
		}
		p.Spoken = append(p.Spoken, s)
	}
	return nil
}

// mostOf is the audience that most of some moments are of; the first of those that are as many.
func mostOf(said []*sayline.Moment, of []int) (audience string) {
	n := map[string]int{}
	for _, i := range of {
		n[said[i].Audience]++
	}
	for _, id := range slices.Sorted(maps.Keys(n)) {
		if n[id] > n[audience] {
			audience = id
		}
	}
	return cmp.Or(audience, sayline.StandardAudiences[0])
}

// knownWords are the words that the brand's touchpoints, products and topics are
// called by, and its own name.
func knownWords(b *brands.Snapshot) map[string]bool {
	known := map[string]bool{}
	add := func(list ...string) {
		for _, s := range list {
			for _, w := range stems(s) {
				known[w] = true
			}
		}
	}
	texts := func(t sayline.Text) {
		for _, s := range t {
			add(s)
		}
	}
	add(b.Name, b.LegalName)
	for i := range b.Touchpoints {
		texts(b.Touchpoints[i].Name)
	}
	for i := range b.Products {
		texts(b.Products[i].Name)
	}
	for i := range b.Topics {
		texts(b.Topics[i].Label)
	}
	for i := range b.Places {
		texts(b.Places[i].Name)
	}
	return known
}

// setTrade says what the brand does.
func (a *Atlas) setTrade(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	trade := form.Get("trade")
	if lists[trade] == nil {
		return sayline.Errorf(sayline.Invalid, "There is no list for such a trade.")
	}
	if trade != v.Brand.Trade {
		err = a.change(r.Context(), v, func(c *sayline.Config) error {
			c.Trade = trade
			return nil
		})
		if err != nil {
			return err
		}
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/map/finder"), "")
}

// addTypical puts those of the trade's list that were chosen on the map: one by
// its own button, or all that are ticked.
func (a *Atlas) addTypical(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	ids := form["id"]
	if one := form.Get("one"); one != "" {
		ids = []string{one}
	}
	list := lists[cmp.Or(form.Get("trade"), v.Brand.Trade)]
	var chosen []*typical
	there := newNames(v.Brand)
	for _, t := range list {
		if slices.Contains(ids, t.ID) && t.of(there) == nil {
			chosen = append(chosen, t)
		}
	}
	if len(chosen) == 0 {
		return house.Done(w, r, house.BrandPath(v.Brand.ID, "/map/finder"), "")
	}
	err = a.change(r.Context(), v, func(c *sayline.Config) error {
		for _, t := range chosen {
			c.Touchpoints = append(c.Touchpoints, t.touchpoint(c))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/map/finder"), "map_found")
}

// Tab says whether one of the ways to look is this page's.
func (p *finderPage) Tab(name string) bool { return name == "finder" }

// Title is a proposal's name with a capital.
func (s proposal) Title() string {
	if s.Name == "" {
		return ""
	}
	r := []rune(s.Name)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}
