// Package demo is Sayline with something to look at: three brands with their
// people, the days they have already lived, a living stream of moments, real
// receivers for what leaves by webhook and e-mail, and /demo, where the
// shopper's phone, the manager's phone and the wall stand side by side.
//
// Nothing in it is painted. The past is lived in fast forward through the very
// door and store of today, under a clock that runs ahead until it reaches now;
// the stream posts to the server as a phone does; the stopwatch of /demo
// measures the product's own pages, in which there is no line for the demo.
//
// Start with [Open] and [Demo.Run]. The tour:
//
//   - demo.go: the parts, in order. prepare.go makes the brands, their people's
//     accounts and their past. doors.go is who signs in where, for the terminal
//     and the page.
//   - said.go and said/*.json: what people say at the brands, and what they are
//     answered; life.go what the brands' people do about it, and how long it
//     takes them; wishes.go what they mean to do better. past.go lives days that are
//     over, present.go the one under way.
//   - shelf.go: where the visitor stands, and beginning again there.
//   - receivers.go: a mail server and a webhook endpoint, what a company would
//     have outside of Sayline.
//   - page.go and assets/: the three phones. trace.go is the stream of events
//     beside them, for what happens on a phone that is not on the page.
package demo
