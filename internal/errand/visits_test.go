package errand_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
)

// TestVisits: a file of how many came is looked at, comes in whole or not at all, and
// taken back leaves what was there before; not by who isn't an owner.
func TestVisits(t *testing.T) {
	onEngines(t, func(t *testing.T, h *house) {
		c := h.Client(elena)
		came := func() (n int64) {
			t.Helper()
			list, err := h.Store.Visits(t.Context(), sparkle, "2026-01-01", "2027-01-01")
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range list {
				n += v.N
			}
			return n
		}
		page := h.uploadTo(c, "/b/sparkle/imports/visits", "date,touchpoint,count\n2026-11-20,k7f3,800\n2026-11-21,nowhere,900\n")
		if _, body, _ := h.read(c.Get(h.URL + page)); !strings.Contains(body, "Line 3:") || !strings.Contains(body, "there is none of that name.") || strings.Contains(body, "/start") {
			t.Errorf("a file with a wrong line: %s", body)
		}
		if status, _, _ := h.read(c.PostForm(h.URL+page+"/start", nil)); status != http.StatusBadRequest {
			t.Errorf("starting it: %d", status)
		}
		if page := h.uploadTo(c, "/b/sparkle/imports/visits", "what,many\n"); !strings.Contains(second(h.read(c.Get(h.URL+page))), "No column is called date.") {
			t.Error("a file of something else is not told")
		}
		bring := func(file string) string {
			t.Helper()
			h.Clock(h.Time().Add(time.Minute))
			page := h.uploadTo(c, "/b/sparkle/imports/visits", file)
			if body := second(h.read(c.Get(h.URL + page))); !strings.Contains(body, "Lines: 2, from") || !strings.Contains(body, "Shelf 14") {
				t.Errorf("the preview: %s", body)
			}
			if status, body, _ := h.read(c.PostForm(h.URL+page+"/start", nil)); status != http.StatusSeeOther {
				t.Fatalf("starting: %d %s", status, body)
			}
			h.work.Round(t.Context())
			return page
		}
		bring("date,touchpoint,count\n2026-11-20,k7f3,800\n2026-11-21,k7f3,900\n")
		if came() != 1700 {
			t.Fatalf("%d came", came())
		}
		page = bring("date,hour,touchpoint,count\n2026-11-20,9,k7f3,10\n2026-11-20,10,k7f3,20\n")
		if came() != 930 {
			t.Errorf("replaced: %d came", came())
		}
		if body := second(h.read(c.Get(h.URL + page))); !strings.Contains(body, "Lines that came in: 2.") || !strings.Contains(body, "/undo") {
			t.Errorf("done: %s", body)
		}
		if status, _, _ := h.read(c.PostForm(h.URL+page+"/undo", nil)); status != http.StatusSeeOther {
			t.Fatalf("undo: %d", status)
		}
		if h.work.Round(t.Context()); came() != 1700 {
			t.Errorf("taken back: %d came", came())
		}
		if body := second(h.read(c.Get(h.URL + "/b/sparkle/imports"))); !strings.Contains(body, "Taken back") {
			t.Errorf("the list: %s", body)
		}
		if list, err := h.Store.Errands(t.Context(), sparkle, sayline.ErrandVisits); err != nil || len(list) != 4 {
			t.Errorf("%d errands: %v", len(list), err)
		}
		if status, _, _ := h.read(h.Client(tomas).Get(h.URL + page)); status != http.StatusNotFound {
			t.Errorf("a manager: %d", status)
		}
	})
}

func second(_ int, body, _ string) string { return body }
