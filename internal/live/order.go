package live

import (
	"slices"

	"github.com/sayline/sayline"
)

// maxHeld is how many events wait for one that is missing before it is given up.
const maxHeld = 4096

// order gives the events of a brand in the order of their numbers, each once. A
// later one waits until all before it have come: with several processes the news
// of another's commit may come after our own. A feed that follows single moments
// sees only some numbers and is not put in order.
type order struct {
	partial bool
	known   bool  // last is known
	last    int64 // all up to it have been given, or were in the whole
	held    []sayline.Event
}

// start says that a whole showed all events up to last. It gives those that had
// come early and are next.
func (o *order) start(last int64) []sayline.Event {
	o.known, o.last = true, last
	return o.take(nil)
}

// take adds a batch and gives what is next, in order. Nothing is given before the
// start is known.
func (o *order) take(batch []sayline.Event) []sayline.Event {
	if len(o.held) == 0 && o.known && o.next(batch) {
		o.last = batch[len(batch)-1].Seq
		return batch // as it nearly always is: no copy
	}
	o.held = append(o.held, batch...)
	if !o.known {
		return nil
	}
	slices.SortStableFunc(o.held, func(a, b sayline.Event) int { return int(min(max(a.Seq-b.Seq, -1), 1)) })
	var ready []sayline.Event
	n := 0
	for _, e := range o.held {
		switch {
		case e.Seq <= o.last:
		case o.partial:
			ready = append(ready, e)
		case e.Seq == o.last+1:
			ready = append(ready, e)
			o.last = e.Seq
		default:
			o.held[n] = e
			n++
			continue
		}
	}
	o.held = o.held[:n]
	return ready
}

// next says whether a batch goes on where the last one ended.
func (o *order) next(batch []sayline.Event) bool {
	if o.partial || len(batch) == 0 {
		return false
	}
	for i := range batch {
		if batch[i].Seq != o.last+1+int64(i) {
			return false
		}
	}
	return true
}

// gap says whether events wait for one that is missing.
func (o *order) gap() bool { return o.known && len(o.held) > 0 }

// lost says whether too many wait.
func (o *order) lost() bool { return len(o.held) > maxHeld }
