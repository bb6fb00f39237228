package pulse_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

// history is what was said, kept by the test itself.
type history struct {
	h     *housetest.House
	room  *pulse.Pulse
	zone  *time.Location
	said  []sayline.Moment
	seen  map[string]time.Time // case → when it was first opened
	taken map[string]time.Time
	end   time.Time
}

// live16 lives sixteen days at random: public and private moments, late ones,
// with and without faces; some cases are opened and taken.
func live16(t *testing.T, database string, seed uint64) *history {
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	l := &history{zone: zone, seen: map[string]time.Time{}, taken: map[string]time.Time{}, end: time.Date(2026, 11, 22, 15, 24, 31, 0, zone)}
	l.h = housetest.Open(t, housetest.Options{Brand: sparkle, Database: database, Now: l.end.AddDate(0, 0, -17)}, func(h *housetest.House, mux *http.ServeMux) { l.room = pulse.New(h.House) })
	dice := mathrand.New(mathrand.NewPCG(seed, 9))
	var times []time.Time
	for range testkit.Size(160, 240) {
		times = append(times, l.end.Add(-time.Duration(dice.Int64N(int64(16*24*time.Hour)))))
	}
	for range 40 { // and the last hours, busier
		times = append(times, l.end.Add(-time.Duration(dice.Int64N(int64(4*time.Hour)))))
	}
	slices.SortFunc(times, func(a, b time.Time) int { return a.Compare(b) })
	topics := []string{"", "cant-find-it", "love-this-one", "tastes-off", "about-a-person", "nobody-knows-it"}
	places := []string{"k7f3", "m3p9", "lemon", "canteen", "locker", "nowhere", ""}
	for _, at := range times {
		l.h.Clock(at)
		m := sayline.Moment{Topic: topics[dice.IntN(len(topics))], Feeling: dice.IntN(6), Text: []string{"", "Words."}[dice.IntN(2)], Context: housetest.At(places[dice.IntN(len(places))])}
		if m.Topic == "" && m.Feeling == 0 {
			m.Text = "Only words."
		}
		if dice.IntN(8) == 0 {
			m.OccurredAt = at.Add(-time.Duration(dice.IntN(50)) * time.Hour)
		}
		if dice.IntN(10) == 0 {
			m.Class, m.Contact = sayline.Identified, &sayline.MomentContact{Name: "Nora"}
		}
		a, err := l.h.Door.Accept(context.Background(), l.h.Brands.ByID(sparkle), intake.Submission{Moment: m, Key: rand.Text(), Digest: [32]byte{1}})
		if err != nil {
			t.Fatal(err)
		}
		l.said = append(l.said, a.Moment)
		l.act(t, dice, a.Moment.Case, at)
		if dice.IntN(12) == 0 { // what comes late comes into days that are packed
			if err := l.h.Store.PackCounts(context.Background(), sparkle); err != nil {
				t.Fatal(err)
			}
		}
	}
	l.h.Clock(l.end)
	return l
}

