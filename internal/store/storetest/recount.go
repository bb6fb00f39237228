package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/sayline/sayline"
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
	for _, m := range moments {
		if err := recountOne(want, m); err != nil {
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
	{"count_hour", []string{"lane", "bucket", "touchpoint", "place", "audience", "kind"}},
	{"count_day", []string{"lane", "bucket", "touchpoint", "place", "audience", "kind"}},
	{"count_topic_hour", []string{"lane", "bucket", "topic", "touchpoint", "place", "audience"}},
	{"count_topic_day", []string{"lane", "bucket", "topic", "touchpoint", "place", "audience"}},
	{"count_minute", []string{"lane", "bucket", "touchpoint"}},
}

func (t rollup) key(r row) string {
	key := ""
	for _, c := range t.cols {
		key += fmt.Sprintf("%s=%v ", c, r[c])
	}
	return key
}

func recountOne(want map[string]map[string]faces, m row) error {
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
		key := row{"lane": m["lane"], "touchpoint": m["touchpoint"], "place": m["place"], "audience": m["audience"], "kind": kind, "topic": m["topic"]}
		switch t.name {
		case "count_hour", "count_topic_hour":
			key["bucket"] = slowHour(at, zone)
		case "count_day", "count_topic_day":
			key["bucket"] = slowDay(at, zone)
		case "count_minute":
			key["bucket"] = received - mod(received, int64(time.Minute/time.Microsecond))
		}
		if slices.Contains(t.cols, "topic") && m.text("topic") == "" {
			continue
		}
		sum := want[t.name][t.key(key)]
		for i := range sum {
			sum[i] += f[i]
		}
		want[t.name][t.key(key)] = sum
	}
	return nil
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
	want := map[string]int64{}
	for _, e := range a.rows["event"] {
		switch e.text("type") {
		case sayline.EventCaseReached:
			want["reach"]++
		case sayline.EventCaseSeen:
			want["seen"]++
		}
	}
	episodes := map[string]bool{}
	for _, k := range a.rows["ack"] {
		episodes[fmt.Sprint(k.text("case_id"), k.n("episode"))] = true
	}
	if len(episodes) > 0 {
		want["acknowledge"] = int64(len(episodes))
	}
	rows, err := readRows(ctx, db, "SELECT * FROM count_clock WHERE brand_id = $1", a.brand)
	if err != nil {
		return nil, err
	}
	got := map[string]int64{}
	for _, r := range rows {
		if r.n("n") < 0 || r.n("kept") < 0 || r.n("kept") > r.n("n") {
			a.fault("a clock counts %d, of which %d were kept", r.n("n"), r.n("kept"))
		}
		if c := r.text("clock"); c != "answer" {
			got[c] += r.n("n")
		}
	}
	return differences(a.brand+": clock ", got, want), nil
}
