package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
)

// TestMeasures: on both engines every measure is told by its name, in numbers, of what
// everybody may read; what nobody asks for is not there, and the period before is.
func TestMeasures(t *testing.T) {
	for name, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			h := openOn(t, database(t))
			for i := range 8 {
				h.said(sayline.Moment{Feeling: 1 + 4*min(i, 1), Context: housetest.At("k7f3")})
				h.said(sayline.Moment{Feeling: 1, Audience: "employee", Context: housetest.At("k7f3")})
			}
			key := h.reader("lake", store.ForRead)
			d := h.call("GET", "/figures?measures=all", key, "").body
			byName := map[string]map[string]any{}
			for i, x := range d["measures"].([]any) {
				m := x.(map[string]any)
				byName[m["name"].(string)] = m
				if i >= len(pulse.Names()) || m["name"] != pulse.Names()[i] {
					t.Errorf("measure %d is %v", i, m["name"])
				}
			}
			if len(byName) != len(pulse.Names()) {
				t.Errorf("%d of %d measures", len(byName), len(pulse.Names()))
			}
			if m := byName["moments"]; m["value"] != 8.0 {
				t.Errorf("moments: %v", m)
			}
			if m := byName["csat"]; m["value"] != 0.875 || m["numerator"] != 7.0 || m["denominator"] != 8.0 || m["low"].(float64) < .5 || m["low"].(float64) > .55 || m["high"].(float64) < .97 || m["high"].(float64) > .99 { // Wilson's, of a table: 0.529 to 0.978
				t.Errorf("csat: %v", m)
			}
			if rows := byName["faces"]["rows"].([]any); fmt.Sprint(rows[4].(map[string]any)["by"]) != "map[face:5]" || rows[4].(map[string]any)["numerator"] != 7.0 {
				t.Errorf("faces: %v", rows)
			}
			for _, none := range []string{"visits", "silent", "expected"} {
				if byName[none]["value"] != nil {
					t.Errorf("%s can't be told, and is %v", none, byName[none])
				}
			}
			if before := d["before"].(map[string]any); before["moments"] != 0.0 || before["until"] != d["from"] || d["usual"] != nil {
				t.Errorf("before: %v, usual: %v", before, d["usual"])
			}
			if d := h.call("GET", "/figures", key, "").body; d["measures"] != nil || d["before"] == nil {
				t.Errorf("without measures: %v", d)
			}
			if a := h.call("GET", "/figures?measures=csat,colour", key, ""); a.status != http.StatusUnprocessableEntity {
				t.Errorf("a measure that is none: %d", a.status)
			}
		})
	}
}