// act opens and takes some cases at once.
func (l *history) act(t *testing.T, dice *mathrand.Rand, id string, at time.Time) {
	if id == "" || dice.IntN(3) > 0 || !l.seen[id].IsZero() {
		return
	}
	c, err := l.h.Store.Case(context.Background(), sparkle, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.h.Store.Seen(context.Background(), l.h.Act(sparkle, id, "lucia")); err != nil {
		t.Fatal(err)
	}
	if c.Lane == "" && c.SeenAt.IsZero() {
		l.seen[id] = at
	}
}

// public are the open moments in [from, until), by when they happened or, in
// minutes, by when they came. What employees said stands on the Sunday of its
// week, when that is over and five said it at one place, without topic and, of
// fewer than five, without faces; and in whole days only.
func (l *history) public(from, until time.Time, received bool, touchpoint string) []sayline.Moment {
	list := slices.DeleteFunc(slices.Clone(l.said), func(m sayline.Moment) bool { return m.Lane != "" })
	weeks, felt := map[string]int{}, map[string]int{}
	sunday := func(m sayline.Moment) time.Time {
		y, mo, d := m.ReceivedAt.In(l.zone).Date()
		for time.Date(y, mo, d, 12, 0, 0, 0, l.zone).Weekday() != time.Sunday {
			d++
		}
		return time.Date(y, mo, d, 12, 0, 0, 0, l.zone)
	}
	week := func(m sayline.Moment) string { return m.Context.Touchpoint + sunday(m).String() }
	for _, m := range list {
		if m.Guarded {
			weeks[week(m)]++
			felt[week(m)] += min(m.Feeling, 1)
		}
	}
	var in []sayline.Moment
	for _, m := range list {
		at := m.CountedAt()
		if received {
			at = m.ReceivedAt
		}
		if m.Guarded {
			if at = sunday(m); received || until.Sub(from) < 23*time.Hour || weeks[week(m)] < 5 || at.AddDate(0, 0, 1).After(l.end) {
				continue
			}
			if m.Topic = ""; felt[week(m)] < 5 {
				m.Feeling = 0
			}
		}
		if !at.Before(from) && at.Before(until) && (touchpoint == "" || m.Context.Touchpoint == touchpoint) {
			in = append(in, m)
		}
	}
	return in
}

// midnight is the beginning of a day of this zone, some days from the end.
func (l *history) midnight(days int) time.Time {
	return time.Date(2026, 11, 22+days, 0, 0, 0, 0, l.zone)
}

func faces(list []sayline.Moment) (n [6]int64) {
	for _, m := range list {
		n[m.Feeling]++
	}
	return n
}

// of100 is the mean feeling, awful 0 and wonderful 100, rounded; "" of fewer than five.
func of100(list []sayline.Moment) string {
	n, sum := 0, 0.0
	for _, m := range list {
		if m.Feeling > 0 {
			n, sum = n+1, sum+float64(m.Feeling-1)/4*100
		}
	}
	if n < 5 {
		return ""
	}
	return strconv.Itoa(int(sum/float64(n) + 0.5))
}

// TestEveryFigureIsTrue: on both engines, what a page shows is what a recount of
// the moments one by one gives, for every period, filtered and not.
func TestEveryFigureIsTrue(t *testing.T) {
	for name, database := range map[string]func() string{"sqlite": func() string { return "" }, "postgres": func() string { return storetest.Postgres(t) }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // while one waits for its disk, the other works
			l := live16(t, database(), 5)
			minute := l.end.Truncate(time.Minute).Add(time.Minute)
			for _, c := range []struct {
				period      string
				from, until time.Time
				was         [2]time.Time
				received    bool
			}{
				{"now", minute.Add(-time.Hour), minute, [2]time.Time{minute.Add(-2 * time.Hour), minute.Add(-time.Hour)}, true},
				{"today", l.midnight(0), l.midnight(1), [2]time.Time{l.midnight(-1), l.midnight(0)}, false},
				{"7", l.midnight(-6), l.midnight(1), [2]time.Time{l.midnight(-13), l.midnight(-6)}, false},
				{"30", l.midnight(-29), l.midnight(1), [2]time.Time{l.midnight(-59), l.midnight(-29)}, false},
				{"90", l.midnight(-89), l.midnight(1), [2]time.Time{l.midnight(-179), l.midnight(-89)}, false},
			} {
				for _, touchpoint := range []string{"", "k7f3"} {
					t.Run(c.period+" "+touchpoint, func(t *testing.T) {
						list := l.public(c.from, c.until, c.received, touchpoint)
						l.compare(t, url.Values{"period": {c.period}, "touchpoint": {touchpoint}, "show": {"all"}}, c.from, list, l.public(c.was[0], c.was[1], c.received, touchpoint))
					})
				}
				for _, f := range narrowed {
					t.Run(c.period+" "+f.values.Encode(), func(t *testing.T) {
						q := url.Values{"period": {c.period}, "show": {"all"}}
						maps.Copy(q, f.values)
						of := func(list []sayline.Moment) []sayline.Moment {
							return slices.DeleteFunc(list, func(m sayline.Moment) bool { return m.Guarded || !f.has(&m) })
						}
						l.compare(t, q, c.from, of(l.public(c.from, c.until, c.received, "")), of(l.public(c.was[0], c.was[1], c.received, "")))
					})
				}
			}
			l.compareClocks(t)
			l.compareToday(t)
		})
	}
}

