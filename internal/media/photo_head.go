package media

import (
	"encoding/binary"
	"image"
	_ "image/jpeg" // the formats that are taken
	_ "image/png"
	"io"

	_ "golang.org/x/image/webp"
)

// Limits of a photo before it is decoded: its pixels, and the memory that
// decoding takes, which a progressive JPEG needs ten times more of than a plain one.
const (
	maxPixels = 50_000_000
	maxMemory = 150 << 20
	maxSide   = 30_000
)

// photoHead is what the head of a photo tells.
type photoHead struct {
	width, height int
	perPixel      float64 // bytes that decoding takes, a pixel
	orientation   int     // EXIF, 1 to 8; 0 when there is none
	moving        bool
}

// probePhoto reads the head of a photo and refuses what would take too much
// memory to decode.
func probePhoto(w *window, info *Info) error {
	h, err := readPhotoHead(w, info.Type)
	if err != nil {
		return err
	}
	info.Width, info.Height = h.width, h.height
	return nil
}

func readPhotoHead(w *window, mediaType string) (photoHead, error) {
	var h photoHead
	ok := false
	switch mediaType {
	case "image/jpeg":
		ok = h.readJPEG(w)
	case "image/png":
		ok = h.readPNG(w)
	case "image/webp":
		ok = h.readWebP(w)
	}
	if !ok || h.width < 1 || h.height < 1 {
		return h, errNotPhoto
	}
	if h.moving {
		return h, errMoving
	}
	pixels := int64(h.width) * int64(h.height)
	if h.width > maxSide || h.height > maxSide || pixels > maxPixels || float64(pixels)*h.perPixel > maxMemory {
		return h, errPixels
	}
	if mediaType == "image/webp" {
		return h, nil // its reader believes another size than its frame's
	}
	// What the decoder itself will believe is what counts.
	c, _, err := image.DecodeConfig(io.NewSectionReader(w.r, 0, w.size))
	if err != nil {
		return h, errNotPhoto.Because(err)
	}
	if c.Width != h.width || c.Height != h.height {
		return h, errNotPhoto
	}
	return h, nil
}

// maxSegments is how many parts before its picture a photo may have.
const maxSegments = 4000

// readJPEG walks over the segments up to the frame's head (ITU T.81, annex B).
func (h *photoHead) readJPEG(w *window) bool {
	at := int64(2)
	for range maxSegments {
		marker, ok := w.u16(at)
		if !ok || marker>>8 != 0xff {
			return false
		}
		low := marker & 0xff
		if low == 0xff { // a fill byte
			at++
			continue
		}
		n, ok := w.u16(at + 2)
		if !ok || n < 2 {
			return false
		}
		switch {
		case low >= 0xc0 && low <= 0xcf && low != 0xc4 && low != 0xc8 && low != 0xcc:
			return h.readFrame(w, at+4, low)
		case low == 0xe1 && w.text(at+4, 6) == "Exif\x00\x00" && h.orientation == 0:
			h.orientation = orientation(w, at+10, int64(n)-8)
		case low == 0xd9 || low == 0xda:
			return false
		}
		at += 2 + int64(n)
	}
	return false
}

// readFrame reads a frame's head. Decoding takes a byte for each sample, and of
// a progressive frame four more, for its coefficients.
func (h *photoHead) readFrame(w *window, at int64, marker uint16) bool {
	head := w.at(at, 6)
	if head == nil {
		return false
	}
	h.height, h.width = int(binary.BigEndian.Uint16(head[1:])), int(binary.BigEndian.Uint16(head[3:]))
	n := int(head[5])
	parts := w.at(at+6, 3*n)
	if n < 1 || n > 4 || parts == nil {
		return false
	}
	most := 1
	for i := range n {
		most = max(most, int(parts[3*i+1]>>4)*int(parts[3*i+1]&15))
	}
	samples := 0.0
	for i := range n {
		samples += float64(int(parts[3*i+1]>>4)*int(parts[3*i+1]&15)) / float64(most)
	}
	h.perPixel = samples
	if marker == 0xc2 {
		h.perPixel *= 5
	}
	if n == 4 {
		h.perPixel += 4 // it is put together again as CMYK
	}
	return true
}

