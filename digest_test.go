package sayline_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sayline/sayline"
)

// TestDigestSlots: in any zone, whatever its clocks do, slots come one a day or one
// a week, at their hour where there is one, and tell of days that are over.
func TestDigestSlots(t *testing.T) {
	random := rand.New(rand.NewPCG(26, 11))
	for _, name := range []string{"Europe/Madrid", "America/Santiago", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for range 300 {
			d := sayline.Digest{Address: "a@b.example", Every: sayline.DigestTimes[random.IntN(2)], Weekday: time.Weekday(random.IntN(7)), Hour: random.IntN(24)}
			if err := d.Validate(); err != nil {
				t.Fatal(err)
			}
			at := time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(random.Int64N(int64(20 * 365 * 24 * time.Hour))))
			most := 25 * time.Hour
			if d.Every == sayline.DigestWeekly {
				most = 7*24*time.Hour + 25*time.Hour // Apia once had no Friday
			}
			for range 10 {
				slot := d.Next(at, zone)
				from, until := d.Days(slot, zone)
				switch {
				case !slot.After(at) || slot.Sub(at) > 2*most:
					t.Fatalf("%s: after %s comes %s", name, at, slot)
				case d.Every == sayline.DigestWeekly && slot.Weekday() != d.Weekday:
					t.Fatalf("%s: on a %s: %s", name, slot.Weekday(), slot)
				case slot.Hour() != d.Hour && slot.Hour() != (d.Hour+1)%24:
					t.Fatalf("%s: at %d o'clock instead of %d: %s", name, slot.Hour(), d.Hour, slot)
				case until.YearDay() != slot.YearDay() || !from.Before(until):
					t.Fatalf("%s: the digest of %s tells of %s to %s", name, slot, from, until)
				}
				at = slot
			}
		}
	}
}

// TestDigestAtAnHourThatIsLeftOut: it comes at the hour after, on its own day, east
// and west of Greenwich, and tells of the day before.
func TestDigestAtAnHourThatIsLeftOut(t *testing.T) {
	for _, c := range []struct {
		zone, after, want string
		hour              int
	}{
		{"America/Santiago", "2025-09-02T12:00:00Z", "2025-09-07T01:00:00-03:00", 0},
		{"America/New_York", "2026-03-02T12:00:00Z", "2026-03-08T03:00:00-04:00", 2},
		{"Europe/Madrid", "2026-03-23T12:00:00Z", "2026-03-29T03:00:00+02:00", 2},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		weekly := sayline.Digest{Every: sayline.DigestWeekly, Weekday: time.Sunday, Hour: c.hour}
		slot := weekly.Next(after, zone)
		if got := slot.Format(time.RFC3339); got != c.want {
			t.Errorf("%s: it comes at %s, want %s", c.zone, got, c.want)
		}
		daily := sayline.Digest{Every: sayline.DigestDaily, Hour: c.hour}
		if from, _ := daily.Days(daily.Next(slot.Add(-2*time.Hour), zone), zone); from.Weekday() != time.Saturday {
			t.Errorf("%s: the Sunday's tells of %s", c.zone, from)
		}
	}
}

// TestDigestsThatCannotBe are refused.
func TestDigestsThatCannotBe(t *testing.T) {
	for _, d := range []sayline.Digest{
		{Address: "nobody", Every: "day"}, {Address: "A <a@b.example>", Every: "day"}, {Address: "a@b.example", Every: "hour"},
		{Address: "a@b.example", Every: "week", Weekday: 7}, {Address: "a@b.example", Every: "day", Hour: 24}, {Address: "a@b.example", Every: "day", Hour: -1},
	} {
		if err := d.Validate(); sayline.KindOf(err) != sayline.AtFault {
			t.Errorf("%+v: %v", d, err)
		}
	}
}
