package store

import (
	"strings"

	"github.com/sayline/sayline"
)

// Point is a place on the way of what people say and do at which a process may
// die with the work half done. Tests end one there and look at what another makes
// of it; in the program nobody asks. docs/alerting.md says what holds after each.
type Point string

// The points, in the order in which they are passed: three about a transaction,
// three about a call to somebody outside.
const (
	BeforeCommit Point = "before the commit" // all is written, nothing is kept
	BeforeAnswer Point = "before the answer" // it is kept, and nobody has been told
	BeforeWake   Point = "before the wake"   // who waited has been told, who is to go on has not
	BeforeCall   Point = "before the call"   // it is leased, and nothing has left
	AfterCall    Point = "after the call"    // it has arrived, and nothing says so
	AfterResult  Point = "after the result"  // what came of it is kept
)

// Pass says that this process passes a point, and with what: the channel of a
// call, the events of a transaction.
func (s *Store) Pass(at Point, with string) {
	if s.passing != nil {
		s.passing(at, with)
	}
}

// pass is Pass of a transaction.
func (w *writer) pass(at Point, events []sayline.Event) {
	if w.store.passing == nil {
		return
	}
	types := make([]string, len(events))
	for i := range events {
		types[i] = events[i].Type
	}
	w.store.Pass(at, strings.Join(types, " "))
}
