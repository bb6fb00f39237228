package storetest

import (
	"strings"

	"github.com/sayline/sayline"
)

var opportunityBehaviours = []behaviour{
	{"an opportunity is kept, changed by version, and its source decided on once", keepsOpportunities},
	{"of all who decide at once, one does", decidesOnce},
}

// chance is an opportunity that somebody's idea proposes.
func (w *world) chance(id, ref string) *sayline.Opportunity {
	return &sayline.Opportunity{Brand: w.brand, ID: id, Touchpoint: "k7f3", Source: sayline.FromIdea, Ref: ref, State: sayline.Proposed, By: "elena"}
}

func keepsOpportunities(w *world) {
	before := len(w.events())
	w.must(w.AddOpportunity(w.ctx(), w.chance("1", "m1")))
	w.must(w.AddOpportunity(w.ctx(), w.chance("2", "m2")))
	w.refused(w.AddOpportunity(w.ctx(), w.chance("3", "m2")), sayline.Conflict)
	for _, id := range []string{"4", "5"} { // one's own are no repetition of each other
		own := w.chance(id, "")
		own.Source, own.Text = sayline.FromUs, "A stool."
		w.must(w.AddOpportunity(w.ctx(), own))
	}
	wrong := w.chance("6", "m6")
	wrong.State = sayline.Planned
	w.refused(w.AddOpportunity(w.ctx(), wrong), sayline.AtFault)

	plan := func(o *sayline.Opportunity) error {
		o.Owner, o.Due, o.Note = "yard", "2026-06-01", "ask Paco"
		if err := o.Become(sayline.Accepted, w.clock.Now()); err != nil {
			return err
		}
		return o.Become(sayline.Planned, w.clock.Now())
	}
	changed, err := w.ChangeOpportunity(w.ctx(), w.brand, "1", 1, "paco", plan)
	w.must(err)
	if changed.State != sayline.Planned || changed.Version != 2 || changed.ChangedBy != "paco" || changed.By != "elena" {
		w.Errorf("planned is %+v", changed)
	}
	_, err = w.ChangeOpportunity(w.ctx(), w.brand, "1", 1, "paco", plan)
	w.refused(err, sayline.Conflict)
	_, err = w.ChangeOpportunity(w.ctx(), w.brand, "9", 1, "paco", plan)
	w.refused(err, sayline.NotFound)
	_, err = w.ChangeOpportunity(w.ctx(), "another", "1", 2, "paco", plan)
	w.refused(err, sayline.NotFound)
	_, err = w.ChangeOpportunity(w.ctx(), w.brand, "2", 1, "paco", func(o *sayline.Opportunity) error { return o.Become(sayline.Done, w.clock.Now()) })
	w.refused(err, sayline.AtFault)
	list, err := w.Opportunities(w.ctx(), w.brand)
	w.must(err)
	if len(list) != 4 || list[3] != *changed || list[2].Version != 1 || list[2].State != sayline.Proposed || list[0].Text != "A stool." {
		w.Errorf("kept are %+v", list)
	}
	same(w, "events", w.types(before), strings.TrimSpace(strings.Repeat(sayline.EventMapChanged+" ", 5)))
}

func decidesOnce(w *world) {
	const many = 8
	won := make([]bool, many)
	w.together(many, func(i int) error {
		err := w.AddOpportunity(w.ctx(), w.chance(string(rune('a'+i)), "m1"))
		if won[i] = err == nil; sayline.KindOf(err) == sayline.Conflict {
			return nil
		}
		return err
	})
	n := 0
	for _, one := range won {
		if one {
			n++
		}
	}
	list, err := w.Opportunities(w.ctx(), w.brand)
	w.must(err)
	if n != 1 || len(list) != 1 {
		w.Errorf("%d decided, %d are kept", n, len(list))
	}
}
