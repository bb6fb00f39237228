// Package cx is the CX protocol, version 2026-11, for anybody: the documents a
// brand answers with and a client sends, as Go types. It needs nothing but the
// standard library.
//
//   - discovery.go: what a brand says of itself at /.well-known/cx.
//   - moment.go: saying something, and the answer to it.
//   - receipt.go: the receipt, what may be added to it, and its messages.
//   - problem.go: how an error is told.
//
// Whoever reads these documents ignores unknown members. Times are RFC 3339
// with offset, languages BCP 47, spans of time ISO 8601 (PT5M, P1D), text UTF-8
// kept byte for byte, and every URL absolute.
package cx

// Version is the version of the protocol these types are of.
const Version = "2026-11"

// Rel is the link relation that leads from any page to the brand's discovery
// document. It is a constant of the code until the protocol has a home.
const Rel = "https://cx-protocol.example/rel/cx"

// WellKnown is the path of the discovery document.
const WellKnown = "/.well-known/cx"
