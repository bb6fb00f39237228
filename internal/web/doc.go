// Package web is the small HTTP kit every page and every call of the house is
// made with. It knows HTTP, not Sayline's nouns beyond their errors.
//
// The tour:
//
//   - handler.go: [Handler] returns an error; [Errors] renders, logs and counts
//     it, in one place: problem+json for clients, a page for people. kind.go is
//     the one table from a [sayline.Kind] to a status.
//   - send.go: whole answers, compressed, tagged, 304 where nothing changed.
//   - stream.go: text/event-stream, and how many may be open at once.
//   - assets.go: embedded files under names that carry their content's hash.
//   - headers.go: the security headers and the content security policy.
//   - accept.go: which language and which media type somebody wants.
//   - client.go, limit.go: whose address this is behind trusted proxies, and how
//     often that address may do something. Addresses are never kept.
//   - body.go, json.go, object.go: what somebody sent, read strictly, with a
//     pointer at every member at fault.
//   - squeeze.go: comments and indents taken out of what is put into pages.
package web
