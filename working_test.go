package sayline_test

import (
	"testing"
	"time"

	"github.com/sayline/sayline"
)

func TestWorkingDayAfter(t *testing.T) {
	c := &sayline.Config{Holidays: []sayline.Holiday{{Date: "2026-12-08"}, {Date: "2026-12-25"}, {Date: "2026-12-09", Places: []string{"madrid"}}}}
	zone := sayline.Zone("Europe/Madrid")
	for _, k := range []struct {
		from string
		n    int
		want string // the first midnight after
	}{
		{"2026-12-04 18:00", 1, "2026-12-08"},  // Friday → Monday
		{"2026-12-04 18:00", 2, "2026-12-10"},  // Tuesday is a holiday
		{"2026-12-05 10:00", 1, "2026-12-08"},  // Saturday → Monday
		{"2026-12-04 00:00", 15, "2026-12-30"}, // over two holidays and three weekends
		{"2026-10-23 12:00", 1, "2026-10-27"},  // over a change of the clocks
	} {
		from, err := time.ParseInLocation("2006-01-02 15:04", k.from, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.WorkingDayAfter(from, k.n); got.Format("2006-01-02 15:04") != k.want+" 00:00" {
			t.Errorf("%d working days after %s: %s, want %s", k.n, k.from, got, k.want)
		}
	}
}
