package e2e

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/testkit"
)

// QUD: a traveller hits the second of four faces at the restroom's kiosk and
// walks on. Nothing about them is stored, but the pulse moves at once. One bored
// child is one burst and raises nothing; nine unhappy in ten minutes where one is
// usual raise a case by themselves, and the kiosk then tells what came of it.
func TestScene04QUD(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		var ahead atomic.Int64 // of the real time
		now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		ahead.Store(-int64(time.Hour))
		h := openWith(t, database, func(o *app.Options) { o.Now = now })
		h.settle("northgate", countFacesOnly)
		h.usualOne(t, now().Add(time.Hour))
		ahead.Store(0)

		browser := testkit.Browser(t)
		pulse := browser.Page(testkit.Desktop)
		h.signIn(pulse, "ruth@northgate.example")
		pulse.Open(h.at("", "/b/northgate/pulse"))
		pulse.Until(`document.querySelector("#live").dataset.state === "on"`)
		kofi := browser.Page(testkit.Phone) // of the cleaners, on duty
		h.signIn(kofi, "kofi@brightline.example")
		kofi.Open(h.at("", "/b/northgate/desk"))
		kofi.Until(`document.querySelector("#live").dataset.state === "on"`)

		// One hand, one face, and gone.
		token := h.device(t, "northgate", "wc1a")
		kiosk := browser.Page(testkit.Look{Width: 820, Height: 1180})
		kiosk.Open(h.at("northgate", "/cx/t/wc1a?kiosk#"+token))
		kiosk.Click(`.staff .main`)
		kiosk.Until(`document.querySelector(".staff").hidden`)
		kiosk.Click(`.face[value="2"]`)
		kiosk.Until(`document.querySelector("main").dataset.state === "more"`)
		pulse.Until(`document.querySelector("#p-moments [data-count]").dataset.count === "1" && document.querySelector("#p-said [data-moment]").textContent.includes("Restroom, T1 departures")`)
		kiosk.Until(`document.querySelector("main").dataset.state === "start"`)
		kiosk.Until(`!document.querySelector(".dot").textContent && !line.items.length`)
		said, err := h.Store.LastAt(t.Context(), "northgate", "wc1a", 1)
		h.must(err)
		if m := said[0]; m.Feeling != 2 || m.Text != "" || m.Contact != nil || m.Class != sayline.Unidentified || m.Case != "" || m.Context.Located {
			t.Errorf("of a traveller who walked on is stored %+v", m)
		}

		// A child on another one, twenty times.
		button := h.device(t, "northgate", "wc1a")
		ahead.Add(int64(time.Minute))
		for i := range 20 {
			h.press(t, button, now().Add(time.Duration(i)*time.Second))
		}
		if list, err := h.Store.LastAt(t.Context(), "northgate", "wc1a", 3); err != nil || list[1].ID != said[0].ID {
			t.Errorf("twenty presses by one hand are %d moments at least (%v)", len(list)-1, err)
		}

		// Six more hands are eight in all: not yet. The ninth it is.
		for range 6 {
			ahead.Add(int64(50 * time.Second))
			h.press(t, button, now())
		}
		if on, err := h.Store.AlarmsOn(t.Context(), "northgate"); err != nil || len(on) != 0 {
			t.Errorf("eight raised %+v (%v)", on, err)
		}
		ahead.Add(int64(50 * time.Second))
		h.press(t, button, now())
		says(kofi, ".ring", "9 unhappy at Restroom, T1 departures in 10 minutes, usually 1", "Restroom, T1 departures")
		events, err := h.Store.Events(t.Context(), "northgate", 0, 10_000)
		h.must(err)
		if !slices.ContainsFunc(events, func(e sayline.Event) bool { return e.Type == sayline.EventTouchpointAlarm && e.Team == "cleaning" }) {
			t.Error("no webhook could be told of the alarm")
		}
		h.mail.Wait(t.Context(), func(m testkit.Mail) bool {
			return strings.HasPrefix(m.To[0], "kofi@") && strings.Contains(m.Subject, "9 unhappy at Restroom, T1 departures in 10 minutes, usually 1")
		})
		shoot(t, kofi, "scene 04 nine unhappy")
		kofi.Press(`document.querySelector(".ring a").click()`)
		says(kofi, "#work", "9 unhappy at Restroom, T1 departures in 10 minutes, usually 1", "9 moments")
		shoot(t, kofi, "scene 04 the case")
		kofi.Press(`document.querySelector("#onit").click()`)
		says(kofi, ".how", "You are on it.")

		// Cleaned: the kiosk says so to whoever comes next.
		kofi.Press(`document.querySelector("#resolve summary").click()`)
		kofi.Press(`document.querySelector("#reason-done").click()`)
		kiosk.Until(`/^Cleaned .*\d\d:\d\d, after nine of you$/.test(document.querySelector(".came span")?.textContent.replace(/\s+/g, " ").trim() || "")`)
		shoot(t, kiosk, "scene 04 what came of it")
		kiosk.MustBeClean()
		kofi.MustBeClean()
	})
}

// countFacesOnly lets a bare face at a restroom be nobody's work by itself. No
// webhook is told: its receiver keeps to the real time.
func countFacesOnly(c *sayline.Config) {
	i := slices.IndexFunc(c.Routes, func(r sayline.Rule) bool { return len(r.When.Feelings) > 0 && r.To == "cleaning" })
	c.Routes[i].Urgency = sayline.None
	c.Webhooks = nil
}

// usualOne says what is said at the restroom at such a time of the week: one
// unhappy face in ten minutes, for three hours in each of four weeks.
func (h *house) usualOne(t *testing.T, at time.Time) {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	h.must(err)
	for week := 1; week <= 4; week++ {
		then := at.In(zone).AddDate(0, 0, -7*week)
		for range 18 {
			h.say(t, "northgate", fmt.Sprintf(`{"feeling":2,"occurred_at":%q,"context":{"touchpoint":"wc1a"}}`, then.Format(time.RFC3339)))
		}
	}
}

// device sets up a kiosk or a button at a touchpoint and gives its token.
func (h *house) device(t *testing.T, brand, touchpoint string) string {
	t.Helper()
	var b [20]byte
	_, _ = rand.Read(b[:])
	token := sayline.DeviceToken + sayline.EncodeSecret(b[:])
	h.must(h.Store.MakeDevice(t.Context(), sayline.Device{Brand: brand, ID: sayline.NewID(time.Now(), rand.Reader), Name: "Door", Touchpoint: touchpoint, Token: sayline.HashSecret(token), Idle: 3 * time.Second, MadeBy: "ruth"}))
	return token
}

// press is what a button on a wall sends.
func (h *house) press(t *testing.T, token string, at time.Time) {
	t.Helper()
	body := strings.NewReader(fmt.Sprintf(`{"feeling":1,"receipt":false,"occurred_at":%q}`, at.UTC().Format(time.RFC3339Nano)))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.at("northgate", "/cx/moments"), body)
	h.must(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Idempotency-Key", rand.Text())
	res, err := http.DefaultClient.Do(req)
	h.must(err)
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		t.Fatalf("a press was answered %d", res.StatusCode)
	}
}
