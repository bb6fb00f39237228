package sayline

import "slices"

// Index finds the nouns of a [Config] by id. It is made once per version and
// only read afterwards. Lookups of unknown ids give nil.
type Index struct {
	places      map[string]*Place
	glns        map[string]*Place
	products    map[string]*Product
	topics      map[string]*Topic
	touchpoints map[string]*Touchpoint
	byProduct   map[string]*Touchpoint
	teams       map[string]*Team
	people      map[string]*Person
	byEmail     map[string]*Person
	lanes       map[string]*Lane
	audiences   map[string]*Audience
	front, pack *Touchpoint
	brand       *Brand
	tables      map[*Hours]*timetable // of the hours that are said and not always
}

// NewIndex indexes a configuration. Of two with the same id the first wins;
// Validate refuses them.
func NewIndex(c *Config) *Index {
	ix := &Index{
		places:      byID(c.Places, func(p *Place) string { return p.ID }),
		glns:        byID(c.Places, func(p *Place) string { return p.GLN }),
		products:    byID(c.Products, func(p *Product) string { return p.GTIN }),
		topics:      byID(c.Topics, func(t *Topic) string { return t.ID }),
		touchpoints: byID(c.Touchpoints, func(t *Touchpoint) string { return t.ID }),
		byProduct:   byID(c.Touchpoints, productOf),
		teams:       byID(c.Teams, func(t *Team) string { return t.ID }),
		people:      byID(c.People, func(p *Person) string { return p.ID }),
		byEmail:     byID(c.People, func(p *Person) string { return p.Email }),
		lanes:       byID(c.Lanes, func(l *Lane) string { return l.ID }),
		audiences:   byID(c.Audiences, func(a *Audience) string { return a.ID }),
		brand:       &c.Brand,
		tables:      tablesOf(c),
	}
	for _, id := range StandardAudiences {
		if ix.audiences[id] == nil {
			ix.audiences[id] = &Audience{ID: id}
		}
	}
	ix.front, ix.pack = ix.touchpoints["front-door"], ix.touchpoints["package"]
	if ix.front == nil && len(c.Touchpoints) > 0 {
		ix.front = &c.Touchpoints[0]
	}
	return ix
}

// productOf is the product whose barcode leads to a touchpoint. A shelf has a
// product too, but who scans the bottle at home does not stand before it.
func productOf(t *Touchpoint) string {
	if t.Channel != "package" {
		return ""
	}
	return t.Product
}

func byID[T any](list []T, id func(*T) string) map[string]*T {
	m := make(map[string]*T, len(list))
	for i := range list {
		if k := id(&list[i]); k != "" && m[k] == nil {
			m[k] = &list[i]
		}
	}
	return m
}

func (ix *Index) Place(id string) *Place           { return ix.places[id] }
func (ix *Index) PlaceByGLN(gln string) *Place     { return ix.glns[gln] }
func (ix *Index) Product(gtin string) *Product     { return ix.products[gtin] }
func (ix *Index) Topic(id string) *Topic           { return ix.topics[id] }
func (ix *Index) Touchpoint(id string) *Touchpoint { return ix.touchpoints[id] }
func (ix *Index) Team(id string) *Team             { return ix.teams[id] }
func (ix *Index) Person(id string) *Person         { return ix.people[id] }
func (ix *Index) ByEmail(email string) *Person     { return ix.byEmail[email] }
func (ix *Index) Lane(id string) *Lane             { return ix.lanes[id] }
func (ix *Index) Audience(id string) *Audience     { return ix.audiences[id] }

// FrontDoor is the touchpoint of a bare /cx: the one called front-door, else the first.
func (ix *Index) FrontDoor() *Touchpoint { return ix.front }

// OfProduct is a barcode's touchpoint: the product's own, else the brand's
// package, else its front door.
func (ix *Index) OfProduct(gtin string) *Touchpoint {
	for _, t := range []*Touchpoint{ix.byProduct[gtin], ix.pack} {
		if t != nil {
			return t
		}
	}
	return ix.front
}

// Ancestors are a place and those above it, nearest first; nil for an unknown one.
func (ix *Index) Ancestors(id string) []*Place {
	var up []*Place
	for p := ix.places[id]; p != nil && len(up) < 32; p = ix.places[p.Parent] {
		up = append(up, p)
	}
	return up
}

// Under says whether place is at or under above. Everything is under "".
func (ix *Index) Under(place, above string) bool {
	return above == "" || slices.ContainsFunc(ix.Ancestors(place), func(p *Place) bool { return p.ID == above })
}

// AtLevel is the ancestor of a place (or itself) at a level; "" when there is none.
func (ix *Index) AtLevel(place, level string) string {
	for _, p := range ix.Ancestors(place) {
		if p.Level == level {
			return p.ID
		}
	}
	return ""
}

func (ix *Index) mustLane(f *faults, pointer, lane string) {
	if lane != "" && ix.lanes[lane] == nil {
		f.add(pointer, "expected the id of a lane, got %q", lane)
	}
}

// Validate checks the whole document and names every member at fault.
func (c *Config) Validate() error {
	var f faults
	ix := NewIndex(c)
	c.Brand.validate(&f)
	if len(c.Touchpoints) == 0 {
		f.add("/touchpoints", "expected at least one touchpoint: where do people meet the brand?")
	}
	unique(&f, "/places", "id", c.Places, func(p *Place) string { return p.ID })
	unique(&f, "/products", "gtin", c.Products, func(p *Product) string { return p.GTIN })
	unique(&f, "/topics", "id", c.Topics, func(t *Topic) string { return t.ID })
	unique(&f, "/touchpoints", "id", c.Touchpoints, func(t *Touchpoint) string { return t.ID })
	unique(&f, "/teams", "id", c.Teams, func(t *Team) string { return t.ID })
	unique(&f, "/people", "id", c.People, func(p *Person) string { return p.ID })
	unique(&f, "/lanes", "id", c.Lanes, func(l *Lane) string { return l.ID })
	unique(&f, "/audiences", "id", c.Audiences, func(a *Audience) string { return a.ID })
	unique(&f, "/policies", "id", c.Policies, func(p *Policy) string { return p.ID })
	unique(&f, "/answers", "id", c.Answers, func(a *ReadyAnswer) string { return a.ID })
	unique(&f, "/webhooks", "id", c.Webhooks, func(w *Webhook) string { return w.ID })
	c.validateAudiences(&f, ix)
	c.validatePlaces(&f, ix)
	c.validateTopics(&f, ix)
	c.validateTouchpoints(&f, ix)
	c.validatePeople(&f, ix)
	c.validateTeams(&f, ix)
	c.validateRoster(&f, ix)
	c.validatePolicies(&f, ix)
	c.validateRoutes(&f, ix)
	c.validateAnswers(&f, ix)
	return f.err("", "The brand can't be set up like this.")
}

func unique[T any](f *faults, pointer, member string, list []T, id func(*T) string) {
	seen := make(map[string]bool, len(list))
	for i := range list {
		k := id(&list[i])
		if seen[k] {
			f.add(at(pointer, i)+"/"+member, "expected each once; %q stands twice", k)
		}
		seen[k] = true
	}
}
