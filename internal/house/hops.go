package house

import "github.com/sayline/sayline/internal/duty"

// Hops are duty's looks in the reader's words, in order: where, by which source,
// and whom it found there.
func (v *View) Hops(hops []duty.Hop) []string {
	var list []string
	for _, h := range hops {
		name := v.Say("duty_nobody")
		switch {
		case h.Person != "":
			name = v.Names.Person(h.Person)
		case h.Gone != "":
			name = v.Say("hop_gone", "name", v.Names.Person(h.Gone))
		}
		place := v.Names.Place(h.Place)
		if place == "" {
			place = v.Viewer.Brand.Name
		}
		list = append(list, Join(" · ", place, v.Say("hop_"+h.Source))+": "+name)
	}
	return list
}
