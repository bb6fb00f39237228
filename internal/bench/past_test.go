package bench

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// TestPastIsCountedAsTheStoreCounts: the sums of a made-up past are those of its
// moments, one by one, in the brand's hours and days, over a night in which the
// clocks go back too.
func TestPastIsCountedAsTheStoreCounts(t *testing.T) {
	database := filepath.Join(t.TempDir(), "sayline.db")
	if err := prepare(t.Context(), database, pastBrand()); err != nil {
		t.Fatal(err)
	}
	const n = 3000
	at := time.Date(2026, 11, 22, 15, 24, 31, 0, time.UTC)
	if err := fillPast(t.Context(), database, at, n, n); err != nil {
		t.Fatal(err)
	}
	db, err := raw(database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	zone := sayline.Zone("Europe/Madrid")
	want := map[string]int64{}
	each(t, db, "SELECT received_at, touchpoint, place, audience, kind, topic, team, source, lang, feeling FROM moment", func(at int64, facets [8]string, n [6]int64) {
		when := time.UnixMicro(at)
		for table, bucket := range map[string]int64{"count_hour": store.HourStart(when, zone), "count_day": store.DayStart(when, zone)} {
			want[fmt.Sprint(table, bucket, facets, 0)]++
			if n[0] > 0 {
				want[fmt.Sprint(table, bucket, facets, n[0])]++
			}
		}
	})
	got, first := map[string]int64{}, at.Add(-hoursKept*time.Hour)
	for _, table := range []string{"count_hour", "count_day"} {
		each(t, db, "SELECT bucket, touchpoint, place, audience, kind, topic, team, source, lang, n, f1, f2, f3, f4, f5 FROM "+table, func(bucket int64, facets [8]string, n [6]int64) {
			for f, sum := range n {
				if sum > 0 {
					got[fmt.Sprint(table, bucket, facets, f)] = sum
				}
			}
		})
	}
	for k, v := range got {
		if want[k] != v {
			t.Fatalf("%s is counted %d, true is %d", k, v, want[k])
		}
	}
	said := int64(0)
	each(t, db, "SELECT received_at, touchpoint, place, audience, kind, topic, team, source, lang, feeling FROM moment", func(at int64, facets [8]string, _ [6]int64) {
		when := time.UnixMicro(at)
		if said++; got[fmt.Sprint("count_day", store.DayStart(when, zone), facets, 0)] == 0 {
			t.Fatalf("a moment of %s is counted on no day", when)
		}
		if when.After(first.Add(time.Hour)) && got[fmt.Sprint("count_hour", store.HourStart(when, zone), facets, 0)] == 0 {
			t.Fatalf("a moment of %s is counted in no hour", when)
		}
	})
	if said != n {
		t.Errorf("%d moments were written, want %d", said, n)
	}
}

// each reads a time, eight facets and up to six numbers.
func each(t *testing.T, db *sql.DB, text string, f func(at int64, facets [8]string, n [6]int64)) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var at int64
		var facets [8]string
		var n [6]int64
		into := []any{&at}
		for i := range facets {
			into = append(into, &facets[i])
		}
		for i := range len(cols) - len(into) {
			into = append(into, &n[i])
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		f(at, facets, n)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
