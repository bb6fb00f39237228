package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// faces is n and the five feelings.
type faces [6]int64

// recount counts every moment again, one at a time, and compares with every
// roll-up. It shares nothing with the store's own counting: not the buckets,
// not the sums.
func recount(ctx context.Context, db *sql.DB, brand string, moments []row) (faults []string, err error) {
	want := map[string]map[string]faces{}
	for _, t := range rollups {
		want[t.name] = map[string]faces{}
	}
	last, err := readRows(ctx, db, "SELECT COALESCE(MAX(at), 0) AS at FROM event WHERE brand_id = $1", brand)
	if err != nil {
		return nil, err
	}
	for _, m := range moments {
		if err := recountOne(want, m, last[0].n("at")); err != nil {
			return nil, err
		}
	}
	for _, t := range rollups {
		rows, err := readRows(ctx, db, "SELECT * FROM "+t.name+" WHERE brand_id = $1", brand)
		if err != nil {
			return nil, err
		}
		got := map[string]faces{}
		for _, r := range rows {
			f := faces{r.n("n"), r.n("f1"), r.n("f2"), r.n("f3"), r.n("f4"), r.n("f5")}
			if f != (faces{}) {
				got[t.key(r)] = f
			}
		}
		faults = append(faults, differences(brand+": "+t.name, got, want[t.name])...)
	}
	return faults, nil
}

// rollup is a table of counts and the columns of its key.
type rollup struct {
	name string
	cols []string
}

var rollups = []rollup{
	{"count_hour", []string{"lane", "bucket", "touchpoint", "place", "audience", "kind", "topic", "team", "source", "lang"}},
	{"count_day", []string{"lane", "bucket", "touchpoint", "place", "audience", "kind", "topic", "team", "source", "lang"}},
	{"count_minute", []string{"lane", "bucket", "touchpoint", "audience"}},
	{"count_guard", []string{"lane", "bucket", "touchpoint", "audience"}},
}

func (t rollup) key(r row) string {
	key := ""
	for _, c := range t.cols {
		key += fmt.Sprintf("%s=%v ", c, r[c])
	}
	return key
}

func recountOne(want map[string]map[string]faces, m row, now int64) error {
	zone, err := time.LoadLocation(detailOf(m).Zone)
	if err != nil {
		return err
	}
	received, at := m.n("received_at"), m.n("occurred_at")
	if at < received-int64(30*24*time.Hour/time.Microsecond) || at > received+int64(5*time.Minute/time.Microsecond) {
		at = received
	}
	f := faces{1}
	if felt := m.n("feeling"); felt != 0 {
		f[felt]++
	}
	kind := m.text("kind")
	if !slices.Contains([]string{"praise", "problem", "idea", "question", "request"}, kind) {
		kind = "question"
	}
	for _, t := range rollups {
		key := row{"lane": m["lane"], "touchpoint": m["touchpoint"], "place": m["place"], "audience": m["audience"], "kind": kind, "topic": m["topic"],
			"team": m["team"], "source": slowSource(m.text("source")), "lang": slowLang(m.text("lang"))}
		switch t.name {
		case "count_hour":
			if key["bucket"] = slowHour(at, zone); now-slowHour(at, zone) > int64(40*24*time.Hour/time.Microsecond) {
				continue // no longer kept by the hour
			}
		case "count_day":
			key["bucket"] = slowDay(at, zone)
		case "count_minute":
			key["bucket"] = received - mod(received, int64(time.Minute/time.Microsecond))
			if m.text("source") == sayline.SourceImport { // not of now
				continue
			}
		case "count_guard":
			if !detailOf(m).Guarded {
				continue
			}
			key["bucket"] = slowSunday(received, zone)
		}
		sum := want[t.name][t.key(key)]
		for i := range sum {
			sum[i] += f[i]
		}
		want[t.name][t.key(key)] = sum
	}
	return nil
}

// slowSource and slowLang are what a way and a language are counted under.
func slowSource(source string) string {
	for _, known := range []string{"link", "button", "qr", "gs1", "kiosk", "voice", "staff", "relay", "agent", "api", "import"} {
		if source == known {
			return source
		}
	}
	return ""
}

var primary = regexp.MustCompile(`^([a-z]{2,8})(-|$)`)

func slowLang(tag string) string {
	if m := primary.FindStringSubmatch(strings.ToLower(tag)); m != nil {
		return m[1]
	}
	return ""
}

