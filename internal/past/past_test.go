package past_test

import (
	"context"
	"errors"

	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/past"
)

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func shop() *sayline.Config {
	return &sayline.Config{
		Brand:  sayline.Brand{ID: "shop", Name: "Shop", Languages: []string{"en", "es"}, Zone: "Europe/Madrid"},
		Topics: []sayline.Topic{{ID: "dirty", Kind: "problem", Label: sayline.Text{"en": "Dirty", "es": "Sucio"}}, {ID: "about-a-person", Kind: "problem", Label: sayline.Plain("A person"), Lane: "people"}},
		Lanes:  []sayline.Lane{{ID: "people", Label: sayline.Plain("People"), See: []string{"ana"}}},
		Touchpoints: []sayline.Touchpoint{{ID: "front-door", Name: sayline.Plain("Door"), Channel: "web", Stage: "hears"}, {ID: "madrid", Name: sayline.Plain("Calle Mayor"), Channel: "site", Stage: "uses"},
			{ID: "staff", Name: sayline.Plain("Staff room"), Channel: "office", Stage: "uses", Lane: "people"}},
	}
}

func source(t *testing.T, file string, change ...func(*past.Mapping)) *past.Source {
	t.Helper()
	s := &past.Source{File: strings.NewReader(file), Brand: shop(), Now: now}
	if err := s.Guess(); err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(&s.Mapping)
	}
	return s
}

// TestExports: the files of common tools are read without a word of help.
func TestExports(t *testing.T) {
	for name, c := range map[string]struct {
		file, tool, text, at string
		feeling              int
	}{
		"trustpilot":    {"\ufeffReview Id,Review Created (UTC),Review Stars,Review Title,Review Content,Review Language\r\n8,2026-03-04 10:00:00Z,2,\"Late, again\",\"Two\nlines\",en\r\n", "trustpilot", "Late, again\nTwo\nlines", "2026-03-04T10:00:00Z", 2},
		"google":        {"reviewId,starRating,comment,createTime\na,FIVE,Lovely,2026-03-04T10:00:00.5Z\n", "google", "Lovely", "2026-03-04T10:00:00.5Z", 5},
		"zendesk":       {"Ticket ID;Subject;Satisfaction Score;Satisfaction Comment;Created at\n1;Broken;Bad with comment;No answer;2026-03-04 10:00\n", "zendesk", "Broken\nNo answer", "2026-03-04T09:00:00Z", 1},
		"delighted":     {"Response ID\tSurvey type\tScore\tComment\tCreated at\n1\tNPS\t7\tfine\t2026-03-04 10:00:00 UTC\n", "delighted", "fine", "2026-03-04T10:00:00Z", 4},
		"by the names":  {"Fecha,Valoración,Comentario,Nombre\n4/3/2026 10:00,★★★★☆,Muy bien,Ana\n", "", "Muy bien", "2026-03-04T09:00:00Z", 4},
		"a month first": {"Date,NPS,Comment\n3/14/2026,10,Great\n", "", "Great", "2026-03-13T23:00:00Z", 5},
	} {
		s := source(t, c.file)
		rows, err := s.Preview(5)
		if err != nil || len(rows) != 1 || rows[0].Err != nil {
			t.Errorf("%s: %+v, %v", name, rows, err)
			continue
		}
		m := rows[0].Moment
		if s.Mapping.Tool != c.tool || m.Text != c.text || m.Feeling != c.feeling || m.ReceivedAt.Format(time.RFC3339Nano) != c.at || m.Class != sayline.Unidentified || m.Contact != nil {
			t.Errorf("%s: tool %q, %+v", name, s.Mapping.Tool, m)
		}
	}
}

