package media

import (
	"slices"
	"time"

	"github.com/sayline/sayline"
)

// mp4 is what is gathered on the way through a file (ISO/IEC 14496-12).
type mp4 struct {
	*voice
	w       *window
	boxes   int
	tracks  int
	scale   uint32 // ticks a second, of the one track
	told    uint64 // its length by its own head
	samples uint64 // by its table
	pieces  uint64 // by the fragments of a streamed file
	usual   uint64 // length of a fragment's sample, where it isn't said: in the film
	here    uint64 // in this fragment
}

const (
	maxBoxes    = 20_000
	maxBoxDepth = 10
	maxTicks    = 1 << 40
)

// containers hold other boxes.
var containers = []string{"moov", "trak", "mdia", "minf", "stbl", "mvex", "moof", "traf", "edts", "dinf"}

func (v *voice) readMP4(w *window) error {
	f := &mp4{voice: v, w: w}
	if err := f.walk(0, w.size, 0); err != nil {
		return err
	}
	if f.tracks != 1 || f.scale == 0 {
		return errNotVoice
	}
	ticks := max(f.told, f.samples, f.pieces)
	if ticks > maxTicks || float64(ticks)/float64(f.scale) > 10*sayline.MaxVoice.Seconds() {
		return errTooLong
	}
	v.duration = time.Duration(float64(ticks) / float64(f.scale) * float64(time.Second))
	return nil
}

// walk reads the boxes between two offsets. One that is cut off ends it: what
// is there counts.
func (f *mp4) walk(at, end int64, depth int) error {
	for at < end {
		if f.boxes++; f.boxes > maxBoxes || depth > maxBoxDepth {
			return errNotVoice
		}
		n, ok := f.w.u32(at)
		name := f.w.text(at+4, 4)
		if !ok || len(name) != 4 {
			return nil
		}
		size, body := int64(n), at+8
		switch n {
		case 0:
			size = end - at
		case 1:
			long, ok := f.w.u64(at + 8)
			if !ok || long > 1<<40 {
				return errNotVoice
			}
			size, body = int64(long), at+16
		}
		if size < body-at {
			return errNotVoice
		}
		next := min(at+size, end)
		if err := f.box(name, at, body, next, depth); err != nil {
			return err
		}
		at = next
	}
	return nil
}

// box takes what one box tells.
func (f *mp4) box(name string, head, at, end int64, depth int) error {
	if slices.Contains(containers, name) {
		switch name {
		case "trak":
			f.tracks++
		case "traf":
			f.here = f.usual
		}
		return f.walk(at, end, depth+1)
	}
	switch name {
	case "udta", "meta", "uuid":
		f.edits = append(f.edits, edit{at: head + 4, bytes: []byte("free")}, edit{at: at, zeros: end - at})
	case "mvhd", "tkhd":
		f.undate(at)
	case "mdhd":
		f.undate(at)
		f.media(at)
	case "hdlr":
		if f.w.text(at+8, 4) != "soun" {
			return errVideo
		}
		if n := end - (at + 24); n > 0 {
			f.edits = append(f.edits, edit{at: at + 24, zeros: n}) // its name
		}
	case "stsd":
		return f.codecOf(at)
	case "stts":
		f.table(at, end)
	case "trex":
		n, _ := f.w.u32(at + 12)
		f.usual = uint64(n)
	case "tfhd":
		f.fragment(at)
	case "trun":
		f.run(at, end)
	}
	return nil
}

// undate takes out when it was made.
func (f *mp4) undate(at int64) {
	version, ok := f.w.u8(at)
	if !ok {
		return
	}
	n := int64(8)
	if version == 1 {
		n = 16
	}
	f.edits = append(f.edits, edit{at: at + 4, zeros: n})
}

// media is a track's head: how long a tick is, and how many there are.
func (f *mp4) media(at int64) {
	if version, _ := f.w.u8(at); version == 1 {
		f.scale, _ = f.w.u32(at + 20)
		f.told, _ = f.w.u64(at + 24)
		if f.told == 1<<64-1 {
			f.told = 0
		}
		return
	}
	f.scale, _ = f.w.u32(at + 12)
	told, _ := f.w.u32(at + 16)
	if f.told = uint64(told); told == 1<<32-1 {
		f.told = 0
	}
}

func (f *mp4) codecOf(at int64) error {
	if n, _ := f.w.u32(at + 4); n != 1 {
		return errNotVoice
	}
	switch f.w.text(at+12, 4) {
	case "mp4a":
		f.codec = "aac"
	case "Opus":
		f.codec = "opus"
	default:
		return errNotVoice
	}
	return nil
}

// table adds up how long the samples are.
func (f *mp4) table(at, end int64) {
	n, _ := f.w.u32(at + 4)
	for i := int64(0); i < int64(n) && at+16+8*i <= end; i++ {
		count, _ := f.w.u32(at + 8 + 8*i)
		each, _ := f.w.u32(at + 12 + 8*i)
		f.samples = min(f.samples+uint64(count)*uint64(each), 2*maxTicks)
	}
}

// fragment is a fragment's head: how long its samples are, if it says so.
func (f *mp4) fragment(at int64) {
	flags, ok := f.w.u32(at)
	if !ok || flags&0x08 == 0 {
		return
	}
	at += 8
	if flags&0x01 != 0 {
		at += 8
	}
	if flags&0x02 != 0 {
		at += 4
	}
	n, _ := f.w.u32(at)
	f.here = uint64(n)
}

// run adds up how long the samples of a fragment are.
func (f *mp4) run(at, end int64) {
	flags, ok := f.w.u32(at)
	n, more := f.w.u32(at + 4)
	if !ok || !more {
		return
	}
	at += 8
	for _, bit := range []uint32{0x01, 0x04} {
		if flags&bit != 0 {
			at += 4
		}
	}
	if flags&0x100 == 0 {
		f.pieces = min(f.pieces+uint64(n)*f.here, 2*maxTicks)
		return
	}
	step := int64(4)
	for _, bit := range []uint32{0x200, 0x400, 0x800} {
		if flags&bit != 0 {
			step += 4
		}
	}
	for i := int64(0); i < int64(n) && at+step*i+4 <= end; i++ {
		each, _ := f.w.u32(at + step*i)
		f.pieces = min(f.pieces+uint64(each), 2*maxTicks)
	}
}
