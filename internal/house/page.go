package house

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/web"
)

//go:embed templates/*.html assets
var files embed.FS

// loadAssets squeezes and names the style sheet and the scripts of all rooms.
func loadAssets() *web.Assets {
	contents := map[string][]byte{}
	entries, err := files.ReadDir("assets")
	if err != nil {
		panic("house: " + err.Error()) // embedded: cannot be missing
	}
	sheet := ""
	for _, e := range entries {
		b, err := files.ReadFile("assets/" + e.Name())
		if err != nil {
			panic("house: " + err.Error())
		}
		switch {
		case hasSuffix(e.Name(), ".css"):
			sheet += string(b) // one sheet for the house, by name in order
		case hasSuffix(e.Name(), ".js"):
			contents[e.Name()] = []byte(web.SqueezeJS(string(b)))
		default:
			contents[e.Name()] = b
		}
	}
	contents["house.css"] = []byte(web.SqueezeCSS(sheet))
	return web.NewAssets("/house/a/", contents)
}

func hasSuffix(s, suffix string) bool {
	return len(s) > len(suffix) && s[len(s)-len(suffix):] == suffix
}

func (h *House) parseLayout() *template.Template {
	return template.Must(template.New("layout").Funcs(template.FuncMap{"iso": ISO}).ParseFS(files, "templates/layout.html", "templates/held.html", "templates/parts.html"))
}

// Templates parses a room's templates over the layout. They define "main", and
// are given a value that embeds *[View].
func (h *House) Templates(fsys fs.FS, patterns ...string) *template.Template {
	return template.Must(template.Must(h.layout.Clone()).ParseFS(fsys, patterns...))
}

// Page is a page's data: it embeds *[View].
type Page interface{ view() *View }

func (v *View) view() *View { return v }

// Render writes a whole page: the layout around the set's "main".
func (h *House) Render(w http.ResponseWriter, r *http.Request, status int, set *template.Template, page Page) error {
	return h.render(w, r, status, set, "layout", page)
}

// Plain writes a page without the frame: one card in the middle, the named template.
func (h *House) Plain(w http.ResponseWriter, r *http.Request, status int, set *template.Template, name string, page Page) error {
	v := page.view()
	body, err := h.Fragment(set, name, page)
	if err != nil {
		return err
	}
	return h.render(w, r, status, set, "plain", plainPage{v, body})
}

type plainPage struct {
	*View
	Body template.HTML
}

func (h *House) render(w http.ResponseWriter, r *http.Request, status int, set *template.Template, name string, page Page) error {
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, name, page); err != nil {
		return sayline.Errorf(sayline.Internal, "Something went wrong on our side.").Because(err)
	}
	head := w.Header()
	head.Set("Content-Security-Policy", web.Policy{
		Scripts: []string{"'self'"}, Styles: []string{"'self'", h.dressOf(page.view()).hash}, Images: []string{"'self'", "data:"}, Media: []string{"'self'"},
		Connect: []string{"'self'"}, Forms: []string{"'self'"}, Frames: []string{"'self'"}, Shows: []string{"'self'"}, Manifests: []string{"'self'"}, Workers: []string{"'self'"},
	}.String())
	head.Set("Content-Language", page.view().Tag)
	web.Send(w, r, status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

// Fragment renders one named template.
func (h *House) Fragment(set *template.Template, name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, name, data); err != nil {
		return "", sayline.Errorf(sayline.Internal, "Something went wrong on our side.").Because(err)
	}
	return template.HTML(b.String()), nil
}

// dress is the style element of a brand's colour, and the hash that allows it.
type dress struct {
	Style template.HTML
	hash  string
}

// houseColour is the frame's where there is no brand.
const houseColour = "#0b5d8a"

func (h *House) dressOf(v *View) *dress {
	colour := houseColour
	if b := v.Brand(); b != nil {
		colour = b.Look.Color
	}
	if d, ok := h.dress.Load(colour); ok {
		return d.(*dress)
	}
	tokens := look.Tokens(colour)
	d := &dress{template.HTML("<style>" + tokens + "</style>"), web.Hash(tokens)}
	h.dress.Store(colour, d)
	return d
}

// Style is the brand's colours as a style element.
func (v *View) Style() template.HTML { return v.house.dressOf(v).Style }
