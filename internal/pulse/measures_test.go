package pulse_test

import (
	"crypto/rand"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
)

// TestEveryMeasureIsTrue: on both engines, each measure of whole days is what a
// recount of the moments one by one gives, late ones and a private lane among them.
func TestEveryMeasureIsTrue(t *testing.T) {
	for name, database := range map[string]func() string{"sqlite": func() string { return "" }, "postgres": func() string { return storetest.Postgres(t) }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // while one waits for its disk, the other works
			l := live16(t, database(), 21)
			opened := l.open(t)
			for period, days := range map[string]int{"7": 7, "30": 30} {
				got, err := l.room.Measures(t.Context(), l.h.Brands.ByID(sparkle), url.Values{"period": {period}})
				if err != nil {
					t.Fatal(err)
				}
				list := l.public(l.midnight(1-days), l.midnight(1), false, "")
				l.measured(t, got, list)
				l.silence(t, got["silent"].Value, list, opened)
			}
		})
	}
}

// open opens some screens some times, some days ago.
func (l *history) open(t *testing.T) map[string]int64 {
	opened := map[string]int64{"k7f3": 900, "lemon": 4, "m3p9": 40}
	var list []store.Opened
	for id, n := range opened {
		list = append(list, store.Opened{Touchpoint: id, At: l.end.Add(-3 * time.Hour), N: 1}, store.Opened{Touchpoint: id, At: l.midnight(-5), N: n - 1})
	}
	list = append(list, store.Opened{Touchpoint: "k7f3", At: l.midnight(-60), N: 77}) // of no period that is looked at
	if err := l.h.Store.CountOpened(t.Context(), sparkle, l.zone, list); err != nil {
		t.Fatal(err)
	}
	return opened
}

func (l *history) measured(t *testing.T, got map[string]measureShown, list []sayline.Moment) {
	t.Helper()
	var felt []float64
	good := 0
	for _, m := range list {
		if m.Feeling > 0 {
			felt = append(felt, 25*float64(m.Feeling-1))
		}
		if m.Feeling > 3 {
			good++
		}
	}
	mean := 0.0
	for _, x := range felt {
		mean += x / float64(len(felt))
	}
	squares := 0.0
	for _, x := range felt {
		squares += (x - mean) * (x - mean)
	}
	n := float64(len(felt))
	half := 1.9842 * math.Sqrt(squares/(n-1)) / math.Sqrt(n) // t of 0.975 with 100 degrees, from a table
	for id, want := range map[string]string{
		"moments": strconv.Itoa(len(list)), "score": strconv.Itoa(int(mean + .5)), "csat": fmt.Sprintf("%d %%", int(100*float64(good)/n+.5)), "faces": strconv.Itoa(len(felt)),
	} {
		if got[id].Value != want {
			t.Errorf("%s is %q, true is %q", id, got[id].Value, want)
		}
	}
	var low, high float64
	if _, err := fmt.Sscanf(got["score"].Range, "95 %% sure: from %f to %f", &low, &high); err != nil || math.Abs(low-(mean-half)) > 1 || math.Abs(high-(mean+half)) > 1 {
		t.Errorf("the score is %q, true is %.1f ± %.1f", got["score"].Range, mean, half)
	}
	l.weighed(t, got["weight"], list, mean)
	l.covered(t, got["coverage"].Value, list)
}

// weighed: each touchpoint's row says what the mean of all faces were, had everybody
// there shown the face that is meant.
func (l *history) weighed(t *testing.T, got measureShown, list []sayline.Moment, mean float64) {
	for _, row := range got.Rows {
		for _, touchpoint := range l.h.Brands.ByID(sparkle).Touchpoints {
			if touchpoint.Name.In("en") != row[0] {
				continue
			}
			sum, n := 0.0, 0.0
			for _, m := range list {
				if m.Feeling == 0 {
					continue
				}
				n++
				if m.Context.Touchpoint == touchpoint.ID {
					m.Feeling = touchpoint.Meant()
				}
				sum += 25 * float64(m.Feeling-1)
			}
			if would, err := strconv.ParseFloat(row[3], 64); err != nil || math.Abs(would-sum/n) > 0.051 || would <= mean-0.051 {
				t.Errorf("%s would make it %q, true is %.2f, and %.2f now", row[0], row[3], sum/n, mean)
			}
		}
	}
}

