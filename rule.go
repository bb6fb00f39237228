package sayline

import (
	"slices"
	"time"
)

// Rule is one sentence of a brand's route: when a moment matches, it goes to
// this team, this urgently. Rules are ordered; the first that matches decides;
// behind the last stands the catch-all ([Config.CatchAll]).
type Rule struct {
	When    Match    `json:"when,omitzero"`
	To      string   `json:"to"`                           // team
	Urgency string   `json:"urgency,omitempty"`            // see [Urgencies]; default normal
	Within  Duration `json:"acknowledge_within,omitempty"` // default the brand's promise
	Answer  Duration `json:"answer_within,omitempty"`
	Also    []string `json:"also,omitempty"`     // teams that are informed, silently
	GroupAt string   `json:"group_at,omitempty"` // level of places cases are joined at; default what the team covers
	GroupBy []string `json:"group_by,omitempty"` // more fields of the key, see [GroupFields]
}

// Match is what a rule asks of a moment: every member given must hold; within
// a member one of the values is enough. An empty Match holds for everything.
type Match struct {
	Topics      []string `json:"topic,omitempty"`
	Kinds       []string `json:"kind,omitempty"`
	Feelings    []int    `json:"feeling,omitempty"`
	Touchpoints []string `json:"touchpoint,omitempty"`
	Channels    []string `json:"channel,omitempty"`
	Audiences   []string `json:"audience,omitempty"`
	Places      []string `json:"place,omitempty"` // at or under one of them
	Products    []string `json:"product,omitempty"`
	Sources     []string `json:"source,omitempty"`
	Has         []string `json:"has,omitempty"` // see [Haves]; all of them
}

// Urgencies, from most to least. Quiet is for the desk and the digest only;
// none is counted and shown, and is nobody's work.
const (
	Critical = "critical"
	Urgent   = "urgent"
	Normal   = "normal"
	Quiet    = "quiet"
	None     = "none"
)

var (
	Urgencies   = []string{Critical, Urgent, Normal, Quiet, None}
	Haves       = []string{"words", "place", "product", "lot", "ref", "contact"}
	GroupFields = []string{"audience", "touchpoint", "product", "ref", "source"}
)

// MoreUrgent says whether a stands before b.
func MoreUrgent(a, b string) bool {
	return slices.Index(Urgencies, a) < slices.Index(Urgencies, b)
}

// Decision is what the route decided for a moment: exactly one is in force.
type Decision struct {
	Version   int           // of the brand's configuration
	Rule      int           // 1 is the first; 0 the catch-all; -1 undecided, for a reason of ours
	Facts     []Fact        // what matched: "why did I get this?"
	Team      string        //
	Place     string        // the part of the tree the team is asked for
	Urgency   string        //
	Within    time.Duration // acknowledge
	Answer    time.Duration //
	Also      []string      // teams to inform
	GroupKey  string        // cases join by it; "" means a case of its own
	Pause     time.Duration // before the first step; what the author adds meanwhile travels with it
	OpensCase bool          // false: counted and shown only
	Pages     bool          // false: the desk only
}

// Fact is one thing that matched.
type Fact struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// CatchAll is the rule behind the last: the brand's first team has it.
func (c *Config) CatchAll() Rule {
	r := Rule{Urgency: Normal}
	if len(c.Teams) > 0 {
		r.To = c.Teams[0].ID
	}
	return r
}

func (c *Config) validateRoutes(f *faults, ix *Index) {
	if len(c.Teams) == 0 {
		f.add("/teams", "expected at least one team: what is said must reach somebody")
	}
	for i, r := range c.Routes {
		at := at("/routes", i)
		if ix.Team(r.To) == nil {
			f.add(at+"/to", "expected the id of a team, got %q", r.To)
		}
		for j, t := range r.Also {
			if ix.Team(t) == nil {
				f.add(sub(at, "also", j), "expected the id of a team, got %q", t)
			}
		}
		if r.Urgency != "" {
			oneOf(f, at+"/urgency", r.Urgency, Urgencies)
		}
		if r.GroupAt != "" && !slices.ContainsFunc(c.Places, func(p Place) bool { return p.Level == r.GroupAt }) {
			f.add(at+"/group_at", "expected a level that some place has, got %q", r.GroupAt)
		}
		for j, g := range r.GroupBy {
			oneOf(f, sub(at, "group_by", j), g, GroupFields)
		}
		r.When.validate(f, at+"/when", ix)
	}
}

func (m *Match) validate(f *faults, at string, ix *Index) {
	check := func(member string, values []string, known func(string) bool, what string) {
		for j, v := range values {
			if !known(v) {
				f.add(sub(at, member, j), "expected %s, got %q", what, v)
			}
		}
	}
	among := func(list []string) func(string) bool {
		return func(v string) bool { return slices.Contains(list, v) }
	}
	check("topic", m.Topics, func(v string) bool { return ix.Topic(v) != nil }, "the id of a topic")
	check("kind", m.Kinds, among(Kinds), "a kind")
	check("touchpoint", m.Touchpoints, func(v string) bool { return ix.Touchpoint(v) != nil }, "the id of a touchpoint")
	check("channel", m.Channels, among(Channels), "a channel")
	check("audience", m.Audiences, func(v string) bool { return ix.Audience(v) != nil }, "an audience")
	check("place", m.Places, func(v string) bool { return ix.Place(v) != nil }, "the id of a place")
	check("product", m.Products, func(v string) bool { return ix.Product(v) != nil }, "the GTIN of a product")
	check("source", m.Sources, among(Sources), "a source")
	check("has", m.Has, among(Haves), "one of words, place, product, lot, ref, contact")
	for j, v := range m.Feelings {
		if v < 1 || v > 5 {
			f.add(sub(at, "feeling", j), "expected 1 to 5, got %d", v)
		}
	}
}
