// Package phone is the shift phone: one that belongs to a team at a place and
// goes from hand to hand. A manager enrols it once; it then asks who has it, a
// person taps their name and types a PIN of their own, and acts as themselves,
// on that team's cases alone, until they hand it over, their shift ends or
// twelve hours have passed.
//
// The tour, in the order of a phone's life:
//
//   - phone.go: [Phones] and its routes.
//   - manage.go: the brand's phones: made, enrolled anew, revoked.
//   - enrol.go: a browser becomes the phone a code stands for.
//   - who.go: "Who has the phone?", and that somebody is wanted while nobody has.
//   - take.go: the PIN, and handing over.
//   - pin.go: a person's own PIN, set on a device of their own.
//
// What a phone may do is auth.Viewer's to say; its sessions are in the store.
package phone
