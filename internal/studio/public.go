package studio

import (
	"net/http"
	"strconv"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

// switching turns one thing of the brand on or off: a new version of the brand, on
// the one that was looked at.
func (s *Studio) switching(name string, set func(c *sayline.Config, do string)) house.BrandHandler {
	return func(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
		return s.turn(w, r, v, name, set)
	}
}

func (s *Studio) turn(w http.ResponseWriter, r *http.Request, v *auth.Viewer, name string, set func(c *sayline.Config, do string)) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	stored, err := s.Store.Config(r.Context(), v.Brand.ID)
	if err != nil {
		return err
	}
	if base, err := strconv.Atoi(form.Get("base")); err != nil || base != stored.Version {
		return &sayline.Error{Kind: sayline.Conflict, Key: "studio_changed", Message: "The brand has changed since you looked. Please look again."}
	}
	next := *stored.Config
	set(&next, form.Get("do"))
	if _, err := s.Store.SaveConfig(r.Context(), &next, stored.Version, v.Person.ID); err != nil {
		return err
	}
	if err := s.Reload(r.Context(), v.Brand.ID); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/studio"), name)
}
