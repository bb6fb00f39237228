// Package calendar reads and writes iCalendar (RFC 5545), as much of it as
// rosters need, and is pure.
//
// Inwards: [Read] makes a [Calendar] of a feed; [Calendar.Between] expands its
// events, repeated ones too, by the clock on the wall of their zone; [Match] finds
// whose shifts they are. What can't be read or matched comes back as [Trouble],
// never silently dropped.
//
//   - line.go: bytes to lines: unfolding, names, parameters, values.
//   - read.go: lines to events.
//   - time.go: the forms of time; zone.go: the names of zones, also those that
//     office software uses.
//   - repeat.go: rules of repetition and their expansion.
//   - match.go: events to people.
//
// Outwards: [Write] makes the feed of a person or a team (write.go). Its times are
// in UTC, so it needs no definitions of zones.
package calendar
