package ways_test

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"fmt"
	"image"
	"image/png"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/image/draw"
	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/gs1"
	"github.com/sayline/sayline/internal/ways"
	"github.com/sayline/sayline/internal/words"
)

// open is an example brand at its public address.
func open(t testing.TB, name string, change func(*sayline.Config)) *ways.Book {
	t.Helper()
	src, err := examples.File(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := brandfile.Read(name+".yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(c)
	}
	catalogue, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	return &ways.Book{Config: c, Index: sayline.NewIndex(c), Codes: ways.NewCodes(c.Touchpoints), Words: catalogue, Base: "https://" + name + ".example"}
}

// fataler is a test, or a try of a property.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// scan reads a code as a phone would.
func scan(t fataler, picture image.Image) string {
	t.Helper()
	var missed error
	// As somebody holds it: from farther, and nearer until it is read. With few
	// pixels a square this scanner now and then loses count.
	for _, times := range []int{1, 2, 3, 5} {
		bitmap, err := gozxing.NewBinaryBitmapFromImage(nearer(picture, times))
		if err != nil {
			t.Fatal(err)
		}
		got, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
		if err == nil {
			return got.GetText()
		}
		missed = err
	}
	t.Fatalf("no scanner reads it: %v", missed)
	return ""
}

// nearer is a picture some times as large.
func nearer(p image.Image, times int) image.Image {
	if times == 1 {
		return p
	}
	b := p.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, times*b.Dx(), times*b.Dy()))
	draw.BiLinear.Scale(out, out.Bounds(), p, b, draw.Src, nil)
	return out
}

// address draws addresses as they are printed: any code, any ref.
var address = rapid.Custom(func(t *rapid.T) string {
	return "https://sparkle.example/cx/t/" + rapid.StringMatching(`[a-z0-9-]{1,48}`).Draw(t, "code") + rapid.SampledFrom([]string{"", "?ref=room%20412", "?ref=%D8%BA%D8%B1%D9%81%D8%A9%20412"}).Draw(t, "ref")
})

// TestPicturesAreRead: whatever the address, level, size and colour, the PNG is
// exactly as large as asked and a scanner reads the address from it.
func TestPicturesAreRead(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		want := address.Draw(rt, "address")
		code, err := ways.Encode(want, rapid.SampledFrom(ways.Levels).Draw(rt, "level"))
		if err != nil {
			rt.Fatal(err)
		}
		p := ways.Print{MM: float64(rapid.IntRange(20, 200).Draw(rt, "mm")), Pixels: rapid.IntRange(8*code.Width(), max(900, 9*code.Width())).Draw(rt, "pixels"),
			Colour: fmt.Sprintf("#%06x", rapid.IntRange(0, 0xffffff).Draw(rt, "colour")), Letters: rapid.Bool().Draw(rt, "letters")}
		file, err := code.PNG(p)
		if err != nil {
			rt.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			rt.Fatal(err)
		}
		if got := picture.Bounds().Dx(); got != p.Pixels || !p.Letters && picture.Bounds().Dy() != p.Pixels || p.Letters && picture.Bounds().Dy() <= p.Pixels {
			rt.Fatalf("asked for %d pixels, got %v", p.Pixels, picture.Bounds())
		}
		if got := scan(rt, picture); got != want {
			rt.Fatalf("read %q, want %q", got, want)
		}
	})
}

var (
	viewBox = regexp.MustCompile(`width="([\d.]+)mm" height="([\d.]+)mm" viewBox="0 0 (\d+) ([\d.]+)"`)
	run     = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)
)

// TestVectorIsRead: the SVG has the size asked for in millimetres and its squares
// are a code that a scanner reads.
func TestVectorIsRead(t *testing.T) {
	for _, level := range ways.Levels {
		want := "https://sparkle.example/cx/t/k7f3"
		code, err := ways.Encode(want, level)
		if err != nil {
			t.Fatal(err)
		}
		file, err := code.SVG(ways.Print{MM: 62.5, Colour: "#0b6e4f", Letters: true})
		if err != nil {
			t.Fatal(err)
		}
		box := viewBox.FindStringSubmatch(string(file))
		if box == nil || box[1] != "62.5" || !strings.Contains(string(file), `fill="#0b6e4f"`) {
			t.Fatalf("%s: %.200s", level, file)
		}
		units, _ := strconv.Atoi(box[3])
		picture := image.NewGray(image.Rect(0, 0, units*6, units*6))
		for i := range picture.Pix {
			picture.Pix[i] = 255
		}
		for _, m := range run.FindAllStringSubmatch(string(file), -1) {
			x, _ := strconv.Atoi(m[1])
			y, _ := strconv.Atoi(m[2])
			length, _ := strconv.Atoi(m[3])
			for row := y * 6; row < y*6+6; row++ {
				for col := x * 6; col < (x+length)*6; col++ {
					picture.Pix[picture.PixOffset(col, row)] = 0
				}
			}
		}
		if got := scan(t, picture); got != want {
			t.Errorf("%s: read %q", level, got)
		}
	}
}

