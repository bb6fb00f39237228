package studio

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

var errInvite = &sayline.Error{Kind: sayline.Forbidden, Key: "studio_invite_may_not",
	Message: "Only who runs this house can make a link for them: they see a private lane that you don't, run the house, or work for another brand too."}

// mayInvite says whether somebody may have the link with which another sets their
// password. Whoever has it can be them, so it is not for who would see more by it
// than is theirs: a private lane they are not named in, another brand, the house.
func (s *Studio) mayInvite(ctx context.Context, v *auth.Viewer, p *sayline.Person) (bool, error) {
	if v.Account.Operator || p.ID == v.Person.ID {
		return true, nil
	}
	for _, l := range v.Brand.Lanes {
		if slices.Contains(l.See, p.ID) && !v.SeesLane(l.ID) {
			return false, nil
		}
	}
	account, err := s.Store.Account(ctx, auth.Address(p.Email))
	if sayline.KindOf(err) == sayline.NotFound { // a new account at another brand is as much somebody else's
		account, err = &store.Account{Email: auth.Address(p.Email)}, nil
	}
	return err == nil && !account.Operator && len(s.Auth.BrandsOf(account)) <= 1, err
}

// invite makes a link with which one of the people sets their password. It is
// shown once, on the page that answers.
func (s *Studio) invite(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	p := v.Brand.Index.Person(r.PathValue("person"))
	if p == nil {
		return sayline.Errorf(sayline.NotFound, "There is no such person.")
	}
	if may, err := s.mayInvite(r.Context(), v, p); err != nil {
		return err
	} else if !may {
		return errInvite
	}
	token, err := s.Auth.Invite(r.Context(), p.Email)
	if err != nil {
		return err
	}
	return s.showRoom(w, r, v, p.Name, s.JoinAddress(r, token))
}

// replay sets a webhook back to an event's number and switches it on again.
func (s *Studio) replay(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	from, err := strconv.ParseInt(form.Get("from"), 10, 64)
	if err != nil || from < 1 {
		return sayline.Errorf(sayline.Invalid, "Expected the number of an event, 1 or more.")
	}
	if err := s.Store.Replay(r.Context(), v.Brand.ID, r.PathValue("endpoint"), from); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/studio"), "replayed")
}
