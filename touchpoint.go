package sayline

import (
	"slices"
	"strings"
)

// Touchpoint is one place or occasion where an audience meets the brand: a
// shelf, a restroom, a package, the phone greeting, an invoice, a web page.
type Touchpoint struct {
	ID        string          `json:"id"`   // short and opaque, printed on things: k7f3
	Name      Text            `json:"name"` // "Shelf 14"
	Channel   string          `json:"channel"`
	Stage     string          `json:"stage"`               // of the journey, see [Stages]
	Audiences []string        `json:"audiences,omitempty"` // who meets the brand here; the first is assumed. Default customer
	Place     string          `json:"place,omitempty"`
	Product   string          `json:"product,omitempty"` // GTIN
	Owner     string          `json:"owner,omitempty"`   // team that answers for how it feels
	Lane      string          `json:"lane,omitempty"`    // everything said here is private to this lane
	First     string          `json:"first,omitempty"`   // what the screen puts first: topics, faces or say
	Topics    []string        `json:"topics,omitempty"`  // chips, at most six
	Listed    bool            `json:"listed,omitempty"`  // may be shown to anybody who asks for the brand's touchpoints
	Silent    bool            `json:"silent,omitempty"`  // on the map, but nobody listens there yet
	Hours     Hours           `json:"hours,omitzero"`    // when somebody is there for it; default the place's
	Response  Response        `json:"response,omitzero"` // what is promised here, where it is not the brand's promise
	Purpose   Text            `json:"purpose,omitempty"`
	Promise   Text            `json:"promise,omitempty"`
	Tone      Text            `json:"tone,omitempty"`
	OnlyHere  Text            `json:"only_here,omitempty"`        // what the brand does at this moment that others don't
	Message   string          `json:"message,omitempty"`          // how it carries the core message, see [MessageFits]
	Feeling   Text            `json:"intended_feeling,omitempty"` // a word: expected, welcome, safe, proud
	Lines     map[string]Text `json:"lines,omitempty"`

	Face          int      `json:"intended_face,omitempty"`   // the face it is meant to have; default [MeantFace] where a feeling is intended
	FeelingTopic  string   `json:"intended_topic,omitempty"`  // the chip with which people say the intended feeling
	OppositeTopic string   `json:"opposite_topic,omitempty"`  // and the one with which they say its opposite
	OnlyHereWords []string `json:"only_here_words,omitempty"` // by which people mention what is only here; default those of OnlyHere itself
}

// Channels, Stages and Firsts are the fixed words a touchpoint chooses from;
// MessageFits says how it carries the brand's core message.
var (
	Channels    = []string{"shelf", "package", "site", "kiosk", "web", "app", "phone", "email", "print", "social", "person", "event", "delivery", "dock", "office"}
	Stages      = []string{"hears", "decides", "uses", "needs", "leaves"}
	Firsts      = []string{"topics", "faces", "say"}
	MessageFits = []string{"carries", "silent", "contradicts"}
)

// Audience is who is assumed to speak here.
func (t *Touchpoint) Audience() string {
	if len(t.Audiences) == 0 {
		return StandardAudiences[0]
	}
	return t.Audiences[0]
}

// MeantFace is the face a touchpoint is meant to have where only a word says how
// it should feel: good.
const MeantFace = 4

// Meant is the face a touchpoint is meant to have, 1 to 5; 0 where nobody said
// how it should feel.
func (t *Touchpoint) Meant() int {
	if t.Face == 0 && !t.Feeling.Empty() {
		return MeantFace
	}
	return t.Face
}

// Topic is one of the brand's own short list of things people say; one tap each.
type Topic struct {
	ID      string     `json:"id"`
	Kind    string     `json:"kind"`
	Label   Text       `json:"label"`
	Lane    string     `json:"lane,omitempty"`    // about a person, or otherwise private
	Feeling int        `json:"feeling,omitempty"` // what choosing it says about the feeling, if anything
	Needs   []string   `json:"needs,omitempty"`   // place, product: asked after the tap where missing
	Group   string     `json:"group,omitempty"`   // "never": each is a case of its own
	Steps   []WorkStep `json:"steps,omitempty"`   // of the work on it, told to its author; default, for a request, the brand's
	Done    Text       `json:"done,omitempty"`    // what was done about it, in a word: "Cleaned"
	TellMe  Text       `json:"tell_me,omitempty"` // the gift offered after it: "Tell me when it's back"
}

// Kinds of moments. A request is "I want this done".
var Kinds = []string{"praise", "problem", "idea", "question", "request"}

