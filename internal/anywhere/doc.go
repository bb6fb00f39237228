// Package anywhere is /say on the operator's host: somebody types, speaks or
// scans a brand's name or address and what they want to say, and the brand's
// own screen opens with the words filled in, whosever software answers there.
// It never sends anything by itself, and keeps nothing of what is said.
//
// The tour:
//
//   - sentence.go: "Sparkle, my lemon tastes of metal" taken apart into a brand
//     and words, with the directory's help. domain.go: what is an address, and
//     how one is shown so that a look-alike gives itself away. fold.go: how names
//     are compared.
//   - directory.go: the brands known here by name. The brands of this server are
//     always in it; others only while their discovery document is valid.
//   - finder.go: [Anywhere.Find], from a sentence to an answer: the one brand, a
//     choice, or "not here yet" with the brand's own contact (contact.go).
//     learn.go: documents fetched, kept, checked again, dropped.
//   - anywhere.go: [New] and [Anywhere.Routes]; page.go: the page.
//
// In assets: anywhere.js speaks, scans, and keeps the wallet of receipts, which
// never leaves the device.
package anywhere
