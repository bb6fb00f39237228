package app_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/past"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// beside opens the database that a command writes to.
func beside(t *testing.T, o app.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Database: o.DatabaseAddress(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestImportCanBeUndone: what the command brings in is an errand of the house: no
// process takes it up while the command is at it, and it is taken back whole.
func TestImportCanBeUndone(t *testing.T) {
	for _, database := range []string{"", testkit.Postgres(t)} {
		o := app.Options{Data: t.TempDir(), Database: database}
		src, err := examples.File("sparkle")
		if err != nil {
			t.Fatal(err)
		}
		run(t, o, "sparkle.yaml", src, false)
		file := filepath.Join(t.TempDir(), "reviews.csv")
		yesterday := time.Now().AddDate(0, 0, -1).Format(time.DateOnly)
		if err := os.WriteFile(file, []byte("Date,Stars,Comment\n"+strings.Repeat(yesterday+",4,lovely\n", 2)+yesterday+",1,awful\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		order := app.ImportOrder{Brand: "sparkle", File: file, Change: func(*past.Mapping) error { return nil }}
		for _, want := range []string{"2 imported, 1 were there already", "0 imported, 3 were there already"} {
			var out bytes.Buffer
			if err := app.Import(t.Context(), o, order, &out); err != nil || !strings.Contains(out.String(), want) {
				t.Fatalf("%s, %v, want %s", out.String(), err, want)
			}
		}
		s := beside(t, o)
		list, err := s.Errands(t.Context(), "sparkle", sayline.ErrandImport)
		if err != nil || len(list) != 2 {
			t.Fatalf("%d errands: %v", len(list), err)
		}
		first := list[1]
		if first.State != sayline.ErrandReady || first.Name != "reviews.csv" || first.Fresh != 2 || list[0].Fresh != 0 {
			t.Fatalf("what it brought: %+v, %+v", first, list[0])
		}
		first.Total, first.Done = first.Fresh, 0
		if err := s.TurnErrand(t.Context(), first, sayline.ErrandReady, sayline.ErrandUndo); err != nil {
			t.Fatal(err)
		}
		one, err := s.LeaseErrand(t.Context())
		if err != nil || one == nil || one.ID != first.ID {
			t.Fatal(one, err)
		}
		if n, err := s.UndoErrand(t.Context(), one); err != nil || n != 2 {
			t.Errorf("%d taken back: %v", n, err)
		}
		c, err := s.Counts(t.Context(), store.CountsQuery{Brand: "sparkle", Level: store.ByDay, From: time.Now().AddDate(0, 0, -9), Until: time.Now().AddDate(0, 0, 2)}, store.Split{})
		if err != nil || len(c.List) != 0 {
			t.Errorf("still counted: %v %v", c.List, err)
		}
	}
}

// TestImportAtWork: an errand that its maker works at is not taken up by another
// while its lease runs.
func TestImportAtWork(t *testing.T) {
	o := app.Options{Data: t.TempDir()}
	src, err := examples.File("sparkle")
	if err != nil {
		t.Fatal(err)
	}
	run(t, o, "sparkle.yaml", src, false)
	s := beside(t, o)
	for state, taken := range map[string]bool{sayline.ErrandWorking: false, sayline.ErrandWaiting: true} {
		one := &sayline.Errand{Brand: "sparkle", ID: state, Kind: sayline.ErrandImport, State: state}
		if err := s.MakeErrand(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		if got, err := s.LeaseErrand(t.Context()); err != nil || (got != nil && got.ID == state) != taken {
			t.Errorf("%s is taken up: %v %v", state, got, err)
		}
	}
}

// TestImportVisits: how many came is brought in by the command, whole or not at all.
func TestImportVisits(t *testing.T) {
	o := app.Options{Data: t.TempDir()}
	src, err := examples.File("sparkle")
	if err != nil {
		t.Fatal(err)
	}
	run(t, o, "sparkle.yaml", src, false)
	for file, want := range map[string]struct {
		said string
		kind sayline.Kind
	}{"date,count\n2026-11-20,800\nsoon,1\n": {":3: The date can't be read.", sayline.AtFault}, "date,count\n2026-11-20,800\n": {"1 lines brought in", ""}} {
		name := filepath.Join(t.TempDir(), "came.csv")
		if err := os.WriteFile(name, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err := app.ImportVisits(t.Context(), o, app.ImportOrder{Brand: "sparkle", File: name}, &out)
		if !strings.Contains(out.String(), want.said) || err != nil && sayline.KindOf(err) != want.kind || err == nil && want.kind != "" {
			t.Errorf("%q: %s %v", file, out.String(), err)
		}
	}
	s := beside(t, o)
	came, err := s.Visits(t.Context(), "sparkle", "2026-01-01", "2027-01-01")
	if err != nil || len(came) != 1 || came[0].N != 800 {
		t.Errorf("came: %v %v", came, err)
	}
	if list, err := s.Errands(t.Context(), "sparkle", sayline.ErrandVisits); err != nil || len(list) != 1 || list[0].State != sayline.ErrandReady {
		t.Errorf("errands: %v %v", list, err)
	}
}
