package notify

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"pgregory.net/rapid"
)

// The independent library accepts what we sign, with each of the secrets, and
// nothing that was changed on the way.
func TestSignatureStandsBeforeTheStandardsLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "server key")
		generation := rapid.IntRange(1, 50).Draw(t, "generation")
		newer, older := DeriveSecret(key, "sparkle", "erp", generation), DeriveSecret(key, "sparkle", "erp", generation-1)
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		id := rapid.StringMatching(`[A-Za-z0-9_-]{1,40}`).Draw(t, "id")
		now := time.Now()
		signature, err := Sign([]string{newer, older}, id, now, body)
		if err != nil {
			t.Fatal(err)
		}
		header := http.Header{}
		header.Set("webhook-id", id)
		header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
		header.Set("webhook-signature", signature)
		for _, secret := range []string{newer, older} {
			verify(t, secret, body, header, true)
		}
		verify(t, DeriveSecret(key, "sparkle", "erp", generation+1), body, header, false)
		verify(t, newer, append(body, '!'), header, false)
		header.Set("webhook-id", id+"x")
		verify(t, newer, body, header, false)
	})
}

func verify(t *rapid.T, secret string, body []byte, header http.Header, want bool) {
	wh, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := wh.Verify(body, header); (err == nil) != want {
		t.Fatalf("verified: %v, want %v", err, want)
	}
}

// Secrets differ by everything they are made of; the parts can't run together.
func TestDeriveSecret(t *testing.T) {
	key := []byte("01234567890123456789012345678901")
	seen := map[string]bool{}
	for _, s := range []string{
		DeriveSecret(key, "sparkle", "erp", 0), DeriveSecret(key, "sparkle", "erp", 1), DeriveSecret(key, "sparkle", "erp1", 0),
		DeriveSecret(key, "sparklee", "rp", 0), DeriveSecret(key, "granvia", "erp", 0), DeriveSecret(append(key, 1), "sparkle", "erp", 0),
	} {
		if !strings.HasPrefix(s, "whsec_") || len(s) != len("whsec_")+44 || seen[s] {
			t.Errorf("secret %q", s)
		}
		seen[s] = true
	}
	first := DeriveSecret(key, "sparkle", "erp", 1)
	if again := DeriveSecret(key, "sparkle", "erp", 1); again != first {
		t.Error("the same endpoint has two secrets")
	}
}

func TestSignRefusesWhatIsNoSecret(t *testing.T) {
	for _, secrets := range [][]string{nil, {""}, {"whsec_"}, {"whsec_%%%"}, {DeriveSecret([]byte("k"), "b", "e", 0), "x y"}} {
		if s, err := Sign(secrets, "id", time.Unix(0, 0), nil); err == nil {
			t.Errorf("signed with %q: %s", secrets, s)
		}
	}
}