// slowSunday goes on hour by hour to a Sunday, then back to where it begins.
func slowSunday(at int64, zone *time.Location) int64 {
	t := time.UnixMicro(at).In(zone)
	for t.Weekday() != time.Sunday {
		t = t.Add(time.Hour)
	}
	return slowDay(t.UnixMicro(), zone)
}

// slowHour goes back minute by minute for as long as the clocks on the wall
// show the same hour and were not moved.
func slowHour(at int64, zone *time.Location) int64 {
	return slowStart(at, zone, func(a, b time.Time) bool {
		_, x := a.Zone()
		_, y := b.Zone()
		return x == y && a.Hour() == b.Hour()
	})
}

// slowDay goes back minute by minute for as long as the calendar on the wall
// shows the same day.
func slowDay(at int64, zone *time.Location) int64 {
	return slowStart(at, zone, func(a, b time.Time) bool { return a.YearDay() == b.YearDay() })
}

func slowStart(at int64, zone *time.Location, same func(a, b time.Time) bool) int64 {
	t := time.UnixMicro(at - mod(at, int64(time.Minute/time.Microsecond))).In(zone)
	for {
		before := t.Add(-time.Minute)
		if !same(before, t) {
			return t.UnixMicro()
		}
		t = before
	}
}

func mod(a, b int64) int64 { return (a%b + b) % b }

func differences[V comparable](what string, got, want map[string]V) (faults []string) {
	for k, v := range want {
		if got[k] != v {
			faults = append(faults, fmt.Sprintf("%s at %sis %v, a recount finds %v", what, k, got[k], v))
		}
	}
	for k, v := range got {
		if _, ok := want[k]; !ok {
			faults = append(faults, fmt.Sprintf("%s at %sis %v, a recount finds nothing", what, k, v))
		}
	}
	slices.Sort(faults)
	return faults
}

// recountClocks counts the clocks again, as far as the rows still tell: every
// case reached or seen has its event, and the first acknowledgement of an
// episode is kept for good. (An answer's row goes with its moment.)
func recountClocks(ctx context.Context, db *sql.DB, a *audit) ([]string, error) {
	want, may := map[string]int64{}, map[string]int64{}
	guarded := map[string]bool{} // a small audience spoke in them: from then on nothing of them is counted
	for _, c := range a.rows["cases"] {
		guarded[c.text("case_id")] = c.n("guarded") > 0
	}
	for _, e := range a.rows["event"] {
		counts := want
		if guarded[e.text("case_id")] {
			counts = may
		}
		switch e.text("type") {
		case sayline.EventCaseReached:
			counts["reach"]++
		case sayline.EventCaseSeen:
			counts["seen"]++
		}
	}
	episodes := map[string]bool{}
	for _, k := range a.rows["ack"] {
		counts, episode := want, fmt.Sprint(k.text("case_id"), k.n("episode"))
		if guarded[k.text("case_id")] {
			counts = may
		}
		if !episodes[episode] {
			episodes[episode] = true
			counts["acknowledge"]++
		}
	}
	rows, err := readRows(ctx, db, "SELECT * FROM count_clock WHERE brand_id = $1", a.brand)
	if err != nil {
		return nil, err
	}
	got := map[string]int64{}
	var solved struct{ n, kept int64 }
	for _, r := range rows {
		if r.n("n") < 0 || r.n("kept") < 0 || r.n("kept") > r.n("n") {
			a.fault("a clock counts %d, of which %d were kept", r.n("n"), r.n("kept"))
		}
		switch c := r.text("clock"); c {
		case store.ClockAnswer, store.ClockResolved, store.ClockReopened:
		case store.ClockSolved:
			solved.n, solved.kept = solved.n+r.n("n"), solved.kept+r.n("kept")
		default:
			got[c] += r.n("n")
		}
	}
	for _, m := range a.rows["moment"] { // what is no longer kept stays counted
		if answer := m.text("solved"); answer != "" && !strings.Contains(m.text("detail"), `"guarded":true`) {
			solved.n--
			if answer == "yes" {
				solved.kept--
			}
		}
	}
	if solved.n < 0 || solved.kept < 0 {
		a.fault("of what authors say is solved, %d are not counted, of them %d that is", -solved.n, -solved.kept)
	}
	for clock, n := range may {
		want[clock] = max(want[clock], min(got[clock], want[clock]+n))
	}
	return differences(a.brand+": clock ", got, want), nil
}
