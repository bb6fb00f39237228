package media

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
)

// service speaks the protocol of transcriptions: it reads the form, and then
// does what it is told.
func service(t *testing.T, answer http.HandlerFunc) (url string, heard func() (form *multipart.Form, key string)) {
	t.Helper()
	var form *multipart.Form
	var key string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/v1/audio/transcriptions" {
			http.NotFound(w, r)
			return
		}
		if err := r.ParseMultipartForm(10 << 20); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		form, key = r.MultipartForm, r.Header.Get("Authorization")
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() (*multipart.Form, string) { return form, key }
}

func TestTranscription(t *testing.T) {
	url, heard := service(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "{\"text\": \" It tastes\\u0000 of metal.\\nReally.\\ufffd \", \"language\": \"english\"}")
	})
	tr, err := NewTranscription(TranscriptionOptions{URL: url, Model: "small", Key: "sesame"})
	if err != nil {
		t.Fatal(err)
	}
	words, err := tr.Transcribe(t.Context(), strings.NewReader("a voice"), "audio/webm")
	if err != nil || words.Text != "It tastes of metal.\nReally. " && words.Text != "It tastes of metal.\nReally." || words.Lang != "en" {
		t.Errorf("%+v, %v", words, err)
	}
	form, key := heard()
	if key != "Bearer sesame" || form.Value["model"][0] != "small" || form.File["file"][0].Filename != "voice.webm" || form.File["file"][0].Header.Get("Content-Type") != "audio/webm" || form.File["file"][0].Size != 7 {
		t.Errorf("it was asked with %+v, %q", form, key)
	}
}

// TestTranscriptionThatFails: what may pass is asked again, what won't is not.
func TestTranscriptionThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   sayline.Kind
		after  time.Duration
	}{
		"busy": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(429)
		}, sayline.Unavailable, 7 * time.Second},
		"broken":        {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, sayline.Unavailable, 0},
		"refuses":       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, sayline.Internal, 0},
		"another thing": {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }, sayline.Unavailable, 0},
		"no words":      {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"error": "x"}`) }, sayline.Unavailable, 0},
		"stalls":        {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, sayline.Unavailable, 0},
		"cuts the line": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, `{"text": "It`)
			panic(http.ErrAbortHandler)
		}, sayline.Unavailable, 0},
	} {
		url, _ := service(t, c.answer)
		tr, err := NewTranscription(TranscriptionOptions{URL: url + "/v1", Timeout: 300 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		_, err = tr.Transcribe(t.Context(), strings.NewReader("a voice"), "audio/ogg")
		var busy *Busy
		if strange := name == "another thing" || name == "no words"; errors.As(err, new(*NoWords)) != strange {
			t.Errorf("%s: no words at all? %v", name, err)
		}
		if sayline.KindOf(err) != c.kind || errors.As(err, &busy) && busy.After != c.after || c.after > 0 && busy == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []string{"", "speech.example", "ftp://speech.example", "http://"} {
		if _, err := NewTranscription(TranscriptionOptions{URL: bad}); sayline.KindOf(err) != sayline.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// FuzzWords: whatever a service answers, it is fit to be shown or refused.
func FuzzWords(f *testing.F) {
	f.Add([]byte(`{"text":"a\u0000b\ud800","language":"english"}`))
	f.Add([]byte(`{"text":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		words, err := readWords(b)
		if err == nil && (strings.ContainsAny(words.Text, "\x00\x1b") || len([]rune(words.Text)) > mostWords+1 || len(words.Lang) > 3) {
			t.Fatalf("%+v", words)
		}
	})
}

// TestTranscriptionGoesNowhereElse: a service that leads on gives no words, and
// nobody it names is asked for any.
func TestTranscriptionGoesNowhereElse(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		t.Error("somebody else was asked")
		io.WriteString(w, `{"text": "words put into somebody's mouth"}`)
	}))
	defer other.Close()
	url, _ := service(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusSeeOther) })
	tr, err := NewTranscription(TranscriptionOptions{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	if words, err := tr.Transcribe(t.Context(), strings.NewReader("a voice"), "audio/webm"); sayline.KindOf(err) != sayline.Internal {
		t.Errorf("%+v, %v", words, err)
	}
}
