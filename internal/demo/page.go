package demo

import (
	"bytes"
	_ "embed"
	"html/template"
	"net"
	"net/http"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/web"
)

var (
	//go:embed assets/demo.html
	pageHTML string
	//go:embed assets/demo.css
	pageCSS []byte
	//go:embed assets/demo.js
	pageJS []byte
)

// pages are the demo's own: /demo and what it needs.
type pages struct {
	demo   *Demo
	page   *template.Template
	assets *web.Assets
	errors web.Errors
	app    *app.App
}

func newPages(d *Demo) (*pages, error) {
	t, err := template.New("demo").Parse(pageHTML)
	if err != nil {
		return nil, err
	}
	return &pages{demo: d, page: t, errors: web.Errors{Log: d.options.Log},
		assets: web.NewAssets("/demo/a/", map[string][]byte{"demo.css": pageCSS, "demo.js": pageJS})}, nil
}

func (p *pages) routes(mux *http.ServeMux, a *app.App) {
	p.app = a
	for pattern, f := range map[string]web.Handler{
		"GET /demo":                     p.show,
		"GET /demo/trace":               p.listen,
		"GET /demo/a/{name}":            p.assets.Serve,
		"GET /demo/as/{brand}/{person}": p.signIn,
		"POST /demo/again":              p.again,
	} {
		mux.Handle(pattern, a.Auth.Load(p.errors.Handle(f)))
	}
}

// view is what the page is made of.
type view struct {
	CSS, JS             string
	Shelf, Desk, Wall   string // what the frames show
	Entrances           []entrance
	Password            string
	Doors               string    // the address doors lead through; "" is this one
	QR                  *house.QR // of ShelfURL
	ShelfURL            string    // for another phone; "" when none reaches this machine
	Manager, ManagerOf  string
	ShelfName, ShopName string
}

// show is /demo. Whoever opens it is signed in as the manager whose phone is in
// the middle: this is a demo, and its people are invented.
func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	b := p.app.Registry.ByID(shelfBrand)
	who := b.Index.Person(manager)
	if account, err := p.app.Auth.Account(r); err != nil || account.Email != auth.Address(who.Email) {
		if err := p.app.Auth.Begin(w, r, who.Email); err != nil {
			return err
		}
	}
	t := b.Index.Touchpoint(shelf)
	v := view{CSS: p.assets.Path("demo.css"), JS: p.assets.Path("demo.js"),
		Shelf: "/@" + shelfBrand + "/cx/t/" + shelf, Desk: house.BrandPath(shelfBrand, "/desk"), Wall: house.BrandPath(shelfBrand, wallPath),
		Entrances: entrances(p.app.Registry), Password: p.demo.Password, Doors: otherName(r),
		Manager: strings.Fields(who.Name)[0], ManagerOf: roleOf(b, who), ShelfName: t.Name.In("en"), ShopName: placeOf(b, t)}
	if p.demo.reachable() {
		v.ShelfURL = p.app.URL() + v.Shelf
		code, err := house.NewQR(v.ShelfURL, v.ShelfName)
		if err != nil {
			return err
		}
		v.QR = &code
	}
	var page bytes.Buffer
	if err := p.page.Execute(&page, v); err != nil {
		return err
	}
	h := w.Header()
	web.Secure(h)
	h.Set("Cache-Control", "no-store")
	self := []string{"'self'"}
	h.Set("Content-Security-Policy", web.Policy{Scripts: self, Styles: self, Images: []string{"'self'", "data:"}, Connect: self, Forms: self}.String()+"; frame-src 'self'")
	web.Send(w, r, http.StatusOK, "text/html; charset=utf-8", page.Bytes())
	return nil
}

// wallPath is where the wall is, below the brand.
const wallPath = "/wall"

// otherName is this machine's address by its other name. A browser keeps a
// cookie by the host's name: through the other one somebody else can be signed
// in, and the manager's phone on /demo stays the manager's. "" where there is none.
func otherName(r *http.Request) string {
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		return ""
	}
	switch host {
	case "127.0.0.1":
		return "http://" + net.JoinHostPort("localhost", port)
	case "localhost":
		return "http://" + net.JoinHostPort("127.0.0.1", port)
	}
	return ""
}

// signIn opens a door as one of the brand's people.
func (p *pages) signIn(w http.ResponseWriter, r *http.Request) error {
	b := p.app.Registry.ByID(r.PathValue("brand"))
	if b == nil || b.Index.Person(r.PathValue("person")) == nil {
		return sayline.Errorf(sayline.NotFound, "There is nobody of that name here.")
	}
	if err := p.app.Auth.Begin(w, r, b.Index.Person(r.PathValue("person")).Email); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// listen is the page's stream: what arrived at the receivers lately, then each
// step and each arrival as it happens.
func (p *pages) listen(w http.ResponseWriter, r *http.Request) error {
	ch, stop := p.demo.feed.listen()
	defer stop()
	web.Secure(w.Header())
	out, err := web.OpenStream(w)
	if err != nil {
		return nil // who asked has left
	}
	for _, x := range p.demo.box.newest() {
		if out.Event("", "left", web.JSON(x)) != nil {
			return nil
		}
	}
	for {
		select {
		case <-r.Context().Done():
			return nil
		case t, open := <-ch:
			if !open || out.Event("", t.name, t.data) != nil {
				return nil
			}
		}
	}
}

// again closes what the visitor began at the shelf, so that they can begin anew.
func (p *pages) again(w http.ResponseWriter, r *http.Request) error {
	if err := startOver(r.Context(), p.app.Store, p.app.Registry.ByID(shelfBrand).Location()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
