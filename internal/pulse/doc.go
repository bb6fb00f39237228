// Package pulse is the live picture of a brand: how much is said, how it feels,
// how soon people are reached, where it needs somebody, what rises, and the words
// themselves as they come; and the wall, the same for a screen on a wall.
//
// The tour, from a request to the page:
//
//   - pulse.go: [Pulse] and all its routes; what a page is asked for.
//   - period.go: the periods, and how a period is cut into buckets.
//   - filter.go: [Filter], the part of everything said that a page tells of.
//   - facet.go: everything a page can be narrowed by touching; ask.go: or by
//     saying it.
//   - usual.go: what is usual: the mean of the same weekdays before.
//   - board.go: the numbers of a page, read from the roll-ups.
//   - places.go: touchpoints, where it needs us and where it shines; heat.go:
//     their strips; rising.go: topics that rise; cuts.go: what it is made of;
//     clocks.go: how soon, by team; stalled.go: what nobody took.
//   - alarms.go: what is unusual now, each in a sentence with its picture.
//   - summary.go: what a service the operator names makes of it, when asked.
//   - saying.go: what people's words say: phrases, and those that rise.
//   - said.go: the stream, in people's own words.
//   - chart.go: lines and bars as SVG paths.
//   - live.go: one producer for all who watch the same view; dear.go: what it reads
//     seldomer.
//   - measures.go: how each figure is counted, and what it is; measure_said.go:
//     who opened a screen and said nothing, and what was to be expected;
//     visits.go: what was said of those who came, where the brand brings how many;
//     interval.go: pure: how sure a figure is; sure.go: the same in a sentence, on touch.
//   - wall.go: the wall.
//
// Nothing of a private lane is read here, not even a count: every read of the
// store this room makes is one of lane "".
package pulse
