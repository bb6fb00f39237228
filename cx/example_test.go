package cx_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"

	"github.com/sayline/sayline/cx"
)

// A brand that has nothing but a static file.
func ExampleDiscover() {
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == cx.WellKnown {
			fmt.Fprint(w, `{"cx": "2026-11", "brand": {"name": "Corner Shop"}, "domains": ["127.0.0.1"], "languages": ["en"],
				"expires": "2099-01-01T00:00:00Z", "fallback": ["tel:+34900000000"]}`)
			return
		}
		http.NotFound(w, r)
	}))
	defer shop.Close()

	found, err := cx.Discover(context.Background(), shop.URL) // a brand's domain, or any address
	fmt.Println(found.Brand.Name, found.Fallback, err)

	_, err = cx.Discover(context.Background(), "not a domain")
	fmt.Println(errors.Is(err, cx.ErrAddress))
	// Output:
	// Corner Shop [tel:+34900000000] <nil>
	// true
}

func ExampleExpand() {
	to, err := cx.Expand("https://sparkle.example/cx{/path*}{?topic,lang,text,ref}", url.Values{"path": {"t", "k7f3"}, "text": {"too warm"}})
	fmt.Println(to, err)
	// Output: https://sparkle.example/cx/t/k7f3?text=too%20warm <nil>
}

// Saying something, and reading what became of it. The brand is anybody's who
// speaks the protocol.
func ExampleClient_Say() {
	server := httptest.NewServer(nil)
	defer server.Close()
	brand := &cx.Discovery{API: &cx.API{Submit: server.URL + "/moments"}}
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusCreated)
			fmt.Fprintf(w, `{"id": "1", "reference": "K7Q3-F9MX", "status": "received", "receipt": "%s/r/secret",
				"received_at": "2026-11-22T10:00:00Z", "retain_until": "2028-11-21T10:00:00Z", "sent_to": {"team": "Quality", "on_duty": true}}`, server.URL)
			return
		}
		fmt.Fprint(w, `{"id": "1", "reference": "K7Q3-F9MX", "status": "answered", "received_at": "2026-11-22T10:00:00Z",
			"retain_until": "2028-11-21T10:00:00Z", "history": [], "moment": {"cx": "2026-11"},
			"messages": [{"from": "brand", "by": "Quality", "text": "We are on it.", "at": "2026-11-22T10:05:00Z"}]}`)
	})

	client := &cx.Client{Languages: "en"}
	accepted, err := client.Say(context.Background(), brand, cx.Moment{Feeling: 1, Text: "It tastes of metal."})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(accepted.Reference, "is with", accepted.SentTo.Team)

	answer := client.Answer(accepted.Receipt) // a secret: whoever has it is the author
	receipt, err := answer.Get(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range receipt.Messages {
		fmt.Println(m.By+":", m.Text)
	}
	// Output:
	// K7Q3-F9MX is with Quality
	// Quality: We are on it.
}
