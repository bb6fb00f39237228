package cx_test

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline/cx"
)

const accepted = `{"id":"1","reference":"K7Q3-F9MX","received_at":"2026-11-22T10:00:00Z","status":"received","receipt":"http://s.example/r/x","retain_until":"2027-11-22T10:00:00Z"}`

var brand = &cx.Discovery{API: &cx.API{Submit: "http://s.example/moments"}}

// fails answers as told, one after another; nil breaks the connection.
type fails []func(w http.ResponseWriter)

func status(code int, contentType, body string, headers ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", contentType)
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// However often it goes wrong in between, the key and the bytes are the same,
// and the pauses are those that were asked for.
func TestSayIsPatient(t *testing.T) {
	n := newInternet(t)
	answers := fails{
		nil,
		status(503, "application/problem+json", `{"title":"Busy","status":503}`, "Retry-After", "7"),
		status(429, "text/html", "<h1>slow down</h1>", "Retry-After", now.Add(90*time.Second).Format(http.TimeFormat)),
		status(200, "text/html", "<h1>Welcome to our hotel</h1>"),
		status(302, "text/html", "", "Location", "http://login.example/"),
		status(409, "application/problem+json", `{"title":"Still running","status":409}`),
		status(201, "application/json", accepted),
	}
	var keys, bodies []string
	n.hosts["s.example"] = func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		keys, bodies = append(keys, r.Header.Get("Idempotency-Key")), append(bodies, string(b))
		if answer := answers[len(keys)-1]; answer != nil {
			answer(w)
			return
		}
		panic(http.ErrAbortHandler)
	}
	var pauses []time.Duration
	client := n.client(&pauses)
	client.Tries = 7
	a, err := client.Say(t.Context(), brand, cx.Moment{Feeling: 1})
	if err != nil || a.Reference != "K7Q3-F9MX" {
		t.Fatal(a, err)
	}
	if len(keys) != 7 || len(slices.Compact(keys)) != 1 || len(slices.Compact(bodies)) != 1 || len(keys[0]) < 22 {
		t.Errorf("keys %q, bodies %q", keys, bodies)
	}
	if bodies[0] != `{"cx":"2026-11","feeling":1}` {
		t.Errorf("sent %s", bodies[0])
	}
	second := time.Second
	if want := []time.Duration{second, 7 * second, 90 * second, 8 * second, 16 * second, 32 * second}; !slices.Equal(pauses, want) {
		t.Errorf("paused %v, want %v", pauses, want)
	}
}

// What the brand refuses is not tried again.
func TestSayIsRefused(t *testing.T) {
	n := newInternet(t)
	times := 0
	n.hosts["s.example"] = func(w http.ResponseWriter, _ *http.Request) {
		times++
		status(422, "application/problem+json", `{"title":"Nothing in it","status":422,"errors":[{"pointer":"/text","detail":"expected one"}]}`)(w)
	}
	_, err := n.client(nil).Say(t.Context(), brand, cx.Moment{})
	var p *cx.Problem
	if !errors.As(err, &p) || p.Status != 422 || p.Errors[0].Pointer != "/text" || times != 1 {
		t.Fatalf("%v after %d times", err, times)
	}
	if _, err := cx.Say(t.Context(), &cx.Discovery{Screen: "https://s.example/cx"}, cx.Moment{}); !errors.Is(err, cx.ErrNoAPI) {
		t.Error(err)
	}
}

func TestSayGivesUp(t *testing.T) {
	n := newInternet(t)
	var pauses []time.Duration
	_, err := n.client(&pauses).Say(t.Context(), brand, cx.Moment{Feeling: 3})
	if err == nil || len(pauses) != 5 || strings.Contains(err.Error(), "moments") {
		t.Fatalf("%v after %v", err, pauses)
	}
}

// Photos and voices travel beside the moment, in order, the same bytes each time.
func TestSayMedia(t *testing.T) {
	n := newInternet(t)
	var seen []string
	n.hosts["s.example"] = func(w http.ResponseWriter, r *http.Request) {
		_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil {
			t.Error(err)
		}
		for parts := multipart.NewReader(r.Body, params["boundary"]); ; {
			p, err := parts.NextPart()
			if err != nil {
				break
			}
			b, _ := io.ReadAll(p)
			seen = append(seen, p.FormName()+" "+p.FileName()+" "+p.Header.Get("Content-Type")+" "+string(b))
		}
		status(201, "application/json", accepted)(w)
	}
	_, err := n.client(nil).Say(t.Context(), brand, cx.Moment{Text: "look"}, cx.Medium{Media: cx.Photo, Type: "image/jpeg", Name: "a\"\r\nb.jpg", Bytes: []byte("JPEG")}, cx.Medium{Media: cx.Voice, Type: "audio/ogg", Bytes: []byte("Ogg")})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{`moment  application/json {"cx":"2026-11","text":"look"}`, "photo a___b.jpg image/jpeg JPEG", "voice voice2 audio/ogg Ogg"}; !slices.Equal(seen, want) {
		t.Errorf("sent %q", seen)
	}
	if _, err := n.client(nil).Freeze(cx.Moment{}, cx.Medium{Media: "video"}); err == nil {
		t.Error("a video was taken")
	}
}

