package pulse_test

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
)

// TestWhatTheySay: what several say stands on the pulse as a phrase that leads to
// their own words, with how they feel; where nobody touched a face that is from
// the words and says so. Nothing of a private lane, nothing of a guarded audience.
func TestWhatTheySay(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	say := func(n int, m sayline.Moment) {
		for range n {
			m.Context = housetest.At("k7f3")
			h.Say(sparkle, m)
		}
	}
	say(4, sayline.Moment{Text: "The lemon tastes of metal, horrible", Lang: "en"})
	say(3, sayline.Moment{Text: "Lovely glass bottle", Lang: "en", Feeling: 5})
	say(2, sayline.Moment{Text: "Where is ginger?", Lang: "en"})
	say(5, sayline.Moment{Text: "secret shouting", Lang: "en", Topic: "about-a-person"})
	say(5, sayline.Moment{Text: "broken lockers", Lang: "en", Audience: "employee"})
	_, page, _ := get(t, h, h.Client(elena), "/b/sparkle/pulse")
	panel := html.UnescapeString(regexp.MustCompile(`(?s)<section class="card p-saying".*?</section>`).FindString(page))
	for _, want := range []string{"in the words of 9 moments", ">tastes of metal<", "words=tastes+of+metal", "4 felt from the words", ">glass bottle<"} {
		if !strings.Contains(panel, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	for _, not := range []string{"secret", "shouting", "lockers", "ginger", "sparkle<"} {
		if strings.Contains(panel, not) {
			t.Errorf("it says %q", not)
		}
	}
	if strings.Count(panel, "felt from the words") != strings.Count(panel, "4 felt from the words") {
		t.Error("a touched face is taken for a guess")
	}
	if t.Failed() {
		t.Log(panel)
	}
}
