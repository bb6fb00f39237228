package pulse_test

import (
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/store/storetest"
)

// TestVisitsAreRecounted: on both engines, whatever is brought, what the measure says
// of those who came is what a recount of the moments one by one gives, in days and in
// hours; of private lanes and small audiences nothing is in it.
func TestVisitsAreRecounted(t *testing.T) {
	for name, database := range map[string]func() string{"sqlite": func() string { return "" }, "postgres": func() string { return storetest.Postgres(t) }} {
		t.Run(name, func(t *testing.T) {
			l := live16(t, database(), 33)
			guarded := 0
			for _, m := range l.said {
				if m.Guarded && m.Lane == "" {
					guarded++
				}
			}
			if guarded == 0 {
				t.Fatal("nobody of a small audience spoke")
			}
			brought := map[sayline.VisitsOf][]sayline.Visits{}
			told := map[string]int{}
			for seed := range uint64(5) {
				dice := mathrand.New(mathrand.NewPCG(seed, 4))
				list := l.bring(dice)
				if err := l.h.Store.BringVisits(t.Context(), sparkle, list); err != nil {
					t.Fatal(err)
				}
				fresh := map[sayline.VisitsOf][]sayline.Visits{}
				for _, v := range list {
					fresh[v.Of()] = append(fresh[v.Of()], v)
				}
				for of, v := range fresh {
					brought[of] = v
				}
				for _, q := range []url.Values{{"period": {"7"}}, {"from": {"2026-11-21"}, "to": {"2026-11-22"}}, {"period": {"today"}}, {"period": {"7"}, "place": {"madrid"}}, {"period": {"7"}, "kind": {"problem"}}, {"period": {"30"}, "touchpoint": {"k7f3"}}} {
					rows, none, err := l.room.Visits(t.Context(), l.h.Brands.ByID(sparkle), q)
					if err != nil || none != "" {
						t.Fatalf("%v: %s %v", q, none, err)
					}
					for i := range rows {
						l.recount(t, q, &rows[i], brought)
						told[fmt.Sprint(rows[i].Own, rows[i].WasCame > 0)]++
					}
				}
			}
			if told["true true"] == 0 || told["false true"] == 0 || told["false false"] == 0 {
				t.Errorf("not every way to expect something was seen: %v", told)
			}
		})
	}
}

// bring makes up how many came, by day or by hour.
func (l *history) bring(dice *mathrand.Rand) (list []sayline.Visits) {
	for _, of := range []sayline.VisitsOf{{About: "touchpoint", Subject: "k7f3"}, {About: "touchpoint", Subject: "m3p9"}, {About: "touchpoint", Subject: "v2c8"}, {About: "touchpoint", Subject: "lemon"},
		{About: "place", Subject: "madrid"}, {About: "place", Subject: "mercado-calle-mayor"}, {About: "all"}} {
		for day := range 20 {
			if dice.IntN(8) == 0 {
				continue
			}
			v := sayline.Visits{Kind: "footfall", Day: l.midnight(-day).Format(time.DateOnly), About: of.About, Subject: of.Subject, Hour: sayline.WholeDay, N: dice.Int64N(400)}
			if dice.IntN(3) == 0 {
				v.Kind = "sales"
			}
			if dice.IntN(2) == 0 {
				list = append(list, v)
				continue
			}
			for hour := range 24 {
				if v.Hour, v.N = hour, dice.Int64N(40); dice.IntN(4) > 0 {
					list = append(list, v)
				}
			}
		}
	}
	return list
}

