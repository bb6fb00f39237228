package ways

import (
	_ "embed"
	"html"
	"net/url"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

//go:embed button.js
var buttonSource string

// settings is what the button of one brand knows.
type settings struct {
	Base  string            `json:"u"` // of the brand's addresses
	Words map[string]labels `json:"w"` // by language
	First string            `json:"l"` // the brand's language
	Day   [3]string         `json:"d"` // fill, words on it, lines
	Night [3]string         `json:"n"`
	Sites []string          `json:"s"` // whose pages may show the screen in a dialog
}

// labels are what the button and its dialog say.
type labels struct {
	Say   string `json:"s"`
	Close string `json:"c"`
	Open  string `json:"o"` // in a page of its own
}

// ButtonScript is the script behind the tag for web sites, with the brand's
// words, colours and address in it: it asks for nothing more until it is clicked.
func (b *Book) ButtonScript() []byte {
	day, night := look.Of(b.Look.Color)
	s := settings{Base: b.Base, Words: map[string]labels{}, First: b.Language(), Sites: b.Sites,
		Day: [3]string{day.Fill, day.On, day.Mark}, Night: [3]string{night.Fill, night.On, night.Mark}}
	if s.Sites == nil {
		s.Sites = []string{}
	}
	for _, lang := range b.Languages {
		tongue := b.Words.In(lang)
		s.Words[strings.ToLower(lang)] = labels{b.Line(nil, "invitation", lang), tongue.Say("close"), tongue.Say("button_open")}
	}
	return []byte("(" + squeezed + ")(" + strings.TrimSpace(string(web.JSON(s))) + ")\n")
}

// squeezed is the script, a function of the settings.
var squeezed = strings.Trim(web.SqueezeJS(buttonSource), ";\n")

// Snippet is the tag a web site puts where the button shall be: a link that is
// already there without script, and the script that makes it a button.
func (b *Book) Snippet(t *sayline.Touchpoint, lang string) string {
	address := b.Link(t.ID, Fill{})
	return `<a data-cx href="` + html.EscapeString(address) + `" lang="` + html.EscapeString(lang) + `" dir="` + words.Direction(lang) + `">` + html.EscapeString(b.Line(t, "invitation", lang)) + "</a>\n" + b.Tag(t)
}

// Tag is the script's tag alone; the label comes with it.
func (b *Book) Tag(t *sayline.Touchpoint) string {
	at := ""
	if path, ok := strings.CutPrefix(b.Screen(t.ID), b.Base+"/cx/t/"); ok {
		if id, err := url.PathUnescape(path); err == nil {
			at = ` data-touchpoint="` + html.EscapeString(id) + `"`
		}
	}
	return `<script async src="` + html.EscapeString(b.Base) + `/cx/button.js"` + at + `></script>`
}
