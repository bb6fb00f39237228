package desk

import (
	"context"
	"embed"
	"html/template"
	"net/http"
	"net/url"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

//go:embed templates/*.html
var files embed.FS

// Desk is the room.
type Desk struct {
	*house.House
	pages       *template.Template
	sayPages    *template.Template
	foundPages  *template.Template
	lessonPages *template.Template
	wantedPages *template.Template
}

// New furnishes the desk and puts it into the house's navigation.
func New(h *house.House) *Desk {
	d := &Desk{House: h, pages: h.Templates(files, "templates/desk.html", "templates/list.html", "templates/keys.html", "templates/actions.html", "templates/compose.html", "templates/later.html", "templates/why.html"), sayPages: h.Templates(files, "templates/say.html"),
		foundPages: h.Templates(files, "templates/search.html"), lessonPages: h.Templates(files, "templates/lessons.html"), wantedPages: h.Templates(files, "templates/wanted.html")}
	h.AddRoom(house.Room{Name: "desk", Path: "/desk", May: func(*auth.Viewer) bool { return true }, Count: d.waiting})
	return d
}

// Routes are the desk's paths. GET only shows; POST acts.
func (d *Desk) Routes(mux *http.ServeMux) {
	mux.Handle("GET /b/{brand}/desk", d.InBrand(d.listPage))
	mux.Handle("POST /b/{brand}/desk/bulk", d.InBrand(d.several))
	mux.Handle("POST /b/{brand}/desk/views", d.InBrand(d.saveView))
	mux.Handle("POST /b/{brand}/desk/views/{view}/drop", d.InBrand(d.dropView))
	mux.Handle("GET /b/{brand}/search", d.InBrand(d.searchPage))
	mux.Handle("GET /b/{brand}/say", d.InBrand(d.sayPage))
	mux.Handle("GET /b/{brand}/desk/{case}", d.InBrand(d.casePage))
	mux.Handle("GET /b/{brand}/desk/{case}/media/{id}", d.InBrand(d.media))
	mux.Handle("GET /b/{brand}/desk/{case}/media/{id}/{as}", d.InBrand(d.media))
	mux.Handle("POST /b/{brand}/desk/{case}/seen", d.InBrand(d.seen))
	mux.Handle("POST /b/{brand}/desk/{case}/on-it", d.InBrand(d.onIt))
	mux.Handle("POST /b/{brand}/desk/{case}/answer", d.InBrand(d.answer))
	mux.Handle("POST /b/{brand}/desk/{case}/note", d.InBrand(d.note))
	mux.Handle("POST /b/{brand}/desk/{case}/hints", d.InBrand(d.hintsNow))
	mux.Handle("POST /b/{brand}/desk/{case}/ready", d.InBrand(d.keepReady))
	mux.Handle("POST /b/{brand}/desk/{case}/thanks", d.InBrand(d.thanks))
	mux.Handle("POST /b/{brand}/desk/{case}/here", d.InBrand(d.here))
	mux.Handle("GET /b/{brand}/desk/{case}/people", d.InBrand(d.people))
	mux.Handle("POST /b/{brand}/desk/{case}/step", d.InBrand(d.step))
	mux.Handle("POST /b/{brand}/desk/{case}/resolve", d.InBrand(d.resolve))
	mux.Handle("GET /b/{brand}/wanted", d.InBrand(d.wantedPage))
	mux.Handle("GET /b/{brand}/wanted.csv", d.InBrand(d.wantedFile))
	mux.Handle("POST /b/{brand}/desk/{case}/snooze", d.InBrand(d.snooze))
	mux.Handle("POST /b/{brand}/desk/{case}/mute", d.InBrand(d.mute))
	mux.Handle("POST /b/{brand}/mutes/{mute}/end", d.InBrand(d.unmute))
	mux.Handle("GET /b/{brand}/learned", d.InBrand(house.Only(mayLearn, d.lessonsPage)))
	mux.Handle("POST /b/{brand}/learned/take", d.InBrand(house.Only((*auth.Viewer).MaySetUp, d.takeLesson)))
	mux.Handle("POST /b/{brand}/learned/drop", d.InBrand(house.Only(mayLearn, d.dropLesson)))
	mux.Handle("POST /b/{brand}/desk/{case}/hand-over", d.InBrand(d.handOver))
	mux.Handle("POST /b/{brand}/desk/{case}/merge", d.InBrand(d.merge))
	mux.Handle("POST /b/{brand}/desk/{case}/split", d.InBrand(d.split))
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
	Bulk *bulk // what became of several at once; nil when nothing was done
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
	return d.showWith(w, r, v, r.URL.Query(), c, func(*page) {})
}

// showWith is show for a query, with what change makes of the page of a case.
func (d *Desk) showWith(w http.ResponseWriter, r *http.Request, v *auth.Viewer, query url.Values, c *sayline.Case, change func(*page)) error {
	p, err := d.page(r, v, query, c)
	if err != nil {
		return err
	}
	if c != nil {
		change(p)
	}
	return d.Render(w, r, http.StatusOK, d.pages, p)
}

// page reads the list, and the case that is open beside it.
func (d *Desk) page(r *http.Request, v *auth.Viewer, query url.Values, c *sayline.Case) (*page, error) {
	p := &page{View: d.NewView(r, v)}
	p.Room, p.Title, p.Scripts = "desk", p.Say("nav_desk"), []string{"desk.js", "compose.js"}
	var err error
	if p.List, err = d.list(r, p.View, query, c); err != nil {
		return nil, err
	}
	if c != nil {
		if p.Work, err = d.work(r.Context(), p.View, query, c); err != nil {
			return nil, err
		}
		p.Title = p.Work.Title
	}
	return p, nil
}
