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
	if p, _, err := a.Phone(r); err == nil {
		return a.beginOn(w, r, p, email, secret, hash)
	} else if sayline.KindOf(err) != sayline.Unsigned {
		return err
	}
	if err := a.store.CreateSession(r.Context(), hash, Address(email), a.now().Add(sessionLife)); err != nil {
		return err
	}
	a.setCookie(w, r, "", secret, sessionLife)
	return nil
}

// beginOn signs an account in on a shift phone: the phone is in their hand alone,
// and they are signed out when it goes into another, and no later than anybody
// else would have to take it again.
func (a *Auth) beginOn(w http.ResponseWriter, r *http.Request, p *sayline.Phone, email, secret, hash string) error {
	if err := a.store.CreateSessionOn(r.Context(), p, hash, Address(email), a.now().Add(sayline.HoldMost)); err != nil {
		return err
	}
	a.setCookie(w, r, holdCookie, "", -time.Second)
	a.setCookie(w, r, "", secret, sayline.HoldMost)
	return nil
}

// End signs out on this browser; a shift phone is handed over.
func (a *Auth) End(w http.ResponseWriter, r *http.Request) error {
	if a.cookie(r, holdCookie) != "" {
		if _, err := a.HandOver(w, r); err != nil && sayline.KindOf(err) != sayline.Unsigned {
			return err
		}
	}
	return a.endSession(w, r)
}

func (a *Auth) endSession(w http.ResponseWriter, r *http.Request) error {
	a.setCookie(w, r, "", "", -time.Second)
	hash := a.sessionHash(r)
	if hash == "" {
		return nil
	}
	if _, err := a.store.Session(r.Context(), hash, a.now()); sayline.KindOf(err) == sayline.NotFound {
		return nil // ended, or never one: what anybody may send costs others no turn to write
	}
	return a.store.EndSession(r.Context(), hash)
}

// setCookie keeps a value on this browser for so long, under the session's name
// and what is added to it; a life below zero deletes it.
func (a *Auth) setCookie(w http.ResponseWriter, r *http.Request, added, value string, life time.Duration) {
	secure := a.proxies.Secure(r)
	http.SetCookie(w, &http.Cookie{Name: cookieName(secure) + added, Value: value, Path: "/", MaxAge: int(max(life, -time.Second) / time.Second), Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func (a *Auth) sessionHash(r *http.Request) string {
	secret := a.cookie(r, "")
	if secret == "" {
		return ""
	}
	return sayline.HashSecret(secret)
}

type accountKey struct{}

// withAccount remembers a request's account, so that it is read once.
func withAccount(ctx context.Context, s *signedIn) context.Context {
	return context.WithValue(ctx, accountKey{}, s)
}
