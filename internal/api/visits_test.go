package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
)

// TestVisits: how many came is brought by a key that works on every team's cases, all
// of it or nothing, in the place of what was there; the same twice is the same as once.
func TestVisits(t *testing.T) {
	for name, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			h := openOn(t, database(t))
			key := h.reader("till", store.ForCases)
			day := h.Time().In(h.Brands.ByID("sparkle").Location()).AddDate(0, 0, -1).Format("2006-01-02")
			came := func() (n int64) {
				list, err := h.Store.Visits(t.Context(), "sparkle", "2000-01-01", "3000-01-01")
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range list {
					n += v.N
				}
				return n
			}
			post := func(body string) answer {
				return h.call("POST", "/visits", key, strings.ReplaceAll(body, "DAY", day))
			}
			for range 2 {
				if a := post(`{"visits":[{"date":"DAY","touchpoint":"k7f3","count":800},{"date":"DAY","hour":9,"place":"madrid","kind":"sales","count":70},{"date":"DAY","hour":10,"place":"madrid","kind":"sales","count":30}]}`); a.status != 200 || a.body["stored"] != 3.0 || came() != 900 {
					t.Fatalf("%d %v: %d came", a.status, a.body, came())
				}
			}
			if a := post(`{"visits":[{"date":"DAY","hour":9,"place":"madrid","kind":"sales","count":5}]}`); a.status != 200 || came() != 805 {
				t.Errorf("replaced: %d, %d came", a.status, came())
			}
			for body, pointer := range map[string]string{
				`{"visits":[{"date":"DAY","touchpoint":"k7f3","count":1},{"date":"DAY","touchpoint":"nowhere","count":1}]}`: "/visits/1",
				`{"visits":[{"date":"soon","count":1}]}`:                                     "/visits/0/date",
				`{"visits":[{"date":"DAY"}]}`:                                                "/visits/0/count",
				`{"visits":[{"date":"DAY","count":1.5}]}`:                                    "/visits/0/count",
				`{"visits":[{"date":"3000-01-01","count":1}]}`:                               "/visits/0",
				`{"visits":[{"date":"DAY","touchpoint":"k7f3","place":"madrid","count":1}]}`: "/visits/0/place",
				`{"visits":[{"date":"DAY","count":1},{"date":"DAY","count":2}]}`:             "/visits/1",
				`{"visits":[{"date":"DAY","hour":24,"count":1}]}`:                            "/visits/0",
				`{"visits":[{"date":"DAY","kind":"people","count":1}]}`:                      "/visits/0",
				`{"visits":[]}`:  "/visits",
				`{"visits":{}}`:  "/visits",
				`{"visits":[7]}`: "/visits/0",
			} {
				if a := post(body); a.status != http.StatusUnprocessableEntity || !strings.Contains(string(asJSON(a.body)), `"`+pointer+`"`) {
					t.Errorf("%s: %d %v", body, a.status, a.body)
				}
			}
			if came() != 805 {
				t.Errorf("something of what was refused was stored: %d", came())
			}
			body := strings.ReplaceAll(`{"visits":[{"date":"DAY","count":1}]}`, "DAY", day)
			for _, other := range []string{h.reader("lake", store.ForRead), h.key("cleaner", []string{"distribution"}, nil)} {
				if a := h.call("POST", "/visits", other, body); a.status != http.StatusForbidden {
					t.Errorf("%s brings: %d", other, a.status)
				}
			}
		})
	}
}
