package docs_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// The shell examples of docs/api.md, run in their order against a real server by
// a stock system: what it answers is what the author reads.
func TestAPIExamples(t *testing.T) {
	text := documents(t)["../docs/api.md"]
	a := open(t)
	key := "system_0123456789"
	const till = "system_9876543210" // brings how many came: for every team
	for _, system := range []struct {
		key, name string
		teams     []string
	}{{key, "Stock", []string{"distribution"}}, {till, "Till", nil}} {
		y := &store.System{Brand: "sparkle", ID: strings.ToLower(system.name), Name: system.name, Teams: system.teams, For: store.ForAll, MadeAt: time.Now(), MadeBy: "elena"}
		if err := a.Store.MakeSystem(t.Context(), y, sayline.HashSecret(system.key)); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.URL()+"/@sparkle/cx/moments", strings.NewReader(`{"topic":"cant-find-it","context":{"touchpoint":"k7f3"}}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", "0123456789abcdef0123456789")
	if status, body := do(t, req); status != http.StatusCreated {
		t.Fatalf("nothing was said: %d %s", status, body)
	}
	id, yesterday := "", time.Now().AddDate(0, 0, -1).UTC().Format(time.DateOnly)
	run := func(name string, into any) {
		_, rest, ok := strings.Cut(text, "<!-- "+name+" -->\n")
		if !ok {
			t.Fatalf("no example of %s is marked", name)
		}
		example := strings.ReplaceAll(blocks(rest)[0].text, "2026-11-30", yesterday)
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", example)
		cmd.Env = append(os.Environ(), "HOUSE="+a.URL(), "BRAND=sparkle", "KEY="+key, "CASE="+id)
		out, err := cmd.Output()
		if err != nil || json.Unmarshal(out, into) != nil {
			t.Fatalf("%s was answered %s (%v)", name, out, err)
		}
	}
	var list struct{ Cases []struct{ ID string } }
	if run("list", &list); len(list.Cases) != 1 {
		t.Fatalf("the list is %+v", list)
	}
	id = list.Cases[0].ID
	var moments struct {
		Moments []struct{ Topic, Case string }
	}
	if run("moments", &moments); len(moments.Moments) != 1 || moments.Moments[0].Case != id {
		t.Errorf("the moments are %+v", moments)
	}
	var figures struct {
		All    struct{ Moments int }
		Groups []struct{ By map[string]string }

		Measures []struct{ Name string }
	}
	if run("figures", &figures); figures.All.Moments != 1 || len(figures.Groups) != 1 || figures.Groups[0].By["topic"] != "cant-find-it" {
		t.Errorf("the figures are %+v", figures)
	}
	if run("measures", &figures); len(figures.Measures) != 2 || figures.Measures[0].Name != "csat" || figures.Measures[1].Name != "visits" {
		t.Errorf("the measures are %+v", figures.Measures)
	}
	var c struct {
		State, Owner, Topic string
		Said                []struct{ Topic string }
		Messages            []struct{ Text, By string }
	}
	for _, example := range []string{"read", "acknowledge", "answer", "answer", "resolve"} {
		run(example, &c)
	}
	if c.State != "resolved" || c.Owner != "system:Stock" || len(c.Said) != 1 || c.Said[0].Topic != "cant-find-it" || len(c.Messages) != 1 || c.Messages[0].Text != "Back on the shelf tomorrow at 8:00." {
		t.Errorf("in the end the case is %+v", c)
	}
	key = till
	var stored struct{ Stored int }
	if run("visits", &stored); stored.Stored != 1 {
		t.Errorf("of how many came %+v", stored)
	}
	var came struct {
		Visits []struct {
			Date, Touchpoint, Kind string
			Count                  int
		}
	}
	if run("came", &came); len(came.Visits) != 1 || came.Visits[0].Date != yesterday || came.Visits[0].Touchpoint != "k7f3" || came.Visits[0].Count != 812 {
		t.Errorf("read back: %+v", came)
	}
}
