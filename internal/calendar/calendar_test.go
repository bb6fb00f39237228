package calendar

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"pgregory.net/rapid"
)

var madrid = sayline.Zone("Europe/Madrid")

// feed is a calendar of events, each given as its lines.
func feed(events ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(events, "") + "END:VCALENDAR\r\n"
}

func event(lines ...string) string {
	return "BEGIN:VEVENT\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\n"
}

// told are the times of a feed's events in a stretch, in UTC, and its troubles.
func told(t *testing.T, body, from, until string) (times, troubles []string) {
	t.Helper()
	c, err := Read(body, madrid)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := time.Parse(time.DateOnly, from)
	b, _ := time.Parse(time.DateOnly, until)
	list, _ := c.Between(a, b)
	for _, o := range list {
		times = append(times, o.Summary+" "+o.From.UTC().Format("01-02 15:04")+"–"+o.Until.UTC().Format("01-02 15:04"))
	}
	for _, x := range c.Troubles {
		troubles = append(troubles, x.Summary+" "+x.Key)
	}
	return times, troubles
}

var feeds = []struct {
	name, body, from, until string
	want, troubles          []string
}{
	{"UTC, a zone, the calendar's own", feed(event("SUMMARY:a", "DTSTART:20261130T080000Z", "DTEND:20261130T160000Z"), event("SUMMARY:b", "DTSTART;TZID=America/New_York:20261130T080000", "DTEND;TZID=America/New_York:20261130T100000"), event("SUMMARY:c", "DTSTART:20261130T080000", "DURATION:PT8H")),
		"2026-11-30", "2026-12-01", []string{"c 11-30 07:00–11-30 15:00", "a 11-30 08:00–11-30 16:00", "b 11-30 13:00–11-30 15:00"}, nil},
	{"days", feed(event("SUMMARY:a", "DTSTART;VALUE=DATE:20261130"), event("SUMMARY:b", "DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261203")),
		"2026-11-29", "2026-12-05", []string{"a 11-29 23:00–11-30 23:00", "b 11-30 23:00–12-02 23:00"}, nil},
	{"folded and escaped", feed(event("SUMMARY:a\\, b\\;", "  c", "DTSTART:20261130T08", " 0000Z", "DTEND:20261130T090000Z")), "2026-11-30", "2026-12-01", []string{"a, b; c 11-30 08:00–11-30 09:00"}, nil},
	{"Outlook's zones, and one by its definition", feed("BEGIN:VTIMEZONE\r\nTZID:Ours\r\nX-LIC-LOCATION:Asia/Tokyo\r\nEND:VTIMEZONE\r\n", event("SUMMARY:a", `DTSTART;TZID="W. Europe Standard Time":20260701T080000`, "DURATION:PT1H"), event("SUMMARY:b", "DTSTART;TZID=Ours:20260701T090000", "DURATION:PT1H"), event("SUMMARY:c", "DTSTART;TZID=/mozilla.org/20050126_1/Europe/Lisbon:20260701T080000", "DURATION:PT1H")),
		"2026-07-01", "2026-07-02", []string{"b 07-01 00:00–07-01 01:00", "a 07-01 06:00–07-01 07:00", "c 07-01 07:00–07-01 08:00"}, nil},
	{"every week, by the clock on the wall", feed(event("SUMMARY:n", "DTSTART;TZID=Europe/Madrid:20261024T220000", "DTEND;TZID=Europe/Madrid:20261025T060000", "RRULE:FREQ=WEEKLY;BYDAY=SA,SU")),
		"2026-10-24", "2026-10-27", []string{"n 10-24 20:00–10-25 05:00", "n 10-25 21:00–10-26 05:00"}, nil},
	{"every second week from Sunday", feed(event("SUMMARY:n", "DTSTART:20261201T080000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=3")),
		"2026-11-01", "2027-02-01", []string{"n 12-01 08:00–12-01 09:00", "n 12-13 08:00–12-13 09:00", "n 12-15 08:00–12-15 09:00"}, nil},
	{"and from Monday", feed(event("SUMMARY:n", "DTSTART:20261201T080000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;COUNT=3")),
		"2026-11-01", "2027-02-01", []string{"n 12-01 08:00–12-01 09:00", "n 12-06 08:00–12-06 09:00", "n 12-15 08:00–12-15 09:00"}, nil},
	{"every third day until", feed(event("SUMMARY:d", "DTSTART:20261201T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;INTERVAL=3;UNTIL=20261207T080000Z")),
		"2026-11-01", "2027-02-01", []string{"d 12-01 08:00–12-01 09:00", "d 12-04 08:00–12-04 09:00", "d 12-07 08:00–12-07 09:00"}, nil},
	{"long ago, still", feed(event("SUMMARY:d", "DTSTART:19990104T080000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")), "2026-11-30", "2026-12-01", []string{"d 11-30 08:00–11-30 09:00"}, nil},
	{"one left out, one moved, one cancelled", feed(event("UID:1", "SUMMARY:d", "DTSTART:20261201T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY", "EXDATE:20261202T080000Z"), event("UID:1", "SUMMARY:moved", "RECURRENCE-ID:20261203T080000Z", "DTSTART:20261203T100000Z", "DURATION:PT1H"), event("UID:1", "RECURRENCE-ID:20261204T080000Z", "DTSTART:20261204T080000Z", "DURATION:PT1H", "STATUS:CANCELLED")),
		"2026-12-01", "2026-12-06", []string{"d 12-01 08:00–12-01 09:00", "moved 12-03 10:00–12-03 11:00", "d 12-05 08:00–12-05 09:00"}, nil},
	{"what can't be used is told", feed(event("SUMMARY:a", "DTSTART:yesterday", "DURATION:PT1H"), event("SUMMARY:b", "DTSTART;TZID=Atlantis/Capital:20261130T080000", "DURATION:PT1H"), event("SUMMARY:c", "DTSTART:20261130T080000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY"), event("SUMMARY:d", "DTSTART:20261130T080000Z", "DTEND:20261130T070000Z"), event("SUMMARY:e", "DTSTART:20261130T080000Z"), event("SUMMARY:f", "DTSTART:20261130T080000Z", "DURATION:PT1H", "RDATE:20261201T080000Z"), event("SUMMARY:g", "DTSTART:20261130T080000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=1MO")),
		"2026-11-30", "2026-12-01", nil, []string{"a feed_time", "b feed_zone", "c feed_repeat", "d feed_time", "e feed_time", "f feed_repeat", "g feed_repeat"}},
}

