// Package desk is where the brand's people do their work: the cases of their
// teams, what nobody is on yet first, and each case with what was said in it,
// why it is here, what the alert did, and the conversation.
//
// The tour:
//
//   - desk.go: [Desk] and its routes; the page that list and case share.
//   - list.go: whose cases, in which order, a page at a time; filter.go: what
//     narrows it, and the views people keep; bulk.go: several at once.
//   - search.go: what was said, by its words, wherever one is in the house.
//   - promised.go: a team's promise that falls, above the list.
//   - work.go: one case: its facts and state, and who promised what.
//   - thread.go: what was said in it, by its authors and by us.
//   - trace.go: why it came here and how fast, step by step.
//   - say.go: saying it for a guest who said it aloud.
//   - shape.go: handed over, joined, split; alike.go: what may be the same.
//   - compose.go: what stands beside the box; hint.go, mention.go, known.go,
//     present.go, verdict.go: hints, who is named, who speaks, who else is here,
//     what the authors said of it.
//   - write.go: an answer or a note, with what comes with it.
//   - act.go: I'm on it, resolve, seen, a step of the work.
//
// Whether somebody may see a case is asked of auth.Viewer, and nowhere else.
package desk
