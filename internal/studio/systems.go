package studio

import (
	"cmp"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// makeSystem makes a key for a company's own system: 160 random bits, of which
// only the hash is kept. Private lanes are chosen one by one, and only by who is
// named in them.
func (s *Studio) makeSystem(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	y := &store.System{Brand: v.Brand.ID, ID: sayline.NewID(s.Now(), s.Random), Name: strings.TrimSpace(form.Get("name")), MadeAt: s.Now().UTC().Truncate(time.Microsecond), MadeBy: v.Person.ID, For: cmp.Or(form.Get("for"), store.ForCases)}
	if !slices.Contains(store.SystemScopes, y.For) {
		return sayline.Errorf(sayline.AtFault, "A key is for cases, for reading, or for both.")
	}
	if n := utf8.RuneCountInString(y.Name); n == 0 || n > maxRelayName {
		return sayline.Errorf(sayline.AtFault, "A system has a name of at most %d characters.", maxRelayName)
	}
	for _, t := range v.Brand.Teams {
		if slices.Contains(form["team"], t.ID) {
			y.Teams = append(y.Teams, t.ID)
		}
	}
	if len(form["team"]) > 0 && y.Teams == nil { // no team at all would mean every one
		return sayline.Errorf(sayline.AtFault, "There is no such team.")
	}
	for _, l := range v.Lanes {
		if slices.Contains(form["lane"], l) {
			y.Lanes = append(y.Lanes, l)
		}
	}
	var random [20]byte
	if _, err := io.ReadFull(s.Random, random[:]); err != nil {
		return err
	}
	key := store.SystemKey + sayline.EncodeSecret(random[:])
	if err := s.Store.MakeSystem(r.Context(), y, sayline.HashSecret(key)); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.showRoomWith(w, r, v, func(p *roomPage) { p.NewSystem = &made{Name: y.Name, Key: key} })
}

// revokeSystem ends a system's key.
func (s *Studio) revokeSystem(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	if err := s.Store.RevokeSystem(r.Context(), v.Brand.ID, r.PathValue("system")); err != nil {
		return err
	}
	http.Redirect(w, r, house.BrandPath(v.Brand.ID, "/studio")+"#systems", http.StatusSeeOther)
	return nil
}

// Scope says whose cases a system has.
func (p roomPage) Scope(y *store.System) string {
	var names []string
	for _, t := range y.Teams {
		names = append(names, p.Names.Team(t, ""))
	}
	if y.Teams == nil {
		names = append(names, p.Say("systems_all"))
	}
	for _, l := range y.Lanes {
		names = append(names, p.Names.Lane(l))
	}
	return house.Join(" · ", append(names, p.Say("systems_for_"+y.For))...)
}

// SystemScopes are what a key can be for.
func (p roomPage) SystemScopes() []string { return store.SystemScopes }
