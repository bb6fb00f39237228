package studio_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

const stocktaking = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Stocktaking\r\nDTSTART:20270104T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Lucía Ortega\r\nDTSTART:20270104T080000Z\r\nDURATION:PT8H\r\nRRULE:FREQ=MONTHLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// TestCalendars: what of a calendar kept elsewhere says nothing here is shown to
// the owner, and since when it can't be read.
func TestCalendars(t *testing.T) {
	k := sayline.Calendar{ID: "madrid-nights", Team: "distribution", Place: "madrid", URL: "https://calendar.example/secret.ics"}
	other := sayline.Calendar{ID: "quality", Team: "quality", URL: "https://calendar.example/other.ics"}
	h := open(t, housetest.Options{Brand: "sparkle", Change: func(c *sayline.Config) {
		c.Calendars = []sayline.Calendar{k, other}
		for i := range c.People {
			c.People[i].Language = "" // the browser's
		}
	}}, "")
	ctx := t.Context()
	if _, err := h.Store.ClaimCalendar(ctx, "sparkle", k, time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := h.Store.KeepCalendar(ctx, sayline.CalendarCopy{Brand: "sparkle", ID: k.ID, URL: k.URL, Body: stocktaking}, false); err != nil {
		t.Fatal(err)
	}
	if err := h.Store.FailCalendar(ctx, "sparkle", k, "feed_broken"); err != nil {
		t.Fatal(err)
	}
	if err := h.Keeper.Reload(ctx, "sparkle"); err != nil {
		t.Fatal(err)
	}
	_, body, _ := read(h.Client("elena@sparkle.example").Get(h.URL + "/b/sparkle/studio"))(t)
	for _, want := range []string{"Rosters kept elsewhere", "Can’t be read since", "The calendar’s server fails.", "2 events say nothing here", "Stocktaking", "it isn’t clear who", "it repeats in a way", "not read yet"} {
		if !strings.Contains(body, want) {
			t.Errorf("the studio does not say %q", want)
		}
	}
	if strings.Contains(body, "secret.ics") {
		t.Error("the studio shows a calendar's address")
	}
	browser := testkit.Browser(t)
	for name, look := range map[string]testkit.Look{"desk": {Width: 1440, Height: 900, Scale: 1}, "phone-ar": {Width: 360, Height: 740, Scale: 1, Touch: true, Language: "ar", Night: true}} {
		p := h.Page(browser, look, "elena@sparkle.example")
		p.Open(h.URL + "/b/sparkle/studio")
		p.Click(`section[aria-labelledby="calendars"] summary`)
		housetest.Audit(t, p, name)
		if dir := os.Getenv("CALENDARS_OUT"); dir != "" {
			p.Screenshot(dir + "/calendars-" + name + ".png")
		}
	}
}
