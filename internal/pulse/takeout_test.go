package pulse_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/pulse"
)

// TestTakeOut: who sees the pulse takes out what it shows, with its filter, and
// nothing that is private; no cell is a formula; the register says by when.
func TestTakeOut(t *testing.T) {
	h := housetest.Open(t, housetest.Options{Brand: sparkle, Change: func(c *sayline.Config) {
		for i := range c.Audiences {
			c.Audiences[i].Guarded = c.Audiences[i].ID == "neighbour"
		}
	}}, func(h *housetest.House, mux *http.ServeMux) { pulse.New(h.House).Routes(mux) })
	say := func(m sayline.Moment) { m.Class = sayline.Unidentified; h.Say(sparkle, m) }
	say(sayline.Moment{Topic: "cant-find-it", Text: "=HYPERLINK(\"http://evil\")", Context: housetest.At("k7f3")})
	say(sayline.Moment{Feeling: 5, Text: "Lovely,\nreally", Lang: "es-419", Context: housetest.At("lemon")})
	say(sayline.Moment{Topic: "cant-find-it", Text: "a secret of next door", Audience: "neighbour", Context: housetest.At("m3p9")})
	say(sayline.Moment{Feeling: 1, Text: "from a colleague", Audience: "employee", Context: housetest.At("k7f3")})
	private := ""
	for _, topic := range h.Brands.ByID("sparkle").Topics {
		if topic.Lane != "" {
			private = topic.ID
		}
	}
	say(sayline.Moment{Topic: private, Text: "a secret", Context: housetest.At("k7f3")})
	get := func(email, path string) (int, string) {
		t.Helper()
		res, err := h.Client(email).Get(h.URL + "/b/sparkle/pulse/" + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(b)
	}
	table := func(path string) [][]string {
		t.Helper()
		status, body := get("elena@sparkle.example", path)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
		if status != 200 || err != nil || strings.Contains(body, "secret") || strings.Contains(body, "colleague") {
			t.Fatalf("%s: %d %v\n%s", path, status, err, body)
		}
		return rows
	}
	if rows := table("said.csv"); len(rows) != 3 || rows[1][5] != `'=HYPERLINK("http://evil")` || rows[2][5] != "Lovely,\nreally" || rows[2][3] != "5" {
		t.Errorf("taken out: %q", rows)
	}
	for _, of := range []string{"lang=es", "lang=es&feeling=5"} {
		if rows := table("said.csv?" + of); len(rows) != 2 || rows[1][8] != "lemon" {
			t.Errorf("of %s: %q", of, rows)
		}
	}
	if rows := table("said.csv?touchpoint=lemon"); len(rows) != 2 || rows[1][8] != "lemon" {
		t.Errorf("of one touchpoint: %q", rows)
	}
	_, body := get("elena@sparkle.example", "said.jsonl?feeling=5")
	var one map[string]any
	if err := json.Unmarshal(bytes.TrimSpace([]byte(body)), &one); err != nil || one["words"] != "Lovely,\nreally" {
		t.Errorf("as JSON lines: %v %s", err, body)
	}
	if rows := table("register.csv"); len(rows) != 2 || len(rows[1][0]) != 9 || rows[1][12] == "" || rows[1][13] != "" {
		t.Errorf("the register: %q", rows)
	}
	if status, page := get("elena@sparkle.example", "register"); status != 200 || !strings.Contains(page, table("register.csv")[1][0]) || strings.Count(page, `<tr role="row">`) != 2 || strings.Contains(page, "secret") {
		t.Errorf("the register to print: %d %s", status, page)
	}
	for _, path := range []string{"register.csv", "register"} {
		if status, _ := get("lucia@sparkle.example", path); status != http.StatusNotFound {
			t.Errorf("a member has the %s: %d", path, status)
		}
	}
}