func TestFeeds(t *testing.T) {
	for _, tt := range feeds {
		t.Run(tt.name, func(t *testing.T) {
			times, troubles := told(t, tt.body, tt.from, tt.until)
			if !slices.Equal(times, tt.want) || !slices.Equal(troubles, tt.troubles) {
				t.Errorf("got  %q, %q\nwant %q, %q", times, troubles, tt.want, tt.troubles)
			}
		})
	}
	for _, body := range []string{"", "<html>", "BEGIN:VEVENT\nEND:VEVENT"} {
		if _, err := Read(body, madrid); sayline.KindOf(err) != sayline.Invalid {
			t.Errorf("%q: %v", body, err)
		}
	}
	if _, err := Read(strings.Repeat("x", MaxSize+1), madrid); sayline.KindOf(err) != sayline.TooLarge {
		t.Errorf("a megabyte and more: %v", err)
	}
}

func hotel() (*sayline.Config, *sayline.Index, sayline.Calendar) {
	c := &sayline.Config{
		Brand:  sayline.Brand{ID: "granvia", Name: "Gran Vía", Languages: []string{"en"}, Zone: "Europe/Madrid"},
		Places: []sayline.Place{{ID: "madrid"}, {ID: "sevilla"}},
		People: []sayline.Person{{ID: "ines", Name: "Inês Duarte", Email: "ines@granvia.example"}, {ID: "rosa", Name: "Rosa Pineda", Email: "rosa@granvia.example", Contacts: []sayline.Contact{{Channel: sayline.ByEmail, Address: "Rosa@home.example"}}},
			{ID: "rosa-2", Name: "Rosa María Gil", Email: "rm@granvia.example"}, {ID: "pilar", Name: "Pilar Nieves", Email: "pilar@granvia.example"}},
		Teams: []sayline.Team{{ID: "desk", Members: []sayline.Membership{{Person: "ines"}, {Person: "rosa", Place: "madrid"}, {Person: "rosa-2"}, {Person: "pilar", Place: "sevilla"}}}},
	}
	return c, sayline.NewIndex(c), sayline.Calendar{ID: "elsewhere", Team: "desk", Place: "madrid"}
}

