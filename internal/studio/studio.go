package studio

import (
	"embed"
	"html/template"
	"net/http"

	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

//go:embed templates/*.html
var files embed.FS

// Options is what the studio knows of how the house is run.
type Options struct {
	SetupToken string // asked for by the first run; "" asks for none
	Mail       bool   // e-mail can be sent
}

// Studio is the room, and the first run.
type Studio struct {
	*house.House
	Options
	plain *template.Template
	first *template.Template
	room  *template.Template
}

// New furnishes the studio and puts it into the house's navigation, for owners.
func New(h *house.House, o Options) *Studio {
	s := &Studio{House: h, Options: o,
		plain: h.Templates(files, "templates/setup.html"),
		first: h.Templates(files, "templates/first.html"),
		room:  h.Templates(files, "templates/room.html"),
	}
	h.AddRoom(house.Room{Name: "studio", Path: "/studio", May: (*auth.Viewer).MaySetUp})
	return s
}

// Routes are the studio's paths. GET only shows; POST acts.
func (s *Studio) Routes(mux *http.ServeMux) {
	owner := func(f house.BrandHandler) http.Handler { return s.InBrand(house.Only((*auth.Viewer).MaySetUp, f)) }
	mux.Handle("GET /{$}", s.Handle(s.door))
	mux.Handle("POST /setup", s.Handle(s.setUp))
	mux.Handle("GET /b/{brand}/first", owner(s.firstPage))
	mux.Handle("GET /b/{brand}/studio", owner(s.roomPage))
	mux.Handle("GET /b/{brand}/studio/brand.yaml", owner(s.brandFile))
	mux.Handle("GET /b/{brand}/studio/qr/{touchpoint}", owner(s.qrFile))
	mux.Handle("POST /b/{brand}/studio/people/{person}/invite", owner(s.invite))
	mux.Handle("POST /b/{brand}/studio/webhooks/{endpoint}/replay", owner(s.replay))
}
