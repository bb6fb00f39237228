package digest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// LinkPath is where a digest's token leads.
const LinkPath = "/digest/"

// token is what the links in a digest carry, so that its address says yes to it or
// ends it without signing in: HMAC(server key, brand, digest) behind what it is of.
// It is never stored, and opens nothing else.
func token(serverKey []byte, brand, id string) string {
	of := brand + "." + id
	return of + "." + base64.RawURLEncoding.EncodeToString(mac(serverKey, of))
}

func mac(serverKey []byte, of string) []byte {
	m := hmac.New(sha256.New, serverKey)
	m.Write([]byte("digest\n" + of))
	return m.Sum(nil)[:16]
}

const maxToken = 160 // longer than any token of ours

// readToken says what a token is of; ok only for one we made. Comparing takes the
// same time however much of it is right.
func readToken(serverKey []byte, t string) (brand, id string, ok bool) {
	at := strings.LastIndexByte(t, '.')
	if at < 0 || len(t) > maxToken {
		return "", "", false
	}
	sum, err := base64.RawURLEncoding.Strict().DecodeString(t[at+1:])
	if err != nil || !hmac.Equal(sum, mac(serverKey, t[:at])) {
		return "", "", false
	}
	brand, id, ok = strings.Cut(t[:at], ".")
	return brand, id, ok
}

// linkOf is the address behind which a digest is said yes to, or ended.
func (d *Digest) linkOf(brand, id string) string {
	return d.Base + LinkPath + token(d.Store.ServerKey(), brand, id)
}
