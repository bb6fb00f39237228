package atlas_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
)

// TestPanelTellsOfHowMany: where the brand brings how many came, the panel tells what
// was said of them, of the whole days for which it is known: what the page of
// measures tells of the same time. Of a small audience's touchpoint it tells nothing.
func TestPanelTellsOfHowMany(t *testing.T) {
	start := time.Date(2026, 10, 23, 10, 0, 0, 0, time.UTC) // the clocks of Madrid change on the 25th
	h := open(t, housetest.Options{Now: start})
	for day, n := range []int{4, 5, 7, 3} { // of the third nobody knows how many came, the fourth is not over
		h.Clock(start.AddDate(0, 0, day))
		for range n {
			h.Say("sparkle", moment("k7f3", 4, "", ""))
		}
	}
	var list []sayline.Visits
	for _, v := range []sayline.Visits{{Day: "2026-10-23", N: 1200}, {Day: "2026-10-24", Hour: 11, N: 300}, {Day: "2026-10-24", Hour: 12, N: 500}, {Day: "2026-10-26", N: 900}} {
		if v.Kind, v.About, v.Subject = "footfall", sayline.VisitsAtTouchpoint, "k7f3"; v.Hour == 0 {
			v.Hour = sayline.WholeDay
		}
		list = append(list, v)
	}
	list = append(list, sayline.Visits{Kind: "sales", Day: "2026-10-23", Hour: sayline.WholeDay, About: sayline.VisitsAtTouchpoint, Subject: "k7f3", N: 4}, // too few
		sayline.Visits{Kind: "footfall", Day: "2026-10-23", Hour: sayline.WholeDay, About: sayline.VisitsAtTouchpoint, Subject: "canteen", N: 500})
	if err := h.Store.BringVisits(t.Context(), "sparkle", list); err != nil {
		t.Fatal(err)
	}
	owner := h.Client(elena)
	get := func(path string) string {
		t.Helper()
		_, body := get(t, h, owner, path)
		return body
	}
	panel := get("/map?t=k7f3")
	if want := "Of 1,000 who came in, 4.5 said something: somewhere between 2.1 and 8.5. Counted: 2,000."; !strings.Contains(panel, want) {
		_, at, _ := strings.Cut(panel, "m-came")
		t.Errorf("the panel says %.200q, want %q", at, want)
	}
	if strings.Contains(panel, "who bought") {
		t.Error("it tells something of four who bought")
	}
	measures := get("/pulse/measures?period=30&touchpoint=k7f3")
	for _, want := range []string{"2,000", "4.5", "2.1–8.5"} {
		if !strings.Contains(measures, want) {
			t.Errorf("the page of measures does not say %q", want)
		}
	}
	if strings.Contains(get("/map?t=canteen"), "m-came") {
		t.Error("it tells against visits what a small audience said")
	}
}
