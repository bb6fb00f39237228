package screen_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/sayline/sayline/internal/testkit"
)

// picture writes a photo of w × h pixels and returns its file.
func picture(t *testing.T, w, h int) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), 120, 255})
		}
	}
	name := filepath.Join(t.TempDir(), "shelf.png")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, m); err != nil {
		t.Fatal(err)
	}
	return name
}

func choose(p *testkit.Page, selector, file string) {
	p.Do(chromedp.SetUploadFiles(chromedp.CSS(selector), []string{file}, chromedp.NodeReady))
}

const receiptOf = `document.querySelector('.answer').dataset.receipt`

// arrived waits until a receipt's queue is empty and gives its media.
func (h *house) arrived(p *testkit.Page) (list []struct{ Kind, Type, URL string }) {
	h.t.Helper()
	p.Until(receiptOf)
	eventually(p, unsent+`.then(n => n === 0)`)
	var doc struct {
		Media []struct{ Kind, Type, URL string }
	}
	body := h.call("GET", testkit.Eval[string](p, receiptOf), "", "Accept", "application/json").want(200).body
	if err := json.Unmarshal(body, &doc); err != nil {
		h.t.Fatal(err)
	}
	return doc.Media
}

// TestPhotoByTap: on the first screen a photo alone is a moment; it is scaled
// down on the device, shown before it goes, and can be taken out again.
func TestPhotoByTap(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	p.Open(h.url + "/@sparkle/cx")
	large := picture(t, 3600, 900)
	choose(p, `.say .pick [name=photo]`, large)
	testkit.Eval[bool](p, `(document.querySelector('.say .pick [name=photo]').click(), true)`)
	p.Until(`document.querySelector('.tray .photo img').complete`)
	p.Click(`.tray .x`)
	p.Until(`!document.querySelector('.tray li')`)
	choose(p, `.say .pick [name=photo]`, large)
	p.Until(`document.querySelector('.tray .photo img').complete`)
	if n := h.moments(); n != 0 {
		t.Errorf("%d moments before Send", n)
	}
	p.Click(`.way .go`)
	media := h.arrived(p)
	if len(media) != 1 || media[0].Kind != "photo" || media[0].Type != "image/jpeg" {
		t.Fatalf("arrived: %+v", media)
	}
	a := h.call("GET", media[0].URL, "").want(200)
	c, err := jpeg.DecodeConfig(strings.NewReader(string(a.body)))
	if err != nil || c.Width > 2560 {
		t.Errorf("%v, %d × %d", err, c.Width, c.Height)
	}
	if n := h.moments(); n != 1 {
		t.Errorf("%d moments", n)
	}
	p.MustBeClean()
}

// TestVoiceByTap: a real recording of a (false) microphone, listened to, added
// to what was said, and playable in the browser it came from.
func TestVoiceByTap(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	p.Open(h.url + "/@sparkle/cx/t/k7f3")
	p.Click(".chip")
	p.Until(`document.querySelector('.steps') && document.querySelector('[data-part=gift] .mic')`)
	p.Click(`[data-part=gift] .mic`)
	p.Until(`document.querySelector('.rec .time').textContent.startsWith('0:01')`)
	p.Until(`[...document.querySelectorAll('.level i')].some(b => +b.style.getPropertyValue('--v') > 0)`)
	p.Click(`.rec .stop`)
	p.Until(`document.querySelector('.tray .voice')`)
	p.Click(`.tray .play`)
	p.Until(`document.querySelector('.tray .play').ariaLabel === 'Pause' || document.querySelector('.tray .track i').style.getPropertyValue('--at') > 0`)
	p.Click(`form.gift button:not([type=button])`)
	p.Until(`document.querySelector('.sent [data-state=sent]') || document.querySelector('[data-part=truth] audio')`)
	media := h.arrived(p)
	if len(media) != 1 || media[0].Kind != "voice" {
		t.Fatalf("arrived: %+v", media)
	}
	if seconds := testkit.Await[float64](p, `new Promise((ok, no) => { const a = new Audio(`+quoted(media[0].URL)+`); a.oncanplaythrough = () => ok(1); a.onerror = () => no(a.error.message) })`); seconds == 0 {
		t.Error("it does not play")
	}
	if n := h.moments(); n != 1 {
		t.Errorf("%d moments", n)
	}
	p.MustBeClean()
}

func quoted(s string) string { b, _ := json.Marshal(s); return string(b) }

