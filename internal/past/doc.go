// Package past reads what people said before there was Sayline: CSV of reviews,
// tickets and surveys, as other tools write it. It only reads: what becomes of a
// row is the caller's.
//
//   - sheet.go: a file as rows of named cells, whatever its delimiter and encoding.
//   - mapping.go: which column is what; guessed from the names, as the common
//     exports have them.
//   - feeling.go, when.go: stars, grades and dates as people write them.
//   - row.go: a row as a moment, or why it can't be one.
//   - visits.go: files of how many came, which are read whole.
//
// Only columns that are mapped are looked at, and none of them can be who
// somebody is: what comes in is unidentified.
package past