// TestColourOnlyWhereItIsRead: red and pale colours give way to black.
func TestColourOnlyWhereItIsRead(t *testing.T) {
	for colour, want := range map[string]string{"#0b6e4f": "#0b6e4f", "#12305a": "#12305a", "#b3391f": "#000000", "#ff0000": "#000000", "#ffd400": "#000000", "#8bc34a": "#000000", "": "#000000"} {
		if got := ways.Ink(colour); got != want {
			t.Errorf("%s is printed in %s, want %s", colour, got, want)
		}
	}
}

// TestCodesLast: a code stays what it was whatever is added later, is short, and
// is found however it is typed; no two touchpoints share one.
func TestCodesLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9][a-z0-9-]{0,30}[a-z0-9]`), 2, 40, rapid.ID).Draw(t, "ids")
		var list []sayline.Touchpoint
		for _, id := range ids {
			list = append(list, sayline.Touchpoint{ID: id})
		}
		some := rapid.IntRange(1, len(list)).Draw(t, "some")
		before, after := ways.NewCodes(list[:some]), ways.NewCodes(list)
		seen := map[string]string{}
		for i, id := range ids {
			code := after.Of(id)
			if other := seen[code]; other != "" {
				t.Fatalf("%s and %s are both %s", id, other, code)
			}
			seen[code] = id
			if i < some && before.Of(id) != code && !slices.Contains(ids, before.Of(id)) {
				t.Fatalf("%s was %s and is now %s", id, before.Of(id), code)
			}
			for _, typed := range []string{code, strings.ToUpper(code) + " ", id} {
				if got, ok := after.Find(typed); !ok || got != id {
					t.Fatalf("%q leads to %q, want %q", typed, got, id)
				}
			}
			if len(code) > 12 {
				t.Fatalf("%s is typed as %s", id, code)
			}
		}
	})
}

func TestLinks(t *testing.T) {
	b := open(t, "sparkle", nil)
	for _, c := range []struct {
		touchpoint string
		fill       ways.Fill
		want       string
	}{
		{"k7f3", ways.Fill{}, "https://sparkle.example/cx/t/k7f3"},
		{"front-door", ways.Fill{}, "https://sparkle.example/cx"},
		{"front-door", ways.Fill{Kiosk: true}, "https://sparkle.example/cx/t/front-door?kiosk"},
		{"k7f3", ways.Fill{Ref: "room 412", Topic: "cant-find-it", Text: "¿dónde?"}, "https://sparkle.example/cx/t/k7f3?topic=cant-find-it&ref=room%20412&text=%C2%BFd%C3%B3nde%3F"},
	} {
		if got := b.Link(c.touchpoint, c.fill); got != c.want {
			t.Errorf("%s %+v: %s, want %s", c.touchpoint, c.fill, got, c.want)
		}
	}
}

func TestSpoken(t *testing.T) {
	b := open(t, "sparkle", nil)
	for lang, want := range map[string]ways.Said{
		"en": {Words: "sparkle dot example slash c x slash t slash k 7 f 3", Spell: "k – kilo, f – foxtrot"},
		"es": {Words: "sparkle punto example barra c x barra t barra k 7 f 3", Spell: "k – kilo, f – foxtrot"},
	} {
		got := b.Spoken("https://sparkle.example/cx/t/k7f3", lang)
		if got.Words != want.Words || !strings.HasSuffix(got.Spell, want.Spell) {
			t.Errorf("%s: %+v, want %+v", lang, got, want)
		}
	}
	if got := b.Spoken("https://sparkle.example/cx", "ar").Words; got != "\u2068sparkle\u2069 نقطة \u2068example\u2069 شرطة مائلة \u2068c x\u2069" {
		t.Errorf("ar: %q", got)
	}
}

// TestTag: bytes checked by hand against the NFC Forum's URI record type.
func TestTag(t *testing.T) {
	got := ways.NDEF("https://a.example/cx")
	if want := "d1010d5504" + hex.EncodeToString([]byte("a.example/cx")); hex.EncodeToString(got) != want {
		t.Errorf("got %x", got)
	}
	if long := ways.NDEF("https://a.example/" + strings.Repeat("x", 400)); long[0] != 0xc1 || ways.TagFor(long) != "NTAG215" || ways.TagFor(got) != "NTAG213" {
		t.Errorf("a long one begins %x and needs %s", long[:8], ways.TagFor(long))
	}
}

func TestProduct(t *testing.T) {
	b := open(t, "sparkle", nil)
	l, err := b.Product(gs1.Link{GTIN: "9506000134352", Lot: "AB-123", Serial: "7", Expiry: "271231"})
	if err != nil {
		t.Fatal(err)
	}
	if l.Address != "https://sparkle.example/cx/01/09506000134352/10/AB-123/21/7?17=271231" || l.Element != "(01)09506000134352(17)271231(10)AB-123(21)7" {
		t.Errorf("%+v", l)
	}
	for _, bad := range []gs1.Link{{}, {GTIN: "9506000134351"}, {GTIN: "9506000134352", Lot: "a b"}, {GTIN: "9506000134352", Expiry: "271331"}, {GLN: "123"}} {
		if _, err := b.Product(bad); sayline.KindOf(err) != sayline.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestFitting: every channel has a way, and the brand's own people theirs.
func TestFitting(t *testing.T) {
	for _, channel := range sayline.Channels {
		if list := ways.Fitting(&sayline.Touchpoint{Channel: channel}); len(list) < 2 || list[0] == ways.Staff {
			t.Errorf("%s: %v", channel, list)
		}
		list := ways.Fitting(&sayline.Touchpoint{Channel: channel, Audiences: []string{"employee"}})
		if list[0] != ways.Staff || slices.Contains(list, ways.Poster) {
			t.Errorf("employees at %s: %v", channel, list)
		}
	}
}

// TestSignatureIsSafe: a brand's words can't put anything into the mail.
func TestSignatureIsSafe(t *testing.T) {
	b := open(t, "sparkle", func(c *sayline.Config) { c.Lines["invitation"] = sayline.Plain(`<img src=x>"&`) })
	s := b.Signature(b.Index.FrontDoor(), "en")
	if strings.Contains(s.HTML, "<img") || !strings.Contains(s.HTML, `href="https://sparkle.example/cx"`) || !strings.HasSuffix(s.Plain, "\nhttps://sparkle.example/cx") {
		t.Errorf("%+v", s)
	}
}