// KnownKind is the kind a moment is treated as: an unknown one is a question.
func KnownKind(kind string) string {
	if slices.Contains(Kinds, kind) {
		return kind
	}
	return "question"
}

const (
	maxChips      = 6
	maxTouchpoint = 48
)

func (c *Config) validateTopics(f *faults, ix *Index) {
	for i, t := range c.Topics {
		at := at("/topics", i)
		if !ValidHandle(t.ID) {
			f.add(at+"/id", handleShape)
		}
		oneOf(f, at+"/kind", t.Kind, Kinds)
		if t.Label.Empty() {
			f.add(at+"/label", "expected words for the chip")
		}
		t.Label.validate(f, at+"/label", c.Languages, 40)
		t.Done.validate(f, at+"/done", c.Languages, 40)
		t.TellMe.validate(f, at+"/tell_me", c.Languages, 80)
		validateSteps(f, at+"/steps", t.Steps, c.Languages)
		ix.mustLane(f, at+"/lane", t.Lane)
		if t.Feeling < 0 || t.Feeling > 5 {
			f.add(at+"/feeling", "expected 1 to 5")
		}
		for _, n := range t.Needs {
			oneOf(f, at+"/needs", n, []string{"place", "product"})
		}
		if t.Group != "" {
			oneOf(f, at+"/group", t.Group, []string{"never"})
		}
	}
}

func (c *Config) validateTouchpoints(f *faults, ix *Index) {
	for i := range c.Touchpoints {
		t, at := &c.Touchpoints[i], at("/touchpoints", i)
		if !ValidHandle(t.ID) || len(t.ID) > maxTouchpoint {
			f.add(at+"/id", handleShape)
		}
		if t.Name.Empty() {
			f.add(at+"/name", "expected the touchpoint's name")
		}
		oneOf(f, at+"/channel", t.Channel, Channels)
		oneOf(f, at+"/stage", t.Stage, Stages)
		for j, a := range t.Audiences {
			if ix.Audience(a) == nil {
				f.add(sub(at, "audiences", j), "expected an audience, got %q", a)
			}
		}
		if t.Place != "" && ix.Place(t.Place) == nil {
			f.add(at+"/place", "expected the id of a place, got %q", t.Place)
		}
		if t.Product != "" && ix.Product(t.Product) == nil {
			f.add(at+"/product", "expected the GTIN of a product, got %q", t.Product)
		}
		if t.Owner != "" && ix.Team(t.Owner) == nil {
			f.add(at+"/owner", "expected the id of a team, got %q", t.Owner)
		}
		ix.mustLane(f, at+"/lane", t.Lane)
		if t.First != "" {
			oneOf(f, at+"/first", t.First, Firsts)
		}
		if t.Message != "" {
			oneOf(f, at+"/message", t.Message, MessageFits)
		}
		if len(t.Topics) > maxChips {
			f.add(at+"/topics", "expected at most %d topics: people choose in eight seconds", maxChips)
		}
		for j, id := range t.Topics {
			if ix.Topic(id) == nil {
				f.add(sub(at, "topics", j), "expected the id of a topic, got %q", id)
			}
		}
		for name, words := range map[string]Text{"name": t.Name, "purpose": t.Purpose, "promise": t.Promise, "tone": t.Tone, "only_here": t.OnlyHere, "intended_feeling": t.Feeling} {
			words.validate(f, at+"/"+name, c.Languages, 300)
		}
		t.Hours.validate(f, at+"/hours")
		validateLines(f, at+"/lines", t.Lines, c.Languages)
		t.validateMeant(f, at, ix)
	}
}

// validateMeant checks how a touchpoint is meant to feel, and how that is told.
func (t *Touchpoint) validateMeant(f *faults, at string, ix *Index) {
	if t.Face < 0 || t.Face > 5 {
		f.add(at+"/intended_face", "expected 1 to 5")
	}
	for name, id := range map[string]string{"intended_topic": t.FeelingTopic, "opposite_topic": t.OppositeTopic} {
		if id != "" && ix.Topic(id) == nil {
			f.add(at+"/"+name, "expected the id of a topic, got %q", id)
		}
	}
	shortNames(f, at+"/only_here_words", t.OnlyHereWords)
}

func oneOf(f *faults, pointer, got string, allowed []string) {
	if !slices.Contains(allowed, got) {
		f.add(pointer, "expected one of %s, got %q", strings.Join(allowed, ", "), got)
	}
}

func sub(pointer, member string, i int) string { return at(pointer+"/"+member, i) }
