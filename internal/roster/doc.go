// Package roster is where the brand's people see who is on duty when, and change
// it: the week of each team and place, a person's own shifts, and what is asked
// among colleagues. It reads the same roster as the pager, and decides nothing.
//
// The tour:
//
//   - roster.go: [Roster] and its routes.
//   - week.go: the week of each team at its places, as a table; day.go: a day of
//     it, by the clock on the wall there, also when the clocks change.
//   - change.go: an override, with what it does seen before it is made.
//   - mine.go: a person's own shifts; calendars.go: calendars out, and what is wrong
//     with those that come in.
//   - ask.go: asking for cover or a swap, and answering.
package roster
