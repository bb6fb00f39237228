package sayline

import "slices"

// Audience is who may speak. Six are always there (see [StandardAudiences]); a
// brand adds its own.
type Audience struct {
	ID      string `json:"id"`
	Label   Text   `json:"label"`
	Guarded bool   `json:"guarded,omitempty"` // nothing about fewer than five of them shows in any count
}

// StandardAudiences are the audiences every brand has.
var StandardAudiences = []string{"customer", "prospect", "past-customer", "employee", "vendor", "partner"}

// employee is guarded at every brand, whatever it says of it.
const employee = "employee"

// Guarded are the audiences small enough that a count could point at one of
// them: employees, and those the brand says.
func (c *Config) Guarded() []string {
	list := []string{employee}
	for _, a := range c.Audiences {
		if a.Guarded && a.ID != employee {
			list = append(list, a.ID)
		}
	}
	return list
}

// GuardedAt says whether somebody of a guarded audience speaks at a touchpoint: how
// often its screen is opened could point at them.
func (c *Config) GuardedAt(t *Touchpoint) bool {
	guarded := c.Guarded()
	return slices.Contains(guarded, t.Audience()) || slices.ContainsFunc(t.Audiences, func(a string) bool { return slices.Contains(guarded, a) })
}
