package sayline

import (
	"slices"
	"strings"
	"time"
	"unicode"
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
	Raise   Raise    `json:"raise,omitzero"`     // a case that grows, or certain words, make it more urgent
	Policy  string   `json:"policy,omitempty"`   // how its cases climb; default the usual way of their urgency
}

// Raise lets a count or words raise the urgency: "the third from one lot is
// critical", "whoever says glass is urgent". The zero value never does.
type Raise struct {
	At    int      `json:"at,omitempty"`    // moments in the case, from 2
	Words []string `json:"words,omitempty"` // one of them is said; in every language the brand hears, "allerg*" with any ending
	To    string   `json:"to,omitempty"`    // see [Urgencies]; normal at least
}

// IsZero says whether it never raises anything.
func (r Raise) IsZero() bool { return r.At == 0 && len(r.Words) == 0 && r.To == "" }

// Limits of what a rule may wait for.
const (
	mostRaise      = 10_000 // moments
	mostRaiseWords = 200
	maxRaiseWord   = 60 // characters
)

// Urgency is what a moment of this urgency makes of a case that holds so many
// moments, itself included.
func (r Raise) Urgency(urgency string, moments int) string {
	if r.At > 0 && moments >= r.At && MoreUrgent(r.To, urgency) {
		return r.To
	}
	return urgency
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
	Tiers       []string `json:"tier,omitempty"` // of who has proved to be a member; said alone, it doesn't count
	Has         []string `json:"has,omitempty"`  // see [Haves]; all of them
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
	Haves       = []string{"words", "place", "product", "lot", "ref", "contact", "proof"}
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
	Within    time.Duration // acknowledge; as promised, of opening hours where they count
	Answer    time.Duration //
	LookBy    time.Time     // when these end, where they were decided at a time; never kept
	AnswerBy  time.Time     //
	Also      []string      // teams to inform
	GroupKey  string        // cases join by it; "" means a case of its own
	Pause     time.Duration // before the first step; what the author adds meanwhile travels with it
	Policy    string        // how its case climbs; "" for the usual way of its urgency
	AckTime   time.Duration // of that policy, see [Case.AckTime]
	Raise     Raise         // what the number of moments in its case may make of the urgency
	OpensCase bool          // false: counted and shown only
	Pages     bool          // false: the desk only
}

// Promise is until when a decision of now promises a look and an answer.
func (d *Decision) Promise(now time.Time) (look, answer time.Time) {
	if d.LookBy.IsZero() || d.AnswerBy.IsZero() {
		return now.Add(d.Within), now.Add(d.Answer)
	}
	return d.LookBy, d.AnswerBy
}

// Fact is one thing that matched.
type Fact struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// FactRaised is the field of the word that raised the urgency.
const FactRaised = "raised"

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
		if r.Policy != "" && c.Policy(r.Policy) == nil {
			f.add(at+"/policy", "expected the id of a policy, got %q", r.Policy)
		}
		r.validateRaise(f, at+"/raise")
		r.When.validate(f, at+"/when", ix)
	}
}

func (r *Rule) validateRaise(f *faults, at string) {
	if r.Raise.IsZero() {
		return
	}
	if n := r.Raise.At; (n != 0 || len(r.Raise.Words) == 0) && (n < 2 || n > mostRaise) {
		f.add(at+"/at", "expected a number of moments from 2 to %d, got %d", mostRaise, n)
	}
	if len(r.Raise.Words) > mostRaiseWords {
		f.add(at+"/words", "expected at most %d words", mostRaiseWords)
	}
	for i, w := range r.Raise.Words {
		if n := len([]rune(w)); n > maxRaiseWord || strings.IndexFunc(w, isLetterOrDigit) < 0 {
			f.add(sub(at, "words", i), "expected a word of at most %d characters, got %q", maxRaiseWord, w)
		}
	}
	oneOf(f, at+"/to", r.Raise.To, []string{Critical, Urgent, Normal})
	switch {
	case r.Urgency == None && r.Raise.At > 0:
		f.add(at, "expected an urgency other than none: what is only counted has no case that could grow")
	case r.Urgency != "" && slices.Contains(Urgencies, r.Urgency) && !MoreUrgent(r.Raise.To, r.Urgency):
		f.add(at+"/to", "expected more than the rule's own urgency, %s", r.Urgency)
	}
}

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

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
	check("has", m.Has, among(Haves), "one of words, place, product, lot, ref, contact, proof")
	check("tier", m.Tiers, func(v string) bool { return v != "" && len([]rune(v)) <= MaxShort }, "a tier as the proof names it, such as gold")
	for j, v := range m.Feelings {
		if v < 1 || v > 5 {
			f.add(sub(at, "feeling", j), "expected 1 to 5, got %d", v)
		}
	}
}
