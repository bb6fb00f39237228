package errand_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline/internal/errand"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// TestPages: a file is chosen, looked at and brought in in a browser, its progress
// seen while it goes; every page lets everybody in, in Arabic on a phone too.
func TestPages(t *testing.T) {
	h := &house{t: t}
	h.House = housetest.Open(t, housetest.Options{Brand: sparkle, Change: inEnglish}, func(x *housetest.House, mux *http.ServeMux) {
		h.work = errand.New(x.House, errand.Options{})
		h.work.Routes(mux)
	})
	file := filepath.Join(t.TempDir(), "reviews.csv")
	if err := os.WriteFile(file, []byte(reviews(250)), 0o600); err != nil {
		t.Fatal(err)
	}
	p := h.Page(testkit.Browser(t), testkit.Desktop, elena)
	look := func(state string) {
		t.Helper()
		p.MustLetEverybodyIn(state)
		housetest.Audit(t, p, state)
	}
	p.Open(h.URL + "/b/sparkle/imports")
	look("nothing brought in yet")
	p.Do(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{file}))
	p.Click(".errand-file button")
	p.Until(`!!document.querySelector("button[formmethod=post]")`)
	look("a file to be looked at")
	p.Show(testkit.Phone.In("ar"))
	housetest.Audit(t, p, "a file on a phone")
	p.Show(testkit.Desktop)
	p.Click("button[formmethod=post]")
	p.Until(`!!document.querySelector("progress")`)
	look("a file under way")
	h.work.Round(t.Context())
	p.Until(`!!document.querySelector("form[action$=undo]")`) // by itself
	look("a file that came in")
	p.Open(h.URL + "/b/sparkle/exports?format=csv&period=90")
	look("a view to be taken out")
	p.Click("main form button.fill")
	p.Until(`!!document.querySelector("progress")`)
	look("a view under way")
	h.work.Round(t.Context())
	p.Until(`!!document.querySelector("a[href$=file]")`)
	look("a file to be fetched")
	p.MustBeClean()
}