// TestPhotoInADeadZone: a tap and its photo without a signal; the tab is closed;
// the next one delivers both, once.
func TestPhotoInADeadZone(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	shelf := h.url + "/@sparkle/cx/t/k7f3"
	p.Open(shelf)
	p.Click(".chip")
	p.Until(receiptOf)
	readyOffline(p)
	p.Offline(true)
	p.Open(shelf)
	p.Click(".chip")
	p.Until(`document.querySelector('.answer').dataset.state === 'waiting'`)
	choose(p, `.gift .pick [name=photo]`, picture(t, 300, 200))
	p.Until(`document.querySelector('.gift .tray .photo')`)
	p.Click(`form.gift button:not([type=button])`)
	p.Until(`document.querySelector('.sent [data-state=waiting]')`)
	eventually(p, `(async () => { const [id] = await Queue.ids(), i = await Queue.get(id); return i.media.length === 1 && !!await Queue.content(i.media[0].id) })()`)
	p.Open(shelf)
	p.Offline(false)
	p.Open(shelf)
	eventually(p, unsent+`.then(n => n === 0)`)
	if n := h.moments(); n != 2 {
		t.Errorf("%d moments", n)
	}
	if n := h.count("media"); n != 1 {
		t.Errorf("%d photos", n)
	}
}

// TestMicrophoneRefused: a plain sentence, and the device's own picker.
func TestMicrophoneRefused(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	p.Open(h.url + "/@sparkle/cx")
	testkit.Eval[bool](p, `(navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError')), true)`)
	p.Click(`.say .mic`)
	p.Until(`document.querySelector('.note').textContent.startsWith('The microphone')`)
	if name := testkit.Eval[string](p, `document.activeElement.name`); name != "voice" {
		t.Errorf("the focus is on %q", name)
	}
}

// TestInstallable: Chromium finds nothing wrong with the manifest.
func TestInstallable(t *testing.T) {
	h := newHouse(t)
	for _, brand := range []string{"sparkle", "granvia", "northgate"} {
		var m struct {
			Name, Start_url, Scope, Display string
			Icons                           []struct{ Src, Type, Sizes string }
			Share_target                    struct{ Action, Method string }
		}
		a := h.call("GET", "/@"+brand+"/cx/manifest.webmanifest?lang=es", "").want(200)
		if err := json.Unmarshal(a.body, &m); err != nil || m.Name == "" || m.Start_url != "/@"+brand+"/cx" || m.Display != "standalone" || m.Share_target.Action != m.Start_url+"/share" {
			t.Errorf("%v: %s", err, a.body)
		}
		for _, i := range m.Icons {
			got := h.call("GET", i.Src, "").want(200)
			if got.header.Get("Content-Type") != i.Type {
				t.Errorf("an icon is %s", got.header.Get("Content-Type"))
			}
			if i.Type != "image/png" {
				continue
			}
			if c, err := png.DecodeConfig(bytes.NewReader(got.body)); err != nil || fmt.Sprintf("%dx%d", c.Width, c.Height) != i.Sizes {
				t.Errorf("%s is %d × %d (%v)", i.Src, c.Width, c.Height, err)
			}
		}
	}
	p := testkit.Browser(t).Page(small360)
	p.Open(h.url + "/@sparkle/cx/t/k7f3")
	p.Click(".chip")
	p.Until(receiptOf)
	readyOffline(p)
	p.Open(h.url + "/@sparkle/cx/t/k7f3")
	// Shared by another app: the service worker takes it in, and nothing is sent.
	testkit.Await[bool](p, `(async () => { const c = new OffscreenCanvas(64, 64); c.getContext('2d').fillRect(0, 0, 64, 64)
		const f = document.createElement('form'), t = new DataTransfer; t.items.add(new File([await c.convertToBlob()], 'a.png', { type: 'image/png' }))
		f.method = 'post'; f.enctype = 'multipart/form-data'; f.action = '/@sparkle/cx/share'
		f.innerHTML = '<input name=text value="look at this"><input type=file name=photo>'; f.lastChild.files = t.files
		document.body.append(f); setTimeout(() => f.submit()); return true })()`)
	p.Until(`document.querySelector('.say .tray .photo img').complete && document.querySelector('.say textarea').value === 'look at this' && !location.search`)
	if n := h.moments(); n != 1 {
		t.Errorf("%d moments before Send", n)
	}
	p.Click(`.way .go`)
	if media := h.arrived(p); len(media) != 1 {
		t.Errorf("arrived: %+v", media)
	}
	r := h.call("POST", "/@sparkle/cx/share", "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nHej\r\n--b--\r\n", "Content-Type", "multipart/form-data; boundary=b").want(http.StatusSeeOther)
	if to := r.header.Get("Location"); !strings.HasSuffix(to, "/cx?text=Hej") {
		t.Errorf("without a service worker it leads to %s", to)
	}
}
