package inbound

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
)

var gatewaySecret = notify.DeriveSecret([]byte("key"), "test", "gateway", 0)

// rung is a house with one case, for which a number was rung, and its gateway's
// address.
func rung(t *testing.T) (s *store.Store, mux *http.ServeMux, page sayline.Page) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Database: storetest.SQLite(t), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	c := &sayline.Config{Brand: sayline.Brand{ID: "sparkle", Name: "Sparkle", Languages: []string{"en"}, Zone: "Europe/Madrid", LastResort: "lucia", Look: sayline.Look{Color: "#0b6e4f"}}, People: []sayline.Person{{ID: "lucia", Name: "Lucía", Email: "lucia@sparkle.example"}},
		Teams: []sayline.Team{{ID: "distribution", Name: sayline.Plain("Distribution"), Members: []sayline.Membership{{Person: "lucia", Duty: true}}}}, Touchpoints: []sayline.Touchpoint{{ID: "k7f3", Name: sayline.Plain("Shelf"), Channel: "shelf", Stage: "uses"}},
		Routes: []sayline.Rule{{To: "distribution", Urgency: sayline.Urgent}}}
	if _, err := s.SaveConfig(t.Context(), c, 0, "test"); err != nil {
		t.Fatal(err)
	}
	b := brands.New(1, c, nil)
	registry := &brands.Registry{}
	registry.Set(b)
	now := time.Now().UTC().Truncate(time.Microsecond)
	m := sayline.Moment{Brand: "sparkle", Class: sayline.Unidentified, ID: sayline.NewID(now, rand.Reader), Feeling: 1, ReceivedAt: now, OccurredAt: now, SealedAt: now, OpenUntil: now.Add(time.Minute), RetainUntil: now.Add(time.Hour), Receipt: "r", Once: "o"}
	m.Context.Touchpoint = "k7f3"
	m.Decision = b.Router.Decide(&m)
	if err := s.Accept(t.Context(), &store.Accept{Moment: &m, Digest: "d", CaseID: sayline.NewID(now, rand.Reader)}); err != nil {
		t.Fatal(err)
	}
	steps, err := s.StepsOf(t.Context(), "sparkle", m.Case)
	if err != nil || len(steps) != 1 {
		t.Fatalf("%v %v", steps, err)
	}
	page = sayline.Page{ID: sayline.NewID(now, rand.Reader), Person: "lucia", Channel: sayline.ByVoice, Address: "+34600000001", Role: sayline.ForDuty}
	if err := s.FireSteps(t.Context(), "sparkle", []store.Firing{{Step: steps[0], Found: "{}", Pages: []sayline.Page{page}, Next: &sayline.Step{N: 2, DueAt: now.Add(time.Hour)}}}); err != nil {
		t.Fatal(err)
	}
	list, err := s.LeasePages(t.Context(), sayline.ByVoice, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	page = list[0]
	if err := s.ReportPages(t.Context(), "sparkle", []store.PageReport{{Page: page, State: sayline.PageAccepted, Outcome: "accepted", Zone: time.UTC}}); err != nil {
		t.Fatal(err)
	}
	mux = http.NewServeMux()
	Routes(mux, Options{Store: s, Registry: registry, GatewaySecret: gatewaySecret, Log: slog.New(slog.DiscardHandler), Now: time.Now, Count: func(sayline.Kind) {}})
	return s, mux, page
}

