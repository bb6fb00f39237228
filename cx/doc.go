// Package cx is the CX protocol, version 2026-11, for anybody: the documents a
// brand answers with and a client sends, as Go types, and a client that finds a
// brand, says something to it, and follows what becomes of it. It needs nothing
// but the standard library.
//
// The documents:
//   - discovery.go: what a brand says of itself at /.well-known/cx; valid.go
//     says when that counts.
//   - moment.go: saying something, and the answer to it.
//   - receipt.go: the receipt, what may be added to it, and its messages.
//   - problem.go: how an error is told.
//
// The client, in the order of a person's way:
//   - client.go: [Client], whose zero value works.
//   - discover.go: [Client.Discover] finds a brand by domain, link or barcode;
//     link.go reads the links of pages, page.go what else a page tells.
//   - template.go: [Expand] fills in an address (RFC 6570).
//   - say.go: [Client.Say]; [NewSubmission] freezes key and bytes.
//   - answer.go: [Answer], what an author may do with a receipt's address;
//     watch.go follows it as it happens.
//
// Package cx/js is the same client for a browser, cx/check the conformance
// checks, cx/minimal a whole server in one small file.
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

// MaxDiscovery is the most bytes a discovery document may have.
const MaxDiscovery = 64 << 10
