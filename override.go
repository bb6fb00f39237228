package sayline

import "time"

// Override is a dated exception from a roster: somebody is on duty, or is not,
// or another has it in their place. It is in force from its making until it is
// taken back.
type Override struct {
	Brand, ID   string
	Kind        string // see [OverrideKinds]
	Team, Place string // a place "" is the whole brand
	From, Until time.Time
	Person      string // who has the duty; "" where somebody is only gone
	Instead     string // of whom; "" where somebody is added
	By          string // who made it
	At          time.Time
	Swap        string // the swap it came from; "" for none
}

// Kinds of overrides. One that adds stands at its place; one that removes or
// replaces counts at its place and at all within it.
const (
	OverrideAdd     = "add"     // Person is on duty
	OverrideRemove  = "remove"  // Instead is not
	OverrideReplace = "replace" // Person has whatever Instead had
)

var OverrideKinds = []string{OverrideAdd, OverrideRemove, OverrideReplace}

// maxOverride is how long one may last: a year's leave, and not a typing error.
const maxOverride = 366 * 24 * time.Hour

// Validate checks an override against the brand.
func (o *Override) Validate(c *Config, ix *Index) error {
	var f faults
	oneOf(&f, "/kind", o.Kind, OverrideKinds)
	c.validatePost(&f, ix, "", o.Team, o.Place)
	if !o.From.Before(o.Until) || o.Until.Sub(o.From) > maxOverride {
		f.add("/until", "expected a time after it begins, within a year")
	}
	if o.Kind != OverrideRemove && !c.WorksAt(ix, o.Team, o.Place, o.Person) {
		f.add("/person", worksShape, o.Person)
	}
	if o.Kind == OverrideRemove && o.Person != "" {
		f.add("/person", "expected nobody, got %q", o.Person)
	}
	if o.Kind != OverrideAdd && ix.Person(o.Instead) == nil {
		f.add("/instead", "expected the id of a person, got %q", o.Instead)
	}
	if o.Kind == OverrideAdd && o.Instead != "" {
		f.add("/instead", "expected nobody, got %q", o.Instead)
	}
	if o.Kind == OverrideReplace && o.Instead == o.Person {
		f.add("/person", "expected somebody else")
	}
	return f.err("override_wrong", "The roster can't be changed like this.")
}

// Covers says whether an override is in force at a time.
func (o *Override) Covers(t time.Time) bool { return !t.Before(o.From) && t.Before(o.Until) }

// Fed is one stretch of duty out of a [Calendar].
type Fed struct {
	Calendar, UID       string
	Team, Place, Person string
	From, Until         time.Time
}
