package look

import (
	"html/template"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sayline/sayline"
)

// The grounds all brands share: warm paper and ink, by day and by night. They
// are the ones of the style sheets.
var (
	paper, night   = parseColour("#faf8f4"), parseColour("#131311")
	card, darkCard = parseColour("#ffffff"), parseColour("#1d1d1a")
	white, black   = parseColour("#ffffff"), parseColour("#040403")
)

// Least contrast of words (WCAG 2.2, 1.4.3), and how much of the brand's colour
// a washed ground has.
const (
	textContrast  = 4.5
	nightContrast = 6.5 // more, so that a dark brand glows a little
	washDay       = 0.07
	washNight     = 0.10
)

// Palette is what a brand's one colour becomes on one ground, as #rrggbb.
type Palette struct {
	Fill string // of the button that matters; the brand's own colour by day
	On   string // words on the fill
	Mark string // lines, links and focus rings: readable on every ground of the page
	Wash string // the ground's own colour, touched by the brand's
}

// Of makes a brand's palettes for light and for dark.
func Of(colour string) (day, dark Palette) {
	brand := parseColour(colour)
	wash := mix(paper, brand, washDay)
	mark := brand
	for _, ground := range []rgb{wash, paper, card} {
		mark = readable(mark, ground, textContrast)
	}
	day = Palette{brand.String(), partner(brand).String(), mark.String(), wash.String()}
	wash, mark = mix(night, brand, washNight), brand
	for _, ground := range []rgb{night, darkCard, wash} {
		mark = readable(mark, ground, nightContrast)
	}
	dark = Palette{mark.String(), partner(mark).String(), mark.String(), wash.String()}
	return day, dark
}

// Contrast is the contrast ratio of two colours (#rrggbb) by WCAG 2.2, 1 to 21.
func Contrast(a, b string) float64 { return contrast(parseColour(a), parseColour(b)) }

// partner is the readable colour of words on a fill.
func partner(fill rgb) rgb {
	if contrast(white, fill) >= textContrast || contrast(white, fill) > contrast(black, fill) {
		return white
	}
	return black
}

// Tokens is a style sheet of the palettes: --brand, --on-brand, --mark, --wash.
func Tokens(colour string) string {
	day, dark := Of(colour)
	return ":root{" + day.tokens() + "}@media(prefers-color-scheme:dark){:root{" + dark.tokens() + "}}"
}

func (p Palette) tokens() string {
	return "--brand:" + p.Fill + ";--on-brand:" + p.On + ";--mark:" + p.Mark + ";--wash:" + p.Wash
}

// Mark is a brand's logo, checked when it was set up to be plain shapes only, or
// the first letter of its name.
func Mark(b *sayline.Brand) template.HTML {
	if b.Look.Logo != "" {
		return template.HTML(b.Look.Logo)
	}
	return template.HTML(template.HTMLEscapeString(monogram(b)))
}

// monogram is the first letter of a brand's name.
func monogram(b *sayline.Brand) string {
	first, _ := utf8.DecodeRuneInString(b.Name)
	return strings.ToUpper(string(first))
}

// Each face has an outline of its own, so that they are told apart without
// their colours: an octagon, a rounded square, circles, a flower.
var outlines = [...]string{
	1: `<path class="o" d="M20.600 4h22.800L60 20.600v22.800L43.400 60H20.600L4 43.400V20.600z"/><path d="m19 24 8 4m18-4-8 4M21 46c5-8 17-8 22 0"/>`,
	2: `<rect class="o" x="3" y="3" width="58" height="58" rx="20"/><path d="M23 25v2m18-2v2M22 44c6-5 14-5 20 0"/>`,
	3: `<circle class="o" cx="32" cy="32" r="30"/><path d="M23 25v2m18-2v2M22 42h20"/>`,
	4: `<circle class="o" cx="32" cy="32" r="30"/><path d="M23 25v2m18-2v2M21 39c6 7 16 7 22 0"/>`,
	5: `<path class="o" d="M24.900 5.600a8 8 0 0 1 14.200 0a8 8 0 0 1 12.200 7.100a8 8 0 0 1 7.100 12.200a8 8 0 0 1 0 14.200a8 8 0 0 1-7.100 12.200a8 8 0 0 1-12.200 7.100a8 8 0 0 1-14.200 0a8 8 0 0 1-12.200-7.100a8 8 0 0 1-7.100-12.200a8 8 0 0 1 0-14.200a8 8 0 0 1 7.100-12.200a8 8 0 0 1 12.200-7.100z"/>` +
		`<path d="M19 28c2-5 7-5 9 0m8 0c2-5 7-5 9 0"/><path class="m" d="M19 36h26c-1 8-6 12-13 12s-12-4-13-12z"/>`,
}

// Face draws a feeling, 1 awful to 5 wonderful, as an SVG of the classes f and
// f1 to f5; of no feeling, a speech bubble of the class f0. It is a picture
// only: say beside it what it means.
func Face(feeling int) template.HTML {
	shape := `<path class="o" d="M32 8C17 8 5 17.500 5 29.500c0 6.800 4 12.800 10 16.700L12 57l12-6.500c2.600.5 5.200.5 8 .5 15 0 27-9.500 27-21.500S47 8 32 8z"/><path d="M20 30h.01M32 30h.01M44 30h.01"/>`
	if feeling >= 1 && feeling <= 5 {
		shape = outlines[feeling]
	} else {
		feeling = 0
	}
	return template.HTML(`<svg class="f f` + strconv.Itoa(feeling) + `" viewBox="0 0 64 64" aria-hidden="true">` + shape + `</svg>`)
}
