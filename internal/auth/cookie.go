package auth

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"time"

	"github.com/sayline/sayline"
)

// sessionLife is how long somebody stays signed in on a device.
const sessionLife = 30 * 24 * time.Hour

// tokenBytes is the randomness of a session's or invitation's token.
const tokenBytes = 32

// cookieName is the session cookie's: with TLS browsers hold it to its host by
// its prefix (RFC 6265bis, section 4.1.3.2).
func cookieName(secure bool) string {
	if secure {
		return "__Host-sayline"
	}
	return "sayline"
}

// token makes a secret of 256 bits and the hash that is stored of it.
func (a *Auth) token() (secret, hash string) {
	b := make([]byte, tokenBytes)
	if _, err := io.ReadFull(a.random, b); err != nil {
		panic("auth: the source of randomness failed: " + err.Error())
	}
	secret = base64.RawURLEncoding.EncodeToString(b)
	return secret, sayline.HashSecret(secret)
}

// Begin signs an account in on this browser, which must have shown by a
// password, an invitation or the first set-up that it is theirs.
func (a *Auth) Begin(w http.ResponseWriter, r *http.Request, email string) error {
	secret, hash := a.token()
	until := a.now().Add(sessionLife)
	if err := a.store.CreateSession(r.Context(), hash, Address(email), until); err != nil {
		return err
	}
	a.setCookie(w, r, secret, int(sessionLife/time.Second))
	return nil
}

// End signs out on this browser.
func (a *Auth) End(w http.ResponseWriter, r *http.Request) error {
	a.setCookie(w, r, "", -1)
	if hash := a.sessionHash(r); hash != "" {
		return a.store.EndSession(r.Context(), hash)
	}
	return nil
}

func (a *Auth) setCookie(w http.ResponseWriter, r *http.Request, value string, maxAge int) {
	secure := a.proxies.Secure(r)
	http.SetCookie(w, &http.Cookie{Name: cookieName(secure), Value: value, Path: "/", MaxAge: maxAge, Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func (a *Auth) sessionHash(r *http.Request) string {
	c, err := r.Cookie(cookieName(a.proxies.Secure(r)))
	if err != nil || c.Value == "" {
		return ""
	}
	return sayline.HashSecret(c.Value)
}

type accountKey struct{}

// withAccount remembers a request's account, so that it is read once.
func withAccount(ctx context.Context, s *signedIn) context.Context {
	return context.WithValue(ctx, accountKey{}, s)
}
