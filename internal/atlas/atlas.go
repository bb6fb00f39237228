package atlas

import (
	"embed"
	"html/template"
	"net/http"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

//go:embed templates/*.html
var files embed.FS

// Atlas is the room.
type Atlas struct {
	*house.House
	pages, todo, table, finder, compare, opps, site *template.Template
}

// New furnishes the room and puts it into the house's navigation.
func New(h *house.House) *Atlas {
	a := &Atlas{House: h,
		pages:   h.Templates(files, "templates/parts.html", "templates/map.html", "templates/panel.html"),
		todo:    h.Templates(files, "templates/parts.html", "templates/todo.html"),
		table:   h.Templates(files, "templates/parts.html", "templates/table.html"),
		finder:  h.Templates(files, "templates/parts.html", "templates/finder.html"),
		compare: h.Templates(files, "templates/parts.html", "templates/compare.html"),
		opps:    h.Templates(files, "templates/parts.html", "templates/opps.html"),
		site:    h.Templates(files, "templates/parts.html", "templates/site.html")}
	h.AddRoom(house.Room{Name: "map", Path: "/map", May: (*auth.Viewer).MaySeePulse})
	return a
}

// Routes are the room's paths. GET only shows; POST acts, and is for those who lead.
func (a *Atlas) Routes(mux *http.ServeMux) {
	see := func(f house.BrandHandler) http.Handler { return a.InBrand(house.Only((*auth.Viewer).MaySeePulse, f)) }
	lead := func(f house.BrandHandler) http.Handler { return a.InBrand(house.Only((*auth.Viewer).MayLead, f)) }
	mux.Handle("GET /b/{brand}/map", see(a.page))
	mux.Handle("GET /b/{brand}/map/live", see(a.follow))
	mux.Handle("GET /b/{brand}/map/todo", see(a.todoPage))
	mux.Handle("GET /b/{brand}/map/finder", see(a.finderPage))
	mux.Handle("POST /b/{brand}/map/finder", lead(a.setTrade))
	mux.Handle("POST /b/{brand}/map/finder/add", lead(a.addTypical))
	mux.Handle("GET /b/{brand}/map/compare", see(a.comparePage))
	mux.Handle("POST /b/{brand}/map/snapshots", lead(a.keep))
	mux.Handle("POST /b/{brand}/map/snapshots/{snapshot}/drop", lead(a.drop))
	mux.Handle("GET /b/{brand}/map/site", see(a.sitePage))
	mux.Handle("POST /b/{brand}/map/site", lead(a.readSite))
	mux.Handle("POST /b/{brand}/map/site/turn", lead(a.turnSite))
	mux.Handle("POST /b/{brand}/map/site/pages", lead(a.markSite))
	mux.Handle("GET /b/{brand}/map/opportunities", see(a.oppsPage))
	mux.Handle("GET /b/{brand}/map/opportunities.csv", see(a.exportOpportunities))
	mux.Handle("POST /b/{brand}/map/opportunities/{opportunity}", lead(a.changeOpportunity))
	mux.Handle("POST /b/{brand}/map/at/{touchpoint}/opportunities", lead(a.addOpportunity))
	mux.Handle("POST /b/{brand}/map/add", lead(a.add))
	mux.Handle("POST /b/{brand}/map/at/{touchpoint}", lead(a.edit))
	mux.Handle("POST /b/{brand}/map/at/{touchpoint}/move", lead(a.move))
	mux.Handle("POST /b/{brand}/map/at/{touchpoint}/listen", lead(a.listen))
	mux.Handle("POST /b/{brand}/map/at/{touchpoint}/remove", lead(a.remove))
	mux.Handle("GET /b/{brand}/map/table.csv", see(a.exportTable))
	mux.Handle("GET /b/{brand}/map/table", lead(a.tablePage))
	mux.Handle("POST /b/{brand}/map/table", lead(a.importTable))
}

var errNoTouchpoint = sayline.Errorf(sayline.NotFound, "There is no such touchpoint.")
