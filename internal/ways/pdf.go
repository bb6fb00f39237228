package ways

import (
	"bytes"
	"strconv"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gomono"
)

// pointsPerMM turns millimetres into points.
const pointsPerMM = 72 / inch

// PDF writes the code as one page of exactly its size: one filled path, so that
// no hairline shows between modules, and the address as text. made is the date
// it carries. Errors as of [QR.SVG].
func (q *QR) PDF(p Print, made time.Time) ([]byte, error) {
	if err := p.check(q); err != nil {
		return nil, err
	}
	module := p.MM / float64(q.Width())
	height := p.MM
	l := newLabel(q.Address, q.Width())
	if p.Letters {
		height += l.height * module
	}
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: p.MM, Ht: height}})
	f.SetMargins(0, 0, 0)
	f.SetAutoPageBreak(false, 0)
	f.SetCreationDate(made)
	f.SetModificationDate(made)
	f.SetTitle(Letters(q.Address), true)
	f.AddPageFormat("P", fpdf.SizeType{Wd: p.MM, Ht: height})
	n, _ := strconv.ParseUint(p.Colour[1:], 16, 32) // checked when the brand was set up
	f.SetFillColor(int(n>>16), int(n>>8&255), int(n&255))
	q.runs(func(x, y, length int) {
		left, top, right := float64(x)*module, float64(y)*module, float64(x+length)*module
		f.MoveTo(left, top)
		f.LineTo(right, top)
		f.LineTo(right, top+module)
		f.LineTo(left, top+module)
		f.ClosePath()
	})
	f.DrawPath("F")
	if p.Letters {
		f.AddUTF8FontFromBytes("mono", "", gomono.TTF)
		f.SetFont("mono", "", l.em*module*pointsPerMM)
		f.SetTextColor(28, 27, 25)
		for i, line := range l.lines {
			x, y := l.base(i)
			f.Text(x*module, y*module, line)
		}
	}
	var b bytes.Buffer
	err := f.Output(&b)
	return b.Bytes(), err
}
