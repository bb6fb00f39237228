package pager

// place is how far an endpoint has come: the number up to which every event is
// done with, while later ones may be done already. Pure.
type place struct {
	read  int64  // events up to it were taken up, or are not for this endpoint
	under []open // being sent, in order; the first is never done
}

type open struct {
	seq  int64
	done bool
}

// begin notes that an event is being sent. Numbers rise.
func (p *place) begin(seq int64) { p.under = append(p.under, open{seq: seq}) }

// end notes that one is done with: taken, or left to be tried again.
func (p *place) end(seq int64) {
	for i := range p.under {
		if p.under[i].seq == seq {
			p.under[i].done = true
			break
		}
	}
	n := 0
	for n < len(p.under) && p.under[n].done {
		n++
	}
	p.under = p.under[n:]
}

// at is the number up to which all is done with. ready is the first event that
// was read and not begun, 0 when there is none.
func (p *place) at(ready int64) int64 {
	switch {
	case len(p.under) > 0:
		return p.under[0].seq - 1
	case ready > 0:
		return ready - 1
	}
	return p.read
}
