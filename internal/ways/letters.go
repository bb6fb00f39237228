package ways

import (
	"fmt"
	"strings"
	"sync"

	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// The address under a code is set in Go Mono, in which 1 l i and 0 o differ, and
// which we may give away as outlines: what prints it needs no font.
const (
	perLine  = 26   // characters
	advance  = 0.6  // of a character, in ems
	leading  = 1.25 // of a line, in ems
	ascent   = 0.8  // of the first line's letters over its base, in ems
	outlined = 1000 // units an em when outlines are read
)

var mono = sync.OnceValues(func() (*sfnt.Font, error) { return sfnt.Parse(gomono.TTF) })

// label is an address set in lines under a code.
type label struct {
	lines  []string
	em     float64 // in modules
	width  float64 // of the code, in modules
	height float64 // of all lines, in modules
}

// newLabel sets an address under a code of so many modules.
func newLabel(address string, width int) label {
	l := label{lines: wrap(Break(address), perLine), width: float64(width)}
	longest := 14 // a short address is not blown up
	for _, line := range l.lines {
		longest = max(longest, len(line))
	}
	l.em = (l.width - QuietZone) / (float64(longest) * advance)
	l.height = float64(len(l.lines))*l.em*leading + 1
	return l
}

// wrap fills lines of at most n characters with parts; a longer part is cut.
func wrap(parts []string, n int) []string {
	lines := []string{""}
	for _, p := range parts {
		if last := lines[len(lines)-1]; last != "" && len(last)+len(p) > n {
			lines = append(lines, "")
		}
		for len(p) > n {
			lines[len(lines)-1] = p[:n]
			p = p[n:]
			lines = append(lines, "")
		}
		lines[len(lines)-1] += p
	}
	return lines
}

// base is where line i stands: its left end and base line, in modules, under a
// code as wide as it is high.
func (l label) base(i int) (x, y float64) {
	return (l.width - float64(len(l.lines[i]))*l.em*advance) / 2, l.width - 1 + l.em*ascent + float64(i)*l.em*leading
}

// pen draws outlines.
type pen interface {
	move(x, y float64)
	line(x, y float64)
	quad(x1, y1, x, y float64)
	cube(x1, y1, x2, y2, x, y float64)
}

// draw gives the label's outlines to a pen, in modules.
func (l label) draw(p pen) error {
	face, err := mono()
	if err != nil {
		return fmt.Errorf("ways: the font of the letters: %w", err)
	}
	var buf sfnt.Buffer
	for i, line := range l.lines {
		x, y := l.base(i)
		for _, r := range strings.ToValidUTF8(line, "?") {
			index, err := face.GlyphIndex(&buf, r)
			if err != nil {
				return err
			}
			segments, err := face.LoadGlyph(&buf, index, fixed.I(outlined), &sfnt.LoadGlyphOptions{})
			if err != nil {
				return err
			}
			outline(p, segments, x, y, l.em/outlined)
			x += l.em * advance
		}
	}
	return nil
}

// outline gives one glyph to a pen, moved to x, y.
func outline(p pen, segments sfnt.Segments, x, y, scale float64) {
	at := func(v fixed.Point26_6) (float64, float64) {
		return x + float64(v.X)/64*scale, y + float64(v.Y)/64*scale
	}
	for _, s := range segments {
		ax, ay := at(s.Args[0])
		bx, by := at(s.Args[1])
		cx, cy := at(s.Args[2])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			p.move(ax, ay)
		case sfnt.SegmentOpLineTo:
			p.line(ax, ay)
		case sfnt.SegmentOpQuadTo:
			p.quad(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			p.cube(ax, ay, bx, by, cx, cy)
		}
	}
}
