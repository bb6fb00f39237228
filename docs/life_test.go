package docs_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// exchange is one ```http block: what is sent, and what comes back.
type exchange struct {
	method, path, sent string
	headers            http.Header
	status             string
	shown              http.Header
	body               string
}

// read parses a block: a request, and after it an answer.
func read(t *testing.T, text string) (x exchange) {
	t.Helper()
	part := func(text string) (first string, h http.Header, body string) {
		head, body, _ := strings.Cut(strings.TrimSpace(text), "\n\n")
		first, rest, _ := strings.Cut(head, "\n")
		h = http.Header{}
		for line := range strings.Lines(rest) {
			name, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
			if !ok {
				t.Fatalf("%q is no header", line)
			}
			h.Set(name, value)
		}
		return first, h, strings.TrimSpace(body)
	}
	request, answer, ok := strings.Cut(text, "HTTP/1.1 ")
	if !ok {
		t.Fatalf("no answer is shown to %s", text)
	}
	line := ""
	line, x.headers, x.sent = part(request)
	x.method, x.path, _ = strings.Cut(line, " ")
	x.status, x.shown, x.body = part(answer)
	return x
}

// within says where a document that is shown differs from the real one: what it
// shows is there, "…" is anything.
func within(at string, shown, sent any) string {
	switch shown := shown.(type) {
	case map[string]any:
		real, ok := sent.(map[string]any)
		if !ok {
			return at + " is no object"
		}
		for name, v := range shown {
			w, there := real[name]
			if !there {
				return at + "/" + name + " is not there"
			}
			if where := within(at+"/"+name, v, w); where != "" {
				return where
			}
		}
	case []any:
		real, ok := sent.([]any)
		if !ok || len(real) != len(shown) {
			return at + " is another list"
		}
		for i := range shown {
			if where := within(at+"/…", shown[i], real[i]); where != "" {
				return where
			}
		}
	default:
		if shown != sent && shown != "…" {
			return at + " is something else"
		}
	}
	return ""
}

// The life of a moment, as the text tells it, happens so with a real server.
func TestAMomentsLife(t *testing.T) {
	base := serve(t)
	img := bytes.Buffer{}
	if err := png.Encode(&img, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	receipt, first, export, n := "", "", "", 0
	for _, b := range blocks(documents(t)["../docs/protocol.md"]) {
		if b.lang != "http" {
			continue
		}
		x := read(t, b.text)
		n++
		sent := strings.Replace(x.sent, "(the photo)", img.String(), 1)
		req, err := http.NewRequestWithContext(t.Context(), x.method, base+strings.Replace(x.path, "RECEIPT", receipt, 1), strings.NewReader(sent))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = x.headers
		if req.Header.Get("Accept") == "" {
			req.Header.Set("Accept", "application/json")
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var body bytes.Buffer
		_, err = body.ReadFrom(res.Body)
		res.Body.Close()
		what := x.method + " " + x.path + ", answered " + res.Status
		if err != nil || !strings.HasPrefix(res.Status, x.status) {
			t.Fatalf("%s, not %s: %v %s", what, x.status, err, &body)
		}
		for name := range x.shown {
			if got := res.Header.Get(name); got != x.shown.Get(name) && (got == "" || x.shown.Get(name) != "…") {
				t.Errorf("%s: %s is %q", what, name, got)
			}
		}
		if at, err := url.Parse(res.Header.Get("Location")); err == nil && res.StatusCode == http.StatusCreated && x.path == "/cx/moments" {
			_, receipt, _ = strings.Cut(at.Path, "/cx/r/")
			id, _ := members(t, body.String())["id"].(string)
			if first != "" && id != first {
				t.Errorf("%s: another moment", what)
			}
			first = id
		}
		if strings.HasSuffix(x.path, "/export") {
			export = body.String()
		}
		if x.body == "" {
			continue
		}
		var real any
		if err := json.Unmarshal(body.Bytes(), &real); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if where := within("", any(members(t, x.body)), real); where != "" {
			t.Errorf("%s: %s in %s", what, where, &body)
		}
	}
	if n < 12 || first == "" || !strings.Contains(export, "third time this week") || !strings.Contains(export, "It is back.") || !strings.Contains(export, `"data"`) {
		t.Errorf("%d exchanges; the export is %.500s", n, export)
	}
}
