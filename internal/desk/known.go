package desk

import (
	"context"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
)

// mostEarlier is how many of somebody's earlier moments a case shows.
const mostEarlier = 5

// known is who speaks in a case, where they said or proved who they are: their
// name and tier, and what they said before under the same proof or address.
type known struct {
	Name, Tier string
	Proof      string // who proved it; "" where it was only said
	Earlier    []earlier
}

// earlier is something they said before, and what became of it.
type earlier struct {
	Title, When, Words, Where string
	Feeling, After            int
	Solved                    string
	Answer                    string // what they were told last
	Kept                      string // of the promise, in words
	Late                      bool
	Link                      string // the case; "" for who may not open it
}

// known reads who speaks, of the one author that is answered, else of the only
// identified one. In a private lane and for another company nobody has a past.
func (d *Desk) known(ctx context.Context, v *house.View, w *work) (*known, error) {
	m := w.speaker()
	if m == nil || w.Private || v.Viewer.Outside {
		return nil, nil
	}
	c := m.Contact
	k := &known{Name: c.Name}
	if p := c.Proved; p != nil {
		k.Tier, k.Proof = p.Tier, p.By
		if by := v.Brand().Voucher(p.By); by != nil {
			k.Proof = v.Names.Text(by.Name)
		}
	}
	list, err := d.Store.Earlier(ctx, m, mostEarlier)
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		e, err := d.before(ctx, v, x)
		if err != nil {
			return nil, err
		}
		k.Earlier = append(k.Earlier, *e)
	}
	if k.Name == "" && k.Tier == "" && len(k.Earlier) == 0 {
		return nil, nil
	}
	return k, nil
}

// speaker is the identified author that is answered: the one chosen, else the
// only one there is.
func (w *work) speaker() *sayline.Moment {
	if w.To != nil {
		if w.To.moment != nil && w.To.moment.Contact != nil {
			return w.To.moment
		}
		return nil
	}
	var one *sayline.Moment
	for i := range w.authors {
		m := w.authors[i]
		if m.Contact == nil {
			continue
		}
		if one != nil {
			return nil
		}
		one = m
	}
	return one
}

// before tells of an earlier moment: what was promised, and whether it was kept.
func (d *Desk) before(ctx context.Context, v *house.View, m *sayline.Moment) (*earlier, error) {
	e := &earlier{Title: v.Names.Said(m), When: v.Day(m.ReceivedAt), Where: v.Names.Where(&m.Context), Feeling: m.Feeling, After: m.After, Solved: m.Solved}
	if m.Topic != "" {
		e.Words = house.Cut(m.Text, 160)
	}
	if m.Case == "" {
		return e, nil
	}
	c, err := d.Store.Case(ctx, m.Brand, m.Case)
	if err != nil {
		return nil, err
	}
	if v.Viewer.MayAct(c) {
		e.Link = v.Path("/desk/") + c.ID
	}
	messages, err := d.Store.MessagesTo(ctx, m.Brand, m.ID, m.Case)
	if err != nil {
		return nil, err
	}
	var answered time.Time
	for _, x := range messages {
		if x.Direction == sayline.Reply {
			e.Answer = house.Cut(x.Text, 200)
			if answered.IsZero() && !x.Asks {
				answered = x.At
			}
		}
	}
	e.promise(v, m, answered)
	return e, nil
}

// promise says what was promised to somebody and whether it was kept.
func (e *earlier) promise(v *house.View, m *sayline.Moment, answered time.Time) {
	_, by := v.Brand().Router.Promise(m, &m.Decision, m.ReceivedAt)
	switch {
	case answered.IsZero() && v.Now.After(by):
		e.Kept, e.Late = v.Say("kept_never", "when", v.At(by)), true
	case answered.IsZero():
		e.Kept = v.Say("kept_open", "when", v.By(v.Now, by))
	case answered.After(by):
		e.Kept, e.Late = v.Say("kept_late", "took", v.Took(answered.Sub(m.ReceivedAt)), "late", v.Took(answered.Sub(by))), true
	default:
		e.Kept = v.Say("kept_in_time", "took", v.Took(answered.Sub(m.ReceivedAt)))
	}
}
