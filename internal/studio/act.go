package studio

import (
	"net/http"
	"strconv"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

// invite makes a link with which one of the people sets their password. It is
// shown once, on the page that answers.
func (s *Studio) invite(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	p := v.Brand.Index.Person(r.PathValue("person"))
	if p == nil {
		return sayline.Errorf(sayline.NotFound, "There is no such person.")
	}
	token, err := s.Auth.Invite(r.Context(), p.Email)
	if err != nil {
		return err
	}
	return s.showRoom(w, r, v, http.StatusOK, p.Name, s.JoinAddress(r, token))
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
