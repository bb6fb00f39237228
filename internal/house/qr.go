package house

import (
	"strconv"
	"strings"

	"rsc.io/qr"

	"github.com/sayline/sayline"
)

// QR is an address as a picture for cameras: an SVG path over a square of Size
// modules, the quiet zone of four around it (ISO/IEC 18004).
type QR struct {
	Size  int
	Path  string
	Label string // what it leads to, for who can't see it
}

const quietZone = 4

// NewQR draws an address so that a quarter of it may be dirty. Errors: Internal
// for an address of more than a kilobyte.
func NewQR(address, label string) (QR, error) {
	code, err := qr.Encode(address, qr.Q)
	if err != nil {
		return QR{}, sayline.Errorf(sayline.Internal, "This address is too long for a code.").Because(err)
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			if !code.Black(x, y) {
				continue
			}
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			b.WriteString("M" + strconv.Itoa(from+quietZone) + " " + strconv.Itoa(y+quietZone) + "h" + strconv.Itoa(x-from) + "v1h-" + strconv.Itoa(x-from) + "z")
		}
	}
	return QR{Size: code.Size + 2*quietZone, Path: b.String(), Label: label}, nil
}

// File is the code as an SVG file of its own, black on white, at mm millimetres.
func (q QR) File(mm int) []byte {
	size := strconv.Itoa(q.Size)
	return []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="` + strconv.Itoa(mm) + `mm" height="` + strconv.Itoa(mm) + `mm" viewBox="0 0 ` + size + ` ` + size + `" shape-rendering="crispEdges">` +
		`<rect width="` + size + `" height="` + size + `" fill="#fff"/><path d="` + q.Path + `"/></svg>`)
}

// Letters breaks an address where a line may end: after each slash and point.
func Letters(address string) []string {
	address = strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://")
	var list []string
	start := 0
	for i := range len(address) {
		if c := address[i]; c == '/' || c == '.' || c == '-' {
			list = append(list, address[start:i+1])
			start = i + 1
		}
	}
	return append(list, address[start:])
}
