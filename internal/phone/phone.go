package phone

import (
	"embed"
	"html/template"
	"net/http"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/web"
)

//go:embed templates/*.html
var files embed.FS

// Phones is the room.
type Phones struct {
	*house.House
	plain  *template.Template
	manage *template.Template
	pin    *template.Template
}

// New furnishes the room. It has no place in the navigation: who has a phone is
// at their desk.
func New(h *house.House) *Phones {
	return &Phones{House: h, plain: h.Templates(files, "templates/phone.html"), manage: h.Templates(files, "templates/manage.html"), pin: h.Templates(files, "templates/pin.html")}
}

// Routes are the room's paths: the phone's own, which know no brand in their
// path, and those of the people who set it up. GET only shows; POST acts.
func (p *Phones) Routes(mux *http.ServeMux) {
	lead := func(f house.BrandHandler) http.Handler { return p.InBrand(house.Only((*auth.Viewer).MayLead, f)) }
	mux.Handle("GET /phone", p.onPhone(p.whoPage))
	mux.Handle("GET /phone/live", p.onPhone(p.stream))
	mux.Handle("GET /phone/take/{person}", p.onPhone(p.takePage))
	mux.Handle("POST /phone/take/{person}", p.onPhone(p.take))
	mux.Handle("POST /phone/hand-over", p.Handle(p.handOver))
	mux.Handle("GET /phone/enrol", p.Handle(p.enrolPage))
	mux.Handle("POST /phone/enrol", p.Handle(p.enrol))
	mux.Handle("GET /b/{brand}/phones", lead(p.listPage))
	mux.Handle("POST /b/{brand}/phones", lead(p.make))
	mux.Handle("POST /b/{brand}/phones/{phone}/code", lead(p.recode))
	mux.Handle("POST /b/{brand}/phones/{phone}/revoke", lead(p.revoke))
	mux.Handle("GET /b/{brand}/pin", p.InBrand(p.pinPage))
	mux.Handle("POST /b/{brand}/pin", p.InBrand(p.setPIN))
}

// phoneHandler is a handler for a browser that is a shift phone.
type phoneHandler func(w http.ResponseWriter, r *http.Request, d *device) error

// onPhone runs a handler on a shift phone only. Any other browser is told what
// this is, and the way to sign in.
func (p *Phones) onPhone(f phoneHandler) http.Handler {
	return p.Handle(func(w http.ResponseWriter, r *http.Request) error {
		phone, b, err := p.Auth.Phone(r)
		if sayline.KindOf(err) == sayline.Unsigned && web.WantsPage(r) {
			v := p.NewView(r, nil)
			v.Title = v.Say("phone_none_title")
			return p.Plain(w, r, web.Status(sayline.Unsigned), p.plain, "none", v)
		}
		if err != nil {
			return err
		}
		return f(w, r, &device{phone, b})
	})
}
