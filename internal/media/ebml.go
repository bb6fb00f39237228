package media

import (
	"encoding/binary"
	"math"
	"math/bits"
	"time"
)

// Elements of WebM that matter here (RFC 8794, RFC 9559).
const (
	ebmlHead       = 0x1A45DFA3
	ebmlDocType    = 0x4282
	ebmlVoid       = 0xEC
	mkvSegment     = 0x18538067
	mkvInfo        = 0x1549A966
	mkvScale       = 0x2AD7B1
	mkvDuration    = 0x4489
	mkvDate        = 0x4461
	mkvTitle       = 0x7BA9
	mkvFilename    = 0x7384
	mkvTracks      = 0x1654AE6B
	mkvTrack       = 0xAE
	mkvTrackType   = 0x83
	mkvTrackName   = 0x536E
	mkvCodec       = 0x86
	mkvCodecDelay  = 0x56AA
	mkvCluster     = 0x1F43B675
	mkvTime        = 0xE7
	mkvSimple      = 0xA3
	mkvGroup       = 0xA0
	mkvBlock       = 0xA1
	mkvTags        = 0x1254C367
	mkvAttachments = 0x1941A469
	mkvChapters    = 0x1043A770
)

// element is one element: where it begins, where its body is, and how long;
// size is -1 where it isn't said, as recorders write what they stream.
type element struct {
	id         uint32
	head, body int64
	size       int64
}

// next reads the element at an offset.
func (w *window) element(at int64) (e element, ok bool) {
	first, ok := w.u8(at)
	if !ok || first == 0 {
		return e, false
	}
	idLen := bits.LeadingZeros8(first) + 1
	b := w.at(at, idLen)
	if idLen > 4 || b == nil {
		return e, false
	}
	e.head = at
	for _, c := range b {
		e.id = e.id<<8 | uint32(c)
	}
	at += int64(idLen)
	first, ok = w.u8(at)
	if !ok || first == 0 {
		return e, false
	}
	n := bits.LeadingZeros8(first) + 1
	b = w.at(at, n)
	if b == nil {
		return e, false
	}
	size := uint64(first) & (1<<(8-n) - 1)
	for _, c := range b[1:] {
		size = size<<8 | uint64(c)
	}
	e.body, e.size = at+int64(n), int64(size)
	if size == 1<<(7*n)-1 {
		e.size = -1
	} else if e.size > w.size-e.body {
		e.size = w.size - e.body // cut off: what is there counts
	}
	return e, true
}

// uint reads an element's body as a number; 0 when it is none.
func (w *window) uint(e element) (n uint64) {
	if e.size < 0 || e.size > 8 {
		return 0
	}
	for _, c := range w.at(e.body, int(e.size)) {
		n = n<<8 | uint64(c)
	}
	return n
}

func (w *window) float(e element) float64 {
	b := w.at(e.body, int(max(0, min(e.size, 8))))
	switch len(b) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	return 0
}

// webm is what is gathered on the way through a file.
type webm struct {
	*voice
	w       *window
	each    func([]byte)
	scale   uint64 // nanoseconds a tick
	told    float64
	cluster uint64
	samples int // of Opus, at 48 kHz
	last    time.Duration
	tracks  int
}

// readWebM walks over all elements. Those that hold others are entered and all
// others stepped over, so an unknown size of the former does no harm.
func (v *voice) readWebM(w *window, each func([]byte)) error {
	f := &webm{voice: v, w: w, each: each, scale: 1_000_000}
	for at := int64(0); at < w.size; {
		e, ok := w.element(at)
		if !ok {
			break // cut off, or not ours from here on
		}
		if at == 0 && e.id != ebmlHead {
			return errNotVoice
		}
		if err := f.read(e); err != nil {
			return err
		}
		switch e.id {
		case ebmlHead, mkvSegment, mkvInfo, mkvTracks, mkvTrack, mkvCluster, mkvGroup:
			at = e.body
		default:
			if e.size < 0 {
				return errNotVoice
			}
			at = e.body + e.size
		}
	}
	if f.tracks != 1 {
		return errNotVoice
	}
	v.duration = max(f.last, opusTime(f.samples-v.skip))
	if told := f.told * float64(f.scale); told > 0 && told < float64(time.Hour) {
		v.duration = max(v.duration, time.Duration(told))
	} else if told >= float64(time.Hour) {
		return errTooLong
	}
	return nil
}

// read takes what one element tells.
func (f *webm) read(e element) error {
	w := f.w
	switch e.id {
	case ebmlDocType:
		if e.size != 4 || w.text(e.body, 4) != "webm" {
			return errNotVoice
		}
	case mkvScale:
		if f.scale = w.uint(e); f.scale == 0 || f.scale > uint64(time.Second) {
			return errNotVoice
		}
	case mkvDuration:
		f.told = w.float(e)
	case mkvTrack:
		f.tracks++
	case mkvTrackType:
		if w.uint(e) != 2 {
			return errVideo
		}
	case mkvCodec:
		if e.size != 6 || w.text(e.body, 6) != "A_OPUS" {
			return errNotVoice
		}
		f.codec = "opus"
	case mkvCodecDelay:
		f.skip = int(min(w.uint(e), uint64(time.Second)) * 48_000 / uint64(time.Second))
	case mkvTime:
		f.cluster = w.uint(e)
	case mkvSimple, mkvBlock:
		return f.block(e)
	case mkvDate, mkvTitle, mkvFilename, mkvTrackName, mkvTags, mkvAttachments, mkvChapters:
		f.edits = append(f.edits, void(e)...)
	}
	return nil
}

// block is one packet of Opus, with its time in the cluster before it.
func (f *webm) block(e element) error {
	track, ok := f.w.u8(e.body)
	head := f.w.at(e.body, 4)
	if !ok || track&0x80 == 0 || head == nil || e.size < 5 || e.size > int64(len(f.w.room)) {
		return errNotVoice
	}
	if head[3]&0x06 != 0 { // several packets in one block: nobody records so
		return errNotVoice
	}
	ticks := int64(f.cluster) + int64(int16(binary.BigEndian.Uint16(head[1:])))
	if f.cluster > 1<<40 || ticks < 0 || float64(ticks)*float64(f.scale) > float64(time.Hour) {
		return errTooLong
	}
	packet := f.w.at(e.body+4, int(e.size-4))
	samples := opusSamples(packet)
	f.samples += samples
	f.last = max(f.last, time.Duration(ticks)*time.Duration(f.scale)+opusTime(samples))
	if f.each != nil {
		f.each(packet)
	}
	return nil
}

// void makes nothing of an element, at the same length: its head becomes that
// of an element to be ignored, its body zeros.
func void(e element) []edit {
	if e.size < 0 {
		return nil
	}
	width := min(int(e.body-e.head)-1, 8)
	if width < 1 {
		return []edit{{at: e.body, zeros: e.size}}
	}
	head := make([]byte, 1+width)
	size := uint64(e.body + e.size - e.head - int64(1+width))
	for i := range width {
		head[width-i] = byte(size >> (8 * i))
	}
	head[0] = ebmlVoid
	head[1] |= 0x80 >> (width - 1)
	return []edit{{at: e.head, bytes: head}, {at: e.head + int64(len(head)), zeros: int64(size)}}
}
