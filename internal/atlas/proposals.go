package atlas

import (
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
)

// proposed is what a source proposes for a touchpoint, before anybody has
// decided on it.
type proposed struct {
	Touchpoint, Source, Ref string
	Typical                 *typical            // of the trade
	Best                    *sayline.Touchpoint // that does it
	Idea                    *sayline.Moment     // of somebody
	N                       int                 // who had it, in the same words
}

// most ideas that are proposed at one touchpoint; the newest.
const mostIdeas = 3

// proposals are what could be added or said better at some touchpoints: what the
// trade promises there and the brand does not; what the touchpoint of its kind
// that feels clearly better does; and what people had an idea of there. Nothing
// is proposed from a private lane, and nothing that was decided on.
func proposals(b *brands.Snapshot, pic *picture, at []*sayline.Touchpoint, ideas []*sayline.Moment, decided func(touchpoint, source, ref string) bool) []proposed {
	there := newNames(b)
	typicals := map[string]*typical{}
	for _, x := range lists[b.Trade] {
		if have := x.of(there); have != nil && typicals[have.ID] == nil {
			typicals[have.ID] = x
		}
	}
	said := map[string][]*sayline.Moment{}
	for _, m := range ideas {
		if m.Kind == "idea" {
			said[m.Context.Touchpoint] = append(said[m.Context.Touchpoint], m)
		}
	}
	var list []proposed
	for _, t := range at {
		if t.Lane != "" {
			continue
		}
		list = append(list, ideasAt(t, said[t.ID], decided)...)
		if best := bestLike(b, pic, t); best != nil && !decided(t.ID, sayline.FromBest, best.ID) {
			list = append(list, proposed{Touchpoint: t.ID, Source: sayline.FromBest, Ref: best.ID, Best: best})
		}
		if x := typicals[t.ID]; x != nil && !promises(t, x) && !decided(t.ID, sayline.FromTrade, x.ID) {
			list = append(list, proposed{Touchpoint: t.ID, Source: sayline.FromTrade, Ref: x.ID, Typical: x})
		}
	}
	return list
}

// ideasAt are the ideas that people had at a touchpoint, the newest first; the
// same words are one idea, and are decided on together.
func ideasAt(t *sayline.Touchpoint, said []*sayline.Moment, decided func(touchpoint, source, ref string) bool) (list []proposed) {
	at, done := map[string]int{}, map[string]bool{}
	for _, m := range said {
		words := strings.Join(wordsOf(m.Text), " ")
		done[words] = done[words] || decided(t.ID, sayline.FromIdea, m.ID)
		if _, known := at[words]; !known {
			at[words] = len(list)
			list = append(list, proposed{Touchpoint: t.ID, Source: sayline.FromIdea, Ref: m.ID, Idea: m})
		}
		list[at[words]].N++
	}
	list = slices.DeleteFunc(list, func(x proposed) bool { return done[strings.Join(wordsOf(x.Idea.Text), " ")] })
	return list[:min(len(list), mostIdeas)]
}

// promises says whether a touchpoint says something like what is typical: its
// promise or what is only here shares a telling word with it in any language.
func promises(t *sayline.Touchpoint, x *typical) bool {
	for _, lang := range listLanguages {
		wanted := telling(x.Promise[lang])
		for _, own := range []sayline.Text{t.Promise, t.OnlyHere} {
			if slices.ContainsFunc(stems(own[lang]+" "+own[""]), func(w string) bool { return slices.Contains(wanted, w) }) {
				return true
			}
		}
	}
	return false
}

// bestLike is the touchpoint that feels best of those by the same channel for the
// same audience, where it is clear that it feels better: even the lower end of
// its interval is above the upper end of this one's. Nil where none is.
func bestLike(b *brands.Snapshot, pic *picture, t *sayline.Touchpoint) *sayline.Touchpoint {
	here := pic.at[t.ID]
	if !here.enough() {
		return nil
	}
	mean, _ := here.Of100()
	var best *sayline.Touchpoint
	most := 0.0
	for i := range b.Touchpoints {
		o := &b.Touchpoints[i]
		f := pic.at[o.ID]
		if o.ID == t.ID || o.Lane != "" || o.Channel != t.Channel || o.Audience() != t.Audience() || does(o).Empty() || !f.enough() {
			continue
		}
		if m, _ := f.Of100(); m > most && m-f.half() > mean+here.half() {
			best, most = o, m
		}
	}
	return best
}

// does is what a touchpoint does that another could: what is only there, else what is promised.
func does(t *sayline.Touchpoint) sayline.Text {
	if !t.OnlyHere.Empty() {
		return t.OnlyHere
	}
	return t.Promise
}
