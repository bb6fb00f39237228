package intake_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

func shop() *sayline.Config {
	return &sayline.Config{
		Brand:       sayline.Brand{ID: "sparkle", Name: "Sparkle", Languages: []string{"en"}, Look: sayline.Look{Color: "#0b6e4f"}, Zone: "Europe/Madrid"},
		Topics:      []sayline.Topic{{ID: "cant-find-it", Kind: "problem", Label: sayline.Plain("Can't find it"), Needs: []string{"place", "product"}}},
		Places:      []sayline.Place{{ID: "madrid", Name: sayline.Plain("Madrid"), Level: "region"}, {ID: "calle-mayor", Name: sayline.Plain("Calle Mayor"), Parent: "madrid", Level: "shop"}},
		Products:    []sayline.Product{{GTIN: "09506000134352", Name: sayline.Plain("Lemon")}},
		Touchpoints: []sayline.Touchpoint{{ID: "k7f3", Name: sayline.Plain("Shelf 14"), Channel: "shelf", Stage: "decides", Place: "calle-mayor", Product: "09506000134352", Topics: []string{"cant-find-it"}}},
		People:      []sayline.Person{{ID: "lucia", Name: "Lucía", Email: "lucia@sparkle.example"}},
		Teams:       []sayline.Team{{ID: "distribution", Name: sayline.Plain("Distribution"), Covers: "region", Members: []sayline.Membership{{Person: "lucia", Place: "madrid", Duty: true}}}},
		Routes:      []sayline.Rule{{When: sayline.Match{Topics: []string{"cant-find-it"}}, To: "distribution", Urgency: "urgent"}},
	}
}

func open(tb testing.TB, database string) (*store.Store, *intake.Door, *brands.Snapshot) {
	tb.Helper()
	s, err := store.Open(context.Background(), store.Options{Database: database, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	if _, err := s.SaveConfig(context.Background(), shop(), 0, "test"); err != nil {
		tb.Fatal(err)
	}
	return s, intake.New(s, time.Now, rand.Reader), brands.New(1, shop(), nil)
}

func key() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func BenchmarkAccept(b *testing.B) {
	for name, db := range map[string]func() string{
		"sqlite":   func() string { return filepath.Join(b.TempDir(), "s.db") },
		"postgres": func() string { return testkit.Postgres(b) },
	} {
		b.Run(name, func(b *testing.B) {
			_, door, snap := open(b, db())
			b.SetParallelism(32)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					_, err := door.Accept(context.Background(), snap, intake.Submission{Key: key(), More: true,
						Moment: sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Touchpoint: "k7f3", Source: "qr"}}})
					if err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
