// Package check says from outside whether a brand keeps the protocol's promises:
// the numbered checks of docs/protocol.md, section 8, by class.
//
//   - check.go: [Run], and which checks there are.
//   - report.go: what a run found, for people ([Report.Text]) and programs (JSON).
//   - probe.go: how a brand is asked; everything said is marked and taken back.
//   - discovery.go (D), core.go, receipts.go, once.go and words.go (C), media.go and media_kept.go (M), reply.go
//     (R), privacy.go (P), events.go (E), gs1.go (G), open311.go (O), screen.go (H).
//   - samples.go: the photos and voices that are sent; receiver.go: the far end of
//     a brand's webhooks.
//
// Only the classes a brand claims are run. Nothing of a server is known but what
// it answers, so what cannot be seen from outside is never passed: it is reported
// as needing a hand. A run is safe on a live brand: it says some hundred moments,
// each marked as a check, never about a place or a product of the brand, and
// withdraws them at its end.
package check
