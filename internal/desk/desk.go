package desk

import (
	"context"
	"embed"
	"html/template"
	"net/http"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

//go:embed templates/*.html
var files embed.FS

// Desk is the room.
type Desk struct {
	*house.House
	pages *template.Template
}

// New furnishes the desk and puts it into the house's navigation.
func New(h *house.House) *Desk {
	d := &Desk{House: h, pages: h.Templates(files, "templates/*.html")}
	h.AddRoom(house.Room{Name: "desk", Path: "/desk", May: func(*auth.Viewer) bool { return true }, Count: d.waiting})
	return d
}

// Routes are the desk's paths. GET only shows; POST acts.
func (d *Desk) Routes(mux *http.ServeMux) {
	mux.Handle("GET /b/{brand}/desk", d.InBrand(d.listPage))
	mux.Handle("GET /b/{brand}/desk/{case}", d.InBrand(d.casePage))
	mux.Handle("POST /b/{brand}/desk/{case}/seen", d.InBrand(d.seen))
	mux.Handle("POST /b/{brand}/desk/{case}/on-it", d.InBrand(d.onIt))
	mux.Handle("POST /b/{brand}/desk/{case}/answer", d.InBrand(d.answer))
	mux.Handle("POST /b/{brand}/desk/{case}/note", d.InBrand(d.note))
	mux.Handle("POST /b/{brand}/desk/{case}/resolve", d.InBrand(d.resolve))
}

// mostWaiting is where the number beside the desk stops counting.
const mostWaiting = 100

// waiting counts what nobody is on yet: of the viewer's teams, or of the whole
// brand for who is in none.
func (d *Desk) waiting(ctx context.Context, v *auth.Viewer) (int, error) {
	scope := v.Team()
	if len(v.Teams) == 0 {
		scope = v.All()
	}
	return d.Store.CountWaiting(ctx, v.Brand.ID, scope, mostWaiting)
}

// page is the desk: the list, and beside it the case that is open.
type page struct {
	*house.View
	List *list
	Work *work // nil when none is open
}

// entryView is an entry with what its template needs beside it.
type entryView struct {
	*page
	Entry entry
}

// EntryOf puts an entry beside its page.
func (p *page) EntryOf(e entry) entryView { return entryView{p, e} }

func (d *Desk) listPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	return d.show(w, r, v, nil)
}

func (d *Desk) casePage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	c, err := d.Auth.Case(r.Context(), v, r.PathValue("case"))
	if err != nil {
		return err
	}
	return d.show(w, r, v, c)
}

func (d *Desk) show(w http.ResponseWriter, r *http.Request, v *auth.Viewer, c *sayline.Case) error {
	p := &page{View: d.NewView(r, v)}
	p.Room, p.Title, p.Scripts = "desk", p.Say("nav_desk"), []string{"desk.js"}
	var err error
	if p.List, err = d.list(r.Context(), p.View, r.URL.Query(), c); err != nil {
		return err
	}
	if c != nil {
		if p.Work, err = d.work(r.Context(), p.View, r.URL.Query(), c); err != nil {
			return err
		}
		p.Title = p.Work.Title
	}
	return d.Render(w, r, http.StatusOK, d.pages, p)
}
