package media

import (
	"encoding/binary"
)

// Flags of a page of Ogg (RFC 3533, section 6).
const (
	oggContinued = 1
	oggFirst     = 2
)

// maxPacket is the longest packet of Opus that is read: 120 ms at the highest rate.
const maxPacket = 48 * 1276

// ogg is what is gathered on the way through a file.
type ogg struct {
	*voice
	w       *window
	each    func([]byte)
	serial  string
	packets int
	partial []byte // of a packet that goes on in the next page
	tags    []span // where the comments lie
	pages   []page // those the comments lie in
	samples int
}

type span struct{ at, n int64 }

// page is where a page lies: its head, and all of it.
type page struct{ at, n int64 }

// readOgg walks over the pages of one stream of Opus (RFC 7845).
func (v *voice) readOgg(w *window, each func([]byte)) error {
	f := &ogg{voice: v, w: w, each: each}
	for at := int64(0); at < w.size; {
		n, err := f.page(at)
		if err != nil {
			return err
		}
		if n == 0 {
			break // cut off: what is there counts
		}
		at += n
	}
	if f.packets < 2 {
		return errNotVoice
	}
	v.duration = opusTime(f.samples - v.skip)
	v.edits = f.forget()
	return nil
}

// page reads one page and gives its length; 0 when it is cut off.
func (f *ogg) page(at int64) (int64, error) {
	head := f.w.at(at, 27)
	if head == nil {
		return 0, nil
	}
	if string(head[:4]) != "OggS" || head[4] != 0 {
		return 0, errNotVoice
	}
	flags, serial, segments := head[5], string(head[14:18]), int(head[26])
	switch {
	case f.serial == "" && flags&oggFirst != 0:
		f.serial = serial
	case serial != f.serial || flags&oggFirst != 0:
		return 0, errVideo // another stream beside this one, or after it
	}
	if flags&oggContinued == 0 {
		f.partial = nil
	}
	table := append([]byte(nil), f.w.at(at+27, segments)...)
	if len(table) != segments {
		return 0, nil
	}
	body := at + 27 + int64(segments)
	end := body
	for _, n := range table {
		end += int64(n)
	}
	if end > f.w.size {
		return 0, nil
	}
	before := len(f.tags)
	for i, from, n := 0, body, int64(0); i < segments; i++ {
		n += int64(table[i])
		whole := table[i] < 255
		if !whole && i < segments-1 {
			continue
		}
		if err := f.piece(from, n, whole); err != nil {
			return 0, err
		}
		from, n = from+n, 0
	}
	if len(f.tags) > before {
		f.pages = append(f.pages, page{at, end - at})
	}
	return end - at, nil
}

// piece is a packet, or as much of one as lies in a page.
func (f *ogg) piece(at, n int64, whole bool) error {
	if f.packets == 1 { // the comments may be long: only where they lie is kept
		f.tags = append(f.tags, span{at, n})
		if whole {
			f.packets++
		}
		return nil
	}
	b := f.w.at(at, int(n))
	if b == nil || len(f.partial)+len(b) > maxPacket {
		return errNotVoice
	}
	if !whole || len(f.partial) > 0 {
		f.partial = append(f.partial, b...)
		b = f.partial
	}
	if !whole {
		return nil
	}
	err := f.packet(b)
	f.partial = nil
	return err
}

func (f *ogg) packet(b []byte) error {
	f.packets++
	if f.packets == 1 {
		if len(b) < 19 || string(b[:8]) != "OpusHead" || b[8]&0xf0 != 0 || b[9] < 1 || b[9] > 2 {
			return errNotVoice
		}
		f.codec, f.skip = "opus", int(binary.LittleEndian.Uint16(b[10:]))
		return nil
	}
	f.samples += opusSamples(b)
	if f.each != nil {
		f.each(b)
	}
	return nil
}

// forget empties the comments: the list says none, and zeros follow, which a
// reader skips (RFC 7845, section 5.2). The pages they lie in are summed anew.
func (f *ogg) forget() []edit {
	total := int64(0)
	for _, s := range f.tags {
		total += s.n
	}
	if total < 16 {
		return nil
	}
	// "OpusTags", the vendor's length and name, the number of comments.
	fresh := make([]byte, total)
	copy(fresh, "OpusTags")
	var edits []edit
	for _, s := range f.tags {
		edits = append(edits, edit{at: s.at, bytes: fresh[:s.n]})
		fresh = fresh[s.n:]
	}
	for _, p := range f.pages {
		edits = append(edits, edit{at: p.at + 22, bytes: f.sum(p, edits)})
	}
	return edits
}

// sum is the checksum of a page as it is after some edits.
func (f *ogg) sum(p page, edits []edit) []byte {
	b := make([]byte, p.n)
	if n, err := f.w.r.ReadAt(b, p.at); n < len(b) && err != nil {
		return make([]byte, 4)
	}
	clear(b[22:26])
	for _, e := range edits {
		if e.at >= p.at+27 && e.at+int64(len(e.bytes)) <= p.at+p.n {
			copy(b[e.at-p.at:], e.bytes)
		}
	}
	return binary.LittleEndian.AppendUint32(nil, oggSum(b))
}

// oggSum is a page's checksum: polynomial 04c11db7, nothing reflected.
func oggSum(b []byte) (sum uint32) {
	for _, c := range b {
		sum = sum<<8 ^ oggTable[byte(sum>>24)^c]
	}
	return sum
}

var oggTable = func() (t [256]uint32) {
	for i := range t {
		r := uint32(i) << 24
		for range 8 {
			if r&0x80000000 != 0 {
				r = r<<1 ^ 0x04c11db7
			} else {
				r <<= 1
			}
		}
		t[i] = r
	}
	return t
}()
