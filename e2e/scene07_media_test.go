package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/testkit"
)

// writer is a small server that writes voices down, as the operator's own does.
func writer(t *testing.T, words string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, _, err := r.FormFile("file")
		if r.URL.Path != "/v1/audio/transcriptions" || err != nil {
			http.Error(w, "expected a voice", http.StatusBadRequest)
			return
		}
		defer f.Close()
		_, _ = io.Copy(io.Discard, f)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"text": words, "language": "en"})
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// The picture and the voice: a photo reaches the team without the place it was
// taken at, a voice with its words beside it, and both can be opened by those
// who may, and by nobody else.
func TestScene07ThePictureAndTheVoice(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := openWith(t, database, func(o *app.Options) {
			o.Transcribe = media.TranscriptionOptions{URL: writer(t, "Two more pillows for four one two.")}
		}, "granvia")
		browser := testkit.Browser(t)
		rosa := browser.Page(testkit.Desktop)
		h.signIn(rosa, "rosa@granvia.example")
		// Before anything is said: the pulse, to which she came, loads itself anew
		// with the first words, and would take her back there.
		rosa.Open(h.at("", "/b/granvia/desk"))
		rosa.Until(`document.querySelector("#live").dataset.state === "on"`)

		shot, err := os.ReadFile(lotPhoto(t))
		h.must(err)
		exif := "Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00GPS 40.4168 -3.7038"
		n := len(exif) + 2
		shot = append([]byte("\xff\xd8\xff\xe1"+string([]byte{byte(n >> 8), byte(n)})+exif), shot[2:]...)
		voice, err := os.ReadFile(filepath.Join("..", "internal", "media", "testdata", "voice.webm"))
		h.must(err)
		h.sayWith(t, "granvia", `{"kind":"request","topic":"pillows","context":{"touchpoint":"room-madrid","ref":"412"}}`, map[string][]byte{"photo image/jpeg": shot, "voice audio/webm": voice})

		says(rosa, "#rows", "412")
		rosa.Press(`document.querySelector("#rows .row").click()`)
		says(rosa, "#thread", "Two more pillows for four one two.")
		rosa.Until(`[...document.querySelectorAll("#thread img")].some(i => i.complete && i.naturalWidth > 0) && !!document.querySelector("#thread audio")`)
		shoot(t, rosa, "scene 07 the picture and the voice")

		picture := testkit.Eval[string](rosa, `document.querySelector("#thread img").closest("a")?.href || document.querySelector("#thread img").src`)
		size := testkit.Await[int](rosa, fmt.Sprintf(`fetch(%q).then(r => r.arrayBuffer()).then(b => { window.kept = new TextDecoder("latin1").decode(b); return kept.length })`, picture))
		if size == 0 || testkit.Eval[bool](rosa, `kept.includes("GPS") || kept.includes("Exif")`) {
			t.Errorf("the picture of %d bytes still says where it was taken", size)
		}
		if !testkit.Await[bool](rosa, `new Promise(done => { const a = document.querySelector("#thread audio"); a.onloadedmetadata = () => done(true); a.lastElementChild.onerror = a.onerror = () => done(false); a.load() })`) {
			t.Error("the voice can't be played")
		}
		if res, err := http.Get(picture); err != nil || res.StatusCode == http.StatusOK && strings.HasPrefix(res.Header.Get("Content-Type"), "image/") {
			t.Errorf("anybody sees the picture: %v", err)
		}
		rosa.MustBeClean()
	})
}

// sayWith posts a moment with files, each under "kind type", as any client does.
func (h *house) sayWith(t *testing.T, brand, moment string, files map[string][]byte) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part := func(name, kind, file string, content []byte) {
		head := textproto.MIMEHeader{"Content-Type": {kind}, "Content-Disposition": {fmt.Sprintf(`form-data; name=%q`, name) + file}}
		w, err := form.CreatePart(head)
		h.must(err)
		_, err = w.Write(content)
		h.must(err)
	}
	part("moment", "application/json", "", []byte(moment))
	for what, content := range files {
		name, kind, _ := strings.Cut(what, " ")
		part(name, kind, `; filename="it"`, content)
	}
	h.must(form.Close())
	var key [16]byte
	_, _ = rand.Read(key[:])
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.at(brand, "/cx/moments"), &body)
	h.must(err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Idempotency-Key", hex.EncodeToString(key[:]))
	res, err := http.DefaultClient.Do(req)
	h.must(err)
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		b, _ := io.ReadAll(res.Body)
		t.Fatalf("%s: %s", res.Status, b)
	}
}