func TestMatch(t *testing.T) {
	c, ix, k := hotel()
	from := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		event []string
		want  string
	}{
		{[]string{"SUMMARY:Late", "ATTENDEE;CN=Rosa:mailto:ROSA@home.example"}, "rosa"},
		{[]string{"SUMMARY:Late", "ATTENDEE:mailto:ines@granvia.example", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:rosa@granvia.example"}, "ines rosa"},
		{[]string{"SUMMARY:Late", "ATTENDEE;PARTSTAT=DECLINED:mailto:ines@granvia.example", "ATTENDEE:mailto:rosa@granvia.example"}, "rosa"},
		{[]string{"SUMMARY:Early (rosa@granvia.example)"}, "rosa"},
		{[]string{"SUMMARY:INES DUARTE\\, early"}, "ines"},
		{[]string{"SUMMARY:Rosa María Gil"}, "rosa-2"},
		{[]string{"SUMMARY:Rosa María Gil / Inês Duarte"}, "rosa-2 ines"},
		{[]string{"SUMMARY:inés"}, "ines"},
		{[]string{"SUMMARY:Rosa"}, ""},         // which one?
		{[]string{"SUMMARY:Pilar Nieves"}, ""}, // works elsewhere
		{[]string{"SUMMARY:Meeting"}, ""},
	} {
		fed, troubles, err := Match(c, ix, k, feed(event(append(tt.event, "UID:1", "DTSTART:20261130T080000Z", "DURATION:PT1H")...)), from, from.AddDate(0, 0, 1))
		var got []string
		for _, f := range fed {
			got = append(got, f.Person)
			if f.Calendar != "elsewhere" || f.Team != "desk" || f.Place != "madrid" || f.From.Hour() != 8 || f.Until.Hour() != 9 {
				t.Errorf("got %+v", f)
			}
		}
		if err != nil || strings.Join(got, " ") != tt.want || (tt.want == "") != (len(troubles) == 1 && troubles[0].Key == TroubleWho) {
			t.Errorf("%q: got %q, %v, %v", tt.event, got, troubles, err)
		}
	}
}

// What is written is read again: the same stretches, and lines that fit.
func TestWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Feed{Name: rapid.String().Draw(t, "name")}
		var want []string
		for i := range rapid.IntRange(0, 5).Draw(t, "entries") {
			from := time.Date(2026, 11, 30, 0, rapid.IntRange(0, 500_000).Draw(t, "from"), 0, 0, time.UTC)
			words := rapid.StringMatching(`[a-zñé,;\\: مرحبا😀]{1,90}`).Draw(t, "summary")
			e := Entry{UID: fmt.Sprint(i), Stamp: from, From: from, Until: from.Add(time.Duration(rapid.IntRange(1, 5000).Draw(t, "minutes")) * time.Minute), Summary: words, Tentative: rapid.Bool().Draw(t, "tentative")}
			f.Entries = append(f.Entries, e)
			want = append(want, fmt.Sprint(e.UID, strings.TrimSpace(words), e.From.Unix(), e.Until.Unix()))
		}
		text := string(Write(f))
		for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
			if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
				t.Fatalf("a line of %d bytes: %q", len(line), line)
			}
		}
		c, err := Read(text, madrid)
		if err != nil || len(c.Troubles) > 0 {
			t.Fatal(err, c.Troubles)
		}
		var got []string
		for _, e := range c.Events {
			got = append(got, fmt.Sprint(e.UID, e.Summary, e.start.time(false).Unix(), e.end.time(true).Unix()))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got  %q\nwant %q", got, want)
		}
	})
}

