package phone

import (
	"net/http"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/web"
)

// pinPage is the data of a person's own PIN.
type pinPage struct {
	*house.View
	SetAt       time.Time // zero when they have none
	Wrong       string
	Least, Most int
}

// pinPage lets somebody set the PIN by which shift phones know them. It never
// shows one.
func (p *Phones) pinPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	return p.pinForm(w, r, v, http.StatusOK, "")
}

func (p *Phones) pinForm(w http.ResponseWriter, r *http.Request, v *auth.Viewer, status int, wrong string) error {
	page := pinPage{View: p.NewView(r, v), Wrong: wrong, Least: sayline.PINLeast, Most: sayline.PINMost}
	page.Title = page.Say("pin_title")
	var err error
	if page.SetAt, err = p.Store.PINSetAt(r.Context(), v.Brand.ID, v.Person.ID); err != nil {
		return err
	}
	return p.Render(w, r, status, p.pin, page)
}

func (p *Phones) setPIN(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	if form.Get("pin") != form.Get("again") {
		err = sayline.Errorf(sayline.AtFault, "The two PINs are not the same.").Keyed("pin_differ")
	} else {
		err = p.Auth.SetPIN(r.Context(), v, form.Get("pin"))
	}
	if sayline.KindOf(err) == sayline.AtFault && web.WantsPage(r) {
		return p.pinForm(w, r, v, web.Status(sayline.AtFault), p.Sentence(r, err))
	}
	if err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/pin"), "pin_set")
}
