package media

import (
	"bytes"
	"cmp"
	"io"
	"slices"
)

// edit changes some bytes of a copy: to others, or to zeros.
type edit struct {
	at    int64
	bytes []byte
	zeros int64 // where bytes is nil
}

func (e edit) size() int64 {
	if e.bytes != nil {
		return int64(len(e.bytes))
	}
	return e.zeros
}

// Scrub copies a voice without what its container tells besides the voice:
// titles, places, dates, names of devices. Nothing moves, so that nothing in it
// that points at something has to change. Errors are [Probe]'s and the writer's.
func Scrub(to io.Writer, r io.ReaderAt, size int64, mediaType string) error {
	v, err := readVoice(newWindow(r, size), mediaType, nil)
	if err != nil {
		return err
	}
	slices.SortStableFunc(v.edits, func(a, b edit) int { return cmp.Compare(a.at, b.at) })
	at := int64(0)
	for _, e := range v.edits {
		if e.at < at || e.at+e.size() > size { // what overlaps was emptied already
			continue
		}
		if _, err := io.Copy(to, io.NewSectionReader(r, at, e.at-at)); err != nil {
			return err
		}
		var with io.Reader = bytes.NewReader(e.bytes)
		if e.bytes == nil {
			with = io.LimitReader(zeros{}, e.zeros)
		}
		if _, err := io.Copy(to, with); err != nil {
			return err
		}
		at = e.at + e.size()
	}
	_, err = io.Copy(to, io.NewSectionReader(r, at, size-at))
	return err
}

// zeros is read without end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