func (l *history) covered(t *testing.T, got string, list []sayline.Moment) {
	spoke, listening := map[string]bool{}, 0
	for _, m := range list {
		spoke[m.Context.Touchpoint] = true
	}
	n := 0
	for _, touchpoint := range l.h.Brands.ByID(sparkle).Touchpoints {
		if touchpoint.Lane == "" && !touchpoint.Silent {
			listening++
			if spoke[touchpoint.ID] {
				n++
			}
		}
	}
	if want := fmt.Sprintf("%d of %d", n, listening); got != want {
		t.Errorf("coverage is %q, true is %q", got, want)
	}
}

// silence: of all openings, those that no moment followed from.
func (l *history) silence(t *testing.T, got string, list []sayline.Moment, opened map[string]int64) {
	said := map[string]int64{}
	for _, m := range list {
		if m.Context.Source != "kiosk" {
			said[m.Context.Touchpoint]++
		}
	}
	all, spoke := int64(0), int64(0)
	for id, n := range opened {
		all, spoke = all+max(n, said[id]), spoke+said[id]
	}
	if want := fmt.Sprintf("%d %%", int(100*(1-float64(spoke)/float64(all))+.5)); got != want {
		t.Errorf("silent are %q, true is %q", got, want)
	}
}

type measureShown = pulse.MeasureShown

