// Package atlas is the map of every touchpoint of a brand: what each is meant to
// be and what it is, by audience and by stage of the journey or channel; and
// what is missing.
//
// The tour:
//
//   - atlas.go: [Atlas] and all its routes; query.go: what a page is asked for.
//   - felt.go: pure: what was felt at a touchpoint, whether that is worse than
//     intended, and its weight; coverage.go: pure: the score and its gaps.
//   - read.go: all touchpoints with what was felt there, from the roll-ups.
//   - board.go: the page; panel.go: one touchpoint with what people say there;
//     mentions.go: pure: what they mention; visits.go: of how many who came; way.go:
//     the way in that fits.
//   - change.go: every change of the map, each a new version of the brand.
//   - edit.go, table.go: editing in place; the map as CSV, out and in.
//   - trades.go, trades/: pure: the lists of what is typical for a trade; finder.go:
//     against what is there. unplaced.go: pure: what people speak of that no
//     touchpoint covers.
//   - proposals.go: pure: what could be added or said better, and which source
//     says so; opportunities.go: that, and what was decided on it, as pages show it;
//     decide.go: deciding; effect.go: what came of it, before and after.
//   - site.go: the brand's own site as it was read, and who looks after its pages.
//   - compare.go: the map under a name, and two of them side by side.
//   - live.go: pages are told that something was said.
//
// Nothing of a private lane is read here, not even a count, and what the brand's
// own people said shows only in groups large enough not to point at anybody.
package atlas
