// Package desk is where the brand's people do their work: the cases of their
// teams, what nobody is on yet first, and each case with what was said in it,
// why it is here, what the alert did, and the conversation.
//
// The tour:
//
//   - desk.go: [Desk] and its routes; the page that list and case share.
//   - list.go: whose cases, in which order, a page at a time.
//   - work.go: one case: its facts and state, and who promised what.
//   - thread.go: what was said in it, by its authors and by us.
//   - trace.go: why it came here and how fast, step by step.
//   - act.go: I'm on it, answer, note, resolve, seen.
//
// Whether somebody may see a case is asked of auth.Viewer, and nowhere else.
package desk
