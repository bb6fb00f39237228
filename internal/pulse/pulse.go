package pulse

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
)

//go:embed templates/*.html
var files embed.FS

// Pulse is the room.
type Pulse struct {
	*house.House
	pages *template.Template
	wall  *template.Template

	counted    *template.Template // how the figures are counted
	complaints *template.Template // the register

	sayings   sayings
	dearApart time.Duration // see [dearApart]
	books     books
}

// New furnishes the pulse and puts it into the house's navigation.
func New(h *house.House) *Pulse {
	p := &Pulse{House: h, dearApart: dearApart, pages: h.Templates(files, "templates/parts.html", "templates/saying.html", "templates/told.html", "templates/alarms.html", "templates/pulse.html"), wall: h.Templates(files, "templates/parts.html", "templates/wall.html"),
		counted: h.Templates(files, "templates/measures.html"), complaints: h.Templates(files, "templates/register.html")}
	h.AddRoom(house.Room{Name: "pulse", Path: "/pulse", May: (*auth.Viewer).MaySeePulse})
	return p
}

// Routes are the pulse's paths. All of them only show, but that a summary is asked for.
func (p *Pulse) Routes(mux *http.ServeMux) {
	mux.Handle("GET /b/{brand}/pulse", p.inside(p.page))
	mux.Handle("GET /b/{brand}/pulse/ask", p.inside(p.ask))
	mux.Handle("GET /b/{brand}/pulse/ask/read", p.inside(p.reads))
	mux.Handle("GET /b/{brand}/pulse/live", p.inside(p.follow(p.pageFeed)))
	mux.Handle("GET /b/{brand}/pulse/measures", p.inside(p.measures))
	mux.Handle("POST /b/{brand}/pulse/summary", p.inside(p.sumUp))
	mux.Handle("GET /b/{brand}/pulse/moments/{moment}", p.inside(p.moment))
	mux.Handle("GET /b/{brand}/pulse/said.csv", p.inside(p.takeCSV))
	mux.Handle("GET /b/{brand}/pulse/said.jsonl", p.inside(p.takeLines))
	mux.Handle("GET /b/{brand}/pulse/visits.csv", p.inside(p.cameCSV))
	mux.Handle("GET /b/{brand}/pulse/register", p.InBrand(house.Only((*auth.Viewer).MayLead, p.register)))
	mux.Handle("GET /b/{brand}/pulse/register.csv", p.InBrand(house.Only((*auth.Viewer).MayLead, p.registerCSV)))
	mux.Handle("GET /b/{brand}/wall", p.inside(p.wallPage))
	mux.Handle("GET /b/{brand}/wall/live", p.inside(p.follow(p.wallFeed)))
}

func (p *Pulse) inside(f house.BrandHandler) http.Handler {
	return p.InBrand(house.Only((*auth.Viewer).MaySeePulse, f))
}

// Ways to look at the touchpoints.
const (
	showNeeds  = "needs"
	showShines = "shines"
	showAll    = "all"
)

// byShow is the name of [query.Show] in an address.
const byShow = "show"

// query is what a page is asked for: all of it stands in its address, so that a
// view can be kept, sent to somebody and gone back to.
type query struct {
	Filter
	Show string // which touchpoints the table has
}

// plain is the page as it is asked for by nothing but its path.
var plain = query{Filter: Filter{Period: today}, Show: showNeeds}

// parseQuery reads a page's address. What it does not know it takes for what is
// usual, so that an old link still shows something.
func parseQuery(q url.Values, b *brands.Snapshot) query {
	out := query{ParseFilter(q, b), showNeeds}
	if s := q.Get(byShow); s == showShines || s == showAll {
		out.Show = s
	}
	return out
}

// Values are the query as an address has it.
func (q query) Values() url.Values {
	v := q.Filter.Values()
	if q.Show != showNeeds {
		v.Set(byShow, q.Show)
	}
	return v
}

// String is the query as an address has it, with a ? before it, if anything.
func (q query) String() string {
	if v := q.Values(); len(v) > 0 {
		return "?" + v.Encode()
	}
	return ""
}

// live is the path of the query's events after a number.
func (q query) live(path, seq string) string {
	v := q.Values()
	v.Set("after", seq)
	return path + "?" + v.Encode()
}

// pulsePage is the data of the page.
type pulsePage struct {
	*house.View
	Board *board
	Empty bool // nothing was ever said
	Begin begin
	Guess *guessed // words that were asked with a slip in them; nil for none
}

// begin is how to get the first moment.
type begin struct {
	QR      house.QR
	Address string
	Letters []string
}

func (p *Pulse) page(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	page := &pulsePage{View: p.NewView(r, v)}
	page.Room, page.Title, page.Scripts = "pulse", page.Say("nav_pulse"), []string{"pulse.js"}
	if p.late(page.View, ParseFilter(r.URL.Query(), v.Brand)) {
		w.Header().Set("Refresh", "1")
		return p.Plain(w, r, http.StatusOK, p.pages, "catching-up", page)
	}
	s, err := p.read(r.Context(), page.View, parseQuery(r.URL.Query(), v.Brand))
	if err != nil {
		return err
	}
	b := s.board
	page.Board, page.Empty = b, b.First.IsZero()
	page.Stream, page.Guess = b.Query.live(page.Path("/pulse/live"), b.Seq), p.guessed(page.View, r.URL.Query().Get(byGuess))
	if err := s.dear(r.Context(), p.Now().Add(-sayingFor)); err != nil {
		return err
	}
	if page.Empty {
		if page.Begin, err = p.begin(r, page.View); err != nil {
			return err
		}
	}
	return p.Render(w, r, http.StatusOK, p.pages, page)
}

func (p *Pulse) begin(r *http.Request, v *house.View) (begin, error) {
	door := ""
	if t := v.Brand().Index.FrontDoor(); t != nil {
		door = t.ID
	}
	address := p.TouchAddress(r, v.Brand(), door)
	qr, err := house.NewQR(address, v.Say("pulse_qr", "brand", v.Brand().Name))
	return begin{qr, address, house.Letters(address)}, err
}

// momentPage is one moment by itself.
type momentPage struct {
	*house.View
	Entry entryView
}

// moment leads from a moment to its case, for those who may see it; others see
// the moment by itself.
func (p *Pulse) moment(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	m, err := p.Store.Moment(r.Context(), v.Brand.ID, r.PathValue("moment"))
	if err != nil {
		return err
	}
	if m.Lane != "" {
		return sayline.Errorf(sayline.NotFound, "There is no such thing here.")
	}
	if m.Case != "" {
		_, err := p.Auth.Case(r.Context(), v, m.Case)
		if err == nil {
			http.Redirect(w, r, house.BrandPath(v.Brand.ID, "/desk/")+m.Case, http.StatusSeeOther)
			return nil
		}
		if sayline.KindOf(err) != sayline.NotFound {
			return err
		}
	}
	if slices.Contains(v.Brand.Guarded(), m.Audience) {
		return sayline.Errorf(sayline.NotFound, "There is no such thing here.")
	}
	view := p.NewView(r, v)
	view.Room, view.Title = "pulse", view.Say("pulse_moment")
	s := p.stage(view.Tongue, v.Brand, plain)
	list, err := s.entries(r.Context(), []*sayline.Moment{m})
	if err != nil {
		return err
	}
	return p.Plain(w, r, http.StatusOK, p.pages, "one-moment", &momentPage{view, entryView{s.board, &list[0]}})
}
