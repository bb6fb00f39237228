package media

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sayline/sayline"
)

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// oggPage writes one page.
func oggPage(flags byte, granule uint64, seq uint32, packets ...[]byte) []byte {
	b := append([]byte("OggS\x00"), flags)
	b = binary.LittleEndian.AppendUint64(b, granule)
	b = append(b, "voic"...)
	b = binary.LittleEndian.AppendUint32(b, seq)
	b = append(b, 0, 0, 0, 0)
	var table, body []byte
	for _, p := range packets {
		for n := len(p); ; n -= 255 {
			table = append(table, byte(min(n, 255)))
			if n < 255 {
				break
			}
		}
		body = append(body, p...)
	}
	b = append(append(append(b, byte(len(table))), table...), body...)
	binary.LittleEndian.PutUint32(b[22:], oggSum(b))
	return b
}

// asOgg puts the packets of a WebM into Ogg, with comments of its own.
func asOgg(t testing.TB, webm []byte, comment string) []byte {
	t.Helper()
	head := []byte("OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00")
	tags := []byte("OpusTags\x07\x00\x00\x00MyPhone\x01\x00\x00\x00")
	tags = binary.LittleEndian.AppendUint32(tags, uint32(len(comment)))
	tags = append(tags, comment...)
	out := append(oggPage(2, 0, 0, head), oggPage(0, 0, 1, tags)...)
	granule, seq := uint64(0), uint32(2)
	if _, err := readVoice(newWindow(bytes.NewReader(webm), int64(len(webm))), "audio/webm", func(p []byte) {
		granule += uint64(opusSamples(p))
		out = append(out, oggPage(0, granule, seq, p)...)
		seq++
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func probe(t testing.TB, b []byte, kind, declared string) (Info, error) {
	t.Helper()
	return Probe(bytes.NewReader(b), int64(len(b)), kind, declared)
}

// TestVoicesAreKnown: what recorders write is known by its bytes, with its length.
func TestVoicesAreKnown(t *testing.T) {
	webm := load(t, "voice.webm")
	for _, c := range []struct {
		declared, mediaType, codec string
		content                    []byte
	}{
		{"audio/webm;codecs=opus", "audio/webm", "opus", webm},
		{"video/webm", "audio/webm", "opus", webm},
		{"audio/ogg", "audio/ogg", "opus", load(t, "voice.ogg")},
		{"audio/mp4", "audio/mp4", "opus", load(t, "opus.m4a")},
		{"audio/x-m4a", "audio/mp4", "aac", bytes.Replace(load(t, "opus.m4a"), []byte("Opus"), []byte("mp4a"), 1)},
		{"", "audio/ogg", "opus", asOgg(t, webm, "X=y")},
	} {
		info, err := probe(t, c.content, "voice", c.declared)
		if err != nil || info.Type != c.mediaType || info.Codec != c.codec || info.Duration < 1500*time.Millisecond || info.Duration > 2500*time.Millisecond {
			t.Errorf("%s: %+v, %v", c.declared, info, err)
		}
	}
}

// TestWhatIsNoVoice: pictures that move, other codecs, too long, cut off.
func TestWhatIsNoVoice(t *testing.T) {
	webm, mp4, ogg := load(t, "voice.webm"), load(t, "opus.m4a"), load(t, "voice.ogg")
	swap := func(b []byte, old, new string) []byte {
		if !bytes.Contains(b, []byte(old)) {
			t.Fatalf("there is no %q", old)
		}
		return bytes.Replace(b, []byte(old), []byte(new), 1)
	}
	long := bytes.Clone(mp4) // 200 seconds by its own head, which is of version 1
	at := bytes.Index(long, []byte("mdhd"))
	binary.BigEndian.PutUint64(long[at+28:], uint64(binary.BigEndian.Uint32(long[at+24:]))*200)
	for name, c := range map[string]struct {
		content []byte
		kind    sayline.Kind
	}{
		"Matroska":           {swap(webm, "webm", "wham"), sayline.WrongType},
		"a film in WebM":     {swap(webm, "\x83\x81\x02", "\x83\x81\x01"), sayline.WrongType},
		"Vorbis in WebM":     {swap(webm, "A_OPUS", "A_XPUS"), sayline.WrongType},
		"a film in MP4":      {swap(mp4, "soun", "vide"), sayline.WrongType},
		"another codec":      {swap(mp4, "Opus", "alac"), sayline.WrongType},
		"Vorbis in Ogg":      {swap(ogg, "OpusHead", "\x01vorbisx"), sayline.WrongType},
		"a head alone":       {ogg[:60], sayline.WrongType},
		"two streams":        {append(bytes.Clone(ogg), ogg...), sayline.WrongType},
		"too long":           {long, sayline.TooLarge},
		"too much":           {append(bytes.Clone(webm), make([]byte, 6<<20)...), sayline.TooLarge},
		"HTML with a head":   {[]byte("\x1a\x45\xdf\xa3<html><script>alert(1)</script>"), sayline.WrongType},
		"a box without end":  {[]byte("\x00\x00\x00\x08ftyp\x00\x00\x00\x00moov"), sayline.WrongType},
		"a photo":            {asJPEG(t, corners(8, 8), 50), sayline.WrongType},
		"three minutes more": {longOgg(t, 182*time.Second), sayline.TooLarge},
	} {
		if _, err := probe(t, c.content, "voice", ""); sayline.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, b := range [][]byte{webm, ogg} { // what a broken line leaves is a shorter voice
		if info, err := probe(t, b[:len(b)*2/3], "voice", ""); err != nil || info.Duration > 1900*time.Millisecond {
			t.Errorf("cut off: %+v, %v", info, err)
		}
	}
	if info, err := probe(t, longOgg(t, 180*time.Second), "voice", ""); err != nil || info.Duration.Round(time.Second) != 180*time.Second {
		t.Errorf("three minutes: %+v, %v", info, err)
	}
}

// longOgg is silence.
func longOgg(t testing.TB, d time.Duration) []byte {
	t.Helper()
	out := append(oggPage(2, 0, 0, []byte("OpusHead\x01\x01\x00\x00\x80\xbb\x00\x00\x00\x00\x00")), oggPage(0, 0, 1, []byte("OpusTags\x00\x00\x00\x00\x00\x00\x00\x00"))...)
	for i := range int(d / (20 * time.Millisecond)) {
		out = append(out, oggPage(0, uint64(i+1)*960, uint32(i+2), []byte{0xf8, 0xff, 0xfe})...)
	}
	return out
}

// secrets are what a container may tell besides the voice.
var secrets = []string{"Calle Mayor", "+40.4168-003.7038/", "my phone", "MyPhone", "Core Media"}

// telling are voices that tell something.
func telling(t testing.TB) map[string][]byte {
	webm, mp4 := load(t, "voice.webm"), load(t, "opus.m4a")
	tags := append([]byte("\x12\x54\xc3\x67\x40\x16"), "Calle Mayor and so on "...)
	title := append([]byte("\x7b\xa9\x88"), "my phone"...)
	box := func(name, body string) []byte {
		return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), name+body...)
	}
	place := box("udta", string(box("\xa9xyz", "\x00\x12\x15\xc7+40.4168-003.7038/")))
	dated := bytes.Clone(mp4)
	at := bytes.Index(dated, []byte("mvhd"))
	copy(dated[at+8:], "\xde\xad\xbe\xef\xde\xad\xbe\xef")
	return map[string][]byte{
		"audio/webm": append(append(append(bytes.Clone(webm), tags...), title...), []byte("\x44\x61\x88\x01\x02\x03\x04\x05\x06\x07\x08")...),
		"audio/ogg":  asOgg(t, webm, "LOCATION=Calle Mayor"+string(bytes.Repeat([]byte("x"), 700))),
		"audio/mp4":  append(dated, place...),
	}
}

// TestVoicesTellNothing: what a container tells besides the voice is gone, and
// the voice is there to the last packet.
func TestVoicesTellNothing(t *testing.T) {
	for mediaType, b := range telling(t) {
		before, err := probe(t, b, "voice", "")
		if err != nil || before.Type != mediaType {
			t.Fatal(mediaType, before, err)
		}
		var made bytes.Buffer
		if err := Scrub(&made, bytes.NewReader(b), int64(len(b)), mediaType); err != nil {
			t.Fatal(err)
		}
		if made.Len() != len(b) {
			t.Errorf("%s: %d bytes became %d", mediaType, len(b), made.Len())
		}
		for _, s := range append(secrets, "\xde\xad\xbe\xef", "\x44\x61\x88\x01") {
			if bytes.Contains(made.Bytes(), []byte(s)) {
				t.Errorf("%s still tells %q", mediaType, s)
			}
		}
		after, err := probe(t, made.Bytes(), "voice", mediaType)
		if err != nil || after != before {
			t.Errorf("%s: %+v became %+v, %v", mediaType, before, after, err)
		}
		if !AsWAV(mediaType) {
			continue
		}
		if !bytes.Equal(wav(t, b, mediaType), wav(t, made.Bytes(), mediaType)) {
			t.Errorf("%s sounds otherwise", mediaType)
		}
	}
	ogg := telling(t)["audio/ogg"]
	var made bytes.Buffer
	if err := Scrub(&made, bytes.NewReader(ogg), int64(len(ogg)), "audio/ogg"); err != nil {
		t.Fatal(err)
	}
	for b := made.Bytes(); len(b) > 0; { // every page's sum is right
		n := 27 + int(b[26])
		for _, s := range b[27:n] {
			n += int(s)
		}
		page, sum := bytes.Clone(b[:n]), binary.LittleEndian.Uint32(b[22:])
		clear(page[22:26])
		if oggSum(page) != sum {
			t.Fatal("a page's sum is wrong")
		}
		b = b[n:]
	}
}

func wav(t testing.TB, b []byte, mediaType string) []byte {
	t.Helper()
	w, err := NewWAV(bytes.NewReader(b), int64(len(b)), mediaType)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(w)
	if err != nil || int64(len(all)) != w.Size() {
		t.Fatalf("%d bytes of %d, %v", len(all), w.Size(), err)
	}
	return all
}

// TestWAV: a tone that was recorded is the tone that is heard, from wherever it
// is read.
func TestWAV(t *testing.T) {
	for _, name := range []string{"voice.webm", "voice.ogg"} {
		b := load(t, name)
		mediaType := Sniff(b)
		all := wav(t, b, mediaType)
		sound := make([]float64, 0, len(all)/2)
		for i := wavHead; i < len(all); i += 2 {
			sound = append(sound, float64(int16(binary.LittleEndian.Uint16(all[i:])))/32768)
		}
		middle := sound[len(sound)/4 : len(sound)*3/4]
		loud := func(hertz float64) float64 {
			var re, im float64
			for i, s := range middle {
				re += s * math.Cos(2*math.Pi*hertz*float64(i)/wavRate)
				im += s * math.Sin(2*math.Pi*hertz*float64(i)/wavRate)
			}
			return 2 * math.Hypot(re, im) / float64(len(middle))
		}
		if got := loud(440); got < 0.4 || got > 0.6 || loud(300) > 0.02 || loud(880) > 0.05 {
			t.Errorf("%s: the tone of 440 Hz is %.3f loud, beside it %.3f and %.3f", name, got, loud(300), loud(880))
		}
		w, err := NewWAV(bytes.NewReader(b), int64(len(b)), mediaType)
		if err != nil {
			t.Fatal(err)
		}
		part := make([]byte, 9001)
		for _, at := range []int64{0, 7, 43, 44, 45, int64(len(all)) / 2, int64(len(all)) - 9001, 1001} {
			if _, err := w.Seek(at, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(w, part); err != nil {
				t.Fatal(err)
			}
			worst := 0
			for i := max(0, (int(at)%2+wavHead-int(at))+2); i+1 < len(part); i += 2 {
				from := i
				if (int(at)+i)%2 != 0 {
					from++
				}
				if from+1 >= len(part) || int(at)+from < wavHead {
					continue
				}
				d := int(int16(binary.LittleEndian.Uint16(part[from:]))) - int(int16(binary.LittleEndian.Uint16(all[int(at)+from:])))
				worst = max(worst, d, -d)
			}
			if worst > 1500 { // a decoder that begins in the middle settles
				t.Errorf("%s read from %d is off by %d", name, at, worst)
			}
		}
	}
}

// FuzzVoice: whatever a container says, it is read or refused, and a copy is of
// the same length and tells the same time.
func FuzzVoice(f *testing.F) {
	for _, b := range telling(f) {
		f.Add(b[:min(len(b), 3000)])
	}
	f.Add(load(f, "opus.m4a"))
	f.Add([]byte("\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xff\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"))
	f.Add([]byte("\x00\x00\x00\x01ftyp\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		info, err := probe(t, b, "voice", "")
		if err != nil {
			if k := sayline.KindOf(err); k != sayline.WrongType && k != sayline.TooLarge {
				t.Fatalf("refused as %s: %v", k, err)
			}
			return
		}
		if info.Duration <= 0 || info.Duration > sayline.MaxVoice+time.Second {
			t.Fatalf("taken as %+v", info)
		}
		var made bytes.Buffer
		if err := Scrub(&made, bytes.NewReader(b), int64(len(b)), info.Type); err != nil || made.Len() != len(b) {
			t.Fatalf("%d bytes became %d, %v", len(b), made.Len(), err)
		}
		if AsWAV(info.Type) {
			w, err := NewWAV(bytes.NewReader(b), int64(len(b)), info.Type)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := io.Copy(io.Discard, io.LimitReader(w, 200_000)); err != nil || n != min(w.Size(), 200_000) {
				t.Fatalf("%d bytes of %d, %v", n, w.Size(), err)
			}
		}
	})
}
