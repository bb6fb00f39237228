package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/sayline/sayline"
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

// TestVisitsAreRead: what is in force is read back as it was brought, page by page and by
// the pulse's filter, by who brings and by who reads; nothing private, and nothing that
// a filter of this does not know.
func TestVisitsAreRead(t *testing.T) {
	for name, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			h := openOn(t, database(t))
			till, lake, cleaner := h.reader("till", store.ForCases), h.reader("lake", store.ForRead), h.key("cleaner", []string{"distribution"}, nil)
			at := h.Time().In(h.Brands.ByID("sparkle").Location())
			days := strings.NewReplacer("DAY0", at.Format("2006-01-02"), "DAY1", at.AddDate(0, 0, -1).Format("2006-01-02"), "DAY9", at.AddDate(0, 0, -9).Format("2006-01-02"))
			lines := []string{
				`{"date":"DAY9","kind":"footfall","count":5}`,
				`{"date":"DAY1","kind":"footfall","count":7}`,
				`{"date":"DAY1","hour":9,"touchpoint":"k7f3","kind":"footfall","count":0}`,
				`{"date":"DAY1","hour":10,"touchpoint":"k7f3","kind":"footfall","count":30}`,
				`{"date":"DAY1","touchpoint":"lemon","kind":"footfall","count":40}`,
				`{"date":"DAY1","place":"madrid","kind":"sales","count":9}`,
				`{"date":"DAY0","touchpoint":"k7f3","kind":"scans","count":3}`,
			}
			if a := h.call("POST", "/visits", till, days.Replace(`{"visits":[`+strings.Join(lines, ",")+`]}`)); a.status != 200 {
				t.Fatalf("%d %v", a.status, a.body)
			}
			if err := h.Store.BringVisits(t.Context(), "sparkle", []sayline.Visits{{Day: days.Replace("DAY1"), Kind: "footfall", About: sayline.VisitsAtTouchpoint, Subject: "gone", N: 1}}); err != nil {
				t.Fatal(err)
			}
			read := func(key, query string) (list []any) {
				t.Helper()
				for path := "/visits" + days.Replace(query); path != ""; {
					a := h.call("GET", path, key, "")
					if a.status != 200 {
						t.Fatalf("%s: %d %v", path, a.status, a.body)
					}
					list, path = append(list, a.body["visits"].([]any)...), ""
					if link := a.header.Get("Link"); link != "" {
						_, rest, _ := strings.Cut(link, "/api/v1")
						path, _, _ = strings.Cut(rest, ">")
					}
				}
				return list
			}
			for query, want := range map[string][]int{
				"":                   {0, 1, 2, 3, 4, 5, 6},
				"?limit=1":           {0, 1, 2, 3, 4, 5, 6},
				"?limit=3":           {0, 1, 2, 3, 4, 5, 6},
				"?period=7&limit=2":  {1, 2, 3, 4, 5, 6},
				"?period=today":      {6},
				"?from=DAY9&to=DAY1": {0, 1, 2, 3, 4, 5},
				"?touchpoint=k7f3":   {2, 3, 6},
				"?touchpoint=k7f3&touchpoint=lemon&kind=footfall&limit=1": {2, 3, 4},
				"?kind=sales&kind=scans":                                  {5, 6},
				"?place=madrid&kind=sales&limit=1":                        {5},
			} {
				for _, key := range []string{till, lake} {
					var all []string
					for _, i := range want {
						all = append(all, days.Replace(lines[i]))
					}
					got, err := json.Marshal(read(key, query))
					if err != nil {
						t.Fatal(err)
					}
					var wanted any
					if err := json.Unmarshal([]byte("["+strings.Join(all, ",")+"]"), &wanted); err != nil {
						t.Fatal(err)
					}
					if text, err := json.Marshal(wanted); err != nil || string(text) != string(got) {
						t.Errorf("%s: %s, want %s", query, got, text)
					}
				}
			}
			if a := h.call("POST", "/visits", till, string(asJSON(map[string]any{"visits": read(lake, "")}))); a.status != 200 || a.body["stored"] != 7.0 {
				t.Errorf("what was read, sent again: %d %v", a.status, a.body)
			}
			for _, wrong := range []string{"kind=people", "topic=cant-find-it", "touchpoint=nowhere", "period=soon", "limit=1001", "after=soon", "after=2026-01-01.x.footfall.all.", "feeling=1"} {
				if a := h.call("GET", "/visits?"+wrong, lake, ""); a.status != http.StatusUnprocessableEntity {
					t.Errorf("%s: %d", wrong, a.status)
				}
			}
			if a := h.call("GET", "/visits", cleaner, ""); a.status != http.StatusForbidden {
				t.Errorf("who neither reads nor brings: %d", a.status)
			}
			a := h.call("GET", "/visits", lake, "")
			if again := h.call("GET", "/visits", lake, "", "If-None-Match", a.header.Get("ETag")); again.status != http.StatusNotModified {
				t.Errorf("the same again: %d", again.status)
			}
		})
	}
}
