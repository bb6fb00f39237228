// Package errand is long work that can be left: a file of past feedback that is
// brought in, and a large view of the pulse that is taken out.
//
//	file ─upload→ draft ─columns, preview, start→ waiting ─lease→ working ─→ ready
//	view ─ask────────────────────────────────────→ waiting                    └─undo→ undone
//
// The tour:
//
//   - errand.go: [Errand], its loop: what waits is leased and worked on, lot by lot;
//     a process that dies leaves a row that another goes on with.
//   - import.go: a file read by a mapping, brought in and taken back; export.go: a
//     view written to a file that is kept for a day; gone.go: what its author took back
//     since is left out of it; tell.go: who asked for it is told.
//   - visits.go: how many came, as the brand counted them: a file that comes in whole
//     or not at all, and its page.
//   - inpages.go, outpages.go: the pages of both; form.go: the file and the columns
//     as they are sent.
//
// What stands in a file is read by internal/past; what a view is, by internal/pulse.
package errand