// narrowed are views by other facets than a touchpoint, and what is of them.
var narrowed = []struct {
	values url.Values
	has    func(*sayline.Moment) bool
}{
	{url.Values{"kind": {"problem"}}, func(m *sayline.Moment) bool { return m.Kind == "problem" }},
	{url.Values{"feeling": {"1", "0"}, "place": {"madrid"}}, func(m *sayline.Moment) bool {
		return m.Feeling <= 1 && (m.Context.Touchpoint == "k7f3" || m.Context.Touchpoint == "m3p9") && m.Context.Place != ""
	}},
	{url.Values{"topic": {"cant-find-it", "tastes-off"}, "touchpoint": {"lemon", "k7f3"}}, func(m *sayline.Moment) bool {
		return (m.Topic == "cant-find-it" || m.Topic == "tastes-off") && (m.Context.Touchpoint == "lemon" || m.Context.Touchpoint == "k7f3")
	}},
}

// of says whether a moment is of a view of these tests.
func of(q url.Values, m *sayline.Moment) bool {
	for _, f := range narrowed {
		if f.values.Encode() == narrowing(q).Encode() {
			return f.has(m)
		}
	}
	return q.Get("touchpoint") == "" || m.Context.Touchpoint == q.Get("touchpoint")
}

// narrowing is a query without its period and its table.
func narrowing(q url.Values) url.Values {
	q = maps.Clone(q)
	q.Del("period")
	q.Del("show")
	return q
}

func (l *history) compare(t *testing.T, q url.Values, from time.Time, list, before []sayline.Moment) {
	b, err := l.room.Board(t.Context(), l.h.Brands.ByID(sparkle), q)
	if err != nil {
		t.Fatal(err)
	}
	same := func(what string, got, want any) {
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v is shown, %v is true", what, got, want)
		}
	}
	same("moments", b.Moments.N, len(list))
	same("of 100", b.Feel.Score, of100(list))
	n, was := faces(list), faces(before)
	felt := int64(len(list)) - n[0]
	for _, f := range b.Feel.Faces {
		same(fmt.Sprint("face ", f.Feeling), f.N, n[f.Feeling])
		share := func(n, of int64) int { return int(float64(n)/float64(max(of, 1))*100 + 0.5) }
		if felt > 0 {
			same(fmt.Sprint("share ", f.Feeling), f.Share, fmt.Sprintf("%d %%", share(n[f.Feeling], felt)))
		}
		if f.Diff != "" {
			points := share(n[f.Feeling], felt) - share(was[f.Feeling], int64(len(before))-was[0])
			same(fmt.Sprint("change ", f.Feeling), strings.NewReplacer("−", "-", "+", "").Replace(f.Diff), points)
		}
		n[f.Feeling] = 0
	}
	n[0] = 0
	same("faces left out", n, [6]int64{})
	at, felts := map[string][]sayline.Moment{}, map[string]string{}
	for _, m := range list {
		at[m.Context.Touchpoint] = append(at[m.Context.Touchpoint], m)
	}
	shown := map[string]string{}
	for _, r := range b.Table.Rows {
		shown[r.ID] = r.N + " " + r.Score
	}
	for id, moments := range at {
		felts[id] = fmt.Sprintf("%d %s", len(moments), of100(moments))
	}
	same("touchpoints", shown, felts)
	if q.Get("period") != "now" {
		for _, r := range b.Table.Rows {
			l.compareBadge(t, r.ID, r.Badge, at[r.ID])
		}
	}
	var charted int
	for _, r := range b.Moments.Chart.Rows {
		v, err := strconv.Atoi(r.N)
		if err != nil {
			t.Fatal(err)
		}
		charted += v
	}
	same("the chart's sum", charted, len(list))
	var newest []string
	for _, m := range slices.Backward(l.said) {
		if m.Lane == "" && !m.Guarded && of(q, &m) && (q.Get("period") == "now" || q.Get("period") == "today" || !m.ReceivedAt.Before(from)) {
			newest = append(newest, m.ID)
		}
	}
	slices.SortFunc(newest, func(a, b string) int { return strings.Compare(b, a) })
	var stream []string
	for _, e := range b.Said {
		stream = append(stream, e.ID)
	}
	same("the stream", stream, newest[:min(len(newest), 30)])
}

