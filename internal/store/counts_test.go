package store_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline/internal/store"
)

// zones where hours or days are awkward: quarters of an hour, half an hour of
// summer time, clocks that are moved at midnight.
var zones = []string{"UTC", "Europe/Madrid", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "America/St_Johns",
	"America/Santiago", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Atlantic/Azores", "America/Nuuk", "America/Los_Angeles"}

// instants are near where some zone moves its clocks, half of the time.
func instant(t *rapid.T, zone *time.Location) time.Time {
	at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, 4*365*24*3600).Draw(t, "second")) * time.Second)
	if rapid.Bool().Draw(t, "near a change") {
		if _, end := at.In(zone).ZoneBounds(); !end.IsZero() {
			at = end.Add(time.Duration(rapid.Int64Range(-26*3600, 26*3600).Draw(t, "from it")) * time.Second)
		}
	}
	return at.Add(time.Duration(rapid.Int64Range(0, 999_999).Draw(t, "microsecond")) * time.Microsecond)
}

func TestHourStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, _ := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		at := instant(t, zone).In(zone)
		start := time.UnixMicro(store.HourStart(at, zone)).In(zone)
		if start.After(at) || at.Sub(start) >= time.Hour {
			t.Fatalf("%s lies in the hour that starts %s", at, start)
		}
		if !sameHour(start, at) {
			t.Fatalf("%s lies in another hour than its start %s", at, start)
		}
		if before := start.Add(-time.Microsecond); sameHour(before, start) {
			t.Fatalf("the hour of %s starts %s, but %s is in it too", at, start, before)
		}
		if again := store.HourStart(start, zone); again != start.UnixMicro() {
			t.Fatalf("the hour of %s starts %s, whose hour starts %s", at, start, time.UnixMicro(again).In(zone))
		}
	})
}

// sameHour: the clock on the wall shows the same hour and was not moved.
func sameHour(a, b time.Time) bool {
	_, x := a.Zone()
	_, y := b.Zone()
	return x == y && a.Hour() == b.Hour() && a.YearDay() == b.YearDay()
}

func TestDayStart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, _ := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		at := instant(t, zone).In(zone)
		start := time.UnixMicro(store.DayStart(at, zone)).In(zone)
		if start.After(at) || start.YearDay() != at.YearDay() || start.Year() != at.Year() {
			t.Fatalf("%s lies in the day that starts %s", at, start)
		}
		if before := start.Add(-time.Microsecond); before.YearDay() == at.YearDay() {
			t.Fatalf("the day of %s starts %s, but %s is in it too", at, start, before)
		}
		if again := store.DayStart(start, zone); again != start.UnixMicro() {
			t.Fatalf("the day of %s starts %s, whose day starts %s", at, start, time.UnixMicro(again).In(zone))
		}
	})
}

func TestClockBins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		span := func(name string) time.Duration {
			return time.Duration(rapid.Int64Range(0, int64(30*24*time.Hour)).Draw(t, name) >> rapid.IntRange(0, 50).Draw(t, name+" shift"))
		}
		a, b := span("a"), span("b")
		if a > b {
			a, b = b, a
		}
		if store.ClockBin(a) > store.ClockBin(b) {
			t.Fatalf("%s is in bin %d, %s in bin %d", a, store.ClockBin(a), b, store.ClockBin(b))
		}
		if middle := store.BinSpan(store.ClockBin(b)); b > time.Millisecond && (float64(middle) > float64(b)*1.1 || float64(middle) < float64(b)/1.1) {
			t.Fatalf("%s is told as %s", b, middle)
		}
		if store.ClockBin(-b) != 0 {
			t.Fatalf("a clock that went back is in bin %d", store.ClockBin(-b))
		}
	})
}
