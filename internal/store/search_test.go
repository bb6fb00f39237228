package store

import (
	"log/slog"
	mathrand "math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/sayline/sayline/internal/testkit"
)

// TestCommonAndRareAreOneOrder: what is too common to be read at once comes in
// the same order as what is rare, from the same place on.
func TestCommonAndRareAreOneOrder(t *testing.T) {
	for name, database := range map[string]func() string{
		"sqlite":   func() string { return filepath.Join(t.TempDir(), "s.db") },
		"postgres": func() string { return testkit.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Open(t.Context(), Options{Database: database(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			dice := mathrand.New(mathrand.NewPCG(1, 1))
			for i := range 12 {
				a := benchCase(dice, time.Now())
				if a.Moment.Text = "lost"; i%4 == 3 {
					a.Moment.Text = "found"
				}
				if err := s.Accept(t.Context(), a); err != nil {
					t.Fatal(err)
				}
			}
			for done := 1; done > 0; {
				if done, err = s.IndexWords(t.Context(), "sparkle"); err != nil {
					t.Fatal(err)
				}
			}
			rare := numbersOf(t, s, 0, fewMatches)
			common := numbersOf(t, s, 0, 3)
			if len(rare) != 9 || !slices.Equal(rare, common) {
				t.Errorf("rare %v, common %v", rare, common)
			}
			for _, few := range []int{fewMatches, 3} {
				if got := numbersOf(t, s, rare[3], few); !slices.Equal(got, rare[4:]) {
					t.Errorf("after the fourth: %v, want %v", got, rare[4:])
				}
			}
		})
	}
}

// numbersOf walks, two at a time, through all that is lost before a number.
func numbersOf(t *testing.T, s *Store, before int64, few int) (all []int64) {
	t.Helper()
	q := Search{Brand: "sparkle", Scope: Scope{{All: true}}, Text: "lost", Before: before}
	w, err := s.matching(t.Context(), &q, q.ways(), nil)
	if err != nil {
		t.Fatal(err)
	}
	w.few = few
	for {
		list, err := w.next(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			return all
		}
		all = append(all, list...)
	}
}
