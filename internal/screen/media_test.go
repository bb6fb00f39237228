package screen_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"mime/multipart"
	"net/textproto"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/testkit"
)

// file is a part of a form: a photo, a voice, or the moment's JSON.
type file struct{ name, mediaType, content string }

// form writes files as multipart/form-data.
func form(t testing.TB, files ...file) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i, f := range files {
		h := textproto.MIMEHeader{}
		disposition := `form-data; name="` + f.name + `"`
		if f.mediaType != "" {
			h.Set("Content-Type", f.mediaType)
			if f.name == "photo" || f.name == "voice" {
				disposition += `; filename="file` + strconv.Itoa(i) + `"`
			}
		}
		h.Set("Content-Disposition", disposition)
		p, err := w.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write([]byte(f.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// photo is a small JPEG with a place in it, as phones write them.
func photo(t testing.TB, shade uint8) string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 64, 32))
	for i := range img.Pix {
		img.Pix[i] = color.Gray{shade}.Y
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00GPS 40.4168 -3.7038"
	n := len(exif) + 2
	return "\xff\xd8\xff\xe1" + string([]byte{byte(n >> 8), byte(n)}) + exif + b.String()[2:]
}

func voice(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "media", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// sentMedia are the files kept, but for the spool.
func (h *house) kept() []string {
	h.t.Helper()
	var list []string
	err := filepath.WalkDir(h.folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

// ready waits until none of a receipt's media is raw any more.
func (h *house) ready(receipt string) (r *cx.Receipt) {
	h.t.Helper()
	testkit.Eventually(h.t, "no media is raw", func() bool {
		r = h.receipt(receipt)
		for _, m := range r.Media {
			if m.State == sayline.MediaRaw {
				h.call("GET", m.URL, "") // waits for it
				return false
			}
		}
		return true
	})
	return r
}

// TestPhotoAndVoice: a moment of nothing but a photo and a voice is accepted;
// its author gets both back, the photo upright and without its place.
func TestPhotoAndVoice(t *testing.T) {
	h := newHouse(t)
	key := newKey()
	body, contentType := form(t, file{"moment", "application/json", `{"more":true}`}, file{"photo", "image/jpeg", photo(t, 9)}, file{"voice", "audio/webm;codecs=opus", voice(t, "voice.webm")})
	send := func() *cx.Accepted {
		return read[cx.Accepted](h.call("POST", "/@sparkle/cx/moments", body, "Content-Type", contentType, "Idempotency-Key", key).want(201))
	}
	a := send()
	if again := send(); again.ID != a.ID || again.Receipt != a.Receipt {
		t.Errorf("the same twice is %+v and %+v", a, again)
	}
	r := h.ready(a.Receipt)
	if len(r.Media) != 2 || r.Media[0].Kind != "photo" || r.Media[1].Kind != "voice" {
		t.Fatalf("the receipt lists %+v", r.Media)
	}
	p, v := r.Media[0], r.Media[1]
	if p.State != "clean" || p.Type != "image/jpeg" || p.Width != 32 || p.Height != 64 || v.State != "clean" || v.Type != "audio/webm" || v.Seconds < 1.5 || v.Seconds > 2.5 {
		t.Errorf("the receipt lists %+v", r.Media)
	}
	for _, url := range []string{p.URL, p.Thumb} {
		got := h.call("GET", url, "").want(200)
		if bytes.Contains(got.body, []byte("GPS")) || bytes.Contains(got.body, []byte("Exif")) {
			t.Errorf("%s still tells where it was taken", url)
		}
		if img, err := jpeg.Decode(bytes.NewReader(got.body)); err != nil || img.Bounds().Dx() != 32 {
			t.Errorf("%s: %v", url, err)
		}
		guarded(t, got, "image/jpeg")
	}
	whole := h.call("GET", v.URL, "").want(200)
	guarded(t, whole, "audio/webm")
	part := h.call("GET", v.URL, "", "Range", "bytes=4-9").want(206)
	if string(part.body) != string(whole.body[4:10]) {
		t.Errorf("a part of the voice is %q", part.body)
	}
	wav := h.call("GET", v.WAV, "").want(200)
	guarded(t, wav, "audio/wav")
	if !strings.HasPrefix(string(wav.body), "RIFF") {
		t.Errorf("the WAV begins %q", wav.body[:8])
	}
	other := h.said("sparkle", `{"feeling":1}`)
	h.call("GET", strings.Replace(p.URL, a.Receipt, other.Receipt, 1), "").want(404)
}

// guarded: no browser takes it for anything else, or runs it.
func guarded(t *testing.T, a *answer, mediaType string) {
	t.Helper()
	for name, want := range map[string]string{"Content-Type": mediaType, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("Content-Disposition: %q", a.header.Get("Content-Disposition"))
	}
}

// TestMediaIsAdded: while it is open, to the receipt, as the body or as a form's
// parts; the same again adds nothing; after the seal it is 409.
func TestMediaIsAdded(t *testing.T) {
	h := newHouse(t)
	a := h.said("sparkle", `{"feeling":1,"more":true}`)
	at := a.Receipt + "/media"
	one := read[cx.Receipt](h.call("POST", at, photo(t, 1), "Content-Type", "image/jpeg").want(201))
	if len(one.Media) != 1 || one.Media[0].Kind != "photo" {
		t.Fatalf("the answer lists %+v", one.Media)
	}
	if again := read[cx.Receipt](h.call("POST", at, photo(t, 1), "Content-Type", "application/octet-stream").want(200)); len(again.Media) != 1 {
		t.Errorf("the same again lists %+v", again.Media)
	}
	body, contentType := form(t, file{"voice", "audio/ogg", voice(t, "voice.ogg")}, file{"photo", "image/jpeg", photo(t, 2)})
	if both := read[cx.Receipt](h.call("POST", at, body, "Content-Type", contentType).want(201)); len(both.Media) != 3 {
		t.Errorf("after three there are %+v", both.Media)
	}
	h.call("POST", at, body, "Content-Type", contentType, "Accept", "text/html").want(303)
	h.call("POST", at, `{}`, "Content-Type", "application/json").want(415)
	h.call("POST", at, "<svg xmlns='http://www.w3.org/2000/svg'/>", "Content-Type", "image/svg+xml").want(415)
	h.call("POST", at, photo(t, 3), "Content-Type", "image/png").want(415)
	h.call("POST", at, photo(t, 3), "Content-Type", "audio/webm").want(415)
	h.call("POST", at, strings.Repeat("x", 11<<20), "Content-Type", "image/jpeg").want(413)
	h.call("POST", strings.Replace(at, "/cx/r/", "/cx/r/0", 1), photo(t, 3), "Content-Type", "image/jpeg").want(404)
	for i := range 2 {
		h.call("POST", at, photo(t, uint8(10+i)), "Content-Type", "image/jpeg").want(201)
	}
	h.call("POST", at, photo(t, 20), "Content-Type", "image/jpeg").want(422) // a fifth
	h.ready(a.Receipt)
	h.call("PATCH", a.Receipt, `{"more":false}`, "Content-Type", "application/json").want(200)
	h.call("POST", at, photo(t, 21), "Content-Type", "image/jpeg").want(409)
	if got := h.receipt(a.Receipt); len(got.Media) != 5 {
		t.Errorf("in the end there are %+v", got.Media)
	}
	h.call("DELETE", a.Receipt, "").want(204)
	h.nothingKept()
}

// nothingKept waits until no file is left.
func (h *house) nothingKept() {
	h.t.Helper()
	testkit.Eventually(h.t, "no file is kept", func() bool { return len(h.kept()) == 0 })
}
