// Package signpost is what machines read to find their way to a brand: search
// engines, assistants, scanners of barcodes, and who wants to report a fault.
//
//   - signpost.go: [New], the routes, and the headers all answers carry.
//   - catalog.go: /.well-known/api-catalog (RFC 9727), security.txt (RFC 9116).
//   - crawler.go: robots.txt (RFC 9309) and the sitemap.
//   - resolver.go: a resolver of GS1 Digital Links under /gs1, beside the touch
//     screen's own /cx/01; linkset.go: what it answers with (RFC 9264).
//
// Sources of the resolver: GS1-Conformant Resolver Standard 1.2, sections on
// requests and responses, and its schemas for linksets and description files.
package signpost
