package desk

import (
	"net/http"

	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/web"
)

// here hears from an open case's page that its person is there, writing or
// looking, or has left, and answers who else is; from then on the page's stream
// tells. It is said anew now and then, so that who falls silent is gone soon.
func (d *Desk) here(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q, err := d.ask(w, r, v, false)
	if err != nil {
		return err
	}
	if q.form.Get("do") == "left" {
		if err := d.Store.Left(r.Context(), q.c.Brand, q.c.ID, v.Person.ID); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if err := d.Store.Here(r.Context(), q.c.Brand, q.c.ID, v.Person.ID, q.form.Get("do") == "writing"); err != nil {
		return err
	}
	list, err := d.Store.WhoIsHere(r.Context(), q.c.Brand, q.c.ID)
	if err != nil {
		return err
	}
	web.SendJSON(w, r, http.StatusOK, map[string]string{"text": d.NewView(r, v).Others(list)})
	return nil
}