// readPNG walks over the chunks up to the picture (PNG, third edition, section 5).
func (h *photoHead) readPNG(w *window) bool {
	if n, ok := w.u32(8); !ok || n != 13 || w.text(12, 4) != "IHDR" {
		return false
	}
	head := w.at(16, 10)
	if head == nil {
		return false
	}
	width, height := binary.BigEndian.Uint32(head), binary.BigEndian.Uint32(head[4:])
	if width > 1<<24 || height > 1<<24 {
		width, height = maxSide+1, maxSide+1
	}
	h.width, h.height = int(width), int(height)
	h.perPixel = 4
	if head[8] == 16 {
		h.perPixel = 8
	}
	at := int64(33)
	for range maxSegments {
		n, ok := w.u32(at)
		name := w.text(at+4, 4)
		if !ok || name == "IDAT" || name == "" {
			return true
		}
		switch name {
		case "eXIf":
			h.orientation = orientation(w, at+8, int64(n))
		case "acTL":
			h.moving = true
		}
		at += 12 + int64(n)
	}
	return false
}

// readWebP walks over the chunks: the canvas and the frame both say a size, and
// the larger counts (WebP container, RFC 9649).
func (h *photoHead) readWebP(w *window) bool {
	h.perPixel = 4 // lossy takes 1.5 and, with transparency, 1 more; lossless 4
	at, found := int64(12), false
	for range maxSegments {
		head := w.at(at, 8)
		if head == nil {
			return found
		}
		name, n := string(head[:4]), int64(binary.LittleEndian.Uint32(head[4:]))
		switch name {
		case "VP8X":
			b := w.at(at+8, 10)
			if b == nil {
				return false
			}
			h.moving = b[0]&2 != 0
			h.larger(1+(int(b[4])|int(b[5])<<8|int(b[6])<<16), 1+(int(b[7])|int(b[8])<<8|int(b[9])<<16))
		case "VP8 ":
			b := w.at(at+8, 10)
			if b == nil {
				return false
			}
			found = true
			h.larger(int(binary.LittleEndian.Uint16(b[6:]))&0x3fff, int(binary.LittleEndian.Uint16(b[8:]))&0x3fff)
		case "VP8L":
			b := w.at(at+8, 5)
			if b == nil || b[0] != 0x2f {
				return false
			}
			found = true
			bits := binary.LittleEndian.Uint32(b[1:])
			h.larger(int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1)
		case "EXIF":
			from := at + 8
			if w.text(from, 6) == "Exif\x00\x00" {
				from += 6
			}
			h.orientation = orientation(w, from, n)
		}
		at += 8 + n + n&1
	}
	return found
}

func (h *photoHead) larger(width, height int) {
	h.width, h.height = max(h.width, width), max(h.height, height)
}

// orientation finds how a camera was held: tag 274 of the first directory
// (TIFF 6.0, section 2; EXIF 3.0, section 4.6.5); 0 when it isn't said.
func orientation(w *window, base, size int64) int {
	head := w.at(base, 8)
	if size < 8 || head == nil {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	switch string(head[:2]) {
	case "II":
		order = binary.LittleEndian
	case "MM":
	default:
		return 0
	}
	dir := int64(order.Uint32(head[4:]))
	count := w.at(base+dir, 2)
	if dir < 8 || dir > size-2 || count == nil {
		return 0
	}
	for i := range int64(order.Uint16(count)) {
		at := dir + 2 + 12*i
		entry := w.at(base+at, 12)
		if at > size-12 || entry == nil {
			return 0
		}
		if order.Uint16(entry) == 274 {
			if v := int(order.Uint16(entry[8:])); v >= 1 && v <= 8 {
				return v
			}
			return 0
		}
	}
	return 0
}
