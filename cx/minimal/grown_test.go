package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	"golang.org/x/image/webp"

	"github.com/sayline/sayline/cx"
)

// grown is the small server with what it leaves out: photos and voices, events,
// and a resolver of barcodes. It is broken in one way, by the id of the check
// that finds it; "" is whole.
type grown struct {
	http.Handler // the small server
	base, flaw   string
	hooks        *sender

	mu     sync.Mutex
	media  map[string][]file // by receipt
	public []listing
}

// file is a photo or voice as it is shown.
type file struct {
	kind, mediaType string
	raw             [32]byte
	shown           []byte
}

func (f file) id() string { return fmt.Sprintf("%x", f.raw[:8]) }

func grow(base, flaw string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		g := &grown{Handler: next, base: base, flaw: flaw, media: map[string][]file{}, hooks: &sender{flaw: flaw}}
		mux := http.NewServeMux()
		for pattern, h := range map[string]http.HandlerFunc{
			"/": g.pass, "GET /.well-known/cx": g.document, "POST /cx/moments": g.say, "GET /cx/r/{secret}": g.receipt, "GET /cx/r/{secret}/export": g.receipt,
			"POST /cx/r/{secret}/media": g.add, "GET /cx/r/{secret}/media/{id}": g.show, "DELETE /cx/r/{secret}": g.withdraw,
			"GET /.well-known/gs1resolver": g.describe, "GET /gs1/01/{gtin}": g.resolve, "GET /cx/01/{gtin}": g.scanned, "PUT /hook": g.hook, "/open311/v2/{path...}": g.open311,
		} {
			mux.HandleFunc(pattern, h)
		}
		return mux
	}
}

func (g *grown) pass(w http.ResponseWriter, r *http.Request) { g.Handler.ServeHTTP(w, r) }

// inner asks the small server.
func (g *grown) inner(method, path, body string, headers http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header = headers.Clone()
	r.Header.Del("If-None-Match") // it has another document than is sent
	rec := httptest.NewRecorder()
	g.ServeHTTP(rec, r)
	return rec
}

// reply sends what the small server has answered, with another body.
func reply(w http.ResponseWriter, r *http.Request, rec *httptest.ResponseRecorder, body []byte) {
	for name, values := range rec.Header() {
		w.Header()[name] = values
	}
	if tag := fmt.Sprintf(`"%x"`, sha256.Sum256(body)); rec.Code == 200 {
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(body)
}

func (g *grown) refuse(w http.ResponseWriter, status int) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(cx.Problem{Title: http.StatusText(status), Status: status})
}

var (
	photos = []string{"image/jpeg", "image/png", "image/webp"}
	voices = []string{"audio/webm", "audio/ogg", "audio/mp4"}
)

const (
	mostPhotos = 4
	mostBytes  = 10 << 20
)

func (g *grown) document(w http.ResponseWriter, r *http.Request) {
	rec := g.inner("GET", r.URL.Path, "", r.Header)
	var d cx.Discovery
	if json.Unmarshal(rec.Body.Bytes(), &d) != nil {
		g.pass(w, r)
		return
	}
	d.Accepts = append(d.Accepts, cx.Accepts{Media: "photo", Types: photos, MaxCount: mostPhotos, MaxBytes: mostBytes}, cx.Accepts{Media: "voice", Types: voices})
	d.Identifiers = &cx.Identifiers{GS1Resolver: g.base + "/gs1", Open311: g.base + "/open311/v2"}
	d.Conformance = append(d.Conformance, "media", "events", "gs1", "open311")
	body, _ := json.Marshal(d)
	reply(w, r, rec, body)
}

// say takes a moment with its parts, and gives the small server what is words.
func (g *grown) say(w http.ResponseWriter, r *http.Request) {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	said, files, status := string(body), []file(nil), 0
	if kind == "multipart/form-data" {
		if said, files, status = g.parts(body, params["boundary"]); status != 0 {
			g.refuse(w, status)
			return
		}
		r.Header.Set("Content-Type", "application/json")
	}
	rec := g.inner("POST", "/cx/moments", said, r.Header)
	if _, secret, ok := strings.Cut(rec.Header().Get("Location"), "/cx/r/"); ok {
		g.mu.Lock()
		known := g.media[secret] != nil
		if !known {
			g.media[secret] = append([]file{}, files...)
		}
		g.mu.Unlock()
		var a cx.Accepted
		if json.Unmarshal(rec.Body.Bytes(), &a) == nil && !known {
			g.publish(a.ID, said)
			g.hooks.send(event("cx.moment.received", a.ID, said, g.flaw))
		}
	}
	reply(w, r, rec, rec.Body.Bytes())
}

