package ways

import (
	"strconv"
	"strings"
)

// SVG writes the code as a file for print shops and pages: exact millimetres,
// shapes only. Errors as of [Encode], for a size nobody could print.
func (q *QR) SVG(p Print) ([]byte, error) {
	if err := p.check(q); err != nil {
		return nil, err
	}
	width, height := float64(q.Width()), float64(q.Width())
	path := q.Path()
	letters := ""
	if p.Letters {
		l := newLabel(q.Address, q.Width())
		var b svgPen
		if err := l.draw(&b); err != nil {
			return nil, err
		}
		height += l.height
		letters = `<path fill="#1c1b19" d="` + b.String() + `z"/>`
	}
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="` + number(p.MM) + `mm" height="` + number(p.MM*height/width) + `mm" viewBox="0 0 ` + number(width) + ` ` + number(height) + `">` +
		`<title>` + escapeXML(Letters(q.Address)) + `</title><rect width="` + number(width) + `" height="` + number(height) + `" fill="#fff"/>` +
		`<path shape-rendering="crispEdges" fill="` + p.Colour + `" d="` + path + `"/>` + letters + `</svg>`)
	return []byte(b.String()), nil
}

func escapeXML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// number is a length in three decimals, without zeros at its end.
func number(f float64) string {
	s := strconv.FormatFloat(f, 'f', 3, 64)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// svgPen writes path data.
type svgPen struct{ strings.Builder }

func (b *svgPen) put(op string, at ...float64) {
	b.WriteString(op)
	for i, v := range at {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(number(v))
	}
}

func (b *svgPen) move(x, y float64) {
	if b.Len() > 0 {
		b.WriteByte('z')
	}
	b.put("M", x, y)
}
func (b *svgPen) line(x, y float64)                 { b.put("L", x, y) }
func (b *svgPen) quad(x1, y1, x, y float64)         { b.put("Q", x1, y1, x, y) }
func (b *svgPen) cube(x1, y1, x2, y2, x, y float64) { b.put("C", x1, y1, x2, y2, x, y) }
