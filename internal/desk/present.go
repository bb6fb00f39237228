package desk

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/store"
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
	beat, err := beatOf(q.form)
	if err != nil {
		return err
	}
	if q.form.Get("do") == "left" {
		if err := d.Store.Left(r.Context(), q.c.Brand, q.c.ID, v.Person.ID, beat); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if err := d.Store.Here(r.Context(), q.c.Brand, q.c.ID, v.Person.ID, beat, q.form.Get("do") == "writing"); err != nil {
		return err
	}
	list, err := d.Store.WhoIsHere(r.Context(), q.c.Brand, q.c.ID)
	if err != nil {
		return err
	}
	web.SendJSON(w, r, http.StatusOK, map[string]string{"text": d.NewView(r, v).Others(list)})
	return nil
}

// beatOf is which page says it, and the how manieth time.
func beatOf(form url.Values) (store.Beat, error) {
	n, err := strconv.ParseInt(form.Get("n"), 10, 64)
	b := store.Beat{Page: form.Get("page"), N: n}
	if err != nil || n < 1 || b.Page == "" || len(b.Page) > 32 || !utf8.ValidString(b.Page) || strings.Contains(b.Page, "\x00") {
		return b, sayline.Errorf(sayline.Invalid, "Which page says it, and the how manieth time, is missing.")
	}
	return b, nil
}
