package pulse_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/past"
	"github.com/sayline/sayline/internal/pulse"
)

// TestTakeVisits: how many came is taken out as a file that can be brought in again, with
// the page's days and filter, however many lines it has; nothing private.
func TestTakeVisits(t *testing.T) {
	h := housetest.Open(t, housetest.Options{Brand: sparkle, Change: func(c *sayline.Config) {
		for i := range c.Touchpoints {
			if c.Touchpoints[i].ID == "m3p9" {
				c.Touchpoints[i].Lane = c.Lanes[0].ID
			}
		}
	}}, func(h *housetest.House, mux *http.ServeMux) { pulse.New(h.House).Routes(mux) })
	b := h.Brands.ByID(sparkle)
	at := h.Time().In(b.Location())
	day := func(ago int) string { return at.AddDate(0, 0, -ago).Format("2006-01-02") }
	var all []sayline.Visits
	for ago := 60; ago > 0; ago-- { // more than are read at once
		for hour := range 24 {
			for _, place := range []string{"madrid", "mercado-calle-mayor", "salamanca", "sparkle-hq"} {
				if b.Index.Place(place) != nil {
					all = append(all, sayline.Visits{Kind: "footfall", Day: day(ago), Hour: hour, About: sayline.VisitsAtPlace, Subject: place, N: int64(hour)})
				}
			}
			all = append(all, sayline.Visits{Kind: "sales", Day: day(ago), Hour: hour, About: sayline.VisitsAtTouchpoint, Subject: "k7f3", N: 2},
				sayline.Visits{Kind: "footfall", Day: day(ago), Hour: hour, About: sayline.VisitsAnywhere, N: 50},
				sayline.Visits{Kind: "scans", Day: day(ago), Hour: hour, About: sayline.VisitsAnywhere, N: 9})
		}
	}
	all = append(all, sayline.Visits{Kind: "scans", Day: day(0), Hour: sayline.WholeDay, About: sayline.VisitsAtTouchpoint, Subject: "k7f3", N: 4})
	secret := sayline.Visits{Kind: "sales", Day: day(1), Hour: 9, About: sayline.VisitsAtTouchpoint, Subject: "m3p9", N: 7}
	if err := h.Store.BringVisits(t.Context(), sparkle, append(slices.Clone(all), secret)); err != nil {
		t.Fatal(err)
	}
	taken := func(query string) []sayline.Visits {
		t.Helper()
		res, err := h.Client("elena@sparkle.example").Get(h.URL + "/b/sparkle/pulse/visits.csv" + query)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK || strings.Contains(string(body), "m3p9") {
			t.Fatalf("%s: %d %v", query, res.StatusCode, err)
		}
		good, wrong, err := past.Visits(strings.NewReader(string(body)), b.Config, b.Index, h.Time())
		if err != nil || len(wrong) > 0 {
			t.Fatalf("%s can't be brought in again: %v %v", query, wrong, err)
		}
		return good
	}
	if got := taken("?period=90"); len(got) != len(all) || len(all) < 6000 {
		t.Errorf("%d of %d lines", len(got), len(all))
	} else {
		sum := map[sayline.Visits]bool{}
		for _, v := range got {
			sum[v] = true
		}
		for _, v := range all {
			if !sum[v] {
				t.Errorf("%+v is not taken out", v)
				break
			}
		}
	}
	if got := taken("?period=7&touchpoint=k7f3"); len(got) != 6*24+1 {
		t.Errorf("of a touchpoint in a week: %d lines", len(got))
	}
}

// TestNothingExpected: where nothing lets expect how much is said, nothing is told to be
// as expected.
func TestNothingExpected(t *testing.T) {
	h := housetest.Open(t, housetest.Options{Brand: sparkle}, func(h *housetest.House, mux *http.ServeMux) { pulse.New(h.House).Routes(mux) })
	day := h.Time().In(h.Brands.ByID(sparkle).Location()).AddDate(0, 0, -1).Format("2006-01-02")
	if err := h.Store.BringVisits(t.Context(), sparkle, []sayline.Visits{{Kind: "footfall", Day: day, Hour: sayline.WholeDay, About: sayline.VisitsAtTouchpoint, Subject: "k7f3", N: 812}}); err != nil {
		t.Fatal(err)
	}
	res, err := h.Client("elena@sparkle.example").Get(h.URL + "/b/sparkle/pulse/measures?period=7")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, of, _ := strings.Cut(string(body), `id="visits"`)
	of, _, _ = strings.Cut(of, "</section>")
	if strings.Contains(strings.ToLower(of), "como se esperaba") || !strings.Contains(of, "aún no hay con qué comparar") || !strings.Contains(of, "812") || !strings.Contains(of, "visits.csv") {
		t.Errorf("the measure: %s", of)
	}
}