// parts reads a moment with media; its JSON names them, so that another photo is
// another body.
func (g *grown) parts(body []byte, boundary string) (said string, files []file, status int) {
	digest := sha256.New()
	for reader := multipart.NewReader(bytes.NewReader(body), boundary); ; {
		part, err := reader.NextPart()
		if err != nil {
			break
		}
		b, err := io.ReadAll(part)
		if err != nil {
			return "", nil, 400
		}
		if part.FormName() == "moment" {
			said = string(b)
			continue
		}
		f, status := g.take(part.FormName(), part.Header.Get("Content-Type"), b)
		if status != 0 {
			return "", nil, status
		}
		files = append(files, f)
		digest.Write(f.raw[:])
	}
	if len(files) > mostPhotos && g.flaw != "M10" {
		return "", nil, 422
	}
	var doc map[string]any
	if json.Unmarshal([]byte(said), &doc) != nil {
		return said, files, 0
	}
	if g.flaw != "M11" {
		doc["x_media"] = fmt.Sprintf("%x", digest.Sum(nil))
	}
	if doc["topic"] == nil { // a photo alone is enough
		doc["topic"] = "photo"
	}
	b, _ := json.Marshal(doc)
	return string(b), files, 0
}

// take looks at a photo or voice by its bytes, and cleans it.
func (g *grown) take(kind, declared string, b []byte) (file, int) {
	f := file{kind, is(b), sha256.Sum256(b), b}
	types := voices
	if kind == "photo" {
		types = photos
	}
	trusting := g.flaw == "M04" && slices.Contains(types, declared) || g.flaw == "M07" && declared == "image/svg+xml"
	switch {
	case len(b) > mostBytes:
		return f, 413
	case trusting && f.mediaType != declared:
		f.mediaType = declared
		return f, 0
	case !slices.Contains(types, f.mediaType) || declared != f.mediaType && declared != "application/octet-stream":
		return f, 415
	case kind == "voice":
		return f, 0
	}
	if f.mediaType == "image/webp" {
		f.shown, _, _ = bytes.Cut(b, []byte("EXIF"))
		if _, err := webp.DecodeConfig(bytes.NewReader(f.shown)); err != nil {
			return f, 415
		}
		return f, 0
	}
	if c, _, err := image.DecodeConfig(bytes.NewReader(b)); err != nil {
		return f, 415
	} else if c.Width*c.Height > 50_000_000 {
		return f, map[bool]int{true: 0, false: 413}[g.flaw == "M09"]
	}
	img, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return f, 415
	}
	f.shown = g.clean(img, f.mediaType, b)
	return f, 0
}

// clean writes a photo anew, turned as its camera was.
func (g *grown) clean(img image.Image, mediaType string, raw []byte) []byte {
	if bytes.Contains(raw, []byte("\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06")) && g.flaw != "M06" {
		turned := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dy(), img.Bounds().Dx()))
		for x := range img.Bounds().Dx() {
			for y := range img.Bounds().Dy() {
				turned.Set(img.Bounds().Dy()-1-y, x, img.At(x, y))
			}
		}
		img = turned
	}
	var b bytes.Buffer
	if mediaType == "image/png" {
		_ = png.Encode(&b, img)
	} else {
		_ = jpeg.Encode(&b, img, nil)
	}
	if g.flaw == "M05" { // what the camera wrote goes along
		_, words, _ := bytes.Cut(raw, []byte("CHECK-CANARY"))
		b.WriteString("CHECK-CANARY")
		b.Write(words)
	}
	return b.Bytes()
}

