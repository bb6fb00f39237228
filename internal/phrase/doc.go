// Package phrase reads what people's words say, without asking anybody: it is
// pure, embedded and works offline.
//
// The tour: cut.go cuts a text into its words; feel.go says how words feel, by a
// small lexicon and a rule for negation; count.go counts the phrases of many
// texts, each text once; rise.go says which of them are said more often than they
// usually are, and keeps what is chance alone rare.
//
// The methods and their sources are in docs/decisions/0026-words.md.
package phrase
