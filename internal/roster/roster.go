package roster

import (
	"embed"
	"html/template"
	"net/http"

	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

//go:embed templates/*.html
var files embed.FS

// Roster is the room.
type Roster struct {
	*house.House
	week, change, mine, ask *template.Template
}

// New furnishes the room. It is entered from behind one's own name and from the
// studio.
func New(h *house.House) *Roster {
	return &Roster{House: h, week: h.Templates(files, "templates/week.html"), change: h.Templates(files, "templates/change.html"),
		mine: h.Templates(files, "templates/mine.html"), ask: h.Templates(files, "templates/ask.html")}
}

// Routes are the room's paths. GET only shows; POST acts.
func (p *Roster) Routes(mux *http.ServeMux) {
	lead := func(f house.BrandHandler) http.Handler { return p.InBrand(house.Only((*auth.Viewer).MayLead, f)) }
	mux.Handle("GET /b/{brand}/roster", p.InBrand(p.weekPage))
	mux.Handle("GET /b/{brand}/roster/change", lead(p.changePage))
	mux.Handle("POST /b/{brand}/roster/change", lead(p.makeChange))
	mux.Handle("POST /b/{brand}/roster/change/{override}/end", lead(p.endChange))
	mux.Handle("GET /b/{brand}/roster/mine", p.InBrand(p.minePage))
	mux.Handle("POST /b/{brand}/roster/calendar/{noun}/{id}/revoke", p.InBrand(p.revokeAddress))
	mux.Handle("GET /b/{brand}/roster/ask", p.InBrand(p.askPage))
	mux.Handle("POST /b/{brand}/roster/ask", p.InBrand(p.makeAsk))
	mux.Handle("POST /b/{brand}/roster/ask/{swap}/{answer}", p.InBrand(p.answerAsk))
}
