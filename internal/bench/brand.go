package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

const (
	brandID = "sparkle"
	sayPath = "/@" + brandID + "/cx/moments"
	session = "the-benchmarks-own-session" // in a database that lives as long as it measures
	rules   = 200                          // of the route, so that deciding costs what it costs a large brand
)

// hooks are receivers on this machine; "" for none.
type hooks struct {
	events string // of the brand: every moment
	duty   string // of the person on duty: every page
}

// brand is a brand of some size: 200 rules, a tree of places, a shelf, a team of four.
func brand(at hooks) *sayline.Config {
	person := func(id, name string) sayline.Person {
		return sayline.Person{ID: id, Name: name, Email: id + "@sparkle.example"}
	}
	c := &sayline.Config{
		Brand: sayline.Brand{ID: brandID, Name: "Sparkle", Languages: []string{"en", "es"}, Look: sayline.Look{Color: "#0b6e4f"}, Zone: "Europe/Madrid"},
		Topics: []sayline.Topic{
			{ID: "cant-find-it", Kind: "problem", Label: sayline.Text{"en": "Can't find it", "es": "No lo encuentro"}, Needs: []string{"place", "product"}},
			{ID: "love-this-one", Kind: "praise", Label: sayline.Plain("Love this one")},
		},
		Places: []sayline.Place{
			{ID: "madrid", Name: sayline.Plain("Madrid"), Level: "region"},
			{ID: "calle-mayor", Name: sayline.Plain("Mercado Calle Mayor"), Parent: "madrid", Level: "shop"},
		},
		Products: []sayline.Product{{GTIN: "09506000134352", Name: sayline.Plain("Sparkle Lemon 330 ml")}},
		Touchpoints: []sayline.Touchpoint{{ID: "k7f3", Name: sayline.Plain("Shelf 14"), Channel: "shelf", Stage: "decides", Place: "calle-mayor",
			Product: "09506000134352", First: "topics", Topics: []string{"cant-find-it", "love-this-one"}}},
		People: []sayline.Person{person("lucia", "Lucía"), person("marco", "Marco"), person("nuria", "Nuria"), person("quique", "Quique")},
		Teams: []sayline.Team{{ID: "distribution", Name: sayline.Plain("Distribution"), Covers: "region",
			Members: []sayline.Membership{{Person: "lucia", Place: "madrid", Duty: true}, {Person: "marco"}, {Person: "nuria"}, {Person: "quique"}}}},
	}
	for i := range rules {
		id := fmt.Sprintf("topic-%d", i)
		c.Topics = append(c.Topics, sayline.Topic{ID: id, Kind: "problem", Label: sayline.Plain(id)})
		c.Routes = append(c.Routes, sayline.Rule{When: sayline.Match{Topics: []string{id}}, To: "distribution"})
	}
	c.Routes = append(c.Routes, sayline.Rule{When: sayline.Match{Topics: []string{"cant-find-it"}}, To: "distribution", Urgency: sayline.Urgent})
	c.People[0].Role = sayline.Owner
	if at.events != "" {
		c.Webhooks = []sayline.Webhook{{ID: "bench", URL: at.events, Types: []string{sayline.EventMomentReceived}}}
	}
	if at.duty != "" {
		c.People[0].Contacts = []sayline.Contact{{Channel: sayline.ByWebhook, Address: at.duty}}
	}
	return c
}

// packPast packs a past as a server does that has run for an hour.
func packPast(ctx context.Context, database string) (err error) {
	s, err := store.Open(ctx, store.Options{Database: database, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.PackCounts(ctx, brandID)
}

// prepare stores the brand in a fresh database before a server opens it.
func prepare(ctx context.Context, database string, c *sayline.Config) (err error) {
	s, err := store.Open(ctx, store.Options{Database: database, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if _, err = s.SaveConfig(ctx, c, 0, "bench"); err != nil {
		return err
	}
	if err = s.CreateAccount(ctx, store.Account{Email: "lucia@sparkle.example", Name: "Lucía"}); err != nil {
		return err
	}
	return s.CreateSession(ctx, sayline.HashSecret(session), "lucia@sparkle.example", time.Now().Add(time.Hour))
}
