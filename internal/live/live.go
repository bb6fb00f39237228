// Package live carries committed events to open pages.
//
//	writer ──commit──→ Hub ──batches──→ producer ──one frame, rendered once──→ page
//	                                     (one per Feed key)                 ├→ page
//	                                                                        └→ page
//
// The tour, along the arrow:
//
//   - hub.go: [Hub] and [Sub], within the process. Publishing never waits: who
//     does not keep up is cut off and reads again from the store.
//   - order.go: events in the order of their numbers, whoever published first.
//   - frame.go: [Delta] in, [Frame] out: what a page's [Render] is asked for; how
//     a frame is written as server-sent events.
//   - feed.go: [Feed] and its producer: waits a little so that many events make
//     one frame, renders it once, hands the same bytes to all who watch.
//   - stream.go: [Streams] and [Stream], the HTTP side: headers, resuming,
//     heartbeats, deadlines, a cap, a clean end.
//
// A handler needs three lines: [Streams.Open], a deferred [Stream.Close], and
// [Stream.Follow].
package live