// A rule gives the days that the definition gives, counted one by one.
func TestRulesDayByDay(t *testing.T) {
	codes := []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2026, 11, rapid.IntRange(1, 30).Draw(t, "first"), 8, 0, 0, 0, time.UTC)
		every, weekly, first := rapid.IntRange(1, 4).Draw(t, "every"), rapid.Bool().Draw(t, "weekly"), rapid.IntRange(0, 6).Draw(t, "week starts")
		days := rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 0, 7, rapid.ID).Draw(t, "days")
		count := rapid.IntRange(0, 12).Draw(t, "count")
		text := fmt.Sprintf("FREQ=%s;INTERVAL=%d;WKST=%s", map[bool]string{true: "WEEKLY", false: "DAILY"}[weekly], every, codes[first])
		if len(days) > 0 {
			var by []string
			for _, d := range days {
				by = append(by, codes[d])
			}
			text += ";BYDAY=" + strings.Join(by, ",")
		} else if weekly {
			days = []int{int(start.Weekday())}
		}
		if count > 0 {
			text += fmt.Sprint(";COUNT=", count)
		}
		from, until := start.AddDate(0, 0, rapid.IntRange(-5, 60).Draw(t, "from")), start.AddDate(0, 0, 100)
		var want []string
		n, week := 0, start
		for int(week.Weekday()) != first {
			week = week.AddDate(0, 0, -1)
		}
		for day := start; day.Before(until) && (count == 0 || n < count); day = day.AddDate(0, 0, 1) {
			weeks := int(day.Sub(week)/(24*time.Hour)) / 7
			hit := weekly && weeks%every == 0 || !weekly && int(day.Sub(start)/(24*time.Hour))%every == 0
			if !day.Equal(start) && (!hit || len(days) > 0 && !slices.Contains(days, int(day.Weekday()))) {
				continue
			}
			n++
			if day.Add(time.Hour).After(from) {
				want = append(want, day.Format("01-02"))
			}
		}
		c, err := Read(feed(event("SUMMARY:x", "DTSTART:"+start.Format("20060102T150405Z"), "DURATION:PT1H", "RRULE:"+text)), madrid)
		if err != nil || len(c.Troubles) > 0 {
			t.Fatal(text, err, c.Troubles)
		}
		var got []string
		list, _ := c.Between(from, until)
		for _, o := range list {
			got = append(got, o.From.Format("01-02"))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s from %s:\ngot  %q\nwant %q", text, start, got, want)
		}
	})
}

// A feed is somebody else's word: however it is made, it costs no more than its size.
func TestFeedsMadeToCost(t *testing.T) {
	c, ix, k := hotel()
	from := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	daily := []string{"UID:1", "DTSTART:20261101T080000Z", "DTEND:20261101T160000Z", "RRULE:FREQ=DAILY"}
	var same []string
	for range maxEvents / 2 {
		same = append(same, event(daily...), event(append(daily[:3:3], "RECURRENCE-ID:20261102T080000Z")...))
	}
	for name, body := range map[string]string{
		"folded at every letter":   feed(event(append(daily, "SUMMARY:x"+strings.Repeat("\r\n y", MaxSize/5))...)),
		"a long name every day":    feed(event(append(daily, "SUMMARY:"+strings.Repeat("é", MaxSize/3))...)),
		"each changed by each one": feed(same...),
	} {
		if len(body) > MaxSize {
			t.Fatalf("%s: %d bytes", name, len(body))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, _, err := Match(c, ix, k, body, from, from.AddDate(1, 0, 0)); err != nil {
			t.Fatal(name, err)
		}
		runtime.ReadMemStats(&after)
		if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 120 {
			t.Errorf("%s: %d MiB", name, used)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, tt := range feeds {
		f.Add(tt.body)
	}
	f.Add(string(Write(Feed{Name: "x", Entries: []Entry{{UID: "1", Summary: "a;b", Tentative: true}}})))
	c, ix, k := hotel()
	from := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body string) {
		fed, troubles, err := Match(c, ix, k, body, from, from.AddDate(1, 0, 0))
		if err != nil && (len(fed) > 0 || len(troubles) > 0) {
			t.Errorf("an error and a calendar")
		}
		if len(fed) > 4*maxOccurrences || len(troubles) > maxTroubles {
			t.Errorf("%d stretches, %d troubles", len(fed), len(troubles))
		}
		for _, x := range fed {
			if !x.From.Before(x.Until) || !x.Until.After(from) || x.Person == "" {
				t.Errorf("got %+v", x)
			}
		}
	})
}