// receiptServer is one receipt whose answers to words get lost.
type receiptServer struct {
	words []string
	lose  int // how many answers to POST are lost
	fail  int // how many POSTs never arrive
	gets  int
	fresh int // answers that were not 304
}

func (s *receiptServer) serve(w http.ResponseWriter, r *http.Request) {
	doc := cx.Receipt{ID: "1", Status: cx.Received}
	switch {
	case r.Method == http.MethodPost && s.fail > 0:
		s.fail--
		panic(http.ErrAbortHandler)
	case r.Method == http.MethodPost:
		var words cx.Words
		_ = json.NewDecoder(r.Body).Decode(&words)
		s.words = append(s.words, words.Text)
		if s.lose--; s.lose >= 0 {
			panic(http.ErrAbortHandler)
		}
	default:
		s.gets++
	}
	for _, text := range s.words {
		doc.Messages = append(doc.Messages, cx.Message{From: "author", Text: text})
	}
	body, _ := json.Marshal(doc)
	tag := `"` + strings.Join(s.words, "-") + `"`
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.fresh++
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// Words are said once, whether it was the question or the answer that got lost.
func TestMessageIsSaidOnce(t *testing.T) {
	for _, s := range []*receiptServer{{}, {lose: 1}, {fail: 2}} {
		n := newInternet(t)
		n.hosts["s.example"] = s.serve
		rec, err := n.client(nil).Answer("http://s.example/r/x").Message(t.Context(), cx.Words{Text: "and it is warm"})
		if err != nil || len(rec.Messages) != 1 || len(s.words) != 1 {
			t.Errorf("%v: said %q", err, s.words)
		}
	}
}

func TestReceiptIsReadOnce(t *testing.T) {
	n, s := newInternet(t), &receiptServer{}
	n.hosts["s.example"] = s.serve
	a := n.client(nil).Answer("http://s.example/r/x")
	for range 3 {
		if rec, err := a.Get(t.Context()); err != nil || rec.ID != "1" {
			t.Fatal(err)
		}
	}
	if s.gets != 3 || s.fresh != 1 {
		t.Errorf("asked %d times, sent %d times", s.gets, s.fresh)
	}
}

// A secret address is in no error.
func TestErrorsHoldNoSecret(t *testing.T) {
	n := newInternet(t)
	a := n.client(nil).Answer("http://nobody.example/cx/r/secret")
	_, err := a.Get(t.Context())
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
	if _, err = a.Export(t.Context()); err == nil || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
}

// Where there is a stream it is read; where it breaks it is opened again; where
// there is none the receipt is asked for.
func TestWatch(t *testing.T) {
	n := newInternet(t)
	step := 0
	n.hosts["s.example"] = func(w http.ResponseWriter, r *http.Request) {
		streamed := r.Header.Get("Accept") == "text/event-stream"
		if step++; streamed && step != 2 {
			w.Header().Set("Content-Type", "text/event-stream")
		}
		switch {
		case step == 1:
			_, _ = io.WriteString(w, ": hello\n\nid: a\nevent: receipt\ndata: {\"id\":\"1\",\ndata: \"status\":\"received\"}\n\nevent: receipt\ndata: {\"id\":\"1\",\"status\":\"received\"}\n\nevent: end\ndata: {}\n\n")
		case step == 2 && streamed: // too many are watching
			status(503, "application/problem+json", `{"title":"Too many","status":503}`)(w)
		case step == 3 && !streamed:
			status(200, "application/json", `{"id":"1","status":"seen"}`)(w)
		case step == 4 && streamed:
			if got := r.Header.Get("Last-Event-ID"); got != "a" {
				t.Errorf("Last-Event-ID %q", got)
			}
			_, _ = io.WriteString(w, "event: receipt\r\ndata: {\"id\":\"1\",\"status\":\"answered\"}\r\n\r\nevent: gone\r\ndata: {}\r\n\r\n")
		default:
			t.Errorf("step %d, streamed %v", step, streamed)
		}
	}
	var told []string
	for rec, err := range n.client(nil).Answer("http://s.example/r/x").Watch(t.Context()) {
		if err != nil {
			if !cx.Gone(err) {
				t.Error(err)
			}
			told = append(told, "gone")
			break
		}
		told = append(told, rec.Status)
	}
	if want := []string{"received", "seen", "answered", "gone"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}
