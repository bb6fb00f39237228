package screen

import (
	"html/template"
	"strings"
	"sync"

	"github.com/sayline/sayline/internal/web"
)

// The grounds all brands share: warm paper and ink, by day and by night.
var (
	paper, nightPaper    = parseColour("#faf8f4"), parseColour("#131311")
	card, nightCard      = parseColour("#ffffff"), parseColour("#1d1d1a")
	ink, nightInk        = parseColour("#1c1b19"), parseColour("#f3f0e9")
	white, black         = parseColour("#ffffff"), parseColour("#040403")
	textContrast         = 4.5 // WCAG 2.2, 1.4.3
	nightContrast        = 6.5 // more, so that a dark brand glows a little
	washDay, washByNight = 0.07, 0.10
)

// palette is what a brand's one colour becomes on one ground.
type palette struct {
	fill rgb // of the button that matters; the brand's own colour by day
	on   rgb // words on the fill
	mark rgb // lines, links and focus rings: readable on every ground of the page
	wash rgb // the ground's own colour, touched by the brand's
}

// byDay keeps the brand's colour for fills and darkens it where it has to be read.
func byDay(brand rgb) palette {
	wash := mix(paper, brand, washDay)
	return palette{brand, partner(brand), readable(readable(brand, wash, textContrast), paper, textContrast), wash}
}

// byNight lightens the colour until it can be read on every dark ground.
func byNight(brand rgb) palette {
	wash := mix(nightPaper, brand, washByNight)
	mark := brand
	for _, ground := range []rgb{nightPaper, nightCard, wash} {
		mark = readable(mark, ground, nightContrast)
	}
	return palette{mark, partner(mark), mark, wash}
}

// partner is the readable colour of words on a fill.
func partner(fill rgb) rgb {
	if contrast(white, fill) >= textContrast {
		return white
	}
	if contrast(black, fill) >= contrast(white, fill) {
		return black
	}
	return white
}

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
	brand := parseColour(colour)
	day, dark := byDay(brand), byNight(brand)
	css := ":root{" + day.tokens() + "}@media(prefers-color-scheme:dark){:root{" + dark.tokens() + "}}" + w.css
	d := &dress{
		Style: template.HTML("<style>" + css + "</style>"),
		Theme: [2]string{day.wash.String(), dark.wash.String()},
		hash:  web.Hash(css),
	}
	w.kept.Store(colour, d)
	return d
}

func (p palette) tokens() string {
	var b strings.Builder
	for _, t := range []struct {
		name   string
		colour rgb
	}{{"brand", p.fill}, {"on-brand", p.on}, {"mark", p.mark}, {"wash", p.wash}} {
		b.WriteString("--" + t.name + ":" + t.colour.String() + ";")
	}
	return strings.TrimSuffix(b.String(), ";")
}
