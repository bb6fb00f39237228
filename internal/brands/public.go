package brands

import (
	"slices"

	"github.com/sayline/sayline"
)

// Public says whether a touchpoint may be told to anybody: it is listed, or the
// front door, and is not for the brand's own people, its vendors or a private lane.
func (s *Snapshot) Public(t *sayline.Touchpoint) bool {
	return (t.Listed || t.ID == s.Index.FrontDoor().ID) && !Inside(t)
}

// Insiders are the audiences whose touchpoints are not told to everybody.
var Insiders = []string{"employee", "vendor", "partner"}

// Inside says whether a touchpoint is for insiders or a private lane.
func Inside(t *sayline.Touchpoint) bool {
	return t.Lane != "" || slices.ContainsFunc(t.Audiences, func(a string) bool { return slices.Contains(Insiders, a) })
}

// OpenTopics are the topics of public touchpoints that are in no private lane,
// in the brand's order.
func (s *Snapshot) OpenTopics() (list []*sayline.Topic) {
	for i := range s.Topics {
		t := &s.Topics[i]
		if t.Lane == "" && slices.ContainsFunc(s.Touchpoints, func(p sayline.Touchpoint) bool { return s.Public(&p) && slices.Contains(p.Topics, t.ID) }) {
			list = append(list, t)
		}
	}
	return list
}

// Resolvable says whether the brand has anything a GS1 key could name: products,
// or places with a GLN.
func (s *Snapshot) Resolvable() bool {
	return len(s.Products) > 0 || slices.ContainsFunc(s.Places, func(p sayline.Place) bool { return p.GLN != "" })
}

// Told are the ids of what may be told to everybody: the topics whose moments
// may, and the touchpoints and the audiences whose moments may not, which are the
// insiders and whom the brand guards.
func (s *Snapshot) Told() (topics, notAt, notBy []string) {
	for _, t := range s.OpenTopics() {
		topics = append(topics, t.ID)
	}
	for i := range s.Touchpoints {
		if t := &s.Touchpoints[i]; Inside(t) {
			notAt = append(notAt, t.ID)
		}
	}
	notBy = append(slices.Clone(Insiders), s.Guarded()...)
	return topics, notAt, notBy
}
