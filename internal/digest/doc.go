// Package digest writes what a brand's day or week came to, as a letter with
// pictures, to people who never sign in: a board, an owner, whoever said yes to it.
//
//	asked for ─letter→ its address says yes ─┬─ slot due ─lease→ letter ─→ next slot
//	                                         └─ one tap, or who asked ──→ ended
//
// The tour:
//
//   - digest.go: [Digest], its loop: what is due is leased, written, sent, reported.
//   - figures.go: what a day or week came to, from the same counts as the pulse's,
//     against what is usual; words.go: the few moments that speak for themselves.
//   - letter.go, letter.html: the letter, in words and as HTML that survives mail
//     programs; picture.go: its pictures, drawn here.
//   - token.go: the link by which an address says yes or no, without signing in.
//   - pages.go: the page in the studio, a look at the letter, and the link's page.
//
// Nothing of a private lane is read here, and of guarded audiences only what the
// pulse may tell: sums of lumps, never a moment.
package digest
