package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sayline/sayline"
)

// corners is an image whose upper left is red, the rest blue.
func corners(width, height int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{0, 0, 255, 255}
			if x < width/2 && y < height/2 {
				c = color.RGBA{255, 0, 0, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func asJPEG(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is a directory with an orientation, in either order of bytes, and a place.
func exif(order binary.AppendByteOrder, orientation int) []byte {
	b := []byte("MM\x00\x2a")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		b = []byte("II\x2a\x00")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 1)
	b = order.AppendUint16(b, 274)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, uint16(orientation))
	b = order.AppendUint16(b, 0)
	return append(b, "GPS 40.4168 N"...)
}

// withExif puts EXIF into a JPEG or a PNG.
func withExif(b, exif []byte) []byte {
	if bytes.HasPrefix(b, []byte("\x89PNG")) {
		chunk := append([]byte("eXIf"), exif...)
		out := binary.BigEndian.AppendUint32(bytes.Clone(b[:33]), uint32(len(exif)))
		out = binary.BigEndian.AppendUint32(append(out, chunk...), crc32.ChecksumIEEE(chunk))
		return append(out, b[33:]...)
	}
	exif = append([]byte("Exif\x00\x00"), exif...)
	out := binary.BigEndian.AppendUint16([]byte("\xff\xd8\xff\xe1"), uint16(len(exif)+2))
	return append(append(out, exif...), b[2:]...)
}

func develop(t testing.TB, b []byte) *Developed {
	t.Helper()
	d, err := Develop(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestPhotosStandUpright: each of the eight ways to hold a camera, and nothing
// is left of what it wrote.
func TestPhotosStandUpright(t *testing.T) {
	red := [9][2]int{{}, {0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}, {1, 0}, {1, 1}, {0, 1}} // the corner it is in
	for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
		for o := 1; o <= 8; o++ {
			for name, b := range map[string][]byte{"JPEG": asJPEG(t, corners(64, 32), 95), "PNG": asPNG(t, corners(64, 32))} {
				d := develop(t, withExif(b, exif(order, o)))
				want := [2]int{64, 32}
				if o >= 5 {
					want = [2]int{32, 64}
				}
				if d.Width != want[0] || d.Height != want[1] {
					t.Errorf("%s held %d is %d × %d", name, o, d.Width, d.Height)
				}
				for _, made := range [][]byte{d.Photo, d.Thumb} {
					img, err := jpeg.Decode(bytes.NewReader(made))
					if err != nil {
						t.Fatal(err)
					}
					r, _, blue, _ := img.At((1+2*red[o][0])*want[0]/4, (1+2*red[o][1])*want[1]/4).RGBA()
					if r < 0xc000 || blue > 0x4000 {
						t.Errorf("%s held %d has its red corner elsewhere", name, o)
					}
					if bytes.Contains(made, []byte("GPS")) || bytes.Contains(made, []byte("Exif")) || bytes.Contains(made, []byte("\xff\xe1")) {
						t.Errorf("%s held %d still tells something", name, o)
					}
				}
			}
		}
	}
}

func TestLargePhotosBecomeSmaller(t *testing.T) {
	d := develop(t, asJPEG(t, corners(3000, 1500), 80))
	if d.Width != photoSide || d.Height != photoSide/2 {
		t.Errorf("it is %d × %d", d.Width, d.Height)
	}
	if c, err := jpeg.DecodeConfig(bytes.NewReader(d.Thumb)); err != nil || c.Width != thumbSide {
		t.Errorf("the small one is %+v, %v", c, err)
	}
	clear := image.NewNRGBA(image.Rect(0, 0, 10, 10)) // of glass
	img, err := jpeg.Decode(bytes.NewReader(develop(t, asPNG(t, clear)).Photo))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := img.At(5, 5).RGBA(); r < 0xf000 {
		t.Error("what is transparent is not white")
	}
	if d := develop(t, load(t, "photo.webp")); d.Width != 100 || d.Height != 75 {
		t.Errorf("a WebP is %d × %d", d.Width, d.Height)
	}
}

// bombs are small files that say they are huge, and what lies about it.
func bombs(t testing.TB) map[string][]byte {
	pngHead := func(width, height uint32, depth byte) []byte {
		b := asPNG(t, corners(1, 1))
		binary.BigEndian.PutUint32(b[16:], width)
		binary.BigEndian.PutUint32(b[20:], height)
		b[24] = depth
		binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
		return b
	}
	jpegHead := func(marker byte, width, height uint16) []byte {
		b := asJPEG(t, corners(16, 16), 50)
		at := bytes.Index(b, []byte("\xff\xc0"))
		b[at+1] = marker
		binary.BigEndian.PutUint16(b[at+5:], height)
		binary.BigEndian.PutUint16(b[at+7:], width)
		return b
	}
	webp := bytes.Clone(load(t, "photo.webp"))
	at := bytes.Index(webp, []byte("VP8 "))
	binary.LittleEndian.PutUint16(webp[at+14:], 16383)
	binary.LittleEndian.PutUint16(webp[at+16:], 16383)
	lying := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), webp[12:]...)
	return map[string][]byte{
		"PNG": pngHead(50_000, 50_000, 8), "PNG of 16 bits": pngHead(5000, 5000, 16), "a long PNG": pngHead(1<<31-1, 1, 8),
		"JPEG": jpegHead(0xc0, 65_000, 65_000), "progressive JPEG": jpegHead(0xc2, 6000, 4000),
		"WebP": webp, "WebP with another size on its box": lying,
		"a photo of much": append(asJPEG(t, corners(16, 16), 50), make([]byte, 11<<20)...),
	}
}

// TestBombsAreRefused: by their head, before anything is decoded, and at once.
func TestBombsAreRefused(t *testing.T) {
	for name, b := range bombs(t) {
		took := time.Hour
		for range 20 { // a busy machine may be away for longer than it takes
			began := time.Now()
			_, err := probe(t, b, "photo", "")
			took = min(took, time.Since(began))
			if sayline.KindOf(err) != sayline.TooLarge {
				t.Errorf("%s: %v", name, err)
			}
		}
		if took > 50*time.Millisecond {
			t.Errorf("%s: it took %s", name, took)
		}
		if _, err := Develop(bytes.NewReader(b), int64(len(b))); name != "a photo of much" && sayline.KindOf(err) != sayline.TooLarge {
			t.Errorf("%s developed: %v", name, err)
		}
	}
}

// TestWhatIsNoPhoto: whatever it is called.
func TestWhatIsNoPhoto(t *testing.T) {
	for name, b := range map[string]string{
		"HTML": "<html><script>alert(1)</script>", "SVG": "<svg xmlns='http://www.w3.org/2000/svg'/>", "GIF": "GIF89a\x01\x00\x01\x00", "nothing": "",
		"a head alone": "\xff\xd8\xff\xe0", "HTML behind a head": "\x89PNG\r\n\x1a\n<html>", "moving": "RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	} {
		for _, declared := range []string{"", "image/jpeg", "image/png", "text/html"} {
			if _, err := probe(t, []byte(b), "photo", declared); sayline.KindOf(err) != sayline.WrongType {
				t.Errorf("%s as %q: %v", name, declared, err)
			}
		}
	}
	for declared, ok := range map[string]bool{"": true, "image/jpeg": true, "image/jpg": true, "IMAGE/JPEG; x=y": true, "application/octet-stream": true, "image/png": false, "audio/webm": false, "text/html": false, ";": false} {
		if _, err := probe(t, asJPEG(t, corners(8, 8), 50), "photo", declared); (err == nil) != ok {
			t.Errorf("a JPEG as %q: %v", declared, err)
		}
	}
}

// heavyPhoto is a JPEG of nearly 10 MiB, as a good phone takes them.
func heavyPhoto(t testing.TB) []byte {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	img := image.NewYCbCr(image.Rect(0, 0, 4000, 3000), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		img.Y[i] = byte(128 + random.IntN(68))
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = byte(100+random.IntN(40)), byte(120+random.IntN(40))
	}
	b := asJPEG(t, img, 94)
	if len(b) < 8<<20 || len(b) > 10<<20 {
		t.Fatalf("the photo has %d bytes", len(b))
	}
	return b
}

func BenchmarkDevelop10MiB(b *testing.B) {
	photo := heavyPhoto(b)
	b.SetBytes(int64(len(photo)))
	b.ReportAllocs()
	for b.Loop() {
		develop(b, photo)
	}
}

func BenchmarkBombRefused(b *testing.B) {
	for name, bomb := range bombs(b) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Probe(bytes.NewReader(bomb), int64(len(bomb)), "photo", ""); err == nil {
					b.Fatal("taken")
				}
			}
		})
	}
}

