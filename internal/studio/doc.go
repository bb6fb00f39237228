// Package studio is where a brand is set up: the first run of a new house, and
// the room that shows owners which ways lead in, which lead out, and who is there.
//
// The tour:
//
//   - studio.go: [New], its routes.
//   - setup.go: the first run, one page; starter.go: what a new brand begins with.
//   - first.go: the first touchpoint's QR code, waiting for the first moment.
//   - room.go: the room itself: ways in, ways out, people, the brand file.
//   - ways.go: every touchpoint's ways in, and the composer of product codes;
//     codes.go: codes, sheets and tags as files.
//   - print.go: the print kit's pages; press.go: hundreds at once, as a job that
//     shows how far it is and can be left.
//   - devices.go: kiosks and other things: made, shown once, watched, revoked.
//   - routes.go: the route as sentences, and one rule as a form (pick.go, form.go);
//     rule.go: from the form to a rule; sentence.go: back to words; change.go: what
//     a change would do, before it is made; try.go: what the route does with a moment.
//   - act.go: what its buttons do.
package studio
