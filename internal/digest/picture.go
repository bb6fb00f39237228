package digest

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"golang.org/x/image/vector"

	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/store"
)

// Pictures are drawn twice as large as they are shown, for screens that are fine
// enough, on the letter's own white.
const (
	chartWide, chartHigh = 1088, 240
	barHigh              = 28
	round                = 10
)

// picture is a canvas.
type picture struct{ *image.RGBA }

func newPicture(w, h int) picture {
	p := picture{image.NewRGBA(image.Rect(0, 0, w, h))}
	draw.Draw(p, p.Bounds(), image.White, image.Point{}, draw.Src)
	return p
}

// block fills a rectangle with rounded corners at its top, and at its foot too where
// all is set.
func (p picture) block(x, y, w, h, r float32, all bool, fill color.Color) {
	r = min(r, w/2, h)
	z := vector.NewRasterizer(p.Bounds().Dx(), p.Bounds().Dy())
	z.MoveTo(x, y+r)
	z.QuadTo(x, y, x+r, y)
	z.LineTo(x+w-r, y)
	z.QuadTo(x+w, y, x+w, y+r)
	if all {
		z.LineTo(x+w, y+h-r)
		z.QuadTo(x+w, y+h, x+w-r, y+h)
		z.LineTo(x+r, y+h)
		z.QuadTo(x, y+h, x, y+h-r)
	} else {
		z.LineTo(x+w, y+h)
		z.LineTo(x, y+h)
	}
	z.ClosePath()
	z.Draw(p, p.Bounds(), image.NewUniform(fill), image.Point{})
}

func (p picture) encode() []byte {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestCompression}
	_ = e.Encode(&b, p) // into memory: cannot fail
	return b.Bytes()
}

// drawn is a colour written #rrggbb.
func drawn(hex string) color.RGBA {
	c := color.RGBA{A: 255}
	_, _ = fmt.Sscanf(hex, "#%02x%02x%02x", &c.R, &c.G, &c.B) // ours: can be read
	return c
}

var ground = drawn("#e9e4da") // what is usual, and the foot of the chart

// chart draws a bar for each hour or day in the brand's colour over a pale one of
// what is usual; from the right to the left where words run so.
func (f *figures) chart(colour string, rtl bool) []byte {
	p := newPicture(chartWide, chartHigh)
	top := 4.0
	for i, t := range f.Buckets {
		top = max(top, float64(t.N))
		if f.Usual != nil {
			top = max(top, f.Usual.Buckets[i])
		}
	}
	n := float32(len(f.Buckets))
	step := float32(chartWide) / n
	high := func(v float64) float32 { return float32(v/top) * (chartHigh - 12) }
	for i, t := range f.Buckets {
		at := i
		if rtl {
			at = len(f.Buckets) - 1 - i
		}
		x := float32(at) * step
		if f.Usual != nil && f.Usual.Buckets[i] > 0 {
			h := high(f.Usual.Buckets[i])
			p.block(x+step*0.06, chartHigh-4-h, step*0.88, h, round, false, ground)
		}
		if t.N > 0 {
			h := high(float64(t.N))
			p.block(x+step*0.22, chartHigh-4-h, step*0.56, h, round, false, drawn(colour))
		}
	}
	p.block(0, chartHigh-4, chartWide, 4, 0, true, ground)
	return p.encode()
}

// faces draws the share of each face, awful first, as one bar.
func faces(t store.Tally, rtl bool) []byte {
	p := newPicture(chartWide, barHigh)
	felt, x := t.Felt(), float32(0)
	p.block(0, 0, chartWide, barHigh, barHigh/2, true, ground)
	for i := 1; i <= 5; i++ {
		f := i
		if rtl {
			f = 6 - i
		}
		w := float32(t.Feelings[f]) / float32(max(felt, 1)) * chartWide
		if w > 0 {
			p.block(x, 0, max(w-4, 4), barHigh, 6, true, drawn(look.Feelings[f]))
		}
		x += w
	}
	return p.encode()
}
