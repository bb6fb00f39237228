package desk_test

import (
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// TestNobodyIsKeptOut audits every state of the desk, on a phone and a desktop,
// by day and by night, from left to right and from right to left.
func TestNobodyIsKeptOut(t *testing.T) {
	h := openDesk(t, housetest.Options{Change: func(c *sayline.Config) {
		for i := range c.People {
			if c.People[i].ID == "marco" {
				c.People[i].Language = "ar"
			}
		}
	}})
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "Third week!", Feeling: 2, Context: housetest.At("k7f3")})
	for range 4 {
		h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Feeling: 1, Context: housetest.At("k7f3")})
	}
	act := h.Act(sparkle, said.Moment.Case, "lucia")
	for i, direction := range []string{sayline.Note, sayline.Reply} {
		id := []string{"01890000-0000-7000-8000-000000000001", "01890000-0000-7000-8000-000000000002"}[i]
		if err := h.Store.AddMessage(t.Context(), act, &sayline.Message{ID: id, Direction: direction, Text: "Tomorrow at 8:00."}); err != nil {
			t.Fatal(err)
		}
	}
	h.Say(sparkle, sayline.Moment{Topic: "past-its-date", Feeling: 1, Context: housetest.At("k7f3")})
	b := testkit.Browser(t)
	small := testkit.Look{Width: 320, Height: 640, Scale: 1, Touch: true, Still: true}
	wide := testkit.Look{Width: 1440, Height: 900, Scale: 1, Still: true}
	for _, l := range []struct {
		name, who string
		look      testkit.Look
	}{{"phone", lucia, small}, {"phone at night, from right to left", marco, small.AtNight()}, {"desktop at night", lucia, wide.AtNight()}, {"desktop", marco, wide}} {
		p := h.Page(b, l.look, l.who)
		p.Open(h.URL + "/b/sparkle/desk?show=team")
		p.Until(isLive)
		housetest.Audit(t, p, l.name+", list")
		p.Open(h.URL + "/b/sparkle/desk/" + said.Moment.Case + "?show=team")
		p.Until(isLive)
		testkit.Eval[any](p, `document.querySelectorAll(".ring").forEach(r => r.remove()); document.querySelectorAll("#me,#resolve,.taps details").forEach(d => d.open = true)`)
		housetest.Audit(t, p, l.name+", case")
		p.MustBeClean()
	}
}
