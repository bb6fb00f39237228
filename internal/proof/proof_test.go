package proof_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/proof"
)

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// keys are one of each sort, by kid.
func keys(t testing.TB) map[string]crypto.Signer {
	t.Helper()
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.Signer{"ed": ed, "ec": ec, "rs": rs}
}

func public(t testing.TB, k crypto.Signer) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func brand(t testing.TB, all map[string]crypto.Signer) *sayline.Brand {
	b := &sayline.Brand{ID: "hotel", Domains: []string{"hotel.example"}, Vouchers: []sayline.Voucher{
		{ID: "app", Name: sayline.Plain("the app"), Issuer: "https://app.hotel.example"}, {ID: "other", Issuer: "https://other.example"}}}
	for kid, k := range all {
		b.Vouchers[0].Keys = append(b.Vouchers[0].Keys, sayline.VoucherKey{ID: kid, Public: public(t, k)})
	}
	return b
}

var good = map[string]any{"iss": "https://app.hotel.example", "aud": "hotel.example", "sub": "GV-1", "name": "Ana", "tier": "gold", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}

func sign(t testing.TB, k any, alg jose.SignatureAlgorithm, kid, typ string, claims map[string]any) string {
	t.Helper()
	o := &jose.SignerOptions{}
	o.WithHeader("kid", kid)
	if typ != "" {
		o.WithType(jose.ContentType(typ))
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: k}, o)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(claims)
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

func TestProves(t *testing.T) {
	all := keys(t)
	b := brand(t, all)
	for kid, alg := range map[string]jose.SignatureAlgorithm{"ed": jose.EdDSA, "ec": jose.ES256, "rs": jose.RS256} {
		got, err := proof.Verify(b, sign(t, all[kid], alg, kid, proof.Type, good), now)
		if err != nil || *got != (sayline.Proved{By: "app", Name: "Ana", Member: "GV-1", Tier: "gold"}) {
			t.Errorf("%s: %+v, %v", alg, got, err)
		}
	}
}

// TestRefuses: one thing is wrong each time, and the answer names /contact/proof
// without repeating the token.
func TestRefuses(t *testing.T) {
	all := keys(t)
	b := brand(t, all)
	with := func(name string, value any) map[string]any {
		c := maps.Clone(good)
		if c[name] = value; value == nil {
			delete(c, name)
		}
		return c
	}
	ed := func(c map[string]any) string { return sign(t, all["ed"], jose.EdDSA, "ed", proof.Type, c) }
	stranger := keys(t)
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"cx-proof+jwt","kid":"ed"}`)) + "." + strings.Split(ed(good), ".")[1] + "."
	for name, token := range map[string]string{
		"no JWT":                       "x.y.z",
		"nothing signed":               unsigned,
		"another's key":                sign(t, stranger["ed"], jose.EdDSA, "ed", proof.Type, good),
		"an unknown kid":               sign(t, all["ed"], jose.EdDSA, "nobody", proof.Type, good),
		"a kid of another sort":        sign(t, all["ed"], jose.EdDSA, "ec", proof.Type, good),
		"the public key as a password": sign(t, []byte(b.Vouchers[0].Keys[0].Public), jose.HS256, "rs", proof.Type, good),
		"another purpose":              sign(t, all["ed"], jose.EdDSA, "ed", "JWT", good),
		"no purpose":                   sign(t, all["ed"], jose.EdDSA, "ed", "", good),
		"another issuer":               ed(with("iss", "https://other.example")),
		"another brand":                ed(with("aud", "other.example")),
		"no audience":                  ed(with("aud", nil)),
		"run out":                      ed(with("exp", now.Add(-2*time.Minute).Unix())),
		"never runs out":               ed(with("exp", nil)),
		"lasts too long":               ed(with("exp", now.Add(25*time.Hour).Unix())),
		"no beginning":                 ed(with("iat", nil)),
		"from the future":              ed(with("iat", now.Add(2*time.Minute).Unix())),
		"not yet":                      ed(with("nbf", now.Add(2*time.Minute).Unix())),
		"a name without end":           ed(with("name", strings.Repeat("a", 201))),
		"a name of another sort":       ed(with("name", 7)),
		"changed":                      strings.Replace(ed(good), ".", ".e", 1),
		"endless":                      strings.Repeat("a", 9000),
	} {
		got, err := proof.Verify(b, token, now)
		var e *sayline.Error
		if !errors.As(err, &e) || got != nil || e.Kind != sayline.AtFault || len(e.Fields) != 1 || e.Fields[0].Pointer != "/contact/proof" {
			t.Errorf("%s: %+v, %v", name, got, err)
		} else if strings.Contains(err.Error(), token) {
			t.Errorf("%s: the error repeats the token", name)
		}
	}
	for name, claims := range map[string]map[string]any{"a minute late": with("exp", now.Add(-30*time.Second).Unix()), "several audiences": with("aud", []string{"x", "hotel"}), "no number": with("sub", nil), "no name": with("name", nil)} {
		if _, err := proof.Verify(b, ed(claims), now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	all := keys(f)
	b := brand(f, all)
	f.Add(sign(f, all["ed"], jose.EdDSA, "ed", proof.Type, good))
	f.Add("e30.e30.")
	f.Add("..")
	known := sign(f, all["ed"], jose.EdDSA, "ed", proof.Type, good)
	f.Fuzz(func(t *testing.T, token string) {
		if got, err := proof.Verify(b, token, now); err == nil && strings.Split(token, ".")[1] != strings.Split(known, ".")[1] {
			t.Errorf("forged: %+v", got)
		}
	})
}
