package studio

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"net/mail"
	"net/url"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// colours are offered before somebody picks their own.
var colours = []string{"#0b6e4f", "#0b5d8a", "#7a2e8e", "#b3391f", "#9a5b00", "#1d1d1f"}

// form is the first run as it was typed.
type form struct {
	Name, Email, Password, Brand, Colour, Domain, Token string
}

// setupPage is the first run's data.
type setupPage struct {
	*house.View
	form
	Colours []string
	Wrong   map[string]string // field → what was expected; "" is for all of it
}

// door is the house's address: the first run, or where the person begins.
func (s *Studio) door(w http.ResponseWriter, r *http.Request) error {
	have, err := s.Store.HasAccounts(r.Context())
	if err != nil {
		return err
	}
	if !have {
		return s.setupForm(w, r, http.StatusOK, form{Token: r.URL.Query().Get("token"), Colour: colours[0]}, nil)
	}
	account, err := s.Auth.Account(r)
	if sayline.KindOf(err) == sayline.Unsigned {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	mine := s.Auth.BrandsOf(account)
	if len(mine) == 0 {
		return &sayline.Error{Kind: sayline.NotFound, Key: "studio_no_brand", Message: "No brand here knows your address yet."}
	}
	http.Redirect(w, r, s.Home(auth.NewViewer(account, mine[0])), http.StatusSeeOther)
	return nil
}

func (s *Studio) setupForm(w http.ResponseWriter, r *http.Request, status int, f form, wrong map[string]string) error {
	v := s.NewView(r, nil)
	v.Title = v.Say("setup_title")
	if !s.tokenHolds(f.Token) && wrong == nil {
		wrong = map[string]string{"": v.Say("setup_token")}
	}
	f.Password = "" // never sent back
	return s.Plain(w, r, status, s.plain, "setup", setupPage{View: v, form: f, Colours: colours, Wrong: wrong})
}

func (s *Studio) tokenHolds(token string) bool {
	return s.SetupToken == "" || subtle.ConstantTimeCompare([]byte(token), []byte(s.SetupToken)) == 1
}

// setUp makes the first account and the first brand, both or neither, signs in,
// and leads to the first touchpoint.
func (s *Studio) setUp(w http.ResponseWriter, r *http.Request) error {
	values, err := house.Form(w, r)
	if err != nil {
		return err
	}
	f := readForm(values)
	v := s.NewView(r, nil)
	if have, err := s.Store.HasAccounts(r.Context()); err != nil {
		return err
	} else if have {
		http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		return nil
	}
	if !s.tokenHolds(f.Token) {
		return s.setupForm(w, r, http.StatusForbidden, f, map[string]string{"": v.Say("setup_token")})
	}
	config, wrong := s.judge(v, f)
	if len(wrong) > 0 {
		return s.setupForm(w, r, http.StatusUnprocessableEntity, f, wrong)
	}
	hash, err := s.Auth.Hash(r.Context(), f.Password)
	if err != nil {
		return err
	}
	err = s.Store.SetUp(r.Context(), store.Account{Email: auth.Address(f.Email), Name: f.Name, Password: hash, Operator: true}, config)
	var ours *sayline.Error
	if errors.As(err, &ours) && (ours.Kind == sayline.AtFault || ours.Kind == sayline.Conflict) {
		return s.setupForm(w, r, web.Status(ours.Kind), f, map[string]string{"": ours.Error()})
	}
	if err != nil {
		return err
	}
	if err := s.Reload(r.Context(), config.ID); err != nil {
		return err
	}
	if err := s.Auth.Begin(w, r, f.Email); err != nil {
		return err
	}
	http.Redirect(w, r, house.BrandPath(config.ID, "/first"), http.StatusSeeOther)
	return nil
}

func readForm(v url.Values) form {
	return form{
		Name: strings.TrimSpace(v.Get("name")), Email: strings.TrimSpace(v.Get("email")), Password: v.Get("password"),
		Brand: strings.TrimSpace(v.Get("brand")), Colour: strings.ToLower(strings.TrimSpace(v.Get("colour"))),
		Domain: domainOf(v.Get("domain")), Token: v.Get("token"),
	}
}

// domainOf takes what people paste for a domain: with a scheme, a path, capitals.
func domainOf(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
	s, _, _ = strings.Cut(s, "/")
	return s
}

// judge makes the brand of what was typed, or says what is wrong with it, field by field.
func (s *Studio) judge(v *house.View, f form) (*sayline.Config, map[string]string) {
	wrong := map[string]string{}
	if f.Name == "" {
		wrong["name"] = v.Say("setup_name_wrong")
	}
	if a, err := mail.ParseAddress(f.Email); err != nil || a.Address != f.Email {
		wrong["email"] = v.Say("setup_email_wrong")
	}
	if auth.CheckStrength(f.Password) != nil {
		wrong["password"] = v.Say("password_rule")
	}
	if f.Brand == "" || len([]rune(f.Brand)) > 80 {
		wrong["brand"] = v.Say("setup_brand_wrong")
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	c := starter(v, f)
	var ours *sayline.Error
	if err := c.Validate(); errors.As(err, &ours) {
		for _, fault := range ours.Fields {
			switch {
			case fault.Pointer == "/look/color":
				wrong["colour"] = v.Say("setup_colour_wrong")
			case strings.HasPrefix(fault.Pointer, "/domains"):
				wrong["domain"] = v.Say("setup_domain_wrong")
			default:
				wrong[""] += fault.Pointer + ": " + fault.Detail + ". "
			}
		}
	}
	return c, wrong
}