func is(b []byte) string {
	for head, t := range map[string]string{"\xff\xd8\xff": "image/jpeg", "\x89PNG": "image/png", "RIFF": "image/webp", "\x1a\x45\xdf\xa3": "audio/webm", "OggS": "audio/ogg"} {
		if bytes.HasPrefix(b, []byte(head)) {
			return t
		}
	}
	if len(b) > 8 && string(b[4:8]) == "ftyp" {
		return "audio/mp4"
	}
	return ""
}

// receipt is the small server's, with the media.
func (g *grown) receipt(w http.ResponseWriter, r *http.Request) {
	rec := g.inner("GET", r.URL.Path, "", r.Header)
	secret := r.PathValue("secret")
	g.mu.Lock()
	files := g.media[secret]
	g.mu.Unlock()
	var doc map[string]any
	if rec.Code != 200 || len(files) == 0 || json.Unmarshal(rec.Body.Bytes(), &doc) != nil {
		reply(w, r, rec, rec.Body.Bytes())
		return
	}
	var media []any
	for _, f := range files {
		m := map[string]any{"id": f.id(), "kind": f.kind, "type": f.mediaType, "state": "clean", "url": g.base + "/cx/r/" + secret + "/media/" + f.id()}
		if strings.HasSuffix(r.URL.Path, "/export") {
			m["data"] = f.shown // base64
		}
		media = append(media, m)
	}
	doc["media"] = media
	body, _ := json.Marshal(doc)
	reply(w, r, rec, body)
}

func (g *grown) add(w http.ResponseWriter, r *http.Request) {
	rec := g.inner("GET", "/cx/r/"+r.PathValue("secret"), "", http.Header{"Accept": {"application/json"}})
	var doc cx.Receipt
	_ = json.Unmarshal(rec.Body.Bytes(), &doc)
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	b, err := io.ReadAll(r.Body)
	switch {
	case err != nil:
		return
	case rec.Code != 200:
		g.refuse(w, rec.Code)
		return
	case doc.OpenUntil == nil && g.flaw != "M03":
		g.refuse(w, 409)
		return
	}
	var files []file
	status := 0
	if kind == "multipart/form-data" {
		_, files, status = g.parts(b, params["boundary"])
	} else {
		var f file
		f, status = g.take("photo", kind, b)
		files = []file{f}
	}
	if status != 0 {
		g.refuse(w, status)
		return
	}
	g.mu.Lock()
	g.media[r.PathValue("secret")] = append(g.media[r.PathValue("secret")], files...)
	g.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(201)
	_ = json.NewEncoder(w).Encode(doc)
}

func (g *grown) show(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	files := g.media[r.PathValue("secret")]
	g.mu.Unlock()
	i := slices.IndexFunc(files, func(f file) bool { return f.id() == r.PathValue("id") })
	if i < 0 {
		g.refuse(w, 404)
		return
	}
	w.Header().Set("Content-Type", files[i].mediaType)
	if g.flaw == "M01" && files[i].mediaType == "image/png" || g.flaw == "M02" && files[i].mediaType == "audio/ogg" {
		w.Header().Set("Content-Type", "application/octet-stream")
	}
	w.Header().Set("Content-Security-Policy", "sandbox")
	if g.flaw != "M08" {
		w.Header().Set("X-Content-Type-Options", "nosniff")
	}
	_, _ = w.Write(files[i].shown)
}

func (g *grown) withdraw(w http.ResponseWriter, r *http.Request) {
	before := g.inner("GET", r.URL.Path, "", http.Header{"Accept": {"application/json"}})
	var doc cx.Receipt
	rec := g.inner("DELETE", r.URL.Path, "", r.Header)
	if json.Unmarshal(before.Body.Bytes(), &doc) == nil && rec.Code == 204 {
		g.forget(doc.ID)
	}
	if json.Unmarshal(before.Body.Bytes(), &doc) == nil && rec.Code == 204 && g.flaw != "E07" {
		g.hooks.send(event("cx.moment.withdrawn", doc.ID, "", ""))
	}
	g.mu.Lock()
	if g.flaw != "M12" {
		delete(g.media, r.PathValue("secret"))
	}
	g.mu.Unlock()
	reply(w, r, rec, rec.Body.Bytes())
}