// TestExpectedIsOfTheSameWeekdays: what is said is told against the same weekdays
// of four weeks, and a touchpoint that falls silent comes first.
func TestExpectedIsOfTheSameWeekdays(t *testing.T) {
	zone := sayline.Zone("Europe/Madrid")
	end := time.Date(2026, 11, 22, 12, 0, 0, 0, zone)
	var room *pulse.Pulse
	h := housetest.Open(t, housetest.Options{Brand: sparkle, Now: end.AddDate(0, 0, -60)}, func(h *housetest.House, _ *http.ServeMux) { room = pulse.New(h.House) })
	say := func(day time.Time, touchpoint string, times int) {
		for i := range times {
			h.Clock(day.Add(time.Duration(10+i) * time.Hour))
			m := sayline.Moment{Feeling: 4, Context: housetest.At(touchpoint)}
			if _, err := h.Door.Accept(t.Context(), h.Brands.ByID(sparkle), intake.Submission{Moment: m, Key: fmt.Sprint(day, touchpoint, i, "0123456789abcdef"), Digest: [32]byte{1}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n := 40; n >= 0; n-- {
		day := time.Date(2026, 11, 22-n, 0, 0, 0, 0, zone)
		monday := day.Weekday() == time.Monday
		switch {
		case n <= 6: // the last seven days: k7f3 goes on as ever, m3p9 says nothing
			say(day, "k7f3", 1)
		case monday:
			say(day, "m3p9", 6)
			say(day, "k7f3", 1)
		default:
			say(day, "k7f3", 1)
		}
	}
	h.Clock(end)
	got, err := room.Measures(t.Context(), h.Brands.ByID(sparkle), url.Values{"period": {"7"}})
	if err != nil {
		t.Fatal(err)
	}
	x := got["expected"] // six whole days, one of them a Monday: 6 + 6 are expected, 6 were said
	if x.Value != "50 %" || len(x.Rows) != 2 || x.Rows[0][1] != "6" || x.Rows[0][2] != "0" || x.Rows[1][3] != "100 %" {
		t.Errorf("expected: %+v", x)
	}
}

// TestIntervals holds the intervals to published values and to what they promise.
func TestIntervals(t *testing.T) {
	for freedom, want := range map[int64]float64{4: 2.776, 9: 2.262, 29: 2.045, 100: 1.984, 100000: 1.960} {
		if got := pulse.Student(freedom); math.Abs(got-want) > 0.01 {
			t.Errorf("t with %d degrees is %.3f, tables say %.3f", freedom, got, want)
		}
	}
	// Newcombe, Stat. Med. 17, 1998, table I: 81 of 263, and none of 20.
	for _, c := range []struct {
		k, n      int64
		low, high float64
	}{{81, 263, .2553, .3662}, {0, 20, 0, .1611}} {
		if low, high := pulse.Wilson(c.k, c.n); math.Abs(low-c.low) > 5e-5 || math.Abs(high-c.high) > 5e-5 {
			t.Errorf("%d of %d lies from %.4f to %.4f, Newcombe says %.4f to %.4f", c.k, c.n, low, high, c.low, c.high)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 1e7).Draw(t, "n")
		k := rapid.Int64Range(0, n).Draw(t, "k")
		low, high := pulse.Wilson(k, n)
		if share := float64(k) / float64(n); low < 0 || high > 1 || low > share+1e-9 || high < share-1e-9 {
			t.Fatalf("%d of %d lies from %f to %f", k, n, low, high)
		}
	})
}

// TestMeasuresPage: everybody who sees the pulse sees how it is counted, and each
// figure has its formula.
func TestMeasuresPage(t *testing.T) {
	h := openPulse(t, housetest.Options{})
	status, body, _ := get(t, h, h.Client(ana), "/b/sparkle/pulse/measures?period=30")
	if status != http.StatusOK {
		t.Fatal(status, body)
	}
	if n := strings.Count(body, "<code"); n != 13 {
		t.Errorf("%d figures have a formula", n)
	}
	for _, id := range []string{"moments", "faces", "score", "csat", "silent", "expected", "visits", "weight", "clocks", "kept", "unsolved", "reopened", "coverage"} {
		if !strings.Contains(body, `id="`+id+`"`) {
			t.Errorf("there is no %s", id)
		}
	}
}

// TestOutcomesAreTold: what authors say of the answer, and what had to be opened again.
func TestOutcomesAreTold(t *testing.T) {
	var room *pulse.Pulse
	h := housetest.Open(t, housetest.Options{Brand: sparkle}, func(h *housetest.House, mux *http.ServeMux) {
		room = pulse.New(h.House)
		room.Routes(mux)
	})
	for i := range 6 {
		a := h.Say(sparkle, sayline.Moment{Topic: "tastes-off", Feeling: 1, Text: fmt.Sprint("Metal ", i), Context: housetest.At("lemon")})
		if err := h.Store.Resolve(t.Context(), h.Act(sparkle, a.Moment.Case, "lucia"), "done"); err != nil && sayline.KindOf(err) != sayline.Conflict {
			t.Fatal(err)
		}
		h.Clock(h.Time().Add(3 * time.Hour)) // so that the next is a case of its own
		answer := []string{"yes", "yes", "no"}[i%3]
		if err := h.Store.AuthorSays(t.Context(), store.AuthorSays{Brand: sparkle, Moment: a.Moment.ID, Message: &sayline.Message{ID: sayline.NewID(h.Time(), rand.Reader), Solved: answer}}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := room.Measures(t.Context(), h.Brands.ByID(sparkle), url.Values{"period": {"7"}})
	if err != nil {
		t.Fatal(err)
	}
	if x := got["unsolved"]; x.Value != "33 %" || x.Rows[0][1] != "6" {
		t.Errorf("not solved: %+v", x)
	}
	if x := got["reopened"]; x.Value != "33 %" || x.Rows[0][1] != "6" {
		t.Errorf("opened again: %+v", x)
	}
	for path, want := range map[string]bool{"/b/sparkle/pulse?period=7": true, "/b/sparkle/pulse?period=7&touchpoint=lemon": false} { // they are of all cases
		if _, page, _ := get(t, h, h.Client(elena), path); strings.Contains(page, "#unsolved") != want || strings.Contains(page, "#reopened") != want {
			t.Errorf("%s tells what came of all cases: %v", path, !want)
		}
	}
}
