// Package studio is where a brand is set up: the first run of a new house, and
// the room that shows owners which ways lead in, which lead out, and who is there.
//
// The tour:
//
//   - studio.go: [New], its routes.
//   - setup.go: the first run, one page; starter.go: what a new brand begins with.
//   - first.go: the first touchpoint's QR code, waiting for the first moment.
//   - room.go: the room itself: ways in, ways out, people, the brand file.
//   - act.go: what its buttons do.
package studio
