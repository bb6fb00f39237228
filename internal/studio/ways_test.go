package studio_test

import (
	"archive/zip"
	"bytes"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// TestWaysAreTheOwners: every page and file of the ways in is there for owners,
// and for nobody else.
func TestWaysAreTheOwners(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle"}, "")
	owner, manager, stranger := h.Client("elena@sparkle.example"), h.Client("tomas@sparkle.example"), visitor(t)
	at := h.URL + "/b/sparkle/studio"
	for path, want := range map[string]string{
		"/ways": "/studio/ways/k7f3", "/ways?q=estante+14&channel=shelf": "k7f3", "/ways/k7f3": "/@sparkle/cx/t/k7f3", "/ways/k7f3?lang=ar&topic=cant-find-it&text=x": "topic=cant-find-it",
		"/ways/k7f3/qr/svg": "<svg", "/ways/k7f3/qr/png?px=300&level=H&colour=1": "PNG", "/ways/k7f3/qr/pdf?mm=30&letters=1": "%PDF", "/ways/k7f3/sheet/poster?lang=es&second=ar": `lang="ar"`,
		"/ways/k7f3/sheet/sticker": "k7f3", "/ways/k7f3/tag": "cx/t/k7f3", "/product": "GTIN", "/product?gtin=9506000134352&lot=AB-123&expiry=2027-12-31": "(01)09506000134352(17)271231(10)AB-123",
		"/product/qr/svg?gtin=9506000134352": "<svg", "/print": "sheet", "/print?touchpoint=k7f3&sheet=sticker": "Estante 14",
	} {
		if status, body, _ := read(owner.Get(at + path))(t); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d, without %q", path, status, want)
		}
		if status, _, _ := read(manager.Get(at + path))(t); status != http.StatusNotFound {
			t.Errorf("a manager gets %d for %s", status, path)
		}
		if status, body, _ := read(stranger.Get(at + path))(t); status == http.StatusOK || strings.Contains(body, "k7f3") && status != http.StatusSeeOther {
			t.Errorf("a stranger gets %d for %s", status, path)
		}
	}
	for path, want := range map[string]int{
		"/ways/nowhere": 404, "/ways/nowhere/qr/svg": 404, "/ways/k7f3/qr/gif": 404, "/ways/k7f3/qr/png?level=X": 400, "/ways/k7f3/qr/png?mm=one": 400, "/ways/k7f3/qr/png?px=9": 400,
		"/ways/k7f3/sheet/banner": 400, "/ways/k7f3/sheet/poster?lang=tlh": 400, "/product?gtin=9506000134351": 422, "/print/none": 404, "/print/none/file": 404,
	} {
		if status, _, _ := read(owner.Get(at + path))(t); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
	if status, _, _ := read(manager.PostForm(at+"/print", url.Values{"sheet": {"poster"}}))(t); status != http.StatusNotFound {
		t.Errorf("a manager printing: %d", status)
	}
}

// TestHundredsAtOnce: hundreds of rooms are made as a ZIP, whose progress is
// told live; what is in it is what was asked for, and a scanner reads it.
func TestHundredsAtOnce(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle"}, "")
	owner, manager := h.Client("elena@sparkle.example"), h.Client("tomas@sparkle.example")
	at := h.URL + "/b/sparkle/studio/print"
	rooms := testkit.Size(24, 150)
	first := 1000
	form := url.Values{"sheet": {"sticker"}, "touchpoint": {"k7f3"}, "refs": {"room 1000-" + itoa(first+rooms-2) + "\n=1+1\n"}, "lang": {"en"}, "second": {"ar"}, "as": {"zip"}}
	status, _, res := read(owner.PostForm(at, form))(t)
	to := h.URL + res.Header.Get("Location")
	if status != http.StatusSeeOther {
		t.Fatalf("printing: %d", status)
	}
	_, live, _ := read(owner.Get(to + "/live"))(t) // it ends when the job does
	if !strings.Contains(live, `"state":"ready","done":`+itoa(rooms)+`,"of":`+itoa(rooms)) || strings.Count(live, "event: progress") < 2 {
		t.Fatalf("progress: %s", live)
	}
	for _, path := range []string{"", "/live", "/file"} {
		if status, _, _ := read(manager.Get(to + path))(t); status != http.StatusNotFound {
			t.Errorf("a manager gets %d for %s", status, path)
		}
	}
	if _, body, _ := read(owner.Get(at))(t); !strings.Contains(body, strings.TrimPrefix(to, h.URL)) {
		t.Error("who comes back does not find it")
	}
	_, file, _ := read(owner.Get(to + "/file"))(t)
	z, err := zip.NewReader(strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if len(z.File) != rooms*3+2 {
		t.Errorf("%d files, want three codes for each of %d and two lists", len(z.File), rooms)
	}
	open := func(name string) []byte {
		f, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		b, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if n := bytes.Count(open("sticker.html"), []byte(`class="sticker"`)); n != rooms {
		t.Errorf("%d stickers", n)
	}
	list := string(open("addresses.csv"))
	if !strings.Contains(list, "k7f3,Shelf 14,room 1000,"+h.URL+"/@sparkle/cx/t/k7f3?ref=room%201000,codes/0001-k7f3-room-1000") || !strings.Contains(list, ",'=1+1,") {
		t.Errorf("the list: %.300s", list)
	}
	picture, err := png.Decode(bytes.NewReader(open("codes/0002-k7f3-room-1001.png")))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := qrcode.NewQRCodeReader().Decode(bitmap, nil); err != nil || got.GetText() != h.URL+"/@sparkle/cx/t/k7f3?ref=room%201001" {
		t.Errorf("a scanner reads %v, %v", got, err)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// TestPrintIsLeftAndCancelled: a page shows what is being made, one document is
// ready at once, a cancelled job gives nothing, and what can't be is said.
func TestPrintIsLeftAndCancelled(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle"}, "")
	owner := h.Client("elena@sparkle.example")
	at := h.URL + "/b/sparkle/studio/print"
	for name, form := range map[string]url.Values{
		"nothing": {"sheet": {"poster"}, "q": {"no such thing"}}, "too many": {"sheet": {"sticker"}, "refs": {"1-1999"}}, "no sheet": {"sheet": {"banner"}}, "no language": {"sheet": {"poster"}, "lang": {"tlh"}}, "copies": {"sheet": {"sticker"}, "copies": {"0"}},
	} {
		if status, body, _ := read(owner.PostForm(at, form))(t); status != http.StatusUnprocessableEntity || !strings.Contains(body, `role="alert"`) {
			t.Errorf("%s: %d", name, status)
		}
	}
	_, _, res := read(owner.PostForm(at, url.Values{"sheet": {"sticker"}, "touchpoint": {"k7f3"}, "refs": {"1-1900"}, "as": {"zip"}}))(t)
	to := h.URL + res.Header.Get("Location")
	if status, _, _ := read(owner.Get(to + "/file"))(t); status != http.StatusConflict {
		t.Errorf("the file of what is being made: %d", status)
	}
	if status, _, _ := read(owner.PostForm(to+"/cancel", nil))(t); status != http.StatusSeeOther {
		t.Errorf("cancelling: %d", status)
	}
	if _, body, _ := read(owner.Get(to))(t); !strings.Contains(body, `data-state="cancelled"`) {
		t.Error("it is not cancelled")
	}
	p := h.Page(testkit.Browser(t), testkit.Desktop, "elena@sparkle.example")
	p.Open(at + "?channel=shelf")
	p.Click(".print-form .big")
	p.Until(`document.querySelector('#job[data-state=ready] a[href$="/file"]')`)
	p.MustBeClean()
}

// TestWaysLook: the pages keep nobody out, by day and by night, on a phone and on
// a desk, in English and in Arabic; buttons copy.
func TestWaysLook(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle", Change: func(c *sayline.Config) {
		for i := range c.People {
			c.People[i].Language = "" // the browser's
		}
	}}, "")
	browser := testkit.Browser(t)
	for name, look := range map[string]testkit.Look{"desk": {Width: 1440, Height: 900, Scale: 1}, "phone-ar": {Width: 360, Height: 740, Scale: 1, Touch: true, Language: "ar", Night: true}} {
		p := h.Page(browser, look, "elena@sparkle.example")
		for _, path := range []string{"/studio/ways", "/studio/ways/k7f3?topic=cant-find-it", "/studio/print", "/studio/product?gtin=9506000134352&lot=AB-123"} {
			p.Open(h.URL + "/b/sparkle" + path)
			housetest.Audit(t, p, name+" "+path)
			if dir := os.Getenv("WAYS_OUT"); dir != "" {
				p.FullScreenshot(dir + "/" + name + strings.NewReplacer("/", "-", "?", "-", "&", "-").Replace(path) + ".png")
			}
		}
		p.MustBeClean()
	}
	p := h.Page(browser, testkit.Desktop, "elena@sparkle.example")
	p.Open(h.URL + "/b/sparkle/studio/ways/k7f3")
	p.Do(chromedp.Evaluate[chromedp.Void](`navigator.clipboard.writeText = t => { window.got = t; return Promise.resolve() }`))
	p.Click("#way-link [data-copy]")
	p.Until(`window.got.endsWith('/@sparkle/cx/t/k7f3') && (b => b.textContent === b.dataset.done)(document.querySelector('#way-link [data-copy]'))`)
}
