// Package ask reads what somebody typed about a brand ("restroom, unhappy, last 2
// hours, Terminal 2") as what the pulse can be narrowed by. It is pure: words in,
// values out.
//
// The tour:
//
//   - token.go: a sentence as words that can be compared, each with its place in
//     what was typed.
//   - book.go: [Book], what there is to ask for: the brand's own names in all its
//     languages, and the product's words for feelings, kinds and ways.
//   - read.go: [Book.Read], the longest words first. Nothing is lost: what is not
//     understood is left over, to be searched for as it stands.
//   - near.go: a word with a slip in it, where it means nothing as it stands.
//   - when.go: times, from "now" to "since Monday".
//   - suggest.go: [Book.Suggest], how the last words could go on.
//
// Nothing private is in a book: who asks for a private topic by its name searches
// for its words, and finds nothing of it.
package ask
