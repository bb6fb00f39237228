package house

import (
	_ "embed"
	"net/http"
	"strings"
	"sync"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/web"
)

// The house on a phone's home screen: what a browser asks for to put it there,
// and the worker that shows what is pushed to it. The worker's scope holds no
// page: it never stands between a person and the house.

//go:embed worker.js
var worker string

// workerPath is where the worker is, and its scope the folder it is in.
const workerPath = "/house/sw.js"

func (h *House) worker(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-cache")
	web.SendTagged(w, r, "text/javascript; charset=utf-8", []byte(web.SqueezeJS(worker)))
	return nil
}

// manifest is a brand's house as an app (W3C Web Application Manifest).
type manifest struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	ShortName  string         `json:"short_name"`
	StartURL   string         `json:"start_url"`
	Scope      string         `json:"scope"`
	Display    string         `json:"display"`
	Background string         `json:"background_color"`
	Theme      string         `json:"theme_color"`
	Icons      []manifestIcon `json:"icons"`
}

type manifestIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

// paper is the ground of the house by day.
const paper = "#faf8f4"

func (h *House) manifest(w http.ResponseWriter, r *http.Request) error {
	b, err := h.brandOf(strings.TrimSuffix(r.PathValue("name"), ".json"))
	if err != nil {
		return err
	}
	start := BrandPath(b.ID, "/desk")
	m := manifest{ID: start, Name: b.Name, ShortName: b.Name, StartURL: start, Scope: "/", Display: "standalone", Background: paper, Theme: paper}
	for _, size := range []string{"192", "512"} {
		m.Icons = append(m.Icons,
			manifestIcon{iconPath(b.ID, size), size + "x" + size, "image/png", "any"},
			manifestIcon{iconPath(b.ID, size) + "?maskable", size + "x" + size, "image/png", "maskable"})
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	web.SendTagged(w, r, "application/manifest+json", web.JSON(m))
	return nil
}

func (h *House) brandOf(id string) (*brands.Snapshot, error) {
	if b := h.Brands.ByID(id); b != nil {
		return b, nil
	}
	return nil, sayline.Errorf(sayline.NotFound, "There is no such brand here.")
}

// iconPath is where a brand's mark is drawn, so many pixels wide.
func iconPath(brand, size string) string { return "/house/icon/" + brand + "-" + size + ".png" }

// iconSizes are those that are asked for: by iOS 180, by Android's launchers the others.
var iconSizes = map[string]int{"180.png": 180, "192.png": 192, "512.png": 512}

// icons are those that were drawn, by all that is drawn.
type icons struct{ kept sync.Map }

type iconKey struct {
	look sayline.Look
	name string
	size int
	safe bool
}

func (d *icons) of(b *sayline.Brand, size int, safe bool) ([]byte, error) {
	k := iconKey{b.Look, b.Name, size, safe}
	if icon, ok := d.kept.Load(k); ok {
		return icon.([]byte), nil
	}
	icon, err := look.Icon(b, size, safe)
	if err == nil {
		d.kept.Store(k, icon)
	}
	return icon, err
}

func (h *House) icon(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	at := strings.LastIndexByte(name, '-')
	if at < 0 || iconSizes[name[at+1:]] == 0 {
		return sayline.Errorf(sayline.NotFound, "There is no such icon.")
	}
	b, err := h.brandOf(name[:at])
	if err != nil {
		return err
	}
	icon, err := h.icons.of(&b.Brand, iconSizes[name[at+1:]], r.URL.Query().Has("maskable"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	web.SendTagged(w, r, "image/png", icon)
	return nil
}

// Manifest is where the page's brand is described as an app.
func (v *View) Manifest() string { return "/house/manifest/" + v.Viewer.Brand.ID + ".json" }

// TouchIcon is the icon iOS takes for the home screen.
func (v *View) TouchIcon() string { return iconPath(v.Viewer.Brand.ID, "180") }

// Unreached is how many of the viewer's own ways to be reached are broken.
func (v *View) Unreached() int {
	n := 0
	for _, k := range v.Viewer.Brand.Known(v.Viewer.Person.ID) {
		if k.State == sayline.ContactBroken {
			n++
		}
	}
	return n
}
