package past_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/past"
)

// TestVisits: each line that can't be read is told with its number and why; days and
// hours are the brand's, whatever offset a date has.
func TestVisits(t *testing.T) {
	b := &sayline.Config{Brand: sayline.Brand{ID: "b", Zone: "Europe/Madrid"}, Places: []sayline.Place{{ID: "gran-via", Name: sayline.Text{"": "Gran Vía 12"}}},
		Touchpoints: []sayline.Touchpoint{{ID: "k7f3", Name: sayline.Text{"": "Shelf 14"}}, {ID: "staff", Lane: "staff"}, {ID: "canteen", Audiences: []string{"employee"}}}}
	ix := sayline.NewIndex(b)
	now := time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC) // the 23rd in Madrid
	type visit struct {
		of   string
		hour int
		n    int64
	}
	for name, c := range map[string]struct {
		file  string
		want  []visit
		wrong string
		err   string
	}{
		"days":      {"Date;Touchpoint;Count\n22/11/2026;Shelf 14;1.812\n2026-11-23;k7f3;0\n", []visit{{"2026-11-22 touchpoint k7f3 footfall", -1, 1812}, {"2026-11-23 touchpoint k7f3 footfall", -1, 0}}, "", ""},
		"hours":     {"date,hour,place,kind,count\n2026-11-22,9,Gran Vía 12,Sales,3\n2026-11-22,10:00,gran-via,sales,4\n", []visit{{"2026-11-22 place gran-via sales", 9, 3}, {"2026-11-22 place gran-via sales", 10, 4}}, "", ""},
		"offsets":   {"date,count\n2026-11-21T23:00:00Z,5\n2026-11-22T22:30:00Z,6\n", []visit{{"2026-11-22 all  footfall", 0, 5}, {"2026-11-22 all  footfall", 23, 6}}, "", ""},
		"midnights": {"date,count\n2026-11-21 00:00:00,5\n", []visit{{"2026-11-21 all  footfall", -1, 5}}, "", ""},
		"wrong": {"date,hour,touchpoint,place,kind,count\n2026-11-24,,,,,1\nsoon,,,,,1\n2026-11-22,24,,,,1\n2026-11-22,,nowhere,,,1\n2026-11-22,,,nowhere,,1\n2026-11-22,,k7f3,gran-via,,1\n" +
			"2026-11-22,,,,people,1\n2026-11-22,,,,,1.5\n2026-11-22,,,,,-1\n2026-11-22,,staff,,,1\n2026-11-22,,canteen,,,1\n2026-11-22,,,,,1\n2026-11-22,,,,,2\n2026-11-22,3,,,,2\n",
			[]visit{{"2026-11-22 all  footfall", -1, 1}},
			"2 past_ahead 3 past_when 4 visits_hour 5 past_touchpoint 6 visits_place 7 visits_both 8 visits_kind 9 visits_count 10 visits_count 11 visits_private 12 visits_private 14 visits_twice 15 visits_mixed", ""},
		"no date":  {"day of it,count\n", nil, "", "visits_no_date"},
		"no count": {"date,many\n", nil, "", "visits_no_count"},
		"too many": {"date,count\n" + strings.Repeat("2026-11-22,1\n", sayline.MostVisitLines+1), nil, "", "visits_many"},
	} {
		good, wrong, err := past.Visits(strings.NewReader(c.file), b, ix, now)
		key := ""
		if ours, ok := err.(*sayline.Error); ok {
			key = ours.Key
		}
		if key != c.err {
			t.Errorf("%s: %v", name, err)
		}
		var got []visit
		for _, v := range good {
			got = append(got, visit{v.Day + " " + v.About + " " + v.Subject + " " + v.Kind, v.Hour, v.N})
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", name, got[i], c.want[i])
			}
		}
		var told []string
		for _, l := range wrong {
			told = append(told, strings.TrimSpace(strings.Join([]string{strconv.Itoa(l.Line), l.Err.(*sayline.Error).Key}, " ")))
		}
		if s := strings.Join(told, " "); s != c.wrong {
			t.Errorf("%s: wrong are %s, want %s", name, s, c.wrong)
		}
	}
}
