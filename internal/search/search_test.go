package search_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/search"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

// TestWhatIsSaidIsFoundSoon: what is said while the index runs, before it ran, or
// by another process is found, in every brand, without anybody asking for it.
func TestWhatIsSaidIsFoundSoon(t *testing.T) {
	for name, database := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			url := database(t)
			s, elsewhere := storetest.OpenStore(t, url, time.Now), storetest.OpenStore(t, url, time.Now)
			for _, brand := range []string{"sparkle", "granvia"} {
				c := &sayline.Config{Brand: sayline.Brand{ID: brand, Name: brand, Languages: []string{"en"}, Look: sayline.Look{Color: "#0b6e4f"}, Zone: "Europe/Madrid"},
					Touchpoints: []sayline.Touchpoint{{ID: "k7f3", Name: sayline.Plain("Shelf"), Channel: "shelf", Stage: "decides"}},
					People:      []sayline.Person{{ID: "lucia", Name: "Lucía", Email: "lucia@sparkle.example"}}, Teams: []sayline.Team{{ID: "crew", Name: sayline.Plain("Crew")}}}
				if _, err := s.SaveConfig(t.Context(), c, 0, "test"); err != nil {
					t.Fatal(err)
				}
			}
			say := func(s *store.Store, brand, text string) {
				t.Helper()
				a := storetest.Tap(brand, "", time.Now())
				a.Moment.Text = text
				if err := s.Accept(t.Context(), a); err != nil {
					t.Fatal(err)
				}
			}
			say(s, "sparkle", "before it ran")
			ctx, stop := context.WithCancel(t.Context())
			var run sync.WaitGroup
			x := search.New(s, slog.New(slog.DiscardHandler))
			run.Go(func() { x.Run(ctx) })
			say(s, "granvia", "while it ran")
			say(elsewhere, "granvia", "ran elsewhere")
			for brand, want := range map[string]int{"sparkle": 1, "granvia": 2} {
				until(t, s, brand, want)
			}
			stop()
			run.Wait()
		})
	}
}

// until waits until so many moments of a brand are found.
func until(t *testing.T, s *store.Store, brand string, want int) {
	t.Helper()
	testkit.Eventually(t, fmt.Sprintf("%d of %s are found", want, brand), func() bool {
		n, _, err := s.CountFound(t.Context(), store.Search{Brand: brand, Scope: store.Scope{{All: true}}, Text: "ran"}, 10)
		if err != nil {
			t.Fatal(err)
		}
		return n == want
	})
}