// compareBadge: the badge is a topic that no other of the place's is said more than.
func (l *history) compareBadge(t *testing.T, id, badge string, list []sayline.Moment) {
	counts := map[string]int{}
	for _, m := range list {
		if topic := l.h.Brands.ByID(sparkle).Index.Topic(m.Topic); topic != nil {
			counts[topic.Label.In("en")]++
		}
	}
	if len(counts) == 0 {
		return
	}
	most := slices.Max(slices.Collect(maps.Values(counts)))
	what, times, _ := strings.Cut(badge, " ×")
	if most > 1 && times != strconv.Itoa(most) || badge != "" && counts[what] != most {
		t.Errorf("at %q the badge says %q of %v", id, badge, counts)
	}
}

// compareClocks: each clock ran once for each case that was opened, but for those
// that a small audience spoke in.
func (l *history) compareClocks(t *testing.T) {
	b, err := l.room.Board(t.Context(), l.h.Brands.ByID(sparkle), url.Values{"period": {"30"}})
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	for id := range l.seen {
		c, err := l.h.Store.Case(t.Context(), sparkle, id)
		if err != nil {
			t.Fatal(err)
		}
		if !c.Guarded {
			opened++
		}
	}
	for i, want := range []int{opened, opened, 0, 0} {
		if got := b.Clocks.Clocks[i].N; got < int64(want) || i > 1 && got != 0 {
			t.Errorf("clock %d ran %d times, want %d", i, got, want)
		}
	}
}

// compareToday: the strips of twelve hours, what is usual, and what came lately.
func (l *history) compareToday(t *testing.T) {
	b, err := l.room.Board(t.Context(), l.h.Brands.ByID(sparkle), url.Values{"show": {"all"}})
	if err != nil {
		t.Fatal(err)
	}
	hour := time.Date(2026, 11, 22, 15, 0, 0, 0, l.zone)
	for _, r := range b.Table.Rows {
		var want []string
		for i := 11; i >= 0; i-- {
			n := 0
			for _, m := range l.public(hour.Add(-time.Duration(i)*time.Hour), hour.Add(-time.Duration(i-1)*time.Hour), false, "") {
				if m.Context.Touchpoint == r.ID {
					n++
				}
			}
			want = append(want, strconv.Itoa(n))
		}
		if r.Said != strings.Join(want, ", ") {
			t.Errorf("the strip of %q tells %s, true is %s", r.ID, r.Said, strings.Join(want, ", "))
		}
	}
	first := l.end
	for _, m := range l.said {
		if m.Lane == "" && m.CountedAt().Before(first) {
			first = m.CountedAt()
		}
	}
	weeks, usual := 0, 0.0
	for week := 1; week <= 4 && l.midnight(-7*week).After(first); week++ {
		weeks++
		usual += float64(len(l.public(l.midnight(-7*week), hour.AddDate(0, 0, -7*week), false, "")))
		usual += float64(len(l.public(hour.AddDate(0, 0, -7*week), hour.AddDate(0, 0, -7*week).Add(time.Hour), false, ""))) * l.end.Sub(hour).Hours()
	}
	usual /= float64(weeks)
	want := int(100 * (float64(b.Moments.N)/usual - 1)) // towards zero
	got, err := strconv.Atoi(strings.NewReplacer("−", "-", "+", "", " %", "").Replace(b.Moments.Usual.Share))
	if usual >= 5 && (err != nil || got < want-1 || got > want+1) {
		t.Errorf("the change shown is %q, true is %d %% of %v", b.Moments.Usual.Share, want, usual)
	}
	from := l.end.Truncate(time.Minute).Add(-4 * time.Minute)
	if n := len(l.public(from, l.end.Add(time.Minute), true, "")); b.Moments.Lately != fmt.Sprintf("%d since 15:20", n) {
		t.Errorf("lately: %q, true is %d", b.Moments.Lately, n)
	}
}