// tell makes a call as the gateway does.
func tell(t *testing.T, mux *http.ServeMux, page, body, secret string, at time.Time) int {
	t.Helper()
	body = strings.Replace(body, "{", `{"id":"`+page+`",`, 1)
	signature, err := notify.Sign([]string{secret}, "msg1", at, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/gateway/sparkle/"+page, strings.NewReader(body))
	r.Header.Set("Webhook-Id", "msg1")
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("Webhook-Signature", "v1,AAAA "+signature)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w.Code
}

func TestGatewayTells(t *testing.T) {
	s, mux, page := rung(t)
	now := time.Now()
	for range 2 {
		if code := tell(t, mux, page.ID, `{"state":"delivered"}`, gatewaySecret, now); code != 204 {
			t.Fatalf("delivered: %d", code)
		}
	}
	if p, err := s.Page(t.Context(), "sparkle", page.ID); err != nil || p.State != sayline.PageDelivered {
		t.Errorf("%+v, %v", p, err)
	}
	for range 2 {
		if code := tell(t, mux, page.ID, `{"state":"acknowledged"}`, gatewaySecret, now); code != 204 {
			t.Fatalf("acknowledged: %d", code)
		}
	}
	if c, err := s.Case(t.Context(), "sparkle", page.Case); err != nil || c.State != sayline.CaseAcknowledged || c.Owner != "lucia" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestGatewayTellsThatItFailed(t *testing.T) {
	s, mux, page := rung(t)
	if code := tell(t, mux, page.ID, `{"state":"failed"}`, gatewaySecret, time.Now()); code != 204 {
		t.Fatal(code)
	}
	p, err := s.Page(t.Context(), "sparkle", page.ID)
	steps, err2 := s.StepsOf(t.Context(), "sparkle", page.Case)
	if err != nil || err2 != nil || p.State != sayline.PageFailed || steps[1].DueAt.After(time.Now()) {
		t.Errorf("%+v, %+v", p, steps)
	}
}

func TestGatewayIsRefused(t *testing.T) {
	s, mux, page := rung(t)
	now, other := time.Now(), notify.DeriveSecret([]byte("other"), "test", "gateway", 0)
	for name, code := range map[string]int{
		"another secret": tell(t, mux, page.ID, `{"state":"acknowledged"}`, other, now),
		"an old call":    tell(t, mux, page.ID, `{"state":"acknowledged"}`, gatewaySecret, now.Add(-6*time.Minute)),
		"a call to come": tell(t, mux, page.ID, `{"state":"acknowledged"}`, gatewaySecret, now.Add(6*time.Minute)),
	} {
		if code != 401 {
			t.Errorf("%s: %d", name, code)
		}
	}
	if code := tell(t, mux, "nothing", `{"state":"delivered"}`, gatewaySecret, now); code != 404 {
		t.Errorf("no such page: %d", code)
	}
	if code := tell(t, mux, page.ID, `{"state":"eaten"}`, gatewaySecret, now); code != 422 {
		t.Errorf("no such state: %d", code)
	}
	if code := tell(t, mux, page.ID, `{"id":"another","state":"acknowledged"}`, gatewaySecret, now); code != 400 {
		t.Errorf("another page's: %d", code)
	}
	if code := tell(t, mux, page.ID, `{`, gatewaySecret, now); code != 400 {
		t.Errorf("no JSON: %d", code)
	}
	if c, err := s.Case(t.Context(), "sparkle", page.Case); err != nil || c.State != sayline.CaseOpen {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestGatewayActsWithTheirRights: who was rung and is of the team no more takes
// nothing by pressing 1.
func TestGatewayActsWithTheirRights(t *testing.T) {
	s, _, page := rung(t)
	c := &sayline.Config{Brand: sayline.Brand{ID: "sparkle", Name: "Sparkle", Languages: []string{"en"}, Zone: "Europe/Madrid", LastResort: "marco", Look: sayline.Look{Color: "#0b6e4f"}},
		People: []sayline.Person{{ID: "lucia", Name: "Lucía", Email: "lucia@sparkle.example"}, {ID: "marco", Name: "Marco", Email: "marco@sparkle.example"}},
		Teams:  []sayline.Team{{ID: "distribution", Name: sayline.Plain("Distribution"), Members: []sayline.Membership{{Person: "marco", Duty: true}}}}}
	registry := &brands.Registry{}
	registry.Set(brands.New(2, c, nil))
	mux := http.NewServeMux()
	Routes(mux, Options{Store: s, Registry: registry, GatewaySecret: gatewaySecret, Log: slog.New(slog.DiscardHandler), Now: time.Now, Count: func(sayline.Kind) {}})
	if code := tell(t, mux, page.ID, `{"state":"acknowledged"}`, gatewaySecret, time.Now()); code != 403 {
		t.Errorf("acknowledged: %d", code)
	}
	if c, err := s.Case(t.Context(), "sparkle", page.Case); err != nil || c.State != sayline.CaseOpen {
		t.Errorf("%+v, %v", c, err)
	}
}