// TestEveryWrongLineIsTold by its line and why; the others are good.
func TestEveryWrongLineIsTold(t *testing.T) {
	s := source(t, "id,date,rating,comment,store,topic\n"+
		"1,2026-03-04,5,good,calle mayor,SUCIO\n2,yesterday,5,x,,\n3,2027-01-01,5,x,,\n4,2019-01-01,5,x,,\n5,2026-03-04,eleven,x,,\n"+
		"6,2026-03-04,5,x,nowhere,\n7,2026-03-04,5,x,staff,\n8,2026-03-04,5,x,,a person\n9,2026-03-04,,,,\n10,2026-03-04,,\xff,,\n11,2026-03-04,1,\"two\nlines\",,what\n12,2026-03-04,1,"+strings.Repeat("x", 4001)+",,\n", func(m *past.Mapping) { m.Scale = past.Stars })
	r, err := s.Check(t.Context(), nil)
	if err != nil || r.Good != 2 || r.Wrong != 10 {
		t.Fatalf("%d good, %d wrong, %v", r.Good, r.Wrong, err)
	}
	keys := []string{"past_when", "past_ahead", "past_old", "past_feeling", "past_touchpoint", "past_private", "past_private", "past_nothing", "past_utf8", "past_long"}
	for i, bad := range r.Bad {
		line := i + 3
		if i == 9 {
			line = 14 // after one of two lines
		}
		var ours *sayline.Error
		if !errors.As(bad.Err, &ours) || ours.Key != keys[i] || bad.Line != line || bad.Moment != nil {
			t.Errorf("line %d: %v, want %s in line %d", bad.Line, bad.Err, keys[i], line)
		}
	}
	var got []past.Said
	done, err := s.Import(t.Context(), func(_ context.Context, list []past.Said) (int, error) {
		got = append(got, list...)
		return len(list), nil
	}, nil)
	if err != nil || done.Fresh != 2 || got[0].Moment.Context.Touchpoint != "madrid" || got[0].Moment.Topic != "dirty" || got[1].Moment.Context.Touchpoint != "front-door" || got[0].Key == got[1].Key {
		t.Errorf("imported %+v %v", done, err)
	}
}

// TestKeys: the same row of the same tool has the same key, whatever else is in
// the file; another tool's has another.
func TestKeys(t *testing.T) {
	key := func(file, tool string) string {
		rows, err := source(t, file, func(m *past.Mapping) { m.Tool = tool }).Preview(9)
		if err != nil || rows[len(rows)-1].Err != nil {
			t.Fatal(rows, err)
		}
		return rows[len(rows)-1].Key
	}
	a := key("id,date,comment\n7,2026-03-04,x\n", "one")
	if key("comment,id,date\nother,6,2026-03-01\nchanged since,7,2026-03-04\n", "one") != a || key("id,date,comment\n7,2026-03-04,x\n", "two") == a || key("date,comment\n2026-03-04,x\n", "one") == a {
		t.Error("keys don't tell rows apart, or tell the same apart")
	}
}

func TestScales(t *testing.T) {
	for _, c := range []struct {
		scale  past.Scale
		rating string
		want   int // -1: refused
	}{
		{past.Auto, "4", 4}, {past.Auto, "4,6", 5}, {past.Auto, "9", 5}, {past.Auto, "0", 1}, {past.Auto, "85%", 5}, {past.Auto, "n/a", 0}, {past.Auto, "4/5", 4},
		{past.Stars, "6", -1}, {past.Stars, "0", -1}, {past.NPS, "3", 1}, {past.NPS, "6", 2}, {past.NPS, "7", 4}, {past.NPS, "11", -1}, {past.Seven, "1", 1}, {past.Seven, "4", 3}, {past.Seven, "7", 5},
		{past.Hundred, "19", 1}, {past.Hundred, "20", 2}, {past.Hundred, "100", 5}, {past.GoodBad, "Bad", 1}, {past.GoodBad, "offered", 0}, {past.Auto, "NaN", -1}, {past.Auto, "lots", -1},
	} {
		got, err := c.scale.Feeling(c.rating)
		if err != nil {
			got = -1
		}
		if got != c.want {
			t.Errorf("%q by %q: %d, want %d", c.rating, c.scale, got, c.want)
		}
	}
}

// FuzzSheet: no file makes it fall, and no row has neither a moment nor a reason.
func FuzzSheet(f *testing.F) {
	f.Add([]byte("id,date,rating,comment\n1,2026-03-04,5,x\n"))
	f.Add([]byte("\xff\xfed\x00a\x00t\x00e\x00\n\x00"))
	f.Add([]byte("date;rating\n\"a"))
	f.Fuzz(func(t *testing.T, file []byte) {
		s := &past.Source{File: strings.NewReader(string(file)), Brand: shop(), Now: now}
		if s.Guess() != nil {
			return
		}
		rows, _ := s.Preview(50)
		for _, r := range rows {
			if (r.Err == nil) != (r.Moment != nil) || r.Moment != nil && r.Key == "" {
				t.Errorf("%+v", r)
			}
		}
	})
}
