package media

import (
	"encoding/binary"
	"io"
)

// window looks at a file a stretch at a time, so that walking over millions of
// small parts costs few reads. Whatever lies outside the file is not there.
type window struct {
	r    io.ReaderAt
	size int64
	from int64 // of what is in buf
	buf  []byte
	room [64 << 10]byte
}

func newWindow(r io.ReaderAt, size int64) *window { return &window{r: r, size: size} }

// at gives n bytes at an offset, valid until the next call; nil when the file
// has no such bytes, or n is more than a window.
func (w *window) at(off int64, n int) []byte {
	if off < 0 || n < 0 || n > len(w.room) || off > w.size-int64(n) {
		return nil
	}
	if off < w.from || off+int64(n) > w.from+int64(len(w.buf)) {
		got, err := w.r.ReadAt(w.room[:min(int64(len(w.room)), w.size-off)], off)
		w.from, w.buf = off, w.room[:got]
		if got < n && err != nil {
			return nil
		}
	}
	i := off - w.from
	return w.buf[i : i+int64(n)]
}

func (w *window) u8(off int64) (uint8, bool) {
	b := w.at(off, 1)
	if b == nil {
		return 0, false
	}
	return b[0], true
}

func (w *window) u16(off int64) (uint16, bool) {
	b := w.at(off, 2)
	if b == nil {
		return 0, false
	}
	return binary.BigEndian.Uint16(b), true
}

func (w *window) u32(off int64) (uint32, bool) {
	b := w.at(off, 4)
	if b == nil {
		return 0, false
	}
	return binary.BigEndian.Uint32(b), true
}

func (w *window) u64(off int64) (uint64, bool) {
	b := w.at(off, 8)
	if b == nil {
		return 0, false
	}
	return binary.BigEndian.Uint64(b), true
}

// text is n bytes as a string; "" when they are not there.
func (w *window) text(off int64, n int) string { return string(w.at(off, n)) }
