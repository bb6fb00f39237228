package ways

import (
	"strconv"
	"strings"

	"rsc.io/qr"

	"github.com/sayline/sayline"
)

// Level is how much of a code may be dirty or torn and still be read.
type Level string

// Levels of error correction (ISO/IEC 18004): about 7, 15, 25 and 30 per cent.
const (
	L Level = "L"
	M Level = "M"
	Q Level = "Q"
	H Level = "H"
)

// Levels are all of them, the least first.
var Levels = []Level{L, M, Q, H}

// QuietZone is the white margin on each side, in modules.
const QuietZone = 4

// QR is an address as a square of black and white modules.
type QR struct {
	Address string
	Level   Level
	Modules int // a side, without the quiet zone
	code    *qr.Code
}

// Encode makes a code. Errors: [sayline.Invalid] for a level there is none of,
// and for an address that is too long to be read by a camera.
func Encode(address string, level Level) (*QR, error) {
	at, known := map[Level]qr.Level{L: qr.L, M: qr.M, Q: qr.Q, H: qr.H}[level]
	if !known {
		return nil, sayline.Errorf(sayline.Invalid, "Expected error correction L, M, Q or H, got %q.", string(level))
	}
	code, err := qr.Encode(address, at)
	if err != nil {
		return nil, sayline.Errorf(sayline.Invalid, "This address is too long for a code.").Because(err)
	}
	return &QR{address, level, code.Size, code}, nil
}

// Width is a side with the quiet zone, in modules.
func (q *QR) Width() int { return q.Modules + 2*QuietZone }

// Black says whether the module at x, y, counted with the quiet zone, is black.
func (q *QR) Black(x, y int) bool { return q.code.Black(x-QuietZone, y-QuietZone) }

// runs calls draw with each row's runs of black modules: where one begins and
// how long it is, counted with the quiet zone.
func (q *QR) runs(draw func(x, y, length int)) {
	for y := range q.Width() {
		for x := 0; x < q.Width(); x++ {
			from := x
			for x < q.Width() && q.Black(x, y) {
				x++
			}
			if x > from {
				draw(from, y, x-from)
			}
		}
	}
}

// Path is the code as an SVG path over a square of [QR.Width] units.
func (q *QR) Path() string {
	var b strings.Builder
	q.runs(func(x, y, length int) {
		n := strconv.Itoa(length)
		b.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y) + "h" + n + "v1h-" + n + "z")
	})
	return b.String()
}

// Print is how a code is written into a file.
type Print struct {
	MM      float64 // width on paper, quiet zone included, in millimetres
	Pixels  int     // width of a PNG; 0 is what MM needs at 600 dots an inch
	Colour  string  // #rrggbb; used where [Ink] allows it. "" is black
	Letters bool    // the address under it, in plain letters
}

// Bounds of a code on paper, in millimetres, and of a picture's pixels.
const (
	LeastMM, MostMM         = 10, 1000
	LeastPixels, MostPixels = 64, 4096
	dotsPerInch             = 600
	inch                    = 25.4
)

// check fills in what was not said and refuses what no printer could use.
func (p *Print) check(q *QR) error {
	if p.MM < LeastMM || p.MM > MostMM {
		return sayline.Errorf(sayline.Invalid, "Expected a width of %d to %d millimetres.", LeastMM, MostMM)
	}
	if p.Pixels == 0 {
		p.Pixels = min(MostPixels, int(p.MM/inch*dotsPerInch+0.5))
	}
	if p.Pixels < max(LeastPixels, q.Width()) || p.Pixels > MostPixels {
		return sayline.Errorf(sayline.Invalid, "Expected a width of %d to %d pixels.", max(LeastPixels, q.Width()), MostPixels)
	}
	p.Colour = Ink(p.Colour)
	return nil
}