// FuzzPhoto: whatever a photo's head says, it is read or refused, and never
// takes more memory than there is.
func FuzzPhoto(f *testing.F) {
	for _, b := range bombs(f) {
		if len(b) < 1<<20 {
			f.Add(b)
		}
	}
	f.Add(withExif(asJPEG(f, corners(8, 8), 50), exif(binary.LittleEndian, 6)))
	f.Add(withExif(asPNG(f, corners(8, 8)), exif(binary.BigEndian, 3)))
	f.Add(load(f, "photo.webp"))
	f.Fuzz(func(t *testing.T, b []byte) {
		info, err := probe(t, b, "photo", "")
		if err != nil {
			if k := sayline.KindOf(err); k != sayline.WrongType && k != sayline.TooLarge {
				t.Fatalf("refused as %s: %v", k, err)
			}
			return
		}
		if info.Width < 1 || info.Height < 1 || info.Width*info.Height > maxPixels {
			t.Fatalf("taken as %+v", info)
		}
		if info.Width*info.Height > 1<<20 {
			return // it would only be slow
		}
		if d, err := Develop(bytes.NewReader(b), int64(len(b))); err == nil && (len(d.Photo) == 0 || bytes.Contains(d.Photo, []byte("Exif"))) {
			t.Fatal("developed to nothing, or to too much")
		}
	})
}
