package sayline

import "time"

// Swap is somebody asking that a colleague takes a stretch of duty of theirs: in
// return for one of the colleague's, or for nothing, which is a cover. Accepted,
// it becomes overrides.
type Swap struct {
	Brand, ID   string
	Team, Place string
	From, Until time.Time
	Person      string // who asks
	Colleague   string // who is asked; "" for a cover that anybody of the team may take
	Back        Back   // what they take in return; zero for a cover
	State       string // see [SwapAsked]
	At          time.Time
	EndedBy     string // who accepted, declined or withdrew it
	EndedAt     time.Time
}

// Back is the stretch of the colleague's that whoever asks takes in return, in
// the same team.
type Back struct {
	Place       string
	From, Until time.Time
}

// States of a swap.
const (
	SwapAsked     = "asked"
	SwapAccepted  = "accepted"
	SwapDeclined  = "declined"
	SwapWithdrawn = "withdrawn"
)

// Cover says that nothing is taken in return.
func (s *Swap) Cover() bool { return s.Back == Back{} }

// Validate checks what somebody asks at a time against the brand. Whether the
// stretches are theirs to give the roster knows.
func (s *Swap) Validate(c *Config, ix *Index, now time.Time) error {
	var f faults
	c.validatePost(&f, ix, "", s.Team, s.Place)
	if !s.From.Before(s.Until) || s.Until.Sub(s.From) > maxOverride || !now.Before(s.Until) {
		f.add("/until", "expected a time after it begins, within a year, and not over yet")
	}
	if !c.WorksAt(ix, s.Team, s.Place, s.Person) {
		f.add("/person", worksShape, s.Person)
	}
	if s.Colleague != "" && !c.WorksAt(ix, s.Team, s.Place, s.Colleague) {
		f.add("/colleague", worksShape, s.Colleague)
	}
	if s.Colleague == s.Person {
		f.add("/colleague", "expected somebody else")
	}
	if !s.Cover() {
		s.validateBack(&f, c, ix, now)
	}
	return f.err("swap_wrong", "This can't be asked like this.")
}

func (s *Swap) validateBack(f *faults, c *Config, ix *Index, now time.Time) {
	if s.Colleague == "" {
		f.add("/colleague", "expected the one whose stretch is taken in return")
	}
	if !s.Back.From.Before(s.Back.Until) || s.Back.Until.Sub(s.Back.From) > maxOverride || !now.Before(s.Back.Until) {
		f.add("/back/until", "expected a time after it begins, within a year, and not over yet")
	}
	if !c.WorksAt(ix, s.Team, s.Back.Place, s.Person) {
		f.add("/back/place", "expected a place of %q, got %q", s.Person, s.Back.Place)
	}
}

// Overrides are what an accepted swap makes of the roster, with these ids: the
// colleague has what the asker had and, in a swap, the other way round. at is when
// it was accepted.
func (s *Swap) Overrides(colleague string, at time.Time, ids [2]string) []Override {
	list := []Override{{Brand: s.Brand, ID: ids[0], Kind: OverrideReplace, Team: s.Team, Place: s.Place, From: s.From, Until: s.Until, Person: colleague, Instead: s.Person, By: colleague, At: at, Swap: s.ID}}
	if !s.Cover() {
		list = append(list, Override{Brand: s.Brand, ID: ids[1], Kind: OverrideReplace, Team: s.Team, Place: s.Back.Place, From: s.Back.From, Until: s.Back.Until, Person: s.Person, Instead: colleague, By: colleague, At: at, Swap: s.ID})
	}
	return list
}
