// Package screen is what anybody sees and any client calls: the touch screen,
// the answer, and the protocol's HTTP side. It reads requests and writes
// answers; what is true it asks the door (package intake).
//
// The tour, in the order of a person's way:
//
//   - screen.go: [New] and [Screen.Routes], all routes on one screen.
//   - spot.go: where somebody stands: a touchpoint, a barcode, a place.
//   - frame.go: what every page has: the brand, its look, the language. colour.go
//     and look.go make a readable palette of the brand's one colour; voice.go
//     puts the brand's own lines before ours.
//   - touch.go: the touch screen, one response that fits the first flight.
//   - form.go, submit.go: saying something, as a form and as JSON.
//   - parts.go: what is sent, photos and voices too, piece by piece; media.go:
//     adding them to a receipt, and getting them back.
//   - receipt.go, change.go: the receipt and what its author may do with it;
//     documents.go writes it for clients, answer.go shows it to people, gift.go
//     decides what is asked first, stream.go tells it as it happens.
//   - device.go: the brand's own things, which sign what they send; came.go: what
//     came of it, for everybody who stands there; kiosk.go: their screen.
//   - discovery.go, touchpoints.go, openapi.go: what a client needs to know.
//   - problem.go: errors, for people and for clients.
//   - later.go: what comes after the first act; install.go: the web app manifest,
//     the service worker, what other apps share; icon.go: the icons.
//
// In assets: line.js is a tap's life as a state machine without a page, talk.js
// what follows the receipt; world.js gives them a browser, as much as a tap
// needs; touch.js turns the first screen. After the first act come queue.js and
// keep.js (the queue in IndexedDB, shared by tabs), who.js (who comes with a proof
// or a pass), media.js (photo and voice) and gifts.js (the answer as it happens);
// answer.js is a receipt opened again, sw.js the service worker.
package screen
