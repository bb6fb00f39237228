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
//   - receipt.go, change.go: the receipt and what its author may do with it;
//     documents.go writes it for clients, answer.go shows it to people, gift.go
//     decides what is asked first, stream.go tells it as it happens.
//   - discovery.go, touchpoints.go, openapi.go: what a client needs to know.
//   - problem.go: errors, for people and for clients.
//
// In assets: line.js is the client's life as a state machine without a page;
// world.js gives it a browser; touch.js turns the first screen; gifts.js is
// loaded after the first tap; answer.js is a receipt opened again.
package screen
