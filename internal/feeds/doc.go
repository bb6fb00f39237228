// Package feeds is how rosters go in and out as calendars.
//
//   - feeds.go: what it is made of, and the [Feeds.Run] that keeps calendars kept
//     elsewhere read.
//   - fetch.go: one polite, guarded, bounded call for a calendar.
//   - out.go: the feed of a person or a team, at a secret address; what it says.
//
// What a calendar's events mean is found by internal/calendar; the brand's
// snapshot holds the outcome (internal/brands), so that a feed that is down
// changes nothing: its last good copy stays in force.
package feeds
