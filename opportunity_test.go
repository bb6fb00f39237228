package sayline_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
)

// Whatever is tried in whatever order: an opportunity comes only to the states
// that follow, a refusal changes nothing, what is planned or done has a team and a
// day, and only what is done has the time at which it was.
func TestOpportunityStates(t *testing.T) {
	follows := map[string]string{"proposed": "accepted declined", "accepted": "planned declined", "planned": "done declined", "done": "planned", "declined": "proposed"}
	rapid.Check(t, func(t *rapid.T) {
		o := sayline.Opportunity{Brand: "b", ID: "1", Touchpoint: "k7f3", Source: sayline.FromUs, Text: "A stool.", State: sayline.Proposed}
		at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			at = at.Add(time.Hour)
			if rapid.Bool().Draw(t, "words") && o.State != sayline.Planned && o.State != sayline.Done {
				o.Owner = rapid.SampledFrom([]string{"", "yard"}).Draw(t, "owner")
				o.Due = rapid.SampledFrom([]string{"", "2026-06-01"}).Draw(t, "due")
			}
			before, to := o, rapid.SampledFrom(append(slices.Clone(sayline.OpportunityStates), "", "opened")).Draw(t, "to")
			allowed := slices.Contains(before.Next(), to) && (to != sayline.Planned || o.Owner != "" && o.Due != "")
			err := o.Become(to, at)
			switch {
			case (err == nil) != allowed:
				t.Fatalf("%s to %s: %v", before.State, to, err)
			case err != nil && o != before:
				t.Fatalf("a refusal made %+v of %+v", o, before)
			case err == nil && (o.State != to || o.DoneAt.IsZero() == (to == sayline.Done) || to == sayline.Done && !o.DoneAt.Equal(at)):
				t.Fatalf("%s to %s is %+v", before.State, to, o)
			}
			if err := o.Validate(); err != nil {
				t.Fatalf("%+v: %v", o, err)
			}
			if got := o.Next(); !slices.Equal(got, strings.Fields(follows[o.State])) {
				t.Fatalf("after %s come %v", o.State, got)
			}
		}
	})
}

func TestOpportunityIsWhole(t *testing.T) {
	whole := sayline.Opportunity{Source: sayline.FromIdea, Ref: "m1", State: sayline.Planned, Owner: "yard", Due: "2026-12-24"}
	if err := whole.Validate(); err != nil {
		t.Fatal(err)
	}
	for what, wrong := range map[string]func(*sayline.Opportunity){
		"nobody's source":     func(o *sayline.Opportunity) { o.Source = "rumour" },
		"no reference":        func(o *sayline.Opportunity) { o.Ref = "" },
		"own, with another's": func(o *sayline.Opportunity) { o.Source = sayline.FromUs },
		"own, without words":  func(o *sayline.Opportunity) { o.Source, o.Ref = sayline.FromUs, "" },
		"a plan of nobody":    func(o *sayline.Opportunity) { o.Owner = "" },
		"a plan of no day":    func(o *sayline.Opportunity) { o.Due = "" },
		"no such day":         func(o *sayline.Opportunity) { o.Due = "2026-02-30" },
		"no such state":       func(o *sayline.Opportunity) { o.State = "opened" },
		"too much":            func(o *sayline.Opportunity) { o.Note = string(make([]rune, 1001)) },
	} {
		o := whole
		if wrong(&o); o.Validate() == nil {
			t.Errorf("%s is taken: %+v", what, o)
		}
	}
}
