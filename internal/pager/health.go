package pager

import (
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
)

// noteOf is what the outcome of a call tells of the contact that was called. Only
// a provider's own word that the address is no more breaks it: whatever else
// went wrong may go right the next time.
func noteOf(b *brands.Snapshot, person string, c sayline.Contact, o notify.Outcome) store.ContactNote {
	n := store.ContactNote{Person: person, Contact: c, Told: sayline.ContactFailed, Detail: o.Detail}
	switch o.Class {
	case notify.Accepted:
		n.Told = sayline.ContactReached
	case notify.Gone:
		n.Told = sayline.ContactGone
	}
	if p := b.Index.Person(person); p != nil {
		n.Listed = slices.Contains(p.Contacts, c)
	}
	return n
}
