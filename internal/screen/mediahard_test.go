//go:build unix

package screen_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	signals "os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/testkit"
)

// full lets no file of this process grow beyond so many bytes while f runs: the
// system refuses the write, as it does on a full disk.
func full(t *testing.T, most uint64, f func()) {
	t.Helper()
	signals.Ignore(syscall.SIGXFSZ) // so that it is an error, and not the end
	defer signals.Reset(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: most, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Error(err)
		}
	}()
	f()
}

// large is a photo of a few megabytes.
func large(t *testing.T) string {
	t.Helper()
	noise := make([]byte, 3<<20)
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	p := photo(t, 9)
	return p[:len(p)-2] + string(noise) + p[len(p)-2:]
}

// TestDiskFullOfMedia: wherever room runs out, nothing half is kept, the sender
// is told when to come back, and what is sent again then is one moment.
func TestDiskFullOfMedia(t *testing.T) {
	small, big := photo(t, 1), large(t)
	for name, c := range map[string]struct {
		photo string
		while func(t *testing.T, h *house, f func())
	}{
		"while it is read": {big, func(t *testing.T, _ *house, f func()) { full(t, 2<<20, f) }},
		"for its row":      {small, func(t *testing.T, _ *house, f func()) { full(t, 16<<10, f) }},
		"where it is kept": {small, func(t *testing.T, h *house, f func()) {
			in := filepath.Join(h.folder, "sparkle")
			h.must(os.WriteFile(in, nil, 0o600)) // no folder can be made there
			f()
			h.must(os.Remove(in))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			open := h.said("sparkle", `{"feeling":1,"more":true}`)
			body, contentType := form(t, file{"moment", "application/json", `{"feeling":1}`}, file{"photo", "image/jpeg", c.photo})
			key := newKey()
			c.while(t, h, func() {
				for _, a := range []*answer{
					h.call("POST", "/@sparkle/cx/moments", body, "Content-Type", contentType, "Idempotency-Key", key),
					h.call("POST", open.Receipt+"/media", c.photo, "Content-Type", "image/jpeg"),
				} {
					if p := a.problem(503); a.header.Get("Retry-After") == "" || len(p.Fallback) == 0 {
						t.Errorf("Retry-After %q, %s", a.header.Get("Retry-After"), a.body)
					}
				}
			})
			if n := h.moments(); n != 1 {
				t.Errorf("%d moments were stored", n-1)
			}
			if r := h.receipt(open.Receipt); len(r.Media) != 0 {
				t.Errorf("half kept: %+v", r.Media)
			}
			h.nothingKept()
			again := read[cx.Accepted](h.call("POST", "/@sparkle/cx/moments", body, "Content-Type", contentType, "Idempotency-Key", key).want(201))
			if r := h.receipt(again.Receipt); len(r.Media) != 1 || h.moments() != 2 {
				t.Errorf("sent again it is %+v, of %d moments", r.Media, h.moments())
			}
		})
	}
}

// raw sends a request as it stands, then nothing more, and gives the status of
// each answer until the connection ends.
func (h *house) raw(head, body string) (statuses []int) {
	h.t.Helper()
	u, err := url.Parse(h.url)
	h.must(err)
	conn, err := net.Dial("tcp", u.Host)
	h.must(err)
	defer conn.Close()
	h.must(conn.SetDeadline(time.Now().Add(20 * time.Second)))
	if _, err := io.WriteString(conn, strings.ReplaceAll(head, "\n", "\r\n")+"\r\n\r\n"+body); err != nil && !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
		h.t.Fatal(err)
	}
	_ = conn.(*net.TCPConn).CloseWrite() // it may be closed from there already
	all, _ := io.ReadAll(conn)           // as far as it comes
	for _, line := range strings.Split(string(all), "\n") {
		var status int
		if n, _ := fmt.Sscanf(line, "HTTP/1.1 %d", &status); n == 1 {
			statuses = append(statuses, status)
		}
	}
	return statuses
}

