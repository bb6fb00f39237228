package auth

import (
	"context"
	"net/http"
	"time"

	"github.com/sayline/sayline"
)

// inviteLife is how long an invitation may wait.
const inviteLife = 7 * 24 * time.Hour

// JoinPath is where an invitation's token is used; it stands in the query, which
// no log keeps.
const JoinPath = "/join"

// Invite makes a one-time token with which the owner of an address sets their
// password, and so gets an account if they have none. An earlier one for the
// same address ends.
func (a *Auth) Invite(ctx context.Context, email string) (token string, err error) {
	secret, hash := a.token()
	return secret, a.store.Invite(ctx, hash, Address(email), a.now().Add(inviteLife))
}

var errInvitation = &sayline.Error{Kind: sayline.NotFound, Key: "auth_invitation_gone", Message: "This invitation was used or has ended. Ask for a new one."}

// Invited gives the address a token is for; NotFound once it was used or has ended.
func (a *Auth) Invited(ctx context.Context, token string) (email string, err error) {
	email, err = a.store.Invited(ctx, sayline.HashSecret(token), a.now())
	if sayline.KindOf(err) == sayline.NotFound {
		err = errInvitation
	}
	return email, err
}

// Join uses a token up: it sets the password and signs in on this browser.
func (a *Auth) Join(w http.ResponseWriter, r *http.Request, token, password string) error {
	ctx := r.Context()
	email, err := a.Invited(ctx, token)
	if err != nil {
		return err
	}
	stored, err := a.Hash(ctx, password)
	if err != nil {
		return err
	}
	email, err = a.store.Join(ctx, sayline.HashSecret(token), a.nameOf(email), stored)
	if sayline.KindOf(err) == sayline.NotFound {
		return errInvitation
	}
	if err != nil {
		return err
	}
	return a.Begin(w, r, email)
}

// nameOf is what the brands call who has an address.
func (a *Auth) nameOf(email string) string {
	for _, b := range a.brands.All() {
		if p := person(b, email); p != nil {
			return p.Name
		}
	}
	return email
}
