package screen

import (
	"html"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/web"
)

// iconSize is the width of an icon drawn as SVG, in its own units.
const iconSize = 512

// icon draws a brand's mark on its colour.
func (s *Screen) icon(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	share := 1.0
	if r.URL.Query().Has("maskable") {
		share = look.SafeShare
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=86400")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	web.SendTagged(w, r, "image/svg+xml", iconOf(&site.Brand, int(iconSize*share)))
	return nil
}

// iconOf is an icon with a mark of this size, pixels of 512.
func iconOf(b *sayline.Brand, size int) []byte {
	day, _ := look.Of(b.Look.Color)
	var out strings.Builder
	err := iconTemplate.Execute(&out, map[string]any{
		"Size": iconSize, "Fill": day.Fill, "On": day.On, "Mark": size, "At": (iconSize - size) / 2, "Middle": iconSize / 2, "Letter": size * 5 / 8,
		"Logo": template.HTML(b.Look.Logo), "Monogram": html.UnescapeString(string(look.Mark(b))),
	})
	if err != nil {
		panic("screen: an icon can't be drawn: " + err.Error()) // a fault in the template below
	}
	return []byte(out.String())
}

var iconTemplate = template.Must(template.New("icon").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Size}} {{.Size}}" width="{{.Size}}" height="{{.Size}}">` +
	`<rect width="{{.Size}}" height="{{.Size}}" fill="{{.Fill}}"/>` +
	`{{if .Logo}}<svg x="{{.At}}" y="{{.At}}" width="{{.Mark}}" height="{{.Mark}}" color="{{.On}}">{{.Logo}}</svg>` +
	`{{else}}<text x="{{.Middle}}" y="{{.Middle}}" fill="{{.On}}" font-family="system-ui,sans-serif" font-weight="700" font-size="{{.Letter}}" text-anchor="middle" dominant-baseline="central">{{.Monogram}}</text>{{end}}</svg>`))

// pngSizes are the icons that are asked for as PNG, pixels: iOS knows no other,
// and wants 180; Android's launchers want the others.
var pngSizes = map[string]int{"180.png": 180, "192.png": 192, "512.png": 512}

// drawn are the icons that were drawn as PNG, by all that is drawn.
type drawn struct{ kept sync.Map }

func (d *drawn) icon(b *sayline.Brand, size int, safe bool) ([]byte, error) {
	type key struct {
		look sayline.Look
		name string
		size int
		safe bool
	}
	k := key{b.Look, b.Name, size, safe}
	if icon, ok := d.kept.Load(k); ok {
		return icon.([]byte), nil
	}
	icon, err := look.Icon(b, size, safe)
	if err == nil {
		d.kept.Store(k, icon)
	}
	return icon, err
}

// iconPNG is the icon for devices that take no SVG.
func (s *Screen) iconPNG(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	size := pngSizes[r.PathValue("size")]
	if size == 0 {
		return sayline.Errorf(sayline.NotFound, "There is no icon of this size.")
	}
	icon, err := s.drawn.icon(&site.Brand, size, r.URL.Query().Has("maskable"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	web.SendTagged(w, r, "image/png", icon)
	return nil
}
