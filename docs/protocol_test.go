package docs_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/app"
)

// What docs/protocol.md sends is accepted by a real server, and what it shows
// of the answers has the members of the real ones.
func TestProtocol(t *testing.T) {
	text := documents(t)["../docs/protocol.md"]
	_, rest, ok := strings.Cut(text, "<!-- submit -->\n")
	if !ok {
		t.Fatal("no submit example is marked")
	}
	list := blocks(rest) // what is sent, the same by curl, the answer, the receipt
	said, accepted, receipt := list[0].text, list[2].text, list[3].text

	base := serve(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/cx/moments", strings.NewReader(said))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", "0123456789abcdef0123456789abcdef")
	status, body := do(t, req)
	if status != http.StatusCreated {
		t.Fatalf("the example was answered %d: %s", status, body)
	}
	sameMembers(t, "the answer", accepted, body)
	var a cx.Accepted
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatal(err)
	}

	status, body = get(t, a.Receipt)
	if status != http.StatusOK {
		t.Fatalf("the receipt was answered %d: %s", status, body)
	}
	var got cx.Receipt
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if got.Moment.Text != "It tastes of metal." || got.Moment.Context.Lot != "AB-123" || got.Moment.Contact != nil {
		t.Errorf("the example was kept as %+v", got.Moment)
	}
	subset(t, "the receipt", receipt, body)

	status, body = get(t, base+cx.WellKnown)
	if status != http.StatusOK {
		t.Fatalf("discovery was answered %d", status)
	}
	before, _, _ := strings.Cut(text, "<!-- submit -->\n")
	subset(t, "the discovery document", blocks(before)[1].text, body)
}

// serve runs a Sayline with the soda maker in it and gives the brand's address.
func serve(t *testing.T) string {
	t.Helper()
	return open(t).URL() + "/@sparkle"
}

// open runs a whole server with one brand, sparkle.
func open(t *testing.T) *app.App {
	t.Helper()
	return openWith(t, func(*app.Options) {})
}

// openWith is open with other options.
func openWith(t *testing.T, change func(*app.Options)) *app.App {
	t.Helper()
	o := app.Options{Listen: "127.0.0.1:0", Data: t.TempDir()}
	change(&o)
	file, err := examples.File("sparkle")
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Apply(t.Context(), o, "sparkle.yaml", file, false, io.Discard); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	run, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(run) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return a
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "application/json")
	return do(t, req)
}

func do(t *testing.T, req *http.Request) (status int, body string) {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
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

func members(t *testing.T, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return m
}

// subset says which members a document shows that the server does not send.
func subset(t *testing.T, what, shown, sent string) {
	t.Helper()
	real := members(t, sent)
	for name := range members(t, shown) {
		if _, ok := real[name]; !ok {
			t.Errorf("%s has no %q", what, name)
		}
	}
}

// sameMembers says, too, which members the server sends that are not shown.
func sameMembers(t *testing.T, what, shown, sent string) {
	t.Helper()
	subset(t, what, shown, sent)
	told := members(t, shown)
	for name := range members(t, sent) {
		if _, ok := told[name]; !ok {
			t.Errorf("%s has a %q that is not shown", what, name)
		}
	}
}
