package desk_test

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/desk"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/proof"
)

// proofOf signs what the hotel's app says about a guest.
func proofOf(t *testing.T, name, tier string) string {
	t.Helper()
	src, err := examples.AppKey()
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(src)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: key}, (&jose.SignerOptions{}).WithType(proof.Type).WithHeader("kid", "app-2026"))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	body, err := json.Marshal(map[string]any{"iss": "https://app.granvia.example", "aud": "granvia.example", "sub": "GV-20417", "name": name, "tier": tier, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := s.Sign(body)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// TestWhoProvedIt: by whom somebody is known, and their tier, stands on the case
// of who was proved, in the reader's language, and on nobody else's.
func TestWhoProvedIt(t *testing.T) {
	const hotel = "granvia"
	h := housetest.Open(t, housetest.Options{Brand: hotel}, func(h *housetest.House, mux *http.ServeMux) { desk.New(h.House).Routes(mux) })
	say := func(room string, c *sayline.MomentContact) string {
		m := sayline.Moment{Topic: "ac-broken", Context: sayline.Context{Touchpoint: "room-madrid", Ref: room, Source: "qr"}}
		if c != nil {
			m.Class, m.Contact = sayline.Identified, c
		}
		return "/b/granvia/desk/" + h.Say(hotel, m).Moment.Case
	}
	proved := say("412", &sayline.MomentContact{Proof: proofOf(t, "Ana Prieto", "gold")})
	said := say("413", &sayline.MomentContact{Name: "Eva Sanz", Member: "GV-20417", Email: "eva@example.com"})
	unsaid := say("414", nil)
	beatriz, alfonso := visit(t, h, "beatriz@granvia.example"), visit(t, h, "alfonso@granvia.example")
	if status, page := beatriz.get(proved); status != 200 || !strings.Contains(page, "Ana Prieto · GV-20417 · gold · proved by the Gran Vía app") {
		t.Errorf("%d: the case of who was proved does not say so", status)
	}
	if status, page := alfonso.get(proved); status != 200 || !strings.Contains(page, "gold · comprobado por la aplicación Gran Vía") {
		t.Errorf("%d: in Spanish the case of who was proved does not say so", status)
	}
	for path, who := range map[string]string{said: "Eva Sanz · eva@example.com · GV-20417", unsaid: ""} {
		status, page := beatriz.get(path)
		if status != 200 || !strings.Contains(page, who) || strings.Contains(page, "proved by") || strings.Contains(page, "gold") {
			t.Errorf("%s: %d: the case of %q says more than was said", path, status, who)
		}
	}
}
