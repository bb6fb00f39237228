package ways

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math"
	"strconv"

	"golang.org/x/image/vector"
)

// shades are between the ink and the paper, for the edges of letters.
const shades = 32

// PNG writes the code as a picture of exactly so many pixels, which says how wide
// it is on paper. Modules are whole pixels; what is left over is margin. Errors
// as of [QR.SVG].
func (q *QR) PNG(p Print) ([]byte, error) {
	if err := p.check(q); err != nil {
		return nil, err
	}
	module := p.Pixels / q.Width()
	margin := (p.Pixels - module*q.Width()) / 2
	height := p.Pixels
	l := newLabel(q.Address, q.Width())
	if p.Letters {
		height += int(math.Ceil(l.height * float64(module)))
	}
	picture := image.NewPaletted(image.Rect(0, 0, p.Pixels, height), ramp(p.Colour))
	q.runs(func(x, y, length int) {
		for row := range module {
			at := picture.PixOffset(margin+x*module, margin+y*module+row)
			for i := range length * module {
				picture.Pix[at+i] = shades - 1
			}
		}
	})
	if p.Letters {
		if err := l.paint(picture, margin, module); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	// Hundreds are made at once, and of plain squares the best packing saves little.
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, picture); err != nil {
		return nil, err
	}
	return sized(b.Bytes(), float64(p.Pixels)/p.MM*1000), nil
}

// ramp is from paper to ink.
func ramp(ink string) color.Palette {
	n, _ := strconv.ParseUint(ink[1:], 16, 32) // checked when the brand was set up
	end := [3]int{int(n >> 16), int(n >> 8 & 255), int(n & 255)}
	var p color.Palette
	for i := range shades {
		at := func(c int) uint8 { return uint8(255 + (c-255)*i/(shades-1)) }
		p = append(p, color.NRGBA{at(end[0]), at(end[1]), at(end[2]), 255})
	}
	return p
}

// paint fills the label's outlines into the picture.
func (l label) paint(picture *image.Paletted, margin, module int) error {
	size := picture.Rect.Size()
	r := &rasterPen{vector.NewRasterizer(size.X, size.Y), float32(margin), float32(module)}
	if err := l.draw(r); err != nil {
		return err
	}
	r.r.ClosePath()
	mask := image.NewAlpha(picture.Rect)
	r.r.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	for i, a := range mask.Pix {
		if a > 0 {
			picture.Pix[i] = uint8(int(a) * (shades - 1) / 255)
		}
	}
	return nil
}

// rasterPen fills outlines, in modules, into pixels.
type rasterPen struct {
	r             *vector.Rasterizer
	margin, scale float32
}

func (p *rasterPen) at(x, y float64) (float32, float32) {
	return p.margin + float32(x)*p.scale, p.margin + float32(y)*p.scale
}

func (p *rasterPen) move(x, y float64) {
	p.r.ClosePath()
	p.r.MoveTo(p.at(x, y))
}
func (p *rasterPen) line(x, y float64) { p.r.LineTo(p.at(x, y)) }
func (p *rasterPen) quad(x1, y1, x, y float64) {
	bx, by := p.at(x1, y1)
	cx, cy := p.at(x, y)
	p.r.QuadTo(bx, by, cx, cy)
}
func (p *rasterPen) cube(x1, y1, x2, y2, x, y float64) {
	bx, by := p.at(x1, y1)
	cx, cy := p.at(x2, y2)
	dx, dy := p.at(x, y)
	p.r.CubeTo(bx, by, cx, cy, dx, dy)
}

// headerEnd is where the header chunk of a PNG ends: signature, length, name, 13
// bytes, checksum.
const headerEnd = 8 + 4 + 4 + 13 + 4

// sized puts how many pixels go to a metre into a PNG (chunk pHYs, PNG 1.2,
// section 4.2.4.2).
func sized(file []byte, perMetre float64) []byte {
	chunk := []byte("\x00\x00\x00\x09pHYs")
	for range 2 {
		chunk = binary.BigEndian.AppendUint32(chunk, uint32(math.Round(perMetre)))
	}
	chunk = append(chunk, 1) // the metre
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return append(append(bytes.Clone(file[:headerEnd]), chunk...), file[headerEnd:]...)
}
