package atlas_test

import (
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/atlas"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// TestWhatCameOfIt: before and after are equal windows of whole days around the
// day it was done, and what they say is what a recount of every moment says.
func TestWhatCameOfIt(t *testing.T) {
	start := time.Date(2026, 3, 20, 9, 0, 0, 0, time.UTC) // the clocks of Madrid change on the 29th
	var room *atlas.Atlas
	h := housetest.Open(t, housetest.Options{Brand: "sparkle", Now: start}, func(h *housetest.House, mux *http.ServeMux) {
		room = atlas.New(h.House)
		room.Routes(mux)
	})
	b := h.Brands.ByID("sparkle")
	zone := b.Location()
	dice := rand.New(rand.NewPCG(7, 7))
	type said struct {
		day  string
		face int
	}
	var all []said
	const days = 24
	for d := range days {
		for range dice.IntN(5) {
			h.Clock(start.AddDate(0, 0, d).Add(time.Duration(dice.IntN(14*60)) * time.Minute))
			face := []int{1, 2, 4, 5}[dice.IntN(4)]
			h.Say("sparkle", moment("k7f3", face, "", ""))
			all = append(all, said{h.Time().In(zone).Format(time.DateOnly), face})
		}
	}
	h.Say("sparkle", moment("m3p9", 5, "", "")) // elsewhere
	now := start.AddDate(0, 0, days)
	h.Clock(now)
	for done := start; done.Before(now.Add(time.Hour)); done = done.Add(11 * time.Hour) {
		n, before, after, rose, half, err := room.Came(t.Context(), b, "k7f3", done)
		if err != nil {
			t.Fatal(err)
		}
		day := time.Date(done.In(zone).Year(), done.In(zone).Month(), done.In(zone).Day(), 12, 0, 0, 0, zone)
		today := time.Date(now.In(zone).Year(), now.In(zone).Month(), now.In(zone).Day(), 12, 0, 0, 0, zone)
		want := max(0, int(math.Round(today.Sub(day).Hours()/24))-1)
		if n != min(want, 30) {
			t.Errorf("%s: %d days are over, told %d", done, want, n)
		}
		var wantBefore, wantAfter [6]int64
		for i := 1; i <= n; i++ {
			for _, s := range all {
				switch s.day {
				case day.AddDate(0, 0, -i).Format(time.DateOnly):
					wantBefore[s.face]++
				case day.AddDate(0, 0, i).Format(time.DateOnly):
					wantAfter[s.face]++
				}
			}
		}
		if before != wantBefore || after != wantAfter {
			t.Errorf("%s, %d days: %v and %v, a recount says %v and %v", done, n, before, after, wantBefore, wantAfter)
		}
		if m1, v1, n1 := recount(wantBefore); n1 > 0 {
			if m2, v2, n2 := recount(wantAfter); n2 > 0 && (math.Abs(rose-(m2-m1)) > 1e-9 || math.Abs(half-1.96*math.Sqrt(v1/n1+v2/n2)) > 1e-9) {
				t.Errorf("%s: %.3f ± %.3f, a recount says %.3f ± %.3f", done, rose, half, m2-m1, 1.96*math.Sqrt(v1/n1+v2/n2))
			}
		}
	}
}

// recount is the mean of some faces of 100, their variance (never under that of
// half a step) and how many they are.
func recount(faces [6]int64) (mean, variance, n float64) {
	for face, k := range faces {
		mean += float64(k) * float64(face-1) * 25
		n += float64(k)
	}
	mean /= n
	for face, k := range faces {
		d := float64(face-1)*25 - mean
		variance += float64(k) * d * d
	}
	return mean, max(12.5*12.5, variance/n), n
}

// TestOpportunities: somebody's idea, the best of its kind and the trade propose
// something at a touchpoint; it is planned in its panel, everybody who looks sees
// it, it is done, and what came of it is told once a day has passed.
func TestOpportunities(t *testing.T) {
	now := time.Date(2026, 5, 6, 12, 0, 0, 0, time.UTC)
	h := open(t, housetest.Options{Now: now})
	for range 9 {
		h.Say("sparkle", moment("k7f3", 1, "", ""))
		h.Say("sparkle", moment("m3p9", 5, "", ""))
	}
	idea := moment("k7f3", 0, "new-idea", "A little step, so that children reach it.")
	idea.Kind = "idea"
	told := h.Say("sparkle", idea)
	h.Say("sparkle", moment("locker", 0, "something-isnt-right", "nobody may know of the forklift"))
	browser := testkit.Browser(t)
	p := h.Page(browser, testkit.Desktop, elena)
	p.Open(h.URL + "/b/sparkle/map?t=k7f3")
	says(p, ".m-opps", "A little step, so that children reach it.", "Shelf 3 does it: 100 of 100, 0 here", "somebody else can carry")
	p.MustLetEverybodyIn("a touchpoint with its opportunities")
	housetest.Audit(t, p, "a touchpoint with its opportunities")
	other := h.Page(browser, testkit.Phone, paco)
	other.Open(h.URL + "/b/sparkle/map/opportunities")
	says(other, "#m-opps", "Proposed", "A little step, so that children reach it.", "Shelf 14")
	other.Until(`!document.querySelector("#m-opps form") && document.querySelector("#live").dataset.state === "on"`)
	housetest.Audit(t, other, "opportunities on a phone")

	key := "#opp-k7f3-idea-" + told.Moment.ID
	p.Press(`document.querySelector("` + key + ` summary").click()`)
	p.Press(`document.querySelector("` + key + ` [name=due]").value = "2026-05-20"; document.querySelector("` + key + ` [name=owner]").value = "packaging"; document.querySelector("` + key + ` .m-planform .fill").click()`)
	says(p, ".m-opp[data-state=planned]", "A little step", "Packaging", "Change the plan")
	says(other, "#m-opps", "Planned", "Packaging") // live
	list, err := h.Store.Opportunities(t.Context(), "sparkle")
	if err != nil || len(list) != 1 || list[0].State != sayline.Planned || list[0].By != "elena" || list[0].Text != "" || list[0].Ref != told.Moment.ID {
		t.Fatalf("kept are %+v, %v", list, err)
	}
	p.Press(`document.querySelector(".m-opp[data-state=planned] [value=done]").click()`)
	says(p, ".m-opp[data-state=done]", "What came of it shows when a day has passed.")
	says(other, "#m-opps", "Done")

	for day := range 3 {
		h.Clock(now.AddDate(0, 0, 1+day))
		for range 4 {
			h.Say("sparkle", moment("k7f3", 5, "", ""))
		}
	}
	h.Clock(now.AddDate(0, 0, 5))
	p.Open(h.URL + "/b/sparkle/map?t=k7f3")
	says(p, ".m-opp[data-state=done]", "Too few said how it feels") // all of before was said on the very day
	p.Press(`document.querySelector(".m-opp[data-state=done] [value=planned]").click()`)
	p.Until(`!!document.querySelector(".m-opp[data-state=planned]")`)
	p.Press(`document.querySelector("#m-oppnew summary").click(); document.querySelector("#m-oppnew textarea").value = "A word of thanks."; document.querySelector("#m-oppnew button").click()`)
	says(p, ".m-opps", "A word of thanks.")

	if err := h.Door.Withdraw(t.Context(), h.Brands.ByID("sparkle"), told.Secret); err != nil {
		t.Fatal(err)
	}
	p.Open(h.URL + "/b/sparkle/map/opportunities")
	says(p, "#m-opps", "What proposed it is no more.", "A word of thanks.")
	if body := testkit.Eval[string](p, `document.body.innerText`); strings.Contains(body, "little step") {
		t.Error("words that were taken back still stand there")
	}
	p.Show(testkit.Phone.In("ar"))
	p.Open(h.URL + "/b/sparkle/map/opportunities")
	says(p, "main", "الفرص", "مخطط لها")
	housetest.Audit(t, p, "opportunities in Arabic")
	p.MustBeClean()
	other.MustBeClean()
}

// TestWhoDecides: who does not lead decides on nothing; a source that is not
// there, or in a private lane, proposes nothing; two who decide on one version
// are told apart; the table has them all.
func TestWhoDecides(t *testing.T) {
	h := open(t, housetest.Options{})
	post := func(c *http.Client, path string, form url.Values) int {
		t.Helper()
		res, err := c.PostForm(h.URL+"/b/sparkle/map/"+path, form)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	owner, worker := h.Client(elena), h.Client(paco)
	own := url.Values{"text": {"=A stool"}}
	if got := post(worker, "at/k7f3/opportunities", own); got != http.StatusNotFound {
		t.Errorf("who does not lead writes one: %d", got)
	}
	idea := moment("canteen", 0, "new-idea", "Soup on Mondays, says one of five.") // of an employee: guarded
	idea.Kind = "idea"
	guarded := h.Say("sparkle", idea)
	for what, form := range map[string]url.Values{
		"an idea nobody had":    {"source": {"idea"}, "ref": {"nobody"}, "to": {"accepted"}},
		"an employee's idea":    {"source": {"idea"}, "ref": {guarded.Moment.ID}, "to": {"accepted"}},
		"a private touchpoint":  {"source": {"best"}, "ref": {"locker"}, "to": {"accepted"}},
		"another trade's list":  {"source": {"trade"}, "ref": {"minibar"}, "to": {"accepted"}},
		"a source there is not": {"source": {"rumour"}, "ref": {"x"}},
	} {
		if got := post(owner, "at/canteen/opportunities", form); got != http.StatusNotFound {
			t.Errorf("%s: %d", what, got)
		}
	}
	if got := post(owner, "at/k7f3/opportunities", own); got != http.StatusSeeOther {
		t.Fatalf("writing one: %d", got)
	}
	list, err := h.Store.Opportunities(t.Context(), "sparkle")
	if err != nil || len(list) != 1 {
		t.Fatalf("kept are %+v, %v", list, err)
	}
	at := "opportunities/" + list[0].ID
	for _, tt := range []struct {
		form url.Values
		want int
	}{
		{url.Values{"version": {"1"}, "to": {"done"}}, 422},
		{url.Values{"version": {"1"}, "to": {"planned"}, "owner": {"yard"}}, 422},
		{url.Values{"version": {"1"}, "to": {"planned"}, "owner": {"nobody"}, "due": {"2026-12-24"}}, 422},
		{url.Values{"version": {"1"}, "to": {"planned"}, "owner": {"yard"}, "due": {"2026-12-24"}}, 303},
		{url.Values{"version": {"1"}, "to": {"declined"}}, 409},
		{url.Values{"version": {"2"}, "to": {"done"}}, 303},
	} {
		if got := post(owner, at, tt.form); got != tt.want {
			t.Errorf("%v: %d, want %d", tt.form, got, tt.want)
		}
	}
	res, err := worker.Get(h.URL + "/b/sparkle/map/opportunities.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	table, _ := io.ReadAll(res.Body)
	if s := string(table); !strings.HasPrefix(s, "\ufefftouchpoint,name,state,") || !strings.Contains(s, "k7f3,Shelf 14,done,'=A stool,own,") || strings.Contains(s, "Soup on Mondays") {
		t.Errorf("the table is %s", s)
	}
}