// chunks sends a moment without telling its length.
func (h *house) chunks(body, contentType string) *answer {
	h.t.Helper()
	r, err := http.NewRequest("POST", h.url+"/@sparkle/cx/moments", io.MultiReader(strings.NewReader(body)))
	h.must(err)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Idempotency-Key", newKey())
	res, err := http.DefaultTransport.RoundTrip(r)
	h.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	h.must(err)
	return &answer{h.t, res.StatusCode, res.Header, text}
}

// TestLyingLength: a body is what its length says it is. One that ends early is
// 400, one that goes on is cut, and nothing of either is kept; one that says
// nothing is read to its end.
func TestLyingLength(t *testing.T) {
	h := newHouse(t)
	body, contentType := form(t, file{"moment", "application/json", `{"feeling":1}`}, file{"photo", "image/jpeg", photo(t, 1)})
	head := func(path, contentType, length string) string {
		return "POST " + path + " HTTP/1.1\nHost: " + strings.TrimPrefix(h.url, "http://") + "\nContent-Type: " + contentType + "\nIdempotency-Key: " + newKey() + "\n" + length
	}
	length := func(n int) string { return fmt.Sprint("Content-Length: ", n) }
	open := strings.TrimPrefix(h.said("sparkle", `{"feeling":1,"more":true}`).Receipt, h.url)
	before := h.moments()
	for name, c := range map[string]struct{ head, body string }{
		"longer":            {head("/@sparkle/cx/moments", contentType, length(len(body)+1000)), body[:len(body)-20]},
		"longer, alone":     {head(open+"/media", "image/jpeg", length(len(photo(t, 1))+1000)), photo(t, 1)},
		"shorter":           {head("/@sparkle/cx/moments", contentType, length(len(body)-100)), body},
		"cut chunks":        {head("/@sparkle/cx/moments", contentType, "Transfer-Encoding: chunked"), fmt.Sprintf("%x\r\n%s", len(body), body[:len(body)-50])},
		"no length at all":  {head("/@sparkle/cx/moments", contentType, "X-Nothing: 1"), ""},
		"both, and neither": {head("/@sparkle/cx/moments", contentType, "Content-Length: 5\nContent-Length: 6"), body},
	} {
		got := h.raw(c.head, c.body)
		for _, status := range got {
			if status != 400 {
				t.Errorf("%s: %d", name, status)
			}
		}
		if len(got) == 0 {
			t.Errorf("%s: no answer", name)
		}
	}
	if n := h.moments(); n != before {
		t.Errorf("%d moments were stored", n-before)
	}
	h.nothingKept()
	h.chunks(body, contentType).want(201)
}

// TestBodyLimit: 48 MiB in all, said so, whether the length is told or not.
func TestBodyLimit(t *testing.T) {
	h := newHouse(t)
	nine := photo(t, 1)
	nine = nine[:len(nine)-2] + strings.Repeat("x", 9<<20) + nine[len(nine)-2:]
	parts := []file{{"moment", "application/json", `{"feeling":1}`}}
	for range 6 {
		parts = append(parts, file{"photo", "image/jpeg", nine})
	}
	body, contentType := form(t, parts...)
	told := h.call("POST", "/@sparkle/cx/moments", body, "Content-Type", contentType, "Idempotency-Key", newKey())
	for _, a := range []*answer{told, h.chunks(body, contentType)} {
		if !strings.Contains(a.problem(413).Detail, "48 MiB") {
			t.Errorf("%s", a.body)
		}
	}
	if n := h.moments(); n != 0 {
		t.Errorf("%d moments were stored", n)
	}
	h.nothingKept()
}