func TestSizesAreRefused(t *testing.T) {
	code, err := ways.Encode("https://sparkle.example/cx", ways.M)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []ways.Print{{MM: 1}, {MM: 2000}, {MM: 50, Pixels: 10}, {MM: 50, Pixels: 100_000}} {
		if _, err := code.PNG(p); sayline.KindOf(err) != sayline.Invalid {
			t.Errorf("%+v: %v", p, err)
		}
	}
	if _, err := ways.Encode("https://sparkle.example/cx", "X"); sayline.KindOf(err) != sayline.Invalid {
		t.Errorf("level X: %v", err)
	}
	if _, err := ways.Encode(strings.Repeat("x", 5000), ways.L); sayline.KindOf(err) != sayline.Invalid {
		t.Errorf("5,000 characters: %v", err)
	}
}

var (
	stream = regexp.MustCompile(`(?s)stream\r?\n(.*?)\r?\nendstream`)
	square = regexp.MustCompile(`([\d.]+) ([\d.]+) m\s+([\d.]+) ([\d.]+) l\s+[\d.]+ ([\d.]+) l`)
)

// TestPDFIsRead: one page of the size asked for, whose squares are a code that a
// scanner reads, with the address as text under it.
func TestPDFIsRead(t *testing.T) {
	want := "https://sparkle.example/cx/t/k7f3?ref=room%20412"
	code, err := ways.Encode(want, ways.H)
	if err != nil {
		t.Fatal(err)
	}
	file, err := code.PDF(ways.Print{MM: 80, Colour: "#0b6e4f", Letters: true}, time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	boxes := mediaBox.FindAllSubmatch(file, -1)
	var width, height float64
	if len(boxes) > 0 {
		fmt.Sscan(string(boxes[len(boxes)-1][1]), &width)
		fmt.Sscan(string(boxes[len(boxes)-1][2]), &height)
	}
	if width < 226.5 || width > 227 || height <= width {
		t.Fatalf("the page is %g × %g points, want 80 mm and the letters", width, height)
	}
	picture := image.NewGray(image.Rect(0, 0, 800, 800))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	scale, found, text := 800/width, 0, false
	for _, m := range stream.FindAllSubmatch(file, -1) {
		plain, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			continue // a font
		}
		content, err := io.ReadAll(plain)
		if err != nil {
			t.Fatal(err)
		}
		text = text || bytes.Contains(content, []byte(" Tj"))
		for _, s := range square.FindAllSubmatch(content, -1) {
			var at [5]float64
			for i := range at {
				fmt.Sscan(string(s[i+1]), &at[i])
			}
			found++
			for y := int((height-at[1])*scale + 0.5); y < int((height-at[4])*scale+0.5); y++ {
				for x := int(at[0]*scale + 0.5); x < int(at[2]*scale+0.5); x++ {
					picture.Pix[picture.PixOffset(x, y)] = 0
				}
			}
		}
	}
	if found == 0 || !text {
		t.Fatalf("%d squares, text: %v", found, text)
	}
	if got := scan(t, picture); got != want {
		t.Errorf("read %q", got)
	}
}