// recount counts a row again.
func (l *history) recount(t *testing.T, q url.Values, row *pulse.Visited, brought map[sayline.VisitsOf][]sayline.Visits) {
	t.Helper()
	from, until, hours := l.midnight(-6), l.midnight(0), false
	switch {
	case q.Get("from") != "":
		from = l.midnight(-1)
	case q.Get("period") == "30":
		from = l.midnight(-29)
	case q.Get("period") == "today":
		from, until, hours = l.midnight(0), l.midnight(0).Add(15*time.Hour), true
	}
	first := l.end
	for _, m := range l.said {
		if m.Lane == "" && m.CountedAt().Before(first) {
			first = m.CountedAt()
		}
	}
	y, mo, d := first.In(l.zone).Date()
	listened := time.Date(y, mo, d+1, 0, 0, 0, 0, l.zone)
	before := l.midnight(int(from.Sub(l.midnight(0)).Hours()/24) - 28)
	if before.Before(listened) {
		before = listened
	}
	came, said, _ := l.sum(q, row.Kind, row.About, row.Subject, from, until, hours, brought)
	if came != row.Came || said != row.Said {
		t.Errorf("%v %s %s %s: %d of %d said something, true is %d of %d", q, row.Kind, row.About, row.Subject, row.Said, row.Came, said, came)
	}
	wasCame, wasSaid, days := l.sum(q, row.Kind, row.About, row.Subject, before, from, false, brought)
	if own := days >= 14 && wasSaid >= 5; own != row.Own {
		t.Errorf("%v %s %s %s: its own history lets expect something: %v, true is %v of %d days", q, row.Kind, row.About, row.Subject, row.Own, own, days)
		return
	}
	if !row.Own { // its like: of these, k7f3, m3p9 and v2c8 are shelves
		wasCame, wasSaid = 0, 0
		n := 0
		shelves := []string{"k7f3", "m3p9", "v2c8"}
		for _, other := range shelves {
			place := l.h.Brands.ByID(sparkle).Index.Touchpoint(other).Place
			if slices.Contains(shelves, row.Subject) && other != row.Subject && (q.Get("touchpoint") == "" || q.Get("touchpoint") == other) &&
				(q.Get("place") == "" || l.h.Brands.ByID(sparkle).Index.Under(place, q.Get("place"))) {
				if c, s, _ := l.sum(q, row.Kind, row.About, other, from, until, hours, brought); c >= 5 {
					n, wasCame, wasSaid = n+1, wasCame+c, wasSaid+s
				}
			}
		}
		if n < 2 {
			wasCame, wasSaid = 0, 0
		}
	}
	if wasCame != row.WasCame || wasSaid != row.WasSaid {
		t.Errorf("%v %s %s %s: expected by %d of %d, true is %d of %d", q, row.Kind, row.About, row.Subject, row.WasSaid, row.WasCame, wasSaid, wasCame)
	}
}

// sum adds up who came to one subject, and what was said there then.
func (l *history) sum(q url.Values, kind, about, subject string, from, until time.Time, hours bool, brought map[sayline.VisitsOf][]sayline.Visits) (came, said int64, days int) {
	index := l.h.Brands.ByID(sparkle).Index
	known := map[string]bool{}
	for of, list := range brought {
		if of.Kind != kind || of.About != about || of.Subject != subject {
			continue
		}
		for _, v := range list {
			start, _ := time.ParseInLocation(time.DateOnly, v.Day, l.zone)
			if hours {
				start = start.Add(time.Duration(v.Hour) * time.Hour) // of no day on which clocks change
			}
			if hours && v.Hour == sayline.WholeDay || start.Before(from) || !start.Before(until) {
				continue
			}
			came += v.N
			known[start.String()] = true
		}
	}
	for _, m := range l.said {
		at := m.CountedAt().In(l.zone)
		bucket := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, l.zone)
		if hours {
			bucket = bucket.Add(time.Duration(at.Hour()) * time.Hour)
		}
		here := about == "all" || about == "touchpoint" && m.Context.Touchpoint == subject || about == "place" && index.Under(m.Context.Place, subject)
		if m.Lane != "" || m.Guarded || !known[bucket.String()] || !here || q.Get("kind") != "" && m.Kind != q.Get("kind") || q.Get("place") != "" && !index.Under(m.Context.Place, q.Get("place")) || q.Get("touchpoint") != "" && m.Context.Touchpoint != q.Get("touchpoint") {
			continue
		}
		said++
	}
	return came, said, len(known)
}

// TestVerdict: what is far from what was to be expected is told, what may be chance
// is not; and the interval is that of a count.
func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		came, said, wasCame, wasSaid int64
		want                         string
	}{
		{1000, 0, 4000, 80, "quiet"}, {1000, 20, 4000, 80, ""}, {1000, 60, 4000, 80, "loud"}, {1000, 14, 4000, 80, ""},
		{100, 0, 4000, 80, ""},     // two were to be expected
		{1000, 7, 0, 0, ""},        // nothing lets expect anything
		{1000, 9, 4000, 0, "loud"}, // nobody ever spoke
		{1000, 4, 4000, 0, ""},
	} {
		v := pulse.Visited{Came: c.came, Said: c.said, WasCame: c.wasCame, WasSaid: c.wasSaid}
		if got := v.Verdict(); got != c.want {
			t.Errorf("%+v is %q", c, got)
		}
	}
	for _, c := range []struct{ said, low, high float64 }{{0, 0, 3.7}, {10, 4.8, 18.4}, {100, 81.4, 121.6}} { // Garwood's, of a table
		v := pulse.Visited{Came: 1000, Said: int64(c.said)}
		if rate, low, high := v.Rate(); rate != c.said || math.Abs(low-c.low) > .1 || math.Abs(high-c.high) > .1 {
			t.Errorf("%v of 1,000: %v to %v, want %v to %v", rate, low, high, c.low, c.high)
		}
	}
}
