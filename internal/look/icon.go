package look

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/sayline/sayline"
)

// Icon draws a brand's mark on its colour as PNG, size pixels wide and high, for
// devices that take no SVG. safe keeps the mark in the circle that a phone leaves
// of an icon it cuts to its own shape (W3C Web Application Manifest: 80 % of the
// width). A brand without a logo has the first letter of its name, and one whose
// logo or letter can't be drawn here a speech bubble. Drawing takes some
// milliseconds: keep what it returns.
func Icon(b *sayline.Brand, size int, safe bool) ([]byte, error) {
	day, _ := Of(b.Look.Color)
	fill, on := parseColour(day.Fill).rgba(), parseColour(day.On).rgba()
	m := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.Draw(m, m.Bounds(), image.NewUniform(fill), image.Point{}, draw.Src)
	mark := float64(size)
	if safe {
		mark *= SafeShare
	}
	logo, in := plain(b.Look.Logo, day), (float64(size)-mark)/2
	if logo == "" && letter(m, b, on, mark) {
		return pngOf(m)
	}
	if logo == "" || shapes(m, logo, in, mark) != nil {
		in, mark = (float64(size)-mark*bubbleShare)/2, mark*bubbleShare
		if err := shapes(m, strings.NewReplacer("FILL", day.Fill, "ON", day.On).Replace(bubble), in, mark); err != nil {
			return nil, err
		}
	}
	return pngOf(m)
}

// Feelings are the fixed colours of the faces by day, 1 awful to 5 wonderful, as the
// style sheets have them; [0] is unused.
var Feelings = [...]string{1: "#b4381c", 2: "#c2761c", 3: "#8d8678", 4: "#5a9a81", 5: "#0d7c6c"}

// FacePNG draws a feeling, 1 to 5, size pixels wide and high, for where no SVG is shown.
func FacePNG(feeling, size int) ([]byte, error) {
	svg := strings.NewReplacer(`class="o"`, `fill="`+Feelings[feeling]+`" stroke="`+Feelings[feeling]+`" stroke-width="3"`, `class="m"`, `fill="#ffffff"`).Replace(outlines[feeling])
	svg = `<svg viewBox="0 0 64 64"><g fill="none" stroke="#ffffff" stroke-width="4.500" stroke-linecap="round" stroke-linejoin="round">` + svg + `</g></svg>`
	m := image.NewRGBA(image.Rect(0, 0, size, size))
	if err := shapes(m, svg, 0, float64(size)); err != nil {
		return nil, err
	}
	return pngOf(m)
}

// SafeShare is how much of an icon a mark takes whose edges may be cut off: what
// lies in a circle of 80 % of the width, and of a square logo its corners too.
const SafeShare = 0.66

// What stands for a brand that has nothing else to draw, and its share of the mark.
const (
	bubble      = `<svg viewBox="0 0 64 64"><path fill="ON" d="M32 8C17 8 5 17.500 5 29.500c0 6.800 4 12.800 10 16.700L12 57l12-6.500c2.600.500 5.200.500 8 .500 15 0 27-9.500 27-21.500S47 8 32 8z"/></svg>`
	bubbleShare = 0.7
)

func (c rgb) rgba() color.RGBA {
	at := func(x float64) uint8 { return uint8(x*255 + 0.5) }
	return color.RGBA{at(c.r), at(c.g), at(c.b), 255}
}

var (
	variable = regexp.MustCompile(`var\(\s*(--[a-z0-9-]+)\s*(?:,\s*([^()]*))?\)`)
	current  = regexp.MustCompile(`(?i)currentcolor`)
	absurd   = regexp.MustCompile(`[0-9.][eE][+-]?[0-9]|[0-9]{5}[0-9.]*[^0-9.a-fA-F]|scale|matrix|skew`)
	colours  = regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b`) // no numbers, though they may look so: #0b6e4f
	dashed   = regexp.MustCompile(`(?i)stroke-dash[a-z]+\s*[=:]\s*("[^"]*"|'[^']*'|[^;"']*)`)
)

// plain is a logo with its colours written out, as they are by day, and without
// dashes, of which there could be any number.
func plain(logo string, p Palette) string {
	of := map[string]string{"--brand": p.Fill, "--on-brand": p.On, "--mark": p.Mark, "--wash": p.Wash}
	logo = variable.ReplaceAllStringFunc(logo, func(s string) string {
		part := variable.FindStringSubmatch(s)
		if c := of[part[1]]; c != "" {
			return c
		}
		return strings.TrimSpace(part[2])
	})
	return dashed.ReplaceAllString(current.ReplaceAllString(logo, p.On), "")
}

// shapes draws an SVG of plain shapes at (in, in), size pixels wide and high.
// What the drawing library can't take is an error, whatever way it says so.
func shapes(m *image.RGBA, svg string, in, size float64) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("the logo can't be drawn: %v", fault)
		}
	}()
	if absurd.MatchString(colours.ReplaceAllString(svg, "")) {
		return errors.New("the logo has numbers that would take too long to draw")
	}
	icon, err := oksvg.ReadIconStream(strings.NewReader(svg), oksvg.IgnoreErrorMode)
	if err != nil {
		return err
	}
	if v := icon.ViewBox; v.W < 1 || v.H < 1 || v.W/v.H > 20 || v.H/v.W > 20 || len(icon.SVGPaths) == 0 {
		return errors.New("the logo has no shapes, or no room for them")
	}
	w, h := size, size // as a browser fits it: whole, in the middle
	if r := icon.ViewBox.W / icon.ViewBox.H; r > 1 {
		h /= r
	} else {
		w *= r
	}
	icon.SetTarget(in+(size-w)/2, in+(size-h)/2, w, h)
	b := m.Bounds()
	icon.Draw(rasterx.NewDasher(b.Dx(), b.Dy(), rasterx.NewScannerGV(b.Dx(), b.Dy(), m, b)), 1)
	return nil
}

var bold = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(gobold.TTF) })

// letter draws a monogram in the middle; false where the font does not have it.
func letter(m *image.RGBA, b *sayline.Brand, on color.RGBA, mark float64) bool {
	f, err := bold()
	if err != nil {
		return false
	}
	r, _ := utf8.DecodeRuneInString(monogram(b))
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: mark * 5 / 8, DPI: 72})
	if err != nil {
		return false
	}
	defer face.Close()
	glyph, err := f.GlyphIndex(nil, r)
	box, _, ok := face.GlyphBounds(r)
	if err != nil || glyph == 0 || !ok {
		return false
	}
	size := fixed.I(m.Bounds().Dx())
	d := font.Drawer{Dst: m, Src: image.NewUniform(on), Face: face, Dot: fixed.Point26_6{
		X: (size-(box.Max.X-box.Min.X))/2 - box.Min.X, Y: (size-(box.Max.Y-box.Min.Y))/2 - box.Min.Y}}
	d.DrawString(string(r))
	return true
}

func pngOf(m image.Image) ([]byte, error) {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestCompression}
	if err := e.Encode(&b, m); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
