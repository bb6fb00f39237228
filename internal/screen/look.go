package screen

import (
	"html/template"
	"sync"

	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/web"
)

// dress is a brand's style, ready to stand in a page, with the hash that allows it.
type dress struct {
	Style template.HTML // one style element: the brand's colours, and everything else
	Theme [2]string     // of the browser's own frame: day, night
	hash  string
}

// wardrobe keeps the dress of each colour.
type wardrobe struct {
	css  string
	kept sync.Map // colour → *dress
}

func newWardrobe(css string) *wardrobe { return &wardrobe{css: web.SqueezeCSS(css)} }

func (w *wardrobe) dress(colour string) *dress {
	if d, ok := w.kept.Load(colour); ok {
		return d.(*dress)
	}
	day, dark := look.Of(colour)
	css := look.Tokens(colour) + w.css
	d := &dress{
		Style: template.HTML("<style>" + css + "</style>"),
		Theme: [2]string{day.Wash, dark.Wash},
		hash:  web.Hash(css),
	}
	w.kept.Store(colour, d)
	return d
}
