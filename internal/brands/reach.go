package brands

import (
	"cmp"
	"slices"

	"github.com/sayline/sayline"
)

// Reach puts what is known of people's contacts, and their quiet hours, into a
// snapshot that nobody reads yet.
func (s *Snapshot) Reach(contacts []sayline.KnownContact, quiet map[string]sayline.QuietHours) *Snapshot {
	s.known, s.quiet = map[string][]sayline.KnownContact{}, quiet
	stored := map[string][]sayline.KnownContact{}
	for _, k := range contacts {
		stored[k.Person] = append(stored[k.Person], k)
	}
	for i := range s.People {
		p := &s.People[i]
		s.known[p.ID] = s.merge(p, stored[p.ID])
	}
	return s
}

// merge are a person's contacts in the order they are used: as the person
// arranged them, then those of the brand file, then by when they were registered.
// What is stored of an address the brand file no longer has is not one.
func (s *Snapshot) merge(p *sayline.Person, stored []sayline.KnownContact) []sayline.KnownContact {
	var list []sayline.KnownContact
	for _, c := range p.Contacts {
		if slices.ContainsFunc(list, func(k sayline.KnownContact) bool { return k.Contact == c }) {
			continue
		}
		k := sayline.KnownContact{Brand: s.ID, Person: p.ID, ID: sayline.ContactID(c.Channel, c.Address), Contact: c, State: sayline.ContactOK}
		if i := slices.IndexFunc(stored, func(k sayline.KnownContact) bool { return k.Contact == c }); i >= 0 {
			k = stored[i]
			k.Account = ""
		}
		list = append(list, k)
	}
	own := slices.DeleteFunc(slices.Clone(stored), func(k sayline.KnownContact) bool { return !k.Own() || slices.Contains(p.Contacts, k.Contact) })
	slices.SortStableFunc(own, func(a, b sayline.KnownContact) int { return a.MadeAt.Compare(b.MadeAt) })
	list = append(list, own...)
	slices.SortStableFunc(list, func(a, b sayline.KnownContact) int {
		return cmp.Or(cmp.Compare(b2i(a.Rank == 0), b2i(b.Rank == 0)), cmp.Compare(a.Rank, b.Rank))
	})
	return list
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Known are all contacts of a person besides the desk, in the order they are
// used, with those that are not used.
func (s *Snapshot) Known(person string) []sayline.KnownContact {
	if s.known == nil { // nothing was read of them
		if p := s.Index.Person(person); p != nil {
			return s.merge(p, nil)
		}
	}
	return s.known[person]
}

// Contacts are the ways by which a person is paged for something of this
// urgency, besides the desk, in their order: of the brand file and registered by
// themselves, verified, none that is broken.
func (s *Snapshot) Contacts(person, urgency string) []sayline.Contact {
	calm := urgency != sayline.Urgent && urgency != sayline.Critical
	var list []sayline.Contact
	for _, k := range s.Known(person) {
		if k.Usable() && !(k.Urgent && calm) {
			list = append(list, k.Contact)
		}
	}
	return list
}

// Quiet are a person's quiet hours; [sayline.QuietHours.None] where they have none.
func (s *Snapshot) Quiet(person string) sayline.QuietHours {
	q := s.quiet[person]
	q.Zone = cmp.Or(q.Zone, s.Location().String())
	return q
}
