package pulse

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"

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

	counted *template.Template // how the figures are counted

	sayings sayings
}

// New furnishes the pulse and puts it into the house's navigation.
func New(h *house.House) *Pulse {
	p := &Pulse{House: h, pages: h.Templates(files, "templates/parts.html", "templates/saying.html", "templates/pulse.html"), wall: h.Templates(files, "templates/parts.html", "templates/wall.html"),
		counted: h.Templates(files, "templates/measures.html")}
	h.AddRoom(house.Room{Name: "pulse", Path: "/pulse", May: (*auth.Viewer).MaySeePulse})
	return p
}

// Routes are the pulse's paths. All of them only show.
func (p *Pulse) Routes(mux *http.ServeMux) {
	mux.Handle("GET /b/{brand}/pulse", p.inside(p.page))
	mux.Handle("GET /b/{brand}/pulse/live", p.inside(p.follow(p.pageFeed)))
	mux.Handle("GET /b/{brand}/pulse/measures", p.inside(p.measures))
	mux.Handle("GET /b/{brand}/pulse/moments/{moment}", p.inside(p.moment))
	mux.Handle("GET /b/{brand}/pulse/said.csv", p.inside(p.takeCSV))
	mux.Handle("GET /b/{brand}/pulse/said.jsonl", p.inside(p.takeLines))
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

// query is what a page is asked for; see [parseQuery].
type query struct {
	Period     string // see [periods]
	Touchpoint string // "" for all
	Show       string // which touchpoints the table has
}

// plain is the page as it is asked for by nothing but its path.
var plain = query{Period: today, Show: showNeeds}

// parseQuery reads a page's address. What it does not know it takes for what is
// usual, so that an old link still shows something.
func parseQuery(q url.Values, b *brands.Snapshot) query {
	out := plain
	for _, name := range periods {
		if q.Get("period") == name {
			out.Period = name
		}
	}
	if t := b.Index.Touchpoint(q.Get("touchpoint")); t != nil && t.Lane == "" {
		out.Touchpoint = t.ID
	}
	if s := q.Get("show"); s == showShines || s == showAll {
		out.Show = s
	}
	return out
}

// Plain says whether frames carry this very page's numbers; other pages read
// their parts again when they are told that something changed.
func (q query) Plain() bool { return q == plain }

// String is the query as an address has it, with a ? before it, if anything.
func (q query) String() string {
	v := url.Values{}
	if q.Period != plain.Period {
		v.Set("period", q.Period)
	}
	if q.Touchpoint != "" {
		v.Set("touchpoint", q.Touchpoint)
	}
	if q.Show != plain.Show {
		v.Set("show", q.Show)
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

// pulsePage is the data of the page.
type pulsePage struct {
	*house.View
	Board   *board
	Empty   bool // nothing was ever said
	Begin   begin
	Saying  *sayingTile
	Choices []sayline.Touchpoint // to filter by
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
	b, err := p.board(r.Context(), page.View, parseQuery(r.URL.Query(), v.Brand))
	if err != nil {
		return err
	}
	page.Board, page.Empty = b, b.First.IsZero()
	page.Stream = page.Path("/pulse/live?after=") + b.Seq
	if page.Saying, err = p.saying(r.Context(), page.View, ParseFilter(r.URL.Query(), v.Brand)); err != nil {
		return err
	}
	if page.Empty {
		if page.Begin, err = p.begin(r, page.View); err != nil {
			return err
		}
	}
	for _, t := range v.Brand.Touchpoints {
		if !t.Silent && t.Lane == "" {
			page.Choices = append(page.Choices, t)
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
