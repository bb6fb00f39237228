// Package reach is how the brand's people are reached: the page on which each of
// them says by which ways, tries them, and when it is to be quiet; and the page
// behind a notification's or a letter's link, on which they act without signing in.
//
// The tour:
//
//   - reach.go: [Reach], its routes.
//   - me.go: "How we reach you": the contacts with their health, and what is wrong
//     with other people's for who looks after them.
//   - often.go: how often codes and tests go out.
//   - change.go: adding a contact and verifying it, trying it, arranging, taking
//     away, quiet hours.
//   - act.go: the page of one notification: GET only shows, POST acts.
//
// Who sends, and how a contact's health follows from it, is the pager's.
package reach
