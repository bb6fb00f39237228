package desk_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
)

// TestSayItForAGuest: two taps from the desk to the screen of a place; the case
// says who passed it on, by role and never as the speaker; without a pass that
// holds it says that nobody proved it.
func TestSayItForAGuest(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	v := visit(t, h, lucia)
	if _, list := v.get("/b/sparkle/desk"); !strings.Contains(list, `href="/b/sparkle/say"`) {
		t.Error("the desk does not lead there")
	}
	status, page := v.get("/b/sparkle/say?q=shelf")
	links := regexp.MustCompile(`href="([^"]*/@sparkle/cx/t/[^"]*[?]staff#staff=)([^"]+)"`).FindAllStringSubmatch(page, -1)
	if status != 200 || len(links) == 0 {
		t.Fatalf("%d, no way to the screens: %.2000s", status, page)
	}
	pass := links[0][2]
	say := func(pass, text string) (*sayline.Moment, string) {
		m := h.Say(sparkle, sayline.Moment{Text: text, Feeling: 2, Context: sayline.Context{Touchpoint: "k7f3", Source: "staff", Pass: pass}}).Moment
		_, body := visit(t, h, tomas).get("/b/sparkle/desk/" + m.Case)
		return &m, body
	}
	m, body := say(pass, "She could not find the lemon one.")
	if m.Context.PassedBy != "person:lucia" || m.Context.Pass != "" || m.Contact != nil || m.Class != sayline.Unidentified {
		t.Errorf("kept: %+v", m.Context)
	}
	if !strings.Contains(body, "passed on by Distribution") || strings.Contains(body, pass) {
		t.Errorf("the case does not say who passed it on")
	}
	for name, wrong := range map[string]string{"none": "", "another's": strings.Replace(pass, "lucia", "marco", 1), "changed": pass + "x", "nonsense": "..."} {
		m, body := say(wrong, "Told with a pass that is "+name)
		if m.Context.PassedBy != "" || m.Context.Source != "staff" || !strings.Contains(body, "not signed in") {
			t.Errorf("%s: %+v", name, m.Context)
		}
	}
}
