package sayline

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestQuietHours(t *testing.T) {
	madrid, _ := time.LoadLocation("Europe/Madrid")
	night := QuietHours{From: 22 * 60, Until: 7 * 60, Zone: "Europe/Madrid"}
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, madrid)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, k := range []struct{ at, end string }{
		{"2026-11-30 21:59", "2026-11-30 21:59"},
		{"2026-11-30 22:00", "2026-12-01 07:00"},
		{"2026-11-30 06:59", "2026-11-30 07:00"},
		{"2026-11-30 07:00", "2026-11-30 07:00"},
		{"2026-03-28 23:00", "2026-03-29 07:00"}, // an hour shorter
		{"2026-10-24 23:00", "2026-10-25 07:00"}, // an hour longer
	} {
		if got := night.End(at(k.at)); !got.Equal(at(k.end)) {
			t.Errorf("quiet at %s ends %s, want %s", k.at, got.In(madrid), k.end)
		}
	}
	// The wall never shows half past two that night: the quiet ends when it jumps.
	jump := QuietHours{From: 60, Until: 150, Zone: "Europe/Madrid"}
	if got := jump.End(at("2026-03-29 01:30")); !got.Equal(at("2026-03-29 03:00")) {
		t.Errorf("over the hour that is not there it ends %s", got.In(madrid))
	}
	for _, q := range []QuietHours{{}, {From: 5, Until: 5}, {From: -1, Until: 5}, {From: 1, Until: 1440}, {From: 1, Until: 2, Zone: "Mars/Base"}, {From: 1, Until: 2, Zone: "Local"}} {
		if q.Validate() == nil {
			t.Errorf("%+v is taken", q)
		}
	}
	if err := night.Validate(); err != nil {
		t.Error(err)
	}
}

// TestQuietHoursEnd: it is quiet until the end and not at it, in any zone.
func TestQuietHoursEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minute := rapid.IntRange(0, 1439)
		q := QuietHours{From: minute.Draw(t, "from"), Until: minute.Draw(t, "until"), Zone: rapid.SampledFrom([]string{"", "Europe/Madrid", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca"}).Draw(t, "zone")}
		at := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "at"), 0)
		end := q.End(at)
		if q.Now(end) || end.Before(at) || end.Sub(at) > 49*time.Hour || q.None() && !end.Equal(at) {
			t.Fatalf("%+v at %s ends %s", q, at, end)
		}
		for m := at; m.Before(end); m = m.Add(7 * time.Minute) {
			if !q.Now(m) {
				t.Fatalf("%+v at %s: not quiet at %s, before its end %s", q, at, m, end)
			}
		}
	})
}

func TestKnownContact(t *testing.T) {
	k := KnownContact{State: ContactOK, Account: "ana@sparkle.example"}
	if k.Usable() || !k.Own() {
		t.Error("a contact nobody verified is used")
	}
	for want, k := range map[string]KnownContact{
		"Pixel":               {Contact: Contact{ByPush, "0123"}, Label: "Pixel"},
		"":                    {Contact: Contact{ByPush, "0123"}},
		"ana@sparkle.example": {Contact: Contact{ByEmail, "ana@sparkle.example"}},
		"+34600000001":        {Contact: Contact{BySMS, "+34600000001"}},
		"telegram":            {Contact: Contact{ByChat, "telegram://secret@telegram/?chats=42"}},
		"hook.example":        {Contact: Contact{ByWebhook, "https://hook.example/secret"}},
		"webhook":             {Contact: Contact{ByWebhook, "https://%zz"}},
	} {
		if got := k.Name(); got != want {
			t.Errorf("%+v is called %q", k.Contact, got)
		}
	}
	if a, b := ContactID(ByEmail, "x"), ContactID(ByWebhook, "x"); a == b || len(a) != 32 {
		t.Error(a, b)
	}
}