// TestExportWithMedia: asked for at once, it waits until the photo is clean, and
// holds every byte of what is kept.
func TestExportWithMedia(t *testing.T) {
	h := newHouse(t)
	body, contentType := form(t, file{"moment", "application/json", `{"text":"both"}`}, file{"photo", "image/jpeg", photo(t, 9)}, file{"voice", "audio/ogg", voice(t, "voice.ogg")})
	a := read[cx.Accepted](h.call("POST", "/@sparkle/cx/moments", body, "Content-Type", contentType, "Idempotency-Key", newKey()).want(201))
	var doc struct {
		ID    string
		Text  string
		Media []struct{ ID, Kind, Type, State, Data string }
	}
	h.must(json.Unmarshal(h.call("GET", a.Receipt+"/export", "").want(200).body, &doc))
	if doc.ID != a.ID || doc.Text != "both" || len(doc.Media) != 2 {
		t.Fatalf("the export is of %q, %q, with %d files", doc.ID, doc.Text, len(doc.Media))
	}
	for i, m := range h.receipt(a.Receipt).Media {
		x := doc.Media[i]
		data, err := base64.StdEncoding.DecodeString(x.Data)
		kept := h.call("GET", m.URL, "").want(200).body
		if err != nil || x.State != sayline.MediaClean || x.ID != m.ID || !bytes.Equal(data, kept) || bytes.Contains(data, []byte("GPS")) {
			t.Errorf("the %s: %v, %s, %d bytes of %d", x.Kind, err, x.State, len(data), len(kept))
		}
	}
}

// TestRetentionErasesFiles: when the time of a moment is over, its files go, and
// another's stay.
func TestRetentionErasesFiles(t *testing.T) {
	h := newHouse(t)
	send := func(moment string) *cx.Receipt {
		body, contentType := form(t, file{"moment", "application/json", moment}, file{"photo", "image/jpeg", photo(t, 9)})
		a := read[cx.Accepted](h.call("POST", "/@sparkle/cx/moments", body, "Content-Type", contentType, "Idempotency-Key", newKey()).want(201))
		return h.ready(a.Receipt)
	}
	brand := h.reg.ByID("sparkle")
	known, unknown := brand.RetainFor(sayline.Identified), brand.RetainFor(sayline.Unidentified)
	if known >= unknown {
		t.Fatal("both are kept as long: this test sees nothing")
	}
	send(`{"feeling":1,"class":"identified","contact":{"email":"ana@example.com"}}`)
	send(`{"feeling":1}`)
	if n := len(h.kept()); n != 4 { // each with its thumb
		t.Fatalf("%d files are kept: %v", n, h.kept())
	}
	h.clock.forward(known + time.Hour)
	if n, err := h.store.Retain(context.Background(), "sparkle", known); err != nil || n != 1 {
		t.Fatalf("%d went, %v", n, err)
	}
	testkit.Eventually(t, "two files are kept", func() bool { return len(h.kept()) == 2 })
	h.clock.forward(unknown)
	if n, err := h.store.Retain(context.Background(), "sparkle", known); err != nil || n != 1 {
		t.Fatalf("%d went, %v", n, err)
	}
	h.nothingKept()
}

// TestPhotoWithoutScript: the form alone, in a browser that runs no script.
func TestPhotoWithoutScript(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360.WithoutScript())
	p.Open(h.url + "/@sparkle/cx/t/k7f3")
	choose(p, `form.say input[name=photo]`, picture(t, 800, 600))
	p.Do(chromedp.SendKeys(chromedp.CSS(`form.say textarea[name=text]`), "The shelf is empty."))
	p.Click(`form.say button.go:not([formnovalidate])`)
	p.Until(`location.pathname.includes('/cx/r/') && document.readyState === 'complete'`)
	shown := testkit.Eval[string](p, `document.querySelector('img[src*="/media/"]').src`)
	img, err := jpeg.Decode(bytes.NewReader(h.call("GET", shown, "").want(200).body))
	if err != nil || img.Bounds().Dx() == 0 {
		t.Errorf("%s: %v", shown, err)
	}
	if w := testkit.Eval[int](p, `document.querySelector('img[src*="/media/"]').naturalWidth`); w == 0 {
		t.Error("the photo is not seen")
	}
	r := h.receipt(strings.SplitN(testkit.Eval[string](p, `location.href`), "?", 2)[0])
	if len(r.Media) != 1 || r.Media[0].Kind != "photo" || r.Moment.Text != "The shelf is empty." {
		t.Errorf("kept are %+v, %+v", r.Media, r.Moment)
	}
}
