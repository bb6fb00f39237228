package pulse_test

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/store"
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
	for _, want := range []string{"in the words of 9 moments", "<bdi>tastes of metal</bdi>", "words=tastes+of+metal", "4 felt from the words", "<bdi>glass bottle</bdi>"} {
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
	if n := strings.Count(page, "Awful, from the words"); n != 4 || strings.Contains(page, "Wonderful, from the words") {
		t.Errorf("in the stream %d are felt from the words", n)
	}
	if t.Failed() {
		t.Log(panel)
	}
}

// TestWhatTheySayIsLive: what several say comes up on a page that is open, in the
// words of its own reader, and goes when it is taken back; what is private never does.
func TestWhatTheySayIsLive(t *testing.T) {
	var room *pulse.Pulse
	h := housetest.Open(t, housetest.Options{Brand: sparkle}, func(h *housetest.House, mux *http.ServeMux) {
		room = pulse.New(h.House)
		room.DearApart(time.Millisecond)
		room.Routes(mux)
	})
	h.Say(sparkle, sayline.Moment{Text: "Hello", Lang: "en", Context: housetest.At("k7f3")})
	req, err := http.NewRequestWithContext(t.Context(), "GET", h.URL+"/b/sparkle/pulse/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := h.Client(elena).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	panel := func(of, want string, has bool) {
		t.Helper()
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok || data == "" {
				continue
			}
			var frame struct{ Parts map[string]string }
			if err := json.Unmarshal([]byte(data), &frame); err != nil {
				t.Fatal(err)
			}
			if part, ok := frame.Parts["p-saying"]; ok {
				if strings.Contains(part, "shouting") {
					t.Fatalf("it says what is private: %s", part)
				}
				if strings.Contains(part, want) == has {
					return
				}
			}
		}
		t.Fatalf("%s: the page was never told: %v", of, lines.Err())
	}
	var last *intake.Accepted
	for range 3 {
		last = h.Say(sparkle, sayline.Moment{Text: "The lemon tastes of metal", Lang: "en", Context: housetest.At("k7f3")})
		h.Say(sparkle, sayline.Moment{Text: "secret shouting", Topic: "about-a-person", Context: housetest.At("k7f3")})
	}
	panel("three say it", "<bdi>tastes of metal</bdi>", true)
	if err := h.Door.Withdraw(t.Context(), h.Brands.ByID(sparkle), last.Secret); err != nil {
		t.Fatal(err)
	}
	panel("one takes it back", "<bdi>tastes of metal</bdi>", false)
}

// TestTopicsRise: a topic that is said more often than usual, by more than chance,
// is told first; one that is said as often, or that rises with everything else, is not.
func TestTopicsRise(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	say := func(topic string, before, now int) []pulse.Counted {
		return []pulse.Counted{{Topic: topic, Before: before, Now: now}}
	}
	quiet := append(say("cant-find-it", 40, 20), say("love-this-one", 80, 40)...)
	for _, c := range []struct {
		list []pulse.Counted
		want string
	}{
		{quiet, ""},
		{append(say("tastes-off", 4, 12), quiet...), "tastes-off"},
		{append(say("tastes-off", 0, 2), quiet...), ""},
		{append(say("tastes-off", 4, 4), quiet...), ""},
		{append(say("tastes-off", 40, 20), quiet...), ""},
	} {
		if got := pulse.Rise(h.House, h.Brands.ByID(sparkle), c.list); strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %q rises, want %q", c.list, got, c.want)
		}
	}
}

// TestUnusualNow: an alarm stands on the pulse in one sentence, with its picture and
// the same as a table, and leads to what it is about; when it is over it is gone.
func TestUnusualNow(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	for range 7 {
		h.Say(sparkle, sayline.Moment{Feeling: 1, Context: housetest.At("k7f3")})
	}
	a := store.Alarm{Brand: sparkle, About: store.AboutTouchpoint, Subject: "k7f3", Usual: 1000}
	m, err := h.Store.LastAt(t.Context(), sparkle, "k7f3", 1)
	if err != nil {
		t.Fatal(err)
	}
	d := m[0].Decision
	d.Urgency, d.OpensCase, d.GroupKey = sayline.Urgent, true, "k"
	raised, err := h.Store.RaiseAlarm(t.Context(), &a, store.AlarmPlan{Among: store.Among{Touchpoints: []string{"k7f3"}}, Decision: d, Since: m[0].ReceivedAt.Add(-time.Hour), Least: 6, CoolDown: time.Hour, Case: sayline.NewID(m[0].ReceivedAt, rand.Reader)})
	if err != nil || !raised {
		t.Fatalf("raised %v (%v)", raised, err)
	}
	c := h.Client(elena)
	_, page, _ := get(t, h, c, "/b/sparkle/pulse")
	panel := html.UnescapeString(regexp.MustCompile(`(?s)<section class="p-alarms".*?</section>`).FindString(page))
	for _, want := range []string{"7 unhappy at Shelf 14 in 10 minutes, usually 1", "touchpoint=k7f3", "/pulse/moments/", `class="above" d="M`, "<td>7</td>"} {
		if !strings.Contains(panel, want) {
			t.Errorf("it does not say %q: %s", want, panel)
		}
	}
	if err := h.Store.EndAlarm(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if _, page, _ = get(t, h, c, "/b/sparkle/pulse"); strings.Contains(page, "7 unhappy") {
		t.Error("it stands there when it is over")
	}
}

// TestWhatAColleagueTakesBack is told no open page: not even that there was something.
func TestWhatAColleagueTakesBack(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	var ids []string
	for _, audience := range []string{"employee", "customer"} {
		a := h.Say(sparkle, sayline.Moment{Class: sayline.Unidentified, Topic: "cant-find-it", Feeling: 1, Audience: audience, Context: housetest.At("k7f3")})
		if err := h.Door.Withdraw(t.Context(), h.Brands.ByID(sparkle), a.Secret); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a.Moment.ID)
	}
	got, err := pulse.Gone(t.Context(), h.House, h.Brands.ByID(sparkle), ids...)
	if err != nil || len(got) != 1 || got[0] != ids[1] {
		t.Errorf("of %v gone are %v (%v)", ids, got, err)
	}
}
