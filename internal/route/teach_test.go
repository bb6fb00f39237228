package route_test

import (
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/route"
)

// TestTeach: a lesson changes what is decided for its topic at its touchpoint,
// and nothing else.
func TestTeach(t *testing.T) {
	c := &sayline.Config{
		Teams:       []sayline.Team{{ID: "rest"}, {ID: "cleaning"}, {ID: "facilities"}},
		Topics:      []sayline.Topic{{ID: "dirty", Kind: "problem"}, {ID: "wet", Kind: "problem"}},
		Touchpoints: []sayline.Touchpoint{{ID: "t1"}, {ID: "t2"}},
		Routes: []sayline.Rule{
			{When: sayline.Match{Topics: []string{"dirty", "wet"}}, To: "cleaning", Urgency: sayline.Urgent},
			{When: sayline.Match{Kinds: []string{"problem"}, Touchpoints: []string{"t1"}}, To: "cleaning"},
		},
	}
	all := []route.Lesson{
		{From: "cleaning", To: "facilities", Topic: "dirty", Touchpoint: "t2"},
		{From: "cleaning", To: "facilities", Kind: "problem", Touchpoint: "t1"},
		{From: "rest", To: "facilities", Kind: "question", Touchpoint: "t1"},
	}
	team := func(c *sayline.Config, topic, kind, touchpoint string) string {
		r := route.New(1, c, sayline.NewIndex(c))
		m := &sayline.Moment{Topic: topic, Kind: kind, Text: "x", Context: sayline.Context{Touchpoint: touchpoint}}
		r.Place(m)
		return r.Decide(m).Team
	}
	for _, l := range all {
		taught := *c
		taught.Routes = route.New(1, c, sayline.NewIndex(c)).Teach(l)
		if taught.Routes == nil {
			t.Fatalf("%+v teaches nothing", l)
		}
		for _, topic := range []string{"", "dirty", "wet"} {
			for _, kind := range []string{"problem", "question", "praise"} {
				for _, touchpoint := range []string{"t1", "t2"} {
					want := team(c, topic, kind, touchpoint)
					meant := touchpoint == l.Touchpoint && (l.Topic != "" && topic == l.Topic || l.Topic == "" && topic == "" && kind == l.Kind)
					if meant {
						want = l.To
					}
					if got := team(&taught, topic, kind, touchpoint); got != want && !(l.Topic == "" && kind == l.Kind && touchpoint == l.Touchpoint) {
						t.Errorf("after %+v: %s %s at %s goes to %s, want %s", l, topic, kind, touchpoint, got, want)
					}
				}
			}
		}
		if route.New(2, &taught, sayline.NewIndex(&taught)).Teach(l) != nil {
			t.Errorf("%+v is taught twice", l)
		}
	}
	if got := route.New(1, c, sayline.NewIndex(c)).Teach(route.Lesson{From: "cleaning", To: "facilities", Kind: "problem", Touchpoint: "t1"}); len(got) != 2 || got[1].To != "facilities" {
		t.Errorf("a rule that speaks of nothing else is not changed but doubled: %+v", got)
	}
}
