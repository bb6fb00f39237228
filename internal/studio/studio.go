package studio

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

	ways, way, product, print, job, routes, rule *template.Template

	press *press
}

// New furnishes the studio and puts it into the house's navigation, for owners.
func New(h *house.House, o Options) *Studio {
	s := &Studio{House: h, Options: o, press: newPress(h.Now),
		ways:    h.Templates(files, "templates/ways.html", "templates/choose.html"),
		way:     h.Templates(files, "templates/way.html"),
		product: h.Templates(files, "templates/product.html"),
		print:   h.Templates(files, "templates/print.html", "templates/choose.html"),
		job:     h.Templates(files, "templates/job.html"),
		routes:  h.Templates(files, "templates/routes.html", "templates/sentence.html"),
		rule:    h.Templates(files, "templates/rule.html", "templates/sentence.html"),
		plain:   h.Templates(files, "templates/setup.html"),
		first:   h.Templates(files, "templates/first.html"),
		room:    h.Templates(files, "templates/room.html", "templates/devices.html", "templates/calendars.html", "templates/systems.html"),
	}
	h.AddRoom(house.Room{Name: "studio", Path: "/studio", May: (*auth.Viewer).MaySetUp})
	return s
}

// Close ends what is being printed.
func (s *Studio) Close() { s.press.close() }

// Routes are the studio's paths. GET only shows; POST acts.
func (s *Studio) Routes(mux *http.ServeMux) {
	owner := func(f house.BrandHandler) http.Handler { return s.InBrand(house.Only((*auth.Viewer).MaySetUp, f)) }
	mux.Handle("GET /{$}", s.Handle(s.door))
	mux.Handle("POST /setup", s.Handle(s.setUp))
	mux.Handle("GET /b/{brand}/first", owner(s.firstPage))
	mux.Handle("GET /b/{brand}/studio", owner(s.roomPage))
	mux.Handle("GET /b/{brand}/routes", owner(s.routesPage))
	mux.Handle("GET /b/{brand}/routes/rule", owner(s.rulePage))
	mux.Handle("POST /b/{brand}/routes", owner(s.saveRoute))
	mux.Handle("POST /b/{brand}/studio/public", owner(s.switching("public", func(c *sayline.Config, do string) { c.PublicPage = do == "show" })))
	mux.Handle("POST /b/{brand}/studio/summaries", owner(s.switching("summaries", func(c *sayline.Config, do string) { c.Summaries = do == "allow" })))
	mux.Handle("GET /b/{brand}/studio/brand.yaml", owner(s.brandFile))
	mux.Handle("GET /b/{brand}/studio/qr/{touchpoint}", owner(s.qrFile))
	mux.Handle("GET /b/{brand}/studio/ways", owner(s.waysPage))
	mux.Handle("GET /b/{brand}/studio/ways/{touchpoint}", owner(s.wayPage))
	mux.Handle("GET /b/{brand}/studio/ways/{touchpoint}/qr/{format}", owner(s.codeFile))
	mux.Handle("GET /b/{brand}/studio/ways/{touchpoint}/sheet/{sheet}", owner(s.sheetPage))
	mux.Handle("GET /b/{brand}/studio/ways/{touchpoint}/tag", owner(s.tagFile))
	mux.Handle("GET /b/{brand}/studio/product", owner(s.productPage))
	mux.Handle("GET /b/{brand}/studio/product/qr/{format}", owner(s.productFile))
	mux.Handle("GET /b/{brand}/studio/print", owner(s.printPage))
	mux.Handle("POST /b/{brand}/studio/print", owner(s.startPrint))
	mux.Handle("GET /b/{brand}/studio/print/{job}", owner(s.jobPage))
	mux.Handle("GET /b/{brand}/studio/print/{job}/live", owner(s.jobLive))
	mux.Handle("GET /b/{brand}/studio/print/{job}/file", owner(s.jobFile))
	mux.Handle("POST /b/{brand}/studio/print/{job}/cancel", owner(s.jobCancel))
	mux.Handle("POST /b/{brand}/studio/devices", owner(s.makeDevice))
	mux.Handle("POST /b/{brand}/studio/devices/{device}/revoke", owner(s.revokeDevice))
	mux.Handle("POST /b/{brand}/studio/people/{person}/invite", owner(s.invite))
	mux.Handle("POST /b/{brand}/studio/relays", owner(s.makeRelay))
	mux.Handle("POST /b/{brand}/studio/relays/{relay}/revoke", owner(s.revokeRelay))
	mux.Handle("POST /b/{brand}/studio/systems", owner(s.makeSystem))
	mux.Handle("POST /b/{brand}/studio/systems/{system}/revoke", owner(s.revokeSystem))
	mux.Handle("POST /b/{brand}/studio/webhooks/{endpoint}/replay", owner(s.replay))
}
